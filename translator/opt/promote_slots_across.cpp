#include <unordered_map>

#include "common/assertion.h"
#include "translator/ir/dominators.h"
#include "translator/ir/effects.h"
#include "translator/opt/passes.h"
#include "translator/opt/slot_flow.h"

namespace vestige::opt {

using ir::BlockId;
using ir::Function;
using ir::Instruction;
using ir::Op;
using ir::Recovery;
using ir::RecoveryEntry;
using ir::SlotId;
using ir::Value;

namespace {

// In the place of a value: memory has it, and nobody reads it before it is set again.
constexpr Value unknown{~1u};

// SSA construction with a parameter for every slot that may have changed on some way to a join;
// parameters that turn out to stand for one value are taken away again.
class Promotion {
  public:
    Promotion(Function& function, Workspace& workspace)
        : function_(function),
          w_(workspace),
          slots_(function.layout->slots),
          index_(slots_.size()),
          blocks_(function.blocks.size()),
          entry_values_(slots_.size()) {
        flow_.analyse(function, workspace);
        w_.replacements.clear(function.instructions.size());
    }

    void run() {
        for (std::size_t i = 0; i < tracked().size(); ++i)
            index_[tracked()[i]] = i;
        for (const BlockId block : w_.order)
            add_parameters(block);
        for (const BlockId block : w_.order)
            run_block(block);
        for (const BlockId block : w_.order)
            pass_arguments(block);
        read_entry_values();
        reduce_parameters(function_, w_);
        forget_unchanged();
    }

  private:
    struct BlockState {
        std::vector<SlotId> parameters;   // the slots that the block's last parameters stand for
        std::uint32_t own_parameters = 0; // those before them
        std::vector<Value> at_end;        // by index in tracked()
        Value marker;                     // the current guest instruction's at the start
    };

    const std::vector<SlotId>& tracked() const { return flow_.tracked(); }
    bool promotable(const Instruction& op) const { return is_promotable(function_, op); }
    bool is_join(BlockId block) const { return w_.ways_in[block] > 1; }

    // A slot that was written before the join and is not read behind it needs none.
    bool passes(BlockId join, SlotId slot) const {
        return flow_[join].changed_in[slot] &&
               (flow_[join].live_in[slot] || flow_[join].dirty_in[slot]);
    }

    void add_parameters(BlockId block) {
        BlockState& state = blocks_[block];
        state.own_parameters =
            static_cast<std::uint32_t>(function_.blocks[block].parameters.size());
        if (!is_join(block)) return;
        for (const SlotId slot : tracked()) {
            if (!passes(block, slot)) continue;
            state.parameters.push_back(slot);
            const Value made = append({.op = Op::parameter, .type = slots_[slot].type});
            function_.blocks[block].parameters.push_back(made);
        }
    }

    Value append(const Instruction& op) {
        function_.instructions.push_back(op);
        return {static_cast<std::uint32_t>(function_.instructions.size() - 1)};
    }

    // ---- blocks, each behind the only predecessor it may have
    void run_block(BlockId block) {
        BlockState& state = blocks_[block];
        values_.assign(tracked().size(), Value{});
        const BlockId predecessor = flow_[block].predecessor;
        if (predecessor != ir::no_block) {
            values_ = blocks_[predecessor].at_end;
        } else {
            for (const SlotId slot : tracked())
                if (flow_[block].changed_in[slot]) values_[index_[slot]] = unknown;
            for (std::size_t i = 0; i < state.parameters.size(); ++i)
                values_[index_[state.parameters[i]]] =
                    function_.blocks[block].parameters[state.own_parameters + i];
        }
        block_ = block;
        dirty_ = flow_[block].dirty_in;
        marker_ = state.marker;
        map_is_current_ = false;
        in_memory_.assign(tracked().size(), Value{});
        w_.body.clear();
        for (const Value value : function_.blocks[block].body)
            visit(value);
        function_.blocks[block].body.swap(w_.body);
        state.at_end = values_;
        for (const BlockId next : ir::successors(function_, block))
            blocks_[next].marker = marker_;
    }

