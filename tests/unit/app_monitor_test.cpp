#include <catch2/catch.hpp>

#include <fstream>

#include "app/monitor/memory_dump.h"
#include "app/monitor/monitor.h"
#include "app/screenshot.h"
#include "tests/unit/app_fake_machine.h"

using namespace vestige;

namespace {

struct FakeControl final : RunControl {
    void quit() override { ended = true; }
    void attend() override { ++attended; }
    void pause() override { held = true; }
    void resume() override { held = false; }
    bool paused() const override { return held; }
    bool ending() const override { return ended; }
    bool ended = false, held = false;
    int attended = 0;
};

struct FakeTerminal final : hw::CharBackend {
    void write(std::span<const std::byte> data) override {
        for (const std::byte byte : data)
            shown += static_cast<char>(byte);
    }
    void resume() override {}
    void type(std::string_view keys) { receive(std::as_bytes(std::span(keys))); }
    std::string shown;
};

struct Fixture {
    FakeMachine machine;
    FakeControl control;
    FakeTerminal terminal;
    Monitor monitor{terminal, machine, control, Monitor::Greeting::when_addressed};
};

struct OnePixel final : hw::DisplaySource {
    void draw(hw::Picture& picture) const override { picture = {1, 1, {0x00ff8001}}; }
};

} // namespace

TEST_CASE("the monitor's commands reach the machine") {
    Fixture f;
    CHECK(f.monitor.execute("stop").empty());
    CHECK(f.control.held);
    CHECK(f.monitor.execute("info status") == "VM status: paused (0 instructions)\n");
    f.monitor.execute("cont");
    CHECK_FALSE(f.control.held);
    f.monitor.execute("system_reset");
    CHECK(f.machine.resets == 1);
    CHECK(f.monitor.execute("system_powerdown").find("no power switch") != std::string::npos);
    f.machine.has_power_switch = true;
    CHECK(f.monitor.execute("system_powerdown").empty());
    CHECK(f.machine.presses == 1);
    f.monitor.execute("savevm \"my snap\"");
    CHECK(f.machine.snapshots_saved == std::vector<std::string>{"my snap"});
    CHECK(f.monitor.execute("loadvm missing") == "Error: no snapshot 'missing'\n");
    CHECK(f.monitor.execute("info registers") == "view 0\n");
    CHECK(f.monitor.execute("info mtree") == "view 1\n");
    f.monitor.execute("q");
    CHECK(f.control.ended);
}

TEST_CASE("the monitor says what it does not know") {
    Fixture f;
    CHECK(f.monitor.execute("frobnicate") == "unknown command: 'frobnicate' (help lists them)\n");
    CHECK(f.monitor.execute("sytem_reset") ==
          "unknown command: 'sytem_reset', did you mean 'system_reset'?\n");
    CHECK(f.monitor.execute("info tbl").find("did you mean 'tlb'?") != std::string::npos);
    CHECK(f.monitor.execute("savevm") == "usage: savevm FILE\n");
    CHECK(f.monitor.execute("stop now") == "usage: stop\n");
    CHECK(f.monitor.execute("x") == "usage: x [/FMT] ADDRESS\n");
    CHECK(f.monitor.execute("x /4").find("which address") != std::string::npos);
    CHECK(f.monitor.execute("x /4z 0").find("Error:") == 0);
    CHECK(f.monitor.execute("").empty());
    CHECK(f.monitor.execute("help").find("screendump FILE") != std::string::npos);
    CHECK(f.monitor.execute("help stop") == "stop|s -- hold the machine\n");
}

TEST_CASE("memory as QEMU's monitor prints it") {
    Fixture f;
    for (std::size_t i = 0; i < 64; ++i)
        f.machine.memory[i] = static_cast<std::byte>(i * 0x11);
    f.machine.memory[0x20] = std::byte{'A'};
    f.machine.memory[0x21] = std::byte{'\n'};
    CHECK(f.monitor.execute("x 0x1000") == "00001000: 0x00112233\n");
    CHECK(f.monitor.execute("x/2xw 0x1000 + 4") == "00001004: 0x44556677 0x8899aabb\n");
    CHECK(f.monitor.execute("xp /5 0x1000") ==
          "0000000000001000: 0x00112233 0x44556677 0x8899aabb 0xccddeeff\n"
          "0000000000001010: 0x10213243\n");
    CHECK(f.monitor.execute("x /2xb 0x1000") == "00001000: 0x00 0x11\n");
    CHECK(f.monitor.execute("x /1dh 0x1008").find("-30567") != std::string::npos);
    CHECK(f.monitor.execute("x /2c 0x1020") == "00001020: 'A' '\\n'\n");
    CHECK(f.monitor.execute("x /1xg 0x1000") == "00001000: 0x0011223344556677\n");
    CHECK(f.monitor.execute("x /2i 0x1000") == "nop\nnop\n");
    CHECK(f.monitor.execute("x /8xw 0x10f0").find("Cannot access memory") != std::string::npos);
    CHECK(f.monitor.execute("x 0") == "Cannot access memory\n");
    CHECK(parse_address("0x20-0x10+1") == 0x11);
}

TEST_CASE("typing at the monitor") {
    Fixture f;
    f.terminal.type("\x0c"); // the user turns to it
    CHECK(f.terminal.shown.find("type 'help'") != std::string::npos);
    CHECK(f.terminal.shown.substr(f.terminal.shown.size() - 10) == "(vestige) ");
    f.terminal.shown.clear();
    f.terminal.type("stopp\x7f\r");
    CHECK(f.terminal.shown == "stopp\b \b\n");
    CHECK(f.control.attended == 1);
    CHECK(f.monitor.line_pending());
    CHECK_FALSE(f.control.held); // not before the machine's thread is out of run()
    f.terminal.shown.clear();
    f.monitor.run_pending_lines();
    CHECK(f.control.held);
    CHECK(f.terminal.shown == "(vestige) ");
    f.terminal.shown.clear();
    f.terminal.type("\x1b[A\x1b[3~\r");
    f.monitor.run_pending_lines();
    CHECK(f.terminal.shown.find("(vestige) stop\n") != std::string::npos);
    f.terminal.type(std::string(5000, 'x'));
    CHECK(f.terminal.shown.size() < 2000);
}

TEST_CASE("pictures are written whole or not at all") {
    Fixture f;
    CHECK(f.monitor.execute("screendump a.png").find("no screen") != std::string::npos);
    OnePixel pixel;
    f.machine.screen = &pixel;
    const std::string folder = "/tmp/vestige-app-test-picture";
    CHECK(f.monitor.execute("screendump " + folder + ".ppm").empty());
    std::ifstream ppm(folder + ".ppm", std::ios::binary);
    const std::string contents((std::istreambuf_iterator<char>(ppm)), {});
    CHECK(contents == std::string("P6\n1 1\n255\n\xff\x80\x01"));
    CHECK(f.monitor.execute("screendump " + folder + ".png").empty());
    std::ifstream png(folder + ".png", std::ios::binary);
    std::string head(4, '\0');
    png.read(head.data(), 4);
    CHECK(head == "\x89PNG");
    CHECK(f.monitor.execute("screendump /dev/full").find("No space left") != std::string::npos);
    std::remove((folder + ".ppm").c_str());
    std::remove((folder + ".png").c_str());
}
