// Loads and stores of the FPU's registers, of FSR and of its queue (V8 B.2, B.5).
//
// The access comes before any register changes, so that a fault leaves none changed.
#include "frontend/sparc/fp/float_lifter.h"

namespace vestige::sparc {

using ir::MemoryAccess;
using ir::Type;
using ir::Value;

namespace {

constexpr MemoryAccess word{.size = 4, .alignment = 4}, doubleword{.size = 8, .alignment = 8};

} // namespace

void lift_ldf(Lifter& l) {
    if (float_refused(l)) return;
    const Value bits = l.b.load(Type::i32, l.address(), word);
    set_float_single(l, l.f.rd(), l.b.bitcast(Type::f32, bits));
}

void lift_lddf(Lifter& l) {
    if (float_refused(l)) return;
    const Value bits = l.b.load(Type::i64, l.address(), doubleword);
    set_float_pair(l, l.f.rd(), l.b.bitcast(Type::f64, bits));
}

void lift_stf(Lifter& l) {
    if (float_refused(l)) return;
    l.b.store(l.address(), l.b.bitcast(Type::i32, float_single(l, l.f.rd())), word);
}

void lift_stdf(Lifter& l) {
    if (float_refused(l)) return;
    l.b.store(l.address(), l.b.bitcast(Type::i64, float_pair(l, l.f.rd())), doubleword);
}

void lift_ldfsr(Lifter& l) {
    if (float_refused(l)) return;
    const Value value = l.b.load(Type::i32, l.address(), word);
    l.write_pc();
    l.b.call(helper::float_write_fsr, {value});
}

void lift_stfsr(Lifter& l) {
    if (float_refused(l)) return;
    const Value address = l.address();
    l.b.store(address, l.b.call(helper::float_read_fsr, {}), word);
}

void lift_stdfq(Lifter& l) {
    if (l.refused_to_user() || float_refused(l)) return;
    const Value address = l.address();
    l.write_pc();
    l.b.store(address, l.b.call(helper::float_look_at_queue, {}), doubleword);
    l.write_pc();
    l.b.call(helper::float_take_from_queue, {});
}

} // namespace vestige::sparc
