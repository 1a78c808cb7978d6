// Guest instructions, jumps within the unit and ways out of it.
#include <utility>

#include "backend/interp/preparer.h"

namespace vestige::interp {

using ir::Instruction;
using ir::Value;

namespace {

// imm: the instruction's pc.
const Step* step_instruction(const Step* step, Registers, Frame& frame) {
    runtime::CpuHeader& header = *frame.header;
    if (header.leave_code != ir::leave::none) [[unlikely]] {
        write_pc(frame, step->imm);
        frame.exit.code = std::exchange(header.leave_code, ir::leave::none);
        return nullptr;
    }
    if (header.budget == 0) [[unlikely]] {
        write_pc(frame, step->imm);
        return nullptr;
    }
    --header.budget;
    frame.pc = step->imm;
    return step + 1;
}

// a: what is to be paid for; c: recovery plan.
const Step* step_begin_run(const Step* step, Registers registers, Frame& frame) {
    frame.header->budget -= step->a;
    if (frame.header->budget >= 0) return step + 1;
    return leave_early(frame, registers, step->c, ir::leave::none);
}

// a: condition; c: recovery plan; imm: code.
const Step* step_leave_if(const Step* step, Registers registers, Frame& frame) {
    if (registers[step->a] == 0) return step + 1;
    return leave_early(frame, registers, step->c, static_cast<std::uint32_t>(step->imm));
}

// c: instructions of the unit that did not start; imm: pc or code.
const Step* step_goto_pc(const Step* step, Registers, Frame& frame) {
    write_pc(frame, step->imm);
    frame.header->budget += step->c;
    return nullptr;
}
const Step* step_jump_pc(const Step* step, Registers registers, Frame& frame) {
    write_pc(frame, registers[step->a]);
    frame.header->budget += step->c;
    return nullptr;
}
const Step* step_leave(const Step* step, Registers, Frame& frame) {
    frame.exit.code = static_cast<std::uint32_t>(step->imm);
    frame.header->budget += step->c;
    return nullptr;
}

} // namespace

// Optimised IR takes its budget on entry, as generated code does.
void prepare_instruction(Preparer& p, const Instruction&, Value value) {
    if (p.raw()) p.emit(step_instruction, value);
}

void prepare_begin_run(Preparer& p, const Instruction& op, Value value) {
    if (p.raw()) return;
    const std::uint32_t charge = p.begin_run(value);
    const std::uint32_t recovery = p.recovery(op);
    Step& step = p.emit(step_begin_run, value);
    step.a = charge;
    step.c = recovery;
}

void prepare_next_run(Preparer& p, const Instruction& op, Value) {
    if (!p.raw()) p.next_run(op.aux);
}

void prepare_end_run(Preparer& p, const Instruction& op, Value) {
    if (!p.raw()) p.give_back(p.end_run(op.aux));
}

void prepare_leave_if(Preparer& p, const Instruction& op, Value value) {
    const std::uint32_t recovery = p.recovery(op);
    p.emit(step_leave_if, value).c = recovery;
}

void prepare_jump(Preparer& p, const Instruction& op, Value) {
    p.jump_to(op.targets[0], p.function().list(op.target_arguments[0]));
}
void prepare_branch(Preparer& p, const Instruction& op, Value) {
    p.branch_to(p.reg(op.arguments[0]), op);
}

void prepare_goto_pc(Preparer& p, const Instruction& op, Value value) {
    p.emit(step_goto_pc, value).c = p.not_started(op.aux);
}
void prepare_jump_pc(Preparer& p, const Instruction& op, Value value) {
    p.emit(step_jump_pc, value).c = p.not_started(op.aux);
}
void prepare_leave(Preparer& p, const Instruction& op, Value value) {
    p.emit(step_leave, value).c = p.not_started(op.aux);
}

} // namespace vestige::interp
