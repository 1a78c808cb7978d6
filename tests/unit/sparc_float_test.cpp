// Floating point as programs see it: FSR, loads and stores, compares and branches, traps and their
// queue (V8 4.4, B.2, B.5, B.22, B.33). Every run is one on all engines (sparc_rig.h).
#include <bit>
#include <cmath>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "frontend/sparc/fp/fsr.h"
#include "frontend/sparc/fp/helpers.h"
#include "tests/lockstep/random_ir.h"
#include "tests/unit/sparc_rig.h"

using namespace vestige;
using namespace vestige::sparc;
using namespace vestige::sparc::test;
using vestige::test::Random;

namespace {

constexpr std::uint32_t aexc(std::uint32_t exceptions) { return exceptions << fsr::aexc_shift; }
constexpr std::uint32_t both(std::uint32_t exceptions) { return exceptions | aexc(exceptions); }
constexpr std::uint32_t enabled(std::uint32_t exceptions) { return exceptions << fsr::tem_shift; }
constexpr std::uint32_t trap_type(fsr::TrapType type) { return fsr::with_trap_type(0, type); }
constexpr std::uint32_t equal = 0, less = 1 << 10, greater = 2 << 10, unordered = 3 << 10;

std::uint64_t bits(double number) { return std::bit_cast<std::uint64_t>(number); }
std::uint64_t bits(float number) { return std::bit_cast<std::uint32_t>(number); }
std::uint64_t pair(std::uint64_t high, std::uint64_t low) { return high << 32 | low; }
std::string hex(std::uint64_t number) { return fmt::format("{:x}", number); }

void set_pair(Rig& rig, unsigned n, std::uint64_t value) {
    rig.set([&](State& state) { state.fpr[n / 2] = value; });
}
void set_all_fsr(Rig& rig, std::uint32_t value) {
    rig.each([&](Machine& machine) {
        set_fsr(machine.state(), value);
        machine.loop().forget_everything();
    });
}
std::uint32_t fsr_now(Rig& rig) { return read_fsr(rig.state()) & ~fsr::ver; }

// The program with the FPU enabled and data_at in %g1.
void program(Rig& rig, const std::vector<Word>& words) {
    rig.set([](State& state) { state.enable_float = 1; });
    rig.program(words);
    rig.set_reg(g(1), data_at);
}

constexpr std::uint64_t signaling = 0x7ff0000000000001, quiet = 0x7ff8000000000123;
constexpr std::uint32_t signaling_single = 0xff800001;

} // namespace

TEST_CASE("sparc float: disabled") {
    for (const Word word : {ldf(g(1), 0, 0), stdf(0, g(1), 0), faddd(0, 2, 4), faddq(0, 4, 8),
                            fcmpd(0, 2), fbranch(9, 8), stfsr(g(1), 0), stdfq(g(1), 0)}) {
        Rig rig;
        rig.program({nop, word, here, nop});
        rig.set([](State& state) { state.enable_float = 0; });
        rig.run(2);
        rig.expect_trap(tt::fp_disabled, at(1), at(2));
    }
    Rig rig; // a branch in a slot
    rig.program({branch(always, 16), fmovs(1, 2), here, nop});
    rig.run(2);
    rig.expect_trap(tt::fp_disabled, at(1), at(4));
}

TEST_CASE("sparc float: loads and stores") {
    Rig rig;
    program(rig, {lddf(g(1), 0, 2), ldf(g(1), 8, 5), ldf(g(1), 12, 6), stdf(2, g(1), 16),
                  stf(2, g(1), 28), stf(3, g(1), 24), stf(5, g(1), 32), stf(6, g(1), 36),
                  lddf(g(1), 4, 8), here, nop});
    rig.words(data_at, {0x11223344, 0x55667788, 0x99aabbcc, 0xddeeff00});
    rig.run(9);
    CHECK(hex(rig.state().fpr[1]) == "1122334455667788");
    CHECK(hex(rig.state().fpr[2]) == "99aabbcc");
    CHECK(hex(rig.state().fpr[3]) == "ddeeff0000000000");
    const std::uint32_t stored[] = {0x11223344, 0x55667788, 0x55667788,
                                    0x11223344, 0x99aabbcc, 0xddeeff00};
    for (unsigned n = 0; n < std::size(stored); ++n)
        CHECK(hex(rig.word(data_at + 16 + 4 * n)) == hex(stored[n]));
    rig.expect_trap(tt::mem_address_not_aligned, at(8), at(9));
}

