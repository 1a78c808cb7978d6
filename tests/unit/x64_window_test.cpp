// A window and what generated code sees of it: what is shown it reaches by itself, all else by the
// slow path.
#include <csignal>
#include <cstdint>
#include <memory>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "tests/unit/x64_machine.h"
#include "translator/ir/builder.h"
#include "translator/opt/pipeline.h"
#include "translator/runtime/window.h"

using namespace vestige;
using namespace vestige::test;
using ir::Type;
using runtime::MemoryView;
using runtime::page_size;
using runtime::Window;

namespace {

ir::SlotId r(unsigned index) { return static_cast<ir::SlotId>(slot_r0 + index); }

// Where generated code is to find file page 3: the slow path knows no memory there.
constexpr std::uint32_t far_page = 0x80000;
constexpr std::uint32_t far_address = far_page * page_size;

// Loads and a store, each a unit.
class Prober {
  public:
    explicit Prober(std::int32_t displacement = 0,
                    const x64::HostFeatures& features = x64::HostFeatures::of_this_host())
        : window(Window::reserve()),
          backend_(side.memory, {.arena_bytes = std::size_t{1} << 20,
                                 .features = features,
                                 .banks = x64::RegisterBanks::used,
                                 .listing = x64::Listing::on}),
          load_(compile([&](ir::Builder& build) {
              build.set_slot(r(1), build.load(Type::i32, address(build, displacement), {}));
          })),
          store_(compile([&](ir::Builder& build) {
              build.store(address(build, displacement), build.get_slot(r(1)), {});
          })),
          load_element_(compile([&](ir::Builder& build) {
              const ir::Value index = build.shl(build.get_slot(r(2)), build.i32(2));
              const ir::Value element = build.add(build.get_slot(r(0)), index);
              const ir::Value member =
                  build.add(element, build.i32(static_cast<std::uint32_t>(displacement)));
              build.set_slot(r(1), build.load(Type::i32, member, {}));
          })) {
        REQUIRE(window);
        for (std::uint32_t i = 0; i < GuestMemory::size; i += 4)
            store_be(&side.memory.bytes[i], 0x10000000 + i);
    }

    bool show(std::uint32_t page, std::uint32_t file_page, Window::Rights rights) {
        return window->show(page, side.memory.file.backing(file_page * page_size), rights);
    }

    enum class Way : std::uint8_t { window, slow_path, fault };
    Way load(std::uint32_t base) { return run(load_, base); }
    // Of an array of words.
    Way load_element(std::uint32_t base, std::uint32_t index) {
        side.state.r[2] = index;
        return run(load_element_, base);
    }
    std::string code_of_load_element() const { return backend_.disassemble(load_element_); }
    Way store(std::uint32_t base, std::uint32_t value) {
        side.state.r[1] = value;
        return run(store_, base);
    }
    std::uint32_t loaded() const { return side.state.r[1]; }
    std::uint32_t word(std::uint32_t offset) const {
        return load_be<std::uint32_t>(&side.memory.bytes[offset]);
    }

    X64Side side;
    std::unique_ptr<Window> window;

  private:
    static ir::Value address(ir::Builder& build, std::int32_t displacement) {
        const ir::Value base = build.get_slot(r(0));
        if (displacement == 0) return base;
        return build.add(base, build.i32(static_cast<std::uint32_t>(displacement)));
    }

    template <typename Body> runtime::CompiledUnit compile(Body body) {
        ir::Function function(test_layout(), test_helpers());
        function.start_pc = 0x1000;
        ir::Builder build(function);
        build.instruction(0x1000);
        body(build);
        build.goto_pc(0x1004);
        opt::Workspace workspace;
        opt::optimise(function, workspace);
        runtime::CompiledUnit unit;
        REQUIRE(backend_.compile(function, unit, MemoryView::window));
        return unit;
    }

