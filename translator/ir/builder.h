// How a frontend writes IR: one call an op, appended to the current block.
#pragma once

#include <initializer_list>

#include "translator/ir/function.h"

namespace vestige::ir {

class Builder {
  public:
    // Starts in a new block: the entry of an empty function.
    explicit Builder(Function& function);
    // Goes on where a block stops.
    Builder(Function& function, BlockId block) : function_(function), block_(block) {}

    Function& function() { return function_; }

    // ---- blocks
    BlockId new_block();
    void set_block(BlockId block) { block_ = block; }
    BlockId block() const { return block_; }
    Value add_parameter(BlockId block, Type type);
    // The current block ended in a terminator.
    bool terminated() const;

    // ---- values
    Value constant(Type type, std::uint64_t value);
    Value i1(bool value) { return constant(Type::i1, value); }
    Value i32(std::uint32_t value) { return constant(Type::i32, value); }
    Value i64(std::uint64_t value) { return constant(Type::i64, value); }

    Value get_slot(SlotId slot);
    void set_slot(SlotId slot, Value value);
    void set_bank(Value offset, BankMove move = {}) {
        append(Op::set_bank, Type::none, {offset}, move.pack());
    }

    // ---- ops of one type: the result has the type of the first argument
    Value add(Value a, Value b) { return same(Op::add, {a, b}); }
    Value sub(Value a, Value b) { return same(Op::sub, {a, b}); }
    Value mul(Value a, Value b) { return same(Op::mul, {a, b}); }
    Value mul_high_u(Value a, Value b) { return same(Op::mul_high_u, {a, b}); }
    Value mul_high_s(Value a, Value b) { return same(Op::mul_high_s, {a, b}); }
    Value div_u(Value a, Value b) { return same(Op::div_u, {a, b}); }
    Value div_s(Value a, Value b) { return same(Op::div_s, {a, b}); }
    Value and_(Value a, Value b) { return same(Op::and_, {a, b}); }
    Value or_(Value a, Value b) { return same(Op::or_, {a, b}); }
    Value xor_(Value a, Value b) { return same(Op::xor_, {a, b}); }
    Value and_not(Value a, Value b) { return same(Op::and_not, {a, b}); }
    Value not_(Value a) { return same(Op::not_, {a}); }
    Value neg(Value a) { return same(Op::neg, {a}); }
    Value shl(Value a, Value count) { return same(Op::shl, {a, count}); }
    Value shr(Value a, Value count) { return same(Op::shr, {a, count}); }
    Value sar(Value a, Value count) { return same(Op::sar, {a, count}); }
    Value rotl(Value a, Value count) { return same(Op::rotl, {a, count}); }
    Value clz(Value a) { return same(Op::clz, {a}); }
    Value byte_swap(Value a) { return same(Op::byte_swap, {a}); }
    Value copy(Value a) { return same(Op::copy, {a}); }
    Value add_carry(Value a, Value b, Value carry) { return same(Op::add_carry, {a, b, carry}); }
    // The same with a constant of the type of `a` on the right.
    Value same_imm(Op op, Value a, std::uint64_t b) { return same(op, {a, constant(type(a), b)}); }

    // ---- conversions
    Value zext(Type to, Value a) { return append(Op::zext, to, {a}); }
    Value sext(Type to, Value a) { return append(Op::sext, to, {a}); }
    Value trunc(Type to, Value a) { return append(Op::trunc, to, {a}); }
    Value bitcast(Type to, Value a) { return append(Op::bitcast, to, {a}); }

