#include "app/option_table.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "app/option_appliers.h"
#include "common/error.h"

namespace vestige {

std::string_view group_title(OptionGroup group) {
    switch (group) {
    case OptionGroup::machine: return "Machine";
    case OptionGroup::boot: return "What it boots";
    case OptionGroup::drives: return "Drives (raw images)";
    case OptionGroup::network: return "Network";
    case OptionGroup::console: return "Console and screen";
    case OptionGroup::running: return "Running";
    case OptionGroup::debugging: return "Debugging";
    case OptionGroup::information: return "Information";
    }
    return "";
}

unsigned OptionRow::value_count() const {
    if (placeholder.empty()) return 0;
    return 1 + static_cast<unsigned>(std::count(placeholder.begin(), placeholder.end(), ' '));
}

const std::vector<OptionRow>& option_table() {
    using G = OptionGroup;
    using namespace option_appliers;
    static const std::vector<OptionRow> table = {
        {G::machine,
         {"M", "machine"},
         "NAME[,KEY=VALUE]",
         "the machine (--list machines), with its properties, as in mac99,via=cuda",
         machine},
        {G::machine, {"cpu"}, "NAME", "the processor (--list cpus)", cpu},
        {G::machine, {"m"}, "SIZE", "memory: 256M, 1G; a number alone is in MiB", memory},
        {G::machine, {"smp"}, "N", "", smp},
        {G::machine,
         {"accel"},
         "tcg[,tb-size=MIB][,regions=on|off][,windows=on|off]",
         "how much memory generated code may take, 1 to 1024 MiB (64); what hot code gets (all on)",
         accel},
        {G::machine, {"vga"}, "std|tcx|cg3|none", "which screen card there is, if any", vga},
        {G::machine,
         {"g"},
         "WxH[xDEPTH]",
         "the firmware's screen size, as in 1024x768x8",
         screen_mode},
        {G::machine,
         {"rtc"},
         "base=WHEN",
         "the date at power-on: utc, localtime or 2026-01-31T12:00:00 (the host's date; with "
         "--clock virtual 2026-01-01)",
         rtc},
        {G::machine,
         {"engine"},
         "jit|interp",
         "translate to host code (default) or interpret the intermediate code",
         engine},
        {G::machine,
         {"clock"},
         "host|virtual",
         "time follows the host (default), or instructions: then two runs are the same to the "
         "instruction, and idle time is skipped",
         clock},
        {G::machine,
         {"mips"},
         "N",
         "instructions a microsecond under --clock virtual (the modelled CPU's own)",
         mips},
        {G::machine, {"nodefaults"}, "", "", no_default_devices},

        {G::boot, {"kernel"}, "FILE", "an ELF kernel, loaded beside the firmware", kernel},
        {G::boot, {"initrd"}, "FILE", "its initial RAM disk", initrd},
        {G::boot, {"append"}, "TEXT", "its command line", append},
        {G::boot,
         {"bios", "firmware"},
         "FILE",
         "the firmware instead of the board's own; 'vestige' is the ROM inside this program, which "
         "also runs where nothing else is asked for",
         firmware},
        {G::boot, {"L"}, "FOLDER", "look for firmware here first", firmware_folder},
        {G::boot,
         {"boot"},
         "[order=]LETTERS",
         "what to boot from: a floppy, c disk, d CD-ROM, n network",
         boot},
        {G::boot,
         {"prom-env"},
         "NAME=VALUE",
         "set a firmware variable, as in auto-boot?=false",
         prom_setting},

        {G::drives, {"hda"}, "FILE", "a disk as the first drive; hdb, hdc, hdd likewise", hda},
        {G::drives, {"hdb"}, "FILE", "", hdb},
        {G::drives, {"hdc"}, "FILE", "", hdc},
        {G::drives, {"hdd"}, "FILE", "", hdd},
        {G::drives, {"cdrom"}, "FILE", "a CD image as the third drive", cdrom},
        {G::drives,
         {"drive"},
         "KEY=VALUE,...",
         "file=FILE, if=ide|scsi|floppy (the machine's own), index=N or bus=N,unit=N, "
         "media=disk|cdrom, format=raw, "
         "readonly=on|off, snapshot=on|off",
         drive},
        {G::drives, {"fda"}, "FILE", "a floppy disk", fda},
        {G::drives, {"snapshot"}, "", "drop all writes at the end", drop_writes},

        {G::network,
         {"nic"},
         "user|none[,KEY=VALUE]",
         "a card on the user's network (DHCP, DNS and TCP out), with model=NAME (--list nics), "
         "mac=ADDRESS, restrict=on, hostfwd=tcp::HOSTPORT-:GUESTPORT",
         nic},

        {G::console,
         {"nographic"},
         "",
         "no window; serial port and monitor share this terminal",
         nographic},
        {G::console,
         {"display"},
         "sdl|none",
         "the screen in a window or not at all (a window where there is a desktop)",
         display},
        {G::console,
         {"serial"},
         "WHERE",
         "stdio, null, none, file:PATH, pty, tcp:HOST:PORT[,server=on][,wait=off]; again for the "
         "next port",
         serial},
        {G::console, {"monitor"}, "WHERE", "the same for the monitor", monitor},
        {G::console, {"name"}, "TEXT", "in the window's title", name},
        {G::console, {"k"}, "LAYOUT", "", ignored},
        {G::console, {"screenshot"}, "FILE.png", "save the screen at the end", screenshot},

        {G::running, {"S"}, "", "wait for the monitor's 'cont'", start_paused},
        {G::running, {"no-reboot"}, "", "end where the guest would start again", no_reboot},
        {G::running,
         {"stop-on"},
         "TEXT",
         "end with status 0 when the console prints TEXT",
         stop_on},
        {G::running,
         {"max-instructions"},
         "N",
         "end with status 3 after N guest instructions",
         max_instructions},
        {G::running,
         {"timeout"},
         "SECONDS",
         "end with status 3 after that time of the host's",
         timeout},
        {G::running, {"loadvm"}, "FILE", "start from a snapshot", loadvm},
        {G::running, {"savevm-at"}, "N FILE", "write a snapshot after N instructions", savevm_at},

        {G::debugging,
         {"d"},
         "ITEMS",
         "log what happens (-d help), separated by commas",
         log_items},
        {G::debugging, {"D"}, "FILE", "the log's file instead of standard error", log_file},
        {G::debugging,
         {"dfilter"},
         "RANGE",
         "log only code in these guest addresses: 0xc0000000+0x1000, A..B",
         log_filter},
        {G::debugging,
         {"stats"},
         "",
         "print at the end what was counted and where the time went",
         statistics},
        {G::debugging, {"stats-json"}, "FILE", "write the same as JSON", statistics_file},
        {G::debugging,
         {"perfmap"},
         "",
         "name generated code for 'perf report', in /tmp/perf-PID.map",
         perf_map},
        {G::debugging,
         {"jitdump"},
         "",
         "write generated code for 'perf inject --jit', in jit-PID.dump",
         perf_dump},
        {G::debugging, {"jit-names"}, "", "name generated code in a debugger", debugger_names},

        {G::information, {"list"}, "machines|cpus|devices|nics", "what can be named above", list},
        {G::information, {"version"}, "", "the version", version},
        {G::information, {"h", "help"}, "", "this text", help},
    };
    return table;
}

std::span<const RefusedOption> refused_options() {
    static constexpr std::array<RefusedOption, 16> refused = {{
        {"device", "each board has its devices built in; disks come with -drive, cards with -nic"},
        {"global", "device properties cannot be set; -M takes those of a machine"},
        {"net", "write -nic user or -nic none"},
        {"netdev", "write -nic user,model=NAME"},
        {"chardev", "write -serial or -monitor with the place itself"},
        {"blockdev", "write -drive file=FILE,format=raw"},
        {"object", "there are no objects to create"},
        {"enable-kvm", "the guest's processor is not the host's; Vestige always translates"},
        {"icount", "write --clock virtual, with --mips for the speed"},
        {"s", "there is no GDB server yet; -d and the monitor show the machine's state"},
        {"gdb", "there is no GDB server yet; -d and the monitor show the machine's state"},
        {"vnc", "write -display sdl"},
        {"spice", "write -display sdl"},
        {"daemonize", "start it with & or nohup, and -display none"},
        {"qmp", "the monitor speaks its human form only: -monitor"},
        {"incoming", "write --loadvm FILE"},
    }};
    return refused;
}

const OptionRow* find_option(std::string_view name) {
    for (const auto& row : option_table())
        if (std::find(row.names.begin(), row.names.end(), name) != row.names.end()) return &row;
    return nullptr;
}

} // namespace vestige
