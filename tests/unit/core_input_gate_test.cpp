#include <catch2/catch.hpp>

#include <string>
#include <thread>

#include "machine/core/input_gate.h"

using namespace vestige;

namespace {

std::span<const std::byte> bytes(const std::string& text) { return std::as_bytes(std::span(text)); }

std::string text(std::span<const std::byte> data) {
    return {reinterpret_cast<const char*>(data.data()), data.size()};
}

} // namespace

TEST_CASE("What is posted arrives in order, observed first") {
    InputGate gate;
    std::string seen;
    const auto keys =
        gate.add_channel("keys", [&](auto data) { seen.append("k").append(text(data)); });
    const auto serial =
        gate.add_channel("serial", [&](auto data) { seen.append("s").append(text(data)); });
    gate.set_observer([&](InputGate::Channel channel, auto) { seen += std::to_string(channel); });
    CHECK_FALSE(gate.pending());
    gate.post(serial, bytes("a"));
    gate.post(keys, bytes("b"));
    CHECK(gate.pending());
    CHECK(seen.empty());
    gate.deliver();
    CHECK(seen == "1sa0kb");
    CHECK_FALSE(gate.pending());
}

TEST_CASE("A handler may post; that waits for the next delivery") {
    InputGate gate;
    int runs = 0;
    InputGate::Channel channel = 0;
    channel = gate.add_channel("echo", [&](auto data) {
        ++runs;
        gate.post(channel, data);
    });
    gate.post(channel, bytes("x"));
    gate.deliver();
    CHECK(runs == 1);
    CHECK(gate.pending());
}

TEST_CASE("Other threads may post") {
    InputGate gate;
    int runs = 0;
    const auto channel = gate.add_channel("keys", [&](auto) { ++runs; });
    std::thread other([&] {
        for (int i = 0; i < 100; ++i)
            gate.post(channel, {});
    });
    while (runs < 100)
        if (gate.pending())
            gate.deliver();
        else
            std::this_thread::yield();
    other.join();
    CHECK(runs == 100);
}

TEST_CASE("Output is held for a moment, and for no longer than the thread is awake") {
    InputGate gate;
    OutputHold& output = gate.output();
    int releases = 0;
    output.release(); // nobody is there
    output.set_release([&] { ++releases; });
    output.pass();
    gate.wait(std::chrono::nanoseconds(1));
    CHECK(releases == 0); // nothing is held
    output.note();
    output.note();
    gate.wait(std::chrono::nanoseconds(1));
    CHECK(releases == 1);
    output.note();
    std::this_thread::sleep_for(OutputHold::longest);
    output.note(); // the first counts
    output.pass();
    CHECK(releases == 2);
    output.pass();
    output.release();
    CHECK(releases == 2);
}
