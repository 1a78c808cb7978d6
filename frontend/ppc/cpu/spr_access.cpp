// What reading and writing the special registers does beyond storing a word, and the time base and
// decrementer.
#include <cstring>

#include "common/assertion.h"
#include "common/scale.h"
#include "frontend/ppc/cpu/ppc_cpu.h"
#include "frontend/ppc/cpu/spr.h"

namespace vestige::ppc {

namespace {

constexpr std::int64_t never_ns = INT64_MAX;
constexpr std::uint64_t second_ns = 1'000'000'000;

// Bits of HID0 that clear themselves: the flash invalidates of both caches (MPC750 UM 2.1.2.2).
constexpr std::uint32_t hid0_flash_invalidates = 0x00000c00;
constexpr std::uint32_t l2cr_invalidate_in_progress = 0x00000001;
constexpr std::uint32_t thrm_valid = 0x00000001; // V: comparisons are on
constexpr std::uint32_t thrm_done = 0x40000000;  // TIV: the last one is complete

} // namespace

// ---- time: counter ticks are a function of the machine's time alone

std::uint64_t PpcCpu::counter() const {
    return scale(static_cast<std::uint64_t>(wiring_.host.now_ns()), wiring_.timebase_hertz,
                 second_ns);
}

std::uint64_t PpcCpu::timebase() const { return counter() + state_.timebase_offset; }

void PpcCpu::write_timebase(std::uint64_t value) { state_.timebase_offset = value - counter(); }

std::uint32_t PpcCpu::read_decrementer() const {
    return state_.decrementer_value -
           static_cast<std::uint32_t>(counter() - state_.decrementer_start);
}

// An interrupt is due when DEC goes from 0 to minus one (Programming Environments 2.3.14.1), also
// by a write that makes it negative.
void PpcCpu::write_decrementer(std::uint32_t value) {
    const bool was_negative = read_decrementer() >> 31;
    state_.decrementer_value = value;
    state_.decrementer_start = counter();
    if (value >> 31 && !was_negative) {
        state_.pending |= pending::decrementer;
        leave(ir::leave::look_again);
    }
    arm_decrementer();
}

void PpcCpu::arm_decrementer() {
    // The first time at which the counter has passed `value` ticks.
    const std::uint64_t target =
        state_.decrementer_start + std::uint64_t{state_.decrementer_value} + 1;
    const auto deadline = static_cast<std::int64_t>(
        (static_cast<unsigned __int128>(target) * second_ns + wiring_.timebase_hertz - 1) /
        wiring_.timebase_hertz);
    wiring_.host.arm_cpu_timer(deadline < 0 ? never_ns : deadline);
}

void PpcCpu::decrementer_due() {
    state_.pending |= pending::decrementer;
    // Once round the 32-bit register the next one is due.
    state_.decrementer_start += std::uint64_t{state_.decrementer_value} + 1;
    state_.decrementer_value = 0xffffffff;
    arm_decrementer();
}

// ---- registers

std::uint32_t PpcCpu::read_spr(unsigned number) {
    switch (number) {
    case spr::xer:
        return state_.xer_rest | std::uint32_t{state_.xer_so} << 31 |
               std::uint32_t{state_.xer_ov} << 30 | std::uint32_t{state_.xer_ca} << 29;
    case spr::dec: return read_decrementer();
    case spr::sdr1: return state_.sdr1;
    case spr::tbl: return static_cast<std::uint32_t>(timebase());
    case spr::tbu: return static_cast<std::uint32_t>(timebase() >> 32);
    case spr::pvr: return model_.pvr;
    case spr::hid0: return state_.hid0;
    case spr::iabr: return state_.iabr;
    case spr::dabr: return state_.dabr;
    case spr::l2cr: return state_.other_spr[spr::l2cr] & ~l2cr_invalidate_in_progress;
    case spr::thrm1:
    case spr::thrm1 + 1: {
        const std::uint32_t value = state_.other_spr[number];
        return value & thrm_valid ? value | thrm_done : value;
    }
    default: break;
    }
    if (number >= spr::ibat0u && number < spr::ibat0u + 8)
        return state_.ibat[(number - spr::ibat0u) / 2][number & 1];
    if (number >= spr::dbat0u && number < spr::dbat0u + 8)
        return state_.dbat[(number - spr::dbat0u) / 2][number & 1];
    const SprInfo* info = find_spr(model_, number);
    VESTIGE_ASSERT(info && info->kind == SprKind::plain);
    std::uint32_t value;
    std::memcpy(&value, reinterpret_cast<const std::byte*>(&state_) + info->offset, 4);
    return value;
}

void PpcCpu::write_bat(std::uint32_t& target, std::uint32_t value) {
    if (target == value) return;
    target = value;
    runtime().drop_all_pages();
    leave(ir::leave::look_again);
}

void PpcCpu::write_spr(unsigned number, std::uint32_t value) {
    switch (number) {
    case spr::xer:
        state_.xer_so = value >> 31 & 1;
        state_.xer_ov = value >> 30 & 1;
        state_.xer_ca = value >> 29 & 1;
        state_.xer_rest = value & 0x1fffffff;
        return;
    case spr::dec: write_decrementer(value); return;
    case spr::sdr1:
        if (state_.sdr1 == value) return;
        state_.sdr1 = value;
        runtime().drop_all_pages();
        leave(ir::leave::look_again);
        return;
    case spr::tbl_write: write_timebase((timebase() & ~0xffffffffull) | value); return;
    case spr::tbu_write:
        write_timebase((timebase() & 0xffffffff) | std::uint64_t{value} << 32);
        return;
    case spr::hid0:
        state_.hid0 = value & ~hid0_flash_invalidates;
        leave(ir::leave::look_again);
        return;
    case spr::iabr:
        state_.iabr = value;
        leave(ir::leave::look_again);
        return;
    case spr::dabr:
        if (state_.dabr == value) return;
        state_.dabr = value;
        runtime().drop_all_pages();
        leave(ir::leave::look_again);
        return;
    case spr::l2cr:
    case spr::thrm1:
    case spr::thrm1 + 1: state_.other_spr[number] = value; return;
    default: break;
    }
    if (number >= spr::ibat0u && number < spr::ibat0u + 8) {
        write_bat(state_.ibat[(number - spr::ibat0u) / 2][number & 1], value);
        return;
    }
    if (number >= spr::dbat0u && number < spr::dbat0u + 8) {
        write_bat(state_.dbat[(number - spr::dbat0u) / 2][number & 1], value);
        return;
    }
    const SprInfo* info = find_spr(model_, number);
    VESTIGE_ASSERT(info && info->kind == SprKind::plain);
    std::memcpy(reinterpret_cast<std::byte*>(&state_) + info->offset, &value, 4);
}

} // namespace vestige::ppc