TEST_CASE("sparc float: results, cexc, aexc") {
    struct Row {
        Word word; // f4 <- op of f0, f2
        std::uint64_t a, b, result;
        std::uint32_t cexc;
    };
    const std::uint64_t rest = 0x55555555; // of f4's pair, for singles
    const auto single = [&](float value) { return pair(bits(value), rest); };
    const std::uint64_t tiny = 1, largest = 0x7fefffffffffffff;
    const Row rows[] = {
        {faddd(0, 2, 4), bits(1.5), bits(2.25), bits(3.75), 0},
        {faddd(0, 2, 4), bits(1.0), bits(1e-30), bits(1.0), fsr::inexact},
        {fsubd(0, 2, 4), bits(1.0), bits(1.0), bits(0.0), 0},
        {fmuld(0, 2, 4), largest, bits(2.0), bits(HUGE_VAL), fsr::overflow | fsr::inexact},
        {fmuld(0, 2, 4), tiny, bits(0.5), 0, fsr::underflow | fsr::inexact},
        {fmuld(0, 2, 4), tiny, bits(2.0), 2, 0}, // tiny and exact
        // Tiny before it is rounded (V8 N.5), to the smallest normal number.
        {fmuld(0, 2, 4), 0x000fffffffffffff, 0x3ff0000000000001, 0x0010000000000000,
         fsr::underflow | fsr::inexact},
        {fdivd(0, 2, 4), bits(1.0), bits(0.0), bits(HUGE_VAL), fsr::divide_by_zero},
        {fdivd(0, 2, 4), bits(0.0), bits(0.0), 0x7fffffffffffffff, fsr::invalid},
        {fsqrtd(2, 4), 0, bits(-1.0), 0x7fffffffffffffff, fsr::invalid},
        {fsqrtd(2, 4), 0, bits(2.25), bits(1.5), 0},
        // V8 table N-1: rs2 before rs1, a signaling NaN before a quiet one.
        {faddd(0, 2, 4), quiet, quiet + 1, quiet + 1, 0},
        {faddd(0, 2, 4), quiet, bits(1.0), quiet, 0},
        {faddd(0, 2, 4), signaling, quiet, signaling | 1ull << 51, fsr::invalid},
        {faddd(0, 2, 4), signaling, signaling + 1, (signaling + 1) | 1ull << 51, fsr::invalid},
        {fadds(0, 2, 4), single(1.5F), single(2), single(3.5F), 0},
        {fadds(1, 3, 4), pair(rest, bits(1.5F)), pair(rest, bits(2.0F)), single(3.5F), 0},
        {fadds(0, 2, 5), single(1), single(1e-10F), pair(rest, bits(1.0F)), fsr::inexact},
        {fsubs(0, 2, 4), single(1), single(3), single(-2), 0},
        {fmuls(0, 2, 4), single(3e38F), single(10), pair(0x7f800000, rest),
         fsr::overflow | fsr::inexact},
        {fdivs(0, 2, 4), single(-1), single(0), pair(0xff800000, rest), fsr::divide_by_zero},
        {fsqrts(2, 4), 0, single(9), single(3), 0},
        {fsqrts(2, 4), 0, single(-9), pair(0x7fffffff, rest), fsr::invalid},
        {fsmuld(0, 2, 4), single(1e30F), single(1e30F), bits(double(1e30F) * double(1e30F)), 0},
        {fsmuld(0, 2, 4), single(0), pair(0x7f800000, 0), 0x7fffffffffffffff, fsr::invalid},
        {fdtos(2, 4), 0, bits(1.0 / 3), single(1.0F / 3), fsr::inexact},
        {fdtos(2, 4), 0, 0xfff0000020000000, pair(0xffc00001, rest), fsr::invalid},
        {fstod(2, 4), 0, single(0.1F), bits(double(0.1F)), 0},
        {fstod(2, 4), 0, pair(signaling_single, 0), 0xfff8000020000000, fsr::invalid},
        {fitod(2, 4), 0, pair(0x80000001, 0), bits(-2147483647.0), 0},
        {fitos(2, 4), 0, pair(0x7fffffff, 0), single(2147483648.0F), fsr::inexact},
        {fitos(2, 4), 0, pair(0xfffffffd, 0), single(-3), 0},
        {fdtoi(2, 4), 0, bits(-2.75), pair(0xfffffffe, rest), fsr::inexact},
        {fdtoi(2, 4), 0, bits(-1e10), pair(0x80000000, rest), fsr::invalid},
        {fdtoi(2, 4), 0, bits(-2147483648.0), pair(0x80000000, rest), 0},
        {fdtoi(2, 4), 0, quiet | 1ull << 63, pair(0x7fffffff, rest), fsr::invalid},
        {fstoi(2, 4), 0, single(1e10F), pair(0x7fffffff, rest), fsr::invalid},
        {fstoi(2, 4), 0, single(7), pair(7, rest), 0},
        {fmovs(2, 4), 0, pair(signaling_single, 0), pair(signaling_single, rest), 0},
        {fnegs(2, 4), 0, pair(signaling_single, 0), pair(0x7f800001, rest), 0},
        {fabss(2, 4), 0, single(-1), single(1), 0},
    };
    // Fast, with a trap enabled that does not come, and as the second of two.
    for (const Row& row : rows)
        for (const bool exact : {false, true}) {
            const std::uint32_t unused =
                row.cexc & fsr::divide_by_zero ? fsr::invalid : fsr::divide_by_zero;
            Rig rig;
            program(rig, {row.word, nop, here, nop});
            set_all_fsr(rig, exact ? enabled(unused) : 0);
            set_pair(rig, 0, row.a);
            set_pair(rig, 2, row.b);
            set_pair(rig, 4, pair(rest, rest));
            rig.run(2);
            INFO(hex(row.word) << " of " << hex(row.a) << ", " << hex(row.b)
                               << (exact ? " exact" : ""));
            CHECK(hex(rig.state().fpr[2]) == hex(row.result));
            CHECK(hex(fsr_now(rig)) == hex(both(row.cexc) | (exact ? enabled(unused) : 0)));
        }
}

