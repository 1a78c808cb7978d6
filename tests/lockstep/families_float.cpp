// Floating point: loads and stores, arithmetic, compares, FPSCR.
//
// What QEMU does not model is kept out or masked, each with its reason:
//   FR             never set by QEMU
//   C of singles   QEMU calls a denormal single, kept as a double, normal
//   FPRF of fctiw  undefined; the upper half of its result, and of mffs's, too
//   fres, frsqrte  estimates: QEMU divides exactly
//   FX             QEMU sets it for every exception, not only for one that was not there: what may
//                  leave one without FX comes last in its case; nor in mtfsb1
//   C, FI          QEMU changes them in an invalid compare; the manual leaves them as they were
//   fnmadd ...     QEMU rounds after negating, which shows with a directed rounding
//   VXSNAN         QEMU forgets it if infinity is multiplied with zero as well: no fused operations
//                  where signalling NaNs are about
//   VE, OE, UE, ZE QEMU changes frD under an enabled invalid operation and does not wrap exponents;
//                  XE alone is right, and takes the same path here
#include "common/softfloat/format.h"
#include "tests/lockstep/generator.h"

namespace vestige::ppc::lockstep {

namespace {

using enum Opcode;
using BaseRegister = Generator::BaseRegister;

// Of FPSCR, and of CR after mcrfs, as the manual counts.
constexpr unsigned fr_bit = 13, class_bit = 15;
constexpr std::uint32_t fprf = 0x1f000, fprf_class = 0x10000, fi = 0x20000, fx = 0x80000000;

constexpr Opcode doubles[] = {fadd, fsub, fmul, fdiv};
constexpr Opcode singles[] = {fadds, fsubs, fmuls, fdivs, frsp};
constexpr Opcode fused_doubles[] = {fmadd, fmsub};
constexpr Opcode fused_singles[] = {fmadds, fmsubs};
constexpr Opcode negated_doubles[] = {fnmadd, fnmsub};
constexpr Opcode negated_singles[] = {fnmadds, fnmsubs};
constexpr Opcode moves[] = {fmr, fneg, fabs, fnabs, fsel};
constexpr Opcode compares[] = {fcmpu, fcmpo};

template <std::size_t count> void emit_any(Generator& g, const Opcode (&opcodes)[count]) {
    g.emit(g.encode_random(g.random.pick(std::span<const Opcode>(opcodes)), {}));
}

// Half of the cases have no single precision and look at C.
bool may_be_single(Generator& g) {
    return (g.test().ignored.fpscr & fprf_class) != 0 && g.random.one_in(2);
}

void emit_arithmetic(Generator& g) {
    may_be_single(g) ? emit_any(g, singles) : emit_any(g, doubles);
}

bool may_be_fused(Generator& g) {
    for (const std::uint64_t value : g.test().input.fpr)
        if (softfloat::classify<softfloat::F64>(value) == softfloat::Class::signaling_nan)
            return false;
    return true;
}

void emit_fused(Generator& g) {
    if (!may_be_fused(g)) return;
    may_be_single(g) ? emit_any(g, fused_singles) : emit_any(g, fused_doubles);
}

// And clears XE.
void set_rounding(Generator& g, unsigned rn) {
    g.pin();
    g.emit(g.encode(mtfsfi, {{'D', 7}, {'z', rn}}));
}

void emit_negated(Generator& g) {
    if (!g.straight() || !may_be_fused(g)) return;
    set_rounding(g, g.random.below(2));
    may_be_single(g) ? emit_any(g, negated_singles) : emit_any(g, negated_doubles);
}

// Nothing looks at these bits of FPSCR before the next result sets them.
void set_open(Generator& g, std::uint32_t bits) {
    if (g.random.one_in(2)) {
        g.test().ignored.fpscr |= bits;
        g.finish();
    } else {
        g.emit(g.encode_random(fadd, {}));
    }
}

void emit_compare(Generator& g) {
    if (!g.straight()) return;
    emit_any(g, compares);
    set_open(g, fprf_class | fi);
}

struct Access {
    Opcode opcode;
    std::uint8_t size;
    bool indexed, update;
};
constexpr Access accesses[] = {
    {lfs, 4, false, false},  {lfsu, 4, false, true},   {lfsx, 4, true, false},
    {lfsux, 4, true, true},  {lfd, 8, false, false},   {lfdu, 8, false, true},
    {lfdx, 8, true, false},  {lfdux, 8, true, true},   {stfs, 4, false, false},
    {stfsu, 4, false, true}, {stfsx, 4, true, false},  {stfsux, 4, true, true},
    {stfd, 8, false, false}, {stfdu, 8, false, true},  {stfdx, 8, true, false},
    {stfdux, 8, true, true}, {stfiwx, 4, true, false},
};

void emit_access(Generator& g) {
    const Access& access = g.random.pick(std::span<const Access>(accesses));
    if (access.update && !g.straight()) return;
    const auto base = access.update ? BaseRegister::not_zero : BaseRegister::any;
    const auto place =
        access.indexed ? g.indexed(access.size, 4, base) : g.displaced(access.size, 4, base);
    if (!place) return;
    g.emit(access.indexed
               ? g.encode_random(access.opcode, {{'a', place->ra}, {'b', place->rb}})
               : g.encode_random(access.opcode, {{'a', place->ra}, {'i', place->offset}}));
    if (access.update) g.set_known(place->ra, place->address);
}

// The low word of f, which alone is defined, goes to memory; then f is loaded anew.
std::optional<Generator::Place> emit_low_word(Generator& g, unsigned f) {
    const auto place = g.indexed(4, 4, BaseRegister::any);
    if (place) g.emit(g.encode(stfiwx, {{'s', f}, {'a', place->ra}, {'b', place->rb}}));
    return place;
}

void emit_reload(Generator& g, unsigned f, const Generator::Place& place) {
    g.emit(g.encode(lfsx, {{'d', f}, {'a', place.ra}, {'b', place.rb}}));
}

void emit_to_integer(Generator& g) {
    if (!g.straight()) return;
    const unsigned f = g.random.below(32);
    const auto place = g.indexed(4, 4, BaseRegister::any);
    if (!place) return;
    set_rounding(g, g.random.below(4));
    g.emit(g.encode_random(g.random.one_in(2) ? fctiw : fctiwz, {{'d', f}}));
    g.emit(g.encode(stfiwx, {{'s', f}, {'a', place->ra}, {'b', place->rb}}));
    emit_reload(g, f, *place);
    set_open(g, fprf);
}

// mffs without FR, FI and C, by way of a GPR.
void emit_read_fpscr(Generator& g) {
    if (!g.straight()) return;
    const unsigned f = g.random.below(32), r = g.free_gpr();
    const auto place = emit_low_word(g, f);
    if (!place) return;
    const auto at = [&](Opcode opcode, char letter, unsigned n) {
        return g.encode(opcode, {{letter, n}, {'a', place->ra}, {'b', place->rb}});
    };
    g.emit(g.encode_random(mffs, {{'d', f}}));
    g.emit(at(stfiwx, 's', f));
    g.emit(at(lwzx, 'd', r));
    g.emit(g.encode(rlwinm, {{'s', r}, {'a', r}, {'m', class_bit + 1}, {'e', fr_bit - 1}}));
    g.emit(at(stwx, 's', r));
    emit_reload(g, f, *place);
}

void emit_write_fpscr(Generator& g) {
    if (!g.straight()) return;
    switch (g.random.below(6)) {
    case 0: { // not the enables, NI and RN
        const std::uint32_t fields = g.random.below(64) << 2;
        g.emit(g.encode_random(mtfsf, {{'F', fields}}));
        if (fields & 0xf4) g.finish();
        break;
    }
    case 1: {
        const unsigned field = g.random.below(6);
        g.emit(g.encode_random(mtfsfi, {{'D', field}}));
        if (field != 4) g.finish();
        break;
    }
    case 2: // XE, not NI, RN
        g.emit(g.encode_random(
            mtfsfi, {{'D', 7}, {'z', g.random.below(4) | (g.random.one_in(4) ? 8 : 0)}}));
        break;
    case 3: {
        const unsigned bit = g.random.below(32);
        g.emit(g.encode_random(mtfsb0, {{'d', bit}}));
        if (bit == 0) g.finish();
        break;
    }
    case 4: {
        const unsigned bit = g.random.below(24);
        g.emit(g.encode(mtfsb1, {{'d', bit}}));
        if (bit < fr_bit || bit > 20) {
            g.test().ignored.fpscr |= fx;
            g.finish();
        }
        break;
    }
    default: g.emit(g.encode_random(mtfsb1, {{'d', 30 + g.random.below(2)}}));
    }
}

void emit_move_to_cr(Generator& g) {
    if (!g.straight()) return;
    const unsigned d = g.random.below(8), s = g.random.below(8);
    g.emit(g.encode(mcrfs, {{'D', d}, {'S', s}}));
    if (s == 0) g.finish();
    if (s != fr_bit / 4) return;
    for (const unsigned bit : {fr_bit, class_bit}) {
        const unsigned n = 4 * d + bit % 4;
        g.emit(g.encode(crxor, {{'d', n}, {'a', n}, {'b', n}}));
    }
}

} // namespace

std::span<const Family> float_families() {
    static constexpr Family families[] = {
        {"float arithmetic", 60, emit_arithmetic},
        {"float fused", 40, emit_fused},
        {"float negated", 15, emit_negated},
        {"float move", 8, [](Generator& g) { emit_any(g, moves); }},
        {"float compare", 12, emit_compare},
        {"float access", 16, emit_access},
        {"float to integer", 6, emit_to_integer},
        {"read FPSCR", 4, emit_read_fpscr},
        {"write FPSCR", 6, emit_write_fpscr},
        {"mcrfs", 3, emit_move_to_cr},
    };
    return families;
}

} // namespace vestige::ppc::lockstep
