#include <catch2/catch.hpp>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include <unistd.h>

#include "app/run.h"
#include "hw/display/picture.h"
#include "tests/unit/app_fake_machine.h"

using namespace vestige;

namespace {

// Swallows standard error for as long as it lives and keeps what was written.
class CapturedErrors {
  public:
    CapturedErrors() : old_(::dup(STDERR_FILENO)), file_(std::tmpfile()) {
        std::fflush(stderr);
        ::dup2(::fileno(file_), STDERR_FILENO);
    }
    ~CapturedErrors() {
        restore();
        std::fclose(file_);
    }
    std::string text() {
        restore();
        std::rewind(file_);
        std::string all;
        for (int character = std::fgetc(file_); character != EOF; character = std::fgetc(file_))
            all += static_cast<char>(character);
        return all;
    }

  private:
    void restore() {
        if (old_ < 0) return;
        std::fflush(stderr);
        ::dup2(old_, STDERR_FILENO);
        ::close(old_);
        old_ = -1;
    }
    int old_;
    std::FILE* file_;
};

struct Fixture {
    FakeMachine* machine = nullptr;
    std::vector<hw::CharBackend*> serial;
    std::function<void(FakeMachine&)> prepare = [](FakeMachine&) {};

    SessionParts parts() {
        return {[this](const MachineConfig&, MachineEnvironment environment) {
                    auto made = std::make_unique<FakeMachine>();
                    machine = made.get();
                    serial = environment.serial;
                    prepare(*made);
                    return made;
                },
                {}};
    }
    Options options(std::vector<std::string> words) {
        words.insert(words.end(), {"-serial", "null", "-monitor", "none", "-display", "none"});
        return parse_options(words);
    }
};

void print(hw::CharBackend& backend, std::string_view text) {
    backend.write(std::as_bytes(std::span(text)));
}

} // namespace

TEST_CASE("session: why it ended is the exit status") {
    CapturedErrors errors;
    const auto status_of = [](RunEnd end, std::vector<std::string> words) {
        Fixture f;
        f.prepare = [&](FakeMachine& machine) {
            machine.behaviour = [end](std::uint64_t) { return end; };
        };
        return Session(f.options(std::move(words)), f.parts()).run();
    };
    CHECK(status_of(RunEnd::powered_off, {}) == 0);
    CHECK(status_of(RunEnd::stop_text, {"--stop-on", "x"}) == 0);
    CHECK(status_of(RunEnd::fatal_fault, {}) == 2);
    CHECK(status_of(RunEnd::reset_asked, {"-no-reboot"}) == 0);
    CHECK(errors.text() == "view 5\n"); // the fault, and nothing else
}

TEST_CASE("session: limits") {
    CapturedErrors errors;
    Fixture f;
    std::vector<std::uint64_t> limits;
    f.prepare = [&](FakeMachine& machine) {
        machine.behaviour = [&](std::uint64_t limit) {
            limits.push_back(limit);
            machine.retired = limit;
            return RunEnd::instruction_limit;
        };
    };
    {
        Session session(f.options({"--max-instructions", "1000", "--savevm-at", "300", "snap"}),
                        f.parts());
        CHECK(session.run() == 3);
        CHECK(f.machine->snapshots_saved == std::vector<std::string>{"snap"});
    }
    CHECK(limits == std::vector<std::uint64_t>{300, 1000});

    f.prepare = [](FakeMachine& machine) {
        machine.behaviour = [&machine](std::uint64_t) {
            while (!machine.interrupt_asked)
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
            return RunEnd::interrupted;
        };
    };
    CHECK(Session(f.options({"--timeout", "0.05"}), f.parts()).run() == 3);
    const std::string text = errors.text();
    CHECK(text.find("limit reached: 1000 instructions") != std::string::npos);
    CHECK(text.find("limit reached: 0.05 seconds") != std::string::npos);
}

