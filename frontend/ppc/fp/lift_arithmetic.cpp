// Arithmetic, conversions, moves and select (Programming Environments Manual 4.2.2.1 to 4.2.2.4 and
// 4.2.2.6).
#include "frontend/ppc/fp/operation.h"
#include "frontend/ppc/fp/record.h"
#include "frontend/ppc/helpers.h"
#include "frontend/ppc/lift/lifter.h"

namespace vestige::ppc {

using ir::Op;
using ir::Precision;
using ir::Type;
using ir::Value;

namespace {

enum class Operands { ab, ac, acb, b };

struct Row {
    FloatKind kind;
    Operands operands;
    Op op; // call: the helper alone does it
    Precision precision;
    ir::HelperId helper;
};

constexpr unsigned count(Operands operands) {
    return operands == Operands::b ? 1 : operands == Operands::acb ? 3 : 2;
}

Value apply(Lifter& l, const Row& row, Value a, Value b, Value c) {
    const ir::FloatOp attributes{row.helper, row.precision};
    switch (count(row.operands)) {
    case 1:
        return row.op == Op::call ? l.b.call(row.helper, {a})
                                  : l.b.float_op(row.op, attributes, {a});
    case 2: return l.b.float_op(row.op, attributes, {a, b});
    default: return l.b.float_op(row.op, attributes, {a, b, c});
    }
}

void record_if(Lifter& l) {
    if (l.f.rc_bit()) l.b.call(helper::float_record, {});
}

void lift_arithmetic(Lifter& l, const Row& row) {
    if (l.fp_unavailable()) return;
    if (l.mode & mode::float_exact) {
        l.b.call(helper::float_in_exact_mode, {l.b.i32(l.f.word), l.b.i32(l.pc)});
        return;
    }
    Value operands[3];
    switch (row.operands) {
    case Operands::ab:
        operands[0] = l.fpr(l.f.fra());
        operands[1] = l.fpr(l.f.frb());
        break;
    case Operands::ac:
        operands[0] = l.fpr(l.f.fra());
        operands[1] = l.fpr(l.f.frc());
        break;
    case Operands::acb:
        operands[0] = l.fpr(l.f.fra());
        operands[1] = l.fpr(l.f.frc());
        operands[2] = l.fpr(l.f.frb());
        break;
    case Operands::b: operands[0] = l.fpr(l.f.frb()); break;
    }
    // For FPRF, FI and FR, should they be read before the next operation.
    l.b.set_slot(slot::float_last_kind, l.b.i32(record::of(row.kind)));
    for (unsigned i = 0; i < count(row.operands); ++i)
        l.b.set_slot(slot::float_last(i), operands[i]);
    Value result = apply(l, row, operands[0], operands[1], operands[2]);
    if (converts_to_integer(row.kind))
        result = l.b.bitcast(
            Type::f64, l.b.same_imm(Op::or_, l.b.zext(Type::i64, result), integer_result_high));
    l.set_fpr(l.f.frd(), result);
    record_if(l);
}

template <class Function> void lift_move(Lifter& l, Function function) {
    if (l.fp_unavailable()) return;
    l.set_fpr(l.f.frd(), function(l.fpr(l.f.frb())));
    record_if(l);
}

} // namespace

#define FLOAT(name, operands, result, op, precision)                                               \
    void lift_##name(Lifter& l) {                                                                  \
        lift_arithmetic(l, {FloatKind::name, Operands::operands, Op::op, Precision::precision,     \
                            helper::exact_##name});                                                \
    }
#include "frontend/ppc/fp/float_operations.inc"
#undef FLOAT

// Moves change the sign of anything, NaNs too, and touch no flags.
void lift_fmr(Lifter& l) {
    lift_move(l, [](Value b) { return b; });
}
void lift_fneg(Lifter& l) {
    lift_move(l, [&](Value b) { return l.b.float_pure(Op::float_neg, {b}); });
}
void lift_fabs(Lifter& l) {
    lift_move(l, [&](Value b) { return l.b.float_pure(Op::float_abs, {b}); });
}
void lift_fnabs(Lifter& l) {
    lift_move(l, [&](Value b) {
        return l.b.float_pure(Op::float_neg, {l.b.float_pure(Op::float_abs, {b})});
    });
}

// frD <- frA >= 0.0 ? frC : frB; minus zero counts as zero, a NaN as less. No flags.
void lift_fsel(Lifter& l) {
    if (l.fp_unavailable()) return;
    const Value a = l.fpr(l.f.fra());
    const Value zero = l.b.constant(Type::f64, 0);
    const Value at_least =
        l.b.or_(l.b.float_pure(Op::float_gt, {a, zero}), l.b.float_pure(Op::float_eq, {a, zero}));
    l.set_fpr(l.f.frd(), l.b.select(at_least, l.fpr(l.f.frc()), l.fpr(l.f.frb())));
    record_if(l);
}

} // namespace vestige::ppc