    void visit(Value value) {
        w_.replacements.resolve_uses(function_, function_[value]);
        const Instruction op = function_[value]; // a copy: instructions are added
        switch (op.op) {
        case Op::get_slot:
            if (!promotable(op)) break;
            note_read(static_cast<SlotId>(op.imm));
            w_.replacements.replace(value, current(static_cast<SlotId>(op.imm)));
            return;
        case Op::set_slot:
            if (!promotable(op)) break;
            values_[index_[op.imm]] = op.arguments[0];
            dirty_.set(op.imm, !is_as_in_memory(op));
            map_is_current_ = false;
            return;
        case Op::instruction: marker_ = value; break;
        case Op::begin_run:
            function_[value].recovery = recovery(op.imm, 0);
            marker_ = {};
            break;
        case Op::next_run: marker_ = {}; break;
        case Op::end_run: function_[value].aux = started(); break;
        case Op::set_bank:
        case Op::call: call(value); return;
        case Op::jump:
        case Op::branch: write_back(flow_[block_].written_at_end, Pc::set_by_exit); break;
        case Op::goto_pc:
        case Op::jump_pc:
        case Op::leave:
            write_back(~SlotSet{}, op.op == Op::leave ? Pc::as_any_slot : Pc::set_by_exit);
            function_[value].aux = started();
            break;
        default:
            if (ir::info(op.op).effects & (ir::effect::may_fault | ir::effect::may_leave)) {
                VESTIGE_ASSERT(marker_.valid());
                const Instruction& marker = function_[marker_];
                function_[value].recovery = recovery(marker.imm, marker.aux);
            }
        }
        w_.body.push_back(value);
    }

    // A slot that is set back to what it was when memory had it (delay slots): SlotFlow knows of
    // the same.
    void note_read(SlotId slot) {
        in_memory_[index_[slot]] = dirty_[slot] ? Value{} : current(slot);
    }
    bool is_as_in_memory(const Instruction& set) const {
        const Value value = in_memory_[index_[set.imm]];
        return value.valid() && value == set.arguments[0];
    }

    Value current(SlotId slot) {
        Value& value = values_[index_[slot]];
        VESTIGE_ASSERT(value != unknown);
        if (!value.valid()) value = entry_value(slot);
        return value;
    }
    Value entry_value(SlotId slot) {
        Value& value = entry_values_[slot];
        if (!value.valid())
            value = append({.op = Op::get_slot, .type = slots_[slot].type, .imm = slot});
        return value;
    }

    std::uint32_t started() const { return marker_.valid() ? function_[marker_].aux + 1 : 0; }

    enum class Pc { as_any_slot, set_by_exit };
    void write_back(const SlotSet& which, Pc pc) {
        for (const SlotId slot : tracked()) {
            if (!dirty_[slot] || !which[slot]) continue;
            if (pc == Pc::set_by_exit && slot == function_.layout->pc) continue;
            Instruction set{.op = Op::set_slot, .argument_count = 1, .imm = slot};
            set.arguments[0] = current(slot);
            w_.body.push_back(append(set));
        }
    }

    // Behind a barrier, slots are read again, but for those that the bank before had as well.
    void call(Value value) {
        if (function_[value].op == Op::call) function_[value].aux = started();
        if (!ir::is_barrier(function_, function_[value])) {
            w_.body.push_back(value);
            return;
        }
        const SlotSet& seen = flow_.behind_barrier(function_[value]);
        write_back(seen, Pc::as_any_slot);
        w_.body.push_back(value);
        dirty_ &= ~seen;
        map_is_current_ = false;
        const SlotSet kept = keep_values(function_[value]);
        for (const SlotId slot : tracked()) {
            if (!seen[slot]) continue;
            in_memory_[index_[slot]] = {};
            if (kept[slot]) continue;
            const Value read = append({.op = Op::get_slot, .type = slots_[slot].type, .imm = slot});
            w_.body.push_back(read);
            values_[index_[slot]] = read;
        }
    }

    // Those whose values are known: one from the entry to the function would only take up a
    // register until here.
    SlotSet keep_values(const Instruction& op) {
        SlotSet found;
        w_.kept_values.clear();
        for (const KeptSlot& slot : flow_.kept(op))
            w_.kept_values.push_back(values_[index_[slot.before]]);
        for (std::size_t i = 0; i < w_.kept_values.size(); ++i) {
            const Value held = w_.kept_values[i];
            if (!held.valid() || held == unknown) continue;
            const SlotId slot = flow_.kept(op)[i].behind;
            values_[index_[slot]] = held;
            found.set(slot);
        }
        return found;
    }