    Way run(const runtime::CompiledUnit& unit, std::uint32_t base) {
        side.state.r[0] = base;
        side.state.pc = 0x1000;
        side.state.header.budget = 1;
        side.state.header.window = window->base();
        side.state.header.jump_cache = side.jump_cache.entries.data();
        const std::uint64_t before = side.memory.slow_accesses;
        const runtime::UnitExit exit = backend_.enter(&side.state.header, unit.entry);
        if (exit.code == ir::leave::fault) return Way::fault;
        CHECK(exit.link);
        return side.memory.slow_accesses == before ? Way::window : Way::slow_path;
    }

    x64::X64Backend backend_;
    runtime::CompiledUnit load_, store_, load_element_;
};

using Way = Prober::Way;
using Rights = Window::Rights;

} // namespace

TEST_CASE("a window shows a page of a file with the rights it was given") {
    Prober probe;
    CHECK(probe.load(far_address) == Way::fault);

    REQUIRE(probe.show(far_page, 3, Rights::read));
    CHECK(probe.load(far_address + 0x124) == Way::window);
    CHECK(probe.loaded() == 0x10003124);
    CHECK(probe.store(far_address + 0x124, 1) == Way::fault);
    CHECK(probe.word(0x3124) == 0x10003124);

    SECTION("more rights") {
        REQUIRE(probe.show(far_page, 3, Rights::write));
        CHECK(probe.store(far_address + 0x124, 0xabcd) == Way::window);
        CHECK(probe.word(0x3124) == 0xabcd);
        // Fewer do not take the others away.
        REQUIRE(probe.show(far_page, 3, Rights::read));
        CHECK(probe.store(far_address + 0x128, 0xbcde) == Way::window);

        probe.window->make_read_only(far_page);
        CHECK(probe.store(far_address + 0x124, 5) == Way::fault);
        CHECK(probe.word(0x3124) == 0xabcd);
        CHECK(probe.load(far_address + 0x124) == Way::window);
        CHECK(probe.loaded() == 0xabcd);
        REQUIRE(probe.show(far_page, 3, Rights::write));
        CHECK(probe.store(far_address + 0x124, 5) == Way::window);
    }
    SECTION("hidden, and another in its place") {
        probe.window->hide(far_page);
        CHECK(probe.load(far_address) == Way::fault);
        CHECK(probe.store(far_address, 0) == Way::fault);
        REQUIRE(probe.show(far_page, 5, Rights::write));
        CHECK(probe.load(far_address) == Way::window);
        CHECK(probe.loaded() == 0x10005000);
        CHECK(probe.store(far_address, 7) == Way::window);
        CHECK(probe.word(0x5000) == 7);
        CHECK(probe.word(0x3000) == 0x10003000);
    }
    SECTION("its neighbours") {
        CHECK(probe.load(far_address - 4) == Way::fault);
        CHECK(probe.load(far_address + page_size) == Way::fault);
        // What is not shown can be hidden and is never writable.
        probe.window->hide(far_page + 1);
        probe.window->make_read_only(far_page + 1);
        CHECK(probe.load(far_address + page_size) == Way::fault);
    }
    SECTION("all at once") {
        REQUIRE(probe.show(0, 0, Rights::write));
        REQUIRE(probe.show(0xfffff, 1, Rights::read));
        CHECK(probe.load(0xfffffffc) == Way::window);
        CHECK(probe.loaded() == 0x10001ffc);
        probe.window->hide_all();
        CHECK(probe.load(far_address) == Way::fault);
        CHECK(probe.load(0xfffffffc) == Way::fault);
        CHECK(probe.load(0) == Way::slow_path);
        REQUIRE(probe.show(far_page, 3, Rights::read));
        CHECK(probe.load(far_address) == Way::window);
        CHECK(probe.store(far_address, 1) == Way::fault);
    }
}

