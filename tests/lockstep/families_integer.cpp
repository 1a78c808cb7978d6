// Arithmetic, logic, shifts, compares, condition register, traps.
#include <array>

#include "frontend/ppc/decode/fields.h"
#include "tests/lockstep/generator.h"

namespace vestige::ppc::lockstep {

namespace {

// An instruction whose operands are all free but for the GPR that it changes.
struct Row {
    Opcode opcode;
    char destination; // its letter; 0: none
};

using enum Opcode;

constexpr Row arithmetic[] = {
    {add, 'd'},    {addc, 'd'},   {adde, 'd'},  {addi, 'd'},  {addic, 'd'},  {addic_rc, 'd'},
    {addis, 'd'},  {addme, 'd'},  {addze, 'd'}, {mulhw, 'd'}, {mulhwu, 'd'}, {mulli, 'd'},
    {mullw, 'd'},  {neg, 'd'},    {subf, 'd'},  {subfc, 'd'}, {subfe, 'd'},  {subfic, 'd'},
    {subfme, 'd'}, {subfze, 'd'}, {addc, 'd'},  {adde, 'd'},  {subfe, 'd'},
};
constexpr Row logic[] = {
    {and_, 'a'},  {andc, 'a'},  {andi_rc, 'a'}, {andis_rc, 'a'}, {cntlzw, 'a'}, {eqv, 'a'},
    {extsb, 'a'}, {extsh, 'a'}, {nand, 'a'},    {nor, 'a'},      {or_, 'a'},    {orc, 'a'},
    {ori, 'a'},   {oris, 'a'},  {xor_, 'a'},    {xori, 'a'},     {xoris, 'a'},
};
constexpr Row shifts[] = {
    {rlwimi, 'a'}, {rlwinm, 'a'}, {rlwnm, 'a'}, {slw, 'a'},
    {sraw, 'a'},   {srawi, 'a'},  {srw, 'a'},   {rlwinm, 'a'},
};
constexpr Row conditions[] = {
    {cmp, 0},    {cmpi, 0},  {cmpl, 0}, {cmpli, 0}, {crand, 0}, {crandc, 0}, {creqv, 0},
    {crnand, 0}, {crnor, 0}, {cror, 0}, {crorc, 0}, {crxor, 0}, {mcrf, 0},   {mcrxr, 0},
    {mfcr, 'd'}, {mtcrf, 0}, {cmp, 0},  {cmpi, 0},  {cmpl, 0},  {cmpli, 0},
};

template <std::size_t count> void emit_row(Generator& g, const Row (&rows)[count]) {
    const Row& row = g.random.pick(std::span<const Row>(rows));
    if (row.destination == 0)
        g.emit(g.encode_random(row.opcode, {}));
    else
        g.emit(g.encode_random(row.opcode, {{row.destination, g.free_gpr()}}));
}

// The same register twice: what extended mnemonics and idioms are made of.
void emit_same_sources(Generator& g) {
    static constexpr Opcode of_a[] = {add, subf, subfe, subfc, adde, mullw, mulhw};
    static constexpr Opcode of_s[] = {or_, nor, and_, xor_, eqv, andc, orc, nand};
    static constexpr Opcode of_crs[] = {crxor, creqv, cror, crnor, crand, crandc};
    const unsigned n = g.any_gpr();
    switch (g.random.below(3)) {
    case 0:
        g.emit(g.encode_random(g.random.pick(std::span<const Opcode>(of_a)),
                               {{'d', g.free_gpr()}, {'a', n}, {'b', n}}));
        break;
    case 1:
        g.emit(g.encode_random(g.random.pick(std::span<const Opcode>(of_s)),
                               {{'a', g.free_gpr()}, {'s', n}, {'b', n}}));
        break;
    default:
        g.emit(
            g.encode_random(g.random.pick(std::span<const Opcode>(of_crs)), {{'a', n}, {'b', n}}));
    }
}

// A quotient that exists: the divisor is made to end in binary 01, so it is neither 0 nor -1.
void emit_division(Generator& g) {
    if (!g.straight()) return;
    const unsigned divisor = g.free_gpr();
    g.emit(g.encode(rlwinm, {{'s', divisor}, {'a', divisor}, {'m', 31}, {'e', 29}}));
    g.emit(g.encode(ori, {{'s', divisor}, {'a', divisor}, {'u', 1}}));
    g.emit(
        g.encode_random(g.random.one_in(2) ? divw : divwu, {{'d', g.free_gpr()}, {'b', divisor}}));
}

// Any quotient, first in its case, where the generator sees the operands. If there is none, rD and
// CR0[LT, GT, EQ] are undefined (Programming Environments, divw), and the case is over.
void emit_undefined_division(Generator& g) {
    if (g.position() != 0 || !g.straight()) return;
    const unsigned d = g.free_gpr();
    const Opcode opcode = g.random.one_in(2) ? divw : divwu;
    const std::uint32_t word = g.encode_random(opcode, {{'d', d}});
    const Fields f{word};
    const std::uint32_t a = g.test().input.gpr[f.ra()], b = g.test().input.gpr[f.rb()];
    g.emit(word);
    if (b != 0 && !(opcode == divw && a == 0x80000000 && b == 0xffffffff)) return;
    g.test().ignored.gprs |= 1u << d;
    if (f.rc_bit()) g.test().ignored.cr |= 0xe0000000;
    g.finish();
}

void emit_trap(Generator& g) {
    const std::uint32_t to = g.random.one_in(8) ? g.random.below(32) : 1u << g.random.below(5);
    g.emit(g.encode_random(g.random.one_in(2) ? tw : twi, {{'T', to}}));
}

} // namespace

std::span<const Family> integer_families() {
    static constexpr Family families[] = {
        {"arithmetic", 60, [](Generator& g) { emit_row(g, arithmetic); }},
        {"logic", 30, [](Generator& g) { emit_row(g, logic); }},
        {"shifts", 30, [](Generator& g) { emit_row(g, shifts); }},
        {"conditions", 35, [](Generator& g) { emit_row(g, conditions); }},
        {"same sources", 10, emit_same_sources},
        {"division", 6, emit_division},
        {"undefined division", 6, emit_undefined_division},
        {"trap", 2, emit_trap},
    };
    return families;
}

} // namespace vestige::ppc::lockstep
