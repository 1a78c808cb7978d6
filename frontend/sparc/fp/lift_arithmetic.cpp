// Arithmetic, conversions, moves, and what is left to software (V8 B.33).
#include "frontend/sparc/fp/float_lifter.h"

namespace vestige::sparc {

using ir::Op;
using ir::Precision;
using ir::Type;
using ir::Value;

namespace {

// As float_operations.inc names them.
enum class Sources { ss, dd, ww, s, d, w, i };

struct Row {
    FloatKind kind;
    Sources sources;
    FloatResult result;
    Op op;
    ir::HelperId helper;
};

constexpr bool takes_two(Sources sources) {
    return sources == Sources::ss || sources == Sources::dd || sources == Sources::ww;
}

Value integer_register(Lifter& l, unsigned number) {
    return l.b.bitcast(Type::i32, float_single(l, number));
}

Value operand(Lifter& l, Sources sources, unsigned number) {
    switch (sources) {
    case Sources::ss:
    case Sources::s: return float_single(l, number);
    case Sources::dd:
    case Sources::d: return float_pair(l, number);
    case Sources::ww:
    case Sources::w: return l.b.float_pure(Op::float_widen, {integer_register(l, number)});
    case Sources::i: return l.b.float_pure(Op::float_from_int32, {integer_register(l, number)});
    }
    return {};
}

void lift_operation(Lifter& l, const Row& row) {
    if (operation_is_helpers(l)) return;
    record_operation(l, row.kind);
    const ir::FloatOp attributes{
        row.helper, row.result == FloatResult::single ? Precision::single : Precision::double_};
    const Value second = operand(l, row.sources, l.f.rs2());
    const Value result =
        takes_two(row.sources)
            ? l.b.float_op(row.op, attributes, {operand(l, row.sources, l.f.rs1()), second})
            : l.b.float_op(row.op, attributes, {second});
    switch (row.result) {
    case FloatResult::single: set_float_single(l, l.f.rd(), result); break;
    case FloatResult::double_: set_float_pair(l, l.f.rd(), result); break;
    case FloatResult::integer: set_float_single(l, l.f.rd(), l.b.bitcast(Type::f32, result)); break;
    }
}

// What raises nothing: of the last operation there is nothing to keep.
template <class Function> void lift_move(Lifter& l, Function function) {
    if (operation_is_helpers(l)) return;
    l.b.set_slot(slot::float_last_kind, l.b.i32(record::of(FloatKind::move, 0, 0)));
    set_float_single(l, l.f.rd(), function(float_single(l, l.f.rs2())));
}

void lift_unimplemented(Lifter& l) {
    if (!l.fpu_disabled()) call_with_word(l, helper::float_unimplemented);
}

} // namespace

#define FLOAT(name, sources, result, op)                                                           \
    void lift_##name(Lifter& l) {                                                                  \
        lift_operation(l, {FloatKind::name, Sources::sources, FloatResult::result, Op::op,         \
                           helper::exact_##name});                                                 \
    }
#include "frontend/sparc/fp/float_operations.inc"
#undef FLOAT

// Moves change the sign of anything, NaNs too.
void lift_fmovs(Lifter& l) {
    lift_move(l, [](Value b) { return b; });
}
void lift_fnegs(Lifter& l) {
    lift_move(l, [&](Value b) { return l.b.float_pure(Op::float_neg, {b}); });
}
void lift_fabss(Lifter& l) {
    lift_move(l, [&](Value b) { return l.b.float_pure(Op::float_abs, {b}); });
}

// Every integer is a double.
void lift_fitod(Lifter& l) {
    if (operation_is_helpers(l)) return;
    l.b.set_slot(slot::float_last_kind, l.b.i32(record::of(FloatKind::move, 0, 0)));
    set_float_pair(l, l.f.rd(), operand(l, Sources::i, l.f.rs2()));
}

// No modelled chip has quad precision; an opf that means nothing is unimplemented too (4.4).
#define UNIMPLEMENTED(name)                                                                        \
    void lift_##name(Lifter& l) { lift_unimplemented(l); }
UNIMPLEMENTED(fitoq)
UNIMPLEMENTED(fqtoi)
UNIMPLEMENTED(fstoq)
UNIMPLEMENTED(fdtoq)
UNIMPLEMENTED(fqtos)
UNIMPLEMENTED(fqtod)
UNIMPLEMENTED(fsqrtq)
UNIMPLEMENTED(faddq)
UNIMPLEMENTED(fsubq)
UNIMPLEMENTED(fmulq)
UNIMPLEMENTED(fdmulq)
UNIMPLEMENTED(fdivq)
UNIMPLEMENTED(fcmpq)
UNIMPLEMENTED(fcmpeq)
UNIMPLEMENTED(fpop1)
UNIMPLEMENTED(fpop2)
#undef UNIMPLEMENTED

} // namespace vestige::sparc
