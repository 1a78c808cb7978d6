#include <catch2/catch.hpp>

#include <sstream>

#include "app/options.h"
#include "common/error.h"

using namespace vestige;

namespace {

Options parse(const std::vector<std::string>& arguments) { return parse_options(arguments); }

std::string refusal(const std::vector<std::string>& arguments) {
    try {
        parse_options(arguments);
    } catch (const UserError& error) {
        return error.what();
    }
    return "accepted";
}

} // namespace

TEST_CASE("a QEMU user's command line works as it is") {
    const auto options =
        parse({"-M", "g3beige", "-m", "256M", "-kernel", "vmlinux-ppc32", "-initrd", "ram.gz",
               "-append", "console=ttyS0 bench=all", "-nographic"});
    CHECK(options.machine.machine == "g3beige");
    CHECK(options.machine.memory_bytes == 256u << 20);
    CHECK(options.machine.kernel == "vmlinux-ppc32");
    CHECK(options.machine.append == "console=ttyS0 bench=all");
    CHECK(options.machine.firmware.empty());
    CHECK(options.machine.firmware_console == FirmwareConsole::serial);
    CHECK(options.display == DisplayKind::none);
    REQUIRE(options.serial.size() == 1);
    CHECK(options.serial[0].kind == CharKind::stdio);
    CHECK(options.monitor.kind == CharKind::stdio);
}

TEST_CASE("one dash or two, a word or an equals sign") {
    CHECK(parse({"--m", "64"}).machine.memory_bytes == 64u << 20);
    CHECK(parse({"-m", "size=1G"}).machine.memory_bytes == 1u << 30);
    CHECK(parse({"-m", "512K"}).machine.memory_bytes == 512u << 10);
    CHECK(parse({"-m", "1.5G"}).machine.memory_bytes == 1536ull << 20);
    CHECK(parse({"--engine=interp"}).machine.engine == EngineKind::interpreter);
    CHECK(parse({"-engine", "jit"}).machine.engine == EngineKind::jit);
    CHECK(parse({"-kernel", "k", "-append", "-m"}).machine.append == "-m");
}

TEST_CASE("without a word it runs its own ROM") {
    CHECK(parse({}).machine.firmware == "vestige");
    CHECK(parse({"-nographic", "-m", "64M"}).machine.firmware == "vestige");
    CHECK(parse({"-M", "g3beige"}).machine.firmware.empty());
    CHECK(parse({"-hda", "disk"}).machine.firmware.empty());
    CHECK(parse({"-kernel", "k"}).machine.firmware.empty());
    CHECK(parse({"-M", "mac99", "-bios", "vestige"}).machine.firmware == "vestige");
}

TEST_CASE("machine properties") {
    const auto machine = parse({"-machine", "mac99,via=cuda,graphics=off"}).machine;
    CHECK(machine.machine == "mac99");
    REQUIRE(machine.properties.size() == 1);
    CHECK(machine.properties[0] == std::pair<std::string, std::string>("via", "cuda"));
    CHECK(machine.firmware_console == FirmwareConsole::serial);
    CHECK(parse({"-M", "type=mac99"}).machine.machine == "mac99");
}

TEST_CASE("drives: comma lists, doubled commas, free places") {
    const auto drives =
        parse({"-drive", "file=a,,b.img,if=ide,index=1,format=raw,readonly=on", "-cdrom", "cd.iso",
               "-drive", "file=c.img", "-drive", "d.img,bus=1,unit=1,snapshot=on"})
            .machine.drives;
    REQUIRE(drives.size() == 4);
    CHECK(drives[0].file == "a,b.img");
    CHECK(drives[0].index == 1u);
    CHECK(drives[0].access == DriveAccess::read_only);
    CHECK(drives[1].media == DriveMedia::cdrom);
    CHECK(drives[1].index == 2u);
    CHECK(drives[1].access == DriveAccess::read_only);
    CHECK(drives[2].interface == DriveInterface::automatic);
    CHECK_FALSE(drives[2].index);
    CHECK(drives[2].access == DriveAccess::read_write);
    CHECK(drives[3].file == "d.img");
    CHECK(drives[3].bus == 1u);
    CHECK(drives[3].unit == 1u);
    CHECK(drives[3].access == DriveAccess::snapshot);
    CHECK(parse({"-snapshot", "disk"}).machine.drives[0].access == DriveAccess::snapshot);
    CHECK(refusal({"-hdc", "a", "-cdrom", "b"}).find("two drives at index 2") == 0);
    CHECK(refusal({"-drive", "file=x,format=qcow2"}).find("qemu-img convert") != std::string::npos);
    CHECK(refusal({"-drive", "file=x,reedonly=on"}).find("'readonly'") != std::string::npos);
    CHECK(refusal({"-drive", "if=ide"}).find("file=FILE") != std::string::npos);
    CHECK(parse({"-drive", "if=ide,media=cdrom"}).machine.drives[0].file.empty());
}

