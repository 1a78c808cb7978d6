// Integer instructions with their flags (V8 appendix B), against what the manual's formulas say.
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "tests/unit/sparc_rig.h"

using namespace vestige;
using namespace vestige::sparc;
using namespace vestige::sparc::test;

namespace {

constexpr std::uint32_t edges[] = {0,          1,          2,          3,          0x7ffffffe,
                                   0x7fffffff, 0x80000000, 0x80000001, 0xfffffffe, 0xffffffff,
                                   0x12345678, 0xedcba988, 0x0000ffff, 0x00008000};

struct Outcome {
    std::uint32_t result;
    Icc icc;
};

using Formula = Outcome (*)(std::uint32_t a, std::uint32_t b, bool c);

bool negative(std::uint32_t value) { return value >> 31 != 0; }

Outcome sum(std::uint32_t a, std::uint32_t b, bool c) {
    const std::uint64_t wide = std::uint64_t{a} + b + c;
    const auto r = static_cast<std::uint32_t>(wide);
    return {r, {negative(r), r == 0, negative((a ^ r) & (b ^ r)), wide >> 32 != 0}};
}
Outcome difference(std::uint32_t a, std::uint32_t b, bool c) {
    const std::uint64_t wide = std::uint64_t{a} - b - c;
    const auto r = static_cast<std::uint32_t>(wide);
    return {r, {negative(r), r == 0, negative((a ^ b) & (a ^ r)), wide >> 63 != 0}};
}
Outcome tagged(Outcome plain, std::uint32_t a, std::uint32_t b) {
    plain.icc.v = plain.icc.v || ((a | b) & 3) != 0;
    return plain;
}
Outcome logical(std::uint32_t r) { return {r, {negative(r), r == 0, false, false}}; }

struct Row {
    const char* name;
    Word (*word)(unsigned rs1, Operand second, unsigned rd);
    Formula formula;
};

const Row rows[] = {
    {"addcc", addcc, [](auto a, auto b, bool) { return sum(a, b, false); }},
    {"addxcc", addxcc, sum},
    {"subcc", subcc, [](auto a, auto b, bool) { return difference(a, b, false); }},
    {"subxcc", subxcc, difference},
    {"taddcc", taddcc, [](auto a, auto b, bool) { return tagged(sum(a, b, false), a, b); }},
    {"tsubcc", tsubcc, [](auto a, auto b, bool) { return tagged(difference(a, b, false), a, b); }},
    {"andcc", andcc, [](auto a, auto b, bool) { return logical(a & b); }},
    {"orcc", orcc, [](auto a, auto b, bool) { return logical(a | b); }},
    {"umulcc", umulcc, [](auto a, auto b, bool) { return logical(a * b); }},
    {"smulcc", smulcc, [](auto a, auto b, bool) { return logical(a * b); }},
};

// g1 and g2 are the operands; what comes of them is in g3, and the flags, as branches see them in
// the same unit, in g4: a bit a condition.
void check_row(const Row& row, std::uint32_t a, Operand second, std::uint32_t b, bool carry) {
    Rig rig;
    std::vector<Word> words = {row.word(g(1), second, g(3)), mov(0, g(4)), mov(1, g(5))};
    for (unsigned condition = 0; condition < 16; ++condition)
        words.insert(words.end(),
                     {branch_a(condition, 8), or_(g(4), r(g(5)), g(4)), sll(g(5), 1, g(5))});
    words.insert(words.end(), {here, nop});
    rig.program(words);
    rig.set_reg(g(1), a);
    rig.set_reg(g(2), b);
    rig.set([&](State& state) { state.icc_c = carry; });
    rig.run(70);
    const Outcome expected = row.formula(a, b, carry);
    INFO(fmt::format("{} {:08x} {:08x} carry {}", row.name, a, b, carry));
    CHECK(fmt::format("{:08x}", rig.reg(g(3))) == fmt::format("{:08x}", expected.result));
    const Icc icc = icc_of(rig.state());
    CHECK(icc == expected.icc);
    const bool n = icc.n, z = icc.z, v = icc.v, c = icc.c;
    const bool holds[8] = {false, z, z || n != v, n != v, c || z, c, n, v};
    for (unsigned condition = 0; condition < 16; ++condition) {
        if (condition == 8) continue; // ba,a annuls
        CAPTURE(condition);
        CHECK((rig.reg(g(4)) >> condition & 1) == (holds[condition & 7] != (condition >= 8)));
    }
}

} // namespace

