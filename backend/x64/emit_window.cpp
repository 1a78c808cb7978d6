// Guest memory through the window of a context (runtime/window.h): one host instruction.
//
//     movbe result, [window + address + displacement]
//
// An access of a page that the window does not show faults; window_faults.h then goes on at the
// cold stub, which takes the slow path like any other. Misaligned accesses need no care, nor those
// that cross a page: neighbouring pages are neighbours in the window too.
#include "backend/x64/unit_emitter.h"

namespace vestige::x64 {

using ir::MemoryAccess;
using ir::Type;

// From here to end_access(), registers that are taken change only by moves to spill slots.
UnitEmitter::AccessPath UnitEmitter::begin_window_access(SiteKind kind, const Instruction& op,
                                                         const Distance& source,
                                                         const Held& address) {
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
    if (kind == SiteKind::store) add_operand(path.site, op.arguments[1]);
    add_recovery(path.site, op);
    if (mask != 0) {
        if (displaced) as_.lea(sum.r32(), x86::ptr(address.r64(), source.offset));
        as_.test(displaced ? sum.r8() : address.r8(), mask);
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

namespace {

x86::Mem in_window(const Held& address, std::int32_t offset) {
    return x86::ptr(gp64(window_register), address.r64(), 0, offset);
}

} // namespace

void UnitEmitter::emit_window_load(Value value, const Instruction& op) {
    const Distance source = source_of(op.arguments[0]);
    Held address = regs_.use(source.base);
    const AccessPath path = begin_window_access(SiteKind::load, op, source, address);
    const x86::Mem from = in_window(address, source.offset);
    // The result may take the place of the address: it changes when nothing can fault any more.
    regs_.finish(source.base, std::move(address));
    const Held into = regs_.define(value);
    set_result(path.site, into.reg(), op.type);
    load_mapped(into.reg(), from, MemoryAccess::unpack(op.imm), op.type);
    end_access(path);
}

void UnitEmitter::emit_window_store(const Instruction& op) {
    const Distance source = source_of(op.arguments[0]);
    const Held address = regs_.use(source.base);
    const StoreSource stored = store_source(op.arguments[1], MemoryAccess::unpack(op.imm));
    const AccessPath path = begin_window_access(SiteKind::store, op, source, address);
    store_mapped(in_window(address, source.offset), stored.plain());
    end_access(path);
}

} // namespace vestige::x64
