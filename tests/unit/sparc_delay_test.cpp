// Delay slots: annulled and not, couples of transfers, traps in slots, and ends of the budget
// between a transfer and its slot (V8 5.1.2, B.21).
#include <catch2/catch.hpp>

#include "tests/unit/sparc_rig.h"

using namespace vestige;
using namespace vestige::sparc;
using namespace vestige::sparc::test;

namespace {

// Each word of a program adds a bit of its own to %g1, so that what was run can be told.
constexpr Word mark(unsigned bit) { return or_(g(1), 1 << bit, g(1)); }

struct Path {
    Word branch;
    const char* what;
    unsigned marks;        // of slot (0), fall-through (1), target (2)
    unsigned instructions; // until the last mark
};

// flags are those of cmp %g0, 0: equal holds, ne does not.
constexpr Path paths[] = {
    {branch(always, 12), "ba", 0b101, 4},         {branch_a(always, 12), "ba,a", 0b100, 3},
    {branch(never, 12), "bn", 0b111, 5},          {branch_a(never, 12), "bn,a", 0b110, 4},
    {branch(eq, 12), "be, taken", 0b101, 4},      {branch_a(eq, 12), "be,a, taken", 0b101, 4},
    {branch(ne, 12), "bne, not taken", 0b111, 5}, {branch_a(ne, 12), "bne,a, not taken", 0b110, 4},
};

std::vector<Word> program_of(const Path& path) {
    return {cmp(g(0), 0), path.branch, mark(0), mark(1), mark(2), here, nop};
}

} // namespace

TEST_CASE("sparc: a slot is run or annulled as the branch says") {
    for (const Path& path : paths) {
        INFO(path.what);
        Rig rig;
        rig.program(program_of(path));
        rig.run(path.instructions);
        CHECK(rig.reg(g(1)) == path.marks);
        CHECK(rig.state().pc == at(5)); // an annulled instruction does not count
        at_every_budget([&](Rig& each) { each.program(program_of(path)); }, 8);
    }
}

TEST_CASE("sparc: the slot's instruction may change what the branch depended on") {
    Rig rig;
    rig.program({cmp(g(0), 0), branch(eq, 12), cmp(g(0), 1), mark(1), mark(2),
                 // a jump whose register the slot changes
                 sethi(at(10), o(0)), jmpl(o(0), at(10) & 0x3ff, g(2)), mov(0, o(0)), mark(3),
                 mark(4), mark(5), here, nop});
    rig.run(8);
    CHECK(rig.reg(g(1)) == 0b100100);
    CHECK(rig.reg(g(2)) == at(6));
    CHECK(rig.icc() == "NC");
}

TEST_CASE("sparc: call and return") {
    Rig rig;
    rig.program({call(16), mark(0), mark(1), here, nop, /* 4 */ retl, mark(2)});
    // call to word 4: a nop, then the return
    rig.run(6);
    CHECK(rig.reg(g(1)) == 0b111);
    CHECK(rig.reg(o(7)) == at(0));
    CHECK(rig.state().pc == at(3));
}

TEST_CASE("sparc: a transfer in a slot is a couple") {
    // Word 1 jumps to 6, the slot's jumps to 9: runs 1, 2, 6, 9.
    const auto couple = [](Word first, Word second) {
        return std::vector<Word>{cmp(g(0), 0), first,   second,  mark(3), mark(4), mark(5),
                                 mark(6),      mark(7), mark(8), mark(9), here,    nop};
    };
    struct Couple {
        const char* what;
        Word first, second;
        unsigned marks;
    };
    const Couple couples[] = {
        {"ba, ba", branch(always, 20), branch(always, 28), 1 << 6 | 1 << 9},
        {"be, be", branch(eq, 20), branch(eq, 28), 1 << 6 | 1 << 9},
        {"ba, ba,a", branch(always, 20), branch_a(always, 28), 1 << 9},
        {"be, bne", branch(eq, 20), branch(ne, 28), 0b1111 << 6},
        {"be, bne,a", branch(eq, 20), branch_a(ne, 28), 0b1110 << 6},
        {"be, be,a", branch(eq, 20), branch_a(eq, 28), 1 << 6 | 1 << 9},
        {"be, bn", branch(eq, 20), branch(never, 28), 0b1111 << 6},
        {"be, bn,a", branch(eq, 20), branch_a(never, 28), 0b1110 << 6},
        {"bne, ba", branch(ne, 20), branch(always, 28), 1 << 3 | 1 << 9},
        {"bne,a, ba", branch_a(ne, 20), branch(always, 28), 0b1111111 << 3},
        {"be,a, ba", branch_a(eq, 20), branch(always, 28), 1 << 6 | 1 << 9},
        {"ba, call", branch(always, 20), call(28), 1 << 6 | 1 << 9},
    };
    for (const Couple& c : couples) {
        INFO(c.what);
        const auto words = couple(c.first, c.second);
        Rig rig;
        rig.program(words);
        rig.run(16);
        CHECK(rig.reg(g(1)) == c.marks);
        at_every_budget([&](Rig& each) { each.program(words); }, 10);
    }
}

TEST_CASE("sparc: three transfers in a row") {
    Rig rig;
    rig.program({branch(always, 20), branch(always, 24), branch(always, 28), mark(3), mark(4),
                 /* 5 */ mark(5), branch(always, 12), mark(7), mark(8), mark(9), here, nop});
    rig.run(12);
    // 0, 1, 5 (slot of 1), 7 (where 1 goes), 8, 9
    CHECK(rig.reg(g(1)) == (1 << 5 | 1 << 7 | 1 << 8 | 1 << 9));
}

