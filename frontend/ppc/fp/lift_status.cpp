// FPSCR instructions (Programming Environments Manual 4.2.2.5).
#include "frontend/ppc/fp/operation.h"
#include "frontend/ppc/helpers.h"
#include "frontend/ppc/lift/lifter.h"

namespace vestige::ppc {

using ir::Op;
using ir::Type;
using ir::Value;

namespace {

void write_fpscr(Lifter& l, Value value) {
    l.b.call(helper::float_write_fpscr, {l.b.i32(l.f.word), value, l.b.i32(l.pc)});
}

} // namespace

void lift_mffs(Lifter& l) {
    if (l.fp_unavailable()) return;
    const Value value = l.b.zext(Type::i64, l.b.call(helper::float_read_fpscr, {}));
    l.set_fpr(l.f.frd(), l.b.bitcast(Type::f64, l.b.same_imm(Op::or_, value, integer_result_high)));
    if (l.f.rc_bit()) l.b.call(helper::float_record, {});
}

void lift_mcrfs(Lifter& l) {
    if (l.fp_unavailable()) return;
    l.b.call(helper::float_move_to_cr, {l.b.i32(l.f.crfd()), l.b.i32(l.f.crfs())});
}

void lift_mtfsf(Lifter& l) {
    if (l.fp_unavailable()) return;
    write_fpscr(l, l.b.trunc(Type::i32, l.b.bitcast(Type::i64, l.fpr(l.f.frb()))));
}

void lift_mtfsfi(Lifter& l) {
    if (l.fp_unavailable()) return;
    write_fpscr(l, l.b.i32(0));
}
void lift_mtfsb0(Lifter& l) { lift_mtfsfi(l); }
void lift_mtfsb1(Lifter& l) { lift_mtfsfi(l); }

} // namespace vestige::ppc
