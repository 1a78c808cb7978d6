// Loads and stores of several registers (Programming Environments Manual 4.2.3.6 and 4.2.3.7).
//
// One of these may fault, or be run again by itself, with part of its work done. So a load keeps
// the base register to the end, and starting over is always right.
#include <algorithm>

#include "frontend/ppc/helpers.h"
#include "frontend/ppc/lift/access_tags.h"
#include "frontend/ppc/lift/lifter.h"

namespace vestige::ppc {

using ir::MemoryAccess;
using ir::Op;
using ir::Type;
using ir::Value;

namespace {

Value at(Lifter& l, Value base, unsigned offset) {
    return offset == 0 ? base : l.b.same_imm(Op::add, base, offset);
}

// None of these works in little-endian mode: alignment exception.
bool refused_little_endian(Lifter& l, Value address) {
    if (l.endian() == Endian::big) return false;
    l.b.set_slot(slot::dar, address);
    l.end_raise(Leave::alignment);
    return true;
}

constexpr MemoryAccess part(std::uint8_t size, std::uint8_t alignment = 1) {
    return {.size = size,
            .endian = Endian::big,
            .alignment = alignment,
            .tag = static_cast<std::uint8_t>(AccessTag::multiple)};
}

} // namespace

void lift_lmw(Lifter& l) {
    const Value address = l.address_d();
    if (refused_little_endian(l, address)) return;
    // rA among the registers is an invalid form; it gets its word, as in QEMU.
    Value new_base;
    for (unsigned r = l.f.rd(); r < 32; ++r) {
        const Value value = l.b.load(Type::i32, at(l, address, 4 * (r - l.f.rd())), part(4, 4));
        if (r == l.f.ra())
            new_base = value;
        else
            l.set_gpr(r, value);
    }
    if (new_base.valid()) l.set_gpr(l.f.ra(), new_base);
}

void lift_stmw(Lifter& l) {
    const Value address = l.address_d();
    if (refused_little_endian(l, address)) return;
    for (unsigned r = l.f.rs(); r < 32; ++r)
        l.b.store(at(l, address, 4 * (r - l.f.rs())), l.gpr(r), part(4, 4));
}

// ---- strings of a known length: from register to register, around r31 to r0, the last one's low
// bytes zero

namespace {

unsigned byte_count(const Lifter& l) { return l.f.nb() == 0 ? 32 : l.f.nb(); }

// The bytes of one register, as pieces of 4, 2 and 1.
template <typename Piece> void for_each_piece(unsigned bytes, Piece piece) {
    unsigned offset = 0;
    for (const unsigned size : {4u, 2u, 1u}) {
        if (!(bytes & size)) continue;
        piece(offset, static_cast<std::uint8_t>(size));
        offset += size;
    }
}

// A piece's place in its register: leftmost byte first.
constexpr unsigned shift_of(unsigned offset, unsigned size) { return 8 * (4 - offset - size); }

} // namespace

void lift_lswi(Lifter& l) {
    const Value address = l.gpr_or_zero(l.f.ra());
    if (refused_little_endian(l, address)) return;
    const unsigned count = byte_count(l);
    const unsigned registers = (count + 3) / 4;
    // rA among the registers, r0 too, is an invalid form, which QEMU refuses.
    if ((l.f.ra() - l.f.rd()) % 32 < registers) {
        l.end_raise(Leave::program_illegal);
        return;
    }
    for (unsigned i = 0; i < registers; ++i) {
        Value result;
        for_each_piece(std::min(4u, count - 4 * i), [&](unsigned offset, std::uint8_t size) {
            Value piece = l.b.load(Type::i32, at(l, address, 4 * i + offset), part(size));
            if (const unsigned shift = shift_of(offset, size))
                piece = l.b.same_imm(Op::shl, piece, shift);
            result = result.valid() ? l.b.or_(result, piece) : piece;
        });
        l.set_gpr((l.f.rd() + i) % 32, result);
    }
}

void lift_stswi(Lifter& l) {
    const Value address = l.gpr_or_zero(l.f.ra());
    if (refused_little_endian(l, address)) return;
    const unsigned count = byte_count(l);
    for (unsigned i = 0; 4 * i < count; ++i) {
        const Value value = l.gpr((l.f.rs() + i) % 32);
        for_each_piece(std::min(4u, count - 4 * i), [&](unsigned offset, std::uint8_t size) {
            const unsigned shift = shift_of(offset, size);
            const Value piece = shift ? l.b.same_imm(Op::shr, value, shift) : value;
            l.b.store(at(l, address, 4 * i + offset), piece, part(size));
        });
    }
}

// ---- strings whose length is in XER[25-31]

namespace {

void indexed_string(Lifter& l, ir::HelperId helper) {
    const Value address = l.address_x();
    if (refused_little_endian(l, address)) return;
    l.b.set_slot(slot::pc, l.b.i32(l.pc));
    l.b.call(helper, {address, l.b.i32(l.f.word)});
}

} // namespace

void lift_lswx(Lifter& l) { indexed_string(l, helper::load_string); }
void lift_stswx(Lifter& l) { indexed_string(l, helper::store_string); }

} // namespace vestige::ppc
