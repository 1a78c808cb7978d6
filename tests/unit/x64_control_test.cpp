// Ways into and out of generated code: budget, chaining, jump cache, faults and what is rebuilt
// then, helpers that leave.
#include <memory>
#include <string>

#include <catch2/catch.hpp>

#include "tests/unit/x64_machine.h"
#include "translator/ir/builder.h"
#include "translator/opt/pipeline.h"

using namespace vestige;
using namespace vestige::test;

namespace {

ir::SlotId r(unsigned index) { return static_cast<ir::SlotId>(slot_r0 + index); }

// A machine that runs generated code alone.
struct Machine {
    X64Side side;
    x64::X64Backend backend{
        side.memory, {.arena_bytes = std::size_t{1} << 20, .banks = x64::RegisterBanks::used}};
    opt::Workspace workspace;

    Machine() {
        GuestState start;
        start.header.budget = 100;
        side.start(start, X64Side::Maps::all);
    }
    GuestState& state() { return side.state; }
    runtime::CpuHeader& header() { return side.state.header; }

    template <typename Write> runtime::CompiledUnit compile(std::uint32_t pc, Write write) {
        ir::Function function(test_layout(), test_helpers());
        function.start_pc = pc;
        ir::Builder build(function);
        write(build);
        opt::optimise(function, workspace);
        runtime::CompiledUnit unit;
        REQUIRE(backend.compile(function, unit));
        return unit;
    }
    // `count` instructions that add one to r0 each, then on to `next`.
    runtime::CompiledUnit counting_unit(std::uint32_t pc, unsigned count, std::uint32_t next) {
        return compile(pc, [&](ir::Builder& build) {
            for (unsigned i = 0; i < count; ++i) {
                build.instruction(pc + 4 * i);
                build.set_slot(r(0), build.add(build.get_slot(r(0)), build.i32(1)));
            }
            build.goto_pc(next);
        });
    }
    runtime::UnitExit run(const runtime::CompiledUnit& unit) {
        return backend.enter(&header(), unit.entry);
    }
};

} // namespace

TEST_CASE("x64: an unchained exit leaves with its link, and the budget is exact") {
    Machine m;
    const auto unit = m.counting_unit(0x1000, 3, 0x2000);
    const runtime::UnitExit exit = m.run(unit);
    CHECK(exit.code == ir::leave::none);
    REQUIRE(exit.link);
    CHECK(exit.link->target_pc == 0x2000);
    CHECK(exit.link->patch_address == unit.links.at(0).patch_address);
    CHECK(m.state().pc == 0x2000);
    CHECK(m.state().r[0] == 3);
    CHECK(m.header().budget == 97);
}

TEST_CASE("x64: a unit that is longer than the budget does not start") {
    Machine m;
    const auto unit = m.counting_unit(0x1000, 3, 0x2000);
    m.header().budget = 2;
    const runtime::UnitExit exit = m.run(unit);
    CHECK(exit.code == ir::leave::none);
    CHECK(!exit.link);
    CHECK(m.state().pc == 0x1000);
    CHECK(m.state().r[0] == 0);
    CHECK(m.header().budget == 2);
    m.header().budget = 3;
    CHECK(m.run(unit).link);
    CHECK(m.header().budget == 0);
}

TEST_CASE("x64: chained units run until the budget is used up, and leave again when unchained") {
    Machine m;
    const auto a = m.counting_unit(0x1000, 3, 0x2000);
    const auto b = m.counting_unit(0x2000, 2, 0x1000);
    m.backend.link(*m.run(a).link, b.entry); // as the loop does, by what enter() returned
    m.backend.link(b.links[0], a.entry);     // and by the unit's own list
    m.header().budget = 100;
    m.state().r[0] = 0;
    CHECK(!m.run(a).link);
    CHECK(m.state().r[0] == 100);
    CHECK(m.state().pc == 0x1000);
    CHECK(m.header().budget == 0);

    m.header().budget = 99;
    CHECK(!m.run(a).link);
    CHECK(m.header().budget == 1);
    CHECK(m.state().pc == 0x2000);

    m.backend.unlink(a.links[0]);
    m.header().budget = 99;
    const runtime::UnitExit exit = m.run(b);
    REQUIRE(exit.link);
    CHECK(exit.link->target_pc == 0x2000);
    CHECK(m.header().budget == 94);
}

