// Accesses that share a page lookup: random ones at small distances from a few registers, near the
// ends of pages, to pages that are mapped, unmapped, missing or devices; and what happens if the
// maps change behind an access.
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "tests/lockstep/random_ir.h"
#include "tests/unit/x64_machine.h"
#include "translator/ir/builder.h"
#include "translator/ir/printer.h"
#include "translator/opt/pipeline.h"

using namespace vestige;
using namespace vestige::test;
using ir::Type;
using ir::Value;

namespace {

ir::SlotId r(unsigned index) { return static_cast<ir::SlotId>(slot_r0 + index); }

// r0 to r2 are bases, the other registers data.
class SpanFunction {
  public:
    SpanFunction(ir::Function& function, std::uint64_t seed)
        : function_(function), random_(seed), build_(function) {}

    void write() {
        function_.start_pc = 0x1000;
        const unsigned count = 2 + random_.below(30);
        for (unsigned i = 0; i < count; ++i) {
            build_.instruction(0x1000 + 4 * i);
            one_instruction();
        }
        build_.goto_pc(0x1000 + 4 * count);
    }

  private:
    Value some_address() {
        if (random_.one_in(8)) return build_.i32(fixed_address());
        const Value base = build_.get_slot(r(random_.below(3)));
        const auto distance = static_cast<std::uint32_t>(random_.below(96)) - 32u;
        if (random_.one_in(4)) return base;
        return build_.add(base, build_.i32(random_.one_in(12) ? distance * 8 : distance));
    }
    std::uint32_t fixed_address() {
        const std::uint32_t page = random_.below(17) << 12;
        return random_.one_in(2) ? page + random_.below(0x1000) : page - random_.below(20);
    }
    ir::MemoryAccess some_access(unsigned largest) {
        ir::MemoryAccess access;
        do
            access.size = static_cast<std::uint8_t>(1u << random_.below(4));
        while (access.size > largest);
        access.endian = random_.one_in(4) ? Endian::little : Endian::big;
        access.extend = random_.one_in(3) ? ir::Extend::sign : ir::Extend::zero;
        if (random_.one_in(3)) access.alignment = access.size == 8 ? 4 : access.size;
        if (random_.one_in(10)) access.alignment = access.size;
        return access;
    }
    ir::SlotId data() { return r(3 + random_.below(5)); }

    void one_instruction() {
        switch (random_.below(16)) {
        case 0:
        case 1:
        case 2:
        case 3:
        case 4:
            build_.set_slot(data(), build_.load(Type::i32, some_address(), some_access(4)));
            break;
        case 5:
            build_.set_slot(static_cast<ir::SlotId>(slot_x0 + random_.below(2)),
                            build_.load(Type::i64, some_address(), some_access(8)));
            break;
        case 6:
            build_.set_slot(static_cast<ir::SlotId>(slot_v0 + random_.below(2)),
                            build_.load(Type::v128, some_address(), {.size = 16}));
            break;
        case 7:
        case 8:
        case 9:
        case 10: build_.store(some_address(), build_.get_slot(data()), some_access(4)); break;
        case 11: build_.store(some_address(), build_.get_slot(slot_x0), some_access(8)); break;
        case 12: build_.store(some_address(), build_.get_slot(slot_v0 + 1), {.size = 16}); break;
        case 13:
            build_.store(some_address(), build_.i32(random_.below(1000)), some_access(4));
            break;
        case 14: { // store and update
            const ir::SlotId base = r(random_.below(3));
            const Value address =
                build_.add(build_.get_slot(base), build_.i32(8 * random_.below(5) - 16));
            build_.store(address, build_.get_slot(base), {});
            build_.set_slot(base, address);
            break;
        }
        default:
            if (random_.one_in(3))
                build_.set_slot(slot_cr0, build_.call(helper_turn, {}));
            else
                build_.call(helper_count, {build_.get_slot(data())});
        }
    }

