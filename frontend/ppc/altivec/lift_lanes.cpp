// AltiVec integer instructions as ops on lanes (AltiVec Programming Environments Manual 4.2.1 and
// 4.2.5). The manual's element 0 is the lane with the highest number.
#include "frontend/ppc/altivec/lanes.h"
#include "frontend/ppc/helpers.h"
#include "frontend/ppc/lift/lifter.h"

namespace vestige::ppc {

using ir::Op;
using ir::Type;
using ir::Value;

namespace {

constexpr std::uint32_t all_bytes = 0xffff; // Op::vec_signs

Value va(Lifter& l) { return l.vr(l.f.va()); }
Value vb(Lifter& l) { return l.vr(l.f.vb()); }
Value vc(Lifter& l) { return l.vr(l.f.vc()); }

void give(Lifter& l, Value result) { l.set_vr(l.f.vd(), result); }

Value splat(Lifter& l, std::uint32_t word) { return l.b.vec(Op::vec_splat, {l.b.i32(word)}); }
Value both(Lifter& l, Value a, Value b) { return l.b.vec(Op::vec_and, {a, b}); }
Value either(Lifter& l, Value a, Value b) { return l.b.vec(Op::vec_or, {a, b}); }
Value differ(Lifter& l, Value a, Value b) { return l.b.vec(Op::vec_xor, {a, b}); }
Value inverted(Lifter& l, Value a) { return l.b.vec(Op::vec_not, {a}); }
Value equal(Lifter& l, Value a, Value b, unsigned bits) {
    return l.b.vec(Op::vec_cmp_eq, {a, b}, bits);
}
Value by(Lifter& l, Op op, Value a, unsigned bits, unsigned number) {
    return l.b.vec(op, {a}, bits, number);
}

// a >= b, unsigned
Value not_below(Lifter& l, Value a, Value b, unsigned bits) {
    return equal(l, l.b.vec(Op::vec_max_u, {a, b}, bits), a, bits);
}

// Sets VSCR[SAT] unless all bits of `unchanged` are ones.
void saturated_unless(Lifter& l, Value unchanged) {
    const Value any = l.b.cmp_ne(l.b.vec_signs(unchanged), l.b.i32(all_bytes));
    const Value vscr = l.b.get_slot(slot::vscr);
    l.b.set_slot(slot::vscr, l.b.or_(vscr, l.b.zext(Type::i32, any)));
}
static_assert(vector::vscr_sat == 1);

// ---- one op

void binary(Lifter& l, Op op, unsigned bits) {
    if (!l.vec_unavailable()) give(l, l.b.vec(op, {va(l), vb(l)}, bits));
}

// ---- saturation

void saturating(Lifter& l, Op op, Op wrapping, unsigned bits) {
    if (l.vec_unavailable()) return;
    const Value result = l.b.vec(op, {va(l), vb(l)}, bits);
    saturated_unless(l, equal(l, result, l.b.vec(wrapping, {va(l), vb(l)}, bits), 8));
    give(l, result);
}

// Words. The result is `limit` where `over` has its top bit.
void saturate_words(Lifter& l, Value result, Value over, Value limit) {
    const Value mask = by(l, Op::vec_sar_by, over, 32, 31);
    saturated_unless(l, inverted(l, mask));
    give(l, either(l, l.b.vec(Op::vec_and_not, {result, mask}), both(l, limit, mask)));
}

void saturate_signed_words(Lifter& l, Value result, Value over) {
    const Value limit = differ(l, by(l, Op::vec_sar_by, va(l), 32, 31), splat(l, 0x7fffffff));
    saturate_words(l, result, over, limit);
}

// ---- products

enum class Part { high, low };
enum class Sign { unsigned_, signed_ };

// One half of each lane of `bits` as a number of that width.
Value part(Lifter& l, Value a, unsigned bits, Part which, Sign sign) {
    const Value high = which == Part::high ? a : by(l, Op::vec_shl_by, a, bits, bits / 2);
    return by(l, sign == Sign::signed_ ? Op::vec_sar_by : Op::vec_shr_by, high, bits, bits / 2);
}

Value product(Lifter& l, unsigned bits, Part which, Sign a_sign, Sign b_sign) {
    return l.b.vec(Op::vec_mul,
                   {part(l, va(l), bits, which, a_sign), part(l, vb(l), bits, which, b_sign)},
                   bits);
}

void multiply(Lifter& l, unsigned bits, Part which, Sign sign) {
    if (!l.vec_unavailable()) give(l, product(l, bits, which, sign, sign));
}

Value sum(Lifter& l, Value a, Value b, unsigned bits) { return l.b.vec(Op::vec_add, {a, b}, bits); }

// The sum of the two halves of each word.
Value halves_summed(Lifter& l, Value a, Sign sign) {
    return sum(l, part(l, a, 32, Part::high, sign), part(l, a, 32, Part::low, sign), 32);
}

void multiply_sum_bytes(Lifter& l, Sign a_sign) {
    if (l.vec_unavailable()) return;
    const Value high = product(l, 16, Part::high, a_sign, Sign::unsigned_);
    const Value low = product(l, 16, Part::low, a_sign, Sign::unsigned_);
    const Value products =
        sum(l, halves_summed(l, high, a_sign), halves_summed(l, low, a_sign), 32);
    give(l, sum(l, products, vc(l), 32));
}

// ---- averages, rounded up: half of what both have, and half of what one has

void average(Lifter& l, unsigned bits, Op half) {
    if (l.vec_unavailable()) return;
    const Value difference = by(l, half, differ(l, va(l), vb(l)), bits, 1);
    give(l, l.b.vec(Op::vec_sub, {either(l, va(l), vb(l)), difference}, bits));
}

// ---- comparisons

void compared(Lifter& l, Value result) {
    give(l, result);
    if (!l.f.vector_rc_bit()) return;
    const Value signs = l.b.vec_signs(result);
    const Value all = l.b.cmp_eq(signs, l.b.i32(all_bytes));
    const Value none = l.b.cmp_eq(signs, l.b.i32(0));
    l.b.set_slot(slot::cr(6), l.b.order_pack(all, l.b.i1(false), none));
    l.b.set_slot(slot::cr_so(6), l.b.i1(false));
}

void compare(Lifter& l, Op op, unsigned bits) {
    if (!l.vec_unavailable()) compared(l, l.b.vec(op, {va(l), vb(l)}, bits));
}
void compare_greater_unsigned(Lifter& l, unsigned bits) {
    if (!l.vec_unavailable()) compared(l, inverted(l, not_below(l, vb(l), va(l), bits)));
}

// ---- packs, from lanes of `bits`

void pack_modulo(Lifter& l, unsigned bits) {
    if (l.vec_unavailable()) return;
    const Value a = part(l, va(l), bits, Part::low, Sign::unsigned_);
    const Value b = part(l, vb(l), bits, Part::low, Sign::unsigned_);
    give(l, l.b.vec(Op::vec_pack_u, {a, b}, bits));
}

void pack_unsigned(Lifter& l, unsigned bits, std::uint32_t largest) {
    if (l.vec_unavailable()) return;
    const Value limit = splat(l, largest);
    const Value a = l.b.vec(Op::vec_min_u, {va(l), limit}, bits);
    const Value b = l.b.vec(Op::vec_min_u, {vb(l), limit}, bits);
    saturated_unless(l, both(l, equal(l, a, va(l), 8), equal(l, b, vb(l), 8)));
    give(l, l.b.vec(Op::vec_pack_u, {a, b}, bits));
}

// What was packed comes out again where nothing was saturated.
void pack_signed(Lifter& l, unsigned bits, Op pack, Op widen) {
    if (l.vec_unavailable()) return;
    const Value result = l.b.vec(pack, {va(l), vb(l)}, bits);
    const auto again = [&](Op join) {
        return by(l, widen, l.b.vec(join, {result, result}, bits / 2), bits, bits / 2);
    };
    saturated_unless(l, both(l, equal(l, again(Op::vec_join_high), va(l), 8),
                             equal(l, again(Op::vec_join_low), vb(l), 8)));
    give(l, result);
}

// To lanes of `bits`.
void unpack(Lifter& l, Op join, unsigned bits) {
    if (l.vec_unavailable()) return;
    const Value twice = l.b.vec(join, {vb(l), vb(l)}, bits / 2);
    give(l, by(l, Op::vec_sar_by, twice, bits, bits / 2));
}

// ---- splats; the field of vA holds an element's number, or a number of five bits

void splat_element(Lifter& l, unsigned bits) {
    if (l.vec_unavailable()) return;
    const unsigned lanes = 128 / bits;
    give(l, by(l, Op::vec_splat_lane, vb(l), bits, lanes - 1 - l.f.va() % lanes));
}

// `ones`: a one in each lane of a word.
void splat_number(Lifter& l, std::uint32_t ones, std::uint32_t mask) {
    if (l.vec_unavailable()) return;
    const std::uint32_t number = l.f.va() | (l.f.va() & 16 ? ~std::uint32_t{15} : 0);
    give(l, splat(l, (number & mask) * ones));
}

} // namespace

#define BINARY(name, op, bits)                                                                     \
    void lift_##name(Lifter& l) { binary(l, Op::op, bits); }
#define SATURATING(name, op, wrapping, bits)                                                       \
    void lift_##name(Lifter& l) { saturating(l, Op::op, Op::wrapping, bits); }
#define MULTIPLY(name, bits, part, sign)                                                           \
    void lift_##name(Lifter& l) { multiply(l, bits, Part::part, Sign::sign); }
#define COMPARE(name, op, bits)                                                                    \
    void lift_##name(Lifter& l) { compare(l, Op::op, bits); }
#define ROW(name, function, ...)                                                                   \
    void lift_##name(Lifter& l) { function(l, __VA_ARGS__); }

BINARY(vaddubm, vec_add, 8)
BINARY(vadduhm, vec_add, 16)
BINARY(vadduwm, vec_add, 32)
BINARY(vsububm, vec_sub, 8)
BINARY(vsubuhm, vec_sub, 16)
BINARY(vsubuwm, vec_sub, 32)
BINARY(vmaxub, vec_max_u, 8)
BINARY(vmaxuh, vec_max_u, 16)
BINARY(vmaxuw, vec_max_u, 32)
BINARY(vmaxsb, vec_max_s, 8)
BINARY(vmaxsh, vec_max_s, 16)
BINARY(vmaxsw, vec_max_s, 32)
BINARY(vminub, vec_min_u, 8)
BINARY(vminuh, vec_min_u, 16)
BINARY(vminuw, vec_min_u, 32)
BINARY(vminsb, vec_min_s, 8)
BINARY(vminsh, vec_min_s, 16)
BINARY(vminsw, vec_min_s, 32)
BINARY(vavgub, vec_average_u, 8)
BINARY(vavguh, vec_average_u, 16)
BINARY(vmrghb, vec_join_high, 8)
BINARY(vmrghh, vec_join_high, 16)
BINARY(vmrghw, vec_join_high, 32)
BINARY(vmrglb, vec_join_low, 8)
BINARY(vmrglh, vec_join_low, 16)
BINARY(vmrglw, vec_join_low, 32)
BINARY(vslw, vec_shl, 32)
BINARY(vsrw, vec_shr, 32)
BINARY(vsraw, vec_sar, 32)

SATURATING(vaddubs, vec_add_sat_u, vec_add, 8)
SATURATING(vadduhs, vec_add_sat_u, vec_add, 16)
SATURATING(vaddsbs, vec_add_sat_s, vec_add, 8)
SATURATING(vaddshs, vec_add_sat_s, vec_add, 16)
SATURATING(vsububs, vec_sub_sat_u, vec_sub, 8)
SATURATING(vsubuhs, vec_sub_sat_u, vec_sub, 16)
SATURATING(vsubsbs, vec_sub_sat_s, vec_sub, 8)
SATURATING(vsubshs, vec_sub_sat_s, vec_sub, 16)

void lift_vadduws(Lifter& l) {
    if (l.vec_unavailable()) return;
    const Value result = sum(l, va(l), vb(l), 32);
    saturate_words(l, result, inverted(l, not_below(l, result, va(l), 32)), splat(l, ~0u));
}
void lift_vsubuws(Lifter& l) {
    if (l.vec_unavailable()) return;
    const Value result = l.b.vec(Op::vec_sub, {va(l), vb(l)}, 32);
    saturate_words(l, result, inverted(l, not_below(l, va(l), vb(l), 32)), splat(l, 0));
}
// Over where both operands have the same sign and the result has the other.
void lift_vaddsws(Lifter& l) {
    if (l.vec_unavailable()) return;
    const Value result = sum(l, va(l), vb(l), 32);
    saturate_signed_words(l, result, both(l, differ(l, va(l), result), differ(l, vb(l), result)));
}
void lift_vsubsws(Lifter& l) {
    if (l.vec_unavailable()) return;
    const Value result = l.b.vec(Op::vec_sub, {va(l), vb(l)}, 32);
    saturate_signed_words(l, result, both(l, differ(l, va(l), vb(l)), differ(l, va(l), result)));
}
void lift_vaddcuw(Lifter& l) {
    if (l.vec_unavailable()) return;
    const Value carry = inverted(l, not_below(l, sum(l, va(l), vb(l), 32), va(l), 32));
    give(l, by(l, Op::vec_shr_by, carry, 32, 31));
}
void lift_vsubcuw(Lifter& l) {
    if (l.vec_unavailable()) return;
    give(l, by(l, Op::vec_shr_by, not_below(l, va(l), vb(l), 32), 32, 31));
}

void lift_vavgsb(Lifter& l) {
    if (l.vec_unavailable()) return;
    const Value signs = splat(l, 0x80808080);
    const Value result =
        l.b.vec(Op::vec_average_u, {differ(l, va(l), signs), differ(l, vb(l), signs)}, 8);
    give(l, differ(l, result, signs));
}
ROW(vavgsh, average, 16, Op::vec_sar_by)
ROW(vavgsw, average, 32, Op::vec_sar_by)
ROW(vavguw, average, 32, Op::vec_shr_by)

MULTIPLY(vmuleub, 16, high, unsigned_)
MULTIPLY(vmuloub, 16, low, unsigned_)
MULTIPLY(vmulesb, 16, high, signed_)
MULTIPLY(vmulosb, 16, low, signed_)
MULTIPLY(vmuleuh, 32, high, unsigned_)
MULTIPLY(vmulouh, 32, low, unsigned_)
MULTIPLY(vmulesh, 32, high, signed_)
MULTIPLY(vmulosh, 32, low, signed_)
void lift_vmladduhm(Lifter& l) {
    if (!l.vec_unavailable()) give(l, sum(l, l.b.vec(Op::vec_mul, {va(l), vb(l)}, 16), vc(l), 16));
}
void lift_vmsumshm(Lifter& l) {
    if (!l.vec_unavailable())
        give(l, sum(l, l.b.vec(Op::vec_mul_pairs_s, {va(l), vb(l)}, 16), vc(l), 32));
}
void lift_vmsumuhm(Lifter& l) {
    if (l.vec_unavailable()) return;
    const Value high = product(l, 32, Part::high, Sign::unsigned_, Sign::unsigned_);
    const Value low = product(l, 32, Part::low, Sign::unsigned_, Sign::unsigned_);
    give(l, sum(l, sum(l, high, low, 32), vc(l), 32));
}
ROW(vmsumubm, multiply_sum_bytes, Sign::unsigned_)
ROW(vmsummbm, multiply_sum_bytes, Sign::signed_)

COMPARE(vcmpequb, vec_cmp_eq, 8)
COMPARE(vcmpequh, vec_cmp_eq, 16)
COMPARE(vcmpequw, vec_cmp_eq, 32)
COMPARE(vcmpgtsb, vec_cmp_gt_s, 8)
COMPARE(vcmpgtsh, vec_cmp_gt_s, 16)
COMPARE(vcmpgtsw, vec_cmp_gt_s, 32)
ROW(vcmpgtub, compare_greater_unsigned, 8)
ROW(vcmpgtuh, compare_greater_unsigned, 16)
ROW(vcmpgtuw, compare_greater_unsigned, 32)

void lift_vrlw(Lifter& l) {
    if (l.vec_unavailable()) return;
    const Value back = l.b.vec(Op::vec_sub, {splat(l, 0), vb(l)}, 32);
    give(l, either(l, l.b.vec(Op::vec_shl, {va(l), vb(l)}, 32),
                   l.b.vec(Op::vec_shr, {va(l), back}, 32)));
}

ROW(vpkuhum, pack_modulo, 16)
ROW(vpkuwum, pack_modulo, 32)
ROW(vpkuhus, pack_unsigned, 16, 0x00ff00ff)
ROW(vpkuwus, pack_unsigned, 32, 0x0000ffff)
ROW(vpkshss, pack_signed, 16, Op::vec_pack_s, Op::vec_sar_by)
ROW(vpkswss, pack_signed, 32, Op::vec_pack_s, Op::vec_sar_by)
ROW(vpkshus, pack_signed, 16, Op::vec_pack_u, Op::vec_shr_by)
ROW(vpkswus, pack_signed, 32, Op::vec_pack_u, Op::vec_shr_by)
ROW(vupkhsb, unpack, Op::vec_join_high, 16)
ROW(vupkhsh, unpack, Op::vec_join_high, 32)
ROW(vupklsb, unpack, Op::vec_join_low, 16)
ROW(vupklsh, unpack, Op::vec_join_low, 32)

ROW(vspltb, splat_element, 8)
ROW(vsplth, splat_element, 16)
ROW(vspltw, splat_element, 32)
ROW(vspltisb, splat_number, 0x01010101, 0xff)
ROW(vspltish, splat_number, 0x00010001, 0xffff)
ROW(vspltisw, splat_number, 1, ~0u)

// The manual counts bytes from the other end.
void lift_vperm(Lifter& l) {
    if (!l.vec_unavailable()) give(l, l.b.vec(Op::vec_permute, {va(l), vb(l), inverted(l, vc(l))}));
}
void lift_vsldoi(Lifter& l) {
    if (l.vec_unavailable()) return;
    const unsigned count = l.f.vc() & 15; // SHB, bytes
    give(l, count == 0 ? va(l) : l.b.vec(Op::vec_extract, {va(l), vb(l)}, 8, 16 - count));
}

} // namespace vestige::ppc
