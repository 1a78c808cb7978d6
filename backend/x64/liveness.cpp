#include "backend/x64/liveness.h"

#include <algorithm>

#include "common/assertion.h"

namespace vestige::x64 {

using ir::BlockId;
using ir::Instruction;
using ir::Op;
using ir::Value;

void Liveness::analyse(const ir::Function& function, runtime::MemoryView view, Addresses addresses,
                       const KnownAlignment* alignment) {
    function_ = &function;
    view_ = view;
    addresses_ = addresses;
    alignment_ = alignment;
    values_.assign(function.instructions.size(), {});
    later_uses_.clear();
    block_ = ir::no_block;
    flow_.analyse(function);
    across_.begin(function, flow_);
    count_uses();
    across_.solve();
    loop_hints_.analyse(function, flow_, across_);
}

void Liveness::use_in(BlockId block, Value value, std::uint32_t distance) {
    ValueUses& uses = values_[value.index];
    ++uses.count;
    if (uses.defined_in == block) return;
    if (uses.global == not_global) {
        if ((*function_)[value].op == Op::constant) return;
        uses.global = across_.add(value, uses.defined_in, GlobalLiveness::Kind::value);
    }
    across_.use(uses.global, block, distance);
}

// Definitions come before uses in the order of blocks, because they dominate them.
void Liveness::count_uses() {
    for (const BlockId block : flow_.order()) {
        for (const Value parameter : function_->blocks[block].parameters)
            values_[parameter.index].global =
                across_.add(parameter, block, GlobalLiveness::Kind::parameter);
        std::uint32_t distance = 0;
        for (const Value value : function_->blocks[block].body) {
            values_[value.index].defined_in = block;
            const Instruction& instruction = (*function_)[value];
            for (const Value argument : instruction.args())
                use_in(block, argument, distance);
            for (const ir::ValueList list : instruction.target_arguments)
                for (const Value argument : function_->list(list))
                    use_in(block, argument, distance);
            if (instruction.recovery != ir::no_recovery)
                for (const auto& entry :
                     function_->entries(function_->recoveries[instruction.recovery]))
                    entry.for_each_value([&](Value used) { use_in(block, used, far); });
            ++distance;
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

namespace {

// The ordering of two floating-point numbers.
bool packs_comparison(const ir::Function& function, const Instruction& pack) {
    const Instruction& less = function[pack.arguments[0]];
    const Instruction& greater = function[pack.arguments[1]];
    const Instruction& equal = function[pack.arguments[2]];
    if (less.op != Op::float_lt || greater.op != Op::float_gt || equal.op != Op::float_eq)
        return false;
    const auto of_the_same = [&](const Instruction& other) {
        return less.arguments[0] == other.arguments[0] && less.arguments[1] == other.arguments[1];
    };
    return of_the_same(greater) && of_the_same(equal);
}

} // namespace

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
        case Op::float_le:
        case Op::float_ge:
        case Op::float_unordered: fuse(condition); return;
        default: return;
        }
    }
    case Op::order_pack:
        if (!packs_comparison(*function_, instruction)) return;
        for (const Value relation : instruction.args())
            if (!can_fuse(relation, block)) return;
        for (const Value relation : instruction.args())
            fuse(relation);
        return;
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
        const Value access{static_cast<std::uint32_t>(&instruction - &function_->instructions[0])};
        // The displacement of an access in a window, or in a span.
        const bool windowed =
            view_ == runtime::MemoryView::window && served_by_page_map(*function_, instruction);
        if (!windowed && !span_of(access)) return;
        Value address = instruction.arguments[0];
        while (can_fuse(address, block) && adds_constant(*function_, address)) {
            fuse(address);
            address = (*function_)[address].arguments[0];
        }
        if (windowed) fuse_index(instruction, address, block);
        return;
    }
    default: return;
    }
}

// A sum of two values; the host adds them, and shifts the second one.
void Liveness::fuse_index(const Instruction& access, Value address, BlockId block) {
    // Whether an address is aligned is asked of the sum.
    const bool looks = ir::MemoryAccess::unpack(access.imm).alignment > 1 &&
                       !(alignment_ && alignment_->holds(access));
    // Stores with an index are slow (AMD Zen 4: a loop that sieves takes a fifth longer).
    if (addresses_ != Addresses::indexed || access.op == Op::store || looks) return;
    if (!can_fuse(address, block)) return;
    const Instruction& sum = (*function_)[address];
    if (sum.op != Op::add || sum.arguments[0] == sum.arguments[1]) return;
    values_[address.index].fused = true;
    const Value index = sum.arguments[1];
    if (can_fuse(index, block) && shifts_as_index(*function_, index))
        values_[index.index].fused = true;
}

void Liveness::find_spans(BlockId block) {
    if (view_ == runtime::MemoryView::window) return;
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

void Liveness::look_behind_block(Value value, std::uint32_t last_in_block) {
    ValueUses& uses = values_[value.index];
    const std::uint32_t distance =
        uses.global == not_global ? never : across_.at_end(behind_block_, uses.global);
    uses.seen_in = block_;
    uses.next_use = distance == never ? never : block_end_ + distance;
    uses.last_use = distance == never ? last_in_block : never;
}

// The first time that a value is met on the way back through a block is its last use there.
ValueUses& Liveness::see(Value value, std::uint32_t position) {
    ValueUses& uses = values_[value.index];
    if (uses.seen_in != block_) look_behind_block(value, position);
    return uses;
}

void Liveness::enter_with(Value value) {
    if (values_[value.index].seen_in != block_) look_behind_block(value, 0);
}

void Liveness::enter_block(BlockId block, std::uint32_t first_position) {
    const auto& body = function_->blocks[block].body;
    block_ = block;
    behind_block_ = across_.end_of(block);
    later_uses_.clear();
    find_spans(block);
    block_end_ = first_position + static_cast<std::uint32_t>(body.size());
    std::uint32_t position = block_end_;
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
                entry.for_each_value([&](Value value) { see(value, position); });
        see(body[i], position);
    }
    VESTIGE_ASSERT(position == first_position);
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
