// Vectors of 128 bits.
#include "backend/x64/unit_emitter.h"
#include "common/assertion.h"

namespace vestige::x64 {

namespace Id = x86::Inst;

// to = a op b, where `to` is not b.
void UnitEmitter::sse(asmjit::InstId avx, asmjit::InstId legacy, const x86::Xmm& to,
                      const x86::Xmm& a, const asmjit::Operand_& b) {
    if (features_.avx) {
        as_.emit(avx, to, a, b);
        return;
    }
    if (to.id() != a.id()) as_.movaps(to, a);
    as_.emit(legacy, to, b);
}

void UnitEmitter::emit_vector(asmjit::InstId avx, asmjit::InstId legacy, Value value, Value a,
                              Value b, bool commutative) {
    if (commutative && regs_.in_register(b) && regs_.dies_here(b)) std::swap(a, b);
    const Held right = regs_.use(b);
    Held left = regs_.use(a);
    if (features_.avx) {
        const HostRegister from = regs_.finish(a, std::move(left));
        const Held result = regs_.define(value);
        as_.emit(avx, result.xmm(), xmm(from), right.xmm());
        return;
    }
    left.release();
    const Held result = regs_.define_copy(value, a);
    as_.emit(legacy, result.xmm(), right.xmm());
}

void UnitEmitter::emit_vec_and(Value value, const Instruction& op) {
    emit_vector(Id::kIdVpand, Id::kIdPand, value, op.arguments[0], op.arguments[1], true);
}
void UnitEmitter::emit_vec_or(Value value, const Instruction& op) {
    emit_vector(Id::kIdVpor, Id::kIdPor, value, op.arguments[0], op.arguments[1], true);
}
void UnitEmitter::emit_vec_xor(Value value, const Instruction& op) {
    emit_vector(Id::kIdVpxor, Id::kIdPxor, value, op.arguments[0], op.arguments[1], true);
}
// The host's complements its first operand.
void UnitEmitter::emit_vec_and_not(Value value, const Instruction& op) {
    emit_vector(Id::kIdVpandn, Id::kIdPandn, value, op.arguments[1], op.arguments[0], false);
}

void UnitEmitter::emit_vec_not(Value value, const Instruction& op) {
    const Held result = regs_.define_copy(value, op.arguments[0]);
    sse(Id::kIdVpxor, Id::kIdPxor, result.xmm(), result.xmm(), constant_memory(thunks_.all_ones));
    constant_used();
}

namespace {

struct LaneInstructions {
    unsigned lane_bits;
    asmjit::InstId avx, legacy;
};
constexpr LaneInstructions additions[] = {{8, Id::kIdVpaddb, Id::kIdPaddb},
                                          {16, Id::kIdVpaddw, Id::kIdPaddw},
                                          {32, Id::kIdVpaddd, Id::kIdPaddd},
                                          {64, Id::kIdVpaddq, Id::kIdPaddq}};
constexpr LaneInstructions subtractions[] = {{8, Id::kIdVpsubb, Id::kIdPsubb},
                                             {16, Id::kIdVpsubw, Id::kIdPsubw},
                                             {32, Id::kIdVpsubd, Id::kIdPsubd},
                                             {64, Id::kIdVpsubq, Id::kIdPsubq}};

const LaneInstructions& by_lane(const LaneInstructions (&table)[4], std::uint64_t lane_bits) {
    for (const LaneInstructions& row : table)
        if (row.lane_bits == lane_bits) return row;
    VESTIGE_UNREACHABLE("no such lane width");
}

} // namespace

void UnitEmitter::emit_vec_add(Value value, const Instruction& op) {
    const LaneInstructions& row = by_lane(additions, op.imm);
    emit_vector(row.avx, row.legacy, value, op.arguments[0], op.arguments[1], true);
}
void UnitEmitter::emit_vec_sub(Value value, const Instruction& op) {
    const LaneInstructions& row = by_lane(subtractions, op.imm);
    emit_vector(row.avx, row.legacy, value, op.arguments[0], op.arguments[1], false);
}

} // namespace vestige::x64
