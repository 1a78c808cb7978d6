#include "backend/x64/gate.h"

#include <cstring>

#include "backend/x64/frame.h"
#include "backend/x64/registers.h"
#include "common/assertion.h"

namespace vestige::x64 {

using runtime::CpuHeader;
using runtime::JumpCacheEntry;

namespace {

x86::Mem header_field(std::size_t offset) {
    return state_memory(static_cast<std::uint32_t>(offset), 8);
}

} // namespace

// No register holds anything of the guest's: this is behind one unit and in front of another.
const std::byte* emit_gate(Arena& arena, const Thunks& thunks, const ir::StateLayout& layout,
                           std::uint64_t pc) {
    const std::byte* const gate = arena.allocate(gate_bytes);
    if (!gate) return nullptr;
    asmjit::CodeHolder code;
    code.init(asmjit::Environment::host(), reinterpret_cast<std::uintptr_t>(gate));
    x86::Assembler as(&code);
    const auto entry = static_cast<std::int32_t>(((pc >> 2) & (runtime::jump_cache_size - 1)) *
                                                 sizeof(JumpCacheEntry));
    constexpr auto tag_at = static_cast<std::int32_t>(offsetof(JumpCacheEntry, tag));
    constexpr auto code_at = static_cast<std::int32_t>(offsetof(JumpCacheEntry, entry));
    const asmjit::Label miss = as.newLabel();
    as.mov(x86::rax, header_field(offsetof(CpuHeader, jump_cache)));
    as.mov(x86::ecx, static_cast<std::uint32_t>(pc));
    as.or_(x86::rcx, header_field(offsetof(CpuHeader, jump_cache_mode)));
    as.cmp(x86::rcx, x86::qword_ptr(x86::rax, entry + tag_at));
    as.jne(miss);
    as.jmp(x86::qword_ptr(x86::rax, entry + code_at));
    as.bind(miss);
    const ir::Slot& slot = layout[layout.pc];
    as.mov(x86::ecx, static_cast<std::uint32_t>(pc));
    as.mov(state_memory(slot.offset, ir::info(slot.type).bytes), gp_of(host::rcx, slot.type));
    as.jmp(reinterpret_cast<std::uintptr_t>(thunks.leave_plainly));
    VESTIGE_ASSERT(as.offset() <= gate_bytes && !code.hasUnresolvedLinks() &&
                   !code.hasRelocEntries());
    std::memcpy(arena.writable(gate), as.bufferData(), as.offset());
    return gate;
}

} // namespace vestige::x64
