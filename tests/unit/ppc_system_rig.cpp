#include "tests/unit/ppc_system_rig.h"

#include <algorithm>
#include <cstring>

#include <catch2/catch.hpp>
#include <fmt/format.h>

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

} // namespace

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
    return text + common_differences(expected, actual);
}

// ---- one machine

Machine::Machine(const CpuModel& model, Variant variant)
    : BareMachine(variant, test::ram_bytes), high_(high_bytes), state_(std::make_unique<State>()) {
    for (const std::uint32_t vector : vectors) {
        store_be(ram() + vector, here);
        store_be(high_.data() + vector, here);
    }
    mmu_ = std::make_unique<PpcMmu>(*state_, *this,
                                    model.software_table_search ? TableSearch::software
                                                                : TableSearch::hardware);
    cpu_ = std::make_unique<PpcCpu>(model, *state_,
                                    PpcCpu::Wiring{*this, *mmu_, log(), timebase_hertz, {}});
    make_loop(*cpu_);
    cpu_->reset();
    for (std::uint64_t& field : state_->cr) // the architecture leaves CR open
        field = ir::pack_order(false, false, false);
}

Machine::~Machine() = default;

std::byte* Machine::find(std::uint64_t physical, unsigned size) {
    if (physical >= high_at && physical + size <= high_at + high_bytes)
        return high_.data() + (physical - high_at);
    return BareMachine::find(physical, size);
}

bool Machine::device_takes(std::uint64_t physical) const {
    return physical >> 12 == device_at >> 12;
}

void Machine::device_stored(std::uint64_t value) {
    if (value == device_raises) cpu_->set_external_interrupt(true);
}

std::uint64_t Machine::serve_events(std::uint64_t most) {
    while (deadline_ns_ <= now_ns()) {
        deadline_ns_ = INT64_MAX;
        cpu_->decrementer_due();
    }
    if (deadline_ns_ == INT64_MAX) return most;
    const std::int64_t wait = deadline_ns_ - now_ns();
    return std::min(most, static_cast<std::uint64_t>((wait + instruction_ns - 1) / instruction_ns));
}

std::int64_t Machine::now_ns() const {
    return static_cast<std::int64_t>(instructions()) * instruction_ns;
}

void Machine::arm_cpu_timer(std::int64_t deadline_ns) {
    deadline_ns_ = deadline_ns;
    if (running()) loop().request_attention();
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
