// Values and integer arithmetic.
#include <bit>
#include <limits>
#include <type_traits>

#include "backend/interp/preparer.h"
#include "common/assertion.h"
#include "common/bits.h"
#include "common/endian.h"
#include "translator/ir/semantics.h"

namespace vestige::interp {

using ir::Instruction;
using ir::Type;
using ir::Value;

namespace {

template <class T> using Signed = std::make_signed_t<T>;
template <class T> inline constexpr unsigned width_of = 8 * sizeof(T);

template <class T> T from(std::uint64_t value) { return static_cast<T>(value); }

// ---- what the ops compute, for an unsigned T of their width

struct Add {
    template <class T> static T apply(T a, T b) { return static_cast<T>(a + b); }
};
struct Sub {
    template <class T> static T apply(T a, T b) { return static_cast<T>(a - b); }
};
struct Mul { // in 64 bits: a product of 16-bit numbers would overflow int
    template <class T> static T apply(T a, T b) {
        return static_cast<T>(std::uint64_t{a} * std::uint64_t{b});
    }
};
struct MulHighU {
    template <class T> static T apply(T a, T b) {
        return static_cast<T>(static_cast<unsigned __int128>(a) * b >> width_of<T>);
    }
};
struct MulHighS {
    template <class T> static T apply(T a, T b) {
        return static_cast<T>(static_cast<__int128>(static_cast<Signed<T>>(a)) *
                                  static_cast<Signed<T>>(b) >>
                              width_of<T>);
    }
};
struct DivU {
    template <class T> static T apply(T a, T b) { return b == 0 ? T{0} : static_cast<T>(a / b); }
};
struct DivS {
    template <class T> static T apply(T a, T b) {
        if (b == 0) return 0;
        if (b == static_cast<T>(~T{0})) return static_cast<T>(T{0} - a); // minimum by -1 too
        return static_cast<T>(static_cast<Signed<T>>(a) / static_cast<Signed<T>>(b));
    }
};
struct And {
    template <class T> static T apply(T a, T b) { return a & b; }
};
struct Or {
    template <class T> static T apply(T a, T b) { return a | b; }
};
struct Xor {
    template <class T> static T apply(T a, T b) { return a ^ b; }
};
struct AndNot {
    template <class T> static T apply(T a, T b) { return static_cast<T>(a & ~b); }
};
struct Shl {
    template <class T> static T apply(T a, T n) {
        return static_cast<T>(std::uint64_t{a} << n % width_of<T>);
    }
};
struct Shr {
    template <class T> static T apply(T a, T n) { return static_cast<T>(a >> n % width_of<T>); }
};
struct Sar {
    template <class T> static T apply(T a, T n) {
        return static_cast<T>(static_cast<Signed<T>>(a) >> n % width_of<T>);
    }
};
struct Rotl {
    template <class T> static T apply(T a, T n) {
        return std::rotl(a, static_cast<int>(n % width_of<T>));
    }
};
struct Not {
    template <class T> static T apply(T a) { return static_cast<T>(~a); }
};
struct Neg {
    template <class T> static T apply(T a) { return static_cast<T>(T{0} - a); }
};
struct Clz {
    template <class T> static T apply(T a) { return static_cast<T>(std::countl_zero(a)); }
};
struct ByteSwap {
    template <class T> static T apply(T a) { return byte_swap(a); }
};
struct CmpEq {
    template <class T> static bool apply(T a, T b) { return a == b; }
};
struct CmpNe {
    template <class T> static bool apply(T a, T b) { return a != b; }
};
struct CmpLtU {
    template <class T> static bool apply(T a, T b) { return a < b; }
};
struct CmpLeU {
    template <class T> static bool apply(T a, T b) { return a <= b; }
};
struct CmpLtS {
    template <class T> static bool apply(T a, T b) {
        return static_cast<Signed<T>>(a) < static_cast<Signed<T>>(b);
    }
};
struct CmpLeS {
    template <class T> static bool apply(T a, T b) {
        return static_cast<Signed<T>>(a) <= static_cast<Signed<T>>(b);
    }
};
struct AddCarry {
    template <class T> static T apply(T a, T b, bool c) { return static_cast<T>(a + b + c); }
};
struct CarryOut {
    template <class T> static bool apply(T a, T b, bool c) {
        return (static_cast<unsigned __int128>(a) + b + c) >> width_of<T> != 0;
    }
};
struct AddOverflow { // both addends of one sign, the sum of the other
    template <class T> static bool apply(T a, T b, bool c) {
        const T sum = static_cast<T>(a + b + c);
        return static_cast<T>((sum ^ a) & (sum ^ b)) >> (width_of<T> - 1) != 0;
    }
};

// ---- steps

template <class Operation, class T>
const Step* step_unary(const Step* step, Registers registers, Frame&) {
    registers[step->result] = Operation::template apply<T>(from<T>(registers[step->a]));
    return step + 1;
}
template <class Operation, class T>
const Step* step_binary(const Step* step, Registers registers, Frame&) {
    registers[step->result] =
        Operation::template apply<T>(from<T>(registers[step->a]), from<T>(registers[step->b]));
    return step + 1;
}
template <class Operation, class T>
const Step* step_with_carry(const Step* step, Registers registers, Frame&) {
    registers[step->result] = Operation::template apply<T>(
        from<T>(registers[step->a]), from<T>(registers[step->b]), registers[step->c] != 0);
    return step + 1;
}

template <class Operation>
constexpr WidthHandlers unary{
    step_unary<Operation, std::uint8_t>, step_unary<Operation, std::uint16_t>,
    step_unary<Operation, std::uint32_t>, step_unary<Operation, std::uint64_t>};
template <class Operation>
constexpr WidthHandlers binary{
    step_binary<Operation, std::uint8_t>, step_binary<Operation, std::uint16_t>,
    step_binary<Operation, std::uint32_t>, step_binary<Operation, std::uint64_t>};
template <class Operation>
constexpr WidthHandlers with_carry{
    step_with_carry<Operation, std::uint8_t>, step_with_carry<Operation, std::uint16_t>,
    step_with_carry<Operation, std::uint32_t>, step_with_carry<Operation, std::uint64_t>};

const Step* step_copy(const Step* step, Registers registers, Frame&) {
    registers[step->result] = registers[step->a];
    return step + 1;
}
const Step* step_copy_wide(const Step* step, Registers registers, Frame&) {
    registers[step->result] = registers[step->a];
    registers[step->result + 1] = registers[step->a + 1];
    return step + 1;
}
const Step* step_select(const Step* step, Registers registers, Frame&) {
    registers[step->result] = registers[registers[step->a] ? step->b : step->c];
    return step + 1;
}
const Step* step_select_wide(const Step* step, Registers registers, Frame&) {
    const std::uint32_t chosen = registers[step->a] ? step->b : step->c;
    registers[step->result] = registers[chosen];
    registers[step->result + 1] = registers[chosen + 1];
    return step + 1;
}
const Step* step_not_i1(const Step* step, Registers registers, Frame&) {
    registers[step->result] = registers[step->a] ^ 1;
    return step + 1;
}
// imm: bits that stay.
const Step* step_mask(const Step* step, Registers registers, Frame&) {
    registers[step->result] = registers[step->a] & step->imm;
    return step + 1;
}
// imm: bits that stay; b: width of the source.
const Step* step_sign_extend(const Step* step, Registers registers, Frame&) {
    registers[step->result] =
        static_cast<std::uint64_t>(sign_extend(registers[step->a], step->b)) & step->imm;
    return step + 1;
}
const Step* step_order_s(const Step* step, Registers registers, Frame&) {
    registers[step->result] = static_cast<std::uint64_t>(sign_extend(registers[step->a], 32)) -
                              static_cast<std::uint64_t>(sign_extend(registers[step->b], 32));
    return step + 1;
}
const Step* step_order_u(const Step* step, Registers registers, Frame&) {
    registers[step->result] = registers[step->a] - registers[step->b];
    return step + 1;
}
const Step* step_order_lt(const Step* step, Registers registers, Frame&) {
    registers[step->result] = ir::order_is_less(registers[step->a]);
    return step + 1;
}
const Step* step_order_gt(const Step* step, Registers registers, Frame&) {
    registers[step->result] = ir::order_is_greater(registers[step->a]);
    return step + 1;
}
const Step* step_order_eq(const Step* step, Registers registers, Frame&) {
    registers[step->result] = ir::order_is_equal(registers[step->a]);
    return step + 1;
}
const Step* step_order_pack(const Step* step, Registers registers, Frame&) {
    registers[step->result] =
        ir::pack_order(registers[step->a], registers[step->b], registers[step->c]);
    return step + 1;
}

std::uint64_t mask_of(Type type) { return ~std::uint64_t{0} >> (64 - ir::info(type).bits); }

} // namespace

// A constant is in its register from the start.
void prepare_constant(Preparer&, const Instruction&, Value) {}

void prepare_parameter(Preparer&, const Instruction&, Value) {
    VESTIGE_UNREACHABLE("a parameter is not in a block's body");
}

void prepare_copy(Preparer& p, const Instruction& op, Value value) {
    p.emit(words(op.type) == 2 ? step_copy_wide : step_copy, value);
}
void prepare_select(Preparer& p, const Instruction& op, Value value) {
    p.emit(words(op.type) == 2 ? step_select_wide : step_select, value);
}
void prepare_not_(Preparer& p, const Instruction& op, Value value) {
    p.emit(op.type == Type::i1 ? step_not_i1 : unary<Not>.pick(op.type), value);
}

// Handlers by the width of the first argument.
#define BY_WIDTH(name, handlers)                                                                   \
    void prepare_##name(Preparer& p, const Instruction& op, Value value) {                         \
        p.emit((handlers).pick(p.type(op.arguments[0])), value);                                   \
    }
