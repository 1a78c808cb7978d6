// A SPARC V8 processor: state, traps, interrupts, state registers. What generated code cannot do by
// itself.
#pragma once

#include <functional>
#include <string>

#include "common/log.h"
#include "frontend/sparc/cpu/mode.h"
#include "frontend/sparc/cpu_models.h"
#include "frontend/sparc/reference_mmu.h"
#include "frontend/sparc/state.h"
#include "translator/runtime/bus.h"
#include "translator/runtime/guest_cpu.h"

namespace vestige::sparc {

// What became of an access to an alternate space.
struct AsiResult {
    enum class Kind : std::uint8_t {
        done,
        look_again, // done, and what the loop depends on is another: context, mappings, code
        fault,      // CpuRuntime::read_guest or write_guest has noted one
        trap,       // of type `trap_type`; fault status and address have been set
    };
    Kind kind = Kind::done;
    unsigned trap_type = 0;
};

class SparcCpu final : public runtime::GuestCpu {
  public:
    struct Wiring {
        runtime::CpuHost& host;
        runtime::Bus& bus; // for alternate spaces that are physical memory
        ReferenceMmu& mmu;
        Log& log;
        std::function<std::string(std::uint32_t word, std::uint32_t pc)> disassemble;
        // An interrupt of that level has been taken: LEON's interrupt controller is told. May be
        // empty.
        std::function<void(unsigned level)> interrupt_taken = {};
        // Error mode that the model takes for a program's end (CpuModel::trap_zero_ends).
        std::function<void()> program_ended = {};
    };

    // `state` outlives the CPU; the MMU works on the same.
    SparcCpu(const CpuModel& model, State& state, Wiring wiring);

    // Power-on and watchdog reset alike (V8 7.3.1): at address 0, supervisor, traps disabled.
    void reset();

    const CpuModel& model() const { return model_; }
    State& state() { return state_; }

    // ---- wires
    // The level on the IRL pins, 0 to 15. The caller asks the loop for attention where it matters.
    void set_interrupt_level(unsigned level) { state_.interrupt_level = level; }
    // Sleeps until an interrupt is there (ASR19 of LEON, the power registers of boards).
    void power_down();

    // ---- GuestCpu
    runtime::CpuHeader* header() override { return &state_.header; }
    const ir::StateLayout& layout() const override { return layout_; }
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

    // ---- for helpers. pc, npc and delay are those of the instruction at work.
    runtime::CpuRuntime& runtime() {
        return *static_cast<runtime::CpuRuntime*>(state_.header.runtime);
    }
    void leave(std::uint32_t code) { state_.header.leave_code = code; }
    // The instruction is done: pc, npc and delay of the next one.
    void advance();
    // Enters a trap (V8 7.1), or error mode if traps are disabled.
    void raise(unsigned type);
    // The same from a helper: generated code goes on at the handler.
    void raise_from_helper(unsigned type);

    std::uint32_t read_psr() const;
    // wrpsr: with this instruction done, or its trap.
    void write_psr(std::uint32_t value);
    // rett, whose transfer is to `target_npc` behind the instruction at `target_pc`.
    void return_from_trap(std::uint32_t target_pc, std::uint32_t target_npc);
    // The mode may be another, as the state already shows. Not for the callers to compare: in a
    // slot that is lifted with its transfer, the state says `delay` and the unit's mode does not.
    void mode_changed() { runtime().enter_mode(state_.header, mode_in_helper(state_)); }

    // ---- alternate spaces (asi.cpp): 1, 2, 4 or 8 bytes, aligned.
    AsiResult read_alternate(unsigned asi, std::uint32_t address, unsigned size,
                             std::uint64_t& value);
    AsiResult write_alternate(unsigned asi, std::uint32_t address, unsigned size,
                              std::uint64_t value);

    // For the bus: nothing answers at a physical address. True: the access ends as if something
    // did, with the fault on record (the MMU is off, or in no-fault mode); false: it traps.
    bool absorbs_bus_error(std::uint64_t physical, runtime::Access access);

    // ---- text for the monitor and for fatal faults
    std::string dump_registers() const;
    std::string dump_translations() const; // asi.cpp

  private:
    // asi.cpp: the trap of a fault that is not of alignment, with fault status and address set.
    unsigned fault_trap(const runtime::MemoryFault& fault);
    bool interrupt_due() const;
    void stop_in_error_mode(unsigned type);

    const CpuModel& model_;
    State& state_;
    Wiring wiring_;
    std::string checkstop_;
    const ir::StateLayout layout_;
};

// The CPU of a helper's state pointer.
inline SparcCpu& cpu_of(void* state) {
    return *static_cast<SparcCpu*>(static_cast<State*>(state)->header.cpu);
}

// What a trap type is called.
std::string trap_name(unsigned type);

} // namespace vestige::sparc
