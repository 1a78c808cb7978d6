#include <algorithm>

#include "backend/x64/jump_table.h"
#include "backend/x64/unit_emitter.h"

namespace vestige::x64 {

using ir::Op;

namespace {

bool only_compares(const ir::Function& function, const ir::Block& block) {
    const ir::Value condition = function[block.body.back()].arguments[0];
    return std::all_of(block.body.begin(), block.body.end() - 1, [&](ir::Value value) {
        const Op op = function[value].op;
        return value == condition || op == Op::constant || op == Op::instruction;
    });
}

bool is_multiple_of_4(const ir::Function& function, ir::Value value) {
    const ir::Instruction& op = function[value];
    if (op.op != Op::and_) return false;
    const ir::Instruction& mask = function[op.arguments[1]];
    return mask.op == Op::constant && mask.imm % 4 == 0;
}

} // namespace

bool find_jump_table(const ir::Function& function, const Liveness& live,
                     const ir::RunCharges& charges, ir::BlockId block, JumpTable& table) {
    table.subject = {};
    table.ways.clear();
    std::uint32_t gives_back = 0;
    for (;;) {
        const ir::Instruction& end = function[function.blocks[block].body.back()];
        if (end.op != Op::branch) break;
        const ir::Instruction& same = function[end.arguments[0]];
        if (same.op != Op::cmp_eq || live[end.arguments[0]].count != 1) break;
        const ir::Instruction& number = function[same.arguments[1]];
        if (number.op != Op::constant || number.type != ir::Type::i32) break;
        const bool first = table.ways.empty();
        if (first) table.subject = same.arguments[0];
        if (same.arguments[0] != table.subject) break;
        if (!first && !only_compares(function, function.blocks[block])) break;
        table.ways.push_back({block, static_cast<std::uint32_t>(number.imm), gives_back});
        const ir::BlockId next = end.targets[1];
        if (live.flow().is_join(next) || !function.blocks[next].parameters.empty()) break;
        gives_back += charges.given_back(block, next);
        block = next;
    }
    if (table.ways.size() < fewest_in_table) return false;
    const auto by_number = [](const JumpTable::Way& a, const JumpTable::Way& b) {
        return a.number < b.number;
    };
    const auto [least, greatest] =
        std::minmax_element(table.ways.begin(), table.ways.end(), by_number);
    table.least = least->number;
    table.span = greatest->number - least->number;
    table.may_be_unaligned = !is_multiple_of_4(function, table.subject);
    return table.span <= widest_table &&
           std::all_of(table.ways.begin(), table.ways.end(),
                       [](const JumpTable::Way& way) { return way.number % 4 == 0; });
}

// In front of the first comparison: on to the one that will hold. What is none of the numbers goes
// through all of them.
void UnitEmitter::emit_jump_table() {
    if (!live_.flow().has_joins()) return; // units have none
    // Who comes to one of the comparisons further on has been through a table.
    for (const JumpTable& other : jump_tables_)
        for (const JumpTable::Way& way : other.ways)
            if (way.block == block_) return;
    JumpTable table;
    if (!find_jump_table(*function_, live_, charges_, block_, table)) return;
    const Held subject = regs_.use(table.subject);
    const Held index = regs_.scratch(), base = regs_.scratch();
    const LabelId compare = new_label(), words = new_label();
    if (table.may_be_unaligned) {
        as_.test(subject.r8(), 3);
        as_.jne(at(compare));
    }
    as_.lea(index.r32(), x86::ptr(subject.r64(), static_cast<std::int32_t>(0u - table.least)));
    as_.cmp(index.r32(), table.span);
    as_.ja(at(compare));
    as_.lea(base.r64(), x86::ptr(at(words)));
    as_.movsxd(index.r64(), x86::dword_ptr(base.r64(), index.r64()));
    as_.add(index.r64(), base.r64());
    as_.jmp(index.r64());
    as_.bind(at(compare));

    const GlobalLiveness& across = live_.across_blocks();
    table.places.clear();
    for (std::uint32_t i = 0; i < across.count(); ++i)
        table.places.push_back(regs_.places(across.value(i)));
    cold_.add([this, number = jump_tables_.size(), compare, words] {
        lay_out_jump_table(jump_tables_[number], compare, words);
    });
    jump_tables_.push_back(std::move(table));
}

// A comparison further on is jumped to only if it finds everything where it was in front of the
// first one.
void UnitEmitter::lay_out_jump_table(const JumpTable& table, LabelId compare, LabelId words) {
    std::vector<LabelId> targets(table.span / 4 + 1, compare);
    // Of a number that is there twice, the first comparison counts.
    for (std::size_t i = table.ways.size(); i-- > 0;) {
        const JumpTable::Way& way = table.ways[i];
        LabelId& target = targets[(way.number - table.least) / 4];
        target = compare;
        if (i == 0) continue;
        const auto& items = entries_[way.block].items;
        const auto in_place = [&](const BlockEntry::Item& item) {
            const Places& before = table.places[live_[item.value].global];
            return item.places.reg == before.reg && item.places.slot == before.slot &&
                   item.places.state_offset == before.state_offset;
        };
        if (!std::all_of(items.begin(), items.end(), in_place)) continue;
        target = block_labels_[way.block];
        if (way.gives_back == 0) continue;
        target = bind_new();
        give_back(way.gives_back);
        as_.jmp(at(block_labels_[way.block]));
    }
    as_.align(asmjit::AlignMode::kData, 4);
    as_.bind(at(words));
    for (const LabelId target : targets)
        as_.embedLabelDelta(at(target), at(words), 4);
}

} // namespace vestige::x64
