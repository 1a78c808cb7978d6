#include "backend/x64/liveness.h"

#include <algorithm>

#include "common/assertion.h"

namespace vestige::x64 {

using ir::BlockId;
using ir::Instruction;
using ir::Op;
using ir::Value;

namespace {

unsigned successor_count(const Instruction& terminator) {
    return terminator.op == Op::branch ? 2 : terminator.op == Op::jump ? 1 : 0;
}

} // namespace

void Liveness::analyse(const ir::Function& function) {
    function_ = &function;
    values_.assign(function.instructions.size(), {});
    blocks_.assign(function.blocks.size(), {});
    order_.clear();
    homed_.clear();
    later_uses_.clear();
    block_ = no_block;
    order_blocks();
    count_uses();
}

// Reverse post-order by depth-first search with an explicit stack.
void Liveness::order_blocks() {
    struct Visit {
        BlockId block;
        unsigned next; // successor to look at
    };
    std::vector<Visit> stack;
    const auto open = [&](BlockId block) {
        blocks_[block].visited = true;
        stack.push_back({block, 0});
    };
    open(0);
    while (!stack.empty()) {
        Visit& top = stack.back();
        const BlockId block = top.block;
        const Instruction& end = (*function_)[function_->blocks[block].body.back()];
        if (top.next == successor_count(end)) {
            order_.push_back(block);
            stack.pop_back();
            continue;
        }
        const BlockId target = end.targets[top.next++];
        BlockInfo& info = blocks_[target];
        info.predecessor = info.predecessor_count++ == 0 ? block : no_block;
        if (!info.visited) open(target);
    }
    std::reverse(order_.begin(), order_.end());
    // The entry is a join of whoever enters the unit and of the jumps back to it.
    blocks_[0].predecessor = no_block;
    for (const BlockId block : order_) {
        BlockInfo& info = blocks_[block];
        info.tree = info.predecessor == no_block ? block : blocks_[info.predecessor].tree;
    }
}

void Liveness::use_in(BlockId block, Value value) {
    ValueUses& uses = values_[value.index];
    ++uses.count;
    if (uses.defined_in == block) return;
    uses.global = true;
    if (blocks_[uses.defined_in].tree == blocks_[block].tree || uses.needs_home) return;
    if ((*function_)[value].op == Op::constant || (*function_)[value].op == Op::parameter) return;
    uses.needs_home = true;
    homed_.push_back(value);
}

// Definitions come before uses in the order of blocks, because they dominate them.
void Liveness::count_uses() {
    for (const BlockId block : order_) {
        for (const Value parameter : function_->blocks[block].parameters) {
            ValueUses& uses = values_[parameter.index];
            uses.defined_in = block;
            uses.needs_home = true;
            homed_.push_back(parameter);
        }
        for (const Value value : function_->blocks[block].body) {
            values_[value.index].defined_in = block;
            const Instruction& instruction = (*function_)[value];
            for (const Value argument : instruction.args())
                use_in(block, argument);
            for (const ir::ValueList list : instruction.target_arguments)
                for (const Value argument : function_->list(list))
                    use_in(block, argument);
            if (instruction.recovery == ir::no_recovery) continue;
            for (const auto& entry :
                 function_->entries(function_->recoveries[instruction.recovery]))
                use_in(block, entry.value);
        }
    }
}

bool Liveness::skipped(Value value) const {
    const ValueUses& uses = values_[value.index];
    if (uses.fused) return true;
    const ir::Effects effects = ir::info((*function_)[value].op).effects;
    return uses.count == 0 && (effects & ~ir::effect::reads_state) == 0;
}

bool Liveness::can_fuse(Value value, BlockId block) const {
    const ValueUses& uses = values_[value.index];
    return uses.count == 1 && uses.defined_in == block;
}

// Called before the arguments are visited.
void Liveness::fuse_arguments(const Instruction& instruction, BlockId block) {
    const auto fuse = [&](Value value) { values_[value.index].fused = true; };
    switch (instruction.op) {
    case Op::branch:
    case Op::leave_if:
    case Op::select: {
        const Value condition = instruction.arguments[0];
        if (!can_fuse(condition, block)) return;
        switch ((*function_)[condition].op) {
        case Op::cmp_eq:
        case Op::cmp_ne:
            fuse(condition);
            fuse_arguments((*function_)[condition], block);
            return;
        case Op::cmp_lt_u:
        case Op::cmp_le_u:
        case Op::cmp_lt_s:
        case Op::cmp_le_s:
        case Op::order_lt:
        case Op::order_gt:
        case Op::order_eq:
        case Op::float_lt:
        case Op::float_gt:
        case Op::float_unordered: fuse(condition); return;
        default: return;
        }
    }
    case Op::cmp_eq:
    case Op::cmp_ne: {
        const Instruction& left = (*function_)[instruction.arguments[0]];
        const Instruction& right = (*function_)[instruction.arguments[1]];
        if (left.op == Op::and_ && right.op == Op::constant && right.imm == 0 &&
            can_fuse(instruction.arguments[0], block))
            fuse(instruction.arguments[0]);
        return;
    }
    case Op::load:
    case Op::store: {
        if (!span_of(Value{static_cast<std::uint32_t>(&instruction - &function_->instructions[0])}))
            return;
        Value address = instruction.arguments[0];
        while (can_fuse(address, block) && adds_constant(*function_, address)) {
            fuse(address);
            address = (*function_)[address].arguments[0];
        }
        return;
    }
    default: return;
    }
}

void Liveness::find_spans(BlockId block) {
    spans_.find(*function_, function_->blocks[block]);
    for (const auto& [access, index] : spans_.members()) {
        Span& span = spans_.spans()[index];
        if (!span.pointer.valid()) {
            span.pointer = Value{static_cast<std::uint32_t>(values_.size())};
            values_.emplace_back().defined_in = block;
        }
        values_[access.index].span = index;
    }
}

// The first time that a value is met on the way back through a block is its last use there.
ValueUses& Liveness::see(Value value, std::uint32_t position) {
    ValueUses& uses = values_[value.index];
    if (uses.seen_in != block_) {
        uses.seen_in = block_;
        uses.next_use = never;
        uses.last_use = uses.global && lives_on_ ? never : position;
    }
    return uses;
}

void Liveness::enter_block(BlockId block, std::uint32_t first_position) {
    const auto& body = function_->blocks[block].body;
    block_ = block;
    lives_on_ = successor_count((*function_)[body.back()]) != 0;
    later_uses_.clear();
    find_spans(block);
    std::uint32_t position = first_position + static_cast<std::uint32_t>(body.size());
    for (std::size_t i = body.size(); i-- > 0;) {
        --position;
        const Instruction& instruction = (*function_)[body[i]];
        if (skipped(body[i])) continue;
        fuse_arguments(instruction, block);
        const std::size_t first = later_uses_.size();
        for_each_operand(instruction, [&](Value value) {
            ValueUses& uses = see(value, position);
            later_uses_.push_back(uses.next_use);
            uses.next_use = position;
        });
        // start() takes them from the back, in the order of the operands.
        std::reverse(later_uses_.begin() + static_cast<std::ptrdiff_t>(first), later_uses_.end());
        if (instruction.recovery != ir::no_recovery)
            for (const auto& entry :
                 function_->entries(function_->recoveries[instruction.recovery]))
                see(entry.value, position);
        see(body[i], position);
    }
    VESTIGE_ASSERT(position == first_position);
}

bool Liveness::lives_into_block(Value value) {
    ValueUses& uses = values_[value.index];
    if (uses.seen_in == block_) return true;
    if (!uses.global || !lives_on_) return false;
    uses.next_use = uses.last_use = never;
    return true;
}

void Liveness::start(const Instruction& instruction, std::uint32_t position) {
    for_each_operand(instruction, [&](Value value) {
        ValueUses& uses = values_[value.index];
        // An operand that is there twice has this very position as the next use of one of them.
        if (later_uses_.back() != position) uses.next_use = later_uses_.back();
        uses.used_at = position;
        later_uses_.pop_back();
    });
}

} // namespace vestige::x64
