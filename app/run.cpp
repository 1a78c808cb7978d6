#include "app/run.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

#include "app/option_values.h"
#include "app/version.h"
#include "app/window.h"
#include "common/error.h"

namespace vestige {

namespace {

void print_catalog(CatalogKind kind) {
    const auto entries = catalog(kind);
    std::size_t widest = 0;
    for (const auto& entry : entries)
        widest = std::max(widest, entry.name.size());
    for (const auto& entry : entries)
        fmt::print("{:<{}}  {}\n", entry.name, widest, entry.description);
}

void print_log_items() {
    for (const auto& item : log_items())
        fmt::print("{:<14}{}\n", item.name, item.help);
}

// True if that was all.
bool only_inform(ProgramAction action) {
    switch (action) {
    case ProgramAction::run: return false;
    case ProgramAction::help: fmt::print("{}", help_text()); break;
    case ProgramAction::version: fmt::print("{}\n", version_text); break;
    case ProgramAction::list_machines: print_catalog(CatalogKind::machines); break;
    case ProgramAction::list_cpus: print_catalog(CatalogKind::cpus); break;
    case ProgramAction::list_devices: print_catalog(CatalogKind::devices); break;
    case ProgramAction::list_nics: print_catalog(CatalogKind::nics); break;
    case ProgramAction::list_log_items: print_log_items(); break;
    }
    return true;
}

void check_machine_name(const std::string& name) {
    std::vector<std::string> known;
    for (const auto& entry : catalog(CatalogKind::machines)) {
        if (entry.name == name) return;
        known.push_back(entry.name);
    }
    const std::string near = nearest_word(name, known);
    throw UserError(fmt::format("no machine '{}'{} (there are {})", name,
                                near.empty() ? "" : fmt::format(", did you mean '{}'?", near),
                                list_words(known)));
}

bool host_has_desktop() {
    for (const char* variable : {"DISPLAY", "WAYLAND_DISPLAY"}) {
        const char* value = std::getenv(variable);
        if (value && *value) return true;
    }
    return false;
}

} // namespace

int run_program(const std::vector<std::string>& arguments) {
    try {
        Options options = parse_options(arguments);
        if (only_inform(options.action)) return 0;
        check_machine_name(options.machine.machine);
        settle_display(options, host_has_desktop());
        Session session(options, {make_machine, open_sdl_window});
        return session.run();
    } catch (const UserError& error) {
        fmt::print(stderr, "vestige: {}\n", error.what());
        return static_cast<int>(ExitStatus::user_error);
    }
}

} // namespace vestige
