// Random ops: values of every type and what can be made of them. The flow of random functions is in
// random_ir.cpp.
#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include "tests/lockstep/random_ir.h"
#include "translator/ir/type_rules.h"

namespace vestige::test {

class RandomOps {
  public:
    RandomOps(ir::Function& function, std::uint64_t seed, const RandomIrOptions& options)
        : function_(function), random_(seed), options_(options), build_(function) {}

  protected:
    using Op = ir::Op;
    using Type = ir::Type;
    using Value = ir::Value;

    static constexpr Type integer_types[] = {Type::i1, Type::i8, Type::i16, Type::i32, Type::i64};

    // ---- values that may be used here, by type
    std::vector<Value>& pool(Type type) { return values_[static_cast<unsigned>(type)]; }
    Value keep(Value value) {
        pool(build_.type(value)).push_back(value);
        return value;
    }
    Value constant(Type type) { return keep(build_.constant(type, random_.interesting())); }

    Value value(Type type) {
        const auto& known = pool(type);
        if (!known.empty() && !random_.one_in(8)) {
            // Recent ones more often.
            const auto size = static_cast<std::uint32_t>(known.size());
            return known[size - 1 - std::min(random_.below(size), random_.below(size))];
        }
        if (type == Type::v128 || random_.one_in(2)) {
            for (unsigned tries = 0; tries < 20; ++tries) {
                const auto slot = static_cast<ir::SlotId>(random_.below(slot_count));
                if (test_layout()[slot].type == type) return keep(build_.get_slot(slot));
            }
            if (type == Type::v128) return keep(build_.get_slot(slot_v0));
        }
        if (type == Type::f32) return keep(build_.bitcast(Type::f32, value(Type::i32)));
        return constant(type);
    }
    Type integer() { return integer_types[random_.below(5)]; }
    Type number() { return integer_types[1 + random_.below(4)]; }
    Type word() { return random_.one_in(2) ? Type::i32 : Type::i64; }
    Type any_type() {
        static constexpr Type types[] = {Type::i1,  Type::i8,  Type::i16, Type::i32, Type::i32,
                                         Type::i64, Type::f64, Type::f32, Type::v128};
        return types[random_.below(std::size(types))];
    }