TEST_CASE("sparc float: aexc gathers, cexc is of the last operation") {
    Rig rig;
    program(rig, {fdivd(0, 2, 4), faddd(0, 6, 8), stfsr(g(1), 0), fmovs(1, 9), stfsr(g(1), 4),
                  ldfsr(g(1), 16), stfsr(g(1), 8), fcmpd(2, 0), stfsr(g(1), 12), here, nop});
    set_pair(rig, 0, bits(1.0));
    set_pair(rig, 6, bits(1e-30));
    rig.word(data_at + 16, 0xffffffff & ~fsr::tem & ~fsr::ns);
    rig.run(9);
    const auto stored = [&](unsigned n) { return hex(rig.word(data_at + 4 * n) & ~fsr::ver); };
    const std::uint32_t gathered = aexc(fsr::divide_by_zero | fsr::inexact);
    CHECK(stored(0) == hex(gathered | fsr::inexact));
    CHECK(stored(1) == hex(gathered));
    // qne, ftt and the reserved bits are nobody's to write.
    CHECK(stored(2) == hex(fsr::rd | unordered | aexc(0x1f) | 0x1f));
    CHECK(stored(3) == hex(fsr::rd | less | aexc(0x1f)));
}

TEST_CASE("sparc float: rounding modes") {
    const std::uint32_t up = 0x3ff5555555555556 & 0xff; // the last byte of 4/3 rounded up
    for (std::uint32_t mode = 0; mode < 4; ++mode)
        for (const bool negative : {false, true}) {
            Rig rig;
            program(rig, {ldfsr(g(1), 0), fdivd(0, 2, 4), fdivs(6, 8, 10), here, nop});
            rig.word(data_at, mode << fsr::rd_shift);
            set_pair(rig, 0, bits(negative ? -4.0 : 4.0));
            set_pair(rig, 2, bits(3.0));
            set_pair(rig, 6, pair(bits(negative ? -2.0F : 2.0F), 0));
            set_pair(rig, 8, pair(bits(3.0F), 0));
            rig.run(3);
            const bool away = mode == (negative ? 3 : 2);
            CHECK((rig.state().fpr[2] & 0xff) == (away ? up : up - 1));
            // Two thirds are nearest to the single above them.
            CHECK((rig.state().fpr[5] >> 32 & 0xff) == (away || mode == 0 ? 0xab : 0xaa));
        }
}

