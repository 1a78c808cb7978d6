// Words of the instructions that the tests of the PowerPC system side are written in.
#pragma once

#include <cstdint>

namespace vestige::ppc::test {

using Word = std::uint32_t;

constexpr Word d_form(unsigned opcode, unsigned d, unsigned a, int immediate) {
    return opcode << 26 | d << 21 | a << 16 | (static_cast<Word>(immediate) & 0xffff);
}
constexpr Word x_form(unsigned extended, unsigned d, unsigned a, unsigned b) {
    return 31u << 26 | d << 21 | a << 16 | b << 11 | extended << 1;
}

constexpr Word nop = 0x60000000;
constexpr Word b(int displacement) {
    return 18u << 26 | (static_cast<Word>(displacement) & 0x3fffffc);
}
constexpr Word here = b(0); // an endless loop: what waits at every vector
constexpr Word bc(unsigned bo, unsigned bi, int displacement) {
    return 16u << 26 | bo << 21 | bi << 16 | (static_cast<Word>(displacement) & 0xfffc);
}
constexpr Word bdnz(int displacement) { return bc(16, 0, displacement); }
constexpr Word beq(int displacement) { return bc(12, 2, displacement); }
constexpr Word bne(int displacement) { return bc(4, 2, displacement); }
constexpr Word blr = 0x4e800020;
constexpr Word bctr = 0x4e800420;
constexpr Word addi(unsigned d, unsigned a, int i) { return d_form(14, d, a, i); }
constexpr Word li(unsigned d, int i) { return addi(d, 0, i); }
constexpr Word lis(unsigned d, int i) { return d_form(15, d, 0, i); }
constexpr Word ori(unsigned a, unsigned s, unsigned i) {
    return d_form(24, s, a, static_cast<int>(i));
}
constexpr Word lwz(unsigned d, int i, unsigned a) { return d_form(32, d, a, i); }
constexpr Word lwzu(unsigned d, int i, unsigned a) { return d_form(33, d, a, i); }
constexpr Word lbz(unsigned d, int i, unsigned a) { return d_form(34, d, a, i); }
constexpr Word stw(unsigned s, int i, unsigned a) { return d_form(36, s, a, i); }
constexpr Word stb(unsigned s, int i, unsigned a) { return d_form(38, s, a, i); }
constexpr Word lmw(unsigned d, int i, unsigned a) { return d_form(46, d, a, i); }
constexpr Word stmw(unsigned s, int i, unsigned a) { return d_form(47, s, a, i); }
constexpr Word lfd(unsigned d, int i, unsigned a) { return d_form(50, d, a, i); }
constexpr Word lwarx(unsigned d, unsigned a, unsigned b) { return x_form(20, d, a, b); }
constexpr Word stwcx(unsigned s, unsigned a, unsigned b) { return x_form(150, s, a, b) | 1; }
constexpr Word stswx(unsigned s, unsigned a, unsigned b) { return x_form(661, s, a, b); }
constexpr Word stfdx(unsigned s, unsigned a, unsigned b) { return x_form(727, s, a, b); }
constexpr Word eciwx(unsigned d, unsigned a, unsigned b) { return x_form(310, d, a, b); }
constexpr Word dcbz(unsigned a, unsigned b) { return x_form(1014, 0, a, b); }
constexpr Word icbi(unsigned a, unsigned b) { return x_form(982, 0, a, b); }
constexpr Word isync = 19u << 26 | 150u << 1;
constexpr Word synchronise = x_form(598, 0, 0, 0);
constexpr Word sc = 17u << 26 | 2;
constexpr Word rfi = 19u << 26 | 50u << 1;
constexpr Word tw(unsigned to, unsigned a, unsigned b) { return x_form(4, to, a, b); }
constexpr Word mtmsr(unsigned s) { return x_form(146, s, 0, 0); }
constexpr Word mfmsr(unsigned d) { return x_form(83, d, 0, 0); }
constexpr Word split(unsigned number) { return (number & 31) << 16 | (number >> 5) << 11; }
constexpr Word mfspr(unsigned d, unsigned number) { return x_form(339, d, 0, 0) | split(number); }
constexpr Word mtspr(unsigned number, unsigned s) { return x_form(467, s, 0, 0) | split(number); }
constexpr Word mftb(unsigned d, unsigned number = 268) {
    return x_form(371, d, 0, 0) | split(number);
}
constexpr Word mtsr(unsigned sr, unsigned s) { return x_form(210, s, sr, 0); }
constexpr Word mfsr(unsigned d, unsigned sr) { return x_form(595, d, sr, 0); }
constexpr Word mtsrin(unsigned s, unsigned b) { return x_form(242, s, 0, b); }
constexpr Word mfsrin(unsigned d, unsigned b) { return x_form(659, d, 0, b); }
constexpr Word tlbie(unsigned b) { return x_form(306, 0, 0, b); }
constexpr Word tlbld(unsigned b) { return x_form(978, 0, 0, b); }
constexpr Word tlbli(unsigned b) { return x_form(1010, 0, 0, b); }
constexpr Word mfcr(unsigned d) { return x_form(19, d, 0, 0); }
constexpr Word mtcrf(unsigned s) { return x_form(144, s, 0, 0) | 0xffu << 12; }
constexpr Word cmpw(unsigned a, unsigned b) { return x_form(0, 0, a, b); }
constexpr Word cmpwi(unsigned a, int i) { return d_form(11, 0, a, i); }
constexpr Word mtfsb1(unsigned bit) { return 63u << 26 | bit << 21 | 38u << 1; }
constexpr Word fadd(unsigned d, unsigned a, unsigned b) {
    return 63u << 26 | d << 21 | a << 16 | b << 11 | 21u << 1;
}
constexpr Word vor(unsigned d, unsigned a, unsigned b) {
    return 4u << 26 | d << 21 | a << 16 | b << 11 | 1156u;
}
constexpr Word illegal = 0x00000000;

} // namespace vestige::ppc::test