    // Values made in a scope are not used after it.
    struct Scope {
        explicit Scope(RandomOps& generator) : generator_(generator) {
            for (unsigned i = 0; i < ir::type_count; ++i)
                sizes_[i] = generator.values_[i].size();
        }
        ~Scope() {
            for (unsigned i = 0; i < ir::type_count; ++i)
                generator_.values_[i].resize(sizes_[i]);
        }
        RandomOps& generator_;
        std::size_t sizes_[ir::type_count];
    };
    void some_ops() {
        const unsigned count = 1 + random_.below(2 * options_.ops - 1);
        for (unsigned i = 0; i < count; ++i)
            one_op();
    }
    void one_op() {
        switch (random_.below(20)) {
        case 0:
        case 1:
        case 2:
        case 3: arithmetic(); break;
        case 4:
        case 5: logic(); break;
        case 6: conversion(); break;
        case 7:
        case 8: condition(); break;
        case 9: order(); break;
        case 10: keep(load()); break;
        case 11: store(); break;
        case 12: call(); break;
        case 13: float_op(); break;
        case 14: vector(); break;
        case 15: {
            const Type type = any_type();
            const Value condition = value(Type::i1);
            keep(build_.select(condition, value(type), value(type)));
            break;
        }
        case 16: rare(); break;
        default: set_slot(); break;
        }
    }
    Value same(Op op, Type type, std::initializer_list<Value> arguments) {
        return keep(build_.append(op, type, arguments));
    }
    void arithmetic() {
        static constexpr Op ops[] = {
            Op::add, Op::add, Op::add,  Op::sub,  Op::sub, Op::mul, Op::div_u,     Op::shl,
            Op::shr, Op::sar, Op::rotl, Op::rotl, Op::neg, Op::clz, Op::add_carry, Op::div_s};
        const Op op = ops[random_.below(std::size(ops))];
        const Type type = number();
        const Value a = value(type);
        if (op == Op::neg || op == Op::clz) {
            same(op, type, {a});
            return;
        }
        const Value b = random_.one_in(3) ? constant(type) : value(type);
        if (op == Op::add_carry)
            same(op, type, {a, b, value(Type::i1)});
        else
            same(op, type, {a, b});
    }
    void logic() {
        static constexpr Op ops[] = {Op::and_, Op::and_, Op::or_, Op::xor_, Op::and_not, Op::not_};
        const Op op = ops[random_.below(std::size(ops))];
        const Type type = integer();
        const Value a = value(type);
        if (op == Op::not_)
            same(op, type, {a});
        else
            same(op, type, {a, random_.one_in(3) ? constant(type) : value(type)});
    }
    void conversion() {
        const Type from = integer(), to = integer();
        const Value a = value(from);
        if (from < to)
            same(random_.one_in(2) ? Op::zext : Op::sext, to, {a});
        else if (to < from)
            same(Op::trunc, to, {a});
        else if (from == Type::i64)
            same(Op::bitcast, Type::f64, {a});
        else if (from == Type::i32)
            same(Op::bitcast, Type::f32, {a});
        else if (random_.one_in(2))
            same(Op::bitcast, Type::i64, {value(Type::f64)});
        else
            same(Op::bitcast, Type::i32, {value(Type::f32)});
    }
    void condition() {
        static constexpr Op ops[] = {Op::cmp_eq,   Op::cmp_ne,   Op::cmp_lt_u,  Op::cmp_le_u,
                                     Op::cmp_lt_s, Op::cmp_le_s, Op::carry_out, Op::add_overflow};
        if (random_.one_in(3)) {
            const auto relation = static_cast<unsigned>(Op::float_lt) + random_.below(6);
            const Type type = random_.one_in(3) ? Type::f32 : Type::f64;
            same(static_cast<Op>(relation), Type::i1, {value(type), value(type)});
            return;
        }
        const Op op = ops[random_.below(std::size(ops))];
        const bool equality = op == Op::cmp_eq || op == Op::cmp_ne;
        const Type type = equality ? integer() : number();
        const Value a = value(type);
        const Value b = random_.one_in(3) ? constant(type) : value(type);
        if (op == Op::carry_out || op == Op::add_overflow)
            same(op, Type::i1, {a, b, value(Type::i1)});
        else
            same(op, Type::i1, {a, b});
    }
    void order() {
        switch (random_.below(6)) {
        case 0: same(Op::order_s, Type::i64, {value(Type::i32), value(Type::i32)}); break;
        case 1: same(Op::order_u, Type::i64, {value(Type::i32), value(Type::i32)}); break;
        case 2:
            same(Op::order_pack, Type::i64, {value(Type::i1), value(Type::i1), value(Type::i1)});
            break;
        case 3: same(Op::order_lt, Type::i1, {value(Type::i64)}); break;
        case 4: same(Op::order_gt, Type::i1, {value(Type::i64)}); break;
        default: same(Op::order_eq, Type::i1, {value(Type::i64)}); break;
        }
    }

    // Mostly within memory; sometimes in the device page, sometimes nowhere.
    Value address() {
        const Type type = random_.one_in(8) ? Type::i64 : Type::i32;
        const std::uint64_t mask = random_.one_in(64) ? 0x3ffff : 0xfff8;
        if (random_.one_in(4)) { // of an array's element
            const Value base = build_.and_(value(type), build_.constant(type, mask >> 1));
            const Value number = build_.and_(value(type), build_.constant(type, 0xfff));
            const Value count = build_.constant(type, random_.below(5));
            const Value sum = build_.add(base, build_.shl(number, count));
            return random_.one_in(2) ? sum : build_.add(sum, build_.constant(type, 4));
        }
        return build_.and_(value(type), build_.constant(type, mask));
    }
    ir::MemoryAccess access(unsigned largest) {
        ir::MemoryAccess access;
        do
            access.size = static_cast<std::uint8_t>(1u << random_.below(4));
        while (access.size > largest);
        access.endian = random_.one_in(3) ? Endian::little : Endian::big;
        access.extend = random_.one_in(2) ? ir::Extend::zero : ir::Extend::sign;
        access.alignment = random_.one_in(4) ? access.size : 1;
        access.space = random_.one_in(16) ? 1 : 0;
        return access;
    }
    Value load() {
        const Value from = address();
        if (random_.one_in(8)) return build_.load(Type::v128, from, {.size = 16});
        const Type type = number();
        return build_.load(type, from, access(ir::info(type).bytes));
    }
    void store() {
        const Value to = address();
        if (random_.one_in(8)) {
            build_.store(to, value(Type::v128), {.size = 16, .endian = Endian::little});
            return;
        }
        const Type type = number();
        build_.store(to, value(type), access(ir::info(type).bytes));
    }

