#include "backend/x64/known_alignment.h"

#include <algorithm>
#include <bit>

namespace vestige::x64 {

using ir::BlockId;
using ir::Instruction;
using ir::Op;
using ir::Type;
using ir::Value;

namespace {

constexpr unsigned furthest = 4; // ops behind an address that are looked at

bool is_access(const Instruction& op) { return op.op == Op::load || op.op == Op::store; }

std::uint8_t wanted_bits(const Instruction& access) {
    return static_cast<std::uint8_t>(
        std::countr_zero(ir::MemoryAccess::unpack(access.imm).alignment));
}

} // namespace

KnownAlignment::Fact KnownAlignment::fact(unsigned bits, std::uint64_t number) {
    const auto kept = static_cast<std::uint8_t>(std::min<unsigned>(bits, most_bits));
    return {kept, static_cast<std::uint8_t>(number & ((1u << kept) - 1))};
}

KnownAlignment::Fact KnownAlignment::sum(Fact a, Fact b, bool subtract) {
    const unsigned number = subtract ? a.residue - b.residue : a.residue + b.residue;
    return fact(std::min(a.bits, b.bits), number);
}

// What both say.
KnownAlignment::Fact KnownAlignment::common(Fact a, Fact b) {
    const unsigned differ = a.residue ^ b.residue;
    unsigned bits = std::min(a.bits, b.bits);
    if (differ != 0) bits = std::min<unsigned>(bits, std::countr_zero(differ));
    return fact(bits, a.residue);
}

KnownAlignment::Fact KnownAlignment::known(Value value, unsigned depth) const {
    Fact best;
    if (const auto shown = now_.find(value.index); shown != now_.end()) best = shown->second;
    const Instruction& op = at(value);
    if (op.op == Op::constant) return fact(most_bits, op.imm);
    if (op.op == Op::parameter) {
        const auto passed = parameters_.find(value.index);
        // Nothing is passed yet: whatever one likes.
        const Fact of = passed == parameters_.end() ? fact(most_bits, 0) : passed->second;
        return of.bits > best.bits ? of : best;
    }
    if (depth == 0) return best;
    Fact made;
    const auto of = [&](unsigned index) { return known(op.arguments[index], depth - 1); };
    const bool by_constant = op.argument_count == 2 && at(op.arguments[1]).op == Op::constant;
    switch (op.op) {
    case Op::add: made = sum(of(0), of(1), false); break;
    case Op::sub: made = sum(of(0), of(1), true); break;
    case Op::shl:
        if (by_constant && at(op.arguments[1]).imm < 32) {
            const auto count = static_cast<unsigned>(at(op.arguments[1]).imm);
            const Fact source = of(0);
            made = fact(source.bits + count, std::uint64_t{source.residue} << count);
        }
        break;
    case Op::and_:
        if (by_constant) {
            const auto zeros = std::countr_zero(at(op.arguments[1]).imm | 1u << most_bits);
            const Fact source = of(0);
            made = fact(zeros, 0);
            if (source.bits > made.bits)
                made = fact(source.bits, source.residue & at(op.arguments[1]).imm);
        }
        break;
    default: break;
    }
    return made.bits > best.bits ? made : best;
}

// And what that says of the one unknown summand.
void KnownAlignment::learn(Value value, Fact found, unsigned depth) {
    const Instruction& op = at(value);
    if (op.op == Op::constant || known(value, furthest).bits >= found.bits) return;
    now_[value.index] = found;
    if (depth == 0 || (op.op != Op::add && op.op != Op::sub)) return;
    const Fact left = known(op.arguments[0], furthest), right = known(op.arguments[1], furthest);
    if (right.bits >= found.bits)
        learn(op.arguments[0], sum(found, right, op.op == Op::add), depth - 1);
    else if (left.bits >= found.bits && op.op == Op::add)
        learn(op.arguments[1], sum(found, left, true), depth - 1);
}

void KnownAlignment::run_block(BlockId block, bool last) {
    const BlockId above = dominators_.immediate(block);
    now_ = above == ir::no_block ? Facts() : at_end_[above];
    for (const Value value : function_->blocks[block].body) {
        const Instruction& op = at(value);
        if (!is_access(op)) continue;
        const std::uint8_t wanted = wanted_bits(op);
        if (wanted == 0 || wanted > most_bits) continue;
        const Fact address = known(op.arguments[0], furthest);
        const bool holds = address.bits >= wanted && (address.residue & ((1u << wanted) - 1)) == 0;
        if (last) holds_[value.index] = holds;
        if (!holds) learn(op.arguments[0], fact(wanted, 0), furthest);
    }
    at_end_[block] = now_;
}

// Whether a parameter may have less than it was taken to.
bool KnownAlignment::pass_arguments(BlockId block) {
    const Instruction& end = at(function_->blocks[block].body.back());
    const auto targets = ir::successors(*function_, block);
    bool changed = false;
    for (unsigned way = 0; way < targets.size(); ++way) {
        const auto& parameters = function_->blocks[targets[way]].parameters;
        const auto arguments = function_->list(end.target_arguments[way]);
        for (std::size_t i = 0; i < parameters.size(); ++i) {
            if (at(parameters[i]).type != Type::i32) continue;
            const Fact passed = known(arguments[i], furthest);
            const auto [held, is_first] = parameters_.try_emplace(parameters[i].index, passed);
            if (is_first) {
                changed |= passed != fact(most_bits, 0);
                continue;
            }
            const Fact both = common(held->second, passed);
            changed |= both != held->second;
            held->second = both;
        }
    }
    return changed;
}

void KnownAlignment::analyse(const ir::Function& function) {
    function_ = &function;
    holds_.assign(function.instructions.size(), 0);
    parameters_.clear();
    at_end_.assign(function.blocks.size(), {});
    dominators_.compute(function);
    const auto& order = dominators_.reverse_postorder();
    // Each change takes at least one of its bits from a parameter.
    for (bool changed = true; changed;) {
        changed = false;
        for (const BlockId block : order) {
            run_block(block, false);
            changed |= pass_arguments(block);
        }
    }
    for (const BlockId block : order)
        run_block(block, true);
}

} // namespace vestige::x64
