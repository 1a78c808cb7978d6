// AltiVec. vexptefp is not here: QEMU gives minus infinity for large negative numbers.
#include "tests/lockstep/generator.h"

namespace vestige::ppc::lockstep {

namespace {

using enum Opcode;
using BaseRegister = Generator::BaseRegister;

// Operands are all free.
constexpr Opcode plain[] = {
    vaddcuw,   vaddsbs,  vaddshs,  vaddsws,  vaddubm,  vaddubs,  vadduhm,  vadduhs,   vadduwm,
    vadduws,   vsubcuw,  vsubsbs,  vsubshs,  vsubsws,  vsububm,  vsububs,  vsubuhm,   vsubuhs,
    vsubuwm,   vsubuws,  vsum2sws, vsum4sbs, vsum4shs, vsum4ubs, vsumsws,  vmhaddshs, vmhraddshs,
    vmladduhm, vmsummbm, vmsumshm, vmsumshs, vmsumubm, vmsumuhm, vmsumuhs, vmulesb,   vmulesh,
    vmuleub,   vmuleuh,  vmulosb,  vmulosh,  vmuloub,  vmulouh,  vavgsb,   vavgsh,    vavgsw,
    vavgub,    vavguh,   vavguw,   vmaxsb,   vmaxsh,   vmaxsw,   vmaxub,   vmaxuh,    vmaxuw,
    vminsb,    vminsh,   vminsw,   vminub,   vminuh,   vminuw,   vcmpequb, vcmpequh,  vcmpequw,
    vcmpgtsb,  vcmpgtsh, vcmpgtsw, vcmpgtub, vcmpgtuh, vcmpgtuw, vand,     vandc,     vnor,
    vor,       vxor,     vrlb,     vrlh,     vrlw,     vslb,     vslh,     vslo,      vslw,
    vsrab,     vsrah,    vsraw,    vsrb,     vsrh,     vsro,     vsrw,     vpkpx,     vpkshss,
    vpkshus,   vpkswss,  vpkswus,  vpkuhum,  vpkuhus,  vpkuwum,  vpkuwus,  vupkhpx,   vupkhsb,
    vupkhsh,   vupklpx,  vupklsb,  vupklsh,  vmrghb,   vmrghh,   vmrghw,   vmrglb,    vmrglh,
    vmrglw,    vspltb,   vsplth,   vspltw,   vspltisb, vspltish, vspltisw, vperm,     vsel,
    vsldoi,    mfvscr};

constexpr Opcode floats[] = {vaddfp, vsubfp,    vmaxfp, vminfp,  vmaddfp,  vnmsubfp, vlogefp,
                             vrefp,  vrsqrtefp, vrfim,  vrfin,   vrfip,    vrfiz,    vcfsx,
                             vcfux,  vctsxs,    vctuxs, vcmpbfp, vcmpeqfp, vcmpgefp, vcmpgtfp};

template <std::size_t count> void emit_any(Generator& g, const Opcode (&opcodes)[count]) {
    g.emit(g.encode_random(g.random.pick(std::span<const Opcode>(opcodes)), {}));
}

// All bytes of the count must have the same low three bits.
void emit_whole_shift(Generator& g) {
    if (!g.straight()) return;
    const unsigned count = g.random.below(32);
    g.emit(g.encode_random(vspltb, {{'d', count}, {'x', g.random.below(16)}}));
    g.emit(g.encode_random(g.random.one_in(2) ? vsl : vsr, {{'b', count}}));
}

// NJ and SAT, the only bits that chips have; QEMU keeps the others too.
void emit_write_vscr(Generator& g) {
    if (!g.straight()) return;
    const unsigned v = g.random.below(32);
    const std::uint32_t both = g.random.below(2), sat = g.random.below(2);
    g.emit(g.encode(vspltish, {{'d', v}, {'y', both}}));
    if (!both) g.emit(g.encode(vspltisw, {{'d', v}, {'y', sat}}));
    g.emit(g.encode(mtvscr, {{'b', v}}));
}

struct Access {
    Opcode opcode;
    std::uint8_t size;
};
constexpr Access accesses[] = {{lvebx, 1}, {lvehx, 2},  {lvewx, 4},  {lvx, 16},
                               {lvxl, 16}, {stvebx, 1}, {stvehx, 2}, {stvewx, 4},
                               {stvx, 16}, {stvxl, 16}, {lvx, 16},   {stvx, 16}};

// The window starts at a multiple of 16: what is below an address in it is in it.
void emit_access(Generator& g) {
    const Access& access = g.random.pick(std::span<const Access>(accesses));
    if (const auto place = g.indexed(1, 1, BaseRegister::any))
        g.emit(g.encode_random(access.opcode, {{'a', place->ra}, {'b', place->rb}}));
}

void emit_shift_control(Generator& g) {
    static constexpr Opcode opcodes[] = {lvsl, lvsr};
    emit_any(g, opcodes);
}

// rA = 0 is an invalid form that QEMU refuses.
void emit_stream(Generator& g) {
    switch (g.random.below(3)) {
    case 0: g.emit(g.encode_random(dst, {{'a', g.random.between(1, 31)}})); break;
    case 1: g.emit(g.encode_random(dstst, {{'a', g.random.between(1, 31)}})); break;
    default: g.emit(g.encode_random(dss, {}));
    }
}

} // namespace

std::span<const Family> vector_families() {
    static constexpr Family families[] = {
        {"vector", 60, [](Generator& g) { emit_any(g, plain); }},
        {"vector float", 25, [](Generator& g) { emit_any(g, floats); }},
        {"vector shift", 3, emit_whole_shift},
        {"vector access", 12, emit_access},
        {"vector shift control", 3, emit_shift_control},
        {"write VSCR", 2, emit_write_vscr},
        {"data stream", 1, emit_stream},
    };
    return families;
}

} // namespace vestige::ppc::lockstep
