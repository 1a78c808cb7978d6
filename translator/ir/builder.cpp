#include "translator/ir/builder.h"

#include "common/assertion.h"

namespace vestige::ir {

void Function::clear() {
    start_pc = 0;
    instruction_count = 0;
    guest_bytes = 0;
    instructions.clear();
    truncate_blocks(0);
    pool.clear();
    recoveries.clear();
    recovery_entries.clear();
}

BlockId Function::add_block() {
    if (spare_blocks_.empty()) {
        blocks.emplace_back();
    } else {
        blocks.push_back(std::move(spare_blocks_.back()));
        spare_blocks_.pop_back();
    }
    return static_cast<BlockId>(blocks.size() - 1);
}

void Function::truncate_blocks(std::size_t count) {
    while (blocks.size() > count) {
        blocks.back().parameters.clear();
        blocks.back().body.clear();
        spare_blocks_.push_back(std::move(blocks.back()));
        blocks.pop_back();
    }
}

ValueList Function::make_list(std::span<const Value> values) {
    const ValueList range{static_cast<std::uint32_t>(pool.size()),
                          static_cast<std::uint32_t>(values.size())};
    pool.insert(pool.end(), values.begin(), values.end());
    return range;
}

Builder::Builder(Function& function) : function_(function) { block_ = new_block(); }

BlockId Builder::new_block() { return function_.add_block(); }

Value Builder::add_parameter(BlockId block, Type type) {
    const Value value{static_cast<std::uint32_t>(function_.instructions.size())};
    function_.instructions.push_back({.op = Op::parameter, .type = type});
    function_.blocks[block].parameters.push_back(value);
    return value;
}

bool Builder::terminated() const {
    const auto& body = function_.blocks[block_].body;
    return !body.empty() && (info(function_[body.back()].op).effects & effect::terminator);
}

Value Builder::append(Op op, Type type, std::initializer_list<Value> arguments, std::uint64_t imm) {
    VESTIGE_ASSERT(arguments.size() <= 4);
    const Value value{static_cast<std::uint32_t>(function_.instructions.size())};
    // In its place: a copy would read what has only just been written, in other widths.
    Instruction& instruction = function_.instructions.emplace_back();
    instruction.op = op;
    instruction.type = type;
    instruction.imm = imm;
    for (const Value argument : arguments)
        instruction.arguments[instruction.argument_count++] = argument;
    function_.blocks[block_].body.push_back(value);
    return value;
}

Value Builder::constant(Type type, std::uint64_t value) {
    const unsigned width = info(type).bits;
    if (width < 64) value &= (std::uint64_t{1} << width) - 1;
    return append(Op::constant, type, {}, value);
}

Value Builder::get_slot(SlotId slot) {
    return append(Op::get_slot, (*function_.layout)[slot].type, {}, slot);
}

void Builder::set_slot(SlotId slot, Value value) {
    append(Op::set_slot, Type::none, {value}, slot);
}

namespace {

// `first`: of the first argument.
Type result_type(Op op, Type first) {
    switch (info(op).result) {
    case 't': return first;
    case 'b': return Type::i1;
    case 'w': return Type::i32;
    case 'q': return Type::i64;
    case 's': return Type::f32;
    case 'd': return Type::f64;
    case 'v': return Type::v128;
    case '-': return Type::none;
    default: VESTIGE_UNREACHABLE("the op's result type is not fixed");
    }
}

} // namespace

Value Builder::float_op(Op op, FloatOp attributes, std::initializer_list<Value> arguments) {
    return append(op, result_type(op, type(*arguments.begin())), arguments, attributes.pack());
}

Value Builder::float_pure(Op op, std::initializer_list<Value> arguments) {
    return append(op, result_type(op, type(*arguments.begin())), arguments);
}

Value Builder::call(HelperId helper, std::initializer_list<Value> arguments) {
    return append(Op::call, (*function_.helpers)[helper].result, arguments, helper);
}

void Builder::instruction(std::uint64_t pc) {
    const Value value = append(Op::instruction, Type::none, {}, pc);
    function_[value].aux = function_.instruction_count++;
}

void Builder::begin_run(std::uint64_t pc, std::uint32_t count) {
    const Value value = append(Op::begin_run, Type::none, {}, pc);
    function_[value].aux = count;
}

void Builder::jump(BlockId target, std::initializer_list<Value> arguments) {
    const ValueList list = function_.make_list({arguments.begin(), arguments.size()});
    Instruction& jump = function_[append(Op::jump, Type::none, {})];
    jump.targets[0] = target;
    jump.target_arguments[0] = list;
}

void Builder::branch(Value condition, BlockId if_true, BlockId if_false,
                     std::initializer_list<Value> true_arguments,
                     std::initializer_list<Value> false_arguments) {
    const ValueList lists[2] = {
        function_.make_list({true_arguments.begin(), true_arguments.size()}),
        function_.make_list({false_arguments.begin(), false_arguments.size()})};
    Instruction& branch = function_[append(Op::branch, Type::none, {condition})];
    branch.targets[0] = if_true;
    branch.targets[1] = if_false;
    branch.target_arguments[0] = lists[0];
    branch.target_arguments[1] = lists[1];
}

} // namespace vestige::ir
