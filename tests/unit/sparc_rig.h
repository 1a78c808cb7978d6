// A bare SPARC: state, CPU and loop on a little RAM, without a board and without an MMU's tables;
// and a rig of such machines on every engine.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "frontend/sparc/cpu/psr.h"
#include "frontend/sparc/cpu/sparc_cpu.h"
#include "frontend/sparc/cpu/windows.h"
#include "frontend/sparc/state_memory.h"
#include "tests/unit/engine_rig.h"
#include "tests/unit/sparc_assembly.h"

namespace vestige::sparc::test {

using vestige::test::device_at, vestige::test::nothing_at, vestige::test::Variant;

inline constexpr std::uint32_t ram_bytes = 1 << 18;
inline constexpr std::uint32_t vectors_at = 0x00004000; // TBR: an endless loop at each
inline constexpr std::uint32_t code_at = 0x00010000;
inline constexpr std::uint32_t data_at = 0x00020000;
inline constexpr std::uint32_t stack_at = 0x00030000;
inline constexpr std::uint32_t read_only_at = 0x00038000; // a page
inline constexpr std::uint32_t device_raises = 0x1ea0;    // a store of this + level also interrupts

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

class Machine final : public vestige::test::BareMachine {
  public:
    Machine(const CpuModel& model, Variant variant);
    ~Machine() override;

    State& state() { return *state_; }
    SparcCpu& cpu() { return *cpu_; }
    std::uint32_t& reg(unsigned n) { return reg(state().cwp, n); }
    std::uint32_t& reg(unsigned window, unsigned n) {
        return sparc::reg(state(), window, n, cpu().model().windows);
    }

  private:
    void device_stored(std::uint64_t value) override;

    FlatMmu mmu_;
    StateMemory state_;
    std::unique_ptr<SparcCpu> cpu_;
};

std::string differences(Machine& expected, Machine& actual);

class Rig : public vestige::test::EngineRig<Machine> {
  public:
    explicit Rig(std::string_view model = "Fujitsu MB86904");

    // ---- setting up
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

    // ---- looking
    std::uint32_t reg(unsigned n) { return machine().reg(n); }
    std::uint32_t reg_of(unsigned window, unsigned n) { return machine().reg(window, n); }
    std::uint32_t npc();
    // "NZVC" of those that are set.
    std::string icc();
    // Requires that the CPU has entered the trap from there, the last thing it did, or waits at
    // its vector.
    void expect_trap(unsigned type, std::uint32_t pc, std::uint32_t npc);
};

// Where a word of the program stands.
constexpr std::uint32_t at(unsigned index) { return code_at + 4 * index; }

// Runs the program for 1, 2, ... `most` instructions on new machines, which agree each time: an
// end of the budget between any two instructions changes nothing.
void at_every_budget(const std::function<void(Rig&)>& set_up, unsigned most,
                     std::string_view model = "Fujitsu MB86904");

} // namespace vestige::sparc::test
