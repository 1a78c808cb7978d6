#include "app/monitor/commands.h"

#include <algorithm>

#include <fmt/format.h>

#include "app/monitor/memory_dump.h"
#include "app/option_values.h"
#include "app/screenshot.h"
#include "app/version.h"
#include "common/error.h"

namespace vestige {

namespace {

using Words = std::vector<std::string>;

struct InfoTopic {
    std::string_view name;
    std::string_view help;
    std::string (*text)(const MonitorContext& context);
};

template <MachineView view> std::string describe(const MonitorContext& context) {
    return context.machine.describe(view);
}

std::string status(const MonitorContext& context) {
    return fmt::format("VM status: {} ({} instructions)\n",
                       context.control.paused() ? "paused" : "running",
                       context.machine.instructions());
}

std::string version(const MonitorContext&) { return fmt::format("{}\n", version_text); }

constexpr InfoTopic info_topics[] = {
    {"registers", "the processor's registers", describe<MachineView::registers>},
    {"mtree", "what answers at which address", describe<MachineView::memory_tree>},
    {"tlb", "address translations", describe<MachineView::translations>},
    {"jit", "translated code", describe<MachineView::jit>},
    {"status", "running or paused", status},
    {"version", "of this program", version},
};

std::string info(const MonitorContext& context, const Words& words) {
    std::string out;
    std::vector<std::string> known;
    for (const auto& topic : info_topics) {
        if (!words.empty() && topic.name == words[0]) return topic.text(context);
        known.emplace_back(topic.name);
        out += fmt::format("info {:<12} {}\n", topic.name, topic.help);
    }
    if (words.empty()) return out;
    const std::string near = nearest_word(words[0], known);
    throw UserError(fmt::format("info knows nothing of '{}'{} (there are {})", words[0],
                                near.empty() ? "" : fmt::format(", did you mean '{}'?", near),
                                list_words(known)));
}

std::string examine(const MonitorContext& context, const Words& words, AddressKind kind) {
    DumpFormat format;
    std::size_t next = 0;
    if (words[0].starts_with('/')) {
        format = parse_dump_format(std::string_view(words[0]).substr(1));
        next = 1;
    }
    std::string address;
    for (; next < words.size(); ++next)
        address += words[next];
    if (address.empty()) throw UserError("which address? As in x /4xw 0xc0000000");
    return dump_memory(context.machine, kind, parse_address(address), format);
}

std::string examine_effective(const MonitorContext& context, const Words& words) {
    return examine(context, words, AddressKind::effective);
}

std::string examine_physical(const MonitorContext& context, const Words& words) {
    return examine(context, words, AddressKind::physical);
}

std::string screendump(const MonitorContext& context, const Words& words) {
    save_screen(context.machine.display(), words[0]);
    return "";
}

std::string savevm(const MonitorContext& context, const Words& words) {
    context.machine.save_snapshot(words[0]);
    return "";
}

std::string loadvm(const MonitorContext& context, const Words& words) {
    context.machine.load_snapshot(words[0]);
    return "";
}

std::string stop(const MonitorContext& context, const Words&) {
    context.control.pause();
    return "";
}

std::string cont(const MonitorContext& context, const Words&) {
    context.control.resume();
    return "";
}

std::string system_reset(const MonitorContext& context, const Words&) {
    context.machine.reset();
    return "";
}

std::string system_powerdown(const MonitorContext& context, const Words&) {
    if (!context.machine.press_power_switch())
        throw UserError("this machine has no power switch that it could tell the guest of: "
                        "'quit' ends it");
    return "";
}

std::string quit(const MonitorContext& context, const Words&) {
    context.control.quit();
    return "";
}

std::string help(const MonitorContext&, const Words& words) {
    std::string out;
    for (const auto& command : monitor_commands()) {
        if (!words.empty() &&
            std::find(command.names.begin(), command.names.end(), words[0]) == command.names.end())
            continue;
        const std::string names = list_words({command.names.begin(), command.names.end()}, "|");
        out += fmt::format("{} {}{}-- {}\n", names, command.arguments,
                           command.arguments.empty() ? "" : " ", command.help);
    }
    if (out.empty()) throw UserError(fmt::format("there is no command '{}'", words[0]));
    return out;
}

} // namespace

const std::vector<MonitorCommand>& monitor_commands() {
    static const std::vector<MonitorCommand> commands = {
        {{"cont", "c"}, "", "let the machine run on", 0, 0, cont},
        {{"help", "?"}, "[COMMAND]", "this list", 0, 1, help},
        {{"info"}, "[TOPIC]", "show registers, mtree, tlb, jit, status or version", 0, 1, info},
        {{"loadvm"}, "FILE", "go back to a snapshot", 1, 1, loadvm},
        {{"quit", "q"}, "", "end the emulator", 0, 0, quit},
        {{"savevm"}, "FILE", "write a snapshot of the whole machine", 1, 1, savevm},
        {{"screendump"}, "FILE", "save the screen as .png or .ppm", 1, 1, screendump},
        {{"stop", "s"}, "", "hold the machine", 0, 0, stop},
        {{"system_powerdown"},
         "",
         "press the power switch: the guest may shut down",
         0,
         0,
         system_powerdown},
        {{"system_reset"}, "", "start the machine again", 0, 0, system_reset},
        {{"x"},
         "[/FMT] ADDRESS",
         "memory, as the processor sees it; FMT as in 8xw or 4i",
         1,
         8,
         examine_effective},
        {{"xp"}, "[/FMT] ADDRESS", "memory at a physical address", 1, 8, examine_physical},
    };
    return commands;
}

} // namespace vestige
