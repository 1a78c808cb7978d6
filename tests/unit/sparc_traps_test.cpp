// Traps, returns from them, PSR and the other state registers, interrupts (V8 chapter 7, B.26 to
// B.29).
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "tests/unit/sparc_rig.h"

using namespace vestige;
using namespace vestige::sparc;
using namespace vestige::sparc::test;

namespace {

void as_user(Rig& rig) {
    rig.set([](State& state) { state.supervisor = 0; });
}

} // namespace

TEST_CASE("sparc: trap instructions") {
    Rig rig;
    rig.program({mov(0x7f, g(1)), cmp(g(0), 0), ticc(ne, 1), ticc(never, 2),
                 arith(0x3a, g(1), imm(4), eq), here, nop});
    rig.run(5);
    rig.expect_trap(0x80 + 3, at(4), at(5)); // seven bits of the sum
    CHECK(rig.state().previous_supervisor == 1);
}

TEST_CASE("sparc: a user's trap and the way back") {
    const auto set_up = [](Rig& rig) {
        rig.program({mov(1, g(1)), ticc(always, 0x10), add(g(1), 2, g(1)), branch(always, 12),
                     ticc(always, 0x11), add(g(1), 8, g(1)), here, nop});
        rig.handler(0x90, {add(g(1), 16, g(1)), jmpl(l(2), 0, g(0)), rett(l(2), 4), nop});
        // Restarts the instruction behind the one in the slot: l2, then l2 + 4.
        rig.handler(0x91, {add(g(1), 32, g(1)), jmpl(l(2), 0, g(0)), rett(l(2), 4), nop});
        rig.set([](State& state) { state.wim = 0; });
        as_user(rig);
    };
    Rig rig;
    set_up(rig);
    rig.run(2);
    rig.expect_trap(0x90, at(1), at(2));
    CHECK(rig.state().previous_supervisor == 0);
    rig.run(3);
    CHECK(rig.state().supervisor == 0);
    CHECK(rig.state().pc == at(2));
    rig.run(3);
    rig.expect_trap(0x91, at(4), at(6));
    rig.run(3);
    CHECK(rig.state().pc == at(6));
    CHECK(rig.reg(g(1)) == 1 + 16 + 2 + 32);
    at_every_budget(set_up, 14);
}

TEST_CASE("sparc: a return to a delay slot") {
    // The trapped instruction in the slot is run again, then the branch's target.
    const auto set_up = [](Rig& rig) {
        rig.program({mov(2, g(2)), branch(always, 16), ld(g(2), 0, g(3)), nop, nop,
                     mov_reg(g(3), g(4)), here, nop});
        rig.handler(tt::mem_address_not_aligned,
                    {mov(0x400, g(2)), jmpl(l(1), 0, g(0)), rett(l(2), 0), nop});
        rig.word(0x400, 1234);
        rig.set([](State& state) { state.wim = 0; });
    };
    Rig rig;
    set_up(rig);
    rig.run(8);
    CHECK(rig.reg(g(4)) == 1234);
    CHECK(rig.state().pc == at(6));
    at_every_budget(set_up, 10);
}

TEST_CASE("sparc: a return to a delay slot whose instruction has been run by itself before") {
    const auto set_up = [](Rig& rig) {
        rig.program({mov(0x400, g(2)), jmpl(g(1), 0, g(0)), nop, branch(always, 24),
                     ld(g(2), 0, g(3)), add(g(5), 1, g(5)), branch(always, -12), mov(2, g(2)), nop,
                     mov_reg(g(3), g(4)), here, nop});
        rig.set_reg(g(1), at(4));
        rig.handler(tt::mem_address_not_aligned,
                    {mov(0x400, g(2)), jmpl(l(1), 0, g(0)), rett(l(2), 0), nop});
        rig.word(0x400, 1234);
        rig.set([](State& state) { state.wim = 0; });
    };
    Rig rig;
    set_up(rig);
    rig.run(16);
    CHECK(rig.reg(g(4)) == 1234);
    CHECK(rig.reg(g(5)) == 1);
    CHECK(rig.state().pc == at(10));
    at_every_budget(set_up, 18);
}

