#include <catch2/catch.hpp>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string>
#include <thread>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "app/console/escape_filter.h"
#include "app/console/places.h"
#include "app/console/stream_backend.h"
#include "app/console/stream_matcher.h"
#include "app/console/terminal.h"
#include "app/console/watched_backend.h"
#include "common/error.h"

using namespace vestige;

namespace {

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

// A chip that takes at most `room` bytes.
struct Chip {
    explicit Chip(hw::CharBackend& backend_in) : backend(backend_in) {
        backend.set_receiver([this](std::span<const std::byte> data) {
            const std::size_t count = std::min(room, data.size());
            for (const std::byte byte : data.first(count))
                text += static_cast<char>(byte);
            room -= count;
            return count;
        });
    }
    hw::CharBackend& backend;
    std::string text;
    std::size_t room = 1'000'000;
};

template <typename Condition> bool soon(InputGate& gate, Condition condition) {
    for (int tries = 0; tries < 2000; ++tries) {
        gate.deliver();
        if (condition()) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return false;
}

int connect_to(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    return fd;
}

std::string read_text(int fd, std::size_t count) {
    std::string text(count, '\0');
    std::size_t have = 0;
    while (have < count) {
        const ssize_t got = ::read(fd, text.data() + have, count - have);
        if (got <= 0) break;
        have += static_cast<std::size_t>(got);
    }
    text.resize(have);
    return text;
}

} // namespace

TEST_CASE("Ctrl-a and the key behind it") {
    EscapeFilter filter;
    std::string passed;
    std::vector<EscapeCommand> commands;
    for (const char key : std::string("ab\x01\x01"
                                      "c\x01"
                                      "x\x01"
                                      "c\x01"
                                      "b\x01hd\x01qe")) {
        const auto result = filter.feed(key);
        if (result.passed) passed += *result.passed;
        if (result.command) commands.push_back(*result.command);
    }
    CHECK(passed == "ab\x01"
                    "cde");
    CHECK(commands == std::vector{EscapeCommand::quit, EscapeCommand::toggle_monitor,
                                  EscapeCommand::send_break, EscapeCommand::help});
}

TEST_CASE("a text is found in a stream wherever it starts") {
    const auto matches = [](const std::string& text, const std::string& stream) {
        StreamMatcher matcher(text);
        std::vector<std::size_t> ends;
        for (std::size_t i = 0; i < stream.size(); ++i)
            if (matcher.feed(stream[i])) ends.push_back(i);
        return ends;
    };
    CHECK(matches("GUEST-READY", "x GUEST-GUEST-READY\n") == std::vector<std::size_t>{18});
    CHECK(matches("aab", "aaaab") == std::vector<std::size_t>{4});
    CHECK(matches("abab", "abababab") == std::vector<std::size_t>{3, 5, 7});
    CHECK(matches("ababc", "abababc") == std::vector<std::size_t>{6});
    CHECK(matches("", "abc").empty());
}

TEST_CASE("--stop-on reads along without getting in the way") {
    InputGate gate;
    GateBackend* inner = nullptr;
    struct Recorder final : GateBackend {
        using GateBackend::GateBackend;
        void write(std::span<const std::byte> data) override {
            for (const std::byte byte : data)
                text += static_cast<char>(byte);
        }
        std::string text;
    } recorder("console", gate);
    inner = &recorder;
    std::string when_found;
    WatchedBackend watched(recorder, "READY", [&] { when_found = recorder.text; });
    Chip chip(watched);
    for (const char letter : std::string("NOT READY YET"))
        watched.write(bytes({&letter, 1}));
    CHECK(recorder.text == "NOT READY YET");
    CHECK(when_found == "NOT READY");
    inner->post(bytes("ls\n"));
    gate.deliver();
    CHECK(chip.text == "ls\n");
}

TEST_CASE("what the chip has no room for waits, in order") {
    InputGate gate;
    struct Silent final : GateBackend {
        using GateBackend::GateBackend;
        void write(std::span<const std::byte>) override {}
    } backend("console", gate);
    bool drained = false;
    backend.set_drained([&] { drained = true; });
    Chip chip(backend);
    chip.room = 3;
    backend.post(bytes("hello "));
    backend.post(bytes("world"));
    gate.deliver();
    CHECK(chip.text == "hel");
    chip.room = 2;
    backend.resume();
    CHECK(chip.text == "hello");
    chip.room = 100;
    backend.resume();
    CHECK(chip.text == "hello world");
    CHECK_FALSE(drained);

    chip.room = 0;
    backend.post(bytes(std::string(100'000, 'x')));
    gate.deliver();
    CHECK_FALSE(backend.room());
    chip.room = 1'000'000;
    backend.resume();
    CHECK(backend.room());
    CHECK(drained);
}

TEST_CASE("a serial port on TCP, one client after another") {
    InputGate gate;
    IoLoop loop;
    TcpServerBackend server("serial0", gate, loop, {"127.0.0.1", 0},
                            TcpServerBackend::Start::at_once);
    Chip chip(server);
    loop.start();
    server.write(bytes("lost: nobody is there"));
    for (const std::string name : {"first", "second"}) {
        const int client = connect_to(server.port());
        REQUIRE(::send(client, name.data(), name.size(), 0) == static_cast<ssize_t>(name.size()));
        CHECK(soon(gate, [&] { return chip.text == name; }));
        server.write(bytes("to " + name));
        CHECK(read_text(client, 3 + name.size()) == "to " + name);
        ::close(client);
        chip.text.clear();
    }
    // Nothing is lost on the way to a client that reads late.
    TcpClientBackend sender("serial1", gate, loop, {"127.0.0.1", server.port()});
    const std::string much(50'000, 'm');
    sender.write(bytes(much));
    CHECK(soon(gate, [&] { return chip.text.size() == much.size(); }));
    loop.stop();
}

TEST_CASE("places that cannot be opened are named") {
    InputGate gate;
    IoLoop loop;
    CharOption file;
    file.kind = CharKind::file;
    file.path = "/nonexistent/folder/file";
    CHECK_THROWS_WITH(open_place(file, "serial0", gate, loop),
                      Catch::Contains("serial0: cannot write '/nonexistent/folder/file'"));
    CharOption refused;
    refused.kind = CharKind::tcp;
    refused.host = "127.0.0.1";
    refused.port = 1;
    CHECK_THROWS_WITH(open_place(refused, "serial0", gate, loop),
                      Catch::Contains("cannot connect to 127.0.0.1:1"));
}

TEST_CASE("alarms and stopping") {
    IoLoop loop;
    std::atomic<int> rung = 0;
    const auto now = std::chrono::steady_clock::now();
    loop.call_at(now + std::chrono::milliseconds(20), [&] { rung += 10; });
    loop.call_at(now + std::chrono::hours(1), [&] { rung += 100; });
    loop.start();
    loop.call_at(now, [&] { rung += 1; });
    for (int tries = 0; tries < 2000 && rung != 11; ++tries)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    loop.stop();
    CHECK(rung == 11);
}

TEST_CASE("the terminal gets its mode back, whatever ends the program") {
    const int master = ::posix_openpt(O_RDWR | O_NOCTTY);
    REQUIRE(master >= 0);
    REQUIRE(::grantpt(master) == 0);
    REQUIRE(::unlockpt(master) == 0);
    const int slave = ::open(::ptsname(master), O_RDWR | O_NOCTTY);
    REQUIRE(slave >= 0);
    termios before{};
    REQUIRE(::tcgetattr(slave, &before) == 0);
    REQUIRE((before.c_lflag & ICANON) != 0);

    for (const std::string end : {"return", "exit", "abort", "segv"}) {
        INFO(end);
        int ready[2];
        REQUIRE(::pipe(ready) == 0);
        const pid_t child = ::fork();
        if (child == 0) {
            ::dup2(slave, STDIN_FILENO);
            // Catch2's own handlers would stand in the way.
            std::signal(SIGABRT, SIG_DFL);
            std::signal(SIGSEGV, SIG_DFL);
            {
                RawTerminal raw;
                termios now{};
                ::tcgetattr(STDIN_FILENO, &now);
                const char is_raw = (now.c_lflag & (ICANON | ECHO | ISIG)) == 0 ? 'y' : 'n';
                [[maybe_unused]] const auto written = ::write(ready[1], &is_raw, 1);
                if (end == "exit") std::exit(0);
                if (end == "abort") std::abort();
                if (end == "segv") std::raise(SIGSEGV);
            }
            ::_exit(0);
        }
        char is_raw = 0;
        REQUIRE(::read(ready[0], &is_raw, 1) == 1);
        CHECK(is_raw == 'y');
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        CHECK(WIFSIGNALED(status) == (end == "abort" || end == "segv"));
        termios after{};
        REQUIRE(::tcgetattr(slave, &after) == 0);
        CHECK(after.c_lflag == before.c_lflag);
        CHECK(after.c_iflag == before.c_iflag);
        ::close(ready[0]);
        ::close(ready[1]);
    }
    ::close(slave);
    ::close(master);
}