    ir::Function& function_;
    Random random_;
    ir::Builder build_;
};

std::uint32_t some_base(Random& random) {
    const std::uint32_t page = random.below(15) << 12;
    switch (random.below(8)) {
    case 0: return page;
    case 1: return page + 0x1000 - random.below(64);
    case 2: return page + random.below(64);
    case 3: return GuestMemory::devices + random.below(64);
    case 4: return random.one_in(4) ? 0 - random.below(32) : random.below(48);
    default: return page + random.below(0x1000);
    }
}

void run_spans(x64::HostFeatures features, std::uint64_t first, std::uint64_t count,
               runtime::MemoryView view = runtime::MemoryView::page_map) {
    X64Lockstep lockstep({.arena_bytes = std::size_t{4} << 20, .features = features});
    random_memory(lockstep.expected().memory, 0);
    lockstep.same_memory();
    opt::Workspace workspace;
    workspace.checks = opt::Checks::none;
    for (std::uint64_t seed = first; seed < first + count; ++seed) {
        ir::Function function(test_layout(), test_helpers());
        SpanFunction(function, seed).write();
        opt::optimise(function, workspace);
        lockstep.prepare(function, view);
        Random random(seed);
        for (unsigned run = 0; run < 4; ++run) {
            GuestState start;
            random_registers(start, random.next());
            start.header.budget = 100;
            for (unsigned i = 0; i < 3; ++i)
                start.r[i] = some_base(random);
            const auto maps = random.one_in(4) ? X64Side::Maps::every_other : X64Side::Maps::all;
            const std::string found = lockstep.compare(start, maps);
            if (!found.empty())
                FAIL(fmt::format("seed {} run {} bases {:#x} {:#x} {:#x}:\n{}\n{}", seed, run,
                                 start.r[0], start.r[1], start.r[2], found, ir::print(function)));
        }
    }
}

} // namespace

TEST_CASE("accesses in spans do what the reference engine does") {
    run_spans(x64::HostFeatures::of_this_host(), 1, 4000);
    run_spans(x64::HostFeatures::baseline(), 100000, 2000);
}

TEST_CASE("accesses in a window do what the reference engine does") {
    run_spans(x64::HostFeatures::of_this_host(), 1, 2000, runtime::MemoryView::window);
    run_spans(x64::HostFeatures::baseline(), 100000, 1000, runtime::MemoryView::window);
}

TEST_CASE("a span needs one lookup") {
    X64Side side;
    x64::X64Backend backend(
        side.memory, {.arena_bytes = std::size_t{1} << 20, .banks = x64::RegisterBanks::used});
    ir::Function function(test_layout(), test_helpers());
    function.start_pc = 0x1000;
    ir::Builder build(function);
    build.instruction(0x1000);
    const Value base = build.get_slot(r(0));
    const unsigned words = 6;
    for (unsigned i = 1; i <= words; ++i)
        build.set_slot(r(i), build.load(Type::i32, build.add(base, build.i32(4 * i)), {}));
    build.goto_pc(0x1004);
    opt::Workspace workspace;
    opt::optimise(function, workspace);
    runtime::CompiledUnit unit;
    REQUIRE(backend.compile(function, unit));
    // A map that only knows page 1, in the wrong place: who looks there twice would find both.
    GuestState start;
    start.header.budget = 1;
    start.r[0] = 0x1000;
    side.start(start, X64Side::Maps::all);
    for (unsigned i = 1; i <= words; ++i)
        store_be<std::uint32_t>(&side.memory.bytes[0x1000 + 4 * i], i);
    CHECK(backend.enter(&side.state.header, unit.entry).link);
    for (unsigned i = 1; i <= words; ++i)
        CHECK(side.state.r[i] == i);
    CHECK(side.memory.slow_accesses == 0);
}

