// The CPU model that -cpu names.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "common/error.h"
#include "machine/boards/machine_config.h"

namespace vestige {

// The board's `usual` one without -cpu. Throws UserError for a name that `find` does not know.
template <typename Model>
const Model& find_cpu(const char* board, const MachineConfig& config, const char* usual,
                      const Model* (*find)(std::string_view), std::span<const Model> all) {
    const std::string name = config.cpu.empty() ? usual : config.cpu;
    if (const Model* model = find(name)) return *model;
    std::string known;
    for (const Model& model : all)
        known += fmt::format("{}{}", known.empty() ? "" : ", ", model.name);
    throw UserError(fmt::format("no CPU '{}' for {} (-cpu takes {})", name, board, known));
}

} // namespace vestige