TEST_CASE("sparc: what a user may not do") {
    const Word words[] = {rdpsr(g(1)),
                          wrpsr(g(0), 0),
                          rdwim(g(1)),
                          wrwim(g(0), 0),
                          rdtbr(g(1)),
                          wrtbr(g(0), 0),
                          rett(g(0), 0),
                          lda(g(0), g(0), 0x0a, g(1)),
                          sta(g(0), g(0), g(0), 0x20),
                          format3(3, 0x36, 0, 0, imm(0))};
    for (const Word word : words) {
        CAPTURE(word);
        Rig rig;
        rig.program({word, here, nop});
        as_user(rig);
        rig.run(1);
        rig.expect_trap(tt::privileged_instruction, at(0), at(1));
        CHECK(rig.state().previous_supervisor == 0);
    }
}

TEST_CASE("sparc: what is no instruction, or of no unit here") {
    struct Refused {
        Word word;
        unsigned type;
    };
    const Refused refused[] = {
        {unimp, tt::illegal_instruction},
        {ldd(g(0), 0, g(1)), tt::illegal_instruction},
        {std_(o(1), g(0), 0), tt::illegal_instruction},
        {wrpsr(g(0), 8), tt::illegal_instruction}, // a window that is not there
        {rett(g(0), 0), tt::illegal_instruction},  // traps are enabled
        {format3(2, 0x36, 0, 0, imm(0)), tt::cp_disabled},
        {format3(3, 0x30, 0, 0, imm(0)), tt::cp_disabled},
        {7u << 22 | 1u << 25, tt::cp_disabled}, // cbccc
        {casa(g(0), g(1), 0x0b, g(2)), tt::illegal_instruction},
    };
    for (const Refused& one : refused) {
        CAPTURE(one.word);
        Rig rig;
        rig.program({one.word, here, nop});
        rig.run(1);
        rig.expect_trap(one.type, at(0), at(1));
    }
}

TEST_CASE("sparc: a trap with traps disabled is error mode") {
    Rig rig;
    rig.program({nop, unimp, here, nop});
    rig.set([](State& state) { state.enable_traps = 0; });
    CHECK(rig.run(10) == runtime::StopCause::checkstop);
    CHECK(rig.state().pc == at(1));
    CHECK((rig.state().tbr & 0xfff) == tt::illegal_instruction << 4);
    CHECK_THAT(rig.machine().cpu().checkstop(), Catch::Contains("illegal instruction"));
    CHECK_THAT(rig.machine().cpu().dump_registers(), Catch::Contains("wim:"));
}

TEST_CASE("sparc: a return from a trap that cannot be made") {
    const auto in_trap = [](Rig& rig, const std::vector<Word>& words) {
        rig.program(words);
        rig.set([](State& state) { state.enable_traps = 0; });
    };
    Rig underflow;
    in_trap(underflow, {jmpl(g(1), 0, g(0)), rett(g(1), 4), nop});
    underflow.set_reg(g(1), at(0));
    underflow.set([](State& state) { state.wim = 2; });
    CHECK(underflow.run(10) == runtime::StopCause::checkstop);
    CHECK((underflow.state().tbr & 0xfff) == tt::window_underflow << 4);
    CHECK(underflow.state().cwp == 0);
    CHECK(underflow.npc() == at(0));
    Rig misaligned;
    in_trap(misaligned, {jmpl(g(1), 0, g(0)), rett(g(1), 2), nop});
    misaligned.set_reg(g(1), at(0));
    misaligned.set([](State& state) { state.wim = 0; });
    CHECK(misaligned.run(10) == runtime::StopCause::checkstop);
    CHECK((misaligned.state().tbr & 0xfff) == tt::mem_address_not_aligned << 4);
}

TEST_CASE("sparc: a return from a trap by itself") {
    // Not in the slot of a jmpl: what follows it is its slot.
    const auto set_up = [](Rig& rig) {
        rig.program({rett(g(1), 0), mov_reg(i(0), o(1)), nop, nop, mov(3, g(3)), here, nop});
        rig.each([](Machine& machine) {
            machine.state().enable_traps = 0;
            machine.state().wim = 0;
            machine.state().previous_supervisor = 1;
            machine.reg(1, i(0)) = 55;
        });
        rig.set_reg(g(1), at(4));
    };
    Rig rig;
    set_up(rig);
    rig.run(3);
    CHECK(rig.state().cwp == 1);
    CHECK(rig.reg(o(1)) == 55);
    CHECK(rig.reg(g(3)) == 3);
    at_every_budget(set_up, 5);
}

