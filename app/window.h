// The machine's screen, keyboard and mouse in an SDL window.
#pragma once

#include <memory>

#include "app/run.h"

namespace vestige {

// Null if the machine has no screen. Throws UserError if there is no desktop to show it on.
std::unique_ptr<HostWindow> open_sdl_window(Machine& machine, const Options& options,
                                            RunControl& control);

} // namespace vestige
