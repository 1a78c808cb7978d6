// Register windows: save and restore, overflow and underflow traps, the wrap of CWP (V8 4.1, B.20).
#include <catch2/catch.hpp>

#include "frontend/sparc/slots.h"
#include "tests/unit/sparc_rig.h"
#include "translator/runtime/slot_address.h"

using namespace vestige;
using namespace vestige::sparc;
using namespace vestige::sparc::test;

namespace {

// Eight saves and more, each window with its marks; nothing traps.
std::vector<Word> saves(unsigned count) {
    std::vector<Word> words;
    for (unsigned n = 0; n < count; ++n) {
        words.push_back(add(o(0), 1, o(0)));
        words.push_back(mov(static_cast<int>(0x100 + n), l(0)));
        words.push_back(save(o(6), -96, o(6)));
        words.push_back(mov_reg(i(0), o(0)));
    }
    words.insert(words.end(), {here, nop});
    return words;
}

void no_traps(Rig& rig) {
    rig.set([](State& state) { state.wim = 0; });
}

} // namespace

TEST_CASE("sparc: windows of every model go round") {
    for (const char* model : {"Fujitsu MB86904", "TI MicroSparc I"}) {
        Rig rig(model);
        const unsigned windows = rig.machine().cpu().model().windows;
        rig.program(saves(2 * windows + 1));
        no_traps(rig);
        rig.run(4 * windows);
        CHECK(rig.state().cwp == 0);
        CHECK(rig.reg(o(0)) == windows);
        // The first window's locals are still there, all others have theirs.
        for (unsigned n = 0; n < windows; ++n)
            CHECK(rig.reg_of((windows - n) % windows, l(0)) == 0x100 + n);
        CHECK(rig.reg(o(6)) == stack_at - 96 * windows);
        rig.run(4 * windows + 4);
        CHECK(rig.state().cwp == windows - 1);
        CHECK(rig.reg(i(0)) == 2 * windows + 1);
        // The ins of this window are the outs of window 0.
        CHECK(rig.reg_of(0, o(0)) == 2 * windows + 1);
        at_every_budget(
            [&](Rig& each) {
                each.program(saves(2 * windows + 1));
                no_traps(each);
            },
            40, model);
    }
}

// What generated code takes for a register of the current window is that register.
TEST_CASE("sparc: registers of any number of windows lie where their slots say") {
    for (const unsigned windows : {2u, 3u, 7u, 8u, 32u}) {
        CAPTURE(windows);
        const StateMemory memory(windows);
        State& state = *memory;
        const ir::StateLayout layout = state_layout(windows);
        const auto in_slot = [&](unsigned n) {
            auto* const bytes = reinterpret_cast<std::byte*>(&state);
            return reinterpret_cast<volatile std::uint32_t*>(
                runtime::slot_in(bytes, layout[slot::reg(n)].offset));
        };
        // Each register once, as an out or a local, and read as an in as well.
        for (unsigned window = 0; window < windows; ++window) {
            set_cwp(state, window);
            for (unsigned n = 8; n < 24; ++n)
                *in_slot(n) = window << 8 | n;
        }
        for (unsigned window = 0; window < windows; ++window) {
            CAPTURE(window);
            set_cwp(state, window);
            const unsigned next = (window + 1) % windows;
            for (unsigned n = 8; n < 32; ++n) {
                const std::uint32_t value = n < 24 ? window << 8 | n : next << 8 | (n - 16);
                CHECK(*in_slot(n) == value);
                CHECK(reg(state, window, n, windows) == value);
            }
        }
    }
}

