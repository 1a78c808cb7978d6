// Whether the guest's state has register banks.
#pragma once

#include <cstdint>

#include "translator/ir/layout.h"

namespace vestige::x64 {

enum class RegisterBanks : std::uint8_t { none, used };

constexpr RegisterBanks banks_of(const ir::StateLayout& layout) {
    return layout.has_banks ? RegisterBanks::used : RegisterBanks::none;
}

} // namespace vestige::x64
