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

// ---- ops that are an instruction of the host's for each width

namespace {

enum class Order { as_it_is, commutes, swapped };

struct LaneRow {
    ir::Op op;
    unsigned bits;
    asmjit::InstId avx, legacy;
    Order order = Order::as_it_is;
};

constexpr LaneRow lane_rows[] = {
    {ir::Op::vec_add, 8, Id::kIdVpaddb, Id::kIdPaddb, Order::commutes},
    {ir::Op::vec_add, 16, Id::kIdVpaddw, Id::kIdPaddw, Order::commutes},
    {ir::Op::vec_add, 32, Id::kIdVpaddd, Id::kIdPaddd, Order::commutes},
    {ir::Op::vec_add, 64, Id::kIdVpaddq, Id::kIdPaddq, Order::commutes},
    {ir::Op::vec_sub, 8, Id::kIdVpsubb, Id::kIdPsubb},
    {ir::Op::vec_sub, 16, Id::kIdVpsubw, Id::kIdPsubw},
    {ir::Op::vec_sub, 32, Id::kIdVpsubd, Id::kIdPsubd},
    {ir::Op::vec_sub, 64, Id::kIdVpsubq, Id::kIdPsubq},
    {ir::Op::vec_add_sat_u, 8, Id::kIdVpaddusb, Id::kIdPaddusb, Order::commutes},
    {ir::Op::vec_add_sat_u, 16, Id::kIdVpaddusw, Id::kIdPaddusw, Order::commutes},
    {ir::Op::vec_add_sat_s, 8, Id::kIdVpaddsb, Id::kIdPaddsb, Order::commutes},
    {ir::Op::vec_add_sat_s, 16, Id::kIdVpaddsw, Id::kIdPaddsw, Order::commutes},
    {ir::Op::vec_sub_sat_u, 8, Id::kIdVpsubusb, Id::kIdPsubusb},
    {ir::Op::vec_sub_sat_u, 16, Id::kIdVpsubusw, Id::kIdPsubusw},
    {ir::Op::vec_sub_sat_s, 8, Id::kIdVpsubsb, Id::kIdPsubsb},
    {ir::Op::vec_sub_sat_s, 16, Id::kIdVpsubsw, Id::kIdPsubsw},
    {ir::Op::vec_min_u, 8, Id::kIdVpminub, Id::kIdPminub, Order::commutes},
    {ir::Op::vec_min_u, 16, Id::kIdVpminuw, Id::kIdPminuw, Order::commutes},
    {ir::Op::vec_min_u, 32, Id::kIdVpminud, Id::kIdPminud, Order::commutes},
    {ir::Op::vec_min_s, 8, Id::kIdVpminsb, Id::kIdPminsb, Order::commutes},
    {ir::Op::vec_min_s, 16, Id::kIdVpminsw, Id::kIdPminsw, Order::commutes},
    {ir::Op::vec_min_s, 32, Id::kIdVpminsd, Id::kIdPminsd, Order::commutes},
    {ir::Op::vec_max_u, 8, Id::kIdVpmaxub, Id::kIdPmaxub, Order::commutes},
    {ir::Op::vec_max_u, 16, Id::kIdVpmaxuw, Id::kIdPmaxuw, Order::commutes},
    {ir::Op::vec_max_u, 32, Id::kIdVpmaxud, Id::kIdPmaxud, Order::commutes},
    {ir::Op::vec_max_s, 8, Id::kIdVpmaxsb, Id::kIdPmaxsb, Order::commutes},
    {ir::Op::vec_max_s, 16, Id::kIdVpmaxsw, Id::kIdPmaxsw, Order::commutes},
    {ir::Op::vec_max_s, 32, Id::kIdVpmaxsd, Id::kIdPmaxsd, Order::commutes},
    {ir::Op::vec_average_u, 8, Id::kIdVpavgb, Id::kIdPavgb, Order::commutes},
    {ir::Op::vec_average_u, 16, Id::kIdVpavgw, Id::kIdPavgw, Order::commutes},
    {ir::Op::vec_mul, 16, Id::kIdVpmullw, Id::kIdPmullw, Order::commutes},
    {ir::Op::vec_mul, 32, Id::kIdVpmulld, Id::kIdPmulld, Order::commutes},
    {ir::Op::vec_mul_pairs_s, 16, Id::kIdVpmaddwd, Id::kIdPmaddwd, Order::commutes},
    {ir::Op::vec_cmp_eq, 8, Id::kIdVpcmpeqb, Id::kIdPcmpeqb, Order::commutes},
    {ir::Op::vec_cmp_eq, 16, Id::kIdVpcmpeqw, Id::kIdPcmpeqw, Order::commutes},
    {ir::Op::vec_cmp_eq, 32, Id::kIdVpcmpeqd, Id::kIdPcmpeqd, Order::commutes},
    {ir::Op::vec_cmp_gt_s, 8, Id::kIdVpcmpgtb, Id::kIdPcmpgtb},
    {ir::Op::vec_cmp_gt_s, 16, Id::kIdVpcmpgtw, Id::kIdPcmpgtw},
    {ir::Op::vec_cmp_gt_s, 32, Id::kIdVpcmpgtd, Id::kIdPcmpgtd},
    // The host's put their first operand below.
    {ir::Op::vec_join_high, 8, Id::kIdVpunpckhbw, Id::kIdPunpckhbw, Order::swapped},
    {ir::Op::vec_join_high, 16, Id::kIdVpunpckhwd, Id::kIdPunpckhwd, Order::swapped},
    {ir::Op::vec_join_high, 32, Id::kIdVpunpckhdq, Id::kIdPunpckhdq, Order::swapped},
    {ir::Op::vec_join_low, 8, Id::kIdVpunpcklbw, Id::kIdPunpcklbw, Order::swapped},
    {ir::Op::vec_join_low, 16, Id::kIdVpunpcklwd, Id::kIdPunpcklwd, Order::swapped},
    {ir::Op::vec_join_low, 32, Id::kIdVpunpckldq, Id::kIdPunpckldq, Order::swapped},
    {ir::Op::vec_pack_s, 16, Id::kIdVpacksswb, Id::kIdPacksswb, Order::swapped},
    {ir::Op::vec_pack_s, 32, Id::kIdVpackssdw, Id::kIdPackssdw, Order::swapped},
    {ir::Op::vec_pack_u, 16, Id::kIdVpackuswb, Id::kIdPackuswb, Order::swapped},
    {ir::Op::vec_pack_u, 32, Id::kIdVpackusdw, Id::kIdPackusdw, Order::swapped},
    // By a number.
    {ir::Op::vec_shl_by, 16, Id::kIdVpsllw, Id::kIdPsllw},
    {ir::Op::vec_shl_by, 32, Id::kIdVpslld, Id::kIdPslld},
    {ir::Op::vec_shr_by, 16, Id::kIdVpsrlw, Id::kIdPsrlw},
    {ir::Op::vec_shr_by, 32, Id::kIdVpsrld, Id::kIdPsrld},
    {ir::Op::vec_sar_by, 16, Id::kIdVpsraw, Id::kIdPsraw},
    {ir::Op::vec_sar_by, 32, Id::kIdVpsrad, Id::kIdPsrad},
};

constexpr const LaneRow& lane_row(ir::Op op, unsigned bits) {
    for (const LaneRow& row : lane_rows)
        if (row.op == op && row.bits == bits) return row;
    VESTIGE_UNREACHABLE("no such lanes");
}

} // namespace

