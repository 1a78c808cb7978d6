// A 32-bit PowerPC: state, exceptions, special registers, time. What generated code cannot do by
// itself.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/log.h"
#include "frontend/ppc/cpu/vectors.h"
#include "frontend/ppc/cpu_models.h"
#include "frontend/ppc/state.h"
#include "translator/runtime/guest_cpu.h"

namespace vestige::ppc {

namespace pending {
// Set while an instruction runs that MSR[SE] traces, so that one that leaves in whatever way has
// its trace exception; another exception of the same instruction takes it away.
inline constexpr std::uint32_t trace = 1 << 7;
} // namespace pending

class PpcCpu final : public runtime::GuestCpu {
  public:
    struct Wiring {
        runtime::CpuHost& host;
        runtime::AddressTranslator& mmu;
        Log& log;
        std::uint64_t timebase_hertz;
        std::function<std::string(std::uint32_t word, std::uint32_t pc)> disassemble;
    };

    // `state` outlives the CPU; the MMU works on the same.
    PpcCpu(const CpuModel& model, State& state, Wiring wiring);

    void reset();

    const CpuModel& model() const { return model_; }
    State& state() { return state_; }

    // ---- wires
    void set_external_interrupt(bool level) { set_pending(pending::external, level); }
    void raise_machine_check() { set_pending(pending::machine_check, true); }
    void raise_system_reset() { set_pending(pending::system_reset, true); }
    // The alarm that CpuHost::arm_cpu_timer armed has come.
    void decrementer_due();

    // ---- GuestCpu
    runtime::CpuHeader* header() override { return &state_.header; }
    const ir::StateLayout& layout() const override;
    const ir::HelperTable& helpers() const override;
    std::uint64_t pc() const override { return state_.pc; }
    std::uint32_t mode() const override;
    runtime::ContextKey context_key() const override;
    bool keeps_context(std::uint32_t mode) const override;
    void lift(const runtime::LiftRequest& request, ir::Function& function) override;
    runtime::Translation translate(std::uint64_t address, runtime::Access access) override;
    runtime::Translation probe(std::uint64_t address, runtime::Access access) override;
    void raise_fault(const runtime::MemoryFault& fault) override;
    void on_leave(std::uint32_t code) override;
    std::string leave_name(std::uint32_t code) const override;
    void take_interrupt() override;
    bool idle() const override;
    const std::string& checkstop() const override { return checkstop_; }
    std::string disassemble(std::uint64_t pc, std::span<const std::byte> code) const override;

    // ---- for helpers
    runtime::CpuRuntime& runtime() {
        return *static_cast<runtime::CpuRuntime*>(state_.header.runtime);
    }
    void leave(std::uint32_t code) { state_.header.leave_code = code; }
    // Sets MSR, with pc at the next instruction; asks to leave if the loop has something to do at
    // once. True: the mode is another one.
    bool write_msr(std::uint32_t value);
    void return_from_interrupt();
    void system_call(); // pc is at the next instruction
    std::uint32_t read_spr(unsigned number);
    void write_spr(unsigned number, std::uint32_t value);
    void write_segment(unsigned index, std::uint32_t value);
    void invalidate_page(std::uint32_t address);
    void load_tlb_entry(std::uint32_t address, runtime::Access access); // tlbld, tlbli
    bool breakpoint_matches(std::uint32_t pc) const;
    std::uint64_t timebase() const;

    void raise(ExceptionVector vector, std::uint32_t return_address, std::uint32_t srr1_bits);

    // Registers as text, for the monitor and for fatal faults.
    std::string dump_registers() const;
    // Segments, BATs and where the page table is.
    std::string dump_translations() const;

  private:
    void set_pending(std::uint32_t bit, bool level);
    void stop_for_good(std::string why);
    void raise_alignment(std::uint32_t address);
    void raise_tlb_miss(const runtime::MemoryFault& fault);
    void swap_tgpr();
    void write_decrementer(std::uint32_t value);
    std::uint32_t read_decrementer() const;
    void arm_decrementer();
    std::uint64_t counter() const; // of the time base, free running since power-on
    void write_timebase(std::uint64_t value);
    void write_bat(std::uint32_t& target, std::uint32_t value);

    const CpuModel& model_;
    State& state_;
    Wiring wiring_;
    std::string checkstop_;
};

// The CPU of a helper's state pointer.
inline PpcCpu& cpu_of(void* state) {
    return *static_cast<PpcCpu*>(static_cast<State*>(state)->header.cpu);
}

} // namespace vestige::ppc
