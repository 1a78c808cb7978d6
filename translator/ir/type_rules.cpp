#include "translator/ir/type_rules.h"

namespace vestige::ir {

namespace {

using enum Type;
constexpr TypeSet wide_bytes = type_set(i16, i32, i64);
constexpr TypeSet numbers = wide_bytes | type_set(i8);
constexpr TypeSet integers = numbers | type_set(i1);
constexpr TypeSet words = type_set(i32, i64);
constexpr TypeSet floats = type_set(f32, f64);
constexpr TypeSet values = integers | floats | type_set(v128);

} // namespace

TypeSet types_of(Op op) {
    switch (op) {
    case Op::constant: return integers | floats;
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
    case Op::bitcast: return words | floats;
    case Op::float_add:
    case Op::float_sub:
    case Op::float_mul:
    case Op::float_div:
    case Op::float_sqrt:
    case Op::float_neg:
    case Op::float_abs:
    case Op::float_lt:
    case Op::float_gt:
    case Op::float_eq:
    case Op::float_le:
    case Op::float_ge:
    case Op::float_unordered: return floats;
    case Op::load: return numbers | type_set(v128);
    case Op::store:
    case Op::jump_pc: return words; // the address
    default: return numbers;
    }
}

namespace {

unsigned lane_width(unsigned bits) { return bits; }
unsigned lane_count(unsigned bits) { return 128 / bits; }
unsigned byte_count(unsigned) { return 16; }

constexpr LaneRule lane_rules[] = {
    {Op::vec_add, 8 + 16 + 32 + 64, false, nullptr},
    {Op::vec_sub, 8 + 16 + 32 + 64, false, nullptr},
    {Op::vec_add_sat_u, 8 + 16, false, nullptr},
    {Op::vec_add_sat_s, 8 + 16, false, nullptr},
    {Op::vec_sub_sat_u, 8 + 16, false, nullptr},
    {Op::vec_sub_sat_s, 8 + 16, false, nullptr},
    {Op::vec_min_u, 8 + 16 + 32, false, nullptr},
    {Op::vec_min_s, 8 + 16 + 32, false, nullptr},
    {Op::vec_max_u, 8 + 16 + 32, false, nullptr},
    {Op::vec_max_s, 8 + 16 + 32, false, nullptr},
    {Op::vec_average_u, 8 + 16, false, nullptr},
    {Op::vec_mul, 16 + 32, false, nullptr},
    {Op::vec_mul_pairs_s, 16, false, nullptr},
    {Op::vec_cmp_eq, 8 + 16 + 32, false, nullptr},
    {Op::vec_cmp_gt_s, 8 + 16 + 32, false, nullptr},
    {Op::vec_shl, 32, false, nullptr},
    {Op::vec_shr, 32, false, nullptr},
    {Op::vec_sar, 32, false, nullptr},
    {Op::vec_shl_by, 16 + 32, true, lane_width},
    {Op::vec_shr_by, 16 + 32, true, lane_width},
    {Op::vec_sar_by, 16 + 32, true, lane_width},
    {Op::vec_join_high, 8 + 16 + 32, false, nullptr},
    {Op::vec_join_low, 8 + 16 + 32, false, nullptr},
    {Op::vec_pack_s, 16 + 32, false, nullptr},
    {Op::vec_pack_u, 16 + 32, false, nullptr},
    {Op::vec_extract, 8, true, byte_count},
    {Op::vec_splat_lane, 8 + 16 + 32, true, lane_count},
};

} // namespace

const LaneRule* lane_rule(Op op) {
    for (const LaneRule& rule : lane_rules)
        if (rule.op == op) return &rule;
    return nullptr;
}

} // namespace vestige::ir
