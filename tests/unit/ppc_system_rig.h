// A bare PowerPC: state, MMU, CPU and loop on a little RAM, without a board; and a rig of such
// machines on every engine.
#pragma once

#include <array>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "frontend/ppc/cpu/ppc_cpu.h"
#include "frontend/ppc/cpu/spr.h"
#include "frontend/ppc/state.h"
#include "machine/mmu/ppc_mmu.h"
#include "tests/unit/engine_rig.h"
#include "tests/unit/ppc_system_assembly.h"

namespace vestige::ppc::test {

// Where things are in physical memory. RAM starts at 0 with the exception vectors; a second piece
// stands where MSR[IP] puts them.
using vestige::test::device_at, vestige::test::nothing_at, vestige::test::Variant;

inline constexpr std::uint32_t ram_bytes = 1 << 20;
inline constexpr std::uint32_t code_at = 0x00010000;
inline constexpr std::uint32_t table_at = 0x00080000; // hashed page table: 64 KB
inline constexpr std::uint32_t data_at = 0x000a0000;
inline constexpr std::uint32_t high_at = 0xfff00000;
inline constexpr std::uint32_t high_bytes = 0x4000;
inline constexpr std::uint32_t device_raises = 0x1eaf0a57; // a store of this also interrupts

// An instruction lasts 10 ns, the time base ticks at 25 MHz: four instructions a tick.
inline constexpr std::int64_t instruction_ns = 10;
inline constexpr std::uint64_t timebase_hertz = 25'000'000;
inline constexpr unsigned instructions_a_tick = 4;

class Machine final : public vestige::test::BareMachine {
  public:
    Machine(const CpuModel& model, Variant variant);
    ~Machine() override;

    State& state() { return *state_; }
    PpcCpu& cpu() { return *cpu_; }

    std::int64_t now_ns() const override;
    void arm_cpu_timer(std::int64_t deadline_ns) override;

  private:
    std::byte* find(std::uint64_t physical, unsigned size) override;
    bool device_takes(std::uint64_t physical) const override;
    void device_stored(std::uint64_t value) override;
    std::uint64_t serve_events(std::uint64_t most) override;

    std::vector<std::byte> high_;
    std::unique_ptr<State> state_;
    std::unique_ptr<PpcMmu> mmu_;
    std::unique_ptr<PpcCpu> cpu_;
    std::int64_t deadline_ns_ = INT64_MAX;
};

std::string differences(Machine& expected, Machine& actual);

class Rig : public vestige::test::EngineRig<Machine> {
  public:
    explicit Rig(std::string_view model = "750");

    // ---- setting up
    template <typename Body> void set(Body body) {
        each([&](Machine& machine) { body(machine.state()); });
    }
    void gpr(unsigned number, std::uint32_t value) {
        set([&](State& state) { state.gpr[number] = value; });
    }
    // The program at code_at, which `msr` starts in real mode or through code_at's own mapping.
    void program(std::initializer_list<Word> values, std::uint32_t msr_value = 0);
    void go(std::uint32_t pc, std::uint32_t msr_value);

    // An entry of the page table at table_at (which SDR1 is made to name) for `page` of `vsid`;
    // returns the physical address of its second word.
    enum class Hash : std::uint8_t { primary, secondary };
    std::uint32_t map(std::uint32_t vsid, std::uint32_t address, std::uint32_t pte_word1,
                      Hash hash = Hash::primary);
    // A block of 128 KB at 0 for both sides, so that translated code runs at code_at.
    void map_low_block();

    // ---- looking
    std::uint32_t gpr(unsigned number) { return state().gpr[number]; }
    std::uint32_t cr();
    // Runs `count` instructions and requires that the CPU is in the handler of `vector`.
    void expect(ExceptionVector vector, std::uint32_t srr0, std::uint32_t srr1_value,
                std::uint64_t count = 20);
};

// Where a word of the program stands.
constexpr std::uint32_t at(unsigned index) { return code_at + 4 * index; }

} // namespace vestige::ppc::test
