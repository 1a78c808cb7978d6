// Sun's sun4m workstations with one processor: see sun4m_models.h for which.
#pragma once

#include <memory>

#include "machine/boards/machine.h"
#include "machine/boards/sun4m/sun4m_models.h"

namespace vestige {

std::unique_ptr<Machine> make_sun4m(const Sun4mModel& model, const MachineConfig& config,
                                    MachineEnvironment environment);

} // namespace vestige