    // ---- conditions
    Value carry_out(Value a, Value b, Value carry) { return test(Op::carry_out, {a, b, carry}); }
    Value add_overflow(Value a, Value b, Value c) { return test(Op::add_overflow, {a, b, c}); }
    Value cmp_eq(Value a, Value b) { return test(Op::cmp_eq, {a, b}); }
    Value cmp_ne(Value a, Value b) { return test(Op::cmp_ne, {a, b}); }
    Value cmp_lt_u(Value a, Value b) { return test(Op::cmp_lt_u, {a, b}); }
    Value cmp_le_u(Value a, Value b) { return test(Op::cmp_le_u, {a, b}); }
    Value cmp_lt_s(Value a, Value b) { return test(Op::cmp_lt_s, {a, b}); }
    Value cmp_le_s(Value a, Value b) { return test(Op::cmp_le_s, {a, b}); }
    Value select(Value condition, Value a, Value b) {
        return append(Op::select, type(a), {condition, a, b});
    }
    Value order_s(Value a, Value b) { return append(Op::order_s, Type::i64, {a, b}); }
    Value order_u(Value a, Value b) { return append(Op::order_u, Type::i64, {a, b}); }
    Value order_lt(Value order) { return test(Op::order_lt, {order}); }
    Value order_gt(Value order) { return test(Op::order_gt, {order}); }
    Value order_eq(Value order) { return test(Op::order_eq, {order}); }
    Value order_pack(Value lt, Value gt, Value eq) {
        return append(Op::order_pack, Type::i64, {lt, gt, eq});
    }

    // ---- memory
    Value load(Type type, Value address, MemoryAccess access) {
        return append(Op::load, type, {address}, access.pack());
    }
    void store(Value address, Value value, MemoryAccess access) {
        append(Op::store, Type::none, {address, value}, access.pack());
    }

    // ---- floating point (Op::float_*) and vectors (Op::vec_*)
    Value float_op(Op op, FloatOp attributes, std::initializer_list<Value> arguments);
    Value float_pure(Op op, std::initializer_list<Value> arguments); // result type as the op says
    Value float_half(Half half, Value number) {
        return append(Op::float_half, Type::f32, {number}, static_cast<std::uint64_t>(half));
    }
    Value float_with_half(Half half, Value number, Value bits) {
        return append(Op::float_with_half, Type::f64, {number, bits},
                      static_cast<std::uint64_t>(half));
    }
    Value vec(Op op, std::initializer_list<Value> arguments, unsigned lane_bits = 0,
              unsigned number = 0) {
        return append(op, Type::v128, arguments, LaneAttributes{lane_bits, number}.pack());
    }
    Value vec_signs(Value vector) { return append(Op::vec_signs, Type::i32, {vector}); }

    Value call(HelperId helper, std::initializer_list<Value> arguments);

    // ---- control
    void instruction(std::uint64_t pc); // begins the next guest instruction; counts it
    // Begins a run of `count` guest instructions, whose indices start from 0 again.
    void begin_run(std::uint64_t pc, std::uint32_t count);
    void end_run() { append(Op::end_run, Type::none, {}); }
    void leave_if(Value condition, std::uint32_t code) {
        append(Op::leave_if, Type::none, {condition}, code);
    }
    void jump(BlockId target, std::initializer_list<Value> arguments = {});
    void branch(Value condition, BlockId if_true, BlockId if_false,
                std::initializer_list<Value> true_arguments = {},
                std::initializer_list<Value> false_arguments = {});
    void goto_pc(std::uint64_t pc) { append(Op::goto_pc, Type::none, {}, pc); }
    void jump_pc(Value pc) { append(Op::jump_pc, Type::none, {pc}); }
    void leave(std::uint32_t code) { append(Op::leave, Type::none, {}, code); }

    Type type(Value value) const { return function_[value].type; }

    Value append(Op op, Type type, std::initializer_list<Value> arguments, std::uint64_t imm = 0);

  private:
    Value same(Op op, std::initializer_list<Value> arguments) {
        return append(op, type(*arguments.begin()), arguments);
    }
    Value test(Op op, std::initializer_list<Value> arguments) {
        return append(op, Type::i1, arguments);
    }

    Function& function_;
    BlockId block_ = 0;
};

} // namespace vestige::ir
