// The command line as plain data. QEMU's spelling is accepted, with one dash or two.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "machine/boards/machine_config.h"

namespace vestige {

enum class CharKind : std::uint8_t { none, null, stdio, file, pty, tcp };

// Where a serial port or the monitor leads.
struct CharOption {
    CharKind kind = CharKind::none;
    std::string path; // of a file
    std::string host; // of tcp: where to connect to, or to listen on (empty: everywhere)
    std::uint16_t port = 0;
    bool server = false;
    bool wait_for_client = true; // of a server, before the machine starts
};

enum class DisplayKind : std::uint8_t {
    automatic, // a window where there is a desktop to show it on, else as -nographic
    sdl,
    none,
};

// What to do instead of running a machine.
enum class ProgramAction : std::uint8_t {
    run,
    help,
    version,
    list_machines,
    list_cpus,
    list_devices,
    list_nics,
    list_log_items,
};

struct SnapshotAt {
    std::uint64_t instructions = 0;
    std::string file;
};

struct Options {
    ProgramAction action = ProgramAction::run;
    MachineConfig machine;

    std::string name; // in the window's title
    DisplayKind display = DisplayKind::automatic;
    std::vector<CharOption> serial; // at least one after parsing
    CharOption monitor; // stdio beside a serial port on stdio: they share, Ctrl-a c switches

    bool start_paused = false;
    bool end_on_reboot = false;

    std::string log_items; // checked against the log's list when it is opened
    std::string log_file;

    std::string stop_on; // empty: never
    std::optional<std::uint64_t> max_instructions;
    std::optional<double> timeout_seconds;
    std::string screenshot_file;
    bool statistics = false;
    std::string statistics_file;
    std::string loadvm_file;
    std::optional<SnapshotAt> savevm_at;
};

// The arguments without the program's name. Throws UserError that says what to write instead. Names
// of machines, CPUs and cards are not checked here, nor are files opened.
Options parse_options(std::span<const std::string> arguments);

// The options by group, at most 80 columns wide.
std::string help_text();

} // namespace vestige
