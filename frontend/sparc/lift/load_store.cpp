// Integer loads and stores, atomic exchanges and alternate spaces (V8 B.1, B.4, B.7, B.8).
//
// Doublewords are one access of 8 bytes. The access comes before any register changes, so that a
// fault leaves none changed.
#include "frontend/sparc/cpu/asi.h"
#include "frontend/sparc/helpers.h"
#include "frontend/sparc/lift/lifter.h"
#include "frontend/sparc/lift/mmu_registers.h"

namespace vestige::sparc {

using ir::Extend;
using ir::MemoryAccess;
using ir::Op;
using ir::Type;
using ir::Value;

namespace {

MemoryAccess access_of(std::uint8_t size, Extend extend = Extend::zero) {
    return {.size = size, .extend = extend, .alignment = size};
}

void load(Lifter& l, Value address, std::uint8_t size, Extend extend = Extend::zero) {
    l.set_reg(l.f.rd(), l.b.load(Type::i32, address, access_of(size, extend)));
}

void store(Lifter& l, Value address, std::uint8_t size) {
    l.b.store(address, l.reg(l.f.rd()), access_of(size));
}

// An odd register of a doubleword is an invalid form.
bool refused_as_odd(Lifter& l) {
    if (l.f.rd() % 2 == 0) return false;
    l.end_trap(tt::illegal_instruction);
    return true;
}

void load_double(Lifter& l, Value address) {
    const Value value = l.b.load(Type::i64, address, access_of(8));
    l.set_reg(l.f.rd(), l.b.trunc(Type::i32, l.b.shr(value, l.b.i64(32))));
    l.set_reg(l.f.rd() + 1, l.b.trunc(Type::i32, value));
}

void store_double(Lifter& l, Value address) {
    const Value high = l.b.zext(Type::i64, l.reg(l.f.rd()));
    const Value low = l.b.zext(Type::i64, l.reg(l.f.rd() + 1));
    l.b.store(address, l.b.or_(l.b.shl(high, l.b.i64(32)), low), access_of(8));
}

// A page that can be read and not written faults with the store, and the load has done nothing.
void exchange(Lifter& l, Value address, Value value, std::uint8_t size) {
    const Value old = l.b.load(Type::i32, address, access_of(size));
    l.b.store(address, value, access_of(size));
    l.set_reg(l.f.rd(), old);
}

Value ones_byte(Lifter& l) { return l.b.i32(0xff); }

} // namespace

void lift_ldsb(Lifter& l) { load(l, l.address(), 1, Extend::sign); }
void lift_ldsh(Lifter& l) { load(l, l.address(), 2, Extend::sign); }
void lift_ldub(Lifter& l) { load(l, l.address(), 1); }
void lift_lduh(Lifter& l) { load(l, l.address(), 2); }
void lift_ld(Lifter& l) { load(l, l.address(), 4); }
void lift_ldd(Lifter& l) {
    if (!refused_as_odd(l)) load_double(l, l.address());
}

void lift_stb(Lifter& l) { store(l, l.address(), 1); }
void lift_sth(Lifter& l) { store(l, l.address(), 2); }
void lift_st(Lifter& l) { store(l, l.address(), 4); }
void lift_std(Lifter& l) {
    if (!refused_as_odd(l)) store_double(l, l.address());
}

void lift_ldstub(Lifter& l) { exchange(l, l.address(), ones_byte(l), 1); }
void lift_swap(Lifter& l) { exchange(l, l.address(), l.reg(l.f.rd()), 4); }

// ---- alternate spaces

namespace {

constexpr unsigned asi_user_data = 0x0a, asi_supervisor_data = 0x0b;

// Where loads and stores go anyway.
bool in_current_space(const Lifter& l) {
    return l.f.asi() == (l.supervisor() ? asi_supervisor_data : asi_user_data);
}

Value alternate_address(Lifter& l) { return l.b.add(l.operand1(), l.reg(l.f.rs2())); }

void call_alternate(Lifter& l, helper::Id helper, Value address) {
    l.write_pc();
    l.b.call(helper, {l.b.i32(l.f.word), address});
}

// `plain` does it in the current space.
template <typename Plain> void alternate(Lifter& l, helper::Id helper, Plain plain) {
    if (l.refused_to_user()) return;
    if (in_current_space(l))
        plain(alternate_address(l));
    else
        call_alternate(l, helper, alternate_address(l));
}

void load_alternate(Lifter& l, std::uint8_t size, Extend extend = Extend::zero) {
    if (size == 4 && l.supervisor() && is_mmu_space(l.model, l.f.asi())) {
        load_mmu_register(l, alternate_address(l));
        return;
    }
    alternate(l, helper::load_alternate, [&](Value at) { load(l, at, size, extend); });
}

// Firmware clears all of memory so.
void store_bypass(Lifter& l, Value address) {
    auto& b = l.b;
    const ir::BlockId not_so_easy = b.new_block(), done = b.new_block();
    const Value stored = b.call(helper::store_open, {b.i32(l.f.word), address, l.reg(l.f.rd())});
    b.branch(b.cmp_ne(stored, b.i32(0)), done, not_so_easy);
    b.set_block(not_so_easy);
    call_alternate(l, helper::store_alternate, address);
    b.jump(done);
    b.set_block(done);
}

void store_alternate(Lifter& l, std::uint8_t size) {
    if (ignores_stores(l.model, l.f.asi())) {
        if (!l.refused_to_user()) l.trap_if_misaligned(alternate_address(l), size);
        return;
    }
    if (size == 4 && l.supervisor() && is_mmu_space(l.model, l.f.asi())) {
        store_mmu_register(l, alternate_address(l));
        return;
    }
    if (size == 4 && is_bypass(l.model, l.f.asi())) {
        if (!l.refused_to_user()) store_bypass(l, alternate_address(l));
        return;
    }
    alternate(l, helper::store_alternate, [&](Value at) { store(l, at, size); });
}

} // namespace

void lift_ldsba(Lifter& l) { load_alternate(l, 1, Extend::sign); }
void lift_ldsha(Lifter& l) { load_alternate(l, 2, Extend::sign); }
void lift_lduba(Lifter& l) { load_alternate(l, 1); }
void lift_lduha(Lifter& l) { load_alternate(l, 2); }
void lift_lda(Lifter& l) { load_alternate(l, 4); }
void lift_ldda(Lifter& l) {
    if (l.refused_to_user() || refused_as_odd(l)) return;
    alternate(l, helper::load_alternate, [&](Value at) { load_double(l, at); });
}

void lift_stba(Lifter& l) { store_alternate(l, 1); }
void lift_stha(Lifter& l) { store_alternate(l, 2); }
void lift_sta(Lifter& l) { store_alternate(l, 4); }
void lift_stda(Lifter& l) {
    if (l.refused_to_user() || refused_as_odd(l)) return;
    alternate(l, helper::store_alternate, [&](Value at) { store_double(l, at); });
}

void lift_ldstuba(Lifter& l) {
    alternate(l, helper::exchange_alternate, [&](Value at) { exchange(l, at, ones_byte(l), 1); });
}
void lift_swapa(Lifter& l) {
    alternate(l, helper::exchange_alternate,
              [&](Value at) { exchange(l, at, l.reg(l.f.rd()), 4); });
}

// LEON3: stores rd where memory equals rs2, and rd becomes what memory held. A user's with the ASI
// of user data is allowed (GRLIB IP Core User's Manual). It always writes, so that a page has to be
// writable either way.
void lift_casa(Lifter& l) {
    const bool plain = in_current_space(l);
    if (!plain && l.refused_to_user()) return;
    const Value address = l.operand1();
    if (!plain) {
        call_alternate(l, helper::exchange_alternate, address);
        return;
    }
    const Value old = l.b.load(Type::i32, address, access_of(4));
    const Value same = l.b.cmp_eq(old, l.reg(l.f.rs2()));
    l.b.store(address, l.b.select(same, l.reg(l.f.rd()), old), access_of(4));
    l.set_reg(l.f.rd(), old);
}

} // namespace vestige::sparc
