#include <utility>

#include "translator/opt/simplifier.h"

namespace vestige::opt {

using ir::Function;
using ir::Instruction;
using ir::Op;
using ir::Type;
using ir::Value;

FlowChange simplify(Function& function, Workspace& workspace) {
    workspace.replacements.clear(function.instructions.size());
    Simplifier simplifier(function, workspace);
    for (const ir::BlockId block : workspace.order)
        simplifier.run_block(block);
    workspace.replacements.resolve_recoveries(function);
    return simplifier.flow_change();
}

void Simplifier::run_block(ir::BlockId block) {
    w_.body.clear();
    for (const Value value : function_.blocks[block].body) {
        w_.replacements.resolve_uses(function_, function_[value]);
        if (ir::info(at(value).op).effects != ir::effect::pure) {
            if (op(value) == Op::store) simplify_store(function_[value]);
            simplify_exit(value);
            if (op(value) == Op::leave_if && is(argument(value, 0), 0)) continue;
            w_.body.push_back(value);
            continue;
        }
        Value result;
        do {
            again_ = false;
            result = rewrite(value);
        } while (again_);
        if (result == value)
            w_.body.push_back(value);
        else
            w_.replacements.replace(value, result);
    }
    function_.blocks[block].body.swap(w_.body);
}

Value Simplifier::rewrite(Value value) {
    Instruction& instruction = function_[value];
    if (instruction.op == Op::constant) return value;
    if (const auto folded = fold_op(instruction)) return become_constant(value, *folded);
    move_constant_right(instruction);
    switch (instruction.op) {
    case Op::add:
    case Op::sub:
    case Op::mul:
    case Op::neg: return rewrite_arithmetic(value);
    case Op::div_u:
    case Op::div_s: return rewrite_division(value);
    case Op::and_:
    case Op::or_:
    case Op::xor_:
    case Op::and_not:
    case Op::not_: return rewrite_logic(value);
    case Op::shl:
    case Op::shr:
    case Op::sar:
    case Op::rotl: return rewrite_shift(value);
    case Op::zext:
    case Op::sext:
    case Op::trunc:
    case Op::bitcast: return rewrite_conversion(value);
    case Op::carry_out:
    case Op::add_carry: return rewrite_carry(value);
    case Op::select: return rewrite_select(value);
    case Op::cmp_eq:
    case Op::cmp_ne: return rewrite_equality(value);
    case Op::cmp_lt_u:
    case Op::cmp_le_u:
    case Op::cmp_lt_s:
    case Op::cmp_le_s: return rewrite_comparison(value);
    case Op::order_lt:
    case Op::order_gt:
    case Op::order_eq: return rewrite_order_test(value);
    default: return rewrite_other(value);
    }
}

std::optional<std::uint64_t> Simplifier::fold_op(const Instruction& instruction) const {
    if (instruction.argument_count == 0) return std::nullopt;
    std::uint64_t arguments[4];
    for (unsigned i = 0; i < instruction.argument_count; ++i) {
        if (!is_constant(instruction.arguments[i])) return std::nullopt;
        arguments[i] = constant(instruction.arguments[i]);
    }
    return fold(instruction.op, instruction.type, type(instruction.arguments[0]),
                {arguments, instruction.argument_count});
}

void Simplifier::move_constant_right(Instruction& instruction) const {
    switch (instruction.op) {
    case Op::add:
    case Op::mul:
    case Op::mul_high_u:
    case Op::mul_high_s:
    case Op::and_:
    case Op::or_:
    case Op::xor_:
    case Op::cmp_eq:
    case Op::cmp_ne:
    case Op::carry_out:
    case Op::add_overflow:
    case Op::add_carry:
        if (is_constant(instruction.arguments[0]))
            std::swap(instruction.arguments[0], instruction.arguments[1]);
        break;
    default: break;
    }
}

std::uint64_t Simplifier::possible_bits(Value value, unsigned depth) const {
    const Instruction& instruction = at(value);
    const std::uint64_t all = mask_of(instruction.type);
    if (instruction.op == Op::constant) return instruction.imm;
    if (depth == 0) return all;
    const auto of = [&](unsigned index) {
        return possible_bits(instruction.arguments[index], depth - 1);
    };
    const bool by_constant =
        instruction.argument_count == 2 && is_constant(instruction.arguments[1]);
    switch (instruction.op) {
    case Op::zext: return of(0);
    case Op::trunc: return of(0) & all;
    case Op::and_: return of(0) & of(1);
    case Op::and_not: return of(0);
    case Op::or_:
    case Op::xor_: return of(0) | of(1);
    case Op::select: return of(1) | of(2);
    case Op::shl:
        return by_constant
                   ? of(0) << constant(instruction.arguments[1]) % width(instruction.type) & all
                   : all;
    case Op::shr:
        return by_constant ? of(0) >> constant(instruction.arguments[1]) % width(instruction.type)
                           : all;
    case Op::clz: return 2 * width(instruction.type) - 1;
    case Op::load: {
        const auto access = ir::MemoryAccess::unpack(instruction.imm);
        return access.extend == ir::Extend::zero ? ~std::uint64_t{0} >> (64 - 8 * access.size)
                                                 : all;
    }
    default: return all;
    }
}

Value Simplifier::become(Value value, Op op, Value a, Value b, Value c) {
    Instruction& instruction = function_[value];
    instruction.op = op;
    instruction.imm = 0;
    instruction.argument_count = 0;
    for (const Value argument : {a, b, c})
        if (argument.valid()) instruction.arguments[instruction.argument_count++] = argument;
    again_ = true;
    return value;
}

Value Simplifier::become_constant(Value value, std::uint64_t constant) {
    become(value, Op::constant, {});
    function_[value].imm = constant & mask_of(type(value));
    return value;
}

Value Simplifier::make(Op op, Type type, Value a, Value b) {
    const Value made{static_cast<std::uint32_t>(function_.instructions.size())};
    Instruction& instruction = function_.instructions.emplace_back();
    instruction.op = op;
    instruction.type = type;
    for (const Value argument : {a, b})
        if (argument.valid()) instruction.arguments[instruction.argument_count++] = argument;
    w_.body.push_back(made);
    return made;
}

Value Simplifier::make_constant(Type type, std::uint64_t constant) {
    const Value made = make(Op::constant, type, {});
    function_[made].imm = constant & mask_of(type);
    return made;
}

// Only the low bytes are stored.
void Simplifier::simplify_store(Instruction& store) {
    const unsigned size = ir::MemoryAccess::unpack(store.imm).size;
    if (size == 16) return;
    const std::uint64_t stored = ~std::uint64_t{0} >> (64 - 8 * size);
    for (;;) {
        const Instruction& value = at(store.arguments[1]);
        const bool masked = value.op == Op::and_ && is_constant(value.arguments[1]) &&
                            (constant(value.arguments[1]) & stored) == stored;
        const bool extended = (value.op == Op::zext || value.op == Op::sext) &&
                              width(type(value.arguments[0])) >= 8 * size;
        if (!masked && !extended) return;
        store.arguments[1] = value.arguments[0];
    }
}

void Simplifier::simplify_exit(Value value) {
    Instruction& exit = function_[value];
    if (exit.op == Op::jump_pc && is_constant(exit.arguments[0])) {
        exit.imm = constant(exit.arguments[0]);
        exit.op = Op::goto_pc;
        exit.argument_count = 0;
    }
    if (exit.op != Op::branch) return;
    while (op(exit.arguments[0]) == Op::not_) {
        exit.arguments[0] = argument(exit.arguments[0], 0);
        std::swap(exit.targets[0], exit.targets[1]);
        std::swap(exit.target_arguments[0], exit.target_arguments[1]);
    }
    const bool same = exit.targets[0] == exit.targets[1] && exit.target_arguments[0].count == 0;
    if (!is_constant(exit.arguments[0]) && !same) return;
    if (is(exit.arguments[0], 0)) {
        exit.targets[0] = exit.targets[1];
        exit.target_arguments[0] = exit.target_arguments[1];
    }
    exit.op = Op::jump;
    exit.argument_count = 0;
    exit.targets[1] = 0;
    exit.target_arguments[1] = {};
    flow_change_ = FlowChange::some;
}

} // namespace vestige::opt
