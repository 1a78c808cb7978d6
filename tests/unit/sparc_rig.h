// A bare SPARC: state, CPU and loop on a little RAM, without a board and without an MMU's tables.
//
// A Rig is the same machine several times over, each on another engine. Every run ends in a
// comparison of all registers, memory and the clock, so whatever a test looks at in one of them
// holds for all.
#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <string_view>
#include <vector>

#include "common/log.h"
#include "frontend/sparc/cpu/psr.h"
#include "frontend/sparc/cpu/sparc_cpu.h"
#include "frontend/sparc/cpu/windows.h"
#include "tests/unit/shared_memory.h"
#include "tests/unit/sparc_assembly.h"
#include "translator/runtime/bus.h"
#include "translator/runtime/exec_loop.h"

namespace vestige::sparc::test {

enum class Variant : std::uint8_t {
    reference,    // the interpreter alone
    x64,          // host code
    x64_hot,      // host code, in which everything soon is hot: regions and windows
    x64_in_parts, // host code, a few instructions at a time, and now and then all of it forgotten
};

// RAM is where it is, from 0 on. Nothing answers elsewhere but one device register.
inline constexpr std::uint32_t ram_bytes = 1 << 18;
inline constexpr std::uint32_t vectors_at = 0x00004000; // TBR: an endless loop at each
inline constexpr std::uint32_t code_at = 0x00010000;
inline constexpr std::uint32_t data_at = 0x00020000;
inline constexpr std::uint32_t stack_at = 0x00030000;
inline constexpr std::uint32_t read_only_at = 0x00038000; // a page
inline constexpr std::uint32_t device_at = 0x80000000; // reads count up; stores ask for attention
inline constexpr std::uint32_t device_raises = 0x1ea0; // a store of this + level also interrupts
inline constexpr std::uint32_t nothing_at = 0x40000000;

// Addresses are physical ones.
class FlatMmu final : public ReferenceMmu {
  public:
    runtime::Translation translate(std::uint64_t address, runtime::Access access,
                                   runtime::SideEffects effects) override;
    runtime::Translation translate_as(Privilege, std::uint32_t address, runtime::Access access,
                                      runtime::SideEffects effects) override {
        return translate(address, access, effects);
    }
    std::uint32_t probe(std::uint32_t, unsigned) override { return 0; }
    FaultEffect record_bus_error(std::uint32_t, runtime::Access, Space) override {
        return FaultEffect::trap;
    }
    FaultEffect bus_error_effect() const override { return FaultEffect::trap; }
    std::string describe() const override { return {}; }
};

class Machine final : public runtime::Bus, public runtime::CpuHost {
  public:
    Machine(const CpuModel& model, Variant variant);
    ~Machine() override;

    Variant variant() const { return variant_; }
    State& state() { return *state_; }
    SparcCpu& cpu() { return *cpu_; }
    runtime::ExecLoop& loop() { return *loop_; }
    Log& log() { return log_; }
    std::byte* ram() { return ram_.data(); }
    std::uint32_t& reg(unsigned n) { return reg(state().cwp, n); }
    std::uint32_t& reg(unsigned window, unsigned n) {
        return sparc::reg(state(), window, n, cpu().model().windows);
    }

    // Starts `count` instructions, or fewer if the CPU stops; returns why it ended.
    runtime::StopCause run(std::uint64_t count);
    void store_behind_cpu(std::uint32_t physical, std::uint32_t value); // as DMA does

    unsigned device_reads = 0, device_writes = 0;
    std::uint64_t device_history = 0; // of what was asked when

    runtime::HostPage page(std::uint64_t physical) override;
    runtime::HostBacking backing(const std::byte* host) override;
    bool read(std::uint64_t physical, unsigned size, Endian endian, std::uint64_t& value) override;
    bool write(std::uint64_t physical, unsigned size, Endian endian, std::uint64_t value) override;
    std::int64_t now_ns() const override { return 0; }
    void arm_cpu_timer(std::int64_t) override {}
    bool read_physical(std::uint64_t, unsigned, std::uint64_t&) override { return false; }
    void write_physical(std::uint64_t, unsigned, std::uint64_t) override {}

  private:
    void remember(std::uint64_t value);

    Variant variant_;
    Log log_;
    vestige::test::SharedMemory ram_{ram_bytes};
    FlatMmu mmu_;
    std::unique_ptr<State> state_;
    std::unique_ptr<SparcCpu> cpu_;
    std::unique_ptr<runtime::ExecLoop> loop_;
};

class Rig {
  public:
    explicit Rig(std::string_view model = "Fujitsu MB86904");

    // ---- setting up
    template <typename Body> void each(Body body) {
        for (auto& machine : machines_)
            body(*machine);
    }
    void words(std::uint32_t physical, const std::vector<Word>& values);
    void word(std::uint32_t physical, std::uint32_t value) { words(physical, {value}); }
    std::uint32_t word(std::uint32_t physical);
    template <typename Body> void set(Body body) {
        each([&](Machine& machine) { body(machine.state()); });
    }
    void set_reg(unsigned n, std::uint32_t value) {
        each([&](Machine& machine) { machine.reg(n) = value; });
    }
    // The program at code_at, in supervisor mode with traps enabled; %sp at stack_at.
    void program(const std::vector<Word>& values);
    // What runs at a trap's vector in the place of the endless loop: at most four words.
    void handler(unsigned type, const std::vector<Word>& values) {
        words(vectors_at + 16 * type, values);
    }

    // ---- running: afterwards all machines agree
    runtime::StopCause run(std::uint64_t count);

    // ---- looking
    State& state() { return machines_[0]->state(); }
    Machine& machine() { return *machines_[0]; }
    std::uint32_t reg(unsigned n) { return machine().reg(n); }
    std::uint32_t reg_of(unsigned window, unsigned n) { return machine().reg(window, n); }
    std::uint32_t npc();
    // "NZVC" of those that are set.
    std::string icc();
    // Requires that the CPU has entered the trap from there, the last thing it did, or waits at
    // its vector.
    void expect_trap(unsigned type, std::uint32_t pc, std::uint32_t npc);

  private:
    std::vector<std::unique_ptr<Machine>> machines_;
};

// Where a word of the program stands.
constexpr std::uint32_t at(unsigned index) { return code_at + 4 * index; }

// Runs the program for 1, 2, ... `most` instructions on new machines, which agree each time: an
// end of the budget between any two instructions changes nothing.
void at_every_budget(const std::function<void(Rig&)>& set_up, unsigned most,
                     std::string_view model = "Fujitsu MB86904");

} // namespace vestige::sparc::test
