#include "app/options.h"

#include <algorithm>
#include <set>

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include "app/option_table.h"
#include "app/option_values.h"
#include "common/error.h"

namespace vestige {

namespace {

namespace po = boost::program_options;

// The date at power-on under the virtual clock, so that two runs see the same one: 2026-01-01 00:00
// UTC.
constexpr std::int64_t virtual_epoch_seconds = 1767225600;

struct SplitOption {
    std::string_view name;
    std::optional<std::string_view> attached; // what followed "="
};

SplitOption split_option(std::string_view token) {
    token.remove_prefix(token.starts_with("--") ? 2 : 1);
    const auto equals = token.find('=');
    if (equals == token.npos) return {token, {}};
    return {token.substr(0, equals), token.substr(equals + 1)};
}

bool looks_like_option(std::string_view token) { return token.size() > 1 && token[0] == '-'; }

[[noreturn]] void refuse_unknown(const std::string& token) {
    const auto name = split_option(token).name;
    for (const auto& refused : refused_options())
        if (refused.name == name) throw UserError(fmt::format("{}: {}", token, refused.instead));
    std::vector<std::string> known;
    for (const auto& row : option_table())
        for (const auto& word : row.names)
            if (!row.help.empty()) known.emplace_back(word);
    const std::string near = nearest_word(name, known);
    throw UserError(fmt::format("no option '{}'{} (--help lists them)", token,
                                near.empty() ? "" : fmt::format(", did you mean '-{}'?", near)));
}

// QEMU's style: every name is a long one, after one dash or two; values follow as words of their
// own, or after "=" where there is just one.
std::vector<po::option> take_option(std::vector<std::string>& arguments) {
    const std::string token = arguments.front();
    if (!looks_like_option(token)) return {};
    const SplitOption split = split_option(token);
    const OptionRow* row = find_option(split.name);
    if (!row) refuse_unknown(token);

    po::option option;
    option.string_key = row->names.front();
    option.original_tokens.push_back("-" + std::string(split.name));
    arguments.erase(arguments.begin());
    unsigned wanted = row->value_count();
    if (split.attached) {
        if (wanted != 1)
            throw UserError(fmt::format("-{} takes {}", split.name,
                                        wanted == 0 ? "no value" : "its values as separate words"));
        option.value.emplace_back(*split.attached);
        wanted = 0;
    }
    while (wanted-- > 0) {
        // A value may begin with a dash, but where it is an option's name one was left out.
        if (arguments.empty() ||
            (looks_like_option(arguments.front()) && row->placeholder != "TEXT" &&
             find_option(split_option(arguments.front()).name)))
            throw UserError(fmt::format("-{} wants {}", split.name, row->placeholder));
        option.value.push_back(arguments.front());
        arguments.erase(arguments.begin());
    }
    return {option};
}

void settle_drives(OptionsInProgress& state) {
    auto& drives = state.options.machine.drives;
    std::set<std::pair<DriveInterface, unsigned>> taken;
    for (const auto& drive : drives)
        if (drive.index && !taken.emplace(drive.interface, *drive.index).second)
            throw UserError(fmt::format("two drives at index {}: '{}' is the second (-cdrom is "
                                        "index 2; say index=N with -drive)",
                                        *drive.index, drive.file));
    for (auto& drive : drives)
        if (state.drop_writes && drive.access == DriveAccess::read_write)
            drive.access = DriveAccess::snapshot;
}

void settle_console(OptionsInProgress& state) {
    Options& options = state.options;
    if (state.nographic) {
        if (options.display == DisplayKind::sdl)
            throw UserError("-nographic and -display sdl contradict each other: leave one out");
        options.display = DisplayKind::none;
        options.machine.firmware_console = FirmwareConsole::serial;
    }
    CharOption terminal;
    terminal.kind = CharKind::stdio;
    if (options.serial.empty())
        options.serial.push_back(state.no_default_devices ? CharOption{} : terminal);
    const auto on_stdio =
        std::count_if(options.serial.begin(), options.serial.end(),
                      [](const auto& port) { return port.kind == CharKind::stdio; });
    if (on_stdio > 1)
        throw UserError("-serial stdio: only one port can have the terminal; give the other "
                        "pty, tcp: or file:");
    if (!state.monitor_named && !state.no_default_devices && (on_stdio == 1 || state.nographic))
        options.monitor = terminal;
}

void settle(OptionsInProgress& state) {
    Options& options = state.options;
    MachineConfig& machine = options.machine;
    const bool nothing_to_boot = machine.kernel.empty() && machine.drives.empty() &&
                                 machine.firmware.empty() && options.loadvm_file.empty();
    if (!state.machine_named && nothing_to_boot) machine.firmware = "vestige";
    if (machine.mips && machine.clock != ClockKind::virtual_instructions)
        throw UserError("-mips sets the speed of the virtual clock: add --clock virtual");
    if (machine.clock == ClockKind::virtual_instructions && !state.rtc_named)
        machine.rtc = {RtcConfig::Base::fixed, virtual_epoch_seconds};
    if (machine.kernel.empty() && !machine.initrd.empty())
        throw UserError("-initrd goes with a kernel: add -kernel FILE");
    if (machine.kernel.empty() && !machine.append.empty())
        throw UserError("-append goes with a kernel: add -kernel FILE");
    if (state.no_default_devices && !machine.nics) machine.nics.emplace();
    settle_drives(state);
    settle_console(state);
}

void append_wrapped(std::string& out, std::string_view text, std::size_t indent,
                    std::size_t width) {
    std::size_t column = indent;
    while (!text.empty()) {
        const auto space = text.find(' ');
        const auto word = text.substr(0, space);
        if (column > indent && column + 1 + word.size() > width) {
            out += '\n';
            out.append(indent, ' ');
            column = indent;
        }
        if (column > indent) {
            out += ' ';
            ++column;
        }
        out += word;
        column += word.size();
        text.remove_prefix(space == text.npos ? text.size() : space + 1);
    }
    out += '\n';
}

} // namespace

Options parse_options(std::span<const std::string> arguments) {
    OptionsInProgress state;
    // Boost hands out the options in order, with the bare words between them; what each means is in
    // our own table.
    po::options_description description;
    for (const auto& row : option_table()) {
        const char* name = row.names.front().data();
        if (row.placeholder.empty())
            description.add_options()(name, "");
        else
            description.add_options()(name, po::value<std::vector<std::string>>()->multitoken());
    }
    const auto parsed = po::command_line_parser({arguments.begin(), arguments.end()})
                            .options(description)
                            .extra_style_parser(take_option)
                            .run();
    for (const auto& option : parsed.options) {
        if (option.string_key.empty() || option.position_key >= 0) {
            // As in QEMU, a bare word is the first disk.
            find_option("hda")->apply(
                state, "'" + option.value.front() + "' (a bare word is a disk)", option.value);
            continue;
        }
        find_option(option.string_key)->apply(state, option.original_tokens.front(), option.value);
        if (state.options.action != ProgramAction::run) return state.options;
    }
    settle(state);
    return state.options;
}

std::string help_text() {
    constexpr std::size_t help_column = 30;
    constexpr std::size_t width = 79;
    std::string out = "usage: vestige [OPTION...] [DISK]\n"
                      "One dash or two; sizes as 256M; QEMU's spelling works.\n";
    const OptionRow* previous = nullptr;
    for (const auto& row : option_table()) {
        if (row.help.empty()) continue;
        if (!previous || previous->group != row.group)
            out += fmt::format("\n{}:\n", group_title(row.group));
        previous = &row;
        std::string left = "  ";
        for (const auto& name : row.names)
            left += fmt::format("{}-{}", &name == &row.names.front() ? "" : ", ", name);
        if (!row.placeholder.empty()) left += fmt::format(" {}", row.placeholder);
        if (left.size() + 2 > help_column)
            out += left + "\n" + std::string(help_column, ' ');
        else
            out += left + std::string(help_column - left.size(), ' ');
        append_wrapped(out, row.help, help_column, width);
    }
    out += "\nCtrl-a x ends, Ctrl-a c switches between console and monitor, Ctrl-a h helps.\n"
           "Status: 0 powered off or stop text met, 1 user error, 2 guest fault, 3 limit.\n";
    return out;
}

} // namespace vestige
