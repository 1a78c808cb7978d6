// A machine without a processor, for tests of the program around it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "common/error.h"
#include "machine/boards/machine.h"

namespace vestige {

class FakeMachine final : public Machine {
  public:
    // What run() does: returns the reason, after changing `retired` as it likes.
    std::function<RunEnd(std::uint64_t limit)> behaviour = [](std::uint64_t) {
        return RunEnd::powered_off;
    };
    std::uint64_t retired = 0;
    unsigned resets = 0;
    bool has_power_switch = false;
    unsigned presses = 0; // of it
    std::vector<std::string> snapshots_saved, snapshots_loaded;
    std::atomic<bool> interrupt_asked = false;
    RunEnd end_asked = RunEnd::interrupted;
    hw::DisplaySource* screen = nullptr;
    std::uint64_t memory_base = 0x1000;
    std::vector<std::byte> memory = std::vector<std::byte>(256);

    RunEnd run(std::uint64_t limit) override { return behaviour(limit); }
    void end_run(RunEnd why) override { end_asked = why; }
    void interrupt() override { interrupt_asked = true; }
    void reset() override { ++resets; }
    bool press_power_switch() override {
        presses += has_power_switch;
        return has_power_switch;
    }
    std::uint64_t instructions() const override { return retired; }
    void save_snapshot(const std::string& path) override { snapshots_saved.push_back(path); }
    void load_snapshot(const std::string& path) override {
        if (path == "missing") throw UserError("no snapshot 'missing'");
        snapshots_loaded.push_back(path);
    }
    std::string describe(MachineView view) override {
        return "view " + std::to_string(static_cast<unsigned>(view)) + "\n";
    }
    Endian endian() const override { return Endian::big; }
    std::size_t peek(AddressKind, std::uint64_t address, std::span<std::byte> to) override {
        std::size_t count = 0;
        for (; count < to.size(); ++count) {
            const std::uint64_t at = address + count - memory_base;
            if (at >= memory.size()) break;
            to[count] = memory[at];
        }
        return count;
    }
    std::vector<std::string> disassemble(AddressKind, std::uint64_t, unsigned count) override {
        return std::vector<std::string>(count, "nop");
    }
    hw::DisplaySource* display() override { return screen; }
    hw::InputHub* input() override { return nullptr; }
};

} // namespace vestige
