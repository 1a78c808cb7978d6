#include "frontend/sparc/cpu/sparc_cpu.h"

#include <algorithm>

#include <fmt/format.h>

#include "common/assertion.h"
#include "common/endian.h"
#include "frontend/sparc/cpu/mode.h"
#include "frontend/sparc/cpu/psr.h"
#include "frontend/sparc/cpu/windows.h"
#include "frontend/sparc/helpers.h"
#include "frontend/sparc/lift/lift_unit.h"
#include "frontend/sparc/slots.h"

namespace vestige::sparc {

using runtime::Access;

SparcCpu::SparcCpu(const CpuModel& model, State& state, Wiring wiring)
    : model_(model),
      state_(state),
      wiring_(std::move(wiring)),
      layout_(state_layout(model.windows)) {
    VESTIGE_ASSERT(state.windows); // in a StateMemory
    state_.header.cpu = this;
    reset();
}

// What the architecture leaves open is zero, so that each run is like the other.
void SparcCpu::reset() {
    const runtime::CpuHeader header = state_.header;
    const std::uint32_t level = state_.interrupt_level; // a pin
    std::uint32_t* const windows = state_.windows;
    state_ = State{};
    state_.windows = windows;
    state_.window_shift = window_shift(model_.windows);
    for (unsigned window = 0; window < model_.windows; ++window)
        std::fill_n(row_of(state_, window), window_words, 0);
    state_.header = header;
    state_.header.guest_mxcsr = 0x1f80;
    state_.header.vector_mxcsr = 0x1f80;
    state_.header.leave_code = ir::leave::none;
    state_.header.cpu = this;
    state_.interrupt_level = level;
    state_.mmu.control = model_.mmu.fixed_bits | model_.mmu.boot_mode;
    state_.fsr = std::uint32_t{model_.fsr_version} << 17;
    update_bank(state_, model_.windows);
    checkstop_.clear();
    if (state_.header.runtime) runtime().drop_all_pages();
}

const ir::HelperTable& SparcCpu::helpers() const { return helper_table(); }

std::uint32_t SparcCpu::mode() const { return mode_of(state_); }

runtime::ContextKey SparcCpu::context_key() const {
    runtime::ContextKey key;
    const bool on = (state_.mmu.control & mmu_control::enable) != 0;
    const std::uint32_t decides = on ? mmu_control::enable : model_.mmu.boot_mode;
    key.words[context_words::control] = state_.mmu.control & decides;
    if (on) {
        key.words[context_words::supervisor] = state_.supervisor;
        key.words[context_words::context_table] = state_.mmu.context_table;
        key.words[context_words::context] = state_.mmu.context;
    }
    return key;
}

// The MMU's registers are in alternate spaces, for the supervisor alone.
bool SparcCpu::keeps_context(std::uint32_t mode_bits) const {
    return !(mode_bits & mode::supervisor);
}

void SparcCpu::lift(const runtime::LiftRequest& request, ir::Function& function) {
    lift_unit(model_, request, function);
}

runtime::Translation SparcCpu::translate(std::uint64_t address, Access access) {
    return wiring_.mmu.translate(address, access, runtime::SideEffects::as_architected);
}

runtime::Translation SparcCpu::probe(std::uint64_t address, Access access) {
    return wiring_.mmu.translate(address, access, runtime::SideEffects::none);
}

bool SparcCpu::idle() const { return state_.powered_down != 0; }

void SparcCpu::power_down() {
    state_.powered_down = 1;
    if (state_.header.runtime) leave(ir::leave::look_again);
}

// ---- what instructions ask for

void SparcCpu::advance() { sparc::advance(state_); }

std::uint32_t SparcCpu::read_psr() const { return sparc::read_psr(state_, model_.psr_version); }

// V8 B.29: what takes effect up to three instructions later there does so at once.
void SparcCpu::write_psr(std::uint32_t value) {
    if ((value & psr::cwp) >= model_.windows) {
        raise_from_helper(tt::illegal_instruction);
        return;
    }
    const std::uint32_t old_mode = mode_of(state_);
    const auto bit = [&](unsigned number) { return (value >> number & 1) != 0; };
    state_.icc = order_of({bit(23), bit(22), bit(21), bit(20)});
    state_.icc_c = bit(20);
    state_.enable_float = (value & psr::ef) != 0;
    state_.pil = value >> psr::pil_shift & 15;
    state_.supervisor = (value & psr::s) != 0;
    state_.previous_supervisor = (value & psr::ps) != 0;
    state_.enable_traps = (value & psr::et) != 0;
    set_cwp(state_, value & psr::cwp);
    advance();
    if (mode_of(state_) != old_mode) mode_changed();
    if (interrupt_due()) leave(ir::leave::look_again);
}

// ---- text

std::string SparcCpu::disassemble(std::uint64_t pc, std::span<const std::byte> code) const {
    std::string text;
    for (std::size_t i = 0; i + 4 <= code.size(); i += 4) {
        const auto word = load_be<std::uint32_t>(code.data() + i);
        const auto at = static_cast<std::uint32_t>(pc + i);
        text += fmt::format("{:08x}:  {:08x}  {}\n", at, word,
                            wiring_.disassemble ? wiring_.disassemble(word, at) : "");
    }
    return text;
}

std::string SparcCpu::dump_registers() const {
    const Icc icc = icc_of(state_);
    std::string text = fmt::format("pc: {:08x}  npc: {:08x}  {}CPU {}\n", state_.pc,
                                   state_.delay ? state_.npc : state_.pc + 4,
                                   state_.delay ? "(in a delay slot) " : "", model_.name);
    text += fmt::format(
        "psr: {:08x} (icc: {}{}{}{} SPE: {}{}{} EF: {} PIL: {} CWP: {}) wim: {:08x}\n", read_psr(),
        icc.n ? 'N' : '-', icc.z ? 'Z' : '-', icc.v ? 'V' : '-', icc.c ? 'C' : '-',
        state_.supervisor ? 'S' : '-', state_.previous_supervisor ? 'P' : '-',
        state_.enable_traps ? 'E' : '-', state_.enable_float, state_.pil, state_.cwp, state_.wim);
    text += fmt::format("tbr: {:08x}  y: {:08x}  fsr: {:08x}  irl: {}\n", state_.tbr, state_.y,
                        read_fsr(state_), state_.interrupt_level);
    constexpr const char* groups[] = {"%g0-7", "%o0-7", "%l0-7", "%i0-7"};
    for (unsigned n = 0; n < 32; ++n)
        text += fmt::format("{}{:08x}{}", n % 8 == 0 ? fmt::format("{}: ", groups[n / 8]) : "",
                            reg(state_, state_.cwp, n, model_.windows), n % 8 == 7 ? "\n" : " ");
    for (unsigned n = 0; n < 16; ++n)
        text += fmt::format("{}{:016x}{}", n % 4 == 0 ? fmt::format("%f{:02}: ", 2 * n) : "",
                            state_.fpr[n], n % 4 == 3 ? "\n" : " ");
    return text;
}

} // namespace vestige::sparc
