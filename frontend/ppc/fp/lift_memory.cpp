// Floating-point loads and stores (Programming Environments Manual 4.2.3.8 and 4.2.3.9). An operand
// that is not on a word boundary is an alignment exception (6.4.6.1).
//
// The access comes before any register changes, so that a fault leaves none changed.
#include "frontend/ppc/lift/lifter.h"

namespace vestige::ppc {

using ir::MemoryAccess;
using ir::Op;
using ir::Type;
using ir::Value;

namespace {

enum class Width { single, double_ };
enum class Address { displaced, indexed };
enum class Base { keep, update };

MemoryAccess access(const Lifter& l, Width width) {
    return {.size = static_cast<std::uint8_t>(width == Width::single ? 4 : 8),
            .endian = l.endian(),
            .alignment = 4};
}

// True if the instruction has been turned into an exception. An update of r0 is an invalid form.
bool refused(Lifter& l, Base base) {
    if (l.fp_unavailable()) return true;
    if (base == Base::keep || l.f.ra() != 0) return false;
    l.end_raise(Leave::program_illegal);
    return true;
}

Value effective(Lifter& l, Address address) {
    return address == Address::displaced ? l.address_d() : l.address_x();
}

template <Width width, Address form, Base base = Base::keep> void load(Lifter& l) {
    if (refused(l, base)) return;
    const Value address = effective(l, form);
    if constexpr (width == Width::single) {
        const Value bits = l.b.load(Type::i32, address, access(l, width));
        l.set_fpr(l.f.frd(), l.b.float_pure(Op::float_widen, {bits}));
    } else {
        const Value bits = l.b.load(Type::i64, address, access(l, width));
        l.set_fpr(l.f.frd(), l.b.bitcast(Type::f64, bits));
    }
    if (base == Base::update) l.set_gpr(l.f.ra(), address);
}

template <Width width, Address form, Base base = Base::keep> void store(Lifter& l) {
    if (refused(l, base)) return;
    const Value address = effective(l, form);
    const Value number = l.fpr(l.f.frs());
    const Value bits = width == Width::single ? l.b.float_pure(Op::float_narrow, {number})
                                              : l.b.bitcast(Type::i64, number);
    l.b.store(address, bits, access(l, width));
    if (base == Base::update) l.set_gpr(l.f.ra(), address);
}

} // namespace

void lift_lfs(Lifter& l) { load<Width::single, Address::displaced>(l); }
void lift_lfsu(Lifter& l) { load<Width::single, Address::displaced, Base::update>(l); }
void lift_lfsx(Lifter& l) { load<Width::single, Address::indexed>(l); }
void lift_lfsux(Lifter& l) { load<Width::single, Address::indexed, Base::update>(l); }
void lift_lfd(Lifter& l) { load<Width::double_, Address::displaced>(l); }
void lift_lfdu(Lifter& l) { load<Width::double_, Address::displaced, Base::update>(l); }
void lift_lfdx(Lifter& l) { load<Width::double_, Address::indexed>(l); }
void lift_lfdux(Lifter& l) { load<Width::double_, Address::indexed, Base::update>(l); }

void lift_stfs(Lifter& l) { store<Width::single, Address::displaced>(l); }
void lift_stfsu(Lifter& l) { store<Width::single, Address::displaced, Base::update>(l); }
void lift_stfsx(Lifter& l) { store<Width::single, Address::indexed>(l); }
void lift_stfsux(Lifter& l) { store<Width::single, Address::indexed, Base::update>(l); }
void lift_stfd(Lifter& l) { store<Width::double_, Address::displaced>(l); }
void lift_stfdu(Lifter& l) { store<Width::double_, Address::displaced, Base::update>(l); }
void lift_stfdx(Lifter& l) { store<Width::double_, Address::indexed>(l); }
void lift_stfdux(Lifter& l) { store<Width::double_, Address::indexed, Base::update>(l); }

// The low word as it is, without conversion.
void lift_stfiwx(Lifter& l) {
    if (l.fp_unavailable()) return;
    const Value low = l.b.trunc(Type::i32, l.b.bitcast(Type::i64, l.fpr(l.f.frs())));
    l.b.store(l.address_x(), low, access(l, Width::single));
}

} // namespace vestige::ppc
