// Four singles at once: the host's arithmetic inline, and the guest's exact helper out of line
// where a lane is a NaN (guests choose which one comes out) or as large as the smallest normal
// number (which some guests take for a denormal that was rounded up, where denormals are zeros).
#include <cstddef>

#include "backend/x64/unit_emitter.h"
#include "translator/runtime/cpu_header.h"

namespace vestige::x64 {

namespace Id = x86::Inst;

namespace {

constexpr unsigned unordered = 3; // cmpps

// Below the stack pointer, where neither a signal nor the kernel writes (System V ABI, 3.2.2).
x86::Mem saved_mxcsr() { return x86::dword_ptr(x86::rsp, -8); }

x86::Mem vector_mxcsr() { return state_memory(offsetof(runtime::CpuHeader, vector_mxcsr), 4); }

} // namespace

// Rounding mode and sticky flags of the guest's other floating point stay as they are: MXCSR is
// another one for the length of the operation.
void UnitEmitter::emit_vector_float(VectorFloat kind, Value value, const Instruction& op) {
    const bool fused = kind == VectorFloat::mul_add || kind == VectorFloat::neg_mul_sub;
    if (fused && !features_.fma) {
        emit_float_by_helper(value, op);
        return;
    }
    // Operands stay in place for the helper.
    const Held a = regs_.use(op.arguments[0]), b = regs_.use(op.arguments[1]);
    const Held c = fused ? regs_.use(op.arguments[2]) : Held();
    const Held result = regs_.define(value);
    const Held doubtful = regs_.scratch(Bank::xmm), small = regs_.scratch(Bank::xmm);
    const SiteId site = float_helper_site(op);
    set_result(site, result.reg(), op.type);
    const x86::Xmm to = result.xmm(), doubt = doubtful.xmm(), edge = small.xmm();
    const LabelId helper = new_label(), done = new_label();

    as_.stmxcsr(saved_mxcsr());
    as_.ldmxcsr(vector_mxcsr());
    switch (kind) {
    case VectorFloat::add: sse(Id::kIdVaddps, Id::kIdAddps, to, a.xmm(), b.xmm()); break;
    case VectorFloat::sub: sse(Id::kIdVsubps, Id::kIdSubps, to, a.xmm(), b.xmm()); break;
    case VectorFloat::mul_add:
        as_.vmovaps(to, a.xmm());
        as_.vfmadd213ps(to, b.xmm(), c.xmm());
        break;
    case VectorFloat::neg_mul_sub:
        as_.vmovaps(to, a.xmm());
        as_.vfmsub213ps(to, b.xmm(), c.xmm());
        as_.vpcmpeqd(edge, edge, edge);
        as_.vpslld(edge, edge, 31);
        as_.vxorps(to, to, edge);
        break;
    }
    as_.ldmxcsr(saved_mxcsr());
    if (features_.avx) {
        as_.vcmpps(doubt, to, to, unordered);
        as_.vpslld(edge, to, 1);
    } else {
        as_.movaps(doubt, to);
        as_.cmpps(doubt, to, unordered);
        as_.movaps(edge, to);
        as_.pslld(edge, 1);
    }
    sse(Id::kIdVpcmpeqd, Id::kIdPcmpeqd, edge, edge, constant_memory(thunks_.smallest_singles));
    constant_used();
    sse(Id::kIdVpor, Id::kIdPor, doubt, doubt, edge);
    features_.avx ? as_.vptest(doubt, doubt) : as_.ptest(doubt, doubt);
    as_.jnz(at(helper));
    as_.bind(at(done));
    cold_.add([this, site, done, helper] {
        as_.bind(at(helper));
        call_slow_path(site, done);
    });
}

#define FLOATS(name)                                                                               \
    void UnitEmitter::emit_vec_float_##name(Value value, const Instruction& op) {                  \
        emit_vector_float(VectorFloat::name, value, op);                                           \
    }
FLOATS(add)
FLOATS(sub)
FLOATS(mul_add)
FLOATS(neg_mul_sub)
#undef FLOATS

} // namespace vestige::x64
