#include "translator/opt/slot_flow.h"

#include "common/assertion.h"
#include "translator/ir/dominators.h"
#include "translator/ir/effects.h"
#include "translator/opt/slots_made.h"

namespace vestige::opt {

using ir::BlockId;
using ir::Function;
using ir::Instruction;
using ir::Op;
using ir::SlotId;
using ir::Type;
using ir::Value;

bool is_promotable(const Function& function, const Instruction& slot_op) {
    return function.layout->slots[slot_op.imm].promotion == ir::Promotion::promotable;
}

void SlotFlow::analyse(const Function& function, const Workspace& workspace) {
    VESTIGE_ASSERT(function.layout->slots.size() <= most_slots);
    function_ = &function;
    w_ = &workspace;
    blocks_.assign(function.blocks.size(), {});
    for (const BlockId block : workspace.order)
        for (const BlockId next : ir::successors(function, block))
            blocks_[next].predecessor = workspace.ways_in[next] == 1 ? block : ir::no_block;
    find_slots();
    find_moves();
    find_live();
    find_handed_on();
    find_wanted();
    find_written();
    find_changed();
}

void SlotFlow::find_slots() {
    all_.reset();
    flags_.reset();
    tracked_.clear();
    flags_.set(function_->layout->pc);
    for (const BlockId block : w_->order)
        for (const Value value : function_->blocks[block].body) {
            const Instruction& op = (*function_)[value];
            if ((op.op != Op::get_slot && op.op != Op::set_slot) || !is_promotable(*function_, op))
                continue;
            all_.set(op.imm);
            if (op.op != Op::set_slot) continue;
            const Instruction& source = (*function_)[op.arguments[0]];
            if (source.op == Op::order_s || source.op == Op::order_u || source.type == Type::i1)
                flags_.set(op.imm);
        }
    banked_.reset();
    for (SlotId slot = 0; slot < function_->layout->slots.size(); ++slot) {
        if (!all_[slot]) continue;
        tracked_.push_back(slot);
        if (ir::is_banked((*function_->layout)[slot].offset)) banked_.set(slot);
    }
}

void SlotFlow::find_moves() {
    moves_.clear();
    for (const BlockId block : w_->order)
        for (const Value value : function_->blocks[block].body) {
            const Instruction& op = (*function_)[value];
            if (op.op != Op::set_bank || !kept(op).empty()) continue;
            const ir::BankMove move = ir::BankMove::unpack(op.imm);
            std::vector<KeptSlot> kept;
            for (const KeptSlot& slot : overlap_.kept(*function_->layout, move))
                if (all_[slot.before] && all_[slot.behind]) kept.push_back(slot);
            if (!kept.empty()) moves_.push_back({move, std::move(kept)});
        }
}

std::span<const KeptSlot> SlotFlow::kept(const Instruction& op) const {
    if (op.op != Op::set_bank) return {};
    for (const Move& known : moves_)
        if (known.move.pack() == op.imm) return known.kept;
    return {};
}

const SlotSet& SlotFlow::behind_barrier(const Instruction& op) const {
    return op.op == Op::set_bank ? banked_ : all_;
}

namespace {

// The way out: what a call there has written would be written anyway, and little is read.
bool is_exit(const Function& function, const ir::Block& block) {
    const Op end = function[block.body.back()].op;
    return end == Op::goto_pc || end == Op::jump_pc || end == Op::leave;
}

} // namespace

void SlotFlow::find_handed_on() {
    SlotsMade made;
    made.analyse(*function_, *w_, *this);
    for (const BlockId block : w_->order) {
        blocks_[block].handed_on = flags_;
        for (std::size_t i = 0; i < tracked_.size(); ++i)
            if (made.alike(block, i)) blocks_[block].handed_on.set(tracked_[i]);
    }
}

void SlotFlow::find_live() {
    for (bool again = true; again;) {
        again = false;
        for (auto block = w_->order.rbegin(); block != w_->order.rend(); ++block) {
            SlotSet live;
            for (const BlockId next : ir::successors(*function_, *block))
                live |= blocks_[next].live_in;
            const auto& body = function_->blocks[*block].body;
            const bool exit = is_exit(*function_, function_->blocks[*block]);
            for (std::size_t i = body.size(); i-- > 0;) {
                const Instruction& op = (*function_)[body[i]];
                if (ir::is_barrier(*function_, op)) {
                    // What is read behind it comes from memory. Before a call within a loop values
                    // are kept all the same: it may be seldom reached.
                    const SlotSet behind = live;
                    if (op.op == Op::set_bank || exit)
                        live &= ~behind_barrier(op);
                    else
                        live = all_;
                    for (const KeptSlot& slot : kept(op))
                        if (behind[slot.behind]) live.set(slot.before);
                }
                if (op.op == Op::set_slot)
                    live.reset(op.imm);
                else if (op.op == Op::get_slot && is_promotable(*function_, op))
                    live.set(op.imm);
            }
            again |= live != blocks_[*block].live_in;
            blocks_[*block].live_in = live;
        }
    }
}

void SlotFlow::find_wanted() {
    constexpr ir::Effects looks = ir::effect::may_fault | ir::effect::may_leave;
    for (bool again = true; again;) {
        again = false;
        for (auto block = w_->order.rbegin(); block != w_->order.rend(); ++block) {
            SlotSet wanted;
            if (is_exit(*function_, function_->blocks[*block])) wanted = all_;
            for (const BlockId next : ir::successors(*function_, *block))
                wanted |= blocks_[next].wanted_in;
            const auto& body = function_->blocks[*block].body;
            for (auto value = body.rbegin(); value != body.rend(); ++value) {
                const Instruction& op = (*function_)[*value];
                if (op.op == Op::set_slot) wanted.reset(op.imm);
                if (ir::is_barrier(*function_, op)) wanted |= behind_barrier(op);
                if (ir::info(op.op).effects & looks) wanted = all_;
            }
            again |= wanted != blocks_[*block].wanted_in;
            blocks_[*block].wanted_in = wanted;
        }
    }
}

void SlotFlow::find_written() {
    for (const BlockId block : w_->order)
        for (const BlockId next : ir::successors(*function_, block))
            if (w_->ways_in[next] > 1)
                blocks_[block].written_at_end |= all_ & ~blocks_[next].handed_on &
                                                 ~blocks_[next].live_in & blocks_[next].wanted_in;
}

// What holds of a slot behind the op that sets it: what held when its value was read from the very
// slot, if it is set back to that.
SlotFlow::Read SlotFlow::read_of(const Instruction& set) const {
    const Value value = set.arguments[0];
    const Instruction& source = (*function_)[value];
    if (source.op == Op::get_slot && source.imm == set.imm)
        for (const Read& read : reads_)
            if (read.value == value) return read;
    return {value, true, true};
}

void SlotFlow::find_changed() {
    for (bool again = true; again;) {
        again = false;
        for (const BlockId block : w_->order) {
            SlotSet changed = blocks_[block].changed_in, dirty = blocks_[block].dirty_in;
            reads_.clear();
            for (const Value value : function_->blocks[block].body) {
                const Instruction& op = (*function_)[value];
                if (ir::is_barrier(*function_, op)) {
                    const SlotSet& seen = behind_barrier(op);
                    changed |= seen;
                    dirty &= ~seen;
                    std::erase_if(reads_, [&](const Read& read) {
                        return seen[(*function_)[read.value].imm];
                    });
                } else if (op.op == Op::get_slot && is_promotable(*function_, op)) {
                    const auto slot = static_cast<SlotId>(op.imm);
                    reads_.push_back({value, changed[slot], dirty[slot]});
                } else if (op.op == Op::set_slot && is_promotable(*function_, op)) {
                    const Read before = read_of(op);
                    changed.set(op.imm, before.changed);
                    dirty.set(op.imm, before.dirty);
                }
            }
            dirty &= ~blocks_[block].written_at_end;
            for (const BlockId next : ir::successors(*function_, block)) {
                Block& after = blocks_[next];
                const SlotSet changed_before = after.changed_in, dirty_before = after.dirty_in;
                after.changed_in |= changed;
                after.dirty_in |= dirty & (after.live_in | after.wanted_in);
                again |= after.changed_in != changed_before || after.dirty_in != dirty_before;
            }
        }
    }
}

} // namespace vestige::opt
