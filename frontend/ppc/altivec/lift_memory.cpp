// AltiVec loads, stores and data streams (AltiVec Programming Environments Manual 4.2.3 and 5.2).
// The low bits of an address are ignored: no AltiVec access is misaligned.
#include "frontend/ppc/helpers.h"
#include "frontend/ppc/lift/lifter.h"

namespace vestige::ppc {

using ir::MemoryAccess;
using ir::Op;
using ir::Type;
using ir::Value;

namespace {

Value aligned_address(Lifter& l, std::uint32_t size) {
    return l.b.same_imm(Op::and_, l.address_x(), ~(size - 1));
}

MemoryAccess access(const Lifter& l, std::uint8_t size) {
    return {.size = size, .endian = l.endian()};
}

void load_vector(Lifter& l) {
    if (l.vec_unavailable()) return;
    l.set_vr(l.f.vd(), l.b.load(Type::v128, aligned_address(l, 16), access(l, 16)));
}

void store_vector(Lifter& l) {
    if (l.vec_unavailable()) return;
    l.b.store(aligned_address(l, 16), l.vr(l.f.vs()), access(l, 16));
}

// Where the element at `address` lies in a register: its lowest byte, counted from the register's.
Value position(Lifter& l, Value address, std::uint32_t size) {
    const Value offset = l.b.same_imm(Op::and_, address, 16 - size);
    return l.endian() == Endian::big ? l.b.same_imm(Op::xor_, offset, 16 - size) : offset;
}

// The other elements become undefined: they stay.
template <std::uint8_t size> void load_element(Lifter& l) {
    if (l.vec_unavailable()) return;
    const Value address = aligned_address(l, size);
    const Value value = l.b.load(Type::i32, address, access(l, size));
    l.b.call(helper::vector_insert,
             {l.b.i32(l.f.vd()), position(l, address, size), value, l.b.i32(size)});
}

template <std::uint8_t size> void store_element(Lifter& l) {
    if (l.vec_unavailable()) return;
    const Value address = aligned_address(l, size);
    const Value value = l.b.call(helper::vector_extract,
                                 {l.b.i32(l.f.vs()), position(l, address, size), l.b.i32(size)});
    l.b.store(address, value, access(l, size));
}

// Bytes that count up from `first`, element 0.
void count_up(Lifter& l, Value first) {
    const Value steps = l.b.append(Op::vec_pair, Type::v128,
                                   {l.b.i64(0x0001020304050607), l.b.i64(0x08090a0b0c0d0e0f)});
    const Value everywhere = l.b.vec(Op::vec_splat, {l.b.same_imm(Op::mul, first, 0x01010101)});
    l.set_vr(l.f.vd(), l.b.vec(Op::vec_add, {steps, everywhere}, 8));
}

Value address_in_vector(Lifter& l) { return l.b.same_imm(Op::and_, l.address_x(), 15); }

} // namespace

void lift_lvx(Lifter& l) { load_vector(l); }
void lift_lvxl(Lifter& l) { load_vector(l); }
void lift_stvx(Lifter& l) { store_vector(l); }
void lift_stvxl(Lifter& l) { store_vector(l); }

void lift_lvebx(Lifter& l) { load_element<1>(l); }
void lift_lvehx(Lifter& l) { load_element<2>(l); }
void lift_lvewx(Lifter& l) { load_element<4>(l); }
void lift_stvebx(Lifter& l) { store_element<1>(l); }
void lift_stvehx(Lifter& l) { store_element<2>(l); }
void lift_stvewx(Lifter& l) { store_element<4>(l); }

void lift_lvsl(Lifter& l) {
    if (!l.vec_unavailable()) count_up(l, address_in_vector(l));
}
void lift_lvsr(Lifter& l) {
    if (!l.vec_unavailable()) count_up(l, l.b.sub(l.b.i32(16), address_in_vector(l)));
}

// Hints; they do not look at MSR[VEC] (MPC7400 User's Manual 7.1.2).
void lift_dst(Lifter&) {}
void lift_dstst(Lifter&) {}
void lift_dss(Lifter&) {}

} // namespace vestige::ppc
