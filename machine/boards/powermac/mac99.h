// The Power Mac G4 of 1999 ("AGP graphics"), as QEMU's mac99 has it.
#pragma once

#include <memory>

#include "machine/boards/machine.h"

namespace vestige {

std::unique_ptr<Machine> make_mac99(const MachineConfig& config, MachineEnvironment environment);

} // namespace vestige
