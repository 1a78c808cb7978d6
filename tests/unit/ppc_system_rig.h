// A bare PowerPC: state, MMU, CPU and loop on a little RAM, without a board.
//
// A Rig is the same machine several times over, each on another engine. Every run ends in a
// comparison of all registers, memory and the clock, so whatever a test looks at in one of them
// holds for all.
#pragma once

#include <array>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/log.h"
#include "frontend/ppc/cpu/ppc_cpu.h"
#include "frontend/ppc/cpu/spr.h"
#include "frontend/ppc/state.h"
#include "machine/mmu/ppc_mmu.h"
#include "tests/unit/ppc_system_assembly.h"
#include "tests/unit/shared_memory.h"
#include "translator/runtime/bus.h"
#include "translator/runtime/exec_loop.h"

namespace vestige::ppc::test {

enum class Variant : std::uint8_t {
    reference,    // the interpreter alone
    x64,          // host code
    x64_hot,      // host code, in which everything soon is hot: regions and windows
    x64_in_parts, // host code, a few instructions at a time, and now and then all of it forgotten
};

// Where things are in physical memory. RAM starts at 0 with the exception vectors; a second piece
// stands where MSR[IP] puts them. Nothing answers elsewhere but one device register.
inline constexpr std::uint32_t ram_bytes = 1 << 20;
inline constexpr std::uint32_t code_at = 0x00010000;
inline constexpr std::uint32_t table_at = 0x00080000; // hashed page table: 64 KB
inline constexpr std::uint32_t data_at = 0x000a0000;
inline constexpr std::uint32_t high_at = 0xfff00000;
inline constexpr std::uint32_t high_bytes = 0x4000;
inline constexpr std::uint32_t device_at = 0x80000000; // reads count up; stores ask for attention
inline constexpr std::uint32_t device_raises = 0x1eaf0a57; // a store of this also interrupts
inline constexpr std::uint32_t nothing_at = 0x40000000;

// An instruction lasts 10 ns, the time base ticks at 25 MHz: four instructions a tick.
inline constexpr std::int64_t instruction_ns = 10;
inline constexpr std::uint64_t timebase_hertz = 25'000'000;
inline constexpr unsigned instructions_a_tick = 4;

class Machine final : public runtime::Bus, public runtime::CpuHost {
  public:
    Machine(const CpuModel& model, Variant variant);
    ~Machine() override;

    Variant variant() const { return variant_; }
    State& state() { return *state_; }
    PpcCpu& cpu() { return *cpu_; }
    runtime::ExecLoop& loop() { return *loop_; }
    std::byte* ram() { return ram_.data(); }

    // Starts `count` instructions, or fewer if the CPU stops; returns why it ended.
    runtime::StopCause run(std::uint64_t count);
    void store_behind_cpu(std::uint32_t physical, std::uint32_t value); // as DMA does

    unsigned device_reads = 0, device_writes = 0;
    std::uint64_t device_history = 0; // of what was asked when

    runtime::HostPage page(std::uint64_t physical) override;
    runtime::HostBacking backing(const std::byte* host) override;
    bool read(std::uint64_t physical, unsigned size, Endian endian, std::uint64_t& value) override;
    bool write(std::uint64_t physical, unsigned size, Endian endian, std::uint64_t value) override;
    std::int64_t now_ns() const override;
    void arm_cpu_timer(std::int64_t deadline_ns) override;
    bool read_physical(std::uint64_t address, unsigned size, std::uint64_t& value) override;
    void write_physical(std::uint64_t address, unsigned size, std::uint64_t value) override;

  private:
    std::byte* find(std::uint64_t physical, unsigned size);
    void remember(std::uint64_t value);

    Variant variant_;
    Log log_;
    vestige::test::SharedMemory ram_{ram_bytes};
    std::vector<std::byte> high_;
    std::unique_ptr<State> state_;
    std::unique_ptr<PpcMmu> mmu_;
    std::unique_ptr<PpcCpu> cpu_;
    std::unique_ptr<runtime::ExecLoop> loop_;
    std::int64_t deadline_ns_ = INT64_MAX;
    bool running_ = false;
};

class Rig {
  public:
    explicit Rig(std::string_view model = "750");

    // ---- setting up
    template <typename Body> void each(Body body) {
        for (auto& machine : machines_)
            body(*machine);
    }
    void words(std::uint32_t physical, std::initializer_list<Word> values);
    void word(std::uint32_t physical, std::uint32_t value) { words(physical, {value}); }
    std::uint32_t word(std::uint32_t physical);
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

    // ---- running: afterwards all machines agree
    runtime::StopCause run(std::uint64_t count);

    // ---- looking
    State& state() { return machines_[0]->state(); }
    Machine& machine() { return *machines_[0]; }
    std::uint32_t gpr(unsigned number) { return state().gpr[number]; }
    std::uint32_t cr();
    // Runs `count` instructions and requires that the CPU is in the handler of `vector`.
    void expect(ExceptionVector vector, std::uint32_t srr0, std::uint32_t srr1_value,
                std::uint64_t count = 20);

  private:
    std::vector<std::unique_ptr<Machine>> machines_;
};

// Where a word of the program stands.
constexpr std::uint32_t at(unsigned index) { return code_at + 4 * index; }

} // namespace vestige::ppc::test
