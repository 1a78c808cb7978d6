// The MMU's registers in generated code (V8 appendix H).
//
// A kernel that stores a window where the user's stack pointer says does not know whether something
// is there: it sets no-fault mode, stores, and looks at fault status and address. Which register it
// is can often not be seen when the instruction is lifted, for the address was made in another
// unit: then code compares, and where a region knows the address, nothing is left of that.
#include "frontend/sparc/lift/mmu_registers.h"

#include "frontend/sparc/cpu/asi.h"
#include "frontend/sparc/helpers.h"

namespace vestige::sparc {

using ir::BlockId;
using ir::Op;
using ir::Value;

namespace {

// The control register is at 0, which the instruction's register numbers say.
bool is_control(const Lifter& l) { return l.f.rs1() == 0 && l.f.rs2() == 0; }

// The read in a block of its own, where the address is that of the register.
template <typename Read>
void load_if(Lifter& l, Value number, unsigned which, BlockId done, Read read) {
    auto& b = l.b;
    const BlockId it_is = b.new_block(), other = b.new_block();
    b.branch(b.cmp_eq(number, b.i32(which << mmu_register::address_shift)), it_is, other);
    b.set_block(it_is);
    read();
    b.jump(done);
    b.set_block(other);
}

} // namespace

void load_mmu_register(Lifter& l, Value address) {
    auto& b = l.b;
    const auto set = [&](Value value) { l.set_reg(l.f.rd(), value); };
    if (is_control(l)) {
        set(b.get_slot(slot::mmu_control));
        return;
    }
    l.trap_if_misaligned(address, 4);
    l.suspend_slot();
    const Value number = b.same_imm(Op::and_, address, mmu_register::address_mask);
    const BlockId done = b.new_block();
    load_if(l, number, mmu_register::fault_status, done, [&] {
        set(b.get_slot(slot::mmu_fault_status));
        b.set_slot(slot::mmu_fault_status, b.i32(0));
    });
    load_if(l, number, mmu_register::fault_address, done,
            [&] { set(b.get_slot(slot::mmu_fault_address)); });
    set(b.call(helper::read_mmu_register, {address}));
    b.jump(done);
    b.set_block(done);
}

namespace {

// Where the write has come to nothing because addresses would map in another way. The helper leaves
// the unit, with the instruction done.
void remap(Lifter& l, Value address) {
    l.write_pc();
    l.b.call(helper::remap, {l.b.i32(l.f.word), address});
    l.go_to_new_pc();
}

// Bits that are the same in the control register and in what is written to it.
void store_control(Lifter& l, Value address) {
    auto& b = l.b;
    const MmuModel& mmu = l.model.mmu;
    const Value given = b.same_imm(Op::and_, l.reg(l.f.rd()), ~mmu.fixed_mask);
    const Value value = b.same_imm(Op::or_, given, mmu.fixed_bits);
    const Value changed = b.xor_(value, b.get_slot(slot::mmu_control));
    const Value decides = b.same_imm(Op::and_, changed, mmu_control::enable | mmu.boot_mode);
    const BlockId remaps = b.new_block(), quick = b.new_block();
    b.branch(b.cmp_ne(decides, b.i32(0)), remaps, quick);
    b.set_block(remaps);
    remap(l, address);
    b.set_block(quick);
    b.set_slot(slot::mmu_control, value);
}

} // namespace

void store_mmu_register(Lifter& l, Value address) {
    auto& b = l.b;
    if (is_control(l)) {
        store_control(l, address);
        return;
    }
    l.trap_if_misaligned(address, 4);
    const BlockId remaps = b.new_block(), done = b.new_block();
    const Value written = b.call(helper::write_mmu_register, {address, l.reg(l.f.rd())});
    b.branch(b.cmp_ne(written, b.i32(0)), done, remaps);
    b.set_block(remaps);
    remap(l, address);
    b.set_block(done);
}

} // namespace vestige::sparc
