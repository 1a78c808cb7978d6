// What a lifter function works with: the builder, the operands of its instruction, and shorthands
// for what many instructions do.
//
// One function a row of instructions.inc, `void lift_<name>(Lifter&)`, one file a family; a row
// without its function does not link.
#pragma once

#include <cstdint>

#include "frontend/ppc/cpu_models.h"
#include "frontend/ppc/decode/decoder.h"
#include "frontend/ppc/leave_codes.h"
#include "frontend/ppc/slots.h"
#include "frontend/ppc/state.h"
#include "translator/ir/builder.h"

namespace vestige::ppc {

// How a unit goes on: MSR[BE] traces branches alone.
enum class Flow : std::uint8_t { sequential, branch };

class Lifter {
  public:
    Lifter(ir::Builder& builder, const CpuModel& cpu_model, std::uint32_t mode_bits)
        : b(builder), model(cpu_model), mode(mode_bits) {}

    ir::Builder& b;
    const CpuModel& model;
    std::uint32_t mode; // bits of mode::
    Fields f{};         // of the current instruction
    std::uint32_t pc = 0;

    // ---- registers
    ir::Value gpr(unsigned n) { return b.get_slot(slot::gpr(n)); }
    void set_gpr(unsigned n, ir::Value value) { b.set_slot(slot::gpr(n), value); }
    // (rA|0)
    ir::Value gpr_or_zero(unsigned n) { return n == 0 ? b.i32(0) : gpr(n); }
    ir::Value fpr(unsigned n) { return b.get_slot(slot::fpr(n)); }
    void set_fpr(unsigned n, ir::Value value) { b.set_slot(slot::fpr(n), value); }
    ir::Value vr(unsigned n) { return b.get_slot(slot::vr(n)); }
    void set_vr(unsigned n, ir::Value value) { b.set_slot(slot::vr(n), value); }

    // ---- condition register: SO comes from XER
    void set_cr_field(unsigned field, ir::Value order);
    // CR0 of a record form: `result` compared with zero, signed.
    void record(ir::Value result);
    void record_if(bool rc, ir::Value result) {
        if (rc) record(result);
    }
    // XER[OV], and XER[SO] if it is set. Call it before the record form looks at SO.
    void set_overflow(ir::Value overflow);
    ir::Value cr_bit(unsigned bit); // i1; bit 0 to 31 as the architecture counts
    void set_cr_bit(unsigned bit, ir::Value value);

    // ---- effective addresses
    ir::Value address_d() { return displaced(f.simm()); } // (rA|0) + d
    ir::Value address_x();                                // (rA|0) + rB
    // MSR[LE] decides the byte order (byte-reversed forms take the other).
    Endian endian() const { return mode & mode::little ? Endian::little : Endian::big; }

    // ---- ends of a unit. After one of these nothing more is lifted.
    bool ended() const { return ended_; }
    // In trace mode (Programming Environments, 6.4.11) the first two leave with Leave::trace.
    void end_goto(std::uint32_t target, Flow flow = Flow::sequential); // on at a known address
    void end_jump(ir::Value target, Flow flow = Flow::branch);         // at a computed one
    void end_raise(Leave why); // an exception of this very instruction
    void end_leave(std::uint32_t code,
                   std::uint32_t next_pc); // leave after it, going on at next_pc
    // A may_leave helper has changed what the loop depends on and set leave_code itself; otherwise
    // go on with the next instruction in a new unit.
    void end_after_helper();
    // The terminators have been appended by the caller in all blocks.
    void mark_ended() { ended_ = true; }

    // ---- privilege and availability: true if the instruction has been turned into an exception
    bool refused_in_problem_state();
    bool fp_unavailable();
    bool vec_unavailable();

    bool problem_state() const { return (mode & mode::problem) != 0; }
    std::uint32_t next_pc() const { return pc + 4; }

  private:
    ir::Value displaced(std::int32_t offset);
    bool traced(Flow flow) const;
    bool ended_ = false;
};

#define INST(name, ...) void lift_##name(Lifter& l);
#include "frontend/ppc/decode/instructions.inc"
#undef INST

} // namespace vestige::ppc