TEST_CASE("sparc: flags of the instructions that set them") {
    for (const Row& row : rows)
        for (const std::uint32_t a : edges)
            for (const std::uint32_t b : {edges[(a ^ a >> 3) % 14], edges[(a + 5) % 14], a}) {
                check_row(row, a, r(g(2)), b, (a & 1) != 0);
            }
}

TEST_CASE("sparc: flags with immediates") {
    for (const Row& row : rows)
        for (const std::uint32_t a : {0u, 1u, 0x7fffffffu, 0x80000000u, 0xfffff000u, 0xffffffffu})
            for (const int b : {0, 1, -1, 4095, -4096})
                check_row(row, a, imm(b), static_cast<std::uint32_t>(b), false);
}

TEST_CASE("sparc: tagged arithmetic traps before it changes anything") {
    Rig rig;
    rig.program(
        {mov(8, g(1)), cmp(g(0), 1), taddcctv(g(1), 4, g(1)), tsubcctv(g(1), 2, g(1)), here, nop});
    rig.run(4);
    CHECK(rig.reg(g(1)) == 12);
    rig.expect_trap(tt::tag_overflow, at(3), at(4));
    CHECK(rig.icc() == "");
}

TEST_CASE("sparc: products and Y") {
    for (const std::uint32_t a : edges)
        for (const std::uint32_t b : {edges[a % 14], 0xffffffffu}) {
            Rig rig;
            rig.program({umul(g(1), r(g(2)), g(3)), rdy(g(4)), smul(g(1), r(g(2)), g(5)), rdy(g(6)),
                         here, nop});
            rig.set_reg(g(1), a);
            rig.set_reg(g(2), b);
            rig.run(4);
            const std::uint64_t product = std::uint64_t{a} * b;
            const auto signed_product = static_cast<std::uint64_t>(
                std::int64_t{static_cast<std::int32_t>(a)} * static_cast<std::int32_t>(b));
            CHECK(rig.reg(g(3)) == static_cast<std::uint32_t>(product));
            CHECK(rig.reg(g(4)) == product >> 32);
            CHECK(rig.reg(g(6)) == signed_product >> 32);
        }
}