TEST_CASE("network cards and forwarded ports") {
    CHECK_FALSE(parse({}).machine.nics);
    CHECK(parse({"-nic", "none"}).machine.nics->empty());
    const auto cards = *parse({"-nic", "user,model=sungem,mac=52:54:00:12:34:56,"
                                       "hostfwd=tcp:127.0.0.1:8080-:80,restrict=on"})
                            .machine.nics;
    REQUIRE(cards.size() == 1);
    CHECK(cards[0].model == "sungem");
    CHECK(cards[0].mac == MacAddress{0x52, 0x54, 0, 0x12, 0x34, 0x56});
    CHECK(cards[0].restricted);
    REQUIRE(cards[0].forwards.size() == 1);
    CHECK(cards[0].forwards[0].host_address == "127.0.0.1");
    CHECK(cards[0].forwards[0].host_port == 8080);
    CHECK(cards[0].forwards[0].guest_address.empty());
    CHECK(cards[0].forwards[0].guest_port == 80);
    CHECK(refusal({"-nic", "user,hostfwd=8080"}).find("tcp::8080-:80") != std::string::npos);
    CHECK(refusal({"-nic", "user,mac=52:54:00:12:34"}).find("MAC") != std::string::npos);
    CHECK(refusal({"-nic", "user,mac=01:54:00:12:34:56"}).find("group") != std::string::npos);
}

TEST_CASE("serial ports and the monitor") {
    const auto options = parse({"-serial", "tcp:localhost:4444", "-serial", "mon:stdio", "-serial",
                                "tcp::5555,server,nowait", "-serial", "file:out.txt"});
    REQUIRE(options.serial.size() == 4);
    CHECK(options.serial[0].kind == CharKind::tcp);
    CHECK(options.serial[0].host == "localhost");
    CHECK(options.serial[0].port == 4444);
    CHECK_FALSE(options.serial[0].server);
    CHECK(options.serial[1].kind == CharKind::stdio);
    CHECK(options.serial[2].server);
    CHECK_FALSE(options.serial[2].wait_for_client);
    CHECK(options.serial[3].path == "out.txt");
    CHECK(options.monitor.kind == CharKind::stdio);
    CHECK(parse({"-serial", "null", "-nographic"}).monitor.kind == CharKind::stdio);
    CHECK(parse({"-serial", "null"}).monitor.kind == CharKind::none);
    CHECK(parse({"-monitor", "none", "-nographic"}).monitor.kind == CharKind::none);
    CHECK(refusal({"-serial", "stdio", "-serial", "stdio"}).find("only one") != std::string::npos);
    CHECK(refusal({"-serial", "tcp:4444"}).find("tcp:HOST:PORT") != std::string::npos);
}

TEST_CASE("the virtual clock and its date") {
    const auto plain = parse({"--clock", "virtual", "--mips", "100"}).machine;
    CHECK(plain.clock == ClockKind::virtual_instructions);
    CHECK(plain.mips == 100.0);
    CHECK(plain.rtc.base == RtcConfig::Base::fixed);
    CHECK(parse({"--clock", "virtual", "-rtc", "base=utc"}).machine.rtc.base ==
          RtcConfig::Base::host_utc);
    const auto dated = parse({"-rtc", "base=2000-01-01T00:00:10"}).machine.rtc;
    CHECK(dated.epoch_seconds == 946684810);
    CHECK(parse({}).machine.rtc.base == RtcConfig::Base::host_utc);
    CHECK(refusal({"-rtc", "base=2000-02-30"}).find("2026-01-31") != std::string::npos);
    CHECK(refusal({"--mips", "5"}).find("--clock virtual") != std::string::npos);
    CHECK(refusal({"--clock", "fast"}).find("host, virtual") != std::string::npos);
}

