// Guest memory through the window of a context (runtime/window.h): one host instruction.
//
//     movbe result, gs:[base + index * scale + displacement]     loads; stores have no index
//     movbe result, [window + address + displacement]            hosts without wrgsbase
//
// An access of a page that the window does not show faults; window_faults.h then goes on at the
// cold stub, which takes the slow path like any other. Misaligned accesses need no care, nor those
// that cross a page: neighbouring pages are neighbours in the window too.
#include "backend/x64/unit_emitter.h"

namespace vestige::x64 {

using ir::MemoryAccess;
using ir::Op;
using ir::Type;

UnitEmitter::WindowAddress UnitEmitter::window_address(Value address) const {
    WindowAddress found{.base = address, .index = {}};
    std::uint32_t offset = 0;
    while (live_[found.base].fused && adds_constant(*function_, found.base)) {
        const Instruction& sum = instruction(found.base);
        offset += static_cast<std::uint32_t>(instruction(sum.arguments[1]).imm);
        found.base = sum.arguments[0];
    }
    found.offset = static_cast<std::int32_t>(offset);
    if (!live_[found.base].fused) return found;
    const Instruction& sum = instruction(found.base);
    found.base = sum.arguments[0];
    found.index = sum.arguments[1];
    if (live_[found.index].fused) {
        const Instruction& shifted = instruction(found.index);
        found.index = shifted.arguments[0];
        found.shift = static_cast<unsigned>(instruction(shifted.arguments[1]).imm);
    }
    return found;
}

// With an index the host computes in 32 bits, as the guest does. Without one the sum may lie beside
// the window's 4 GiB, where it faults.
x86::Mem UnitEmitter::in_window(const WindowAddress& address,
                                const WindowRegisters& registers) const {
    if (!window_in_gs_)
        return x86::ptr(gp64(window_register), registers.base.r64(), 0, address.offset);
    x86::Mem memory = x86::ptr(registers.base.r64(), address.offset);
    if (address.index.valid())
        memory =
            x86::ptr(registers.base.r32(), registers.index.r32(), address.shift, address.offset);
    memory.setSegment(x86::gs);
    return memory;
}

// From here to end_access(), registers that are taken change only by moves to spill slots.
UnitEmitter::AccessPath UnitEmitter::begin_window_access(SiteKind kind, const Instruction& op,
                                                         const WindowAddress& source,
                                                         const Held& base) {
    const MemoryAccess access = MemoryAccess::unpack(op.imm);
    const std::int32_t mask = alignment_.holds(op) ? 0 : access.alignment - 1;
    const bool displaced = (source.offset & mask) != 0;
    const Held sum = displaced ? regs_.scratch() : Held();
    const AccessPath path{.site = new_site(kind, op, op.imm),
                          .slow = new_label(),
                          .resume = new_label(),
                          .mapped = true};
    add_operand(path.site, source.base);
    record(path.site).address_offset = static_cast<std::uint32_t>(source.offset);
    if (source.index.valid()) {
        add_operand(path.site, source.index);
        record(path.site).index_shift = static_cast<std::uint8_t>(source.shift);
    }
    if (kind == SiteKind::store) add_operand(path.site, op.arguments[1]);
    add_recovery(path.site, op);
    if (mask != 0) {
        if (displaced) as_.lea(sum.r32(), x86::ptr(base.r64(), source.offset));
        as_.test(displaced ? sum.r8() : base.r8(), mask);
        as_.jnz(at(path.slow));
    }
    window_slow_ = path.slow;
    return path;
}

// The next host instruction is the access.
void UnitEmitter::note_window_access() {
    if (view_ == runtime::MemoryView::window)
        window_accesses_.push_back({static_cast<std::uint32_t>(as_.offset()), window_slow_});
}

void UnitEmitter::emit_window_load(Value value, const Instruction& op) {
    const WindowAddress source = window_address(op.arguments[0]);
    WindowRegisters address{.base = regs_.use(source.base), .index = {}};
    if (source.index.valid()) address.index = regs_.use(source.index);
    const AccessPath path = begin_window_access(SiteKind::load, op, source, address.base);
    const x86::Mem from = in_window(source, address);
    // The result may take the place of the address, and of what the recovery map is the last to
    // want (mostly what the guest's register held before): it changes when nothing can fault any
    // more.
    regs_.finish(source.base, std::move(address.base));
    if (source.index.valid()) regs_.finish(source.index, std::move(address.index));
    regs_.finish_recovered(op);
    const Held into = regs_.define(value);
    set_result(path.site, into.reg(), op.type);
    load_mapped(into.reg(), from, MemoryAccess::unpack(op.imm), op.type);
    end_access(path);
}

void UnitEmitter::emit_window_store(const Instruction& op) {
    const WindowAddress source = window_address(op.arguments[0]);
    WindowRegisters address;
    address.base = regs_.use(source.base);
    const StoreSource stored = store_source(op.arguments[1], MemoryAccess::unpack(op.imm));
    const AccessPath path = begin_window_access(SiteKind::store, op, source, address.base);
    store_mapped(in_window(source, address), stored.plain());
    end_access(path);
}

} // namespace vestige::x64