TEST_CASE("sparc: quotients of Y and rs1") {
    struct Row {
        std::uint32_t y, low, divisor, quotient;
        const char* icc;
        bool is_signed;
    };
    const Row cases[] = {
        {0, 100, 7, 14, "", false},
        {1, 0, 2, 0x80000000, "N", false},
        {2, 0, 2, 0xffffffff, "NV", false},
        {0xffffffff, 0xffffffff, 1, 0xffffffff, "NV", false},
        {0, 3, 4, 0, "Z", false},
        {0, 100, 0xfffffff9, 0xfffffff2, "N", true},         // 100 / -7
        {0xffffffff, 0xffffff9c, 7, 0xfffffff2, "N", true},  // -100 / 7
        {0, 0x80000000, 1, 0x7fffffff, "V", true},           // 2^31
        {0xffffffff, 0x80000000, 1, 0x80000000, "N", true},  // -2^31
        {0xffffffff, 0x7fffffff, 1, 0x80000000, "NV", true}, // -2^31 - 1
        {0x80000000, 0, 0xffffffff, 0x7fffffff, "V", true},  // 2^63
        {0x80000000, 0, 1, 0x80000000, "NV", true},
        {0xffffffff, 0x80000000, 0xffffffff, 0x7fffffff, "V", true}, // 2^31
    };
    for (const Row& row : cases) {
        CAPTURE(row.y, row.low, row.divisor);
        Rig rig;
        rig.program({row.is_signed ? sdivcc(g(1), r(g(2)), g(3)) : udivcc(g(1), r(g(2)), g(3)), nop,
                     row.is_signed ? sdiv(g(1), r(g(2)), g(4)) : udiv(g(1), r(g(2)), g(4)), here,
                     nop});
        rig.set_reg(g(1), row.low);
        rig.set_reg(g(2), row.divisor);
        rig.set([&](State& state) { state.y = row.y; });
        rig.run(3);
        CHECK(rig.reg(g(3)) == row.quotient);
        CHECK(rig.reg(g(4)) == row.quotient);
        CHECK(rig.icc() == row.icc);
    }
    Rig zero;
    zero.program({mov(1, g(3)), sdiv(g(1), r(g(2)), g(3)), here, nop});
    zero.run(2);
    zero.expect_trap(tt::division_by_zero, at(1), at(2));
}

TEST_CASE("sparc: 32 steps make a product") {
    for (const auto& [a, b] : {std::pair{123456u, 7890u}, {0xffffu, 0xffffu}, {5u, 0u}}) {
        Rig rig;
        std::vector<Word> words = {wry(g(1), 0), andcc(g(0), 0, g(3))};
        words.insert(words.end(), 32, mulscc(g(3), r(g(2)), g(3)));
        words.insert(words.end(), {mulscc(g(3), 0, g(3)), rdy(g(4)), here, nop});
        rig.program(words);
        rig.set_reg(g(1), a);
        rig.set_reg(g(2), b);
        rig.run(36);
        CHECK((std::uint64_t{rig.reg(g(3))} << 32 | rig.reg(g(4))) == std::uint64_t{a} * b);
    }
}

TEST_CASE("sparc: a multiply step and its flags") {
    Rig rig;
    rig.program({mulscc(g(1), r(g(2)), g(3)), here, nop});
    rig.set_reg(g(1), 0x7fffffff);
    rig.set_reg(g(2), 0x41000000);
    rig.set([](State& state) {
        state.y = 0x80000003;
        state.icc = order_of({true, false, false, false});
    });
    rig.run(1);
    // (1 << 31 | 3fffffff) + 41000000
    CHECK(rig.reg(g(3)) == 0x00ffffff);
    CHECK(rig.icc() == "C");
    CHECK(rig.state().y == 0xc0000001);
}

TEST_CASE("sparc: shifts take five bits of the count") {
    Rig rig;
    rig.program({mov(0x21, g(1)), sethi(0x80000000, g(2)), srl(g(2), r(g(1)), g(3)),
                 sra(g(2), r(g(1)), g(4)), mov(1, g(5)), sll(g(5), r(g(1)), g(5)),
                 sra(g(2), 31, g(6)), here, nop});
    rig.run(7);
    CHECK(rig.reg(g(3)) == 0x40000000);
    CHECK(rig.reg(g(4)) == 0xc0000000);
    CHECK(rig.reg(g(5)) == 2);
    CHECK(rig.reg(g(6)) == 0xffffffff);
}

TEST_CASE("sparc: register 0 is zero") {
    Rig rig;
    rig.program({mov(5, g(0)), add(g(0), 3, g(1)), ldd(g(2), 0, g(0)), swap(g(2), 8, g(0)),
                 std_(g(0), g(2), 16), add(g(0), r(g(0)), g(3)), here, nop});
    rig.set_reg(g(2), data_at);
    rig.words(data_at, {1, 2, 3, 4, 5, 6});
    rig.run(6);
    CHECK(rig.reg(g(0)) == 0);
    CHECK(rig.reg(g(1)) == 2); // the second word of the pair
    CHECK(rig.word(data_at + 8) == 0);
    CHECK(rig.word(data_at + 16) == 0);
    CHECK(rig.word(data_at + 20) == 2);
    CHECK(rig.reg(g(3)) == 0);
}