// A device behind the second of three accesses to one page moves the page.
TEST_CASE("a span does not outlive a change of the maps") {
    struct Device final : runtime::MemoryPath {
        GuestMemory* memory = nullptr;
        std::vector<runtime::PageMapEntry>* map = nullptr;
        std::vector<std::byte> other = std::vector<std::byte>(2 * runtime::page_size);
        runtime::AccessOutcome load(std::uint64_t, ir::MemoryAccess, runtime::AccessFrom,
                                    runtime::WideValue& value) override {
            value.low = 7;
            (*map)[1] = reinterpret_cast<runtime::PageMapEntry>(other.data());
            return runtime::AccessOutcome::done;
        }
        runtime::AccessOutcome store(std::uint64_t, ir::MemoryAccess, runtime::AccessFrom,
                                     runtime::WideValue) override {
            return runtime::AccessOutcome::fault;
        }
    };
    X64Side side;
    Device device;
    device.map = &side.map;
    store_be<std::uint32_t>(&side.memory.bytes[0x1010], 0x11111111);
    store_be<std::uint32_t>(&side.memory.bytes[0x1020], 0x22222222);
    store_be<std::uint32_t>(&device.other[0x1020], 0x33333333);
    x64::X64Backend backend(
        device, {.arena_bytes = std::size_t{1} << 20, .banks = x64::RegisterBanks::used});
    ir::Function function(test_layout(), test_helpers());
    function.start_pc = 0x1000;
    ir::Builder build(function);
    build.instruction(0x1000);
    const Value base = build.get_slot(r(0));
    build.set_slot(r(1), build.load(Type::i32, build.add(base, build.i32(0x10)), {}));
    build.set_slot(r(2), build.load(Type::i32, build.get_slot(r(7)), {}));
    build.set_slot(r(3), build.load(Type::i32, build.add(base, build.i32(0x20)), {}));
    build.goto_pc(0x1004);
    opt::Workspace workspace;
    opt::optimise(function, workspace);
    runtime::CompiledUnit unit;
    REQUIRE(backend.compile(function, unit));
    GuestState start;
    start.header.budget = 1;
    start.r[0] = 0x1000;
    start.r[7] = 0x80000000;
    side.start(start, X64Side::Maps::all);
    CHECK(backend.enter(&side.state.header, unit.entry).link);
    CHECK(side.state.r[1] == 0x11111111);
    CHECK(side.state.r[2] == 7);
    CHECK(side.state.r[3] == 0x33333333);
}

namespace {

const runtime::PageMapEntry* next_map;

std::uint64_t switch_maps(void* state) {
    state_of(state).header.read_map = next_map;
    return 0;
}

} // namespace

TEST_CASE("a span ends where a helper may switch maps") {
    X64Side side, other;
    next_map = other.map.data();
    store_be<std::uint32_t>(&side.memory.bytes[0x1010], 0x11111111);
    store_be<std::uint32_t>(&other.memory.bytes[0x1020], 0x22222222);
    store_be<std::uint32_t>(&other.memory.bytes[0x1030], 0x33333333);
    x64::X64Backend backend(
        side.memory, {.arena_bytes = std::size_t{1} << 20, .banks = x64::RegisterBanks::used});
    ir::HelperTable helpers = test_helpers();
    helpers[helper_turn].function = reinterpret_cast<const void*>(switch_maps);
    ir::Function function(test_layout(), helpers);
    function.start_pc = 0x1000;
    ir::Builder build(function);
    build.instruction(0x1000);
    const Value base = build.get_slot(r(0));
    const auto load = [&](unsigned offset) {
        return build.load(Type::i32, build.add(base, build.i32(offset)), {});
    };
    build.set_slot(r(1), load(0x10));
    build.set_slot(r(4), load(0x14));
    build.call(helper_turn, {});
    build.set_slot(r(2), load(0x20));
    build.set_slot(r(3), load(0x30));
    build.goto_pc(0x1004);
    opt::Workspace workspace;
    opt::optimise(function, workspace);
    runtime::CompiledUnit unit;
    REQUIRE(backend.compile(function, unit));
    GuestState start;
    start.header.budget = 1;
    start.r[0] = 0x1000;
    side.start(start, X64Side::Maps::all);
    CHECK(backend.enter(&side.state.header, unit.entry).link);
    CHECK(side.state.r[1] == 0x11111111);
    CHECK(side.state.r[2] == 0x22222222);
    CHECK(side.state.r[3] == 0x33333333);
}