TEST_CASE("an element of an array in a window lies where the guest's 32 bits say") {
    for (const auto& features :
         {x64::HostFeatures::of_this_host(), x64::HostFeatures::baseline()}) {
        Prober probe(8, features);
        REQUIRE(probe.show(far_page, 3, Rights::read));
        CHECK(probe.load_element(far_address, 0x40) == Way::window);
        CHECK(probe.loaded() == 0x10003108);
        CHECK(probe.load_element(far_address + 0xff8, 0xfffffc40) == Way::window); // negative
        CHECK(probe.loaded() == 0x10003100);
        // Beyond the end of the address space.
        CHECK(probe.load_element(0xfffffff0, 8) == Way::slow_path);
        CHECK(probe.loaded() == 0x10000018);
        REQUIRE(probe.show(0, 2, Rights::read));
        CHECK(probe.load_element(0xfffffff0, 8) == Way::window);
        CHECK(probe.loaded() == 0x10002018);
        CHECK(probe.load_element(far_address + page_size, 0) == Way::fault);
        // In GS the host adds everything up.
        const std::string code = probe.code_of_load_element();
        INFO(code);
        CHECK((code.find("gs:[") != std::string::npos) == features.fsgsbase);
        if (features.fsgsbase) CHECK(code.find("lea") == code.rfind("lea"));
    }
}

TEST_CASE("a window counts what it asks of the host") {
    Prober probe;
    CHECK(probe.window->operations() == 0);
    probe.window->hide(far_page);
    probe.window->hide_all();
    probe.window->make_read_only(far_page);
    CHECK(probe.window->operations() == 0);
    CHECK_FALSE(probe.window->show(far_page, {}, Rights::read)); // no file
    CHECK(probe.window->operations() == 0);
    CHECK(probe.show(far_page, 3, Rights::write));
    CHECK(probe.show(far_page, 3, Rights::write));
    CHECK(probe.show(far_page, 3, Rights::read));
    CHECK(probe.window->operations() == 1);
    probe.window->make_read_only(far_page);
    probe.window->make_read_only(far_page);
    CHECK(probe.window->operations() == 2);
    probe.window->hide_all();
    CHECK(probe.window->operations() == 3);
    CHECK(probe.load(far_address) == Way::fault);
}

TEST_CASE("a window that is full shows no more pages until some are hidden") {
    Prober prober;
    for (std::uint32_t page = 0; page < Window::most_pages; ++page)
        REQUIRE(prober.show(page, 0, Window::Rights::read));
    CHECK_FALSE(prober.show(Window::most_pages, 0, Window::Rights::read));
    CHECK(prober.show(0, 0, Window::Rights::write)); // it is there already
    prober.window->hide(1);
    CHECK(prober.show(Window::most_pages, 0, Window::Rights::read));
}

TEST_CASE("neighbours in a window are neighbours wherever they lie in the file") {
    Prober probe;
    REQUIRE(probe.show(far_page, 7, Rights::write));
    REQUIRE(probe.show(far_page + 1, 2, Rights::write));
    const std::uint32_t across = far_address + page_size - 2;
    CHECK(probe.load(across) == Way::window);
    CHECK(probe.loaded() == 0x7ffc1000);
    CHECK(probe.store(across, 0x11223344) == Way::window);
    CHECK(probe.word(0x7ffc) == 0x10001122);
    CHECK(probe.word(0x2000) == 0x33442000);

    // One half alone is neither stored nor loaded.
    probe.window->hide(far_page + 1);
    CHECK(probe.store(across, 0x55667788) == Way::fault);
    CHECK(probe.word(0x7ffc) == 0x10001122);
    CHECK(probe.load(across) == Way::fault);
    REQUIRE(probe.show(far_page + 1, 2, Rights::read));
    CHECK(probe.store(across, 0x55667788) == Way::fault);
    CHECK(probe.word(0x7ffc) == 0x10001122);
    CHECK(probe.word(0x2000) == 0x33442000);
    CHECK(probe.load(across) == Way::window);
}

