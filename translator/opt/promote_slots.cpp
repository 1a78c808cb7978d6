#include "common/assertion.h"
#include "translator/ir/effects.h"
#include "translator/opt/passes.h"

#include "translator/ir/dominators.h"

namespace vestige::opt {

using ir::BlockId;
using ir::Function;
using ir::Instruction;
using ir::Op;
using ir::Recovery;
using ir::SlotId;
using ir::Value;

namespace {

class Promotion {
  public:
    Promotion(Function& function, Workspace& workspace)
        : function_(function), w_(workspace), slots_(function.layout->slots) {
        w_.replacements.clear(function.instructions.size());
        if (w_.slots.size() < slots_.size()) w_.slots.resize(slots_.size());
        w_.marker_at_start.assign(function.blocks.size(), Value{});
    }

    void run_block(BlockId block) {
        forget();
        w_.dirty_slots.clear();
        w_.body.clear();
        marker_ = w_.marker_at_start[block];
        changed_ = true;
        for (const Value value : function_.blocks[block].body)
            visit(value);
        for (const BlockId next : terminator_targets())
            w_.marker_at_start[next] = marker_;
        function_.blocks[block].body.swap(w_.body);
    }

  private:
    void visit(Value value) {
        Instruction& op = function_[value];
        w_.replacements.resolve_uses(function_, op);
        switch (op.op) {
        case Op::get_slot: get(value, op); return;
        case Op::set_slot: set(value, op); return;
        case Op::instruction: marker_ = value; break;
        case Op::begin_run:
            op.recovery = recovery(op.imm, 0);
            marker_ = {};
            break;
        case Op::next_run: marker_ = {}; break;
        case Op::end_run: op.aux = started(); break;
        case Op::set_bank:
        case Op::call: call(op); break;
        default:
            const ir::Effects effects = ir::info(op.op).effects;
            if (effects & (ir::effect::may_fault | ir::effect::may_leave)) {
                VESTIGE_ASSERT(marker_.valid());
                op.recovery = recovery(function_[marker_].imm, function_[marker_].aux);
            } else if (effects & ir::effect::terminator) {
                const bool sets_pc = op.op == Op::goto_pc || op.op == Op::jump_pc;
                write_back(sets_pc ? Pc::set_by_exit : Pc::as_any_slot);
                if (sets_pc || op.op == Op::leave) op.aux = started();
            }
        }
        w_.body.push_back(value);
    }

    bool promotable(const Instruction& op) const {
        return slots_[op.imm].promotion == ir::Promotion::promotable;
    }
    bool known(const SlotState& slot) const { return slot.epoch == w_.slot_epoch; }
    void forget() { ++w_.slot_epoch; }

    void get(Value value, const Instruction& op) {
        if (promotable(op)) {
            SlotState& slot = w_.slots[op.imm];
            if (known(slot)) {
                w_.replacements.replace(value, slot.value);
                return;
            }
            slot = {.epoch = w_.slot_epoch,
                    .dirty = false,
                    .value = value,
                    .set = {},
                    .in_memory = value};
        }
        w_.body.push_back(value);
    }

    void set(Value value, const Instruction& op) {
        if (!promotable(op)) {
            w_.body.push_back(value);
            return;
        }
        SlotState& slot = w_.slots[op.imm];
        const bool was_known = known(slot);
        if (was_known && slot.value == op.arguments[0]) return;
        const Value in_memory = was_known ? slot.in_memory : Value{};
        const bool was_dirty = was_known && slot.dirty;
        // Set back to what it was (delay slots): nothing is left to write.
        const bool dirty = !in_memory.valid() || in_memory != op.arguments[0];
        if (dirty && !was_dirty) w_.dirty_slots.push_back(static_cast<SlotId>(op.imm));
        if (!dirty && was_dirty) std::erase(w_.dirty_slots, static_cast<SlotId>(op.imm));
        slot = {.epoch = w_.slot_epoch,
                .dirty = dirty,
                .value = op.arguments[0],
                .set = value,
                .in_memory = in_memory};
        changed_ = true;
    }

    enum class Pc { as_any_slot, set_by_exit };

    void write_back(Pc pc) {
        for (const SlotId id : w_.dirty_slots) {
            w_.slots[id].dirty = false;
            if (pc == Pc::set_by_exit && id == function_.layout->pc) continue;
            w_.body.push_back(w_.slots[id].set);
            w_.slots[id].in_memory = w_.slots[id].value;
        }
        w_.dirty_slots.clear();
        changed_ = true;
    }

    void call(Instruction& op) {
        if (op.op == Op::call) op.aux = started();
        if (op.op == Op::set_bank) {
            change_bank(op);
        } else if (ir::calls_with_all_state(function_, op)) {
            write_back(Pc::as_any_slot);
            forget();
        }
    }

    // Banked slots are written and forgotten, but for those that the new bank has as well; of the
    // others nothing changes.
    void change_bank(const Instruction& op) {
        const auto& kept = w_.bank_overlap.kept(*function_.layout, ir::BankMove::unpack(op.imm));
        w_.kept_values.clear();
        for (const KeptSlot& slot : kept)
            w_.kept_values.push_back(known(w_.slots[slot.before]) ? w_.slots[slot.before].value
                                                                  : Value{});
        std::erase_if(w_.dirty_slots, [&](SlotId id) {
            if (!ir::is_banked(slots_[id].offset)) return false;
            w_.body.push_back(w_.slots[id].set);
            return true;
        });
        for (std::size_t id = 0; id < slots_.size(); ++id)
            if (ir::is_banked(slots_[id].offset)) w_.slots[id] = {};
        for (std::size_t i = 0; i < kept.size(); ++i)
            if (const Value value = w_.kept_values[i]; value.valid())
                w_.slots[kept[i].behind] = {.epoch = w_.slot_epoch,
                                            .dirty = false,
                                            .value = value,
                                            .set = {},
                                            .in_memory = value};
        changed_ = true;
    }

    std::uint32_t started() const { return marker_.valid() ? function_[marker_].aux + 1 : 0; }

    // The dirty slots as they are now. Ops between which none changed share their entries.
    std::uint32_t recovery(std::uint64_t pc, std::uint32_t index) {
        Recovery made{.pc = pc, .instruction_index = index};
        if (changed_) {
            entries_first_ = static_cast<std::uint32_t>(function_.recovery_entries.size());
            for (const SlotId id : w_.dirty_slots)
                if (id != function_.layout->pc)
                    function_.recovery_entries.push_back({id, w_.slots[id].value});
            entries_count_ =
                static_cast<std::uint32_t>(function_.recovery_entries.size()) - entries_first_;
            changed_ = false;
        }
        made.first = entries_first_;
        made.count = entries_count_;
        function_.recoveries.push_back(made);
        return static_cast<std::uint32_t>(function_.recoveries.size() - 1);
    }

    // Of the block under construction.
    std::span<const BlockId> terminator_targets() const {
        const Instruction& last = function_[w_.body.back()];
        const unsigned count = last.op == Op::jump ? 1 : last.op == Op::branch ? 2 : 0;
        return {last.targets, count};
    }

    Function& function_;
    Workspace& w_;
    const std::vector<ir::Slot>& slots_;
    Value marker_;        // the current guest instruction's
    bool changed_ = true; // the dirty slots, since the last recovery map
    std::uint32_t entries_first_ = 0, entries_count_ = 0;
};

} // namespace

void promote_slots(Function& function, Workspace& workspace) {
    Promotion promotion(function, workspace);
    for (const BlockId block : workspace.order)
        promotion.run_block(block);
}

} // namespace vestige::opt
