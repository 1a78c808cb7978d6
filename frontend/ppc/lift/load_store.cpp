// Integer loads and stores of one datum (Programming Environments Manual 4.2.3.2 to 4.2.3.5). The
// chips handle every alignment of these in hardware.
//
// The access comes before any register changes, so that a fault leaves none changed.
#include "frontend/ppc/lift/lifter.h"

namespace vestige::ppc {

using ir::Extend;
using ir::MemoryAccess;
using ir::Type;
using ir::Value;

namespace {

enum class Base { keep, update };

Endian reversed(const Lifter& l) {
    return l.endian() == Endian::big ? Endian::little : Endian::big;
}

// rA = 0, and rA = rD of a load, are invalid forms, which QEMU refuses as well.
bool invalid_update(Lifter& l, bool load) {
    if (l.f.ra() != 0 && !(load && l.f.ra() == l.f.rd())) return false;
    l.end_raise(Leave::program_illegal);
    return true;
}

void load(Lifter& l, Value address, MemoryAccess access, Base base) {
    l.set_gpr(l.f.rd(), l.b.load(Type::i32, address, access));
    if (base == Base::update) l.set_gpr(l.f.ra(), address);
}

void store(Lifter& l, Value address, MemoryAccess access, Base base) {
    l.b.store(address, l.gpr(l.f.rs()), access);
    if (base == Base::update) l.set_gpr(l.f.ra(), address);
}

template <std::uint8_t size, Extend extend = Extend::zero>
void load_d(Lifter& l, Base base = Base::keep) {
    if (base == Base::update && invalid_update(l, true)) return;
    load(l, l.address_d(), {.size = size, .endian = l.endian(), .extend = extend}, base);
}
template <std::uint8_t size, Extend extend = Extend::zero>
void load_x(Lifter& l, Base base = Base::keep) {
    if (base == Base::update && invalid_update(l, true)) return;
    load(l, l.address_x(), {.size = size, .endian = l.endian(), .extend = extend}, base);
}
template <std::uint8_t size> void store_d(Lifter& l, Base base = Base::keep) {
    if (base == Base::update && invalid_update(l, false)) return;
    store(l, l.address_d(), {.size = size, .endian = l.endian()}, base);
}
template <std::uint8_t size> void store_x(Lifter& l, Base base = Base::keep) {
    if (base == Base::update && invalid_update(l, false)) return;
    store(l, l.address_x(), {.size = size, .endian = l.endian()}, base);
}

} // namespace

void lift_lbz(Lifter& l) { load_d<1>(l); }
void lift_lbzu(Lifter& l) { load_d<1>(l, Base::update); }
void lift_lbzx(Lifter& l) { load_x<1>(l); }
void lift_lbzux(Lifter& l) { load_x<1>(l, Base::update); }
void lift_lhz(Lifter& l) { load_d<2>(l); }
void lift_lhzu(Lifter& l) { load_d<2>(l, Base::update); }
void lift_lhzx(Lifter& l) { load_x<2>(l); }
void lift_lhzux(Lifter& l) { load_x<2>(l, Base::update); }
void lift_lha(Lifter& l) { load_d<2, Extend::sign>(l); }
void lift_lhau(Lifter& l) { load_d<2, Extend::sign>(l, Base::update); }
void lift_lhax(Lifter& l) { load_x<2, Extend::sign>(l); }
void lift_lhaux(Lifter& l) { load_x<2, Extend::sign>(l, Base::update); }
void lift_lwz(Lifter& l) { load_d<4>(l); }
void lift_lwzu(Lifter& l) { load_d<4>(l, Base::update); }
void lift_lwzx(Lifter& l) { load_x<4>(l); }
void lift_lwzux(Lifter& l) { load_x<4>(l, Base::update); }

void lift_stb(Lifter& l) { store_d<1>(l); }
void lift_stbu(Lifter& l) { store_d<1>(l, Base::update); }
void lift_stbx(Lifter& l) { store_x<1>(l); }
void lift_stbux(Lifter& l) { store_x<1>(l, Base::update); }
void lift_sth(Lifter& l) { store_d<2>(l); }
void lift_sthu(Lifter& l) { store_d<2>(l, Base::update); }
void lift_sthx(Lifter& l) { store_x<2>(l); }
void lift_sthux(Lifter& l) { store_x<2>(l, Base::update); }
void lift_stw(Lifter& l) { store_d<4>(l); }
void lift_stwu(Lifter& l) { store_d<4>(l, Base::update); }
void lift_stwx(Lifter& l) { store_x<4>(l); }
void lift_stwux(Lifter& l) { store_x<4>(l, Base::update); }

void lift_lhbrx(Lifter& l) {
    load(l, l.address_x(), {.size = 2, .endian = reversed(l)}, Base::keep);
}
void lift_lwbrx(Lifter& l) {
    load(l, l.address_x(), {.size = 4, .endian = reversed(l)}, Base::keep);
}
void lift_sthbrx(Lifter& l) {
    store(l, l.address_x(), {.size = 2, .endian = reversed(l)}, Base::keep);
}
void lift_stwbrx(Lifter& l) {
    store(l, l.address_x(), {.size = 4, .endian = reversed(l)}, Base::keep);
}

} // namespace vestige::ppc