    // Ops between which no slot changed share their entries.
    std::uint32_t recovery(std::uint64_t pc, std::uint32_t index) {
        if (!map_is_current_) {
            map_.first = static_cast<std::uint32_t>(function_.recovery_entries.size());
            for (const SlotId slot : tracked())
                if (dirty_[slot] && slot != function_.layout->pc)
                    function_.recovery_entries.push_back({slot, current(slot)});
            map_.count = static_cast<std::uint32_t>(function_.recovery_entries.size()) - map_.first;
            map_is_current_ = true;
        }
        map_.pc = pc;
        map_.instruction_index = index;
        function_.recoveries.push_back(map_);
        return static_cast<std::uint32_t>(function_.recoveries.size() - 1);
    }

    // ---- afterwards
    void pass_arguments(BlockId block) {
        const Value end = function_.blocks[block].body.back();
        const auto targets = ir::successors(function_, block);
        for (unsigned way = 0; way < targets.size(); ++way) {
            const BlockState& target = blocks_[function_[end].targets[way]];
            if (target.parameters.empty()) continue;
            const auto own = function_.list(function_[end].target_arguments[way]);
            std::vector<Value> arguments(own.begin(), own.end());
            for (const SlotId slot : target.parameters) {
                Value& value = blocks_[block].at_end[index_[slot]];
                if (value == unknown) value = read_at_end(block, slot);
                arguments.push_back(value.valid() ? value : entry_value(slot));
            }
            const ir::ValueList list = function_.make_list(arguments);
            function_[end].target_arguments[way] = list;
        }
    }

    // Memory is up to date there, but not on another way to the join.
    Value read_at_end(BlockId block, SlotId slot) {
        const Value read = append({.op = Op::get_slot, .type = slots_[slot].type, .imm = slot});
        auto& body = function_.blocks[block].body;
        body.insert(body.end() - 1, read);
        return read;
    }

    void read_entry_values() {
        auto& body = function_.blocks[0].body;
        std::vector<Value> reads;
        for (const Value value : entry_values_)
            if (value.valid()) reads.push_back(value);
        body.insert(body.begin(), reads.begin(), reads.end());
    }

    // What has the value it had on entry is not out of date, if memory still has that.
    void forget_unchanged() {
        SlotSet written;
        for (const BlockId block : w_.order) {
            written |= flow_[block].written_at_end;
            for (const Value value : function_.blocks[block].body)
                if (ir::is_barrier(function_, function_[value]))
                    written |= flow_.behind_barrier(function_[value]);
        }
        const auto unchanged = [&](std::uint64_t slot, Value value) {
            return !written[slot] && value == entry_values_[slot];
        };
        for (const BlockId block : w_.order)
            std::erase_if(function_.blocks[block].body, [&](Value value) {
                const Instruction& op = function_[value];
                return op.op == Op::set_slot && promotable(op) &&
                       unchanged(op.imm, op.arguments[0]);
            });
        std::vector<RecoveryEntry> kept;
        std::unordered_map<std::uint64_t, Recovery> moved; // by old range
        for (Recovery& recovery : function_.recoveries) {
            const std::uint64_t range = std::uint64_t{recovery.first} << 32 | recovery.count;
            const auto [made, is_new] = moved.try_emplace(range);
            if (is_new) {
                made->second.first = static_cast<std::uint32_t>(kept.size());
                for (const RecoveryEntry& entry : function_.entries(recovery))
                    if (!unchanged(entry.slot, entry.value)) kept.push_back(entry);
                made->second.count = static_cast<std::uint32_t>(kept.size()) - made->second.first;
            }
            recovery.first = made->second.first;
            recovery.count = made->second.count;
        }
        function_.recovery_entries.swap(kept);
    }

    Function& function_;
    Workspace& w_;
    const std::vector<ir::Slot>& slots_;
    SlotFlow flow_;
    std::vector<std::size_t> index_; // in tracked(), by slot
    std::vector<BlockState> blocks_;
    std::vector<Value> entry_values_; // by slot: its get_slot at the start, where it was wanted

    // Of the block under construction.
    BlockId block_ = 0;
    std::vector<Value> values_;    // by index in tracked(); none: as on entry
    std::vector<Value> in_memory_; // by index in tracked(), where it was read and is known
    SlotSet dirty_;
    Value marker_;
    Recovery map_;
    bool map_is_current_ = false;
};

} // namespace

void promote_slots_across(Function& function, Workspace& workspace) {
    Promotion(function, workspace).run();
}

} // namespace vestige::opt