TEST_CASE("limits, snapshots and logs") {
    const auto options =
        parse({"--stop-on", "GUEST-READY", "--max-instructions", "1000", "--timeout", "2.5",
               "--savevm-at", "500", "snap", "--loadvm", "old", "-d", "int", "-d", "mmu,exec",
               "-dfilter", "0xc0000000+0x1000,0x100..0x1ff,0x2fff-0x1000"});
    CHECK(options.stop_on == "GUEST-READY");
    CHECK(options.max_instructions == 1000u);
    CHECK(options.timeout_seconds == 2.5);
    REQUIRE(options.savevm_at);
    CHECK(options.savevm_at->instructions == 500);
    CHECK(options.savevm_at->file == "snap");
    CHECK(options.loadvm_file == "old");
    CHECK(options.log_items == "int,mmu,exec");
    const auto& ranges = options.machine.log_filter;
    REQUIRE(ranges.size() == 3);
    CHECK(ranges[0].last == 0xc0000fff);
    CHECK(ranges[1].first == 0x100);
    CHECK(ranges[2].first == 0x2000);
    CHECK(ranges[2].last == 0x2fff);
    CHECK(refusal({"-dfilter", "0x1000"}).find("no range") != std::string::npos);
    CHECK(refusal({"--savevm-at", "500"}) == "-savevm-at wants N FILE");
}

TEST_CASE("what is not there is refused with what to do") {
    CHECK(refusal({"--engin", "jit"}) ==
          "no option '--engin', did you mean '-engine'? (--help lists them)");
    CHECK(refusal({"-kernal", "x"}).find("'-kernel'") != std::string::npos);
    CHECK(refusal({"-zzzzqqqq"}) == "no option '-zzzzqqqq' (--help lists them)");
    CHECK(refusal({"-device", "sungem"}).find("-nic") != std::string::npos);
    CHECK(refusal({"-icount", "3"}).find("--clock virtual") != std::string::npos);
    CHECK(refusal({"-m"}) == "-m wants SIZE");
    CHECK(refusal({"-m", "-nographic"}) == "-m wants SIZE");
    CHECK(refusal({"-m", "lots"}).find("256M") != std::string::npos);
    CHECK(refusal({"-m", "0"}).find("without memory") != std::string::npos);
    CHECK(refusal({"-nographic=1"}) == "-nographic takes no value");
    CHECK(refusal({"-accel", "kvm"}).find("translates") != std::string::npos);
    CHECK(refusal({"-accel", "tcg,tb-size=0"}).find("1 to 1024") != std::string::npos);
    CHECK(refusal({"-accel", "tcg,tb-sise=8"}).find("tb-size") != std::string::npos);
    CHECK(refusal({"-accel", "tcg,tb-size=2000"}).find("1024") != std::string::npos);
    CHECK(parse({"-accel", "tcg,tb-size=8"}).machine.code_cache_bytes == 8u << 20);
    CHECK(!parse({"-accel", "tcg"}).machine.code_cache_bytes);
    CHECK(parse({"-accel", "tcg"}).machine.regions);
    CHECK(parse({"-accel", "tcg"}).machine.windows);
    CHECK(!parse({"-accel", "tcg,regions=off"}).machine.regions);
    CHECK(parse({"-accel", "tcg,regions=off"}).machine.windows);
    CHECK(!parse({"-M", "mac99,accel=tcg", "-accel", "tcg,windows=off"}).machine.windows);
    CHECK(refusal({"-accel", "tcg,windows=2"}).find("windows") != std::string::npos);
    CHECK(refusal({"-smp", "2"}).find("one processor") != std::string::npos);
    CHECK(refusal({"-append", "x"}).find("-kernel") != std::string::npos);
    CHECK(refusal({"-nographic", "-display", "sdl"}).find("contradict") != std::string::npos);
    CHECK(parse({"-accel", "tcg", "-smp", "1", "-k", "de", "-name", "box"}).name == "box");
}

TEST_CASE("what only informs") {
    CHECK(parse({"--help"}).action == ProgramAction::help);
    CHECK(parse({"-version"}).action == ProgramAction::version);
    CHECK(parse({"-M", "help"}).action == ProgramAction::list_machines);
    CHECK(parse({"-cpu", "?"}).action == ProgramAction::list_cpus);
    CHECK(parse({"-d", "help"}).action == ProgramAction::list_log_items);
    CHECK(parse({"-nic", "user,model=help"}).action == ProgramAction::list_nics);
    CHECK(parse({"--list", "devices"}).action == ProgramAction::list_devices);
}

TEST_CASE("the help fits a terminal") {
    std::istringstream help(help_text());
    std::string line;
    unsigned lines = 0;
    while (std::getline(help, line)) {
        INFO(line);
        CHECK(line.size() <= 79);
        ++lines;
    }
    CHECK(lines > 40);
}