TEST_CASE("x64: both ways of a branch are chained by themselves") {
    Machine m;
    const auto unit = m.compile(0x1000, [](ir::Builder& build) {
        build.instruction(0x1000);
        const ir::BlockId yes = build.new_block(), no = build.new_block();
        build.branch(build.cmp_lt_s(build.get_slot(r(0)), build.i32(10)), yes, no);
        build.set_block(yes);
        build.goto_pc(0x1000);
        build.set_block(no);
        build.goto_pc(0x3000);
    });
    REQUIRE(unit.links.size() == 2);
    const auto target_of = [&](std::uint32_t value) {
        m.header().budget = 1;
        m.state().r[0] = value;
        return m.run(unit).link->target_pc;
    };
    CHECK(target_of(9) == 0x1000);
    CHECK(target_of(0xfffffff0) == 0x1000);
    CHECK(target_of(10) == 0x3000);
    for (const runtime::LinkSite& site : unit.links)
        if (site.target_pc == 0x1000) m.backend.link(site, unit.entry);
    m.state().r[0] = 9;
    m.header().budget = 50;
    CHECK(!m.run(unit).link);
    CHECK(m.header().budget == 0);
    CHECK(target_of(10) == 0x3000);
}

TEST_CASE("x64: an early exit gives the rest of the unit back") {
    Machine m;
    const auto unit = m.compile(0x1000, [](ir::Builder& build) {
        build.instruction(0x1000);
        const ir::BlockId out = build.new_block(), on = build.new_block();
        build.branch(build.cmp_eq(build.get_slot(r(0)), build.i32(5)), out, on);
        build.set_block(out);
        build.goto_pc(0x3000);
        build.set_block(on);
        for (unsigned i = 1; i < 6; ++i)
            build.instruction(0x1000 + 4 * i);
        build.goto_pc(0x1018);
    });
    CHECK(m.run(unit).link->target_pc == 0x1018);
    CHECK(m.header().budget == 94);
    m.state().r[0] = 5;
    CHECK(m.run(unit).link->target_pc == 0x3000);
    CHECK(m.header().budget == 93);
}

TEST_CASE("x64: a computed jump goes where the jump cache says, if pc and mode are its own") {
    Machine m;
    const auto jump = m.compile(0x1000, [](ir::Builder& build) {
        build.instruction(0x1000);
        build.jump_pc(build.get_slot(r(3)));
    });
    const auto target = m.counting_unit(0x8765432c, 1, 0x4000);
    m.side.jump_cache.put(0x8765432c, target.entry);
    m.state().r[3] = 0x8765432c;
    REQUIRE(m.run(jump).link);
    CHECK(m.state().pc == 0x4000);
    CHECK(m.state().r[0] == 1);

    const auto misses = [&] {
        const runtime::UnitExit exit = m.run(jump);
        CHECK(exit.code == ir::leave::none);
        CHECK(!exit.link);
        CHECK(m.state().pc == m.state().r[3]);
    };
    m.state().r[3] = 0x8765432c ^ 0x10000; // the same line of the cache
    misses();
    m.state().r[3] = 0x8765432c;
    m.header().jump_cache_mode ^= std::uint64_t{1} << 32;
    misses();
    CHECK(m.state().r[0] == 1);
    CHECK(m.header().budget == 96);
}

TEST_CASE("x64: released code gives its memory back, and a full arena says so") {
    Machine m;
    const std::size_t before = m.backend.arena_bytes_used();
    std::vector<runtime::CompiledUnit> units;
    ir::Function function(test_layout(), test_helpers());
    function.start_pc = 0x1000;
    ir::Builder build(function);
    build.instruction(0x1000);
    for (unsigned i = 0; i < 8; ++i)
        build.set_slot(r(i), build.load(ir::Type::i32, build.get_slot(r(i)), {}));
    build.goto_pc(0x1004);
    opt::optimise(function, m.workspace);
    const auto fill = [&] {
        units.emplace_back();
        while (m.backend.compile(function, units.back()))
            units.emplace_back();
        units.pop_back();
    };
    fill();
    const std::size_t capacity = units.size();
    CHECK(capacity > 100);
    const std::size_t full = m.backend.arena_bytes_used();

    // Every other one goes: the holes are filled again, and both kinds still run.
    for (std::size_t i = 0; i < units.size(); i += 2)
        m.backend.release(units[i]);
    for (std::size_t i = 0; i < units.size(); i += 2)
        CHECK(m.backend.compile(function, units[i]));
    CHECK(m.backend.arena_bytes_used() == full);
    for (const std::size_t i : {std::size_t{0}, capacity / 2, capacity - 1})
        CHECK(m.run(units[i]).link->target_pc == 0x1004);

    for (runtime::CompiledUnit& unit : units)
        m.backend.release(unit);
    CHECK(m.backend.arena_bytes_used() == before);
    units.clear();
    fill();
    CHECK(units.size() == capacity);
    m.backend.release_all();
    CHECK(m.backend.arena_bytes_used() == before);
    units.clear();
    fill();
    CHECK(units.size() == capacity);
}

