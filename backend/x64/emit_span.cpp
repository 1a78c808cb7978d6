// Accesses that share a page lookup (see spans.h).
//
//     lea   low, [source + ...]       first access: the span's lowest byte
//     mov   pointer, low
//     and   pointer, 0xfff
//     cmp   pointer, 4096 - length
//     ja    alone                     cold: it crosses a page
//     mov   pointer, low
//     shr   pointer, 12
//     mov   pointer, [map + 8 * pointer]
//     test  pointer, pointer
//     jz    alone                     cold: its page is not mapped
//     add   pointer, low
//     movbe result, [pointer + ...]
//
//     test  pointer, pointer          other accesses
//     jz    alone
//     movbe result, [pointer + ...]
//
// alone: the access' own lookup, then the slow path; the pointer is zero behind it.
#include "backend/x64/unit_emitter.h"
#include "common/assertion.h"
#include "translator/runtime/cpu_header.h"

namespace vestige::x64 {

using ir::MemoryAccess;
using ir::Type;

// The value that an address is computed from where it is used.
Distance UnitEmitter::source_of(Value address) const {
    std::uint32_t offset = 0;
    while (live_[address].fused) {
        const Instruction& sum = instruction(address);
        offset += static_cast<std::uint32_t>(instruction(sum.arguments[1]).imm);
        address = sum.arguments[0];
    }
    return {address, static_cast<std::int32_t>(offset)};
}

UnitEmitter::SpanAccess UnitEmitter::begin_span_access(const Span& span, const Instruction& op) {
    const Distance source = source_of(op.arguments[0]);
    const Distance whole = distance_of(*function_, op.arguments[0]);
    SpanAccess access{.span = &span,
                      .source = source,
                      .displacement = whole.offset - span.low,
                      .opens = !regs_.is_anywhere(span.pointer)};
    if (access.opens) {
        access.address = regs_.use(source.base);
        access.pointer = regs_.define(span.pointer);
    } else {
        access.pointer = regs_.use(span.pointer);
    }
    return access;
}

// From here on, no registers are taken. `temporary`: a register for an address, in which the access
// may leave its result; none: the cold path borrows one.
void UnitEmitter::emit_lookup(SpanAccess& access, SiteKind kind, const Instruction& op,
                              HostRegister temporary) {
    access.site = new_site(kind, op, op.imm);
    add_operand(access.site, access.source.base);
    record(access.site).address_offset = static_cast<std::uint32_t>(access.source.offset);
    if (kind == SiteKind::store) add_operand(access.site, op.arguments[1]);
    add_pointers(access.site);
    add_recovery(access.site, op);
    access.alone = new_label();
    access.resume = new_label();
    access.temporary = temporary;
    const Span& span = *access.span;
    const x86::Gp pointer = access.pointer.r64();
    if (access.opens) {
        const std::int32_t length = span.end - span.low;
        as_.lea(gp32(temporary),
                x86::ptr(access.address.r64(), access.source.offset - access.displacement));
        if (span.alignment > 1) {
            const std::int32_t mask = span.alignment - 1;
            const std::int32_t above_low = (span.aligned_at - span.low) & mask;
            if (above_low != 0) as_.lea(pointer.r32(), x86::ptr(gp64(temporary), above_low));
            as_.test(above_low != 0 ? pointer.r8() : gp8(temporary), mask);
            as_.jnz(at(access.alone));
        }
        as_.mov(pointer.r32(), gp32(temporary));
        as_.and_(pointer.r32(), static_cast<std::int32_t>(runtime::page_mask));
        as_.cmp(pointer.r32(), static_cast<std::int32_t>(runtime::page_size) - length);
        as_.ja(at(access.alone));
        emit_page_lookup(pointer, gp32(temporary), span.stores);
        as_.jz(at(access.alone));
        as_.add(pointer, gp64(temporary));
    } else {
        as_.test(pointer, pointer);
        as_.jz(at(access.alone));
    }
}

x86::Mem UnitEmitter::span_memory(const SpanAccess& access) const {
    return x86::ptr(access.pointer.r64(), access.displacement);
}

// A register that the access does not need.
HostRegister UnitEmitter::borrowed_register(const SpanAccess& access,
                                            const Location& source) const {
    for (const HostRegister reg : regs_.allocatable(Bank::general)) {
        const bool is_source = source.kind == Location::Kind::in_register && source.index == reg;
        if (reg != access.pointer.reg() && reg != access.value && reg != access.copy && !is_source)
            return reg;
    }
    VESTIGE_UNREACHABLE("an access needs few registers");
}

// `perform(memory)` emits the access itself; a plain function, for it is called later.
template <typename Perform>
void UnitEmitter::end_span_access(const SpanAccess& access, MemoryAccess memory_access,
                                  Perform perform) {
    as_.bind(at(access.resume));
    struct Cold {
        SiteId site;
        LabelId alone, resume;
        Location::Kind where;
        std::uint32_t index;
        std::int32_t offset;
        HostRegister pointer, temporary;
        bool borrowed, stores;
        MemoryAccess access;
    };
    const Location source = regs_.location(access.source.base);
    const bool borrowed = access.temporary == no_register;
    const Cold cold{.site = access.site,
                    .alone = access.alone,
                    .resume = access.resume,
                    .where = source.kind,
                    .index = source.index,
                    .offset = access.source.offset,
                    .pointer = access.pointer.reg(),
                    .temporary = borrowed ? borrowed_register(access, source) : access.temporary,
                    .borrowed = borrowed,
                    .stores = access.span->stores,
                    .access = memory_access};
    cold_.add([this, cold, perform] {
        const x86::Mem saved = x86::qword_ptr(x86::rsp, saved_register_place);
        const x86::Gp pointer = gp64(cold.pointer), address = gp64(cold.temporary);
        const LabelId slow = new_label();
        as_.bind(at(cold.alone));
        if (cold.borrowed) as_.mov(saved, address);
        switch (cold.where) {
        case Location::Kind::in_register:
            as_.lea(address.r32(),
                    x86::ptr(gp64(static_cast<HostRegister>(cold.index)), cold.offset));
            break;
        case Location::Kind::spill:
            as_.mov(address.r32(), spill_memory(cold.index, 4));
            as_.add(address.r32(), cold.offset);
            break;
        case Location::Kind::state:
            as_.mov(address.r32(), state_memory(cold.index, 4));
            as_.add(address.r32(), cold.offset);
            break;
        case Location::Kind::constant: VESTIGE_UNREACHABLE("spans have no constant bases");
        }
        if (cold.access.alignment > 1) {
            as_.test(address.r8(), static_cast<std::int32_t>(cold.access.alignment - 1));
            as_.jnz(at(slow));
        }
        if (cold.access.size > 1) {
            as_.mov(pointer.r32(), address.r32());
            as_.and_(pointer.r32(), static_cast<std::int32_t>(runtime::page_mask));
            as_.cmp(pointer.r32(),
                    static_cast<std::int32_t>(runtime::page_size) - cold.access.size);
            as_.ja(at(slow));
        }
        emit_page_lookup(pointer, address, cold.stores);
        as_.jz(at(slow));
        perform(*this, x86::ptr(pointer, address));
        as_.xor_(pointer.r32(), pointer.r32());
        if (cold.borrowed) as_.mov(address, saved);
        as_.jmp(at(cold.resume));
        as_.bind(at(slow));
        as_.xor_(pointer.r32(), pointer.r32());
        if (cold.borrowed) as_.mov(address, saved);
        call_slow_path(cold.site, cold.resume);
    });
}

void UnitEmitter::emit_span_load(const Span& span, Value value, const Instruction& op) {
    const MemoryAccess access = MemoryAccess::unpack(op.imm);
    SpanAccess path = begin_span_access(span, op);
    const Held result = regs_.define(value);
    const bool wide = op.type == Type::v128;
    const Held temporary = wide && path.opens ? regs_.scratch() : Held();
    const HostRegister address = !wide               ? result.reg()
                                 : temporary.holds() ? temporary.reg()
                                                     : no_register;
    emit_lookup(path, SiteKind::load, op, address);
    set_result(path.site, result.reg(), op.type);
    const auto perform = [into = result.reg(), imm = op.imm, type = op.type](UnitEmitter& emitter,
                                                                             const x86::Mem& from) {
        emitter.load_mapped(into, from, MemoryAccess::unpack(imm), type);
    };
    perform(*this, span_memory(path));
    end_span_access(path, access, perform);
}

void UnitEmitter::emit_span_store(const Span& span, const Instruction& op) {
    const MemoryAccess access = MemoryAccess::unpack(op.imm);
    SpanAccess path = begin_span_access(span, op);
    const StoreSource source = store_source(op.arguments[1], access);
    const Held temporary = path.opens ? regs_.scratch() : Held();
    path.value = source.plain().from;
    path.copy = source.plain().copy;
    emit_lookup(path, SiteKind::store, op, temporary.holds() ? temporary.reg() : no_register);
    const auto perform = [what = source.plain()](UnitEmitter& emitter, const x86::Mem& to) {
        emitter.store_mapped(to, what);
    };
    perform(*this, span_memory(path));
    end_span_access(path, access, perform);
}

} // namespace vestige::x64
