#include "tests/unit/sparc_rig.h"

#include <algorithm>
#include <cstring>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "backend/interp/reference_engine.h"
#include "backend/x64/backend.h"
#include "common/assertion.h"
#include "common/endian.h"
#include "frontend/sparc/fp/fsr.h"

namespace vestige::sparc::test {

namespace {

std::uint32_t following(const State& state) { return state.delay ? state.npc : state.pc + 4; }

// What differs between two machines that should have done the same.
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
    compare("instructions", expected.loop().instructions(), actual.loop().instructions());
    compare("device reads", expected.device_reads, actual.device_reads);
    compare("device writes", expected.device_writes, actual.device_writes);
    compare("device history", expected.device_history, actual.device_history);
    if (expected.cpu().checkstop() != actual.cpu().checkstop()) text += "one of them has stopped\n";
    const bool same_ram = std::memcmp(expected.ram(), actual.ram(), ram_bytes) == 0;
    for (std::uint32_t i = 0; i < ram_bytes && !same_ram; i += 4)
        if (std::memcmp(expected.ram() + i, actual.ram() + i, 4) != 0)
            text += fmt::format("[{:x}]: {:08x}, {:08x}\n", i,
                                load_be<std::uint32_t>(expected.ram() + i),
                                load_be<std::uint32_t>(actual.ram() + i));
    return text;
}

std::string_view name(Variant variant) {
    switch (variant) {
    case Variant::reference: return "reference";
    case Variant::x64: return "x64";
    case Variant::x64_hot: return "x64, all of it hot";
    case Variant::x64_in_parts: return "x64 in parts";
    }
    VESTIGE_UNREACHABLE("no such variant");
}

} // namespace

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
    : variant_(variant), state_(std::make_unique<State>()) {
    for (unsigned type = 0; type < 256; ++type) {
        store_be(ram_.data() + vectors_at + 16 * type, here);
        store_be(ram_.data() + vectors_at + 16 * type + 4, nop);
    }
    cpu_ =
        std::make_unique<SparcCpu>(model, *state_, SparcCpu::Wiring{*this, *this, mmu_, log_, {}});
    runtime::BackendFactory backend;
    if (variant != Variant::reference)
        backend = [](runtime::MemoryPath& path) {
            return std::make_unique<x64::X64Backend>(
                path, x64::X64Options{.arena_bytes = std::size_t{1} << 20,
                                      .banks = x64::RegisterBanks::used});
        };
    runtime::ExecOptions options;
    if (variant == Variant::x64_hot) options.sample_interval = 7;
    loop_ = std::make_unique<runtime::ExecLoop>(
        *cpu_, *this, backend, std::make_unique<interp::ReferenceEngine>(), log_, options);
    cpu_->reset();
    state_->tbr = vectors_at;
}

Machine::~Machine() = default;

runtime::StopCause Machine::run(std::uint64_t count) {
    const std::uint64_t end = loop_->instructions() + count;
    unsigned turn = 0;
    for (;;) {
        const std::uint64_t now = loop_->instructions();
        if (now >= end) return runtime::StopCause::budget_used;
        std::uint64_t slice = end - now;
        if (variant_ == Variant::x64_in_parts) {
            slice = std::min<std::uint64_t>(slice, 1 + turn++ % 5);
            if (turn % 64 == 0) loop_->forget_everything();
        }
        const runtime::StopCause cause = loop_->run(slice);
        if (cause == runtime::StopCause::idle || cause == runtime::StopCause::checkstop)
            return cause;
    }
}

void Machine::store_behind_cpu(std::uint32_t physical, std::uint32_t value) {
    store_be(ram_.data() + physical, value);
    loop_->memory_written(physical, 4);
}

runtime::HostPage Machine::page(std::uint64_t physical) {
    const std::uint64_t first = physical & ~runtime::page_mask;
    return {first < ram_bytes ? ram_.data() + first : nullptr, true};
}

runtime::HostBacking Machine::backing(const std::byte* host) {
    const auto offset = static_cast<std::uint64_t>(host - ram_.data());
    return offset < ram_bytes ? ram_.backing(offset) : runtime::HostBacking{};
}

void Machine::remember(std::uint64_t value) {
    device_history = (device_history ^ value) * 0x9e3779b97f4a7c15 + loop_->instructions();
}

bool Machine::read(std::uint64_t physical, unsigned, Endian, std::uint64_t& value) {
    if (physical != device_at) return false;
    value = ++device_reads;
    remember(value);
    return true;
}

bool Machine::write(std::uint64_t physical, unsigned, Endian, std::uint64_t value) {
    if (physical != device_at) return false;
    ++device_writes;
    remember(value);
    if ((value & ~15u) == device_raises)
        cpu_->set_interrupt_level(static_cast<unsigned>(value & 15));
    loop_->request_attention();
    return true;
}

// ---- all of them

Rig::Rig(std::string_view model) {
    const CpuModel* found = find_cpu_model(model);
    VESTIGE_ASSERT(found);
    for (const Variant variant :
         {Variant::reference, Variant::x64, Variant::x64_hot, Variant::x64_in_parts})
        machines_.push_back(std::make_unique<Machine>(*found, variant));
}

void Rig::words(std::uint32_t physical, const std::vector<Word>& values) {
    each([&](Machine& machine) {
        std::uint32_t to = physical;
        for (const Word value : values) {
            machine.store_behind_cpu(to, value);
            to += 4;
        }
    });
}

std::uint32_t Rig::word(std::uint32_t physical) {
    return load_be<std::uint32_t>(machines_[0]->ram() + physical);
}

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

runtime::StopCause Rig::run(std::uint64_t count) {
    std::vector<runtime::StopCause> causes;
    each([&](Machine& machine) { causes.push_back(machine.run(count)); });
    for (std::size_t n = 1; n < machines_.size(); ++n) {
        INFO("reference, " << name(machines_[n]->variant()));
        CHECK(differences(*machines_[0], *machines_[n]) == "");
        CHECK(causes[n] == causes[0]);
    }
    return causes[0];
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
