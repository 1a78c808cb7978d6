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

namespace {

// Page maps are those of a 32-bit guest's current data translation.
bool served_by_page_map(MemoryAccess access, Type address) {
    return access.space == 0 && address == Type::i32;
}

} // namespace

// From here to end_access(), no registers are taken. `page` becomes what is to be added to the
// address.
UnitEmitter::AccessPath UnitEmitter::begin_access(SiteKind kind, const Instruction& op,
                                                  const Held& address, const Held& page) {
    const MemoryAccess access = MemoryAccess::unpack(op.imm);
    AccessPath path{.site = new_site(kind, op, op.imm),
                    .slow = new_label(),
                    .resume = new_label(),
                    .mapped = served_by_page_map(access, type(op.arguments[0]))};
    for (const Value operand : op.args())
        add_operand(path.site, operand);
    add_recovery(path.site, op);
    if (!path.mapped) {
        as_.jmp(at(path.slow));
        return path;
    }
    if (access.size > 1) {
        const auto offset_mask = static_cast<std::int32_t>(access.size - 1);
        as_.test(address.r8(), offset_mask);
        if (access.alignment >= access.size) {
            as_.jnz(at(path.slow));
        } else {
            const LabelId misaligned = new_label(), inside = new_label();
            as_.jnz(at(misaligned));
            as_.bind(at(inside));
            cold_.add([this, misaligned, inside, path, offset_mask, address = address.reg(),
                       page = page.reg()] {
                as_.bind(at(misaligned));
                as_.lea(gp32(page), x86::ptr(gp64(address), offset_mask));
                as_.xor_(gp32(page), gp32(address));
                as_.shr(gp32(page), runtime::page_bits);
                as_.jz(at(inside));
                as_.jmp(at(path.slow));
            });
        }
    }
    as_.mov(page.r32(), address.r32());
    as_.shr(page.r32(), runtime::page_bits);
    const HostRegister map = kind == SiteKind::load ? read_map_register : write_map_register;
    as_.mov(page.r64(), x86::ptr(gp64(map), page.r64(), 3));
    as_.test(page.r64(), page.r64());
    as_.jz(at(path.slow));
    return path;
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
    const MemoryAccess access = MemoryAccess::unpack(op.imm);
    const Held address = regs_.use(op.arguments[0]);
    Held page = regs_.scratch();
    Held wide = op.type == Type::v128 ? regs_.define(value) : Held();
    const AccessPath path = begin_access(SiteKind::load, op, address, page);
    const x86::Mem from = x86::ptr(page.r64(), address.r64());
    const HostRegister into = wide.holds() ? wide.reg() : page.reg();
    set_result(path.site, into, op.type);
    if (path.mapped) {
        if (access.endian == Endian::little || access.size == 1)
            load_plain(into, from, access, op.type);
        else
            load_big_endian(into, from, access, op.type);
    }
    end_access(path);
    if (!wide.holds()) regs_.become(value, std::move(page));
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
    case 2: // without the merge into the old register that a 16-bit movbe is
        as_.movzx(gp32(into),
                  x86::word_ptr(from.baseReg().as<x86::Gp>(), from.indexReg().as<x86::Gp>()));
        as_.bswap(gp32(into));
        extends ? as_.sar(gp32(into), 16) : as_.shr(gp32(into), 16);
        if (extends && type == Type::i64) as_.movsxd(gp64(into), gp32(into));
        return;
    case 4:
        if (features_.movbe) {
            as_.movbe(gp32(into), from);
        } else {
            as_.mov(gp32(into), from);
            as_.bswap(gp32(into));
        }
        if (extends) as_.movsxd(gp64(into), gp32(into));
        return;
    case 8:
        if (features_.movbe) {
            as_.movbe(gp64(into), from);
        } else {
            as_.mov(gp64(into), from);
            as_.bswap(gp64(into));
        }
        return;
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

void UnitEmitter::emit_store(Value, const Instruction& op) {
    const MemoryAccess access = MemoryAccess::unpack(op.imm);
    const Value source = op.arguments[1];
    const Held address = regs_.use(op.arguments[0]);
    const Held page = regs_.scratch();
    const bool swaps = access.endian == Endian::big && access.size != 1;
    const bool constant = access.size != 16 && regs_.constant(source) &&
                          (access.size < 8 || *regs_.constant(source) == 0);
    const Held from = constant ? Held() : regs_.use(source);
    // Where the host does not swap on the way, a copy is swapped.
    const bool needs_copy = swaps && !constant && (access.size == 16 || !features_.movbe);
    const Held copy =
        needs_copy ? regs_.scratch(access.size == 16 ? Bank::xmm : Bank::general) : Held();
    const AccessPath path = begin_access(SiteKind::store, op, address, page);
    if (path.mapped) {
        x86::Mem to = x86::ptr(page.r64(), address.r64());
        if (constant) {
            store_constant(to, source, access);
        } else if (!needs_copy) {
            store_register(to, from.reg(), access);
        } else if (access.size == 16) {
            move_double(copy.xmm(), from.xmm());
            features_.avx
                ? as_.vpshufb(copy.xmm(), copy.xmm(), constant_memory(thunks_.byte_reversal))
                : as_.pshufb(copy.xmm(), constant_memory(thunks_.byte_reversal));
            constant_used();
            store_register(to, copy.reg(), {.size = 16, .endian = Endian::little});
        } else {
            as_.mov(copy.r64(), from.r64());
            as_.bswap(access.size == 8 ? copy.r64() : copy.r32());
            if (access.size == 2) as_.shr(copy.r32(), 16);
            store_register(to, copy.reg(), {.size = access.size, .endian = Endian::little});
        }
    }
    end_access(path);
}

void UnitEmitter::store_constant(const x86::Mem& to, Value value, MemoryAccess access) {
    x86::Mem sized = to;
    sized.setSize(access.size);
    std::uint64_t bits = *regs_.constant(value);
    if (access.endian == Endian::big) bits = swap_sized(bits, access.size);
    as_.mov(sized, static_cast<std::int32_t>(bits));
}

void UnitEmitter::store_register(const x86::Mem& to, HostRegister from, MemoryAccess access) {
    const bool swaps = access.endian == Endian::big;
    switch (access.size) {
    case 1: as_.mov(to, gp8(from)); return;
    case 2: swaps ? as_.movbe(to, gp16(from)) : as_.mov(to, gp16(from)); return;
    case 4: swaps ? as_.movbe(to, gp32(from)) : as_.mov(to, gp32(from)); return;
    case 8: swaps ? as_.movbe(to, gp64(from)) : as_.mov(to, gp64(from)); return;
    case 16: features_.avx ? as_.vmovups(to, xmm(from)) : as_.movups(to, xmm(from)); return;
    default: VESTIGE_UNREACHABLE("no such access size");
    }
}

} // namespace vestige::x64
