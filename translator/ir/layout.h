// What a guest ISA tells the translator of itself: its state's slots and its helpers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "translator/ir/op.h"
#include "translator/ir/types.h"

namespace vestige::ir {

using SlotId = std::uint16_t;

enum class Promotion : std::uint8_t {
    promotable,  // may live in a value within a unit; memory is written at exits and by recovery
                 // maps
    memory_only, // every get_slot and set_slot goes to memory, in order: helpers may touch it
};

// A register that lies in the current register bank (a window, a shadow set): its offset is this
// plus that from where the bank begins. Op::set_bank makes another bank the current one, and says
// how the two overlap (BankMove).
inline constexpr std::uint32_t banked_state = 0xe000; // offsets fit 16 bits in recovery maps
constexpr bool is_banked(std::uint32_t offset) { return offset >= banked_state; }

// A guest register in the CPU's state: `offset` in bytes from the start of the CpuHeader, or from
// that of the current bank.
struct Slot {
    std::string name;
    std::uint32_t offset;
    Type type;
    Promotion promotion = Promotion::promotable;
};

inline constexpr SlotId no_slot = 0xffff;

// How routines return, if the guest has a register for that: a jump to what a link register holds,
// plus `offset`.
struct ReturnConvention {
    SlotId link = no_slot;        // where calls leave it
    SlotId link_inside = no_slot; // where a routine finds it that has changed the register bank
    std::uint32_t offset = 0;     // bytes
};

struct StateLayout {
    std::vector<Slot> slots;
    SlotId pc = 0; // i32 or i64
    ReturnConvention returns;
    std::uint32_t size = 0; // of the whole state in bytes

    bool has_banks = false; // some slots are banked

    // Where a routine returns to that finds `link` in its link register.
    std::uint64_t return_address(std::uint64_t link) const {
        const std::uint64_t address = link + returns.offset;
        return slots[pc].type == Type::i32 ? address & 0xffffffff : address;
    }

    const Slot& operator[](SlotId id) const { return slots[id]; }
};

// One or several slots of a layout table.
struct SlotRow {
    const char* name; // numbered from 0 where count > 1
    std::size_t offset;
    Type type;
    unsigned count = 1;
    unsigned stride = 0; // bytes
    Promotion promotion = Promotion::promotable;
};

// The slots in the order of the rows; the rest is the caller's.
StateLayout make_layout(std::span<const SlotRow> rows);

using HelperId = std::uint16_t;

enum class HelperEffect : std::uint8_t {
    pure,              // a function of its arguments
    unslotted_state,   // touches state that no slot stands for, and no floating point
    memory_only_slots, // reads and writes memory_only slots only; neither faults nor leaves
    all_state, // sees and changes any slot: everything is written back before, read again after
    may_leave, // all_state, and afterwards CpuHeader::leave_code not 0 means: leave now, with
               // the pc slot as the helper set it
};

// Whether a helper that sees all state may compute with floating point, or look at the guest's
// sticky flags: MXCSR changes hands around those that do.
enum class HelperFloats : std::uint8_t { possible, untouched };

// A C++ function that IR calls: R (*)(void* state, A0, A1, ...), the System V convention; i1 to i32
// pass as uint32_t, i64 as uint64_t, f64 as double; f32 as float and v128 as a vector of 16
// bytes for Op::float_* and Op::vec_float_* alone (other helpers take slot offsets, or bits). Not
// noexcept-unwinding: it returns normally.
struct Helper {
    std::string name;
    const void* function;
    Type result = Type::none;
    std::vector<Type> arguments; // without the state; at most 4
    HelperEffect effect = HelperEffect::pure;
    HelperFloats floats = HelperFloats::possible;
};

// The index is the HelperId.
using HelperTable = std::vector<Helper>;

// The table, with HelperFloats::untouched for those helpers.
template <typename Ids> HelperTable without_floats(HelperTable table, const Ids& ids) {
    for (const auto id : ids)
        table[id].floats = HelperFloats::untouched;
    return table;
}

} // namespace vestige::ir