TEST_CASE("sparc: restore goes back through every window") {
    const auto set_up = [](Rig& rig) {
        std::vector<Word> words;
        for (unsigned n = 0; n < 20; ++n)
            words.insert(words.end(), {add(i(0), static_cast<int>(n), i(0)), restore(l(0), 3, o(2)),
                                       add(o(2), r(o(0)), g(1))});
        words.insert(words.end(), {here, nop});
        rig.program(words);
        rig.each([](Machine& machine) {
            for (unsigned window = 0; window < 8; ++window)
                for (unsigned n = 8; n < 24; ++n)
                    machine.reg(window, n) = window << 8 | n;
        });
        rig.set([](State& state) { state.wim = 0; });
    };
    Rig rig;
    set_up(rig);
    rig.run(3);
    CHECK(rig.state().cwp == 1);
    CHECK(rig.reg(o(0)) == 0x108);
    CHECK(rig.reg(o(2)) == 16 + 3); // %l0 of window 0
    rig.run(57);
    CHECK(rig.state().cwp == 4);
    at_every_budget(set_up, 40);
}

TEST_CASE("sparc: operands are of the old window, the result of the new one") {
    Rig rig;
    rig.program(
        {mov(5, l(0)), mov(7, o(1)), save(l(0), r(o(1)), l(0)), restore(i(1), 1, i(1)), here, nop});
    no_traps(rig);
    rig.run(3);
    CHECK(rig.reg(l(0)) == 12);
    CHECK(rig.reg(i(1)) == 7);
    rig.run(1);
    CHECK(rig.reg(i(1)) == 8);
    CHECK(rig.reg(l(0)) == 5);
    CHECK(rig.reg(o(1)) == 7);
}

TEST_CASE("sparc: windows that are marked invalid trap") {
    for (unsigned cwp = 0; cwp < 8; ++cwp) {
        CAPTURE(cwp);
        const auto set_up = [&](bool saves_window) {
            return [&, saves_window](Rig& rig) {
                rig.set([&](State& state) {
                    set_cwp(state, cwp);
                    state.wim = saves_window ? 1u << (cwp + 7) % 8 : 1u << (cwp + 1) % 8;
                });
                rig.program({mov(5, o(0)),
                             saves_window ? save(o(0), 1, o(0)) : restore(o(0), 1, o(0)), here,
                             nop});
                // Another window than that for the trap stays usable.
                rig.set_reg(i(3), 77);
            };
        };
        Rig overflow;
        set_up(true)(overflow);
        overflow.run(3);
        overflow.expect_trap(tt::window_overflow, at(1), at(2));
        CHECK(overflow.state().cwp == (cwp + 7) % 8);
        CHECK(overflow.reg(i(0)) == 5);
        CHECK(overflow.reg_of(cwp, i(3)) == 77);
        Rig underflow;
        set_up(false)(underflow);
        underflow.run(3);
        underflow.expect_trap(tt::window_underflow, at(1), at(2));
        CHECK(underflow.state().cwp == (cwp + 7) % 8);
        CHECK(underflow.reg(i(0)) == 5);
        at_every_budget(set_up(true), 4);
        at_every_budget(set_up(false), 4);
    }
}

