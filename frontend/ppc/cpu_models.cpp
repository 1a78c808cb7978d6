#include "frontend/ppc/cpu_models.h"

#include <algorithm>
#include <cctype>
#include <string>

namespace vestige::ppc {

namespace {

// PVR values: Programming Environments table 2-10 and the chips' user's manuals (section 2.1.2.1).
constexpr CpuModel models[] = {
    {"603e", "PowerPC 603e v4.1, 200 MHz", Family::ppc603, 0x00060104, features_603e, 200, true},
    {"604", "PowerPC 604 v3.4, 132 MHz", Family::ppc604, 0x00040103, features_604, 132},
    {"604e", "PowerPC 604e v2.4, 200 MHz", Family::ppc604, 0x00090204, features_604, 200},
    {"750", "PowerPC 750 (G3) v3.1, 266 MHz", Family::ppc750, 0x00080301, features_750, 266},
    {"7400", "PowerPC 7400 (G4) v2.9, 900 MHz", Family::ppc7400, 0x000c0209, features_7400, 900},
};

struct Alias {
    std::string_view name, model;
};

// As QEMU spells them.
constexpr Alias aliases[] = {
    {"603", "603e"},       {"603e_v4.1", "603e"}, {"stretch", "603e"}, {"604_v1.0", "604"},
    {"604e_v2.4", "604e"}, {"g3", "750"},         {"750_v3.1", "750"}, {"740/750", "750"},
    {"g4", "7400"},        {"7400_v2.9", "7400"}, {"max", "7400"},
};

bool same_name(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
        return std::tolower(static_cast<unsigned char>(x)) ==
               std::tolower(static_cast<unsigned char>(y));
    });
}

} // namespace

std::span<const CpuModel> cpu_models() { return models; }

const CpuModel* find_cpu_model(std::string_view name) {
    for (const Alias& alias : aliases)
        if (same_name(alias.name, name)) name = alias.model;
    for (const CpuModel& model : models)
        if (same_name(model.name, name)) return &model;
    return nullptr;
}

} // namespace vestige::ppc
