// What -serial and -monitor name, opened.
#pragma once

#include <memory>
#include <string>

#include "app/console/io_loop.h"
#include "app/options.h"
#include "hw/char/char_backend.h"
#include "machine/core/input_gate.h"

namespace vestige {

// Any place but stdio, which is the TerminalMux's. Throws UserError.
std::unique_ptr<hw::CharBackend> open_place(const CharOption& option, const std::string& name,
                                            InputGate& gate, IoLoop& loop);

} // namespace vestige