namespace {

// Overflow and underflow handlers as kernels have them: they spill to and fill from the stack of
// the window that is in the way.
void install_window_handlers(Rig& rig) {
    // At 0x6000 and 0x6100; the vectors hold a branch there.
    const auto far = [&](unsigned type, std::uint32_t to, const std::vector<Word>& body) {
        const std::uint32_t vector = vectors_at + 16 * type;
        rig.words(vector, {branch(always, static_cast<int>(to - vector)), nop});
        rig.words(to, body);
    };
    std::vector<Word> spill = {// WIM one to the right.
                               rdwim(l(3)),
                               srl(l(3), 1, l(4)),
                               sll(l(3), 7, l(3)),
                               or_(l(3), r(l(4)), l(3)),
                               mov_reg(g(7), l(5)),
                               mov_reg(l(3), g(7)),
                               save(g(0), 0, g(0)),
                               wrwim(g(7), 0),
                               nop,
                               nop,
                               nop};
    for (unsigned n = 0; n < 8; n += 2)
        spill.push_back(std_(l(n), o(6), static_cast<int>(4 * n)));
    for (unsigned n = 0; n < 8; n += 2)
        spill.push_back(std_(i(n), o(6), static_cast<int>(32 + 4 * n)));
    spill.insert(spill.end(),
                 {restore(g(0), 0, g(0)), mov_reg(l(5), g(7)), jmpl(l(1), 0, g(0)), rett(l(2), 0)});
    far(tt::window_overflow, 0x6000, spill);
    std::vector<Word> fill = {// WIM one to the left.
                              rdwim(l(3)),
                              sll(l(3), 1, l(4)),
                              srl(l(3), 7, l(5)),
                              or_(l(4), r(l(5)), l(5)),
                              and_(l(5), 0xff, l(5)),
                              wrwim(l(5), 0),
                              nop,
                              nop,
                              nop,
                              restore(g(0), 0, g(0)),
                              restore(g(0), 0, g(0))};
    for (unsigned n = 0; n < 8; n += 2)
        fill.push_back(ldd(o(6), static_cast<int>(4 * n), l(n)));
    for (unsigned n = 0; n < 8; n += 2)
        fill.push_back(ldd(o(6), static_cast<int>(32 + 4 * n), i(n)));
    fill.insert(fill.end(),
                {save(g(0), 0, g(0)), save(g(0), 0, g(0)), jmpl(l(1), 0, g(0)), rett(l(2), 0)});
    far(tt::window_underflow, 0x6100, fill);
}

// fib by the book: a window a call.
std::vector<Word> fib(int n) {
    return {
        mov(n, o(0)), call(12), nop, here,
        // 4: and its slot before it
        nop,
        // fib: the call above lands on word 4, which is its nop
        save(o(6), -96, o(6)),        // 5
        cmp(i(0), 2),                 // 6
        branch_a(lt, 12 * 4),         // 7 to 19
        mov_reg(i(0), i(0)),          // 8
        call(-4 * 4),                 // 9 to 5
        sub(i(0), 1, o(0)),           // 10
        mov_reg(o(0), l(0)),          // 11
        call(-7 * 4),                 // 12 to 5
        sub(i(0), 2, o(0)),           // 13
        add(l(0), r(o(0)), i(0)),     // 14
        ret,                          // 15
        restore(g(0), r(i(0)), o(0)), // 16
        nop, nop,                     // 17, 18
        ret,                          // 19
        restore(i(0), 0, o(0)),       // 20
    };
}

} // namespace

TEST_CASE("sparc: recursion spills and fills") {
    const auto set_up = [](int n) {
        return [n](Rig& rig) {
            rig.program(fib(n));
            install_window_handlers(rig);
            rig.set([](State& state) { state.wim = 2; });
        };
    };
    Rig rig;
    set_up(14)(rig);
    rig.run(100000);
    CHECK(rig.state().pc >= at(3));
    CHECK(rig.state().pc <= at(4));
    CHECK(rig.reg(o(0)) == 377);
    CHECK(rig.state().cwp == 0);
    CHECK(rig.reg(o(6)) == stack_at);
    at_every_budget(set_up(9), 300);
}

TEST_CASE("sparc: trap entry moves round the windows without asking WIM") {
    for (unsigned cwp = 0; cwp < 8; ++cwp) {
        Rig rig;
        rig.set([&](State& state) {
            set_cwp(state, cwp);
            state.wim = 0xff;
        });
        rig.program({mov(9, o(5)), ticc(always, 3), nop, here, nop});
        rig.handler(0x83, {add(i(5), 1, i(5)), jmpl(l(2), 0, g(0)), rett(l(2), 4)});
        rig.run(2);
        rig.expect_trap(0x83, at(1), at(2));
        CHECK(rig.state().cwp == (cwp + 7) % 8);
        rig.set([](State& state) { state.wim = 0; });
        rig.run(3);
        CHECK(rig.state().pc == at(2));
        CHECK(rig.npc() == at(3));
        CHECK(rig.reg(o(5)) == 10);
        CHECK(rig.state().cwp == cwp);
        CHECK(rig.state().enable_traps == 1);
    }
}

