// Words of the SPARC instructions that tests are written in.
#pragma once

#include <cstdint>

namespace vestige::sparc::test {

using Word = std::uint32_t;

// Registers by their names in a window.
constexpr unsigned g(unsigned n) { return n; }
constexpr unsigned o(unsigned n) { return 8 + n; }
constexpr unsigned l(unsigned n) { return 16 + n; }
constexpr unsigned i(unsigned n) { return 24 + n; }

// The second operand: a register or an immediate.
struct Operand {
    Word bits;
};
constexpr Operand imm(int value) { return {1u << 13 | (static_cast<Word>(value) & 0x1fff)}; }
constexpr Operand r(unsigned n) { return {n}; }

constexpr Word format3(unsigned op, unsigned op3, unsigned rd, unsigned rs1, Operand second) {
    return op << 30 | rd << 25 | op3 << 19 | rs1 << 14 | second.bits;
}
constexpr Word arith(unsigned op3, unsigned rs1, Operand second, unsigned rd) {
    return format3(2, op3, rd, rs1, second);
}
// Operands in the order of the assembler: sources, then where to.
#define VESTIGE_ARITH(name, op3)                                                                   \
    constexpr Word name(unsigned rs1, Operand second, unsigned rd) {                               \
        return arith(op3, rs1, second, rd);                                                        \
    }                                                                                              \
    constexpr Word name(unsigned rs1, int second, unsigned rd) {                                   \
        return arith(op3, rs1, imm(second), rd);                                                   \
    }
VESTIGE_ARITH(add, 0x00)
VESTIGE_ARITH(and_, 0x01)
VESTIGE_ARITH(or_, 0x02)
VESTIGE_ARITH(xor_, 0x03)
VESTIGE_ARITH(sub, 0x04)
VESTIGE_ARITH(andn, 0x05)
VESTIGE_ARITH(orn, 0x06)
VESTIGE_ARITH(xnor, 0x07)
VESTIGE_ARITH(addx, 0x08)
VESTIGE_ARITH(umul, 0x0a)
VESTIGE_ARITH(smul, 0x0b)
VESTIGE_ARITH(subx, 0x0c)
VESTIGE_ARITH(udiv, 0x0e)
VESTIGE_ARITH(sdiv, 0x0f)
VESTIGE_ARITH(addcc, 0x10)
VESTIGE_ARITH(andcc, 0x11)
VESTIGE_ARITH(orcc, 0x12)
VESTIGE_ARITH(subcc, 0x14)
VESTIGE_ARITH(addxcc, 0x18)
VESTIGE_ARITH(umulcc, 0x1a)
VESTIGE_ARITH(smulcc, 0x1b)
VESTIGE_ARITH(subxcc, 0x1c)
VESTIGE_ARITH(udivcc, 0x1e)
VESTIGE_ARITH(sdivcc, 0x1f)
VESTIGE_ARITH(taddcc, 0x20)
VESTIGE_ARITH(tsubcc, 0x21)
VESTIGE_ARITH(taddcctv, 0x22)
VESTIGE_ARITH(tsubcctv, 0x23)
VESTIGE_ARITH(mulscc, 0x24)
VESTIGE_ARITH(sll, 0x25)
VESTIGE_ARITH(srl, 0x26)
VESTIGE_ARITH(sra, 0x27)
VESTIGE_ARITH(save, 0x3c)
VESTIGE_ARITH(restore, 0x3d)
VESTIGE_ARITH(jmpl, 0x38)
#undef VESTIGE_ARITH

constexpr Word sethi(Word value, unsigned rd) { return rd << 25 | 4u << 22 | value >> 10; }
constexpr Word nop = sethi(0, 0);
constexpr Word mov(int value, unsigned rd) { return or_(0, value, rd); }
constexpr Word mov_reg(unsigned from, unsigned rd) { return or_(0, r(from), rd); }
constexpr Word cmp(unsigned rs1, int second) { return subcc(rs1, second, 0); }
constexpr Word cmp_reg(unsigned rs1, unsigned rs2) { return subcc(rs1, r(rs2), 0); }

// ---- state registers
constexpr Word rdy(unsigned rd) { return arith(0x28, 0, r(0), rd); }
constexpr Word rdasr(unsigned n, unsigned rd) { return arith(0x28, n, r(0), rd); }
constexpr Word rdpsr(unsigned rd) { return arith(0x29, 0, r(0), rd); }
constexpr Word rdwim(unsigned rd) { return arith(0x2a, 0, r(0), rd); }
constexpr Word rdtbr(unsigned rd) { return arith(0x2b, 0, r(0), rd); }
constexpr Word wry(unsigned rs1, int x) { return arith(0x30, rs1, imm(x), 0); }
constexpr Word wrasr(unsigned rs1, int x, unsigned n) { return arith(0x30, rs1, imm(x), n); }
constexpr Word wrpsr(unsigned rs1, int x) { return arith(0x31, rs1, imm(x), 0); }
constexpr Word wrwim(unsigned rs1, int x) { return arith(0x32, rs1, imm(x), 0); }
constexpr Word wrtbr(unsigned rs1, int x) { return arith(0x33, rs1, imm(x), 0); }

// ---- control transfers: displacements in bytes from the transfer itself
enum Condition : unsigned {
    never,
    eq,
    le,
    lt,
    leu,
    cs,
    neg,
    vs,
    always,
    ne,
    gt,
    ge,
    gtu,
    cc,
    pos,
    vc
};
constexpr Word branch(unsigned condition, int displacement) {
    return condition << 25 | 2u << 22 | (static_cast<Word>(displacement) >> 2 & 0x3fffff);
}
constexpr Word branch_a(unsigned condition, int displacement) {
    return 1u << 29 | branch(condition, displacement);
}
constexpr Word here = branch(always, 0); // with a nop behind it: what waits at every vector
constexpr Word call(int displacement) {
    return 1u << 30 | (static_cast<Word>(displacement) >> 2 & 0x3fffffff);
}
constexpr Word retl = jmpl(o(7), 8, 0);
constexpr Word ret = jmpl(i(7), 8, 0);
constexpr Word rett(unsigned rs1, int x) { return arith(0x39, rs1, imm(x), 0); }
constexpr Word ticc(unsigned condition, int number) {
    return arith(0x3a, 0, imm(number), condition);
}
constexpr Word unimp = 0;
constexpr Word flush(unsigned rs1, int x) { return arith(0x3b, rs1, imm(x), 0); }

// ---- memory: address register and displacement
constexpr Word memory(unsigned op3, unsigned rd, unsigned rs1, int x) {
    return format3(3, op3, rd, rs1, imm(x));
}
constexpr Word ld(unsigned rs1, int x, unsigned rd) { return memory(0x00, rd, rs1, x); }
constexpr Word ldub(unsigned rs1, int x, unsigned rd) { return memory(0x01, rd, rs1, x); }
constexpr Word lduh(unsigned rs1, int x, unsigned rd) { return memory(0x02, rd, rs1, x); }
constexpr Word ldd(unsigned rs1, int x, unsigned rd) { return memory(0x03, rd, rs1, x); }
constexpr Word ldsb(unsigned rs1, int x, unsigned rd) { return memory(0x09, rd, rs1, x); }
constexpr Word ldsh(unsigned rs1, int x, unsigned rd) { return memory(0x0a, rd, rs1, x); }
constexpr Word ldstub(unsigned rs1, int x, unsigned rd) { return memory(0x0d, rd, rs1, x); }
constexpr Word swap(unsigned rs1, int x, unsigned rd) { return memory(0x0f, rd, rs1, x); }
constexpr Word st(unsigned rd, unsigned rs1, int x) { return memory(0x04, rd, rs1, x); }
constexpr Word stb(unsigned rd, unsigned rs1, int x) { return memory(0x05, rd, rs1, x); }
constexpr Word sth(unsigned rd, unsigned rs1, int x) { return memory(0x06, rd, rs1, x); }
constexpr Word std_(unsigned rd, unsigned rs1, int x) { return memory(0x07, rd, rs1, x); }
constexpr Word alternate(unsigned op3, unsigned rd, unsigned rs1, unsigned rs2, unsigned asi) {
    return format3(3, op3, rd, rs1, {asi << 5 | rs2});
}
constexpr Word lda(unsigned rs1, unsigned rs2, unsigned asi, unsigned rd) {
    return alternate(0x10, rd, rs1, rs2, asi);
}
constexpr Word sta(unsigned rd, unsigned rs1, unsigned rs2, unsigned asi) {
    return alternate(0x14, rd, rs1, rs2, asi);
}
constexpr Word casa(unsigned rs1, unsigned rs2, unsigned asi, unsigned rd) {
    return alternate(0x3c, rd, rs1, rs2, asi);
}

// ---- floating point: registers by their numbers
constexpr Word fpop(unsigned op3, unsigned opf, unsigned rs1, unsigned rs2, unsigned rd) {
    return 2u << 30 | rd << 25 | op3 << 19 | rs1 << 14 | opf << 5 | rs2;
}
#define VESTIGE_FPOP(name, op3, opf)                                                               \
    constexpr Word name(unsigned rs1, unsigned rs2, unsigned rd) {                                 \
        return fpop(op3, opf, rs1, rs2, rd);                                                       \
    }
#define VESTIGE_FPOP_OF_ONE(name, opf)                                                             \
    constexpr Word name(unsigned rs2, unsigned rd) { return fpop(0x34, opf, 0, rs2, rd); }
#define VESTIGE_FCMP(name, opf)                                                                    \
    constexpr Word name(unsigned rs1, unsigned rs2) { return fpop(0x35, opf, rs1, rs2, 0); }
VESTIGE_FPOP(fadds, 0x34, 0x41)
VESTIGE_FPOP(faddd, 0x34, 0x42)
VESTIGE_FPOP(faddq, 0x34, 0x43)
VESTIGE_FPOP(fsubs, 0x34, 0x45)
VESTIGE_FPOP(fsubd, 0x34, 0x46)
VESTIGE_FPOP(fmuls, 0x34, 0x49)
VESTIGE_FPOP(fmuld, 0x34, 0x4a)
VESTIGE_FPOP(fsmuld, 0x34, 0x69)
VESTIGE_FPOP(fdivs, 0x34, 0x4d)
VESTIGE_FPOP(fdivd, 0x34, 0x4e)
VESTIGE_FPOP_OF_ONE(fmovs, 0x01)
VESTIGE_FPOP_OF_ONE(fnegs, 0x05)
VESTIGE_FPOP_OF_ONE(fabss, 0x09)
VESTIGE_FPOP_OF_ONE(fsqrts, 0x29)
VESTIGE_FPOP_OF_ONE(fsqrtd, 0x2a)
VESTIGE_FPOP_OF_ONE(fitos, 0xc4)
VESTIGE_FPOP_OF_ONE(fdtos, 0xc6)
VESTIGE_FPOP_OF_ONE(fitod, 0xc8)
VESTIGE_FPOP_OF_ONE(fstod, 0xc9)
VESTIGE_FPOP_OF_ONE(fstoi, 0xd1)
VESTIGE_FPOP_OF_ONE(fdtoi, 0xd2)
VESTIGE_FCMP(fcmps, 0x51)
VESTIGE_FCMP(fcmpd, 0x52)
VESTIGE_FCMP(fcmpes, 0x55)
VESTIGE_FCMP(fcmped, 0x56)
#undef VESTIGE_FPOP
#undef VESTIGE_FPOP_OF_ONE
#undef VESTIGE_FCMP

constexpr Word ldf(unsigned rs1, int x, unsigned rd) { return memory(0x20, rd, rs1, x); }
constexpr Word ldfsr(unsigned rs1, int x) { return memory(0x21, 0, rs1, x); }
constexpr Word lddf(unsigned rs1, int x, unsigned rd) { return memory(0x23, rd, rs1, x); }
constexpr Word stf(unsigned rd, unsigned rs1, int x) { return memory(0x24, rd, rs1, x); }
constexpr Word stfsr(unsigned rs1, int x) { return memory(0x25, 0, rs1, x); }
constexpr Word stdfq(unsigned rs1, int x) { return memory(0x26, 0, rs1, x); }
constexpr Word stdf(unsigned rd, unsigned rs1, int x) { return memory(0x27, rd, rs1, x); }
// The conditions of V8 B.22 by their numbers.
constexpr Word fbranch(unsigned condition, int displacement) {
    return branch(condition, displacement) | 1u << 24;
}

} // namespace vestige::sparc::test
