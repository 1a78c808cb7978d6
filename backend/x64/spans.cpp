#include "backend/x64/spans.h"
#include "translator/ir/effects.h"

#include <algorithm>

namespace vestige::x64 {

using ir::Instruction;
using ir::MemoryAccess;
using ir::Op;
using ir::Type;
using ir::Value;

namespace {

// A longer span crosses a page more often than it saves lookups.
constexpr std::int64_t longest_span = 512;
constexpr std::uint32_t fewest_accesses = 2;
constexpr std::size_t most_spans = 64; // of a block

} // namespace

bool shifts_as_index(const ir::Function& function, Value value) {
    const Instruction& op = function[value];
    if (op.op != Op::shl || function[op.arguments[1]].op != Op::constant) return false;
    const std::uint64_t count = function[op.arguments[1]].imm;
    return count >= 1 && count <= 3;
}

bool adds_constant(const ir::Function& function, Value value) {
    const Instruction& op = function[value];
    return op.op == Op::add && op.type == Type::i32 && function[op.arguments[1]].op == Op::constant;
}

namespace {

bool agrees_on_alignment(const Span& span, MemoryAccess access, std::int32_t offset) {
    if (access.alignment <= 1 || span.alignment == 1) return true;
    const auto apart =
        static_cast<std::uint32_t>(offset) - static_cast<std::uint32_t>(span.aligned_at);
    return access.alignment == span.alignment && apart % span.alignment == 0;
}

} // namespace

Distance distance_of(const ir::Function& function, Value address) {
    std::uint32_t offset = 0;
    while (adds_constant(function, address)) {
        const Instruction& sum = function[address];
        offset += static_cast<std::uint32_t>(function[sum.arguments[1]].imm);
        address = sum.arguments[0];
    }
    return {address, static_cast<std::int32_t>(offset)};
}

bool served_by_page_map(const ir::Function& function, const Instruction& access) {
    return MemoryAccess::unpack(access.imm).space == 0 &&
           function[access.arguments[0]].type == Type::i32;
}

void SpanFinder::find(const ir::Function& function, const ir::Block& block) {
    spans_.clear();
    members_.clear();
    first_open_ = 0;
    for (const Value value : block.body) {
        const Instruction& op = function[value];
        if (op.op == Op::load || op.op == Op::store)
            add(function, value);
        else if (ir::calls_with_all_state(function, op)) // behind it, page maps may be others
            first_open_ = spans_.size();
    }
    keep_worthwhile();
}

void SpanFinder::add(const ir::Function& function, Value value) {
    const Instruction& op = function[value];
    const MemoryAccess access = MemoryAccess::unpack(op.imm);
    if (!served_by_page_map(function, op)) return;
    const auto [base, offset] = distance_of(function, op.arguments[0]);
    if (function[base].op == Op::constant) return;
    const bool stores = op.op == Op::store;
    const std::int64_t end = std::int64_t{offset} + access.size;
    if (end > INT32_MAX) return;
    for (std::size_t i = spans_.size(); i-- > first_open_;) {
        Span& span = spans_[i];
        if (span.base != base || span.stores != stores) continue;
        if (!agrees_on_alignment(span, access, offset)) continue;
        const std::int64_t low = std::min(span.low, offset);
        const std::int64_t high = std::max(std::int64_t{span.end}, end);
        if (high - low > longest_span) continue;
        span.low = static_cast<std::int32_t>(low);
        span.end = static_cast<std::int32_t>(high);
        ++span.accesses;
        if (access.alignment > 1) {
            span.alignment = access.alignment;
            span.aligned_at = offset;
        }
        members_.push_back({value, static_cast<std::uint16_t>(i)});
        return;
    }
    if (spans_.size() == most_spans) return;
    members_.push_back({value, static_cast<std::uint16_t>(spans_.size())});
    spans_.push_back({.base = base,
                      .stores = stores,
                      .low = offset,
                      .end = static_cast<std::int32_t>(end),
                      .alignment = std::max<std::uint8_t>(access.alignment, 1),
                      .aligned_at = offset,
                      .accesses = 1,
                      .pointer = {}});
}

void SpanFinder::keep_worthwhile() {
    std::erase_if(members_, [&](const Member& member) {
        return spans_[member.span].accesses < fewest_accesses;
    });
}

} // namespace vestige::x64