TEST_CASE("x64: a device that moves the budget is heard at once") {
    struct Device final : runtime::MemoryPath {
        runtime::CpuHeader* header = nullptr;
        std::int64_t seen = 0, seen_ahead = 0;
        runtime::AccessOutcome load(std::uint64_t, ir::MemoryAccess, runtime::AccessFrom,
                                    runtime::WideValue& value) override {
            seen = header->budget;
            seen_ahead = header->budget_ahead;
            header->budget = 1;
            value.low = 0xabcdef;
            return runtime::AccessOutcome::done;
        }
        runtime::AccessOutcome store(std::uint64_t, ir::MemoryAccess, runtime::AccessFrom,
                                     runtime::WideValue) override {
            return runtime::AccessOutcome::done;
        }
    };
    Device device;
    X64Side side;
    GuestState start;
    start.header.budget = 100;
    side.start(start, X64Side::Maps::none);
    device.header = &side.state.header;
    x64::X64Backend backend(
        device, {.arena_bytes = std::size_t{1} << 20, .banks = x64::RegisterBanks::used});
    ir::Function function(test_layout(), test_helpers());
    function.start_pc = 0x1000;
    ir::Builder build(function);
    for (unsigned i = 0; i < 4; ++i) {
        build.instruction(0x1000 + 4 * i);
        if (i == 1) build.set_slot(r(1), build.load(ir::Type::i32, build.get_slot(r(0)), {}));
    }
    build.goto_pc(0x1010);
    opt::Workspace workspace;
    opt::optimise(function, workspace);
    runtime::CompiledUnit unit;
    REQUIRE(backend.compile(function, unit));
    CHECK(backend.enter(&side.state.header, unit.entry).link);
    CHECK(side.state.r[1] == 0xabcdef);
    CHECK(device.seen == 96);
    CHECK(device.seen_ahead == 2);
    CHECK(side.state.header.budget == 1);
    CHECK(side.state.header.budget_ahead == 0);
}

// Each load in turn faults (or is to be run alone), with values in registers, in spill slots, in
// the state and in no place but the code; the interpreter says what is to be found.
TEST_CASE("x64: whichever access faults, the state is that of its instruction") {
    constexpr unsigned loads = 24;
    ir::Function function(test_layout(), test_helpers());
    function.start_pc = 0x1000;
    ir::Builder build(function);
    for (unsigned i = 0; i < loads; ++i) {
        build.instruction(0x1000 + 4 * i);
        // The address of each load is a word of memory, so that a test chooses who faults.
        const auto address = build.load(ir::Type::i32, build.i32(0x100 + 4 * i), {});
        const auto value = build.load(ir::Type::i64, address, {.size = 8});
        build.set_slot(r(i % 8), build.xor_(build.trunc(ir::Type::i32, value),
                                            build.get_slot(r((i + 3) % 8))));
        build.set_slot(slot_x0 + i % 2, build.add(value, build.get_slot(slot_x0)));
        build.set_slot(slot_ca, build.cmp_lt_u(value, build.get_slot(slot_x0 + 1)));
        build.set_slot(slot_half, build.trunc(ir::Type::i16, value));
        build.set_slot(slot_byte, build.constant(ir::Type::i8, i));
        build.set_slot(static_cast<ir::SlotId>(slot_f0 + i % 4),
                       build.bitcast(ir::Type::f64, value));
        build.set_slot(static_cast<ir::SlotId>(slot_v0 + i % 2),
                       build.vec(ir::Op::vec_add,
                                 {build.get_slot(slot_v0),
                                  build.load(ir::Type::v128, build.i32(0x200), {.size = 16})},
                                 32));
        build.set_slot(slot_cr0, build.order_s(build.get_slot(r(0)), build.get_slot(r(1))));
    }
    build.goto_pc(0x1100);
    opt::Workspace workspace;
    opt::optimise(function, workspace);
    for (const auto& features :
         {x64::HostFeatures::of_this_host(), x64::HostFeatures::baseline()}) {
        X64Lockstep lockstep({.arena_bytes = std::size_t{1} << 20, .features = features});
        for (const std::uint32_t bad : {0x12345678u, GuestMemory::devices})
            for (const auto maps : {X64Side::Maps::all, X64Side::Maps::none})
                for (unsigned faulting = 0; faulting <= loads; ++faulting) {
                    const auto bytes = lockstep.expected().memory.bytes;
                    for (unsigned i = 0; i < loads; ++i)
                        store_be<std::uint32_t>(&bytes[0x100 + 4 * i],
                                                i == faulting ? bad : 0x300 + 8 * i);
                    for (unsigned i = 0x200; i < 0x400; ++i)
                        if (i < 0x100 || i >= 0x200) bytes[i] = static_cast<std::byte>(i * 7);
                    lockstep.same_memory();
                    GuestState start;
                    start.header.budget = 100;
                    for (unsigned i = 0; i < 8; ++i)
                        start.r[i] = 0x01010101 * i;
                    INFO("load " << faulting);
                    for (const auto view :
                         {runtime::MemoryView::page_map, runtime::MemoryView::window}) {
                        REQUIRE(lockstep.compare(function, start, maps, view).empty());
                        if (faulting < loads)
                            CHECK(lockstep.actual().state.pc == 0x1000 + 4 * faulting);
                    }
                }
    }
}

