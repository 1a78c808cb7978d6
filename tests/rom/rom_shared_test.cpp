// The ROM's portable parts, on the host, with a console made of strings.
#include <catch2/catch.hpp>

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>

extern "C" {
#include "roms/shared/divide.h"
#include "roms/shared/dump.h"
#include "roms/shared/line.h"
#include "roms/shared/mandelbrot.h"
#include "roms/shared/menu.h"
#include "roms/shared/platform.h"
#include "roms/shared/print.h"
}

namespace {

struct FakeConsole {
    std::string output;
    std::string input;
    std::map<std::uintptr_t, std::uint32_t> memory;
    std::string runs; // which menu items ran
};

// The C interface has no argument for it.
FakeConsole* console = nullptr;

struct ConsoleScope {
    explicit ConsoleScope(std::string input = "") {
        fake.input = std::move(input);
        console = &fake;
    }
    ~ConsoleScope() { console = nullptr; }
    ConsoleScope(const ConsoleScope&) = delete;
    ConsoleScope& operator=(const ConsoleScope&) = delete;
    FakeConsole fake;
};

template <typename... Arguments> std::string printed(const char* format, Arguments... arguments) {
    ConsoleScope scope;
    print(format, arguments...);
    return scope.fake.output;
}

} // namespace

extern "C" {

void platform_put_byte(char byte) { console->output += byte; }

int platform_poll_key() {
    if (console->input.empty()) return no_key;
    const int key = static_cast<unsigned char>(console->input.front());
    console->input.erase(0, 1);
    return key;
}

int platform_wait_for_key() {
    const int key = platform_poll_key();
    if (key == no_key)
        throw std::runtime_error("the ROM waits for a key that the test does not press");
    return key;
}

bool platform_read_word(std::uintptr_t address, std::uint32_t* value) {
    const auto found = console->memory.find(address);
    if (found == console->memory.end()) return false;
    *value = found->second;
    return true;
}

void platform_explain_refusal() { print("refused\n"); }

const char* platform_describe_address(std::uintptr_t) { return "a test"; }
}

TEST_CASE("print follows printf") {
    REQUIRE(printed("%d %d %u|", -2147483647 - 1, 0, 4294967295u) == "-2147483648 0 4294967295|");
    REQUIRE(printed("%08x %X %x", 0xbeefu, 0xbeefu, 0u) == "0000beef BEEF 0");
    REQUIRE(printed("[%5d][%-5d][%05d]", 42, 42, 42) == "[   42][42   ][00042]");
    REQUIRE(printed("[%4s][%-4s][%c]%%", "ab", "ab", 'c') == "[  ab][ab  ][c]%");
    REQUIRE(printed("%llu %016llx", 18446744073709551615ull, 0x123456789abcdefull) ==
            "18446744073709551615 0123456789abcdef");
    REQUIRE(printed("%lld", -9223372036854775807ll - 1) == "-9223372036854775808");
    REQUIRE(printed("a\nb") == "a\r\nb");
}

TEST_CASE("64-bit division agrees with the host") {
    for (const std::uint64_t dividend :
         {0ull, 1ull, 0xffffffffull, 0x100000000ull, 0x123456789abcdef0ull, ~0ull}) {
        for (const std::uint32_t divisor : {1u, 2u, 10u, 1000000u, 0x80000001u, 0xffffffffu}) {
            std::uint32_t rest = 0;
            REQUIRE(divide64(dividend, divisor, &rest) == dividend / divisor);
            REQUIRE(rest == dividend % divisor);
            REQUIRE(divide64(dividend, divisor, nullptr) == dividend / divisor);
        }
    }
}

TEST_CASE("mandelbrot steps agree with floating point where the answer is robust") {
    REQUIRE(mandelbrot_steps(0, 0, 100) == 100);
    REQUIRE(mandelbrot_steps(FIXED_POINT(-1), 0, 100) == 100);
    REQUIRE(mandelbrot_steps(FIXED_POINT(2.25), FIXED_POINT(2.25), 100) == 1);
    for (double real = -2.2; real < 0.8; real += 0.37) {
        for (double imaginary = -1.2; imaginary <= 1.2; imaginary += 0.31) {
            double x = 0, y = 0;
            std::uint32_t steps = 0;
            for (; steps < 12 && x * x + y * y <= 4; ++steps) {
                const double next = x * x - y * y + real;
                y = 2 * x * y + imaginary;
                x = next;
            }
            REQUIRE(mandelbrot_steps(FIXED_POINT(real), FIXED_POINT(imaginary), 12) == steps);
        }
    }
}

TEST_CASE("hexadecimal addresses") {
    std::uintptr_t value = 0;
    for (const char* text : {"1f00", "1F00", "0x1f00", "1f00h", "  1f00 "}) {
        REQUIRE(parse_hexadecimal(text, &value));
        REQUIRE(value == 0x1f00);
    }
    REQUIRE(parse_hexadecimal("0", &value));
    REQUIRE(value == 0);
    for (const char* text : {"", "x", "0x", "12 34", "12g", "12345678901234567"})
        REQUIRE_FALSE(parse_hexadecimal(text, &value));
}

TEST_CASE("lines are edited with backspace and left with escape") {
    char text[4];
    {
        ConsoleScope scope("ab\bcdef\r");
        REQUIRE(read_line(text, sizeof text));
        REQUIRE(std::string(text) == "acd"); // the rest does not fit
        REQUIRE(scope.fake.output == "ab\b \bcd\r\n");
    }
    ConsoleScope scope("ab\x1b");
    REQUIRE_FALSE(read_line(text, sizeof text));
}

TEST_CASE("the dump shows words and text, and explains an address that is refused") {
    ConsoleScope scope("1003\r\r");
    for (std::uintptr_t address = 0x1000; address < 0x1100; address += 4)
        scope.fake.memory[address] = 0x41414141;
    memory_dump();
    REQUIRE(scope.fake.output.find("00001000  41414141 41414141 41414141 41414141  "
                                   "AAAAAAAAAAAAAAAA\r\n") != std::string::npos);
    REQUIRE(scope.fake.output.find("000010f0  41414141") != std::string::npos);
    REQUIRE(scope.fake.output.find("00001100  cannot be read.\r\n\r\nrefused") !=
            std::string::npos);
}

TEST_CASE("the menu runs items by key, in either case, and leaves by an empty one") {
    static const menu_item items[] = {
        {'a', "first", [] { console->runs += 'a'; }},
        {'b', "second", [] { console->runs += 'b'; }},
        {'q', "leave", nullptr},
    };
    static const menu menu = {"Title", "test", items, 3};
    ConsoleScope scope("aB\rzh?q");
    menu_run(&menu);
    REQUIRE(scope.fake.runs == "ab");
    REQUIRE(scope.fake.output.find("no item 'z'") != std::string::npos);
    REQUIRE(scope.fake.output.find("b  second") != std::string::npos);
    REQUIRE(scope.fake.output.rfind("first") != scope.fake.output.find("first")); // h and ?
    REQUIRE(scope.fake.input.empty());
}
