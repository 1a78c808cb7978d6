// Where values are used: what the register allocator and the emitters ask of a function before and
// while code is generated.
//
// Instructions have positions that grow in the order of emission. A "use" at a position wants the
// value in a register or as an operand; a recovery map wants it to exist somewhere, no more.
//
// A value is fused if its only user computes it: a comparison that a branch, select or leave_if
// turns into host flags, an `and` that is compared with zero, the three comparisons of numbers that
// are packed into their ordering, an address in a span. It is never in
// a register; its own operands count as its user's.
//
// The pointer of a span is a value like others, of type i64, numbered from the function's
// instructions up; the span's accesses use it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "backend/x64/global_liveness.h"
#include "backend/x64/known_alignment.h"
#include "backend/x64/loop_hints.h"
#include "backend/x64/spans.h"
#include "translator/ir/control_flow.h"
#include "translator/ir/function.h"
#include "translator/runtime/backend.h"

namespace vestige::x64 {

inline constexpr std::uint32_t not_global = ~0u;

struct ValueUses {
    std::uint32_t next_use = never; // after the current instruction, perhaps in another block
    std::uint32_t last_use = 0;     // of any kind; never: lives on in other blocks
    std::uint32_t used_at = 0;      // the last instruction that was started and uses it
    std::uint32_t count = 0;        // of any kind, in the whole function
    ir::BlockId defined_in = ir::no_block; // of a parameter: ir::no_block
    ir::BlockId seen_in = ir::no_block;    // the last block entered that uses it
    std::uint32_t global = not_global;     // index in GlobalLiveness: it lives across blocks
    std::uint16_t span = no_span;          // of an access
    bool fused = false;
};

class Liveness {
  public:
    // What the address of an access in a window may consist of: a value and a displacement; with an
    // index, which may be shifted.
    enum class Addresses : std::uint8_t { displaced, indexed };
    void analyse(const ir::Function& function,
                 runtime::MemoryView view = runtime::MemoryView::page_map,
                 Addresses addresses = Addresses::displaced,
                 const KnownAlignment* alignment = nullptr);

    const ir::ControlFlow& flow() const { return flow_; }
    const GlobalLiveness& across_blocks() const { return across_; }
    const LoopHints& loop_hints() const { return loop_hints_; }

    // Finds the uses in a block whose instructions get the positions from `first_position` up.
    void enter_block(ir::BlockId block, std::uint32_t first_position);
    // Before the instruction at `position` is emitted: next_use of its operands moves on.
    void start(const ir::Instruction& instruction, std::uint32_t position);

    // Instructions and pointers of spans, so far.
    std::size_t value_count() const { return values_.size(); }
    bool is_pointer(ir::Value value) const { return value.index >= function_->instructions.size(); }
    // Of a load or store of the current block, or null.
    const Span* span_of(ir::Value access) const {
        const std::uint16_t span = values_[access.index].span;
        return span == no_span ? nullptr : &spans_.spans()[span];
    }
    std::span<const Span> spans() const { return spans_.spans(); }

    // Nothing is to be emitted where the value is defined.
    bool skipped(ir::Value value) const;

    const ValueUses& operator[](ir::Value value) const { return values_[value.index]; }
    // A value from before the current block, which it may not use itself, lies somewhere.
    void enter_with(ir::Value value);

    // Operands with those of fused values in their place, in order.
    template <typename Visitor>
    void for_each_operand(const ir::Instruction& instruction, Visitor&& visit) const {
        for (const ir::Value argument : instruction.args()) {
            if (values_[argument.index].fused)
                for_each_operand((*function_)[argument], visit);
            else
                visit(argument);
        }
        for (const ir::ValueList list : instruction.target_arguments)
            for (const ir::Value argument : function_->list(list))
                visit(argument);
        const auto index = static_cast<std::uint32_t>(&instruction - &function_->instructions[0]);
        if (const Span* span = span_of(ir::Value{index})) visit(span->pointer);
    }

  private:
    void count_uses();
    void use_in(ir::BlockId block, ir::Value value, std::uint32_t distance);
    void find_spans(ir::BlockId block);
    void fuse_arguments(const ir::Instruction& instruction, ir::BlockId block);
    bool can_fuse(ir::Value value, ir::BlockId block) const;
    ValueUses& see(ir::Value value, std::uint32_t position);
    void look_behind_block(ir::Value value, std::uint32_t position);

    const ir::Function* function_ = nullptr;
    void fuse_index(const ir::Instruction& access, ir::Value address, ir::BlockId block);

    runtime::MemoryView view_ = runtime::MemoryView::page_map;
    Addresses addresses_ = Addresses::displaced;
    const KnownAlignment* alignment_ = nullptr; // null: nothing is known
    std::vector<ValueUses> values_;
    ir::ControlFlow flow_;
    GlobalLiveness across_;
    LoopHints loop_hints_;
    SpanFinder spans_;                      // of the current block
    std::vector<std::uint32_t> later_uses_; // of the current block's operands, the last one first
    ir::BlockId block_ = ir::no_block;
    std::uint32_t block_end_ = 0; // position behind it
    GlobalLiveness::BlockEnd behind_block_;
};

} // namespace vestige::x64
