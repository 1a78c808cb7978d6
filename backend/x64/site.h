// Side tables: what the slow path needs to know of the place in generated code that called it.
//
// A cold stub is `call slow_path; dd record - here`. The record lies behind the unit's code, in the
// same block of the arena: it is freed with the code, and finding it is one addition.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "backend/x64/frame.h"
#include "backend/x64/register_allocator.h"
#include "translator/ir/function.h"
#include "translator/runtime/backend.h"

namespace vestige::x64 {

enum class SiteKind : std::uint8_t {
    load,       // operands: address; result
    store,      // operands: address, value
    leave,      // attribute: code
    float_call, // operands: up to three doubles, or vectors; attribute: the helper's address;
                // result
};

// Followed by `operand_words` words of operands, then `recovery_words` of recovery entries.
struct SiteRecord {
    std::uint64_t pc;
    std::uint64_t attribute; // MemoryAccess, leave code or helper
    std::int32_t resume;     // where the code goes on, from the stub's return address
    std::uint32_t ahead;     // instructions of the unit that have not started
    SiteKind kind;
    HostRegister result;
    std::uint8_t result_bits;
    std::uint8_t operand_count;
    std::uint16_t pc_offset;
    std::uint8_t pc_bytes;
    std::uint8_t pointer_places; // that hold pointers of spans, behind the operands
    std::uint16_t operand_words; // with the pointers' places
    std::uint16_t recovery_words;
    std::uint32_t address_offset; // to be added to the address operand
    // The operand behind the address is shifted and added to it.
    static constexpr std::uint8_t no_index = 0xff;
    std::uint8_t index_shift;
    bool has_window_in_gs; // the code has no fixed register for it
};
static_assert(sizeof(SiteRecord) == 48);

// A unit's exit that can be chained, beside the records. LinkSite::patch_address points here.
struct LinkRecord {
    runtime::LinkSite site;    // as UnitExit::link
    std::int32_t displacement; // from this record to the rel32 field of the jump
    std::int32_t stub;         // from this record to the code that leaves
    std::int32_t probe;        // to the code that looks into the jump cache first; 0: there is none
};

// ---- locations, packed in words
//
//     15..0   offset of the slot in the state (recovery entries)
//     18..16  log2 of the slot's bytes
//     20..19  kind
//     31..21  register or spill slot; for `extended`: what follows
namespace location_word {
inline constexpr unsigned size_shift = 16, kind_shift = 19, index_shift = 21;
enum Kind : std::uint32_t { in_register, spill, extended };
enum Extended : std::uint32_t {
    state,      // one word: offset in the state
    constant32, // one word, zero-extended
    constant64, // two words, the low one first
    // From here on: what an ir::Op makes of the two values whose locations follow. For select: the
    // test in one word, the locations of what it compares, and those of the two choices.
    derived,
};
} // namespace location_word

void append_location(std::vector<std::uint32_t>& words, const Location& location,
                     std::uint32_t slot_offset = 0, unsigned slot_bytes = 1);

// What an entry makes of values (ir::RecoveryEntry), whose locations are appended next.
void append_derived(std::vector<std::uint32_t>& words, const ir::RecoveryEntry& entry,
                    std::uint32_t slot_offset, unsigned slot_bytes);

// Reads what append_location() wrote.
class LocationReader {
  public:
    LocationReader(const std::uint32_t* words, SlowFrame& frame, std::byte* state)
        : word_(words), frame_(frame), state_(state) {}

    const std::uint32_t* position() const { return word_; }
    struct Item {
        XmmValue value; // what lies there
        std::uint16_t slot_offset;
        unsigned slot_bytes;
    };
    Item next();
    void clear_next(); // what lies there becomes 0

  private:
    const std::uint32_t* word_;
    SlowFrame& frame_;
    std::byte* state_;
};

} // namespace vestige::x64
