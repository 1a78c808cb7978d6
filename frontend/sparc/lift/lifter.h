// What a lifter function works with: the builder, the operands of its instruction, and shorthands
// for what many instructions do.
//
// One function a row of instructions.inc, `void lift_<name>(Lifter&)`, one file a family; a row
// without its function does not link.
//
// Delay slots. A control transfer and the instruction in its slot are lifted together; in front of
// the slot's instruction the slots npc and delay are set as the architecture has them, behind it
// they get their old values back, so that only recovery maps know of them. A lifter function need
// not care whether its instruction lies in a slot as long as it ends units by the functions below
// alone. A unit in mode::delay holds the one instruction in a slot whose transfer has been done.
#pragma once

#include <cstdint>

#include "frontend/sparc/cpu_models.h"
#include "frontend/sparc/decode/decoder.h"
#include "frontend/sparc/leave_codes.h"
#include "frontend/sparc/slots.h"
#include "frontend/sparc/state.h"
#include "translator/ir/builder.h"
#include "translator/runtime/guest_cpu.h"

namespace vestige::sparc {

class Lifter {
  public:
    Lifter(ir::Builder& builder, const CpuModel& cpu_model, const runtime::LiftRequest& request);

    ir::Builder& b;
    const CpuModel& model;
    std::uint32_t mode; // bits of mode::
    Fields f{};         // of the current instruction
    std::uint32_t pc = 0;

    // Lifts instructions until the unit ends.
    void lift_unit();
    std::uint32_t guest_bytes() const { return pc + 4 - static_cast<std::uint32_t>(request_.pc); }

    // ---- registers of the current window
    ir::Value reg(unsigned n) { return n == 0 ? b.i32(0) : b.get_slot(slot::reg(n)); }
    void set_reg(unsigned n, ir::Value value) {
        if (n != 0) b.set_slot(slot::reg(n), value);
    }
    ir::Value operand1() { return reg(f.rs1()); }
    // reg_or_imm: r[rs2] or the sign-extended simm13
    ir::Value operand2();
    // r[rs1] + reg_or_imm
    ir::Value address();

    // ---- integer condition codes (see State::icc)
    void set_icc_of_difference(ir::Value left, ir::Value right); // all four
    void set_icc_of_result(ir::Value result);                    // N, Z; V and C clear
    // The exact sum as State::icc has it, its low half, and C.
    void set_icc(ir::Value exact, ir::Value result, ir::Value carry);
    // Condition 0 to 15 of Bicc and Ticc but "always" and "never".
    ir::Value condition(unsigned cond);

    // ---- privilege and availability: true if the instruction has been turned into a trap
    bool supervisor() const { return (mode & mode::supervisor) != 0; }
    bool refused_to_user(); // privileged_instruction
    bool fpu_disabled();    // fp_disabled; in supervisor mode code that looks at PSR.EF
    // PSR.EF may be another.
    void forget_fpu_check() { fpu_checked_ = false; }

    // ---- ends of a unit
    bool ended() const { return ended_; }
    // Ends the current block: on behind this instruction, which may be the one in a delay slot.
    // May be called for several blocks of one instruction.
    void go_on();
    // The same; nothing more is lifted, all blocks being ended.
    void end_after();
    // A trap of this very instruction, without conditions or with one.
    void end_trap(unsigned type);
    void trap_if(ir::Value condition, unsigned type) { b.leave_if(condition, trap_code(type)); }
    void trap_if_misaligned(ir::Value address, std::uint8_t size);
    // Ends the current block with that trap, without a turn of the loop. For blocks off the
    // straight path, which may have suspended the slot.
    void raise_trap(ir::Value type);
    // What follows this instruction, as nPC has it.
    ir::Value following_pc();
    // Before a may_leave helper: the pc slot is this instruction's. Such a helper advances pc (see
    // SparcCpu::advance) if it leaves with the instruction done, or always, or leaves a new pc.
    void write_pc() { b.set_slot(slot::pc, b.i32(pc)); }
    // Ends the current block: on at the pc that a helper has left, in whatever mode that is.
    void go_to_new_pc() { b.jump_pc(b.get_slot(slot::pc)); }
    // The terminators have been appended in all blocks.
    void mark_ended() { ended_ = true; }

    // ---- control transfers, in branch.cpp
    struct Target {
        std::uint32_t address = 0;
        ir::Value value = {}; // if valid, instead of the address
    };
    enum class Annul : std::uint8_t { no, yes };
    // Delayed transfers, with the instruction in the slot. The condition is that of a branch with
    // both ways open; "always" and "never" have functions of their own because annul means another
    // thing there (V8 table 5-11).
    void branch_if(ir::Value condition, Target target, Annul annul);
    void branch_always(Target target, Annul annul);
    void branch_never(Annul annul);

    // For instructions that split blocks on their own: npc and delay as they are outside of a
    // slot, so that the straight path has no stores of them. raise_trap() sets them again. Nothing
    // happens where the instruction is not in a slot that is lifted with its transfer.
    void suspend_slot();

  private:
    enum class Placement : std::uint8_t {
        straight, // pc + 4 follows
        slot,     // lifted together with its transfer: slot_ says what follows
        delayed,  // mode::delay: State::npc says what follows
    };
    struct Slot {
        ir::Value condition; // invalid: always
        Target target;
        std::uint32_t otherwise;      // where the condition does not hold
        ir::Value npc, delay;         // what the slots held
        ir::Value new_npc, new_delay; // while the instruction runs
    };
    // What icc was last made of.
    struct IccSource {
        enum class Kind : std::uint8_t { unknown, difference, result, sum } kind = Kind::unknown;
        ir::Value left, right; // result and sum: left alone
    };

    bool word_at(std::uint32_t address, std::uint32_t& word) const;
    void dispatch(std::uint32_t address, std::uint32_t word);
    ir::Value condition_of_flags(unsigned cond);
    void go_on_behind_slot();
    void resume_slot();
    void set_slot_back();
    void jump_to(const Target& target);
    ir::Value value_of(const Target& target);
    bool slot_can_be_lifted(std::uint32_t& word) const;
    void lift_slot(std::uint32_t word, ir::Value condition, const Target& target);
    void stop_before_slot(ir::Value npc);
    void branch_in_delay_slot(ir::Value condition, const Target& target, Annul annul);
    void go_to_changed_delay(ir::Value delay);

    const runtime::LiftRequest& request_;
    std::uint32_t lifted_ = 0; // instructions
    Placement placement_ = Placement::straight;
    Slot slot_{};
    bool suspended_ = false;   // the slot, on the straight path
    bool fpu_checked_ = false; // by code of this unit
    IccSource flags_{};
    bool ended_ = false;
};

#define INST(name, ...) void lift_##name(Lifter& l);
#include "frontend/sparc/decode/instructions.inc"
#undef INST

} // namespace vestige::sparc
