// What the lifters of floating point share: registers of the FPU in their pairs, and who may use
// them.
#pragma once

#include "frontend/sparc/fp/record.h"
#include "frontend/sparc/helpers.h"
#include "frontend/sparc/lift/lifter.h"

namespace vestige::sparc {

// The half of its pair that a single is in.
constexpr ir::Half half_of(unsigned number) {
    return number % 2 != 0 ? ir::Half::lower : ir::Half::upper;
}

// Of a double the number's lowest bit does not count (V8 4.3 lets a chip ignore it).
inline ir::Value float_pair(Lifter& l, unsigned number) {
    return l.b.get_slot(slot::fpr_pair(number / 2));
}
inline void set_float_pair(Lifter& l, unsigned number, ir::Value value) {
    l.b.set_slot(slot::fpr_pair(number / 2), value);
}
inline ir::Value float_single(Lifter& l, unsigned number) {
    return l.b.float_half(half_of(number), float_pair(l, number));
}
inline void set_float_single(Lifter& l, unsigned number, ir::Value value) {
    set_float_pair(l, number, l.b.float_with_half(half_of(number), float_pair(l, number), value));
}

inline bool in_exact_mode(const Lifter& l) { return (l.mode & mode::float_exact) != 0; }

inline void call_with_word(Lifter& l, helper::Id helper) {
    l.write_pc();
    l.b.call(helper, {l.b.i32(l.f.word)});
}

// True if the operation is done: it is a trap or a helper's.
inline bool operation_is_helpers(Lifter& l) {
    if (l.fpu_disabled()) return true;
    if (!in_exact_mode(l)) return false;
    call_with_word(l, helper::float_in_exact_mode);
    return true;
}

// The same of what is no operation: true if it has been turned into a trap.
inline bool float_refused(Lifter& l) {
    if (l.fpu_disabled()) return true;
    if (in_exact_mode(l)) call_with_word(l, helper::float_begin);
    return false;
}

// For cexc, should it be read before the next operation.
inline void record_operation(Lifter& l, FloatKind kind) {
    l.b.set_slot(slot::float_last_kind, l.b.i32(record::of(kind, l.f.rs1(), l.f.rs2())));
    l.b.set_slot(slot::float_last(0), float_pair(l, l.f.rs1()));
    l.b.set_slot(slot::float_last(1), float_pair(l, l.f.rs2()));
}

} // namespace vestige::sparc