    void call() {
        static constexpr ir::HelperId helpers[] = {helper_mix,  helper_mix,  helper_count,
                                                   helper_turn, helper_odd,  helper_half,
                                                   helper_half, helper_count};
        const ir::HelperId helper = helpers[random_.below(std::size(helpers))];
        switch (helper) {
        case helper_mix:
            keep(build_.call(
                helper, {value(Type::i32), value(Type::i64), value(Type::f64), value(Type::i32)}));
            break;
        case helper_turn: keep(build_.call(helper, {})); break;
        case helper_half: keep(build_.call(helper, {value(Type::f64)})); break;
        case helper_odd: {
            const Value seldom = build_.same_imm(Op::and_, value(Type::i32), 0x11);
            build_.call(helper, {build_.zext(Type::i32, build_.cmp_eq(seldom, build_.i32(0x11)))});
            break;
        }
        default: build_.call(helper, {value(Type::i32)});
        }
    }
    Op binary() {
        return std::array{Op::float_add, Op::float_sub, Op::float_mul,
                          Op::float_div}[random_.below(4)];
    }
    Op sign() { return random_.one_in(2) ? Op::float_neg : Op::float_abs; }
    static ir::FloatOp as_single(ir::HelperId id) { return {id, ir::Precision::single}; }
    // As guests use them: singles are halves of doubles.
    void single_op() {
        const Value a = value(Type::f32), b = value(Type::f32), number = value(Type::f64);
        const ir::Half half = random_.one_in(2) ? ir::Half::upper : ir::Half::lower;
        switch (random_.below(9)) {
        case 0: keep(build_.float_op(binary(), as_single(helper_single_two), {a, b})); break;
        case 1: keep(build_.float_op(Op::float_sqrt, as_single(helper_single_one), {a})); break;
        case 2:
            keep(build_.float_op(Op::float_to_single, as_single(helper_to_single), {number}));
            break;
        case 3: keep(build_.float_op(Op::float_to_double, {helper_to_double}, {a})); break;
        case 4: keep(build_.float_pure(sign(), {a})); break;
        case 5: keep(build_.float_pure(Op::float_from_int32, {value(Type::i32)})); break;
        case 6: keep(build_.float_half(half, number)); break;
        default: keep(build_.float_with_half(half, number, a)); break;
        }
    }
    void float_op() {
        if (random_.one_in(3)) return single_op();
        const ir::FloatOp two{.helper = helper_add}, three{.helper = helper_mul_add};
        const ir::FloatOp one{.helper = helper_sqrt};
        const auto f = [&] { return value(Type::f64); };
        static constexpr Op fused[] = {Op::float_mul_add, Op::float_mul_sub, Op::float_neg_mul_add,
                                       Op::float_neg_mul_sub};
        switch (random_.below(9)) {
        case 0: keep(build_.float_op(binary(), two, {f(), f()})); break;
        case 1: keep(build_.float_op(fused[random_.below(4)], three, {f(), f(), f()})); break;
        case 2: keep(build_.float_op(Op::float_sqrt, one, {f()})); break;
        case 3: keep(build_.float_op(Op::float_round_single, as_single(helper_sqrt), {f()})); break;
        case 4:
            keep(build_.float_op(Op::float_to_int32_zero, {.helper = helper_int}, {f()}));
            break;
        case 5: keep(build_.float_pure(sign(), {f()})); break;
        case 6: keep(build_.float_pure(Op::float_widen, {value(Type::i32)})); break;
        default: keep(build_.float_pure(Op::float_narrow, {f()})); break;
        }
    }
    void vector() {
        const Value a = value(Type::v128), b = value(Type::v128);
        static constexpr Op ops[] = {Op::vec_and, Op::vec_or, Op::vec_xor, Op::vec_and_not};
        switch (random_.below(10)) {
        case 0: keep(build_.vec(Op::vec_not, {a})); break;
        case 1: keep(build_.vec(Op::vec_permute, {a, b, value(Type::v128)})); break;
        case 2: keep(build_.vec(Op::vec_splat, {value(Type::i32)})); break;
        case 3: keep(build_.vec(Op::vec_pair, {value(Type::i64), value(Type::i64)})); break;
        case 4: keep(build_.vec_signs(a)); break;
        case 5: vector_float(a, b, value(Type::v128)); break;
        case 6: keep(build_.vec(ops[random_.below(4)], {a, b})); break;
        default: lanes(a, b);
        }
    }
    void vector_float(Value a, Value b, Value c) {
        static constexpr Op two[] = {Op::vec_float_add, Op::vec_float_sub};
        static constexpr Op three[] = {Op::vec_float_mul_add, Op::vec_float_neg_mul_sub};
        const unsigned i = random_.below(2);
        keep(random_.one_in(2)
                 ? build_.append(two[i], Type::v128, {a, b}, helper_vector_two)
                 : build_.append(three[i], Type::v128, {a, b, c}, helper_vector_three));
    }
    // An op that type_rules.h has a row for.
    void lanes(Value a, Value b) {
        const ir::LaneRule* rule = nullptr;
        while (!rule)
            rule = ir::lane_rule(static_cast<Op>(random_.below(ir::op_count)));
        unsigned bits = 0;
        while ((bits & rule->widths) == 0)
            bits = 8u << random_.below(4);
        const unsigned number = rule->numbered ? random_.below(rule->limit(bits)) : 0;
        const std::uint64_t imm = ir::LaneAttributes{bits, number}.pack();
        const bool one = ir::info(rule->op).arguments.size() == 1;
        keep(one ? build_.append(rule->op, Type::v128, {a}, imm)
                 : build_.append(rule->op, Type::v128, {a, b}, imm));
    }
    // ---- banks: to any, or to one whose distance is known and back again, so that where blocks
    // begin and end the bank is the one that the function began with.
    void know_bank() {
        bank_ = random_.below(bank_count);
        build_.set_bank(bank(bank_));
        knows_bank_ = true;
    }
    void banks() {
        if (!knows_bank_) {
            const Value one = bank(random_.below(bank_count));
            build_.set_bank(build_.select(value(Type::i1), one, bank(random_.below(bank_count))));
            return;
        }
        const unsigned before = bank_;
        move(random_.below(bank_count));
        for (unsigned ops = random_.below(4); ops-- > 0;)
            one_op();
        move(before);
    }
    void move(unsigned to) {
        if (random_.one_in(2)) build_.set_slot(banked_slot(), value(Type::i32));
        const int distance = (static_cast<int>(to) - static_cast<int>(bank_)) *
                             static_cast<int>(bank_stride * sizeof(std::uint32_t));
        build_.set_bank(bank(to), {.distance = random_.one_in(8) ? 0 : distance});
        bank_ = to;
        if (random_.one_in(2)) keep(build_.get_slot(banked_slot()));
    }
    Value bank(unsigned number) { return build_.i32(GuestState::bank_offset(number)); }
    ir::SlotId banked_slot() {
        return static_cast<ir::SlotId>(slot_b0 + random_.below(bank_registers));
    }