// The host adds in 64 bits, the guest in 32: what goes over the edge is left to the slow path.
TEST_CASE("addresses in a window wrap round at 4 GiB") {
    {
        Prober probe(0x7ffc);
        REQUIRE(probe.show(2, 2, Rights::write));
        CHECK(probe.load(0xffffb000) == Way::slow_path); // 0x2ffc
        CHECK(probe.loaded() == 0x10002ffc);
        CHECK(probe.store(0xffffb000, 9) == Way::slow_path);
        CHECK(probe.word(0x2ffc) == 9);
        CHECK(probe.load(0x2000 - 0x7ffc) == Way::slow_path);
    }
    Prober probe(-0x8000);
    REQUIRE(probe.show(0xffff8, 4, Rights::write));
    CHECK(probe.load(0) == Way::fault); // 0xffff8000, but the slow path has nothing there
    CHECK(probe.load(0x8000) == Way::slow_path);
    CHECK(probe.loaded() == 0x10000000);
    REQUIRE(probe.show(0, 0, Rights::read));
    CHECK(probe.load(0x8000) == Way::window);
}

namespace {

std::uint64_t window_to_come;

std::uint64_t change_window(void* state) {
    state_of(state).header.window = window_to_come;
    return 0;
}

} // namespace

// Behind a helper that sees all state, and behind a slow path, the current context's window counts.
TEST_CASE("code in a window goes on in the window that it comes back to") {
    struct Device final : runtime::MemoryPath {
        runtime::CpuHeader* header = nullptr;
        runtime::AccessOutcome load(std::uint64_t, ir::MemoryAccess, runtime::AccessFrom,
                                    runtime::WideValue& value) override {
            value.low = 7;
            header->window = window_to_come;
            return runtime::AccessOutcome::done;
        }
        runtime::AccessOutcome store(std::uint64_t, ir::MemoryAccess, runtime::AccessFrom,
                                     runtime::WideValue) override {
            return runtime::AccessOutcome::fault;
        }
    };
    enum class Change : std::uint8_t { by_helper, by_device };
    const auto change = GENERATE(Change::by_helper, Change::by_device);

    X64Side side;
    Device device;
    device.header = &side.state.header;
    store_be<std::uint32_t>(&side.memory.bytes[0x1010], 0x11111111);
    store_be<std::uint32_t>(&side.memory.bytes[0x2010], 0x22222222);
    const auto first = Window::reserve(), second = Window::reserve();
    REQUIRE(first->show(far_page, side.memory.file.backing(0x1000), Rights::read));
    REQUIRE(second->show(far_page, side.memory.file.backing(0x2000), Rights::read));
    window_to_come = second->base();

    x64::X64Backend backend(
        device, {.arena_bytes = std::size_t{1} << 20, .banks = x64::RegisterBanks::used});
    ir::HelperTable helpers = test_helpers();
    helpers[helper_turn].function = reinterpret_cast<const void*>(change_window);
    ir::Function function(test_layout(), helpers);
    function.start_pc = 0x1000;
    ir::Builder build(function);
    build.instruction(0x1000);
    const auto load = [&](unsigned base) {
        return build.load(Type::i32, build.add(build.get_slot(r(base)), build.i32(0x10)), {});
    };
    build.set_slot(r(1), load(0));
    if (change == Change::by_helper)
        build.call(helper_turn, {});
    else
        build.set_slot(r(2), load(7));
    build.set_slot(r(3), load(0));
    build.goto_pc(0x1004);
    opt::Workspace workspace;
    opt::optimise(function, workspace);
    runtime::CompiledUnit unit;
    REQUIRE(backend.compile(function, unit, MemoryView::window));
    side.state.header.budget = 1;
    side.state.header.window = first->base();
    side.state.r[0] = far_address;
    side.state.r[7] = 0x40000000;
    CHECK(backend.enter(&side.state.header, unit.entry).link);
    CHECK(side.state.r[1] == 0x11111111);
    CHECK(side.state.r[3] == 0x22222222);
}

TEST_CASE("a fault that no window knows ends the program") {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        signal(SIGSEGV, SIG_DFL); // not the test framework's
        GuestMemory memory;
        const x64::X64Backend backend(
            memory, {.arena_bytes = std::size_t{1} << 20, .banks = x64::RegisterBanks::used});
        volatile int* volatile nowhere = nullptr;
        *nowhere = 1;
        _exit(0);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == SIGSEGV);
}
