// Reservations and external control (Programming Environments Manual 4.3.1 and 4.3.3).
#include "frontend/ppc/helpers.h"
#include "frontend/ppc/lift/access_tags.h"
#include "frontend/ppc/lift/lifter.h"

namespace vestige::ppc {

using ir::MemoryAccess;
using ir::Op;
using ir::Type;
using ir::Value;

namespace {

MemoryAccess word_aligned(const Lifter& l, AccessTag tag) {
    return {.size = 4, .endian = l.endian(), .alignment = 4, .tag = static_cast<std::uint8_t>(tag)};
}

// The reservation granule is a cache line.
Value granule(Lifter& l, Value address) { return l.b.same_imm(Op::and_, address, ~31u); }

} // namespace

void lift_lwarx(Lifter& l) {
    const Value address = l.address_x();
    l.set_gpr(l.f.rd(), l.b.load(Type::i32, address, word_aligned(l, AccessTag::reservation)));
    l.b.set_slot(slot::reserve_valid, l.b.i1(true));
    l.b.set_slot(slot::reserve_address, granule(l, address));
}

// CR0 = 0, 0, stored, XER[SO]. The reservation is gone either way, but not after a fault.
void lift_stwcx_rc(Lifter& l) {
    const Value address = l.address_x();
    const Value value = l.gpr(l.f.rs());
    const Value held =
        l.b.and_(l.b.get_slot(slot::reserve_valid),
                 l.b.cmp_eq(l.b.get_slot(slot::reserve_address), granule(l, address)));
    const ir::BlockId storing = l.b.new_block(), after = l.b.new_block();
    l.b.branch(held, storing, after);
    l.b.set_block(storing);
    l.b.store(address, value, word_aligned(l, AccessTag::reservation));
    l.b.jump(after);
    l.b.set_block(after);
    const Value no = l.b.i1(false);
    l.b.set_slot(slot::reserve_valid, no);
    l.set_cr_field(0, l.b.order_pack(no, no, held));
}

// ---- external control: a word access, once EAR[E] allows it; else a DSI with DSISR[11]

namespace {

void refuse_unless_enabled(Lifter& l, Value address) {
    constexpr std::uint32_t dsisr_external = 1u << (31 - 11);
    const Value enabled = l.b.call(helper::external_access_enabled, {});
    const ir::BlockId refused = l.b.new_block(), going_on = l.b.new_block();
    l.b.branch(enabled, going_on, refused);
    l.b.set_block(refused);
    l.b.set_slot(slot::dar, address);
    l.b.set_slot(slot::dsisr, l.b.i32(dsisr_external));
    l.b.set_slot(slot::pc, l.b.i32(l.pc));
    l.b.leave(code(Leave::direct_store_error));
    l.b.set_block(going_on);
}

} // namespace

void lift_eciwx(Lifter& l) {
    const Value address = l.address_x();
    refuse_unless_enabled(l, address);
    l.set_gpr(l.f.rd(), l.b.load(Type::i32, address, word_aligned(l, AccessTag::external)));
}

void lift_ecowx(Lifter& l) {
    const Value address = l.address_x();
    refuse_unless_enabled(l, address);
    l.b.store(address, l.gpr(l.f.rs()), word_aligned(l, AccessTag::external));
}

} // namespace vestige::ppc