TEST_CASE("sparc: loads and stores of every size") {
    Rig rig;
    rig.program({ldub(g(2), 0, o(0)), ldsb(g(2), 0, o(1)), lduh(g(2), 2, o(2)), ldsh(g(2), 2, o(3)),
                 ld(g(2), 4, o(4)), ldd(g(2), 8, l(2)), stb(o(4), g(2), 16), sth(o(4), g(2), 18),
                 st(o(4), g(2), 20), std_(l(2), g(2), 24), ldstub(g(2), 33, o(5)),
                 swap(g(2), 36, l(0)), lda(g(2), g(0), 0x0b, l(4)), sta(l(4), g(2), g(3), 0x0b),
                 here, nop});
    rig.set_reg(g(2), data_at);
    rig.set_reg(g(3), 40);
    rig.set_reg(l(0), 0xabcdef01);
    rig.words(data_at, {0x81028384, 0x11223344, 0x55667788, 0x99aabbcc, 0xffffffff, 0, 0, 0,
                        0x01020304, 0x0a0b0c0d, 0});
    rig.run(14);
    CHECK(rig.reg(o(0)) == 0x81);
    CHECK(rig.reg(o(1)) == 0xffffff81);
    CHECK(rig.reg(o(2)) == 0x8384);
    CHECK(rig.reg(o(3)) == 0xffff8384);
    CHECK(rig.reg(o(4)) == 0x11223344);
    CHECK(rig.reg(l(2)) == 0x55667788);
    CHECK(rig.reg(l(3)) == 0x99aabbcc);
    CHECK(rig.word(data_at + 16) == 0x44ff3344);
    CHECK(rig.word(data_at + 20) == 0x11223344);
    CHECK(rig.word(data_at + 24) == 0x55667788);
    CHECK(rig.word(data_at + 28) == 0x99aabbcc);
    CHECK(rig.reg(o(5)) == 2);
    CHECK(rig.word(data_at + 32) == 0x01ff0304);
    CHECK(rig.reg(l(0)) == 0x0a0b0c0d);
    CHECK(rig.word(data_at + 36) == 0xabcdef01);
    CHECK(rig.word(data_at + 40) == 0x81028384);
}

TEST_CASE("sparc: every access has its alignment") {
    const Word words[] = {lduh(g(2), 1, g(1)),         ldsh(g(2), 1, g(1)),
                          ld(g(2), 2, g(1)),           ldd(g(2), 4, g(4)),
                          sth(g(1), g(2), 1),          st(g(1), g(2), 1),
                          std_(g(4), g(2), 4),         swap(g(2), 2, g(1)),
                          lda(g(2), g(3), 0x0a, g(1)), sta(g(1), g(2), g(3), 0x20)};
    for (const Word word : words) {
        Rig rig;
        rig.program({word, here, nop});
        rig.set_reg(g(2), data_at);
        rig.set_reg(g(3), 2);
        rig.run(1);
        rig.expect_trap(tt::mem_address_not_aligned, at(0), at(1));
    }
}

TEST_CASE("sparc: LEON3 compares and swaps") {
    Rig rig("LEON3");
    rig.program({casa(g(2), g(3), 0x0b, o(0)), casa(g(2), g(3), 0x0b, o(1)), here, nop});
    rig.set_reg(g(2), data_at);
    rig.set_reg(g(3), 17);
    rig.set_reg(o(0), 100);
    rig.set_reg(o(1), 200);
    rig.word(data_at, 17);
    rig.run(2);
    CHECK(rig.reg(o(0)) == 17);
    CHECK(rig.reg(o(1)) == 100);
    CHECK(rig.word(data_at) == 100);
}
