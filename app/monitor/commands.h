// The monitor's commands.
#pragma once

#include <string>
#include <vector>

#include "app/monitor/run_control.h"
#include "machine/boards/machine.h"

namespace vestige {

struct MonitorContext {
    Machine& machine;
    RunControl& control;
};

struct MonitorCommand {
    std::vector<std::string_view> names;
    std::string_view arguments; // for the help
    std::string_view help;
    unsigned least, most; // words after the name
    // Returns what to print. Throws UserError.
    std::string (*run)(const MonitorContext& context, const std::vector<std::string>& words);
};

const std::vector<MonitorCommand>& monitor_commands();

} // namespace vestige