TEST_CASE("session: a reset is done, and the machine runs on") {
    Fixture f;
    f.prepare = [](FakeMachine& machine) {
        machine.behaviour = [&machine](std::uint64_t) {
            return machine.resets < 2 ? RunEnd::reset_asked : RunEnd::powered_off;
        };
    };
    Session session(f.options({}), f.parts());
    CHECK(session.run() == 0);
    CHECK(f.machine->resets == 2);
}

TEST_CASE("session: the stop text ends the run from within the access") {
    Fixture f;
    f.prepare = [&](FakeMachine& machine) {
        machine.behaviour = [&](std::uint64_t) {
            print(*f.serial[0], "GUEST-REA");
            CHECK(machine.end_asked == RunEnd::interrupted);
            print(*f.serial[0], "DY\n");
            return machine.end_asked;
        };
    };
    Session session(f.options({"--stop-on", "GUEST-READY"}), f.parts());
    CHECK(f.serial.size() >= 4);
    CHECK(session.run() == 0);
    CHECK(f.machine->end_asked == RunEnd::stop_text);
}

TEST_CASE("session: snapshots, statistics and the screen") {
    CapturedErrors errors;
    Fixture f;
    {
        Session session(f.options({"--loadvm", "old", "--stats"}), f.parts());
        CHECK(f.machine->snapshots_loaded == std::vector<std::string>{"old"});
        CHECK(session.run() == 0);
    }
    CHECK_THROWS_WITH(Session(f.options({"--loadvm", "missing"}), f.parts()),
                      Catch::Contains("missing"));
    Session without_screen(f.options({"--screenshot", "x.png"}), f.parts());
    CHECK_THROWS_WITH(without_screen.run(), Catch::Contains("no screen"));
    CHECK(errors.text() == "view 4\n");

    const auto file = std::filesystem::temp_directory_path() /
                      ("vestige-statistics-" + std::to_string(::getpid()) + ".json");
    Session with_file(f.options({"--stats-json", file.string()}), f.parts());
    CHECK(with_file.run() == 0);
    std::ifstream written(file);
    CHECK(std::string(std::istreambuf_iterator<char>(written), {}) == "view 6\n");
    std::filesystem::remove(file);
    Session nowhere(f.options({"--stats-json", "/nowhere/file"}), f.parts());
    CHECK_THROWS_WITH(nowhere.run(), Catch::Contains("/nowhere/file"));
}

TEST_CASE("session: a machine held at the start waits for the monitor") {
    Fixture f;
    bool ran = false;
    f.prepare = [&](FakeMachine& machine) {
        machine.behaviour = [&](std::uint64_t) {
            ran = true;
            return RunEnd::powered_off;
        };
    };
    Session session(f.options({"-S"}), f.parts());
    std::thread user([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        session.quit();
    });
    CHECK(session.run() == 0);
    user.join();
    CHECK_FALSE(ran);
}

TEST_CASE("session: a signal ends it in order") {
    CapturedErrors errors;
    Fixture f;
    f.prepare = [](FakeMachine& machine) {
        machine.behaviour = [&machine](std::uint64_t) {
            ::kill(::getpid(), SIGTERM);
            while (!machine.interrupt_asked)
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
            return RunEnd::interrupted;
        };
    };
    CHECK(Session(f.options({}), f.parts()).run() == 128 + SIGTERM);
    CHECK(errors.text() == "vestige: ended by signal 15\n");
}

TEST_CASE("where the display goes when nobody said") {
    auto settled = [](std::vector<std::string> words, bool desktop) {
        Options options = parse_options(words);
        settle_display(options, desktop);
        return std::pair(options.display, options.machine.firmware_console);
    };
    using Console = FirmwareConsole;
    CHECK(settled({}, true) == std::pair(DisplayKind::sdl, Console::screen));
    CHECK(settled({}, false) == std::pair(DisplayKind::none, Console::serial));
    CHECK(settled({"-display", "none"}, true) == std::pair(DisplayKind::none, Console::screen));
    CHECK(settled({"--screenshot", "a.png"}, false) ==
          std::pair(DisplayKind::none, Console::screen));
    CHECK(settled({"-vga", "none"}, true) == std::pair(DisplayKind::none, Console::serial));
}
