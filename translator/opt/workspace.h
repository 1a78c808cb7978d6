// Memory that the passes reuse from unit to unit, so that translating allocates nothing once warm.
#pragma once

#include <cstdint>
#include <vector>

#include "translator/ir/function.h"
#include "translator/opt/bank_overlap.h"

namespace vestige::opt {

// Whether the verifier runs after each pass.
enum class Checks : std::uint8_t { none, every_pass };

#ifdef __OPTIMIZE__
inline constexpr Checks default_checks = Checks::none;
#else
inline constexpr Checks default_checks = Checks::every_pass;
#endif

// Values that a pass replaced by others: uses are rewritten as the pass walks over them.
class Replacements {
  public:
    void clear(std::size_t value_count) { by_.assign(value_count, none); }
    // `by` is not replaced itself.
    void replace(ir::Value value, ir::Value by) {
        if (by_.size() <= value.index) by_.resize(value.index + 1, none);
        by_[value.index] = by.index;
    }
    ir::Value resolve(ir::Value value) const {
        if (value.index >= by_.size() || by_[value.index] == none) return value;
        return {by_[value.index]};
    }
    void resolve_uses(ir::Function& function, ir::Instruction& op) const;
    void resolve_recoveries(ir::Function& function) const;

  private:
    static constexpr std::uint32_t none = ~0u;
    std::vector<std::uint32_t> by_;
};

// What promote_slots knows of a slot in the current block.
struct SlotState {
    std::uint64_t epoch = 0; // `value` holds iff this is the current epoch
    bool dirty = false;      // memory is out of date
    ir::Value value;
    ir::Value set;       // the op that will write it
    ir::Value in_memory; // what memory has, if that is known
};

// A cell of number_values' hash table.
struct NumberedValue {
    std::uint64_t epoch = 0;
    ir::Value value;
};

struct Workspace {
    Checks checks = default_checks;

    Replacements replacements;
    std::vector<ir::Value> body; // under construction

    // Reachable blocks, each after all its dominators (find_order), and how many ways lead to each.
    std::vector<ir::BlockId> order;
    std::vector<std::uint32_t> ways_in;
    std::vector<std::uint8_t> visited;
    std::vector<ir::BlockId> stack;

    std::vector<SlotState> slots;
    std::vector<ir::SlotId> dirty_slots;
    std::vector<ir::Value> marker_at_start; // of each block: the current guest instruction
    std::uint64_t slot_epoch = 0;
    BankOverlap bank_overlap;
    std::vector<ir::Value> kept_values; // across a move

    std::vector<NumberedValue> numbered;
    std::uint64_t number_epoch = 0;
    std::vector<ir::BlockId> defined_in; // by value

    std::vector<std::uint8_t> used;
};

// What is passed to each block, a list a way, in reachable blocks (Workspace::order).
std::vector<std::vector<ir::ValueList>> passed_arguments(const ir::Function& function,
                                                         const Workspace& workspace);

} // namespace vestige::opt
