#include "backend/x64/thunks.h"

#include <cstring>
#include <utility>
#include <vector>

#include "common/assertion.h"

namespace vestige::x64 {

namespace {

using runtime::CpuHeader;

x86::Mem header_field(std::size_t offset, std::uint32_t bytes) {
    return state_memory(static_cast<std::uint32_t>(offset), bytes);
}
#define HEADER_FIELD(name) header_field(offsetof(CpuHeader, name), sizeof(CpuHeader::name))

class ThunkEmitter {
  public:
    ThunkEmitter(Arena& arena, RegisterBanks banks, const HostFeatures& features)
        : arena_(arena), banks_(banks), window_in_gs_(features.fsgsbase) {
        code_.init(asmjit::Environment::host());
        code_.attach(&as_);
    }

    Thunks emit(SlowPathFunction slow_path, void* context, std::size_t& used);

  private:
    using Entry = const std::byte* Thunks::*;

    void begin(Entry entry) {
        as_.align(asmjit::AlignMode::kCode, 16);
        entries_.push_back({entry, as_.offset()});
    }
    void constant(Entry entry, std::uint64_t low, std::uint64_t high) {
        as_.align(asmjit::AlignMode::kData, 16);
        entries_.push_back({entry, as_.offset()});
        as_.embedUInt64(low);
        as_.embedUInt64(high);
    }
    void emit_enter();
    void emit_leave();
    void emit_jump_or_leave();
    enum class Saved : std::uint8_t { all, general };
    void emit_slow_path(Entry entry, Saved saved, SlowPathFunction slow_path, void* context);
    void emit_calls();
    void emit_call_with_state(Entry entry, ir::HelperFloats floats);
    void load_header_registers(std::int32_t frame_above);
    void load_gs(const x86::Gp& temporary, std::int32_t frame_above);
    void guest_floating_point() { as_.ldmxcsr(HEADER_FIELD(guest_mxcsr)); }
    void host_floating_point() {
        as_.stmxcsr(HEADER_FIELD(guest_mxcsr));
        as_.ldmxcsr(HEADER_FIELD(host_mxcsr));
    }

