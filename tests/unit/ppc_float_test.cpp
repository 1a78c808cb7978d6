// PowerPC floating point where QEMU is no oracle: what enabled exceptions change, FR, FX, single
// denormals, estimates, the fused forms' rounding, the lazy FPSCR itself.
//
// PEM: Programming Environments Manual for 32-bit Microprocessors.
#include <catch2/catch.hpp>

#include <bit>
#include <cmath>
#include <cstring>

#include <xmmintrin.h>

#include "frontend/ppc/fp/estimates.h"
#include "frontend/ppc/leave_codes.h"
#include "tests/unit/ppc_float_bench.h"
#include "translator/ir/semantics.h"

namespace vestige::ppc {

namespace {

using enum Opcode; // in a namespace, so that C's fadd and fabs are hidden
using lockstep::Generator;
using lockstep::Random;

constexpr std::uint32_t program_float = code(Leave::program_float);

constexpr std::uint64_t one = 0x3ff0000000000000, two = 0x4000000000000000,
                        three = 0x4008000000000000, minus_one = one | 1ull << 63,
                        infinity = 0x7ff0000000000000, quiet = 0x7ff8000000000000,
                        signaling = 0x7ff4000000000000, largest = 0x7fefffffffffffff,
                        smallest_normal = 0x0010000000000000, zero = 0, minus_zero = 1ull << 63;

// FPRF (PEM table 2-5).
constexpr std::uint32_t class_quiet = 0x11000, class_minus_infinity = 0x09000,
                        class_minus_normal = 0x08000, class_plus_zero = 0x02000,
                        class_plus_denormal = 0x14000, class_plus_normal = 0x04000,
                        class_plus_infinity = 0x05000;

} // namespace

// ---- results and flags

TEST_CASE("a disabled exception leaves the flags and result that PEM 3.3.6 gives") {
    using namespace fpscr;
    struct Row {
        Opcode opcode;
        std::uint32_t before;
        std::uint64_t a, b, c, result;
        std::uint32_t after;
    };
    // 2^-149 is single's smallest denormal.
    constexpr std::uint64_t single_denormal = 0x36a0000000000000;
    const Row rows[] = {
        {fadd, 0, one, one, 0, two, class_plus_normal},
        {fadd, 0, one, minus_one, 0, zero, class_plus_zero},
        {fdiv, 0, one, three, 0, 0x3fd5555555555555, fx | xx | fi | class_plus_normal},
        {fdiv, 0, two, three, 0, 0x3fe5555555555555, fx | xx | fi | class_plus_normal},
        // 2/3 rounded up to single; 1/3 too
        {fdivs, 0, one, three, 0, 0x3fd5555560000000, fx | xx | fi | fr | class_plus_normal},
        {fdivs, 1, one, three, 0, 0x3fd5555540000000, fx | xx | fi | class_plus_normal | 1},
        {fdiv, 2, minus_one, three, 0, 0xbfd5555555555555, fx | xx | fi | class_minus_normal | 2},
        {fdiv, 3, minus_one, three, 0, 0xbfd5555555555556,
         fx | xx | fi | fr | class_minus_normal | 3},
        {fadd, 0, largest, largest, 0, infinity, fx | ox | xx | fi | fr | class_plus_infinity},
        {fadd, 1, largest, largest, 0, largest, fx | ox | xx | fi | class_plus_normal | 1},
        {fdiv, 0, minus_one, zero, 0, infinity | 1ull << 63, fx | zx | class_minus_infinity},
        {fdiv, 0, zero, minus_zero, 0, quiet, fx | vx | vxzdz | class_quiet},
        {fdiv, 0, infinity, infinity, 0, quiet, fx | vx | vxidi | class_quiet},
        {fsub, 0, infinity, infinity, 0, quiet, fx | vx | vxisi | class_quiet},
        {fmul, 0, infinity, 0, zero, quiet, fx | vx | vximz | class_quiet},
        {fadd, 0, quiet | 5, signaling | 7, 0, quiet | 5, fx | vx | vxsnan | class_quiet},
        {fmadd, 0, infinity, signaling, zero, signaling | quiet,
         fx | vx | vxsnan | vximz | class_quiet},
        // frA before frB before frC
        {fmadd, 0, one, quiet | 2, quiet | 3, quiet | 2, class_quiet},
        {fmadd, 0, quiet | 1, quiet | 2, quiet | 3, quiet | 1, class_quiet},
        {fnmadd, 0, one, quiet | 2, one, quiet | 2, class_quiet},
        {fdiv, 0, smallest_normal, two, 0, smallest_normal >> 1, class_plus_denormal},
        {fdiv, 0, smallest_normal, three, 0, 0x0005555555555555,
         fx | ux | xx | fi | class_plus_denormal},
        {frsp, 0, 0, single_denormal, 0, single_denormal, class_plus_denormal},
        {frsp, 0, 0, signaling | 0x1fffffff, 0, signaling | quiet, fx | vx | vxsnan | class_quiet},
        {fctiwz, 0, 0, 0xc008cccccccccccd, 0, 0xfff80000fffffffd, fx | xx | fi},
        {fctiw, 0, 0, 0xc00c000000000000, 0, 0xfff80000fffffffc, fx | xx | fi | fr},
        {fctiw, 0, 0, 0x41dfffffffe00000, 0, 0xfff800007fffffff, fx | vx | vxcvi},
        {fctiw, 0, 0, 0x41dfffffffdfffff, 0, 0xfff800007fffffff, fx | xx | fi},
        {fctiwz, 0, 0, quiet, 0, 0xfff8000080000000, fx | vx | vxcvi},
        {fctiwz, 0, 0, signaling, 0, 0xfff8000080000000, fx | vx | vxcvi | vxsnan},
    };
    Bench bench;
    for (const Row& row : rows) {
        INFO(info(row.opcode).mnemonic << std::hex << " a " << row.a << " b " << row.b << " c "
                                       << row.c << " FPSCR " << row.before);
        CHECK(bench.operate(row.opcode, row.before, row.a, row.b, row.c) == ir::leave::none);
        CHECK(bench.get(3) == row.result);
        CHECK(fold_fpscr(bench.state) == row.after);
    }
}

// PEM 4.2.2.2: "the result is rounded, then negated".
TEST_CASE("the negated fused forms round before they negate") {
    struct Row {
        std::uint32_t rn;
        std::uint64_t fnmadd_result;
    };
    constexpr std::uint64_t tiny = 0x3ca0000000000000; // 2^-53
    const Row rows[] = {{0, minus_one},
                        {1, minus_one},
                        {2, minus_one | 1}, // 1 + 2^-53 rounds up
                        {3, minus_one}};
    Bench bench;
    for (const Row& row : rows) {
        bench.operate(fnmadd, row.rn, one, tiny, one);
        CHECK(bench.get(3) == row.fnmadd_result);
        bench.operate(fnmsub, row.rn, one, tiny | 1ull << 63, one);
        CHECK(bench.get(3) == row.fnmadd_result);
    }
}

// PEM 2.1.4: FX is set when an exception bit changes from 0 to 1.
TEST_CASE("FX tells that an exception bit is new") {
    using namespace fpscr;
    Bench bench;
    bench.operate(fdiv, 0, one, three);
    CHECK((fold_fpscr(bench.state) & (fx | xx)) == (fx | xx));
    bench.operate(fdiv, xx, one, three);
    CHECK((fold_fpscr(bench.state) & (fx | xx)) == xx);
    bench.operate(fdiv, xx, one, zero);
    CHECK((fold_fpscr(bench.state) & (fx | zx)) == (fx | zx));
    set_fpscr(bench.state, 0);
    bench.run({encode(mtfsb1, {{'d', 3}})});
    CHECK(bench.state.fpscr == (fx | ox));
    set_fpscr(bench.state, ox);
    bench.run({encode(mtfsb1, {{'d', 3}})});
    CHECK(bench.state.fpscr == ox);
    // mtfsfi and mtfsf write FX as any other bit.
    set_fpscr(bench.state, 0);
    bench.run({encode(mtfsfi, {{'D', 1}, {'z', 8}})});
    CHECK(bench.state.fpscr == ux);
}

// ---- enabled exceptions

TEST_CASE("an enabled invalid operation or division by zero leaves frD and FPRF") {
    using namespace fpscr;
    struct Row {
        Opcode opcode;
        std::uint32_t enable;
        std::uint64_t a, b, c;
        std::uint32_t flags;
    };
    const Row rows[] = {
        {fsub, ve, infinity, infinity, 0, vx | vxisi},
        {fmul, ve, infinity, 0, zero, vx | vximz},
        {fadd, ve, signaling, one, 0, vx | vxsnan},
        {frsp, ve, 0, signaling, 0, vx | vxsnan},
        {fctiw, ve, 0, infinity, 0, vx | vxcvi},
        {frsqrte, ve, 0, minus_one, 0, vx | vxsqrt},
        {fdiv, ze, one, zero, 0, zx},
        {fres, ze, 0, minus_zero, 0, zx},
        {frsqrte, ze, 0, zero, 0, zx},
    };
    constexpr std::uint32_t fprf_before = class_minus_infinity;
    Bench bench;
    for (const Row& row : rows) {
        INFO(info(row.opcode).mnemonic);
        // FR and FI are cleared.
        const std::uint32_t before = row.enable | fprf_before | fr | fi;
        CHECK(bench.operate(row.opcode, before, row.a, row.b, row.c) == program_float);
        CHECK(bench.state.pc == start);
        CHECK(bench.get(3) == unset);
        CHECK(fold_fpscr(bench.state) == (fx | fex | row.flags | row.enable | fprf_before));
        // The same with exceptions ignored (MSR[FE0] and [FE1] clear) goes on.
        bench.state.msr &= ~(msr::fe0 | msr::fe1);
        CHECK(bench.operate(row.opcode, before, row.a, row.b, row.c) == ir::leave::none);
        CHECK(bench.get(3) == unset);
        CHECK(fold_fpscr(bench.state) == (fx | fex | row.flags | row.enable | fprf_before));
        bench.state.msr |= msr::fe0;
        CHECK(bench.operate(row.opcode, before, row.a, row.b, row.c) == program_float);
        bench.state.msr |= msr::fe1;
    }
}

// PEM 3.3.6.2.1 and 3.3.6.2.2: the exponent is moved by 1536, or by 192.
TEST_CASE("enabled overflow and underflow wrap the exponent") {
    using namespace fpscr;
    struct Row {
        Opcode opcode;
        std::uint32_t enable;
        std::uint64_t a, b, c, result;
        std::uint32_t after; // with the enable
    };
    constexpr auto power = [](int exponent) {
        return static_cast<std::uint64_t>(exponent + 1023) << 52;
    };
    const Row rows[] = {
        {fmul, oe, power(1000), 0, power(1000), power(2000 - 1536), ox | class_plus_normal},
        {fmuls, oe, power(100), 0, power(100), power(200 - 192), ox | class_plus_normal},
        {fmul, ue, power(-1000), 0, power(-1000), power(-2000 + 1536), ux | class_plus_normal},
        {fmuls, ue, power(-100), 0, power(-100), power(-200 + 192), ux | class_plus_normal},
        // Tiny but exact is an exception too if it is enabled.
        {fdiv, ue, smallest_normal, two, 0, power(-1023 + 1536), ux | class_plus_normal},
        {fdiv, ue, smallest_normal, three, 0, power(-1024 + 1536) | 0x5555555555555,
         ux | xx | fi | class_plus_normal},
    };
    Bench bench;
    for (const Row& row : rows) {
        INFO(info(row.opcode).mnemonic);
        CHECK(bench.operate(row.opcode, row.enable, row.a, row.b, row.c) == program_float);
        CHECK(bench.get(3) == row.result);
        CHECK(fold_fpscr(bench.state) == (fx | fex | row.enable | row.after));
    }
}

TEST_CASE("an enabled compare exception still compares") {
    using namespace fpscr;
    Bench bench;
    const auto compare = [&](Opcode opcode, std::uint32_t before, std::uint64_t a) {
        set_fpscr(bench.state, before);
        bench.set(0, a);
        bench.set(1, one);
        bench.state.cr_so[5] = 0;
        return bench.run({encode(opcode, {{'D', 5}, {'a', 0}, {'b', 1}})});
    };
    CHECK(compare(fcmpu, ve, quiet) == ir::leave::none);
    CHECK(bench.state.fpscr == (ve | fpcc_unordered));
    CHECK(compare(fcmpu, ve, signaling) == program_float);
    CHECK(bench.state.fpscr == (fx | fex | vx | vxsnan | ve | fpcc_unordered));
    CHECK(bench.state.cr_so[5] == 1);
    CHECK(compare(fcmpo, ve, quiet) == program_float);
    CHECK(bench.state.fpscr == (fx | fex | vx | vxvc | ve | fpcc_unordered));
    // PEM, fcmpo: VXVC only if VE is clear.
    CHECK(compare(fcmpo, ve, signaling) == program_float);
    CHECK(bench.state.fpscr == (fx | fex | vx | vxsnan | ve | fpcc_unordered));
    CHECK(compare(fcmpo, 0, signaling) == ir::leave::none);
    CHECK(fold_fpscr(bench.state) == (fx | vx | vxsnan | vxvc | fpcc_unordered));
}

TEST_CASE("NI makes zeros of tiny results") {
    using namespace fpscr;
    Bench bench;
    bench.operate(fdiv, ni, smallest_normal | 1ull << 63, two);
    CHECK(bench.get(3) == minus_zero);
    bench.operate(fdiv, ni, two, two);
    CHECK(bench.get(3) == one);
}

// ---- FPSCR

TEST_CASE("writing FPSCR changes rounding, the mode, and may raise") {
    using namespace fpscr;
    Bench bench;
    // Enabling an exception changes the mode: leave after the instruction.
    CHECK(bench.run({encode(mtfsb1, {{'d', 24}})}) == ir::leave::look_again);
    CHECK(bench.state.pc == start + 4);
    CHECK(bench.state.fpscr == ve);
    CHECK(bench.run({encode(mtfsb1, {{'d', 25}})}) == ir::leave::none);
    CHECK(bench.run({encode(mtfsfi, {{'D', 6}, {'z', 0}})}) == ir::leave::look_again);
    CHECK(bench.state.fpscr == 0);
    // Bits and enable together raise after the write (PEM 3.3.6).
    set_fpscr(bench.state, zx);
    CHECK(bench.run({encode(mtfsb1, {{'d', 27}, {'r', 1}})}) == program_float);
    CHECK(bench.state.pc == start);
    CHECK(bench.state.fpscr == (fex | zx | ze));
    CHECK(bench.state.cr[1] == ir::pack_order(false, true, false));
    // FEX, VX and the reserved bit cannot be written.
    set_fpscr(bench.state, 0);
    bench.set(7, 0xffffffff60000800);
    bench.run({encode(mtfsf, {{'F', 0xff}, {'b', 7}})});
    CHECK(bench.state.fpscr == 0);
    // RN: nearest, zero, up, down; MXCSR.RC: nearest, down, up, zero.
    constexpr std::uint32_t control[4] = {0, 3, 2, 1};
    for (std::uint32_t rn = 0; rn < 4; ++rn) {
        bench.run({encode(mtfsfi, {{'D', 7}, {'z', rn}})});
        CHECK((bench.state.header.guest_mxcsr >> 13 & 3) == control[rn]);
    }
}

TEST_CASE("mcrfs clears what it copies, but for the summaries") {
    using namespace fpscr;
    Bench bench;
    set_fpscr(bench.state, fx | ox | vxsnan | vxisi | fr | fi | class_quiet | 1);
    bench.run({encode(mcrfs, {{'D', 2}, {'S', 0}})});
    CHECK(bench.state.cr[2] == ir::pack_order(true, false, true)); // FX, VX, not FEX
    CHECK(bench.state.cr_so[2] == 1);                              // OX
    CHECK(bench.state.fpscr == (vx | vxsnan | vxisi | fr | fi | class_quiet | 1));
    bench.run({encode(mcrfs, {{'D', 2}, {'S', 1}})});
    CHECK(bench.state.fpscr == (vx | vxisi | fr | fi | class_quiet | 1));
    bench.run({encode(mcrfs, {{'D', 2}, {'S', 2}})});
    CHECK(bench.state.fpscr == (fr | fi | class_quiet | 1)); // VX follows
    bench.run({encode(mcrfs, {{'D', 2}, {'S', 3}})});
    CHECK(bench.state.fpscr == (fr | fi | class_quiet | 1));
}

// PEM, fcmpu: FPCC alone of FPRF; C, FI and FR are those of the operation before.
TEST_CASE("a compare leaves C, FI and FR of the last operation") {
    using namespace fpscr;
    for (const std::uint32_t more_mode : {0u, mode::float_exact}) {
        Bench bench;
        bench.set(0, one);
        bench.set(1, three);
        bench.set(4, 0xffefffffffffffff);
        bench.set(5, smallest_normal >> 1);
        bench.run({encode(fdivs, {{'d', 3}, {'a', 0}, {'b', 1}}),
                   encode(fcmpu, {{'D', 3}, {'a', 0}, {'b', 1}})},
                  more_mode);
        CHECK(fold_fpscr(bench.state) == (fx | xx | fi | fr | fpcc_less));
        bench.run({encode(frsp, {{'d', 3}, {'b', 5}}), // a denormal becomes zero: C is clear
                   encode(fmr, {{'d', 3}, {'b', 5}}), encode(fadd, {{'d', 6}, {'a', 3}, {'b', 5}}),
                   encode(fmul, {{'d', 6}, {'a', 5}, {'c', 0}}), // denormal: C is set
                   encode(fcmpo, {{'D', 3}, {'a', 1}, {'b', 0}})},
                  more_mode);
        CHECK((fold_fpscr(bench.state) & (fprf | fi | fr)) == (fprf_class | fpcc_greater));
        bench.run({encode(fcmpo, {{'D', 3}, {'a', 1}, {'b', 1}})}, more_mode);
        CHECK((fold_fpscr(bench.state) & fprf) == (fprf_class | fpcc_equal));
    }
}

TEST_CASE("what the host's inexact flag has gathered becomes XX once") {
    using namespace fpscr;
    State state;
    state.header.guest_mxcsr |= 0x20;
    CHECK(fold_fpscr(state) == (fx | xx));
    CHECK((state.header.guest_mxcsr & 0x20) == 0);
    set_fpscr(state, 0);
    CHECK(fold_fpscr(state) == 0);
    // While generated code runs, MXCSR itself has it.
    state.header.mxcsr_live = 1;
    state.header.guest_mxcsr |= 0x20; // stale
    const unsigned before = _mm_getcsr();
    _mm_setcsr(before & ~0x20u);
    CHECK(fold_fpscr(state) == 0);
    _mm_setcsr(before | 0x20);
    CHECK(fold_fpscr(state) == (fx | xx));
    CHECK((_mm_getcsr() & 0x20) == 0);
    _mm_setcsr(before);
}

// The same sequences by lazy records and by exact mode: every bit of FPSCR and of the registers.
TEST_CASE("lazy FPSCR is the same as exact mode's at every moment") {
    static constexpr Opcode opcodes[] = {fadd,   fadds,   fsub,   fsubs, fmul,   fmuls,  fdiv,
                                         fdivs,  fmadd,   fmadds, fmsub, fmsubs, fnmadd, fnmadds,
                                         fnmsub, fnmsubs, frsp,   fctiw, fctiwz, fres,   frsqrte,
                                         fcmpu,  fcmpo,   fsel,   fneg};
    Generator generator(5, {{"none", 1, [](Generator&) {}}}, LOCKSTEP_FLOAT);
    Bench lazy, exact;
    Random& random = generator.random;
    std::size_t different = 0;
    for (unsigned round = 0; round < 20'000; ++round) {
        for (unsigned n = 0; n < 32; ++n) {
            const std::uint64_t bits = random.float_bits();
            lazy.set(n, bits);
            exact.set(n, bits);
        }
        const std::uint32_t before = static_cast<std::uint32_t>(random.next()) & ~fpscr::exact_mode;
        set_fpscr(lazy.state, before);
        set_fpscr(exact.state, before);
        std::uint32_t words[3];
        for (std::uint32_t& word : words)
            word = generator.encode_random(random.pick(std::span<const Opcode>(opcodes)), {});
        lazy.run({words[0], words[1], words[2]});
        exact.run({words[0], words[1], words[2]}, mode::float_exact);
        const bool same = fold_fpscr(lazy.state) == fold_fpscr(exact.state) &&
                          std::equal(std::begin(lazy.state.cr), std::end(lazy.state.cr),
                                     std::begin(exact.state.cr)) &&
                          std::memcmp(lazy.state.fpr, exact.state.fpr, sizeof lazy.state.fpr) == 0;
        different += !same;
        if (!same && different == 1) {
            INFO(std::hex << words[0] << " " << words[1] << " " << words[2] << " FPSCR "
                          << lazy.state.fpscr << " " << exact.state.fpscr);
            CHECK(same);
        }
    }
    CHECK(different == 0);
}

// ---- estimates

TEST_CASE("fres and frsqrte are as good as the manuals promise") {
    Random random(3);
    for (unsigned i = 0; i < 200'000; ++i) {
        const std::uint64_t fraction = random.next() & 0xfffffffffffff;
        const std::uint64_t single = std::uint64_t{random.between(1023 - 125, 1023 + 125)} << 52 |
                                     (random.next() & 1ull << 63) | fraction;
        const double x = std::bit_cast<double>(single);
        const double reciprocal = std::bit_cast<double>(reciprocal_estimate(single).value);
        // MPC750 UM 2.3.4.2.2: fres to 1/4096, frsqrte to 1/32; the chip's frsqrte is as fres.
        REQUIRE(std::fabs(reciprocal * x - 1) <= 1.0 / 4096);
        const std::uint64_t wide = std::uint64_t{random.below(0x7ff)} << 52 | fraction | 1;
        const double y = std::bit_cast<double>(wide);
        const double root = std::bit_cast<double>(reciprocal_root_estimate(wide).value);
        REQUIRE(std::fabs(root * std::sqrt(y) - 1) <= 1.0 / 4096);
    }
}

TEST_CASE("estimates at the ends") {
    using namespace fpscr;
    struct Row {
        Opcode opcode;
        std::uint64_t b, result;
        std::uint32_t after;
    };
    const Row rows[] = {
        {fres, minus_zero, infinity | 1ull << 63, fx | zx | class_minus_infinity},
        {fres, infinity, zero, class_plus_zero},
        {fres, signaling, signaling | quiet, fx | vx | vxsnan | class_quiet},
        {fres, one, 0x3fefff0000000000, class_plus_normal},
        {frsqrte, minus_zero, infinity | 1ull << 63, fx | zx | class_minus_infinity},
        {frsqrte, minus_one, quiet, fx | vx | vxsqrt | class_quiet},
        {frsqrte, infinity, zero, class_plus_zero},
        {frsqrte, one, 0x3feffe8000000000, class_plus_normal},
    };
    Bench bench;
    for (const Row& row : rows) {
        INFO(info(row.opcode).mnemonic << std::hex << " " << row.b);
        bench.operate(row.opcode, 0, 0, row.b);
        CHECK(bench.get(3) == row.result);
        CHECK(fold_fpscr(bench.state) == row.after);
    }
}

// ---- availability and memory

TEST_CASE("every floating-point and AltiVec instruction looks at MSR first") {
    Bench bench;
    bench.state.msr = 0;
    for (const InstructionInfo& row : all_instructions().subspan(1)) {
        const bool is_float = row.mnemonic[0] == 'f' || row.mnemonic.starts_with("lf") ||
                              row.mnemonic.starts_with("stf") || row.mnemonic == "mffs" ||
                              row.mnemonic == "mcrfs" || row.mnemonic.starts_with("mtfs");
        const bool is_vector = row.feature == Feature::altivec && !row.mnemonic.starts_with("ds");
        if ((!is_float && !is_vector) || row.feature == Feature::fsqrt) continue;
        INFO(row.mnemonic);
        CHECK(bench.run({row.pattern.value | 1u << 16}) ==
              code(is_float ? Leave::fp_unavailable : Leave::vec_unavailable));
        CHECK(bench.state.pc == start);
    }
}

TEST_CASE("a floating-point operand off a word boundary faults and changes nothing") {
    Bench bench;
    constexpr std::uint32_t misaligned = LOCKSTEP_WINDOW + 2;
    for (const Opcode opcode : {lfsu, lfdu, stfsu, stfdu}) {
        INFO(info(opcode).mnemonic);
        bench.state.gpr[4] = misaligned;
        bench.set(3, unset);
        const std::uint32_t word = encode(opcode, {{'a', 4}, {'i', 8}}) | 3u << 21;
        CHECK(bench.run({word}) == ir::leave::fault);
        CHECK(bench.state.gpr[4] == misaligned);
        CHECK(bench.get(3) == unset);
        bench.state.gpr[4] = LOCKSTEP_WINDOW + 4; // a double on a word boundary is fine
        CHECK(bench.run({word}) == ir::leave::none);
        CHECK(bench.state.gpr[4] == LOCKSTEP_WINDOW + 12);
    }
}

TEST_CASE("an update of r0 is refused") {
    Bench bench;
    CHECK(bench.run({encode(lfdu, {{'d', 1}, {'a', 0}, {'i', LOCKSTEP_WINDOW}})}) ==
          code(Leave::program_illegal));
}

} // namespace vestige::ppc
