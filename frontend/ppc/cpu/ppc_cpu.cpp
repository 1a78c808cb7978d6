#include "frontend/ppc/cpu/ppc_cpu.h"

#include <algorithm>

#include <fmt/format.h>

#include "common/endian.h"
#include "frontend/ppc/fp/fpscr.h"
#include "frontend/ppc/helpers.h"
#include "frontend/ppc/lift/lift_unit.h"
#include "frontend/ppc/slots.h"

namespace vestige::ppc {

using runtime::Access;

namespace {

// HID0[DOZE], [NAP], [SLEEP]: what MSR[POW] means, if anything (MPC750 UM 10.2).
constexpr std::uint32_t hid0_power_modes = 0x00e00000;
constexpr unsigned page_index_bits = 16; // within a segment
constexpr unsigned page_number_bits = 20;
constexpr std::uint32_t fpscr_enables_and_ni = 0x000000fc;

} // namespace

PpcCpu::PpcCpu(const CpuModel& model, State& state, Wiring wiring)
    : model_(model), state_(state), wiring_(std::move(wiring)) {
    state_.header.cpu = this;
    reset();
}

void PpcCpu::reset() {
    const runtime::CpuHeader header = state_.header;
    state_ = State{};
    state_.header = header;
    state_.header.guest_mxcsr = 0x1f80;
    state_.header.vector_mxcsr = 0x1f80;
    state_.header.leave_code = ir::leave::none;
    state_.header.cpu = this;
    state_.msr = msr::ip;
    state_.pc = 0xfff00100;
    checkstop_.clear();
    // Not by write_decrementer(): nothing has passed zero.
    state_.decrementer_value = 0xffffffff;
    state_.decrementer_start = counter();
    arm_decrementer();
    if (state_.header.runtime) runtime().drop_all_pages();
}

const ir::StateLayout& PpcCpu::layout() const { return state_layout(); }
const ir::HelperTable& PpcCpu::helpers() const { return helper_table(); }

std::uint32_t PpcCpu::mode() const {
    const std::uint32_t value = state_.msr;
    std::uint32_t bits = 0;
    if (value & msr::pr) bits |= mode::problem;
    if (value & msr::ir) bits |= mode::fetch_translated;
    if (value & msr::dr) bits |= mode::data_translated;
    if (value & msr::fp) bits |= mode::fp;
    if (value & msr::vec && model_.has_vec()) bits |= mode::vec;
    if (value & msr::le) bits |= mode::little;
    if (value & (msr::se | msr::be)) bits |= mode::trace;
    if (value & msr::be) bits |= mode::branch_trace;
    if (value & msr::se) bits &= ~mode::branch_trace;
    if (state_.fpscr & fpscr_enables_and_ni) bits |= mode::float_exact;
    if (state_.iabr & 2) bits |= mode::breakpoint;
    return bits;
}

runtime::ContextKey PpcCpu::context_key() const {
    runtime::ContextKey key;
    const std::uint32_t relevant = state_.msr & (msr::ir | msr::dr | msr::pr);
    key.words[16] = relevant;
    // Real mode does not look at the segments.
    if (relevant & (msr::ir | msr::dr))
        std::copy(std::begin(state_.sr), std::end(state_.sr), key.words.begin());
    return key;
}

// What changes segments, translation or privilege is for the supervisor, or an exception.
bool PpcCpu::keeps_context(std::uint32_t mode_bits) const {
    return (mode_bits & mode::problem) != 0;
}

void PpcCpu::lift(const runtime::LiftRequest& request, ir::Function& function) {
    lift_unit(model_, request, function);
}

runtime::Translation PpcCpu::translate(std::uint64_t address, Access access) {
    return wiring_.mmu.translate(address, access, runtime::SideEffects::as_architected);
}

runtime::Translation PpcCpu::probe(std::uint64_t address, Access access) {
    return wiring_.mmu.translate(address, access, runtime::SideEffects::none);
}

bool PpcCpu::idle() const {
    return (state_.msr & msr::pow) && (state_.hid0 & hid0_power_modes) && !state_.pending;
}

bool PpcCpu::breakpoint_matches(std::uint32_t pc) const {
    // IABR: address in bits 0-29, BE bit 30, TE (compare with MSR[IR]) bit 31; the 603 has no TE.
    if (!(state_.iabr & 2) || (state_.iabr & ~3u) != pc) return false;
    const bool translated = (state_.msr & msr::ir) != 0;
    return model_.family == Family::ppc603 || ((state_.iabr & 1) != 0) == translated;
}

// ---- what instructions ask for

bool PpcCpu::write_msr(std::uint32_t value) {
    const std::uint32_t vec_bit = model_.has_vec() ? msr::vec : 0;
    const std::uint32_t tgpr_bit = model_.software_table_search ? msr::tgpr : 0;
    // The performance monitor came with the 604.
    const std::uint32_t pm_bit = model_.family == Family::ppc603 ? 0 : msr::pm;
    const std::uint32_t implemented = 0x0005ff73 | vec_bit | tgpr_bit | pm_bit;
    const std::uint32_t old = state_.msr;
    const std::uint32_t old_mode = mode();
    if ((old ^ value) & tgpr_bit) swap_tgpr();
    state_.msr = value & implemented;
    if ((state_.msr & msr::pow) || (state_.pending && (state_.msr & msr::ee)))
        leave(ir::leave::look_again);
    // Programming Environments 3.3.6.1: an exception that waited for FE0 or FE1 comes before the
    // next instruction.
    if ((state_.msr & (msr::fe0 | msr::fe1)) && (state_.fpscr & fpscr::enables)) {
        fold_fpscr(state_);
        if (float_exception_due(state_)) {
            raise(ExceptionVector::program, state_.pc, srr1::program_float | srr1::program_next);
            leave(ir::leave::look_again);
        }
    }
    const std::uint32_t new_mode = mode();
    if (new_mode == old_mode) return false;
    runtime().enter_mode(state_.header, new_mode);
    return true;
}

void PpcCpu::swap_tgpr() {
    for (unsigned i = 0; i < 4; ++i)
        std::swap(state_.gpr[i], state_.tgpr[i]);
}

void PpcCpu::return_from_interrupt() {
    const std::uint32_t kept = state_.msr & ~(srr1::from_msr | msr::pow | msr::tgpr);
    state_.pc = state_.srr0 & ~3u;
    write_msr(kept | (state_.srr1 & srr1::from_msr));
    state_.pending &= ~pending::trace; // rfi is not traced
}

void PpcCpu::system_call() {
    raise(ExceptionVector::system_call, state_.pc, 0);
    runtime().enter_mode(state_.header, mode());
}

void PpcCpu::write_segment(unsigned index, std::uint32_t value) {
    // Bits 4-7 are reserved in a memory segment; they read back as written on these chips.
    if (state_.sr[index] == value) return;
    state_.sr[index] = value;
    runtime().context_changed();
    // Data accesses find the new context by themselves. The code that runs stays where it is unless
    // it lies in this very segment: an operating system that loads many segments is not
    // interrupted.
    if (state_.msr & msr::ir && state_.pc >> 28 == index) leave(ir::leave::look_again);
}

void PpcCpu::invalidate_page(std::uint32_t address) {
    // A TLB is indexed by low page-number bits and does not look at the segment: the page goes in
    // every segment (MPC750 UM 5.4.3.2).
    const std::uint32_t in_segment = address >> 12 & 0xffff;
    runtime().drop_page(in_segment, page_index_bits);
    const unsigned set = in_segment & 31;
    if (!model_.software_table_search) return;
    // The whole set of a software-loaded TLB goes, whatever pages its entries are for.
    for (unsigned way = 0; way < 2; ++way)
        for (State::TlbEntry* entry : {&state_.itlb[way][set], &state_.dtlb[way][set]}) {
            if (entry->page != ~0u) runtime().drop_page(entry->page, page_number_bits);
            *entry = {};
        }
}

void PpcCpu::load_tlb_entry(std::uint32_t address, Access access) {
    // 603e UM 5.5.2: ICMP/DCMP and RPA go to the entry that EA and SRR1[WAY] select.
    const unsigned set = address >> 12 & 31;
    const unsigned way = state_.srr1 & srr1::miss_way ? 1 : 0;
    const bool fetch = access == Access::fetch;
    auto& entry = fetch ? state_.itlb[way][set] : state_.dtlb[way][set];
    const std::uint32_t old_page = entry.page;
    entry = {fetch ? state_.icmp : state_.dcmp, address >> 12, state_.rpa};
    (fetch ? state_.itlb_lru : state_.dtlb_lru)[set] = static_cast<std::uint8_t>(way ^ 1);
    runtime().drop_page(address >> 12, page_number_bits);
    if (old_page != ~0u) runtime().drop_page(old_page, page_number_bits);
}

// ---- text

std::string PpcCpu::disassemble(std::uint64_t pc, std::span<const std::byte> code) const {
    std::string text;
    for (std::size_t i = 0; i + 4 <= code.size(); i += 4) {
        const auto word = load_be<std::uint32_t>(code.data() + i);
        const auto at = static_cast<std::uint32_t>(pc + i);
        text += fmt::format("{:08x}:  {:08x}  {}\n", at, word,
                            wiring_.disassemble ? wiring_.disassemble(word, at) : "");
    }
    return text;
}

std::string PpcCpu::dump_registers() const {
    std::string text = fmt::format(
        "NIP {:08x}   LR {:08x} CTR {:08x} XER {:08x} CPU {}\n", state_.pc, state_.lr, state_.ctr,
        state_.xer_rest | std::uint32_t{state_.xer_so} << 31 | std::uint32_t{state_.xer_ov} << 30 |
            std::uint32_t{state_.xer_ca} << 29,
        model_.name);
    std::uint32_t cr = 0;
    for (unsigned i = 0; i < 8; ++i) {
        const std::uint64_t order = state_.cr[i];
        const std::uint32_t field =
            (order >> 62 & 1) << 3 | std::uint32_t{static_cast<std::int64_t>(order) > 0} << 2 |
            std::uint32_t{static_cast<std::uint32_t>(order) == 0} << 1 | state_.cr_so[i];
        cr |= field << (28 - 4 * i);
    }
    text += fmt::format("MSR {:08x} HID0 {:08x}  CR {:08x} SRR0 {:08x} SRR1 {:08x}\n", state_.msr,
                        state_.hid0, cr, state_.srr0, state_.srr1);
    text += fmt::format("DAR {:08x} DSISR {:08x} SDR1 {:08x} PVR {:08x} TB {:016x} DEC {:08x}\n",
                        state_.dar, state_.dsisr, state_.sdr1, model_.pvr, timebase(),
                        read_decrementer());
    for (unsigned i = 0; i < 32; ++i)
        text += fmt::format("{}{:08x}{}", i % 8 == 0 ? fmt::format("GPR{:02} ", i) : "",
                            state_.gpr[i], i % 8 == 7 ? "\n" : " ");
    for (unsigned i = 0; i < 32; ++i)
        text += fmt::format("{}{:016x}{}", i % 4 == 0 ? fmt::format("FPR{:02} ", i) : "",
                            std::bit_cast<std::uint64_t>(state_.fpr[i]), i % 4 == 3 ? "\n" : " ");
    return text;
}

std::string PpcCpu::dump_translations() const {
    std::string text = fmt::format("SDR1 {:08x}: page table at {:08x}, {} groups\n", state_.sdr1,
                                   state_.sdr1 & 0xffff0000, ((state_.sdr1 & 0x1ff) + 1) * 1024);
    for (unsigned i = 0; i < 16; ++i)
        text += fmt::format("{}{:08x}{}", i % 8 == 0 ? fmt::format("SR{:02}  ", i) : "",
                            state_.sr[i], i % 8 == 7 ? "\n" : " ");
    for (unsigned i = 0; i < 4; ++i)
        text += fmt::format("IBAT{} {:08x} {:08x}   DBAT{} {:08x} {:08x}\n", i, state_.ibat[i][0],
                            state_.ibat[i][1], i, state_.dbat[i][0], state_.dbat[i][1]);
    return text;
}

} // namespace vestige::ppc