void UnitEmitter::emit_lanes(Value value, const Instruction& op) {
    const LaneRow& row = lane_row(op.op, ir::LaneAttributes::unpack(op.imm).bits);
    const bool swapped = row.order == Order::swapped;
    emit_vector(row.avx, row.legacy, value, op.arguments[swapped], op.arguments[!swapped],
                row.order == Order::commutes);
}

void UnitEmitter::emit_lanes_by(Value value, const Instruction& op) {
    const ir::LaneAttributes lanes = ir::LaneAttributes::unpack(op.imm);
    const LaneRow& row = lane_row(op.op, lanes.bits);
    if (features_.avx) {
        const HostRegister from = regs_.finish(op.arguments[0], regs_.use(op.arguments[0]));
        const Held result = regs_.define(value);
        as_.emit(row.avx, result.xmm(), xmm(from), lanes.number);
        return;
    }
    const Held result = regs_.define_copy(value, op.arguments[0]);
    as_.emit(row.legacy, result.xmm(), lanes.number);
}

#define LANES(name)                                                                                \
    void UnitEmitter::emit_##name(Value value, const Instruction& op) { emit_lanes(value, op); }
#define LANES_BY(name)                                                                             \
    void UnitEmitter::emit_##name(Value value, const Instruction& op) { emit_lanes_by(value, op); }
LANES(vec_add)
LANES(vec_sub)
LANES(vec_add_sat_u)
LANES(vec_add_sat_s)
LANES(vec_sub_sat_u)
LANES(vec_sub_sat_s)
LANES(vec_min_u)
LANES(vec_min_s)
LANES(vec_max_u)
LANES(vec_max_s)
LANES(vec_average_u)
LANES(vec_mul)
LANES(vec_mul_pairs_s)
LANES(vec_cmp_eq)
LANES(vec_cmp_gt_s)
LANES(vec_join_high)
LANES(vec_join_low)
LANES(vec_pack_s)
LANES(vec_pack_u)
LANES_BY(vec_shl_by)
LANES_BY(vec_shr_by)
LANES_BY(vec_sar_by)
#undef LANES
#undef LANES_BY

} // namespace vestige::x64
