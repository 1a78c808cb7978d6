#include "backend/interp/program.h"

#include <utility>

#include "backend/interp/preparer.h"
#include "common/assertion.h"

namespace vestige::interp {

using ir::Op;
using ir::Value;

void Program::prepare(const ir::Function& function, ir::Stage new_stage) {
    stage = new_stage;
    start_pc = function.start_pc;
    instruction_count = function.instruction_count;
    const ir::Slot& pc = (*function.layout)[function.layout->pc];
    pc_offset = pc.offset;
    pc_bytes = ir::info(pc.type).bytes;
    register_count = 0;
    steps.clear();
    constants.clear();
    calls.clear();
    recoveries.clear();
    saved_slots.clear();
    Preparer(function, stage, *this).run();
}

Handler WidthHandlers::pick(ir::Type type) const {
    switch (type) {
    case ir::Type::i1:
    case ir::Type::i8: return i8;
    case ir::Type::i16: return i16;
    case ir::Type::i32: return i32;
    case ir::Type::i64: return i64;
    default: VESTIGE_UNREACHABLE("the op takes integers of at most 64 bits");
    }
}

namespace {

constexpr std::uint32_t unassigned = ~0u;

const Step* step_move(const Step* step, Registers registers, Frame&) {
    registers[step->result] = registers[step->a];
    return step + 1;
}

// b, c: distance in steps if true, if false.
const Step* step_branch(const Step* step, Registers registers, Frame&) {
    return step + static_cast<std::int32_t>(registers[step->a] ? step->b : step->c);
}

// c: instructions that were paid for and do not start.
const Step* step_give_back(const Step* step, Registers, Frame& frame) {
    frame.header->budget += step->c;
    return step + 1;
}

const Step* step_jump(const Step* step, Registers, Frame&) {
    return step + static_cast<std::int32_t>(step->b);
}

using PrepareFunction = void (*)(Preparer&, const ir::Instruction&, Value);
constexpr PrepareFunction prepare_table[ir::op_count] = {
#define OP(name, result, arguments, effects) &prepare_##name,
#include "translator/ir/opcodes.inc"
#undef OP
};

} // namespace

Preparer::Preparer(const ir::Function& function, ir::Stage stage, Program& program)
    : function_(function),
      program_(program),
      register_of_(function.instructions.size(), unassigned),
      block_start_(function.blocks.size()) {
    program_.stage = stage;
}

void Preparer::run() {
    assign_constants();
    charges_.analyse(function_);
    for (ir::BlockId block = 0; block < function_.blocks.size(); ++block) {
        block_start_[block] = static_cast<std::uint32_t>(program_.steps.size());
        block_ = block;
        run_ = charges_.run_at_start(block);
        ahead_ = charges_.ahead_at_start(block);
        for (const Value value : function_.blocks[block].body) {
            const ir::Instruction& op = function_[value];
            prepare_table[static_cast<unsigned>(op.op)](*this, op, value);
        }
    }
    for (const Patch& patch : patches_)
        program_.steps[patch.step].*patch.distance =
            block_start_[patch.target] - static_cast<std::uint32_t>(patch.step);
}

void Preparer::assign_constants() {
    for (const ir::Block& block : function_.blocks)
        for (const Value value : block.body)
            if (function_[value].op == Op::constant) {
                register_of_[value.index] = program_.register_count++;
                program_.constants.push_back(function_[value].imm);
            }
}

std::uint32_t Preparer::reg(Value value) {
    std::uint32_t& assigned = register_of_[value.index];
    if (assigned == unassigned) {
        assigned = program_.register_count;
        program_.register_count += words(type(value));
    }
    return assigned;
}

Step& Preparer::emit(Handler handler, Value value) {
    const ir::Instruction& op = function_[value];
    Step step{.run = handler, .imm = op.imm};
    std::uint32_t* const operands[] = {&step.a, &step.b, &step.c};
    for (unsigned i = 0; i < op.argument_count && i < 3; ++i)
        *operands[i] = reg(op.arguments[i]);
    if (op.type != ir::Type::none) step.result = reg(value);
    return emit_step(step);
}

Step& Preparer::emit_step(const Step& step) {
    program_.steps.push_back(step);
    return program_.steps.back();
}

std::uint32_t Preparer::not_started(std::uint32_t started) const {
    return raw() ? 0 : run_ - started + ahead_;
}

std::uint32_t Preparer::begin_run(Value value) {
    run_ = function_[value].aux;
    ahead_ = charges_.charge(value) - run_;
    return charges_.charge(value);
}

void Preparer::next_run(std::uint32_t length) {
    run_ = length;
    ahead_ -= length;
}

std::uint32_t Preparer::end_run(std::uint32_t started) {
    return std::exchange(run_, started) - started;
}

void Preparer::give_back(std::uint32_t instructions) {
    if (instructions != 0) emit_step({.run = step_give_back, .c = instructions});
}

std::uint32_t Preparer::recovery(const ir::Instruction& op) {
    if (op.recovery == ir::no_recovery) return no_recovery;
    const ir::Recovery& recovery = function_.recoveries[op.recovery];
    const std::uint32_t started = op.op == Op::begin_run ? 0 : recovery.instruction_index + 1;
    const auto first = static_cast<std::uint32_t>(program_.saved_slots.size());
    for (const ir::RecoveryEntry& entry : function_.entries(recovery)) {
        const ir::Slot& slot = (*function_.layout)[entry.slot];
        SavedSlot saved{slot.offset, ir::info(slot.type).bytes, reg(entry.value), entry.op};
        if (entry.op != Op::copy) saved.other = reg(entry.other);
        if (entry.op == Op::select) {
            saved.test = entry.test;
            saved.if_true = reg(entry.if_true);
            saved.if_false = reg(entry.if_false);
        }
        program_.saved_slots.push_back(saved);
    }
    program_.recoveries.push_back({recovery.pc, not_started(started), first, recovery.count});
    return static_cast<std::uint32_t>(program_.recoveries.size() - 1);
}

void Preparer::move(std::uint32_t to, std::uint32_t from, unsigned count) {
    for (unsigned i = 0; i < count; ++i)
        emit_step({.run = step_move, .result = to + i, .a = from + i});
}

// All arguments are read before any parameter is written: a block may pass its own parameters on to
// itself in another order.
void Preparer::move_arguments(ir::BlockId target, std::span<const Value> arguments) {
    const auto& parameters = function_.blocks[target].parameters;
    VESTIGE_ASSERT(parameters.size() == arguments.size());
    if (arguments.empty()) return;
    if (arguments.size() == 1) {
        move(reg(parameters[0]), reg(arguments[0]), words(type(arguments[0])));
        return;
    }
    for (const Value argument : arguments)
        (void)reg(argument); // before the scratch registers
    for (const Value parameter : parameters)
        (void)reg(parameter);
    const std::uint32_t scratch = program_.register_count;
    for (const Value argument : arguments) {
        move(program_.register_count, reg(argument), words(type(argument)));
        program_.register_count += words(type(argument));
    }
    std::uint32_t from = scratch;
    for (const Value parameter : parameters) {
        move(reg(parameter), from, words(type(parameter)));
        from += words(type(parameter));
    }
}

void Preparer::jump_to(ir::BlockId target, std::span<const Value> arguments) {
    if (!raw()) give_back(charges_.given_back(block_, target));
    move_arguments(target, arguments);
    patches_.push_back({program_.steps.size(), &Step::b, target});
    emit_step({.run = step_jump});
}

// A way with arguments, or one that is shorter than what is paid for, goes through a stub that
// follows the branch.
void Preparer::branch_to(std::uint32_t condition, const ir::Instruction& op) {
    const std::size_t branch = program_.steps.size();
    emit_step({.run = step_branch, .a = condition});
    constexpr std::uint32_t Step::*ways[] = {&Step::b, &Step::c};
    for (unsigned way = 0; way < 2; ++way) {
        const bool gives_back = !raw() && charges_.given_back(block_, op.targets[way]) != 0;
        if (op.target_arguments[way].count == 0 && !gives_back) {
            patches_.push_back({branch, ways[way], op.targets[way]});
            continue;
        }
        program_.steps[branch].*ways[way] =
            static_cast<std::uint32_t>(program_.steps.size() - branch);
        jump_to(op.targets[way], function_.list(op.target_arguments[way]));
    }
}

} // namespace vestige::interp
