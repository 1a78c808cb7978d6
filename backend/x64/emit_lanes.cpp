// Vector ops that take the host more than one instruction, or another one than the table of
// emit_vector.cpp has.
#include "backend/x64/unit_emitter.h"

namespace vestige::x64 {

using ir::LaneAttributes;
namespace Id = x86::Inst;

// ---- bytes

void UnitEmitter::emit_vec_extract(Value value, const Instruction& op) {
    const unsigned from = LaneAttributes::unpack(op.imm).number;
    const Value a = op.arguments[0], b = op.arguments[1];
    const Held low = regs_.use(b);
    if (features_.avx) {
        const HostRegister high = regs_.finish(a, regs_.use(a));
        const Held result = regs_.define(value);
        as_.vpalignr(result.xmm(), xmm(high), low.xmm(), from);
        return;
    }
    const Held result = regs_.define_copy(value, a);
    as_.palignr(result.xmm(), low.xmm(), from);
}

// pshufb looks at the low four bits and the top one of each byte of its control.
void UnitEmitter::emit_vec_permute(Value value, const Instruction& op) {
    const Held a = regs_.use(op.arguments[0]), b = regs_.use(op.arguments[1]),
               c = regs_.use(op.arguments[2]);
    const Held index = regs_.scratch(Bank::xmm), from_b = regs_.scratch(Bank::xmm);
    Held from_a = regs_.scratch(Bank::xmm);
    sse(Id::kIdVpand, Id::kIdPand, index.xmm(), c.xmm(), constant_memory(thunks_.low_nibbles));
    constant_used();
    sse(Id::kIdVpshufb, Id::kIdPshufb, from_a.xmm(), a.xmm(), index.xmm());
    sse(Id::kIdVpshufb, Id::kIdPshufb, from_b.xmm(), b.xmm(), index.xmm());
    // Bit 4 of each byte, which says a, becomes its top bit.
    if (features_.avx) {
        as_.vpsllw(index.xmm(), c.xmm(), 3);
        as_.vpblendvb(from_a.xmm(), from_b.xmm(), from_a.xmm(), index.xmm());
    } else {
        const Held top = regs_.scratch(Bank::xmm);
        as_.movaps(top.xmm(), c.xmm());
        as_.psllw(top.xmm(), 3);
        as_.pxor(index.xmm(), index.xmm());
        as_.pcmpgtb(index.xmm(), top.xmm());
        as_.pand(from_a.xmm(), index.xmm());
        as_.pandn(index.xmm(), from_b.xmm());
        as_.por(from_a.xmm(), index.xmm());
    }
    regs_.become(value, std::move(from_a));
}

void UnitEmitter::emit_vec_signs(Value value, const Instruction& op) {
    const Held from = regs_.use(op.arguments[0]);
    const Held result = regs_.define(value);
    as_.emit(features_.avx ? Id::kIdVpmovmskb : Id::kIdPmovmskb, result.r32(), from.xmm());
}

// ---- one lane to all

// Lane `lane` of 16 bits to all.
void UnitEmitter::splat_half(const x86::Xmm& to, const x86::Xmm& from, unsigned lane) {
    const bool high = lane >= 4;
    const auto shuffle = features_.avx ? (high ? Id::kIdVpshufhw : Id::kIdVpshuflw)
                                       : (high ? Id::kIdPshufhw : Id::kIdPshuflw);
    as_.emit(shuffle, to, from, (lane & 3) * 0x55);
    // The lanes of 32 bits whose halves are alike now: the one at 0, or at 2.
    as_.emit(features_.avx ? Id::kIdVpshufd : Id::kIdPshufd, to, to, high ? 0xaa : 0x00);
}

void UnitEmitter::emit_vec_splat_lane(Value value, const Instruction& op) {
    const LaneAttributes lanes = LaneAttributes::unpack(op.imm);
    const HostRegister from = regs_.finish(op.arguments[0], regs_.use(op.arguments[0]));
    const Held result = regs_.define(value);
    const x86::Xmm& to = result.xmm();
    switch (lanes.bits) {
    case 32:
        as_.emit(features_.avx ? Id::kIdVpshufd : Id::kIdPshufd, to, xmm(from),
                 lanes.number * 0x55);
        return;
    case 16: splat_half(to, xmm(from), lanes.number); return;
    default:
        // Each byte twice.
        if (lanes.number < 8)
            sse(Id::kIdVpunpcklbw, Id::kIdPunpcklbw, to, xmm(from), features_.avx ? xmm(from) : to);
        else
            sse(Id::kIdVpunpckhbw, Id::kIdPunpckhbw, to, xmm(from), features_.avx ? xmm(from) : to);
        splat_half(to, to, lanes.number % 8);
    }
}

void UnitEmitter::emit_vec_splat(Value value, const Instruction& op) {
    const auto constant = regs_.constant(op.arguments[0]);
    const std::uint32_t number = constant ? static_cast<std::uint32_t>(*constant) : 1;
    if (number == 0 || number == ~0u) {
        const Held result = regs_.define(value);
        const x86::Xmm& to = result.xmm();
        if (features_.avx)
            as_.emit(number == 0 ? Id::kIdVpxor : Id::kIdVpcmpeqd, to, to, to);
        else
            as_.emit(number == 0 ? Id::kIdPxor : Id::kIdPcmpeqd, to, to);
        return;
    }
    const Held from = regs_.use(op.arguments[0]);
    const Held result = regs_.define(value);
    const x86::Xmm& to = result.xmm();
    as_.emit(features_.avx ? Id::kIdVmovd : Id::kIdMovd, to, from.r32());
    as_.emit(features_.avx ? Id::kIdVpshufd : Id::kIdPshufd, to, to, 0);
}

void UnitEmitter::emit_vec_pair(Value value, const Instruction& op) {
    const Held high = regs_.use(op.arguments[0]), low = regs_.use(op.arguments[1]);
    const Held result = regs_.define(value);
    const x86::Xmm& to = result.xmm();
    if (features_.avx) {
        as_.vmovq(to, low.r64());
        as_.vpinsrq(to, to, high.r64(), 1);
    } else {
        as_.movq(to, low.r64());
        as_.pinsrq(to, high.r64(), 1);
    }
}

// ---- each lane of 32 bits by its own count

void UnitEmitter::emit_lane_shift(Value value, const Instruction& op, asmjit::InstId avx2,
                                  asmjit::InstId scalar) {
    constexpr unsigned lanes = 4, above_count = 32 - 5;
    const Value a = op.arguments[0], b = op.arguments[1];
    if (features_.avx2) {
        const Held count = regs_.use(b);
        const Held from = regs_.use(a);
        Held result = regs_.scratch(Bank::xmm);
        // The host's do not take counts modulo the width.
        as_.vpslld(result.xmm(), count.xmm(), above_count);
        as_.vpsrld(result.xmm(), result.xmm(), above_count);
        as_.emit(avx2, result.xmm(), from.xmm(), result.xmm());
        regs_.become(value, std::move(result));
        return;
    }
    const Held by = regs_.claim(host::rcx);
    const Held count = regs_.use(b);
    const Held from = regs_.use(a);
    const Held lane = regs_.scratch();
    Held result = regs_.scratch(Bank::xmm);
    for (unsigned i = 0; i < lanes; ++i) {
        as_.pextrd(by.r32(), count.xmm(), i);
        as_.pextrd(lane.r32(), from.xmm(), i);
        as_.emit(scalar, lane.r32(), x86::cl);
        as_.pinsrd(result.xmm(), lane.r32(), i);
    }
    regs_.become(value, std::move(result));
}

void UnitEmitter::emit_vec_shl(Value value, const Instruction& op) {
    emit_lane_shift(value, op, Id::kIdVpsllvd, Id::kIdShl);
}
void UnitEmitter::emit_vec_shr(Value value, const Instruction& op) {
    emit_lane_shift(value, op, Id::kIdVpsrlvd, Id::kIdShr);
}
void UnitEmitter::emit_vec_sar(Value value, const Instruction& op) {
    emit_lane_shift(value, op, Id::kIdVpsravd, Id::kIdSar);
}

} // namespace vestige::x64
