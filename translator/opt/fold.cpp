#include "translator/opt/fold.h"

#include <bit>

#include "common/bits.h"
#include "common/endian.h"
#include "translator/ir/semantics.h"

namespace vestige::opt {

using ir::Op;
using ir::Type;

namespace {

using Wide = unsigned __int128;
using SignedWide = __int128;

std::uint64_t divide_signed(std::int64_t a, std::int64_t b) {
    if (b == 0) return 0;
    if (b == -1) return std::uint64_t{0} - static_cast<std::uint64_t>(a);
    return static_cast<std::uint64_t>(a / b);
}

} // namespace

std::optional<std::uint64_t> fold(Op op, Type type, Type from,
                                  std::span<const std::uint64_t> arguments) {
    if (type == Type::none || ir::info(from).bits > 64 || ir::info(type).bits > 64)
        return std::nullopt;
    const unsigned width = ir::info(from).bits;
    const std::uint64_t a = arguments.size() > 0 ? arguments[0] : 0;
    const std::uint64_t b = arguments.size() > 1 ? arguments[1] : 0;
    const std::uint64_t c = arguments.size() > 2 ? arguments[2] : 0;
    const std::int64_t signed_a = sign_extend(a, width);
    const std::int64_t signed_b = sign_extend(b, width);
    const unsigned count = static_cast<unsigned>(b % width);
    const auto result = [&](std::uint64_t value) { return value & mask_of(type); };
    const auto number = [](std::int64_t value) { return static_cast<std::uint64_t>(value); };

    switch (op) {
    case Op::add: return result(a + b);
    case Op::sub: return result(a - b);
    case Op::mul: return result(a * b);
    case Op::mul_high_u: return result(static_cast<std::uint64_t>(Wide{a} * b >> width));
    case Op::mul_high_s:
        return result(static_cast<std::uint64_t>(SignedWide{signed_a} * signed_b >> width));
    case Op::div_u: return b == 0 ? 0 : a / b;
    case Op::div_s: return result(divide_signed(signed_a, signed_b));
    case Op::and_: return a & b;
    case Op::or_: return a | b;
    case Op::xor_: return a ^ b;
    case Op::and_not: return a & ~b;
    case Op::not_: return result(~a);
    case Op::neg: return result(std::uint64_t{0} - a);
    case Op::shl: return result(a << count);
    case Op::shr: return a >> count;
    case Op::sar: return result(number(signed_a >> count));
    case Op::rotl: return count == 0 ? a : result(a << count | a >> (width - count));
    case Op::clz: return static_cast<unsigned>(std::countl_zero(a)) - (64 - width);
    case Op::byte_swap: return swap_sized(a, width / 8);
    case Op::zext:
    case Op::trunc: return result(a);
    case Op::sext: return result(number(signed_a));
    case Op::bitcast: return a;
    case Op::carry_out: return static_cast<std::uint64_t>((Wide{a} + b + c) >> width);
    case Op::add_overflow: {
        const SignedWide sum = SignedWide{signed_a} + signed_b + static_cast<std::int64_t>(c);
        const SignedWide limit = SignedWide{1} << (width - 1);
        return sum < -limit || sum >= limit;
    }
    case Op::add_carry: return result(a + b + c);
    case Op::cmp_eq: return a == b;
    case Op::cmp_ne: return a != b;
    case Op::cmp_lt_u: return a < b;
    case Op::cmp_le_u: return a <= b;
    case Op::cmp_lt_s: return signed_a < signed_b;
    case Op::cmp_le_s: return signed_a <= signed_b;
    case Op::order_s: return number(signed_a - signed_b);
    case Op::order_u: return a - b;
    case Op::order_lt: return ir::order_is_less(a);
    case Op::order_gt: return ir::order_is_greater(a);
    case Op::order_eq: return ir::order_is_equal(a);
    case Op::order_pack: return ir::pack_order(a != 0, b != 0, c != 0);
    default: return std::nullopt;
    }
}

} // namespace vestige::opt