    Arena& arena_;
    RegisterBanks banks_;
    bool window_in_gs_;
    asmjit::CodeHolder code_;
    x86::Assembler as_;
    std::vector<std::pair<Entry, std::size_t>> entries_;
    asmjit::Label leave_, leave_plainly_, leave_without_state_;
};

constexpr HostRegister saved_by_enter[] = {host::rbp, host::rbx, host::r12,
                                           host::r13, host::r14, host::r15};
// The six registers and the return address leave the stack 8 bytes off its alignment.
constexpr std::int32_t frame_bytes = gs_base_place + 8 + 8;
static_assert(frame_bytes % 16 == 8);

// The context's window to GS, if it has one. Writing GS takes some 50 cycles, so its base is on
// record in the frame. frame_above: where that is, from the stack pointer.
void ThunkEmitter::load_gs(const x86::Gp& temporary, std::int32_t frame_above) {
    const x86::Mem in_gs = x86::qword_ptr(x86::rsp, frame_above + gs_base_place);
    const asmjit::Label done = as_.newLabel();
    as_.mov(temporary, HEADER_FIELD(window));
    as_.test(temporary, temporary);
    as_.jz(done);
    as_.cmp(temporary, in_gs);
    as_.je(done);
    as_.mov(in_gs, temporary);
    as_.wrgsbase(temporary);
    as_.bind(done);
}

// Where GS may not be written, the window's base takes the place of the read map in contexts that
// have one.
void ThunkEmitter::load_header_registers(std::int32_t frame_above) {
    if (window_in_gs_) load_gs(gp64(read_map_register), frame_above);
    as_.mov(gp64(read_map_register), HEADER_FIELD(read_map));
    as_.mov(gp64(write_map_register), HEADER_FIELD(write_map));
    if (!window_in_gs_) {
        as_.cmp(HEADER_FIELD(window), 0);
        as_.cmovne(gp64(window_register), HEADER_FIELD(window));
    }
    if (banks_ == RegisterBanks::none) return;
    as_.mov(gp32(bank_register), HEADER_FIELD(bank));
    as_.lea(gp64(bank_register),
            x86::ptr(gp64(state_register), gp64(bank_register), 0, -state_bias));
}

void ThunkEmitter::emit_enter() {
    begin(&Thunks::enter);
    for (const HostRegister reg : saved_by_enter)
        as_.push(gp64(reg));
    as_.sub(x86::rsp, frame_bytes);
    as_.lea(gp64(state_register), x86::ptr(x86::rdi, state_bias));
    as_.mov(gp64(budget_register), HEADER_FIELD(budget));
    as_.mov(x86::qword_ptr(x86::rsp, gs_base_place), 0);
    load_header_registers(0);
    as_.stmxcsr(HEADER_FIELD(host_mxcsr));
    guest_floating_point();
    as_.jmp(x86::rsi);
}

void ThunkEmitter::emit_leave() {
    begin(&Thunks::leave_as_helper_says);
    as_.mov(x86::eax, HEADER_FIELD(leave_code));
    as_.mov(HEADER_FIELD(leave_code), 0);
    as_.xor_(x86::edx, x86::edx);
    as_.jmp(leave_);

    begin(&Thunks::leave_plainly);
    as_.bind(leave_plainly_);
    as_.xor_(x86::eax, x86::eax);
    as_.xor_(x86::edx, x86::edx);

    begin(&Thunks::leave);
    as_.bind(leave_);
    as_.mov(HEADER_FIELD(budget), gp64(budget_register));
    host_floating_point();
    as_.bind(leave_without_state_);
    as_.add(x86::rsp, frame_bytes);
    for (std::size_t i = std::size(saved_by_enter); i-- > 0;)
        as_.pop(gp64(saved_by_enter[i]));
    as_.ret();
}

// In front of leave_plainly. A jump that was found is in the context's own cache from now on.
void ThunkEmitter::emit_jump_or_leave() {
    constexpr unsigned entry_shift = 4, instruction_shift = 2;
    static_assert(sizeof(runtime::JumpCacheEntry) == 1 << entry_shift);
    constexpr std::int32_t stable_mask = (runtime::stable_jumps_size - 1) << entry_shift;
    constexpr std::int32_t own_mask = (runtime::jump_cache_size - 1) << entry_shift;
    constexpr auto tag = static_cast<std::int32_t>(offsetof(runtime::JumpCacheEntry, tag));
    constexpr auto entry = static_cast<std::int32_t>(offsetof(runtime::JumpCacheEntry, entry));
    begin(&Thunks::jump_or_leave);
    as_.mov(x86::ecx, x86::eax);
    as_.or_(x86::rax, HEADER_FIELD(jump_cache_mode));
    as_.shl(x86::ecx, entry_shift - instruction_shift);
    as_.mov(x86::edx, x86::ecx);
    as_.and_(x86::edx, stable_mask);
    as_.mov(x86::rsi, HEADER_FIELD(stable_jumps));
    as_.test(x86::rsi, x86::rsi);
    as_.jz(leave_plainly_);
    as_.add(x86::rdx, x86::rsi);
    as_.cmp(x86::rax, x86::qword_ptr(x86::rdx, tag));
    as_.jne(leave_plainly_);
    as_.mov(x86::rdx, x86::qword_ptr(x86::rdx, entry));
    as_.and_(x86::ecx, own_mask);
    as_.add(x86::rcx, HEADER_FIELD(jump_cache));
    as_.mov(x86::qword_ptr(x86::rcx, tag), x86::rax);
    as_.mov(x86::qword_ptr(x86::rcx, entry), x86::rdx);
    as_.jmp(x86::rdx);
}

void ThunkEmitter::emit_slow_path(Entry entry, Saved saved, SlowPathFunction slow_path,
                                  void* context) {
    constexpr std::int32_t below_return_address = offsetof(SlowFrame, return_address);
    const auto general = [](unsigned reg) {
        return x86::qword_ptr(x86::rsp,
                              static_cast<std::int32_t>(offsetof(SlowFrame, general) + 8 * reg));
    };
    const auto vector = [](unsigned reg) {
        return x86::ptr(x86::rsp, static_cast<std::int32_t>(offsetof(SlowFrame, xmm) + 16 * reg));
    };
    const asmjit::Label leave = as_.newLabel();

    begin(entry);
    as_.sub(x86::rsp, below_return_address);
    for (unsigned reg = 0; reg < 16; ++reg)
        if (reg != host::rsp) as_.mov(general(reg), x86::gpq(reg));
    for (unsigned reg = 0; reg < 16 && saved == Saved::all; ++reg)
        as_.movaps(vector(reg), x86::xmm(reg));
    as_.mov(HEADER_FIELD(budget), gp64(budget_register));
    host_floating_point();
    as_.mov(x86::rdi, reinterpret_cast<std::uintptr_t>(context));
    as_.mov(x86::rsi, x86::rsp);
    as_.mov(x86::rax, reinterpret_cast<std::uintptr_t>(slow_path));
    as_.call(x86::rax);
    as_.test(x86::rax, x86::rax);
    as_.jnz(leave);
    guest_floating_point();
    if (window_in_gs_) load_gs(x86::rax, below_return_address + 8);
    for (unsigned reg = 0; reg < 16 && saved == Saved::all; ++reg)
        as_.movaps(x86::xmm(reg), vector(reg));
    for (unsigned reg = 0; reg < 16; ++reg)
        if (reg != host::rsp) as_.mov(x86::gpq(reg), general(reg));
    as_.add(x86::rsp, below_return_address);
    as_.ret();

    as_.bind(leave);
    as_.add(x86::rsp, below_return_address + 8);
    as_.sub(x86::eax, 1);
    as_.xor_(x86::edx, x86::edx);
    as_.jmp(leave_without_state_);
}

void ThunkEmitter::emit_calls() {
    begin(&Thunks::call_with_slots);
    as_.sub(x86::rsp, 8);
    host_floating_point();
    as_.call(x86::rax);
    guest_floating_point();
    as_.add(x86::rsp, 8);
    as_.ret();

    emit_call_with_state(&Thunks::call_with_state, ir::HelperFloats::possible);
    emit_call_with_state(&Thunks::call_with_state_without_floats, ir::HelperFloats::untouched);
}

void ThunkEmitter::emit_call_with_state(Entry entry, ir::HelperFloats floats) {
    const bool hands_over = floats == ir::HelperFloats::possible;
    begin(entry);
    as_.sub(x86::rsp, 8);
    as_.mov(HEADER_FIELD(budget), gp64(budget_register));
    if (hands_over) host_floating_point();
    as_.call(x86::rax);
    if (hands_over) guest_floating_point();
    as_.mov(gp64(budget_register), HEADER_FIELD(budget));
    load_header_registers(16); // the return address, and alignment
    as_.mov(HEADER_FIELD(budget_ahead), 0);
    as_.add(x86::rsp, 8);
    as_.ret();
}

Thunks ThunkEmitter::emit(SlowPathFunction slow_path, void* context, std::size_t& used) {
    leave_ = as_.newLabel();
    leave_plainly_ = as_.newLabel();
    leave_without_state_ = as_.newLabel();
    emit_enter();
    emit_leave();
    emit_jump_or_leave();
    emit_slow_path(&Thunks::slow_path, Saved::all, slow_path, context);
    emit_slow_path(&Thunks::slow_path_of_integers, Saved::general, slow_path, context);
    emit_calls();
    constexpr std::uint64_t sign = std::uint64_t{1} << 63;
    constant(&Thunks::sign_bit, sign, 0);
    constant(&Thunks::all_but_sign, ~sign, ~std::uint64_t{0});
    constexpr std::uint64_t single_sign = std::uint64_t{1} << 31;
    constant(&Thunks::single_sign_bit, single_sign, 0);
    constant(&Thunks::all_but_single_sign, ~single_sign, ~std::uint64_t{0});
    constant(&Thunks::byte_reversal, 0x08090a0b0c0d0e0f, 0x0001020304050607);
    constant(&Thunks::all_ones, ~std::uint64_t{0}, ~std::uint64_t{0});
    constant(&Thunks::low_nibbles, 0x0f0f0f0f0f0f0f0f, 0x0f0f0f0f0f0f0f0f);
    constant(&Thunks::smallest_singles, 0x0100000001000000, 0x0100000001000000);
    VESTIGE_ASSERT(!code_.hasUnresolvedLinks());

    used = as_.offset();
    const std::byte* const base = arena_.allocate(used);
    VESTIGE_ASSERT(base);
    std::memcpy(arena_.writable(base), as_.bufferData(), used);
    Thunks thunks{.banks = banks_};
    for (const auto& [entry, offset] : entries_)
        thunks.*entry = base + offset;
    return thunks;
}

} // namespace

Thunks emit_thunks(Arena& arena, RegisterBanks banks, const HostFeatures& features,
                   SlowPathFunction slow_path, void* context, std::size_t& used) {
    return ThunkEmitter(arena, banks, features).emit(slow_path, context, used);
}

// ---- what they are called, and their frames

namespace {

// How the stack stands in a thunk, from below its caller's frame. Its first instructions, which
// make the frame, and its last ones, which take it down, are not told apart: code is nearly always
// interrupted in the C++ that it calls.
enum class ThunkFrame : std::uint8_t { of_unit, slow_path, call };

struct ThunkRow {
    const std::byte* Thunks::*entry;
    const char* name;
    ThunkFrame frame;
};

// In the order of their addresses, and the first constant behind them.
constexpr ThunkRow thunk_rows[] = {
    {&Thunks::enter, "vestige_enter", ThunkFrame::of_unit},
    {&Thunks::leave_as_helper_says, "vestige_leave_as_helper_says", ThunkFrame::of_unit},
    {&Thunks::leave_plainly, "vestige_leave_plainly", ThunkFrame::of_unit},
    {&Thunks::leave, "vestige_leave", ThunkFrame::of_unit},
    {&Thunks::slow_path, "vestige_slow_path", ThunkFrame::slow_path},
    {&Thunks::slow_path_of_integers, "vestige_slow_path_of_integers", ThunkFrame::slow_path},
    {&Thunks::call_with_slots, "vestige_call_with_slots", ThunkFrame::call},
    {&Thunks::call_with_state, "vestige_call_with_state", ThunkFrame::call},
    {&Thunks::call_with_state_without_floats, "vestige_call_with_state_without_floats",
     ThunkFrame::call},
};
constexpr const std::byte* Thunks::*behind_thunks = &Thunks::sign_bit;

// saved_by_enter as DWARF numbers them (System V ABI for x86-64, figure 3.36).
constexpr unsigned dwarf_saved_by_enter[] = {6, 3, 12, 13, 14, 15};
static_assert(std::size(dwarf_saved_by_enter) == std::size(saved_by_enter));

const std::byte* end_of(const Thunks& thunks, std::size_t row) {
    return thunks.*(row + 1 < std::size(thunk_rows) ? thunk_rows[row + 1].entry : behind_thunks);
}

} // namespace

std::vector<runtime::NamedCode> name_thunks(const Thunks& thunks) {
    std::vector<runtime::NamedCode> named;
    for (std::size_t i = 0; i < std::size(thunk_rows); ++i) {
        const std::byte* const entry = thunks.*thunk_rows[i].entry;
        named.push_back(
            {entry, static_cast<std::size_t>(end_of(thunks, i) - entry), thunk_rows[i].name});
    }
    return named;
}

std::vector<UnwindRange> unwind_ranges(const Thunks& thunks, const std::byte* arena_end) {
    constexpr std::size_t unit_frame = frame_bytes + 8 * std::size(saved_by_enter) + 8;
    std::vector<UnwindRange> ranges;
    for (std::size_t i = 0; i < std::size(thunk_rows); ++i) {
        const ThunkRow& row = thunk_rows[i];
        UnwindRange range{thunks.*row.entry, end_of(thunks, i), 0, {}};
        switch (row.frame) {
        case ThunkFrame::of_unit:
            range.frame_bytes = unit_frame;
            range.saved_registers = dwarf_saved_by_enter;
            break;
        case ThunkFrame::slow_path: range.frame_bytes = sizeof(SlowFrame); break;
        case ThunkFrame::call: range.frame_bytes = 16; break;
        }
        ranges.push_back(range);
    }
    ranges.push_back({thunks.*behind_thunks, arena_end, unit_frame, dwarf_saved_by_enter});
    return ranges;
}

} // namespace vestige::x64
