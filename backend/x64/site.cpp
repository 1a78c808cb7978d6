#include "backend/x64/site.h"

#include <bit>
#include <cstring>

#include "common/assertion.h"
#include "common/bits.h"
#include "translator/ir/derived.h"
#include "translator/runtime/slot_address.h"

namespace vestige::x64 {

using namespace location_word;

namespace {

// The first word of a location.
std::uint32_t head(Kind kind, std::uint32_t index, std::uint32_t slot_offset, unsigned slot_bytes) {
    VESTIGE_ASSERT(slot_offset <= 0xffff);
    const auto size = static_cast<std::uint32_t>(std::countr_zero(slot_bytes));
    return slot_offset | size << size_shift | kind << kind_shift | index << index_shift;
}

} // namespace

void append_location(std::vector<std::uint32_t>& words, const Location& location,
                     std::uint32_t slot_offset, unsigned slot_bytes) {
    const auto word = [&](Kind kind, std::uint32_t index) {
        words.push_back(head(kind, index, slot_offset, slot_bytes));
    };
    switch (location.kind) {
    case Location::Kind::in_register: word(in_register, location.index); return;
    case Location::Kind::spill: word(Kind::spill, location.index); return;
    case Location::Kind::state:
        word(extended, state);
        words.push_back(location.index);
        return;
    case Location::Kind::constant:
        const bool wide = location.constant > 0xffffffff;
        word(extended, wide ? constant64 : constant32);
        words.push_back(static_cast<std::uint32_t>(location.constant));
        if (wide) words.push_back(static_cast<std::uint32_t>(location.constant >> 32));
        return;
    }
}

void append_derived(std::vector<std::uint32_t>& words, const ir::RecoveryEntry& entry,
                    std::uint32_t slot_offset, unsigned slot_bytes) {
    const std::uint32_t index = derived + static_cast<std::uint32_t>(entry.op);
    words.push_back(head(extended, index, slot_offset, slot_bytes));
    if (entry.op == ir::Op::select) words.push_back(static_cast<std::uint32_t>(entry.test));
}

LocationReader::Item LocationReader::next() {
    const std::uint32_t word = *word_++;
    const std::uint32_t index = word >> index_shift;
    const unsigned bytes = 1u << bits(word, size_shift, 3);
    Item item{{0, 0}, static_cast<std::uint16_t>(word), bytes};
    switch (bits(word, kind_shift, 2)) {
    case in_register:
        if (is_xmm(static_cast<HostRegister>(index)))
            item.value = frame_.xmm[index - first_xmm];
        else
            item.value.low = frame_.general[index];
        return item;
    case spill:
        item.value.low = frame_.spill_area()[index];
        if (bytes == 16) item.value.high = frame_.spill_area()[index + 1];
        return item;
    default: break;
    }
    if (index >= derived) {
        auto op = static_cast<ir::Op>(index - derived);
        const bool selects = op == ir::Op::select;
        if (selects) op = static_cast<ir::Op>(*word_++);
        const auto a = static_cast<std::uint32_t>(next().value.low);
        const auto b = static_cast<std::uint32_t>(next().value.low);
        item.value.low = ir::derived_value(op, a, b);
        if (!selects) return item;
        const bool holds = item.value.low != 0;
        const std::uint64_t first = next().value.low, second = next().value.low;
        item.value.low = holds ? first : second;
    } else if (index == state) {
        std::memcpy(&item.value, runtime::slot_in(state_, *word_++), bytes);
    } else {
        item.value.low = *word_++;
        if (index == constant64) item.value.low |= std::uint64_t{*word_++} << 32;
    }
    return item;
}

void LocationReader::clear_next() {
    const std::uint32_t word = *word_++;
    const std::uint32_t index = word >> index_shift;
    if (bits(word, kind_shift, 2) == in_register)
        frame_.general[index] = 0;
    else
        frame_.spill_area()[index] = 0;
}

} // namespace vestige::x64
