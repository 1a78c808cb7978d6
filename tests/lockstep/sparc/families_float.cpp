// Floating point: loads and stores, arithmetic, conversions, compares, FSR.
//
// Of two NaNs QEMU 7.2 passes on the one with the larger fraction, as an x87 does; the manual (V8
// table N-1) prefers rs2. So half of the cases keep to one precision and one NaN of each kind,
// whose results are the same either way. The others mix all there is; where an operation meets two
// NaNs in them, what the oracle says counts for nothing (Subject::meets_two_nans).
#include "tests/lockstep/sparc/generator.h"

namespace vestige::sparc::lockstep {

namespace {

using enum Opcode;

constexpr Opcode single_binary[] = {fadds, fsubs, fmuls, fdivs};
constexpr Opcode double_binary[] = {faddd, fsubd, fmuld, fdivd};
constexpr Opcode single_compares[] = {fcmps, fcmpes};
constexpr Opcode double_compares[] = {fcmpd, fcmped};

unsigned any_double(Generator& g) { return g.random.below(16) * 2; }
unsigned any_single(Generator& g) { return g.random.below(32); }

bool is_double(Generator& g) {
    switch (g.test().precision) {
    case Precision::single_alone: return false;
    case Precision::double_alone: return true;
    case Precision::mixed: break;
    }
    return g.random.one_in(2);
}
bool is_mixed(Generator& g) { return g.test().precision == Precision::mixed; }

Opcode pick(Generator& g, std::span<const Opcode> opcodes) { return g.random.pick(opcodes); }

void emit_binary(Generator& g) {
    if (is_double(g))
        g.emit(g.encode(pick(g, double_binary),
                        {{'d', any_double(g)}, {'s', any_double(g)}, {'t', any_double(g)}}));
    else
        g.emit(g.encode(pick(g, single_binary),
                        {{'d', any_single(g)}, {'s', any_single(g)}, {'t', any_single(g)}}));
}

void emit_root(Generator& g) {
    if (is_double(g))
        g.emit(g.encode(fsqrtd, {{'d', any_double(g)}, {'t', any_double(g)}}));
    else
        g.emit(g.encode(fsqrts, {{'d', any_single(g)}, {'t', any_single(g)}}));
}

void emit_compare(Generator& g) {
    if (is_double(g))
        g.emit(g.encode(pick(g, double_compares), {{'s', any_double(g)}, {'t', any_double(g)}}));
    else
        g.emit(g.encode(pick(g, single_compares), {{'s', any_single(g)}, {'t', any_single(g)}}));
}

// QEMU 7.2 notes the invalid operation of an fstod of a signalling NaN with the next operation, if
// at all: so it converts a result, which is none.
void emit_widening(Generator& g) {
    if (!g.straight() || g.in_slot()) return;
    const unsigned s = any_single(g);
    g.emit_pinned(
        g.encode(pick(g, single_binary), {{'d', s}, {'s', any_single(g)}, {'t', any_single(g)}}));
    g.emit(g.encode(fstod, {{'d', any_double(g)}, {'t', s}}));
}

void emit_conversion(Generator& g) {
    const unsigned s = any_single(g), d = any_double(g), other = any_double(g);
    switch (is_mixed(g)                                     ? g.random.below(7)
            : g.test().precision == Precision::single_alone ? 0
                                                            : 1) {
    case 0: g.emit(g.encode(fitos, {{'d', s}, {'t', any_single(g)}})); break;
    case 1: g.emit(g.encode(fitod, {{'d', d}, {'t', s}})); break;
    case 2: g.emit(g.encode(fstoi, {{'d', any_single(g)}, {'t', s}})); break;
    case 3: g.emit(g.encode(fdtoi, {{'d', s}, {'t', d}})); break;
    case 4: emit_widening(g); break;
    case 5: g.emit(g.encode(fdtos, {{'d', s}, {'t', d}})); break;
    default: g.emit(g.encode(fsmuld, {{'d', d}, {'s', s}, {'t', other}}));
    }
}

// A NaN's sign is not for cases with one NaN of each kind.
void emit_move(Generator& g) {
    static constexpr Opcode moves[] = {fmovs, fnegs, fabss};
    if (!is_mixed(g)) return;
    g.emit(g.encode(pick(g, moves), {{'d', any_single(g)}, {'t', any_single(g)}}));
}

void emit_access(Generator& g) {
    const bool twice = is_double(g);
    const bool loads = is_mixed(g) && g.random.one_in(2);
    if (const auto place = g.place(twice ? 8 : 4))
        g.emit(Generator::encode_at(twice ? (loads ? lddf : stdf) : (loads ? ldf : stf), *place,
                                    twice ? any_double(g) : any_single(g)));
}

// Rounding, fcc, aexc and cexc by way of memory. No exception is enabled.
void emit_set_fsr(Generator& g) {
    if (!g.straight() || g.in_slot()) return;
    const auto place = g.place(4);
    if (!place) return;
    unsigned value;
    do
        value = g.free_reg();
    while (value == 0 || value == place->rs1 || (!place->immediate && value == place->operand));
    const std::uint32_t high = g.random.below(4) << 20 | g.random.below(4);
    g.emit_pinned(g.encode(sethi, {{'d', value}, {'I', high}}));
    g.emit_pinned(
        g.encode(or_, {{'d', value}, {'s', value}, {'i', 1}, {'o', g.random.below(1 << 10)}}));
    g.emit_pinned(Generator::encode_at(st, *place, value));
    g.emit_pinned(Generator::encode_at(ldfsr, *place, 0));
}

void emit_store_fsr(Generator& g) {
    if (const auto place = g.place(4)) g.emit(Generator::encode_at(stfsr, *place, 0));
}

} // namespace

std::span<const Family> float_families() {
    static constexpr Family families[] = {
        {"float arithmetic", 60, emit_binary}, {"square root", 8, emit_root},
        {"float compare", 20, emit_compare},   {"conversion", 30, emit_conversion},
        {"float move", 12, emit_move},         {"float access", 25, emit_access},
        {"set FSR", 5, emit_set_fsr},          {"store FSR", 4, emit_store_fsr},
    };
    return families;
}

} // namespace vestige::sparc::lockstep