TEST_CASE("sparc: jumps to odd places") {
    Rig rig;
    rig.program({jmpl(g(1), 2, g(2)), nop, here, nop});
    rig.run(1);
    rig.expect_trap(tt::mem_address_not_aligned, at(0), at(1));
    CHECK(rig.reg(g(2)) == 0);
}

// ---- PSR

TEST_CASE("sparc: PSR as written and read") {
    Rig rig;
    rig.program({sethi(0x00f0'1c00, g(1)), or_(g(1), 0xe0 | 3, g(1)), wrpsr(g(1), 0), nop, nop, nop,
                 rdpsr(g(2)), here, nop});
    rig.set([](State& state) { state.wim = 0; });
    rig.run(6);
    CHECK(rig.state().cwp == 3);
    CHECK(rig.state().pil == 12);
    CHECK(rig.state().enable_float == 1);
    CHECK(rig.state().previous_supervisor == 1);
    rig.run(1);
    // Implementation and version, EC reads as 0; N and Z do not go together.
    CHECK(fmt::format("{:08x}", rig.reg(g(2))) == "04b01ce3");
}

TEST_CASE("sparc: all flags go through PSR") {
    for (unsigned flags = 0; flags < 16; ++flags) {
        if ((flags & 12) == 12) continue; // N and Z
        CAPTURE(flags);
        for (const bool quick : {true, false}) {
            Rig rig;
            std::vector<Word> words = {sethi(flags << 20, g(1)),
                                       or_(g(1), quick ? 0xa0 : 0xa1, g(1)), wrpsr(g(1), 0),
                                       rdpsr(g(2))};
            for (unsigned condition = 0; condition < 16; ++condition)
                words.insert(words.end(),
                             {branch_a(condition, 12), or_(g(3), 0, g(3)), branch(always, 8),
                              or_(g(4), static_cast<int>(1u << condition % 12), g(4))});
            words.insert(words.end(), {here, nop});
            rig.program(words);
            rig.set([](State& state) { state.wim = 0; });
            rig.run(100);
            CHECK((rig.reg(g(2)) >> 20 & 15) == flags);
        }
    }
}

TEST_CASE("sparc: every condition of every set of flags") {
    for (unsigned flags = 0; flags < 16; ++flags) {
        const bool n = flags & 8, z = flags & 4, v = flags & 2, c = flags & 1;
        if (n && z) continue;
        const bool holds[8] = {false, z, z || n != v, n != v, c || z, c, n, v};
        for (unsigned condition = 0; condition < 16; ++condition) {
            CAPTURE(flags, condition);
            Rig rig;
            rig.program({branch(condition, 12), nop, mov(1, g(1)), here, nop});
            rig.set([&](State& state) {
                state.icc = order_of({n, z, v, c});
                state.icc_c = c;
            });
            rig.run(6);
            const bool taken = holds[condition & 7] != (condition >= 8);
            CHECK(rig.reg(g(1)) == (taken ? 0 : 1));
        }
    }
}

TEST_CASE("sparc: WIM, TBR, Y and other state registers") {
    Rig rig;
    rig.program({mov(-1, g(1)), wrwim(g(1), 0), rdwim(g(2)), wrtbr(g(1), 0), rdtbr(g(3)),
                 wry(g(1), 0xff), rdy(g(4)), wrasr(g(1), 0, 20), rdasr(17, g(5)), here, nop});
    rig.run(9);
    CHECK(rig.reg(g(2)) == 0xff);
    CHECK(rig.reg(g(3)) == 0xfffff000);
    CHECK(rig.reg(g(4)) == 0xffffff00);
    CHECK(rig.reg(g(5)) == 0xffffff00); // as Y
    Rig leon("LEON3");
    leon.program({rdasr(17, g(5)), here, nop});
    leon.run(1);
    CHECK((leon.reg(g(5)) & 0x1f) == 7);
}

TEST_CASE("sparc: a supervisor turns the FPU on and off") {
    constexpr Word fmovs = format3(2, 0x34, 2, 0, {0x001u << 5 | 1}); // f1 to f2
    const auto set_up = [](Rig& rig) {
        rig.program({sethi(0x1000, g(1)), wrpsr(g(1), 0xa0), fmovs, wrpsr(g(0), 0xa0), rdpsr(g(2)),
                     fmovs, here, nop});
        rig.set([](State& state) { state.fpr[0] = 0x3f800000; });
    };
    Rig rig;
    set_up(rig);
    rig.run(5);
    CHECK(rig.state().fpr[1] == 0x3f80000000000000);
    CHECK((rig.reg(g(2)) & psr::ef) == 0);
    rig.run(1);
    rig.expect_trap(tt::fp_disabled, at(5), at(6));
    at_every_budget(set_up, 7);
}

// ---- interrupts

TEST_CASE("sparc: an interrupt comes when PIL and ET let it") {
    const auto set_up = [](Rig& rig) {
        rig.program(
            {st(g(5), g(4), 0), nop, wrpsr(g(6), 0), nop, wrpsr(g(7), 0), nop, nop, here, nop});
        rig.set_reg(g(4), device_at);
        rig.set_reg(g(5), device_raises + 6);
        rig.set_reg(g(6), 0x6a0); // level 6
        rig.set_reg(g(7), 0x5a0);
        rig.set([](State& state) {
            state.pil = 10;
            state.wim = 0;
        });
    };
    Rig rig;
    set_up(rig);
    rig.run(4);
    CHECK(rig.state().pc == at(4));
    rig.run(2);
    rig.expect_trap(tt::interrupt_level_1 + 5, at(5), at(6));
    at_every_budget(set_up, 8);
}

TEST_CASE("sparc: level 15 asks no PIL") {
    Rig rig;
    rig.program({st(g(5), g(4), 0), nop, nop, here, nop});
    rig.set_reg(g(4), device_at);
    rig.set_reg(g(5), device_raises + 15);
    rig.set([](State& state) { state.pil = 15; });
    rig.run(2);
    rig.expect_trap(tt::interrupt_level_1 + 14, at(1), at(2));
}

TEST_CASE("sparc: an interrupt that waits comes behind the return from a trap") {
    const auto set_up = [](Rig& rig) {
        rig.program({ticc(always, 1), nop, nop, here, nop});
        rig.handler(0x81, {st(g(5), g(4), 0), jmpl(l(2), 0, g(0)), rett(l(2), 4), nop});
        rig.set_reg(g(4), device_at);
        rig.set_reg(g(5), device_raises + 3);
        rig.set([](State& state) { state.wim = 0; });
    };
    Rig rig;
    set_up(rig);
    rig.run(5);
    rig.expect_trap(tt::interrupt_level_1 + 2, at(1), at(2));
    at_every_budget(set_up, 6);
}

TEST_CASE("sparc: LEON3 sleeps until an interrupt") {
    Rig rig("LEON3");
    rig.program({nop, wrasr(g(0), 0, 19), mov(1, g(1)), here, nop});
    CHECK(rig.run(10) == runtime::StopCause::idle);
    CHECK(rig.state().pc == at(2));
    rig.each([](Machine& machine) { machine.cpu().set_interrupt_level(4); });
    rig.run(1);
    rig.expect_trap(tt::interrupt_level_1 + 3, at(2), at(3));
    CHECK(rig.state().powered_down == 0);
    // With traps kept away by PIL it goes on.
    Rig masked("LEON3");
    masked.program({wrasr(g(0), 0, 19), mov(1, g(1)), here, nop});
    masked.set([](State& state) { state.pil = 15; });
    CHECK(masked.run(10) == runtime::StopCause::idle);
    masked.each([](Machine& machine) { machine.cpu().set_interrupt_level(4); });
    CHECK(masked.run(2) == runtime::StopCause::budget_used);
    CHECK(masked.reg(g(1)) == 1);
    CHECK(masked.state().powered_down == 0);
}