BY_WIDTH(add, binary<Add>)
BY_WIDTH(sub, binary<Sub>)
BY_WIDTH(mul, binary<Mul>)
BY_WIDTH(mul_high_u, binary<MulHighU>)
BY_WIDTH(mul_high_s, binary<MulHighS>)
BY_WIDTH(div_u, binary<DivU>)
BY_WIDTH(div_s, binary<DivS>)
BY_WIDTH(and_, binary<And>)
BY_WIDTH(or_, binary<Or>)
BY_WIDTH(xor_, binary<Xor>)
BY_WIDTH(and_not, binary<AndNot>)
BY_WIDTH(neg, unary<Neg>)
BY_WIDTH(shl, binary<Shl>)
BY_WIDTH(shr, binary<Shr>)
BY_WIDTH(sar, binary<Sar>)
BY_WIDTH(rotl, binary<Rotl>)
BY_WIDTH(clz, unary<Clz>)
BY_WIDTH(byte_swap, unary<ByteSwap>)
BY_WIDTH(carry_out, with_carry<CarryOut>)
BY_WIDTH(add_overflow, with_carry<AddOverflow>)
BY_WIDTH(add_carry, with_carry<AddCarry>)
BY_WIDTH(cmp_eq, binary<CmpEq>)
BY_WIDTH(cmp_ne, binary<CmpNe>)
BY_WIDTH(cmp_lt_u, binary<CmpLtU>)
BY_WIDTH(cmp_le_u, binary<CmpLeU>)
BY_WIDTH(cmp_lt_s, binary<CmpLtS>)
BY_WIDTH(cmp_le_s, binary<CmpLeS>)
#undef BY_WIDTH

void prepare_zext(Preparer& p, const Instruction&, Value value) { p.emit(step_copy, value); }
void prepare_bitcast(Preparer& p, const Instruction&, Value value) { p.emit(step_copy, value); }
void prepare_trunc(Preparer& p, const Instruction& op, Value value) {
    p.emit(step_mask, value).imm = mask_of(op.type);
}
void prepare_sext(Preparer& p, const Instruction& op, Value value) {
    Step& step = p.emit(step_sign_extend, value);
    step.b = ir::info(p.type(op.arguments[0])).bits;
    step.imm = mask_of(op.type);
}

#define ONE_HANDLER(name)                                                                          \
    void prepare_##name(Preparer& p, const Instruction&, Value value) {                            \
        p.emit(step_##name, value);                                                                \
    }
ONE_HANDLER(order_s)
ONE_HANDLER(order_u)
ONE_HANDLER(order_lt)
ONE_HANDLER(order_gt)
ONE_HANDLER(order_eq)
ONE_HANDLER(order_pack)
#undef ONE_HANDLER

} // namespace vestige::interp