TEST_CASE("sparc float: compares and all branches") {
    struct Row {
        double a, b;
        std::uint32_t fcc;
    };
    const double nan = std::bit_cast<double>(quiet);
    const Row rows[] = {
        {1, 1, equal}, {0.0, -0.0, equal}, {1, 2, less}, {2, -1, greater}, {1, nan, unordered}};
    // V8 table B-9: a bit of E, L, G, U.
    constexpr unsigned taken[16] = {0, 14, 6, 10, 2, 12, 4, 8, 15, 1, 9, 5, 13, 3, 11, 7};
    for (const Row& row : rows)
        for (unsigned kind = 0; kind < 4; ++kind)
            for (unsigned condition = 0; condition < 16; ++condition) {
                constexpr unsigned opf[] = {0x52, 0x56, 0x51, 0x55};
                Rig rig;
                program(rig, {fpop(0x35, opf[kind], 0, 2, 0), nop, fbranch(condition, 12),
                              add(g(2), 1, g(2)), add(g(2), 4, g(2)), fbranch(condition, 12), nop,
                              add(g(2), 16, g(2)), here, nop});
                const bool singles = kind >= 2;
                set_pair(rig, 0, singles ? pair(bits(float(row.a)), 0) : bits(row.a));
                set_pair(rig, 2, singles ? pair(bits(float(row.b)), 0) : bits(row.b));
                rig.run(12);
                INFO("condition " << condition << ", kind " << kind << ", " << row.a << ", "
                                  << row.b);
                const bool holds = taken[condition] >> (row.fcc >> fsr::fcc_shift) & 1;
                CHECK(rig.reg(g(2)) == (holds ? 1u : 1 + 4 + 16));
                const bool loud = kind % 2 != 0 && row.fcc == unordered;
                CHECK(hex(fsr_now(rig)) == hex(row.fcc | (loud ? both(fsr::invalid) : 0)));
            }
    Rig rig; // a signaling NaN
    program(rig, {fcmpd(0, 2), fcmps(0, 2), here, nop});
    set_pair(rig, 2, signaling);
    rig.run(1);
    CHECK(hex(fsr_now(rig)) == hex(unordered | both(fsr::invalid)));
    rig.run(1);
    CHECK(hex(fsr_now(rig)) == hex(unordered | aexc(fsr::invalid)));
}

TEST_CASE("sparc float: in delay slots") {
    const auto set_up = [](Rig& rig) {
        program(rig, {branch(always, 12), fcmpd(0, 2), unimp, fbranch(4, 12), faddd(0, 2, 4), unimp,
                      branch(always, 12), lddf(g(1), 0, 6), unimp, ldfsr(g(1), 8),
                      branch(always, 12), fdivd(0, 2, 8), unimp, here, nop});
        set_pair(rig, 0, bits(1.0));
        set_pair(rig, 2, bits(3.0));
        rig.words(data_at, {0x01020304, 0x05060708, enabled(fsr::divide_by_zero)});
    };
    Rig rig;
    set_up(rig);
    rig.run(9);
    CHECK(rig.state().pc == at(13));
    CHECK(rig.state().fpr[2] == bits(4.0));
    CHECK(hex(rig.state().fpr[3]) == "102030405060708");
    CHECK(rig.state().fpr[4] == bits(1.0 / 3));
    at_every_budget(set_up, 11);
}

TEST_CASE("sparc float: a trap is deferred to the next instruction of the FPU") {
    struct Row {
        Word word, next;
        std::uint32_t enables, cexc;
    };
    const Row rows[] = {
        {fdivd(0, 2, 4), faddd(6, 6, 8), fsr::divide_by_zero, fsr::divide_by_zero},
        {fdivd(0, 2, 4), stf(4, g(1), 0), fsr::divide_by_zero | fsr::inexact, fsr::divide_by_zero},
        {fmuld(6, 6, 4), lddf(g(1), 0, 4), fsr::overflow | fsr::inexact, fsr::overflow},
        {fmuld(6, 6, 4), stfsr(g(1), 0), fsr::inexact, fsr::inexact},
        {fcmped(0, 8), fbranch(8, 8), fsr::invalid, fsr::invalid},
        {fdivd(10, 12, 4), ldfsr(g(1), 0), fsr::underflow, fsr::underflow}, // tiny, exact
    };
    for (const Row& row : rows) {
        const auto set_up = [&](Rig& rig) {
            program(rig, {row.word, add(g(2), 1, g(2)), add(g(2), 2, g(2)), row.next, here, nop});
            set_all_fsr(rig, enabled(row.enables) | less);
            set_pair(rig, 0, bits(1.0));
            set_pair(rig, 4, 77);
            set_pair(rig, 6, bits(1e300));
            set_pair(rig, 8, quiet);
            set_pair(rig, 10, 0x0010000000000000);
            set_pair(rig, 12, bits(2.0));
        };
        Rig rig;
        set_up(rig);
        rig.run(4);
        rig.expect_trap(tt::fp_exception, at(3), at(4));
        CHECK(rig.reg(g(2)) == 3);
        CHECK(rig.state().fpr[2] == 77);
        CHECK(hex(fsr_now(rig)) == hex(enabled(row.enables) | less | row.cexc | fsr::qne |
                                       trap_type(fsr::TrapType::ieee_754_exception)));
        at_every_budget(set_up, 6);
    }
}

