// Guest memory: the page map inline, everything else through the slow path.
//
//     test  address, size - 1         accesses that may cross a page, size > 1
//     jnz   misaligned                cold: within one page? then back
//     mov   page, address
//     shr   page, 12
//     mov   page, [map + 8 * page]
//     test  page, page
//     jz    slow                      cold: call slow_path; dd site
//     movbe result, [page + address]
#include "backend/x64/unit_emitter.h"
#include "common/assertion.h"
#include "translator/runtime/cpu_header.h"

namespace vestige::x64 {

using ir::MemoryAccess;
using ir::Type;
namespace Id = x86::Inst;

// From here to end_access(), no registers are taken. `page` becomes what is to be added to the
// address.
UnitEmitter::AccessPath UnitEmitter::begin_access(SiteKind kind, const Instruction& op,
                                                  const Held& address, const Held& page) {
    const MemoryAccess access = MemoryAccess::unpack(op.imm);
    AccessPath path{.site = new_site(kind, op, op.imm),
                    .slow = new_label(),
                    .resume = new_label(),
                    .mapped = served_by_page_map(*function_, op) &&
                              !never_mapped(op.arguments[0], access)};
    for (const Value operand : op.args())
        add_operand(path.site, operand);
    add_pointers(path.site);
    add_recovery(path.site, op);
    if (!path.mapped) {
        as_.jmp(at(path.slow));
        return path;
    }
    const auto fixed = regs_.constant(op.arguments[0]);
    if (!fixed) emit_alignment_check(path, access, address.reg(), page.reg());
    emit_page_lookup(page.r64(), address.r32(), kind == SiteKind::store, fixed);
    as_.jz(at(path.slow));
    return path;
}

// An address that is known: no check is left for the host.
bool UnitEmitter::never_mapped(Value address, MemoryAccess access) const {
    const auto fixed = regs_.constant(address);
    if (!fixed) return false;
    return (*fixed & (access.alignment - 1)) != 0 ||
           (*fixed & runtime::page_mask) + access.size > runtime::page_size;
}

void UnitEmitter::emit_alignment_check(const AccessPath& path, MemoryAccess access,
                                       HostRegister address, HostRegister page) {
    if (access.size == 1) return;
    const auto offset_mask = static_cast<std::int32_t>(access.size - 1);
    as_.test(gp8(address), offset_mask);
    if (access.alignment >= access.size) {
        as_.jnz(at(path.slow));
        return;
    }
    const LabelId misaligned = new_label(), inside = new_label();
    as_.jnz(at(misaligned));
    as_.bind(at(inside));
    cold_.add(
        [this, misaligned, inside, path, offset_mask, address, page, alignment = access.alignment] {
            as_.bind(at(misaligned));
            if (alignment > 1) {
                as_.test(gp32(address), static_cast<std::int32_t>(alignment - 1));
                as_.jnz(at(path.slow));
            }
            as_.lea(gp32(page), x86::ptr(gp64(address), offset_mask));
            as_.xor_(gp32(page), gp32(address));
            as_.shr(gp32(page), runtime::page_bits);
            as_.jz(at(inside));
            as_.jmp(at(path.slow));
        });
}

// page = map[address >> 12], with flags.
void UnitEmitter::emit_page_lookup(const x86::Gp& page, const x86::Gp& address, bool stores,
                                   std::optional<std::uint64_t> fixed) {
    const x86::Gp map = gp64(stores ? write_map_register : read_map_register);
    if (fixed) {
        constexpr unsigned entry_bytes = sizeof(runtime::PageMapEntry);
        as_.mov(page.r64(), x86::ptr(map, static_cast<std::int32_t>((*fixed >> runtime::page_bits) *
                                                                    entry_bytes)));
    } else {
        as_.mov(page.r32(), address.r32());
        as_.shr(page.r32(), runtime::page_bits);
        as_.mov(page.r64(), x86::ptr(map, page.r64(), 3));
    }
    as_.test(page.r64(), page.r64());
}

void UnitEmitter::end_access(const AccessPath& path) {
    as_.bind(at(path.resume));
    cold_.add([this, path] {
        as_.bind(at(path.slow));
        call_slow_path(path.site, path.resume);
    });
}

// ---- loads

void UnitEmitter::emit_load(Value value, const Instruction& op) {
    if (view_ == runtime::MemoryView::window && served_by_page_map(*function_, op)) {
        emit_window_load(value, op);
        return;
    }
    if (const Span* span = live_.span_of(value)) {
        emit_span_load(*span, value, op);
        return;
    }
    const Held address = regs_.use(op.arguments[0]);
    const bool is_wide = op.type == Type::v128;
    Held page = is_wide ? regs_.scratch() : regs_.scratch_for(value);
    Held wide = is_wide ? regs_.define(value) : Held();
    const AccessPath path = begin_access(SiteKind::load, op, address, page);
    const HostRegister into = wide.holds() ? wide.reg() : page.reg();
    set_result(path.site, into, op.type);
    if (path.mapped)
        load_mapped(into, x86::ptr(page.r64(), address.r64()), MemoryAccess::unpack(op.imm),
                    op.type);
    end_access(path);
    if (!wide.holds()) regs_.become(value, std::move(page));
}

// `into` may be a register of the address.
void UnitEmitter::load_mapped(HostRegister into, const x86::Mem& from, MemoryAccess access,
                              Type type) {
    note_window_access();
    if (access.endian == Endian::little || access.size == 1)
        load_plain(into, from, access, type);
    else
        load_big_endian(into, from, access, type);
}

void UnitEmitter::load_plain(HostRegister into, const x86::Mem& from, MemoryAccess access,
                             Type type) {
    if (access.size == 16) {
        features_.avx ? as_.vmovups(xmm(into), from) : as_.movups(xmm(into), from);
        return;
    }
    x86::Mem sized = from;
    sized.setSize(access.size);
    const bool extends = access.extend == ir::Extend::sign;
    const unsigned bytes = ir::info(type).bytes;
    if (access.size >= bytes) {
        if (bytes < 4)
            as_.movzx(gp32(into), sized);
        else
            as_.mov(gp_of(into, type), sized);
    } else if (!extends) {
        access.size == 4 ? as_.mov(gp32(into), sized) : as_.movzx(gp32(into), sized);
    } else if (access.size == 4) {
        as_.movsxd(gp64(into), sized);
    } else {
        as_.movsx(gp_of(into, type), sized);
        if (type == Type::i16) as_.movzx(gp32(into), gp16(into));
    }
}

void UnitEmitter::load_big_endian(HostRegister into, const x86::Mem& from, MemoryAccess access,
                                  Type type) {
    const bool extends = access.extend == ir::Extend::sign && access.size < ir::info(type).bytes;
    switch (access.size) {
    case 2: { // without the merge into the old register that a 16-bit movbe is
        x86::Mem sized = from;
        sized.setSize(2);
        as_.movzx(gp32(into), sized);
        as_.bswap(gp32(into));
        extends ? as_.sar(gp32(into), 16) : as_.shr(gp32(into), 16);
        if (extends && type == Type::i64) as_.movsxd(gp64(into), gp32(into));
        return;
    }
    case 4:
    case 8: {
        const x86::Gp to = access.size == 8 ? gp64(into) : gp32(into);
        if (features_.movbe) {
            as_.movbe(to, from);
        } else {
            as_.mov(to, from);
            as_.bswap(to);
        }
        if (extends) as_.movsxd(gp64(into), gp32(into));
        return;
    }
    case 16:
        if (features_.avx) {
            as_.vmovups(xmm(into), from);
            as_.vpshufb(xmm(into), xmm(into), constant_memory(thunks_.byte_reversal));
        } else {
            as_.movups(xmm(into), from);
            as_.pshufb(xmm(into), constant_memory(thunks_.byte_reversal));
        }
        constant_used();
        return;
    default: VESTIGE_UNREACHABLE("no such access size");
    }
}

// ---- stores

void UnitEmitter::emit_store(Value value, const Instruction& op) {
    if (view_ == runtime::MemoryView::window && served_by_page_map(*function_, op)) {
        emit_window_store(op);
        return;
    }
    if (const Span* span = live_.span_of(value)) {
        emit_span_store(*span, op);
        return;
    }
    const Held address = regs_.use(op.arguments[0]);
    const Held page = regs_.scratch();
    const StoreSource source = store_source(op.arguments[1], MemoryAccess::unpack(op.imm));
    const AccessPath path = begin_access(SiteKind::store, op, address, page);
    if (path.mapped) store_mapped(x86::ptr(page.r64(), address.r64()), source.plain());
    end_access(path);
}

// Takes the registers of a store's value.
UnitEmitter::StoreSource UnitEmitter::store_source(Value value, MemoryAccess access) {
    StoreSource source{.size = access.size,
                       .swaps = access.endian == Endian::big && access.size != 1};
    const auto constant = regs_.constant(value);
    if (constant && (access.size < 8 || *constant == 0)) {
        source.is_constant = true;
        source.constant = static_cast<std::int32_t>(
            source.swaps ? swap_sized(*constant, access.size) : *constant);
        return source;
    }
    source.from = regs_.use(value);
    // Where the host does not swap on the way, a copy is swapped.
    if (access.size == 16)
        source.copy = source.swaps ? regs_.scratch(Bank::xmm) : Held();
    else if (source.swaps && !features_.movbe)
        source.copy = regs_.scratch();
    return source;
}

void UnitEmitter::store_mapped(const x86::Mem& to, const PlainStore& store) {
    x86::Mem sized = to;
    sized.setSize(store.size == 16 ? 0 : store.size);
    if (store.is_constant) {
        note_window_access();
        as_.mov(sized, store.constant);
        return;
    }
    HostRegister from = store.from;
    bool swaps = store.swaps;
    if (swaps && store.copy != no_register) {
        swap_copy(store);
        from = store.copy;
        swaps = false;
    }
    note_window_access();
    switch (store.size) {
    case 1: as_.mov(sized, gp8(from)); return;
    case 2: swaps ? as_.movbe(sized, gp16(from)) : as_.mov(sized, gp16(from)); return;
    case 4: swaps ? as_.movbe(sized, gp32(from)) : as_.mov(sized, gp32(from)); return;
    case 8: swaps ? as_.movbe(sized, gp64(from)) : as_.mov(sized, gp64(from)); return;
    case 16: features_.avx ? as_.vmovups(sized, xmm(from)) : as_.movups(sized, xmm(from)); return;
    default: VESTIGE_UNREACHABLE("no such access size");
    }
}

void UnitEmitter::swap_copy(const PlainStore& store) {
    if (store.size == 16) {
        move_double(xmm(store.copy), xmm(store.from));
        features_.avx
            ? as_.vpshufb(xmm(store.copy), xmm(store.copy), constant_memory(thunks_.byte_reversal))
            : as_.pshufb(xmm(store.copy), constant_memory(thunks_.byte_reversal));
        constant_used();
        return;
    }
    as_.mov(gp64(store.copy), gp64(store.from));
    as_.bswap(store.size == 8 ? gp64(store.copy) : gp32(store.copy));
    if (store.size == 2) as_.shr(gp32(store.copy), 16);
}

} // namespace vestige::x64
