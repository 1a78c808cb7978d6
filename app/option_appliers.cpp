#include "app/option_appliers.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "app/option_table.h"
#include "app/option_values.h"
#include "common/error.h"

// Each of these has the shape that the table wants; most ignore one of the three.
#define APPLY(function)                                                                            \
    void function([[maybe_unused]] OptionsInProgress& state,                                       \
                  [[maybe_unused]] const std::string& option,                                      \
                  [[maybe_unused]] std::span<const std::string> values)

namespace vestige::option_appliers {

namespace {

constexpr std::uint64_t unlimited = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t mebibyte = 1u << 20;

[[noreturn]] void refuse(const std::string& option, const std::string& what) {
    throw UserError(fmt::format("{}: {}", option, what));
}

[[noreturn]] void refuse_key(const std::string& option, const std::string& key,
                             const std::vector<std::string>& known) {
    const std::string near = nearest_word(key, known);
    refuse(option, fmt::format("no key '{}'{} (there are {})", key,
                               near.empty() ? "" : fmt::format(", did you mean '{}'?", near),
                               list_words(known)));
}

// One of a few words.
template <typename T> struct Choice {
    std::string_view word;
    T value;
};

template <typename T, std::size_t n>
T choose(const std::string& option, std::string_view word, const Choice<T> (&choices)[n]) {
    std::vector<std::string> words;
    for (const auto& choice : choices) {
        if (choice.word == word) return choice.value;
        words.emplace_back(choice.word);
    }
    refuse(option, fmt::format("'{}' is not one of {}", word, list_words(words)));
}

std::string needed_file(const std::string& option, const std::string& file) {
    if (file.empty()) refuse(option, "the file's name is empty");
    return file;
}

void add_drive(OptionsInProgress& state, const std::string& option, const std::string& file,
               unsigned index, DriveMedia media) {
    DriveConfig drive;
    drive.file = needed_file(option, file);
    drive.index = index;
    drive.media = media;
    if (media == DriveMedia::cdrom) drive.access = DriveAccess::read_only;
    state.options.machine.drives.push_back(std::move(drive));
}

void set_clock(OptionsInProgress& state, const std::string& option, const std::string& word) {
    state.options.machine.clock = choose<ClockKind>(
        option, word, {{"host", ClockKind::host}, {"virtual", ClockKind::virtual_instructions}});
}

CharOption parse_tcp(const std::string& option, std::string_view place) {
    const OptionContext context{option};
    CharOption result;
    result.kind = CharKind::tcp;
    const KeyValues words = parse_key_values(place, "address");
    const std::string& address = words.front().second;
    const auto colon = address.rfind(':');
    if (words.front().first != "address" || colon == address.npos)
        refuse(option, fmt::format("'tcp:{}': write it as tcp:HOST:PORT", place));
    result.host = address.substr(0, colon);
    result.port =
        static_cast<std::uint16_t>(parse_number(context, address.substr(colon + 1), 65535));
    for (std::size_t i = 1; i < words.size(); ++i) {
        const auto& [key, value] = words[i];
        if (key == "server")
            result.server = parse_switch(context, key, value);
        else if (key == "wait")
            result.wait_for_client = parse_switch(context, key, value);
        else if (key == "nowait")
            result.wait_for_client = false;
        else if (key != "nodelay")
            refuse_key(option, key, {"server", "wait", "nowait"});
    }
    if (!result.server && (result.host.empty() || result.port == 0))
        refuse(option, fmt::format("'tcp:{}': where to connect to? Write tcp:HOST:PORT, or add "
                                   "server=on to listen",
                                   place));
    return result;
}

CharOption parse_char(const std::string& option, std::string_view text) {
    std::string_view place = text;
    // The terminal is shared with the monitor anyway (Ctrl-a c).
    if (place.starts_with("mon:")) place.remove_prefix(4);
    if (place.starts_with("tcp:")) return parse_tcp(option, place.substr(4));
    CharOption result;
    if (place.starts_with("file:")) {
        result.kind = CharKind::file;
        result.path = needed_file(option, std::string(place.substr(5)));
        return result;
    }
    const auto kind = place.substr(0, place.find(','));
    result.kind = choose<CharKind>(option, kind,
                                   {{"stdio", CharKind::stdio},
                                    {"null", CharKind::null},
                                    {"none", CharKind::none},
                                    {"pty", CharKind::pty},
                                    {"file:PATH", CharKind::none},
                                    {"tcp:HOST:PORT", CharKind::none}});
    return result;
}

const std::vector<std::string> drive_keys = {"file",  "if",     "index",    "bus",      "unit",
                                             "media", "format", "readonly", "snapshot", "id"};

} // namespace

// -- machine

APPLY(machine) {
    Options& options = state.options;
    const KeyValues words = parse_key_values(values[0], "type");
    for (const auto& [key, value] : words) {
        if (key == "type") {
            if (value == "help" || value == "?") {
                options.action = ProgramAction::list_machines;
                return;
            }
            options.machine.machine = value;
            state.machine_named = true;
        } else if (key == "accel") {
            const std::string accelerator[] = {value};
            accel(state, option, accelerator);
        } else if (key == "graphics") {
            options.machine.firmware_console = parse_switch({option}, key, value)
                                                   ? FirmwareConsole::screen
                                                   : FirmwareConsole::serial;
        } else {
            options.machine.properties.emplace_back(key, value);
        }
    }
}

APPLY(cpu) {
    if (values[0] == "help" || values[0] == "?")
        state.options.action = ProgramAction::list_cpus;
    else if (values[0].find(',') != std::string::npos)
        refuse(option, fmt::format("'{}': processors have no properties to set", values[0]));
    else
        state.options.machine.cpu = values[0];
}

APPLY(memory) {
    for (const auto& [key, value] : parse_key_values(values[0], "size")) {
        if (key != "size") refuse_key(option, key, {"size"});
        const std::uint64_t size = parse_size({option}, value, mebibyte);
        if (size == 0) refuse(option, "a machine without memory cannot start");
        state.options.machine.memory_bytes = size;
    }
}

APPLY(smp) {
    for (const auto& [key, value] : parse_key_values(values[0], "cpus"))
        if (parse_number({option}, value, unlimited) != 1)
            refuse(option, fmt::format("{}={}: machines have one processor", key, value));
}

APPLY(accel) {
    MachineConfig& machine = state.options.machine;
    const auto words = parse_key_values(values[0], "accel");
    for (const auto& [key, value] : words) {
        if (key == "accel") continue;
        if (key == "tb-size") {
            const std::uint64_t size = parse_number({option}, value, 1024);
            if (size == 0) refuse(option, "tb-size=0: code needs room, 1 to 1024 MiB");
            machine.code_cache_bytes = size * mebibyte;
        } else if (key == "regions") {
            machine.regions = parse_switch({option}, key, value);
        } else if (key == "windows") {
            machine.windows = parse_switch({option}, key, value);
        } else {
            refuse_key(option, key, {"tb-size", "regions", "windows"});
        }
    }
    if (words.front().second != "tcg")
        refuse(option, fmt::format("'{}': the guest's processor is not the host's; Vestige always "
                                   "translates",
                                   words.front().second));
}

APPLY(vga) {
    state.options.machine.screen_card = choose<const char*>(
        option, values[0], {{"std", "std"}, {"tcx", "tcx"}, {"cg3", "cg3"}, {"none", "none"}});
}

APPLY(screen_mode) {
    std::vector<unsigned> numbers;
    std::string_view rest = values[0];
    while (true) {
        const auto cross = rest.find('x');
        numbers.push_back(
            static_cast<unsigned>(parse_number({option}, rest.substr(0, cross), 4096)));
        if (cross == rest.npos) break;
        rest.remove_prefix(cross + 1);
    }
    if (numbers.size() < 2 || numbers.size() > 3 || numbers[0] < 64 || numbers[1] < 64)
        refuse(option, fmt::format("'{}': write it as 1024x768x32", values[0]));
    ScreenMode& screen = state.options.machine.screen.emplace();
    screen = {numbers[0], numbers[1], {}};
    if (numbers.size() == 3) screen.depth = numbers[2];
}

APPLY(rtc) {
    for (const auto& [key, value] : parse_key_values(values[0], "base")) {
        if (key == "base") {
            state.options.machine.rtc = parse_rtc_base({option}, value);
            state.rtc_named = true;
        } else if (key == "clock") {
            set_clock(state, option, value == "vm" ? "virtual" : value);
        } else {
            refuse_key(option, key, {"base", "clock"});
        }
    }
}

APPLY(engine) {
    state.options.machine.engine = choose<EngineKind>(
        option, values[0], {{"jit", EngineKind::jit}, {"interp", EngineKind::interpreter}});
}

APPLY(clock) { set_clock(state, option, values[0]); }

APPLY(mips) { state.options.machine.mips = parse_decimal({option}, values[0]); }

APPLY(no_default_devices) { state.no_default_devices = true; }

// -- what it boots

APPLY(kernel) { state.options.machine.kernel = needed_file(option, values[0]); }
APPLY(initrd) { state.options.machine.initrd = needed_file(option, values[0]); }
APPLY(append) { state.options.machine.append = values[0]; }
APPLY(firmware) { state.options.machine.firmware = needed_file(option, values[0]); }
APPLY(firmware_folder) {
    state.options.machine.firmware_folders.push_back(needed_file(option, values[0]));
}

APPLY(boot) {
    for (const auto& [key, value] : parse_key_values(values[0], "order")) {
        if (key == "order") {
            for (const char letter : value)
                if (letter < 'a' || letter > 'p')
                    refuse(option,
                           fmt::format(
                               "'{}': drives are letters: a floppy, c disk, d CD-ROM, n network",
                               value));
            state.options.machine.boot_order = value;
        } else if (key != "menu" && key != "strict") {
            refuse_key(option, key, {"order", "menu", "strict"});
        }
    }
}

APPLY(prom_setting) {
    const auto equals = values[0].find('=');
    if (equals == std::string::npos || equals == 0)
        refuse(option, fmt::format("'{}': write it as NAME=VALUE", values[0]));
    state.options.machine.prom_settings.push_back(values[0]);
}

// -- drives

APPLY(hda) { add_drive(state, option, values[0], 0, DriveMedia::disk); }
APPLY(hdb) { add_drive(state, option, values[0], 1, DriveMedia::disk); }
APPLY(hdc) { add_drive(state, option, values[0], 2, DriveMedia::disk); }
APPLY(hdd) { add_drive(state, option, values[0], 3, DriveMedia::disk); }
APPLY(cdrom) { add_drive(state, option, values[0], 2, DriveMedia::cdrom); }
APPLY(fda) {
    add_drive(state, option, values[0], 0, DriveMedia::disk);
    state.options.machine.drives.back().interface = DriveInterface::floppy;
}
APPLY(drop_writes) { state.drop_writes = true; }

APPLY(drive) {
    const OptionContext context{option};
    DriveConfig drive;
    const auto small = [&](const std::string& text) {
        return static_cast<unsigned>(parse_number(context, text, 63));
    };
    for (const auto& [key, value] : parse_key_values(values[0], "file")) {
        if (key == "file")
            drive.file = value;
        else if (key == "if")
            drive.interface = choose<DriveInterface>(option, value,
                                                     {{"ide", DriveInterface::ide},
                                                      {"scsi", DriveInterface::scsi},
                                                      {"floppy", DriveInterface::floppy}});
        else if (key == "index")
            drive.index = small(value);
        else if (key == "bus")
            drive.bus = small(value);
        else if (key == "unit")
            drive.unit = small(value);
        else if (key == "media")
            drive.media = choose<DriveMedia>(
                option, value, {{"disk", DriveMedia::disk}, {"cdrom", DriveMedia::cdrom}});
        else if (key == "format") {
            if (value != "raw")
                refuse(option, fmt::format("format={}: images are raw; convert it with 'qemu-img "
                                           "convert -O raw'",
                                           value));
        } else if (key == "readonly") {
            if (parse_switch(context, key, value)) drive.access = DriveAccess::read_only;
        } else if (key == "snapshot") {
            if (parse_switch(context, key, value)) drive.access = DriveAccess::snapshot;
        } else if (key == "id")
            drive.id = value;
        else if (key != "cache" && key != "aio" && key != "discard" && key != "werror" &&
                 key != "rerror")
            refuse_key(option, key, drive_keys);
    }
    if (drive.index && (drive.bus || drive.unit))
        refuse(option, "say index= or bus= and unit=, not both");
    if (drive.media == DriveMedia::cdrom)
        drive.access = DriveAccess::read_only;
    else if (drive.file.empty())
        refuse(option, "a disk needs file=FILE");
    state.options.machine.drives.push_back(std::move(drive));
}

// -- network

APPLY(nic) {
    const OptionContext context{option};
    auto& cards = state.options.machine.nics;
    const KeyValues words = parse_key_values(values[0], "backend");
    if (words.front().first != "backend")
        refuse(option, "say 'user' or 'none' first, as in -nic user,model=ne2k_pci");
    if (words.front().second == "none") {
        if (words.size() > 1) refuse(option, "'none' takes nothing more");
        cards.emplace();
        return;
    }
    if (words.front().second != "user")
        refuse(option, fmt::format("'{}' is not one of user, none", words.front().second));
    NicConfig card;
    for (std::size_t i = 1; i < words.size(); ++i) {
        const auto& [key, value] = words[i];
        if (key == "model") {
            if (value == "help") {
                state.options.action = ProgramAction::list_nics;
                return;
            }
            card.model = value;
        } else if (key == "mac") {
            card.mac = parse_mac(context, value);
        } else if (key == "hostfwd") {
            card.forwards.push_back(parse_host_forward(context, value));
        } else if (key == "restrict") {
            card.restricted = parse_switch(context, key, value);
        } else if (key == "id") {
            card.id = value;
        } else {
            refuse_key(option, key, {"model", "mac", "hostfwd", "restrict", "id"});
        }
    }
    if (!cards) cards.emplace();
    cards->push_back(std::move(card));
}

// -- console and screen

APPLY(nographic) { state.nographic = true; }

APPLY(display) {
    const std::string kind = values[0].substr(0, values[0].find(','));
    state.options.display =
        choose<DisplayKind>(option, kind, {{"sdl", DisplayKind::sdl}, {"none", DisplayKind::none}});
}

APPLY(serial) { state.options.serial.push_back(parse_char(option, values[0])); }

APPLY(monitor) {
    state.options.monitor = parse_char(option, values[0]);
    state.monitor_named = true;
}

APPLY(name) {
    for (const auto& [key, value] : parse_key_values(values[0], "guest"))
        if (key == "guest") state.options.name = value;
}

APPLY(ignored) {}

APPLY(screenshot) { state.options.screenshot_file = needed_file(option, values[0]); }

// -- running

APPLY(start_paused) { state.options.start_paused = true; }
APPLY(no_reboot) { state.options.end_on_reboot = true; }

APPLY(stop_on) {
    if (values[0].empty()) refuse(option, "the text is empty");
    state.options.stop_on = values[0];
}

APPLY(max_instructions) {
    state.options.max_instructions = parse_number({option}, values[0], unlimited);
}

APPLY(timeout) { state.options.timeout_seconds = parse_decimal({option}, values[0]); }
APPLY(loadvm) { state.options.loadvm_file = needed_file(option, values[0]); }

APPLY(savevm_at) {
    state.options.savevm_at = {parse_number({option}, values[0], unlimited),
                               needed_file(option, values[1])};
}

// -- debugging

APPLY(log_items) {
    if (values[0] == "help" || values[0] == "?") {
        state.options.action = ProgramAction::list_log_items;
        return;
    }
    std::string& items = state.options.log_items;
    items += (items.empty() ? "" : ",") + values[0];
}

APPLY(log_file) { state.options.log_file = needed_file(option, values[0]); }

APPLY(log_filter) {
    for (const AddressRange& range : parse_ranges({option}, values[0]))
        state.options.machine.log_filter.push_back(range);
}

APPLY(statistics) {
    state.options.statistics = true;
    state.options.machine.statistics = true;
}

APPLY(statistics_file) {
    state.options.statistics_file = needed_file(option, values[0]);
    state.options.machine.statistics = true;
}

APPLY(perf_map) { state.options.machine.code_listings.push_back(CodeListing::perf_map); }
APPLY(perf_dump) { state.options.machine.code_listings.push_back(CodeListing::perf_dump); }
APPLY(debugger_names) { state.options.machine.code_listings.push_back(CodeListing::debugger); }

// -- information

APPLY(list) {
    state.options.action = choose<ProgramAction>(option, values[0],
                                                 {{"machines", ProgramAction::list_machines},
                                                  {"cpus", ProgramAction::list_cpus},
                                                  {"devices", ProgramAction::list_devices},
                                                  {"nics", ProgramAction::list_nics}});
}

APPLY(version) { state.options.action = ProgramAction::version; }
APPLY(help) { state.options.action = ProgramAction::help; }

} // namespace vestige::option_appliers