TEST_CASE("sparc float: what is left to software, the queue, and the way back") {
    const std::uint32_t quad = faddq(0, 4, 8);
    const auto set_up = [&](Rig& rig) {
        program(rig, {quad, nop, faddd(0, 2, 4), here, nop});
        set_pair(rig, 0, bits(1.0));
        set_pair(rig, 2, bits(2.0));
        rig.handler(tt::fp_exception, {branch(always, 0x100), nop});
        rig.words(vectors_at + 16 * tt::fp_exception + 0x100,
                  {stfsr(g(1), 0), stdfq(g(1), 8), stfsr(g(1), 4), stdf(0, g(1), 16),
                   jmpl(l(1), 0, 0), rett(l(2), 0)});
    };
    Rig rig;
    set_up(rig);
    rig.run(3);
    CHECK(hex(fsr_now(rig)) == hex(fsr::qne | trap_type(fsr::TrapType::unimplemented_fpop)));
    rig.run(9);
    CHECK(rig.state().pc == at(3));
    CHECK(rig.state().fpr[2] == bits(3.0));
    const std::uint32_t stored = trap_type(fsr::TrapType::unimplemented_fpop);
    CHECK(hex(rig.word(data_at) & ~fsr::ver) == hex(stored | fsr::qne));
    CHECK(hex(rig.word(data_at + 4) & ~fsr::ver) == hex(stored));
    CHECK(rig.word(data_at + 8) == at(0));
    CHECK(rig.word(data_at + 12) == quad);
    CHECK(fsr_now(rig) == 0); // the addition has cleared ftt
    at_every_budget(set_up, 13);
}

TEST_CASE("sparc float: sequence errors") {
    for (const Word word :
         {faddd(0, 2, 4), ldf(g(1), 0, 0), ldfsr(g(1), 0), fbranch(8, 8), faddq(0, 4, 8)}) {
        Rig rig;
        program(rig, {fpop(0x34, 0x1ff, 0, 0, 0), fmovs(0, 1), here, nop}); // no such operation
        rig.handler(tt::fp_exception, {stf(0, g(1), 0), nop, word, nop});
        rig.run(2);
        rig.expect_trap(tt::fp_exception, at(1), at(2));
        rig.set([](State& state) { state.enable_traps = 1; });
        rig.run(3);
        rig.expect_trap(tt::fp_exception, vectors_at + 16 * tt::fp_exception + 8,
                        vectors_at + 16 * tt::fp_exception + 12);
        CHECK(hex(fsr_now(rig)) == hex(fsr::qne | trap_type(fsr::TrapType::sequence_error)));
    }
    Rig rig; // the queue is empty
    program(rig, {stdfq(g(1), 0), here, nop});
    rig.run(1);
    rig.expect_trap(tt::fp_exception, at(0), at(1));
    CHECK(hex(fsr_now(rig)) == hex(trap_type(fsr::TrapType::sequence_error)));
    rig.program({stdfq(g(1), 0), here, nop});
    rig.set([](State& state) { state.supervisor = 0; });
    rig.run(1);
    rig.expect_trap(tt::privileged_instruction, at(0), at(1));
}

TEST_CASE("sparc float: nonstandard mode has no denormal numbers") {
    Rig rig;
    program(rig, {faddd(0, 2, 4), fmuld(6, 8, 10), fcmpd(0, 12), here, nop});
    set_all_fsr(rig, fsr::ns);
    set_pair(rig, 0, 5);
    set_pair(rig, 2, bits(0.0));
    set_pair(rig, 6, 0x0010000000000000);
    set_pair(rig, 8, bits(0.5));
    rig.run(3);
    CHECK(rig.state().fpr[2] == 0);
    CHECK(rig.state().fpr[5] == 0);
    CHECK(hex(fsr_now(rig)) == hex(fsr::ns | equal | aexc(fsr::underflow | fsr::inexact)));
}

