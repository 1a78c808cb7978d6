// What the user asked a machine to be: plain data, filled in by the command line and read by the
// boards. Nothing here has been looked up yet: files may be missing, names unknown.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hw/net/port_forward.h"

namespace vestige {

enum class DriveInterface : std::uint8_t { automatic, ide, scsi, floppy }; // the board's own
enum class DriveMedia : std::uint8_t { disk, cdrom };
enum class DriveAccess : std::uint8_t {
    read_write,
    read_only, // the guest's writes are refused
    snapshot,  // the guest may write; the file keeps what it had
};

struct DriveConfig {
    std::string file; // empty: a drive without a medium
    DriveInterface interface = DriveInterface::automatic;
    // Where: the index counts all units of the interface's buses. None of them: the next free
    // place.
    std::optional<unsigned> index, bus, unit;
    DriveMedia media = DriveMedia::disk;
    DriveAccess access = DriveAccess::read_write;
    std::string id;
};

using MacAddress = std::array<std::uint8_t, 6>;

using hw::HostForward;
using hw::IpProtocol;

struct NicConfig {
    std::string model; // empty: the board's own
    std::optional<MacAddress> mac;
    std::vector<HostForward> forwards;
    bool restricted = false; // the guest sees the gateway alone
    std::string id;
};

enum class EngineKind : std::uint8_t { jit, interpreter };
enum class ClockKind : std::uint8_t { host, virtual_instructions };

// Where the firmware is told to talk.
enum class FirmwareConsole : std::uint8_t { screen, serial };

// What the machine's real-time clock shows at power-on.
struct RtcConfig {
    enum class Base : std::uint8_t { host_utc, host_local_time, fixed };
    Base base = Base::host_utc;
    std::int64_t epoch_seconds = 0; // since 1970-01-01 00:00 UTC, of a fixed base
};

// `-g`: what the firmware makes of the screen. Without it each board has a mode of its own.
struct ScreenMode {
    unsigned width, height;
    std::optional<unsigned> depth; // bits a pixel; no value: the board's own
};

// `-dfilter`: only code within these guest addresses is logged. Both ends included.
struct AddressRange {
    std::uint64_t first = 0, last = 0;
};

// Who is told of generated code.
enum class CodeListing : std::uint8_t { perf_map, perf_dump, debugger };

struct MachineConfig {
    std::string machine = "g3beige";
    // What followed the name in -M: via=cuda and the like.
    std::vector<std::pair<std::string, std::string>> properties;
    std::string cpu; // empty: the board's own
    std::optional<std::uint64_t> memory_bytes;

    std::string firmware; // a path, "vestige" for Vestige's own ROM, empty for the board's
    std::vector<std::string> firmware_folders; // looked into before the usual places
    std::string kernel, initrd, append;
    std::string boot_order;                 // drive letters; empty: the board's
    std::vector<std::string> prom_settings; // name=value, into the firmware's NVRAM

    std::vector<DriveConfig> drives;
    // No value: one card of the board's own model. An empty list: none.
    std::optional<std::vector<NicConfig>> nics;
    std::string screen_card; // -vga's word: empty for the board's own, "none" for none
    std::optional<ScreenMode> screen;
    FirmwareConsole firmware_console = FirmwareConsole::screen;
    RtcConfig rtc;

    EngineKind engine = EngineKind::jit;
    ClockKind clock = ClockKind::host;
    std::optional<double> mips; // of the virtual clock; the modelled CPU's where not said
    std::vector<AddressRange> log_filter;
    bool statistics = false; // times and samples are kept, too
    std::optional<std::uint64_t> code_cache_bytes;
    bool regions = true, windows = true; // as runtime::ExecOptions has them
    std::vector<CodeListing> code_listings;
};

} // namespace vestige
