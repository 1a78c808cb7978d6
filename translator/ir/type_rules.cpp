#include "translator/ir/type_rules.h"

namespace vestige::ir {

namespace {

using enum Type;
constexpr TypeSet wide_bytes = type_set(i16, i32, i64);
constexpr TypeSet numbers = wide_bytes | type_set(i8);
constexpr TypeSet integers = numbers | type_set(i1);
constexpr TypeSet words = type_set(i32, i64);
constexpr TypeSet values = integers | type_set(f32, f64, v128);

} // namespace

TypeSet types_of(Op op) {
    switch (op) {
    case Op::constant: return integers | type_set(f32, f64);
    case Op::parameter:
    case Op::copy:
    case Op::select:
    case Op::get_slot:
    case Op::set_slot: return values;
    case Op::and_:
    case Op::or_:
    case Op::xor_:
    case Op::and_not:
    case Op::not_:
    case Op::cmp_eq:
    case Op::cmp_ne: return integers;
    case Op::zext:
    case Op::sext: return numbers;
    case Op::trunc: return type_set(i1, i8, i16, i32);
    case Op::byte_swap: return wide_bytes;
    case Op::mul_high_u:
    case Op::mul_high_s: return words;
    case Op::bitcast: return words | type_set(f32, f64);
    case Op::load: return numbers | type_set(v128);
    case Op::store:
    case Op::jump_pc: return words; // the address
    default: return numbers;
    }
}

} // namespace vestige::ir