// What the kernels' handlers of these traps do with the MMU's registers, where generated code knows
// the register and where it does not.
TEST_CASE("sparc: MMU registers as window traps use them") {
    constexpr unsigned mmu = 4;
    const auto alternate = [](unsigned op3, unsigned rd, unsigned at) {
        return format3(3, op3, rd, 0, r(at)) | mmu << 5;
    };
    const auto lda = [&](unsigned at, unsigned rd) { return alternate(0x10, rd, at); };
    const auto sta = [&](unsigned rd, unsigned at) { return alternate(0x14, rd, at); };
    const auto set_up = [&](Rig& rig) {
        rig.program({mov(0x300, g(5)),
                     branch(always, 8),
                     lda(g(5), l(0)), // in the slot
                     lda(g(5), l(1)), // not known here
                     mov(0x200, g(5)),
                     lda(g(5), l(2)),
                     lda(g(0), l(3)),
                     or_(l(3), 2, l(3)),
                     sta(l(3), g(0)),
                     lda(g(0), l(4)),
                     mov(0x400, g(5)),
                     lda(g(5), l(5)),
                     mov(0x300, g(5)),
                     lda(g(5), l(6)),
                     branch(always, 8),
                     sta(g(0), g(0)), // slot
                     lda(g(0), l(7)),
                     mov(1, g(1)),
                     sta(g(1), g(0)),
                     lda(g(0), o(0)),
                     here,
                     nop});
        rig.set([](State& state) {
            state.mmu.fault_status = 0x3a6;
            state.mmu.fault_address = 0x12345678;
            state.mmu.context = 9;
        });
    };
    Rig rig;
    set_up(rig);
    const std::uint32_t fixed = rig.machine().cpu().model().mmu.fixed_bits;
    const std::uint32_t before = rig.state().mmu.control;
    rig.run(20);
    CHECK(rig.reg(l(0)) == 0x3a6);
    CHECK(rig.reg(l(1)) == 0); // reading has cleared it
    CHECK(rig.reg(l(2)) == 9);
    CHECK(rig.reg(l(3)) == (before | 2));
    CHECK(rig.reg(l(4)) == (before | 2));
    CHECK(rig.reg(l(5)) == 0x12345678);
    CHECK(rig.reg(l(6)) == 0);
    CHECK(rig.reg(l(7)) == fixed); // the boot mode is off
    CHECK(rig.reg(o(0)) == (fixed | 1));
    CHECK(rig.state().mmu.control == (fixed | 1));
    at_every_budget(set_up, 20);
}

// A write to the control register ends its unit where it changes how addresses map, and only there.
TEST_CASE("sparc: contexts are looked up anew when the MMU goes on or off") {
    constexpr unsigned mmu = 4;
    const auto sta = [&](unsigned rd) { return format3(3, 0x14, rd, 0, r(g(0))) | mmu << 5; };
    Rig rig;
    rig.program({mov(1, g(1)), mov(3, g(2)), sta(g(1)), nop, sta(g(2)), nop, sta(g(1)), nop,
                 sta(g(0)), nop, here, nop});
    const auto look_ups = [&] {
        std::uint64_t count = 0;
        rig.each([&](Machine& machine) { count += machine.loop().contexts().look_ups; });
        return count;
    };
    std::uint64_t machines = 0;
    rig.each([&](Machine&) { ++machines; });
    rig.run(2);
    const std::uint64_t before = look_ups();
    rig.run(2);
    CHECK(look_ups() == before + machines); // on
    rig.run(4);
    CHECK(look_ups() == before + machines); // no-fault mode and back
    rig.run(2);
    CHECK(look_ups() == before + 2 * machines); // off
}