TEST_CASE("sparc: a trap in a slot knows where the branch goes") {
    struct Trapping {
        const char* what;
        Word slot;
        unsigned type;
    };
    const Trapping slots[] = {
        {"unimp", unimp, tt::illegal_instruction},
        {"misaligned", ld(g(0), 2, g(3)), tt::mem_address_not_aligned},
        {"page fault", ld(g(4), 0, g(3)), tt::data_access_exception},
        {"store fault", st(g(3), g(5), 0), tt::data_access_exception},
        {"trap", ticc(always, 5), 0x85},
        {"trap if", ticc(eq, 6), 0x86},
        {"overflow", save(o(6), -96, o(6)), tt::window_overflow},
        {"underflow", restore(g(0), 0, g(0)), tt::window_underflow},
        {"division", udiv(g(3), 0, g(3)), tt::division_by_zero},
        {"tag", taddcctv(g(3), 1, g(3)), tt::tag_overflow},
        {"alternate", lda(g(4), g(0), 0x55, g(3)), tt::data_access_exception},
        {"psr", wrpsr(g(0), 31), tt::illegal_instruction},
    };
    struct Way {
        Word branch;
        std::uint32_t npc;
    };
    const Way ways[] = {
        {branch(always, 12), at(4)}, {branch(eq, 12), at(4)}, {branch_a(eq, 12), at(4)},
        {branch(ne, 12), at(3)},     {call(12), at(4)},       {jmpl(g(6), 0, g(0)), at(4)},
    };
    for (const Trapping& slot : slots)
        for (const Way& way : ways) {
            INFO(slot.what);
            const auto set_up = [&](Rig& rig) {
                rig.program({cmp(g(0), 0), way.branch, slot.slot, mark(3), mark(4), here, nop});
                rig.set([](State& state) { state.wim = 0xff & ~1u; });
                rig.set_reg(g(4), nothing_at);
                rig.set_reg(g(5), read_only_at);
                rig.set_reg(g(6), at(4));
            };
            Rig rig;
            set_up(rig);
            rig.run(4);
            rig.expect_trap(slot.type, at(2), way.npc);
            at_every_budget(set_up, 5);
        }
}

TEST_CASE("sparc: devices in slots are asked once") {
    const auto set_up = [](Rig& rig) {
        rig.program({mov(3, g(2)), subcc(g(2), 1, g(2)), branch(ne, -4), st(g(3), g(4), 0),
                     branch(always, 12), ld(g(4), 0, g(3)), nop, mark(0), here, nop});
        rig.set_reg(g(4), device_at);
    };
    Rig rig;
    set_up(rig);
    rig.run(14);
    CHECK(rig.machine().device_writes == 3);
    CHECK(rig.machine().device_reads == 1);
    CHECK(rig.reg(g(1)) == 1);
    at_every_budget(set_up, 16);
}

TEST_CASE("sparc: an interrupt between a branch and its slot") {
    // The store before the branch raises the interrupt, so that the branch is not run before it;
    // with the store in the first of two slots, the couple's second transfer waits.
    const auto set_up = [](Rig& rig) {
        rig.program({branch(always, 16), st(g(5), g(4), 0), nop, nop, branch(always, 12), nop, nop,
                     mark(0), here, nop});
        rig.handler(tt::interrupt_level_1 + 4,
                    {st(g(0), g(4), 0), jmpl(l(1), 0, g(0)), rett(l(2), 0), nop});
        rig.set_reg(g(4), device_at);
        rig.set_reg(g(5), device_raises + 5);
        rig.set([](State& state) { state.wim = 0; });
    };
    Rig rig;
    set_up(rig);
    rig.run(2);
    CHECK(rig.state().pc == at(4));
    rig.run(1);
    CHECK(rig.reg(l(1)) == at(4));
}

TEST_CASE("sparc: slots on the next page") {
    for (const Path& path : paths) {
        INFO(path.what);
        const auto set_up = [&](Rig& rig) {
            rig.program({nop});
            const std::uint32_t end = code_at + 0x1000;
            rig.words(end - 8, program_of(path));
            rig.set([&](State& state) { state.pc = end - 8; });
        };
        Rig rig;
        set_up(rig);
        rig.run(path.instructions);
        CHECK(rig.reg(g(1)) == path.marks);
        CHECK(rig.state().pc == code_at + 0x1000 + 12);
        at_every_budget(set_up, 7);
    }
}

// The slot's unit is of another mode, so that no link leads there: the jump cache does, without the
// loop.
TEST_CASE("sparc: a loop over a slot on the next page stays in generated code") {
    Rig rig;
    rig.program({nop});
    const std::uint32_t end = code_at + 0x1000;
    rig.words(end - 8, {add(g(1), 1, g(1)), branch(always, -4), add(g(2), 1, g(2))});
    rig.set([&](State& state) { state.pc = end - 8; });
    rig.run(3000);
    CHECK(rig.reg(g(1)) == 1000);
    CHECK(rig.reg(g(2)) == 1000);
    rig.each([](Machine& machine) {
        if (machine.variant() == Variant::x64)
            CHECK(machine.loop().stats().exits_of(runtime::ExitKind::unchained_link) < 10);
    });
}

TEST_CASE("sparc: a page fault on the fetch of a slot") {
    Rig rig;
    rig.program({nop});
    rig.words(ram_bytes - 4, {branch(always, -64)});
    rig.set([](State& state) { state.pc = ram_bytes - 4; });
    rig.run(2);
    rig.expect_trap(tt::instruction_access_exception, ram_bytes, ram_bytes - 68);
}
