#pragma once

#include <memory>

#include "machine/boards/machine.h"

namespace vestige {

std::unique_ptr<Machine> make_leon3(const MachineConfig& config, MachineEnvironment environment);

} // namespace vestige
