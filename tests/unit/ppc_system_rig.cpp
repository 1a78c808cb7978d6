#include "tests/unit/ppc_system_rig.h"

#include <algorithm>
#include <cstring>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "backend/interp/reference_engine.h"
#include "backend/x64/backend.h"
#include "common/assertion.h"
#include "common/endian.h"
#include "frontend/ppc/fp/fpscr.h"
#include "translator/ir/semantics.h"

namespace vestige::ppc::test {

namespace {

constexpr std::uint32_t vectors[] = {0x100,  0x200,  0x300,  0x400,  0x500, 0x600, 0x700,
                                     0x800,  0x900,  0xc00,  0xd00,  0xf00, 0xf20, 0x1000,
                                     0x1100, 0x1200, 0x1300, 0x1400, 0x1700};

std::uint32_t condition_register(const State& state) {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < 8; ++i) {
        const std::uint32_t field = std::uint32_t{ir::order_is_less(state.cr[i])} << 3 |
                                    std::uint32_t{ir::order_is_greater(state.cr[i])} << 2 |
                                    std::uint32_t{ir::order_is_equal(state.cr[i])} << 1 |
                                    state.cr_so[i];
        value |= field << (28 - 4 * i);
    }
    return value;
}

// What differs between two machines that should have done the same.
std::string differences(Machine& expected, Machine& actual) {
    State &a = expected.state(), &b = actual.state();
    fold_fpscr(a);
    fold_fpscr(b);
    std::string text;
    const auto compare = [&](const char* name, std::uint64_t x, std::uint64_t y) {
        if (x != y) text += fmt::format("{}: {:x}, {:x}\n", name, x, y);
    };
    const auto bytes = [&](const char* name, const auto& x, const auto& y) {
        if (std::memcmp(&x, &y, sizeof x) != 0) text += fmt::format("{} differs\n", name);
    };
    for (unsigned i = 0; i < 32; ++i)
        compare(fmt::format("r{}", i).c_str(), a.gpr[i], b.gpr[i]);
#define FIELD(field) compare(#field, a.field, b.field)
    FIELD(pc);
    FIELD(msr);
    FIELD(srr0);
    FIELD(srr1);
    FIELD(dar);
    FIELD(dsisr);
    FIELD(lr);
    FIELD(ctr);
    FIELD(xer_ca);
    FIELD(xer_ov);
    FIELD(xer_so);
    FIELD(xer_rest);
    FIELD(reserve_valid);
    FIELD(fpscr);
    FIELD(sdr1);
    FIELD(dmiss);
    FIELD(dcmp);
    FIELD(hash1);
    FIELD(hash2);
    FIELD(imiss);
    FIELD(icmp);
    FIELD(rpa);
    FIELD(hid0);
    FIELD(iabr);
    FIELD(dabr);
    FIELD(pending);
    FIELD(timebase_offset);
    FIELD(decrementer_value);
    FIELD(decrementer_start);
#undef FIELD
    compare("cr", condition_register(a), condition_register(b));
    bytes("fpr", a.fpr, b.fpr);
    bytes("sr", a.sr, b.sr);
    bytes("bat", a.ibat, b.ibat);
    bytes("dbat", a.dbat, b.dbat);
    bytes("sprg", a.sprg, b.sprg);
    bytes("tgpr", a.tgpr, b.tgpr);
    bytes("itlb", a.itlb, b.itlb);
    bytes("dtlb", a.dtlb, b.dtlb);
    bytes("itlb_lru", a.itlb_lru, b.itlb_lru);
    bytes("dtlb_lru", a.dtlb_lru, b.dtlb_lru);
    compare("instructions", expected.loop().instructions(), actual.loop().instructions());
    compare("device reads", expected.device_reads, actual.device_reads);
    compare("device writes", expected.device_writes, actual.device_writes);
    compare("device history", expected.device_history, actual.device_history);
    for (std::uint32_t i = 0; i < ram_bytes; i += 4)
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

// ---- one machine

Machine::Machine(const CpuModel& model, Variant variant)
    : variant_(variant), high_(high_bytes), state_(std::make_unique<State>()) {
    for (const std::uint32_t vector : vectors) {
        store_be(ram_.data() + vector, here);
        store_be(high_.data() + vector, here);
    }
    mmu_ = std::make_unique<PpcMmu>(*state_, *this,
                                    model.software_table_search ? TableSearch::software
                                                                : TableSearch::hardware);
    cpu_ = std::make_unique<PpcCpu>(model, *state_,
                                    PpcCpu::Wiring{*this, *mmu_, log_, timebase_hertz, {}});
    runtime::BackendFactory backend;
    if (variant != Variant::reference)
        backend = [](runtime::MemoryPath& path) {
            return std::make_unique<x64::X64Backend>(
                path, x64::X64Options{.arena_bytes = std::size_t{1} << 20});
        };
    runtime::ExecOptions options;
    if (variant == Variant::x64_hot) options.sample_interval = 7;
    loop_ = std::make_unique<runtime::ExecLoop>(
        *cpu_, *this, backend, std::make_unique<interp::ReferenceEngine>(), log_, options);
    cpu_->reset();
    for (std::uint64_t& field : state_->cr) // the architecture leaves CR open
        field = ir::pack_order(false, false, false);
}

Machine::~Machine() = default;

runtime::StopCause Machine::run(std::uint64_t count) {
    const std::uint64_t end = loop_->instructions() + count;
    unsigned turn = 0;
    for (;;) {
        const std::uint64_t now = loop_->instructions();
        if (deadline_ns_ <= now_ns()) {
            deadline_ns_ = INT64_MAX;
            cpu_->decrementer_due();
            continue;
        }
        if (now >= end) return runtime::StopCause::budget_used;
        std::uint64_t slice = end - now;
        if (deadline_ns_ != INT64_MAX) {
            const std::int64_t wait = deadline_ns_ - now_ns();
            slice = std::min(
                slice, static_cast<std::uint64_t>((wait + instruction_ns - 1) / instruction_ns));
        }
        if (variant_ == Variant::x64_in_parts) {
            slice = std::min<std::uint64_t>(slice, 1 + turn++ % 5);
            if (turn % 64 == 0) loop_->forget_everything();
        }
        running_ = true;
        const runtime::StopCause cause = loop_->run(slice);
        running_ = false;
        if (cause == runtime::StopCause::idle || cause == runtime::StopCause::checkstop)
            return cause;
    }
}

void Machine::store_behind_cpu(std::uint32_t physical, std::uint32_t value) {
    store_be(ram_.data() + physical, value);
    loop_->memory_written(physical, 4);
}

std::byte* Machine::find(std::uint64_t physical, unsigned size) {
    if (physical + size <= ram_bytes) return ram_.data() + physical;
    if (physical >= high_at && physical + size <= high_at + high_bytes)
        return high_.data() + (physical - high_at);
    return nullptr;
}

runtime::HostPage Machine::page(std::uint64_t physical) {
    return {find(physical & ~runtime::page_mask, runtime::page_size), true};
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
    if (physical >> 12 != device_at >> 12) return false;
    ++device_writes;
    remember(physical << 32 | value);
    if (value == device_raises) cpu_->set_external_interrupt(true);
    loop_->request_attention();
    return true;
}

std::int64_t Machine::now_ns() const {
    return loop_ ? static_cast<std::int64_t>(loop_->instructions()) * instruction_ns : 0;
}

void Machine::arm_cpu_timer(std::int64_t deadline_ns) {
    deadline_ns_ = deadline_ns;
    if (running_) loop_->request_attention();
}

bool Machine::read_physical(std::uint64_t address, unsigned size, std::uint64_t& value) {
    const std::byte* from = find(address, size);
    if (!from) return false;
    value = load_sized(from, size, Endian::big);
    return true;
}

void Machine::write_physical(std::uint64_t address, unsigned size, std::uint64_t value) {
    std::byte* to = find(address, size);
    VESTIGE_ASSERT(to);
    store_sized(to, size, value, Endian::big);
    loop_->memory_written(address, size);
}

// ---- all of them

Rig::Rig(std::string_view model) {
    const CpuModel* found = find_cpu_model(model);
    VESTIGE_ASSERT(found);
    for (const Variant variant :
         {Variant::reference, Variant::x64, Variant::x64_hot, Variant::x64_in_parts})
        machines_.push_back(std::make_unique<Machine>(*found, variant));
}

void Rig::words(std::uint32_t physical, std::initializer_list<Word> values) {
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

void Rig::program(std::initializer_list<Word> values, std::uint32_t msr_value) {
    words(code_at, values);
    go(code_at, msr_value);
}

void Rig::go(std::uint32_t pc, std::uint32_t msr_value) {
    each([&](Machine& machine) {
        machine.state().pc = pc;
        machine.state().msr = msr_value;
        machine.loop().forget_everything();
    });
}

std::uint32_t Rig::map(std::uint32_t vsid, std::uint32_t address, std::uint32_t pte_word1,
                       Hash hash) {
    set([](State& state) { state.sdr1 = table_at; });
    const std::uint32_t index = address >> 12 & 0xffff;
    const std::uint32_t primary = (vsid & 0x7ffff) ^ index;
    const bool second = hash == Hash::secondary;
    const std::uint32_t group = table_at + ((second ? ~primary : primary) & 0x3ff) * 64;
    for (std::uint32_t entry = group; entry < group + 64; entry += 8) {
        if (word(entry)) continue;
        words(entry, {0x80000000 | vsid << 7 | (second ? 0x40u : 0u) | index >> 10, pte_word1});
        return entry + 4;
    }
    VESTIGE_UNREACHABLE("the test fills a group");
}

void Rig::map_low_block() {
    set([](State& state) {
        state.ibat[0][0] = state.dbat[0][0] = 3; // 128 KB at 0 for both
        state.ibat[0][1] = state.dbat[0][1] = 2;
    });
}

runtime::StopCause Rig::run(std::uint64_t count) {
    std::vector<runtime::StopCause> causes;
    each([&](Machine& machine) { causes.push_back(machine.run(count)); });
    for (std::size_t i = 1; i < machines_.size(); ++i) {
        INFO("reference, " << name(machines_[i]->variant()));
        CHECK(differences(*machines_[0], *machines_[i]) == "");
        CHECK(causes[i] == causes[0]);
    }
    return causes[0];
}

std::uint32_t Rig::cr() { return condition_register(state()); }

void Rig::expect(ExceptionVector vector, std::uint32_t srr0, std::uint32_t srr1_value,
                 std::uint64_t count) {
    run(count);
    CAPTURE(name(vector));
    const std::uint32_t base = state().msr & msr::ip ? high_at : 0;
    CHECK(fmt::format("{:x}", state().pc) ==
          fmt::format("{:x}", base + static_cast<std::uint32_t>(vector)));
    CHECK(fmt::format("{:x}", state().srr0) == fmt::format("{:x}", srr0));
    CHECK(fmt::format("{:x}", state().srr1) == fmt::format("{:x}", srr1_value));
}

} // namespace vestige::ppc::test
