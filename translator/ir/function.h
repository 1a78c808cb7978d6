// A unit of translation in SSA form.
//
// A value is the instruction that defines it: a Value is an index into Function::instructions.
// Blocks take parameters in place of phi nodes; jumps pass arguments. Blocks[0] is the entry and
// has no parameters. Memory is reused from unit to unit by clear().
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "translator/ir/layout.h"
#include "translator/ir/op.h"
#include "translator/ir/types.h"

namespace vestige::ir {

struct Value {
    std::uint32_t index = ~0u;
    bool valid() const { return index != ~0u; }
    bool operator==(const Value&) const = default;
};

using BlockId = std::uint32_t;

// Raw: as the frontend wrote it; guest state in memory is always up to date, no recovery maps.
// Optimised: what opt::optimise made of it; recovery maps wherever an op may fault or leave.
enum class Stage : std::uint8_t { raw, optimised };

inline constexpr std::uint32_t no_recovery = ~0u;

// A range of Function::pool.
struct ValueList {
    std::uint32_t first = 0;
    std::uint32_t count = 0;
};

struct Instruction {
    Op op;
    Type type = Type::none; // of the result
    std::uint8_t argument_count = 0;
    std::uint8_t reserved = 0;
    Value arguments[4];
    std::uint64_t imm = 0;
    // instruction: index in its run. begin_run, next_run: instructions of the run. In optimised IR
    // also: guest instructions of the run that started so far, for call, end_run, goto_pc, jump_pc
    // and leave (the current one included).
    std::uint32_t aux = 0;
    std::uint32_t recovery = no_recovery; // index into Function::recoveries
    BlockId targets[2] = {0, 0};          // jump, branch
    ValueList target_arguments[2];        // jump, branch: what the targets' parameters become

    std::span<const Value> args() const { return {arguments, argument_count}; }
};

struct Block {
    std::vector<Value> parameters;
    std::vector<Value> body; // in order; the last is the terminator
};

// How guest state is rebuilt when an op faults or leaves: the slots whose memory is out of date and
// the values they have, the pc of the instruction and its index in its run. Empty in unoptimised
// IR, where memory is always up to date.
struct RecoveryEntry {
    SlotId slot;
    Value value;
    // copy: the slot holds `value`. One of derived_ops (derived.h): that of `value` and `other`,
    // which is not made where nobody else wants it.
    Op op = Op::copy;
    Value other = {};
    // select: one of two i32, by the outcome of `test`, a comparison of `value` and `other`.
    Op test = Op::copy;
    Value if_true = {}, if_false = {};

    template <typename Visitor> void for_each_value(Visitor&& visit) const {
        visit(value);
        if (op != Op::copy) visit(other);
        if (op != Op::select) return;
        visit(if_true);
        visit(if_false);
    }
    template <typename Change> void rewrite(Change&& change) {
        value = change(value);
        if (op != Op::copy) other = change(other);
        if (op != Op::select) return;
        if_true = change(if_true);
        if_false = change(if_false);
    }
};
struct Recovery {
    std::uint64_t pc = 0;
    std::uint32_t instruction_index = 0;
    std::uint32_t first = 0; // range of Function::recovery_entries
    std::uint32_t count = 0;
};

class Function {
  public:
    Function(const StateLayout& state_layout, const HelperTable& helper_table)
        : layout(&state_layout), helpers(&helper_table) {}

    // Empty again, keeping the memory.
    void clear();

    // Blocks come and go with their memory kept.
    BlockId add_block();
    void truncate_blocks(std::size_t count);

    Instruction& operator[](Value value) { return instructions[value.index]; }
    const Instruction& operator[](Value value) const { return instructions[value.index]; }

    std::span<const Value> list(ValueList range) const {
        return {pool.data() + range.first, range.count};
    }
    ValueList make_list(std::span<const Value> values);
    std::span<const RecoveryEntry> entries(const Recovery& recovery) const {
        return {recovery_entries.data() + recovery.first, recovery.count};
    }

    const StateLayout* layout;
    const HelperTable* helpers;

    std::uint64_t start_pc = 0;
    // Guest instructions of a unit of one run, which the budget pays for on entry. 0: the unit has
    // several runs, each with its begin_run or next_run.
    std::uint32_t instruction_count = 0;
    std::uint64_t guest_bytes = 0; // length of the guest code it was made from

    std::vector<Instruction> instructions;
    std::vector<Block> blocks;
    std::vector<Value> pool;
    std::vector<Recovery> recoveries;
    std::vector<RecoveryEntry> recovery_entries;

  private:
    std::vector<Block> spare_blocks_; // empty, with the memory that they had
};

} // namespace vestige::ir
