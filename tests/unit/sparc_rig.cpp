#include "tests/unit/sparc_rig.h"

#include <algorithm>
#include <cstring>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "common/assertion.h"
#include "common/endian.h"
#include "frontend/sparc/fp/fsr.h"

namespace vestige::sparc::test {

namespace {

std::uint32_t following(const State& state) { return state.delay ? state.npc : state.pc + 4; }

} // namespace

std::string differences(Machine& expected, Machine& actual) {
    State &a = expected.state(), &b = actual.state();
    std::string text;
    const auto compare = [&](const std::string& name, std::uint64_t x, std::uint64_t y) {
        if (x != y) text += fmt::format("{}: {:x}, {:x}\n", name, x, y);
    };
#define FIELD(field) compare(#field, a.field, b.field)
    FIELD(pc);
    FIELD(delay);
    FIELD(y);
    FIELD(cwp);
    FIELD(wim);
    FIELD(tbr);
    compare("fsr", read_fsr(a), read_fsr(b));
    compare("state of the FPU", static_cast<unsigned>(a.float_unit),
            static_cast<unsigned>(b.float_unit));
    FIELD(float_queue[0]);
    FIELD(float_queue[1]);
    FIELD(supervisor);
    FIELD(previous_supervisor);
    FIELD(enable_traps);
    FIELD(enable_float);
    FIELD(pil);
    FIELD(interrupt_level);
    FIELD(powered_down);
    FIELD(header.bank);
#undef FIELD
    compare("npc", following(a), following(b));
    compare("psr", read_psr(a, 0), read_psr(b, 0));
    const unsigned windows = expected.cpu().model().windows;
    if (a.cwp < windows && b.cwp < windows)
        for (unsigned window = 0; window < windows; ++window)
            for (unsigned n = window == 0 ? 0 : 8; n < 24; ++n)
                compare(fmt::format("window {} r{}", window, n), expected.reg(window, n),
                        actual.reg(window, n));
    if (std::memcmp(a.fpr, b.fpr, sizeof a.fpr) != 0) text += "fpr differs\n";
    if (expected.cpu().checkstop() != actual.cpu().checkstop()) text += "one of them has stopped\n";
    return text + common_differences(expected, actual);
}

runtime::Translation FlatMmu::translate(std::uint64_t address, runtime::Access access,
                                        runtime::SideEffects) {
    using runtime::FaultKind;
    const bool device = address >> 12 == device_at >> 12;
    if (address >= ram_bytes && !device) return {.fault = FaultKind::no_translation};
    const bool writable = address >> 12 != read_only_at >> 12;
    if (access == runtime::Access::store && !writable) return {.fault = FaultKind::protection};
    return {.physical = address, .readable = true, .writable = writable};
}

// ---- one machine

Machine::Machine(const CpuModel& model, Variant variant)
    : BareMachine(variant, test::ram_bytes), state_(model.windows) {
    for (unsigned type = 0; type < 256; ++type) {
        store_be(ram() + vectors_at + 16 * type, here);
        store_be(ram() + vectors_at + 16 * type + 4, nop);
    }
    cpu_ =
        std::make_unique<SparcCpu>(model, *state_, SparcCpu::Wiring{*this, *this, mmu_, log(), {}});
    make_loop(*cpu_);
    cpu_->reset();
    state_->tbr = vectors_at;
}

Machine::~Machine() = default;

void Machine::device_stored(std::uint64_t value) {
    if ((value & ~15u) == device_raises)
        cpu_->set_interrupt_level(static_cast<unsigned>(value & 15));
}

// ---- all of them

namespace {

const CpuModel& model_named(std::string_view name) {
    const CpuModel* found = find_cpu_model(name);
    VESTIGE_ASSERT(found);
    return *found;
}

} // namespace

Rig::Rig(std::string_view model) : EngineRig(model_named(model)) {}

void Rig::program(const std::vector<Word>& values) {
    words(code_at, values);
    each([&](Machine& machine) {
        State& state = machine.state();
        state.pc = code_at;
        state.delay = 0;
        state.supervisor = 1;
        state.enable_traps = 1;
        machine.reg(o(6)) = stack_at;
        machine.loop().forget_everything();
    });
}

std::uint32_t Rig::npc() { return following(state()); }

std::string Rig::icc() {
    const Icc icc = icc_of(state());
    return fmt::format("{}{}{}{}", icc.n ? "N" : "", icc.z ? "Z" : "", icc.v ? "V" : "",
                       icc.c ? "C" : "");
}

void Rig::expect_trap(unsigned type, std::uint32_t pc, std::uint32_t next_pc) {
    CAPTURE(trap_name(type));
    const auto hex = [](std::uint32_t value) { return fmt::format("{:x}", value); };
    CHECK(hex(state().pc & ~4u) == hex(vectors_at + 16 * type));
    CHECK(hex(state().tbr) == hex(vectors_at + 16 * type));
    CHECK(hex(reg(l(1))) == hex(pc));
    CHECK(hex(reg(l(2))) == hex(next_pc));
    CHECK(state().enable_traps == 0);
    CHECK(state().supervisor == 1);
}

void at_every_budget(const std::function<void(Rig&)>& set_up, unsigned most,
                     std::string_view model) {
    for (unsigned count = 1; count <= most; ++count) {
        Rig rig(model);
        set_up(rig);
        INFO("budget " << count);
        rig.run(count);
        rig.run(most - count + 1);
    }
}

} // namespace vestige::sparc::test
