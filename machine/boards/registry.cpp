// The machines that can be named, and what can be plugged into them: one explicit table.
#include <fmt/format.h>

#include "common/error.h"
#include "frontend/ppc/cpu_models.h"
#include "frontend/sparc/cpu_models.h"
#include "machine/boards/leon3/leon3.h"
#include "machine/boards/machine.h"
#include "machine/boards/powermac/g3beige.h"
#include "machine/boards/powermac/mac99.h"
#include "machine/boards/sun4m/sun4m.h"

namespace vestige {

namespace {

struct BoardRow {
    const char* name;
    const char* description;
    std::unique_ptr<Machine> (*make)(const MachineConfig&, MachineEnvironment);
};

constexpr BoardRow boards[] = {
    {"g3beige", "Power Macintosh G3 (beige): PowerPC 750, Grackle, Heathrow", make_g3beige},
    {"mac99", "Power Mac G4 (AGP graphics): PowerPC 7400, UniNorth, KeyLargo", make_mac99},
    {"leon3_generic", "LEON3 with GRLIB's timers, serial port and interrupts", make_leon3},
};

constexpr struct {
    const char* name;
    const char* description;
} nics[] = {
    {"ne2k_pci", "NE2000 on PCI (Realtek RTL8029AS); g3beige's own"},
    {"sungem", "Apple GMAC (Sun GEM); mac99's own"},
    {"lance", "AMD LANCE; that of the SPARCstations"},
};

constexpr struct {
    const char* name;
    const char* description;
} devices[] = {
    {"cuda", "CUDA: ADB, clock, power"},
    {"adb-keyboard", "Apple Extended Keyboard"},
    {"adb-mouse", "Apple mouse"},
    {"escc", "Z85C30 serial ports"},
    {"macio-ide", "MacIO ATA with DBDMA: disks and CD-ROMs"},
    {"macio-nvram", "8 KB of NVRAM"},
    {"ne2k_pci", "Ethernet (NE2000)"},
    {"sungem", "Ethernet (GMAC)"},
    {"lance", "Ethernet (Am7990)"},
    {"esp", "NCR 53C9x SCSI: disks and CD-ROMs"},
    {"SUNW,tcx", "Sun's TCX framebuffer"},
    {"cgthree", "Sun's cg3 framebuffer"},
    {"VGA", "PCI display with a linear framebuffer"},
};

// The boards, and one for each row of a table of models.
template <typename Visit> void for_each_board(Visit visit) {
    for (const BoardRow& row : boards)
        visit(row.name, row.description, [&](const MachineConfig& config, MachineEnvironment e) {
            return row.make(config, std::move(e));
        });
    for (const Sun4mModel& model : sun4m_models())
        visit(model.name, model.description,
              [&](const MachineConfig& config, MachineEnvironment e) {
                  return make_sun4m(model, config, std::move(e));
              });
}

} // namespace

std::unique_ptr<Machine> make_machine(const MachineConfig& config, MachineEnvironment environment) {
    std::string known;
    std::unique_ptr<Machine> made;
    for_each_board([&](const char* name, const char*, const auto& make) {
        if (config.machine == name) made = make(config, std::move(environment));
        known += fmt::format("{}{}", known.empty() ? "" : ", ", name);
    });
    if (made) return made;
    throw UserError(fmt::format("no machine '{}' (-M takes {})", config.machine, known));
}

std::vector<CatalogEntry> catalog(CatalogKind kind) {
    std::vector<CatalogEntry> entries;
    const auto add = [&](std::string name, std::string description) {
        entries.push_back({std::move(name), std::move(description)});
    };
    switch (kind) {
    case CatalogKind::machines:
        for_each_board([&](const char* name, const char* description, const auto&) {
            add(name, description);
        });
        break;
    case CatalogKind::cpus:
        for (const ppc::CpuModel& model : ppc::cpu_models())
            add(std::string(model.name), std::string(model.description));
        for (const sparc::CpuModel& model : sparc::cpu_models())
            add(std::string(model.name), std::string(model.description));
        break;
    case CatalogKind::devices:
        for (const auto& row : devices)
            add(row.name, row.description);
        break;
    case CatalogKind::nics:
        for (const auto& row : nics)
            add(row.name, row.description);
        break;
    }
    return entries;
}

} // namespace vestige