namespace {

// Numbers of all kinds, near each other more often than not.
std::uint64_t some_pair(Random& random) {
    const std::uint64_t any = random.next();
    const auto word = [&](std::uint64_t from) -> std::uint64_t {
        const auto fraction = static_cast<std::uint32_t>(from) & 0x7fffff;
        constexpr std::uint32_t exponents[] = {0, 1, 0x60, 0x7e, 0x7f, 0x80, 0x9d, 0xfe, 0xff};
        const std::uint32_t exponent = exponents[random.below(std::size(exponents))];
        return (static_cast<std::uint32_t>(from) & 0x80000000) | exponent << 23 |
               (random.one_in(3)   ? 0
                : random.one_in(3) ? fraction & 0x700000
                                   : fraction);
    };
    if (random.one_in(2)) return pair(word(any >> 32), word(any));
    constexpr std::uint64_t exponents[] = {0,     1,     0x369, 0x37f, 0x381, 0x3fe,
                                           0x3ff, 0x400, 0x41d, 0x47e, 0x7fe, 0x7ff};
    const std::uint64_t exponent = exponents[random.below(std::size(exponents))];
    const std::uint64_t fraction = any & 0xfffffffffffff;
    return (any & 1ull << 63) | exponent << 52 |
           (random.one_in(3)   ? 0
            : random.one_in(3) ? fraction & ~0x1fffffffull
                               : fraction);
}

// A chain of operations, with loads, stores and branches in between unless it is pure.
enum class Chain : std::uint8_t { pure, mixed };
std::vector<Word> some_chain(Random& random, Chain chain) {
    constexpr unsigned opfs[] = {0xc4, 0xc8, 0xd1, 0xd2, 0xc9, 0xc6, 0x01, 0x05,
                                 0x09, 0x29, 0x2a, 0x41, 0x42, 0x45, 0x46, 0x49,
                                 0x4a, 0x69, 0x4d, 0x4e, 0x41, 0x42, 0x49, 0x4a};
    constexpr unsigned compares[] = {0x51, 0x52, 0x55, 0x56};
    std::vector<Word> words;
    for (unsigned n = 0; n < 24; ++n) {
        const unsigned a = random.below(12), b = random.below(12), d = random.below(12);
        if (random.one_in(6)) {
            words.push_back(fpop(0x35, compares[random.below(4)], a, b, 0));
            if (chain == Chain::mixed)
                words.insert(words.end(),
                             {nop, fbranch(random.below(16), 8) | random.below(2) << 29});
        } else if (chain == Chain::mixed && random.one_in(6)) {
            words.push_back(random.one_in(2) ? stdf(d, g(1), 8 * static_cast<int>(a))
                                             : ldf(g(1), 4 * static_cast<int>(a), d));
        }
        words.push_back(fpop(0x34, opfs[random.below(std::size(opfs))], a, b, d));
    }
    return words;
}

} // namespace

// Operands are one another's results: what is kept in registers of the host between operations is
// what exact mode, which does each alone, has in the state.
TEST_CASE("sparc float: random chains") {
    Random random(11);
    for (unsigned round = 0; round < 160; ++round) {
        const Chain chain = round % 2 == 0 ? Chain::pure : Chain::mixed;
        std::vector<Word> words = some_chain(random, chain);
        const auto count = static_cast<unsigned>(words.size());
        words.insert(words.end(), {here, nop});
        const std::uint32_t rounding = random.below(4) << fsr::rd_shift;
        Rig rig;
        program(rig, words);
        set_all_fsr(rig, rounding);
        State expected;
        expected.header.guest_mxcsr = 0x1f80;
        set_fsr(expected, rounding);
        for (unsigned n = 0; n < 12; n += 2) {
            expected.fpr[n / 2] = some_pair(random);
            set_pair(rig, n, expected.fpr[n / 2]);
        }
        INFO("round " << round);
        rig.run(count);
        if (chain == Chain::mixed) continue;
        for (unsigned n = 0; n < count; ++n)
            float_in_exact_mode(&expected, words[n]);
        for (unsigned n = 0; n < 6; ++n)
            CHECK(hex(rig.state().fpr[n]) == hex(expected.fpr[n]));
        CHECK(hex(fsr_now(rig)) == hex(read_fsr(expected)));
    }
}
