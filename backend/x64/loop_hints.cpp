#include "backend/x64/loop_hints.h"

#include <algorithm>

namespace vestige::x64 {

using ir::BlockId;
using ir::Instruction;
using ir::Op;
using ir::Type;
using ir::Value;

void LoopHints::analyse(const ir::Function& function, const ir::ControlFlow& flow,
                        const GlobalLiveness& across) {
    function_ = &function;
    flow_ = &flow;
    across_ = &across;
    becomes_.clear();
    if (!flow.has_joins()) return;
    becomes_.assign(function.instructions.size(), {});
    find_destinations();
    hint_operands();
    if (!flow.has_loops()) return;
    pressure_.assign(function.blocks.size(), {});
    live_in_.assign(function.instructions.size(), ir::no_block);
    for (const BlockId block : flow.order())
        if (flow.loop_header(block) != ir::no_block) measure(block);
}

// ---- destinations

void LoopHints::pass(const Instruction& jump, unsigned target) {
    const auto arguments = function_->list(jump.target_arguments[target]);
    const auto& parameters = function_->blocks[jump.targets[target]].parameters;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        Value& becomes = becomes_[arguments[i].index];
        if (!becomes.valid() && arguments[i] != parameters[i]) becomes = parameters[i];
    }
}

// The next round of a loop comes first.
void LoopHints::find_destinations() {
    for (const bool back : {true, false})
        for (const BlockId block : flow_->order()) {
            const Instruction& jump = (*function_)[function_->blocks[block].body.back()];
            const auto targets = flow_->successors(block);
            for (unsigned i = 0; i < targets.size(); ++i)
                if (flow_->jumps_back(block, targets[i]) == back) pass(jump, i);
        }
}

// Most results take the place of the first operand.
void LoopHints::hint_operands() {
    const auto order = flow_->order();
    for (std::size_t i = order.size(); i-- > 0;) {
        const auto& body = function_->blocks[order[i]].body;
        for (std::size_t j = body.size(); j-- > 0;) {
            const Instruction& op = (*function_)[body[j]];
            if (op.argument_count == 0 || !becomes_[body[j].index].valid()) continue;
            const Instruction& first = (*function_)[op.arguments[0]];
            Value& becomes = becomes_[op.arguments[0].index];
            if (!becomes.valid() && first.op != Op::parameter && first.type == op.type)
                becomes = becomes_[body[j].index];
        }
    }
}

// ---- pressure

namespace {

constexpr std::uint8_t everything = 0xff;

// Registers for the length of the instruction.
std::uint8_t temporaries(const Instruction& op) {
    switch (op.op) {
    case Op::load:
    case Op::store: return 2;
    case Op::div_u:
    case Op::div_s:
    case Op::mul_high_s:
    case Op::mul_high_u: return 3;
    case Op::call: return everything;
    default: return op.type == Type::none ? 0 : 1;
    }
}

} // namespace

void LoopHints::add(Value value) {
    if (live_in_[value.index] == block_ || (*function_)[value].op == Op::constant) return;
    live_in_[value.index] = block_;
    ++live_[static_cast<unsigned>(bank_of((*function_)[value].type))];
}

void LoopHints::measure(BlockId block) {
    block_ = block;
    live_ = {};
    Pressure most = {};
    const GlobalLiveness::BlockEnd end = across_->end_of(block);
    for (std::uint32_t i = 0; i < across_->count(); ++i)
        if (across_->at_end(end, i) < loop_exit_distance) add(across_->value(i));
    const auto& body = function_->blocks[block].body;
    for (std::size_t i = body.size(); i-- > 0;) {
        const Instruction& op = (*function_)[body[i]];
        if (live_in_[body[i].index] == block) {
            live_in_[body[i].index] = ir::no_block;
            --live_[static_cast<unsigned>(bank_of(op.type))];
        }
        for (const Value argument : op.args())
            add(argument);
        for (unsigned target = 0; target < 2; ++target) {
            const auto arguments = function_->list(op.target_arguments[target]);
            for (const Value argument : arguments)
                add(argument);
        }
        const unsigned more = temporaries(op);
        for (unsigned bank = 0; bank < 2; ++bank)
            most[bank] = static_cast<std::uint8_t>(
                std::max<unsigned>(most[bank], std::min<unsigned>(live_[bank] + more, everything)));
    }
    for (BlockId header = flow_->loop_header(block); header != ir::no_block;
         header = flow_->outer_loop_header(header))
        for (unsigned bank = 0; bank < 2; ++bank)
            pressure_[header][bank] = std::max(pressure_[header][bank], most[bank]);
}

} // namespace vestige::x64