TEST_CASE("x64: accesses at the ends of pages") {
    ir::Function function(test_layout(), test_helpers());
    function.start_pc = 0x1000;
    ir::Builder build(function);
    build.instruction(0x1000);
    const auto address = build.get_slot(r(0));
    const auto big = build.load(ir::Type::i64, address, {.size = 8});
    const auto little = build.load(ir::Type::i32, address, {.size = 4, .endian = Endian::little});
    const auto half = build.load(ir::Type::i64, address, {.size = 2, .extend = ir::Extend::sign});
    const auto byte = build.load(ir::Type::i32, address, {.size = 1, .extend = ir::Extend::sign});
    build.store(build.add(address, build.i32(0x20)), big, {.size = 8, .endian = Endian::little});
    build.store(build.add(address, build.i32(0x31)), half, {.size = 2});
    build.store(build.add(address, build.i32(0x42)), build.i32(0x12345678), {.size = 4});
    build.store(build.add(address, build.i32(0x50)), build.get_slot(slot_v0), {.size = 16});
    build.store(build.add(address, build.i32(0x61)), build.get_slot(slot_v0),
                {.size = 16, .endian = Endian::little});
    build.store(build.add(address, build.i32(0x72)), build.i64(0), {.size = 8});
    build.store(build.add(address, build.i32(0x7b)), build.trunc(ir::Type::i8, big), {.size = 1});
    build.set_slot(slot_v0 + 1, build.load(ir::Type::v128, address, {.size = 16}));
    build.set_slot(slot_x0, build.add(big, half));
    build.set_slot(r(1), little);
    build.set_slot(r(2), byte);
    build.goto_pc(0x1004);
    opt::Workspace workspace;
    opt::optimise(function, workspace);
    X64Lockstep lockstep({.arena_bytes = std::size_t{1} << 20, .banks = x64::RegisterBanks::used});
    for (auto& byte_of_memory : lockstep.expected().memory.bytes)
        byte_of_memory =
            static_cast<std::byte>(&byte_of_memory - lockstep.expected().memory.bytes.data());
    lockstep.same_memory();
    for (std::uint32_t at = 0xf60; at < 0x1010; ++at) {
        GuestState start;
        start.header.budget = 1;
        start.r[0] = at;
        start.v[0][0] = 0x0011223344556677;
        start.v[0][1] = 0x8899aabbccddeeff;
        INFO("address " << at);
        REQUIRE(lockstep.compare(function, start, X64Side::Maps::all).empty());
        for (const auto maps : {X64Side::Maps::all, X64Side::Maps::every_other})
            REQUIRE(lockstep.compare(function, start, maps, runtime::MemoryView::window).empty());
    }
    // Within a page no C++ is called.
    lockstep.actual().memory.slow_accesses = 0;
    GuestState start;
    start.header.budget = 1;
    start.r[0] = 0x2001;
    REQUIRE(lockstep.compare(function, start, X64Side::Maps::all).empty());
    CHECK(lockstep.actual().memory.slow_accesses == 0);
}
