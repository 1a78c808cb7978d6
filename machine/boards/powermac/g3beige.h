// The Power Macintosh G3 of 1997 ("beige"), as QEMU's g3beige has it.
#pragma once

#include <memory>

#include "machine/boards/machine.h"

namespace vestige {

std::unique_ptr<Machine> make_g3beige(const MachineConfig& config, MachineEnvironment environment);

} // namespace vestige