    void rare() {
        switch (random_.below(8)) {
        case 5: banks(); break;
        case 6:
            if (knows_bank_) banks();
            break;
        case 0: keep(build_.mul_high_u(value(Type::i32), value(Type::i32))); break;
        case 1: keep(build_.mul_high_s(value(Type::i64), value(Type::i64))); break;
        case 2: {
            const Type type = random_.one_in(2) ? Type::i16 : word();
            keep(build_.byte_swap(value(type)));
            break;
        }
        case 3: keep(build_.copy(value(any_type()))); break;
        case 4: { // seldom true
            const Value few = build_.same_imm(Op::and_, value(Type::i32), 0x1f);
            build_.leave_if(build_.cmp_eq(few, build_.i32(random_.below(32))),
                            ir::leave::guest_first + random_.below(8));
            break;
        }
        default: { // an idiom: bit fields by rotate and mask
            const Value turned = keep(build_.rotl(value(Type::i32), build_.i32(random_.below(32))));
            const std::uint32_t mask = 0xffffffffu >> random_.below(32);
            keep(build_.same_imm(Op::and_, turned, random_.one_in(2) ? mask : ~mask));
        }
        }
    }
    void set_slot() {
        const auto slot = static_cast<ir::SlotId>(random_.below(slot_count));
        if (random_.one_in(4)) {
            set_and_set_back(slot);
            return;
        }
        build_.set_slot(slot, value(test_layout()[slot].type));
    }
    // As delay slots have it: for what comes in between alone, which may be anything.
    void set_and_set_back(ir::SlotId slot) {
        const Value before = build_.get_slot(slot);
        build_.set_slot(slot, value(test_layout()[slot].type));
        for (unsigned i = random_.below(3); i-- > 0;)
            one_op();
        build_.set_slot(slot, before);
    }

    ir::Function& function_;
    Random random_;
    const RandomIrOptions& options_;
    ir::Builder build_;
    std::vector<Value> values_[ir::type_count];
    bool knows_bank_ = false;
    unsigned bank_ = 0; // the current one, if known
};

} // namespace vestige::test
