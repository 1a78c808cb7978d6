// What the program says that it is.
#pragma once

#include <string_view>

namespace vestige {

#ifndef VESTIGE_VERSION
#define VESTIGE_VERSION "unversioned"
#endif

inline constexpr std::string_view version_text = "Vestige " VESTIGE_VERSION;

} // namespace vestige
