// Random system code: whatever it does, all engines do the same, to the instruction.
#include <random>

#include <catch2/catch.hpp>

#include "tests/unit/sparc_rig.h"

using namespace vestige;
using namespace vestige::sparc;
using namespace vestige::sparc::test;

namespace {

constexpr unsigned program_words = 96;

// %g1 and the registers of windows are data, %g2 an address in the program, %g3 in the read-only
// page, %g4 in the data, %g5 nothing there, %g6 the device, %g7 what makes it quiet.
class Generator {
  public:
    explicit Generator(unsigned seed) : random_(seed) {}

    std::vector<Word> program() {
        std::vector<Word> words;
        while (words.size() < program_words)
            words.push_back(instruction(static_cast<int>(words.size())));
        const int back = -4 * static_cast<int>(words.size());
        words.insert(words.end(), {branch(always, back), nop});
        return words;
    }

  private:
    unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }
    bool one_in(unsigned n) { return below(n) == 0; }
    int within(int low, int high) {
        return low + static_cast<int>(below(static_cast<unsigned>(high - low + 1)));
    }
    unsigned source() { return one_in(8) ? 0 : one_in(4) ? g(1) : 8 + below(24); }
    unsigned data() { return one_in(12) ? 0 : one_in(4) ? g(1) : 8 + below(24); }
    Operand second() {
        if (one_in(2)) return r(source());
        static constexpr int values[] = {0, 1, -1, 4, 31, 4095, -4096};
        return imm(one_in(2) ? values[below(std::size(values))] : within(-4096, 4095));
    }

    Word integer() {
        static constexpr unsigned ops[] = {
            0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x0a, 0x0b, 0x0c, 0x10,
            0x10, 0x11, 0x12, 0x13, 0x14, 0x14, 0x14, 0x15, 0x16, 0x17, 0x18, 0x1a, 0x1b,
            0x1c, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x0e, 0x0f, 0x1e, 0x1f};
        return arith(ops[below(std::size(ops))], source(), second(), data());
    }

    Word memory_access() {
        static constexpr unsigned ops[] = {0x00, 0x00, 0x01, 0x02, 0x03, 0x04, 0x04,
                                           0x05, 0x06, 0x07, 0x09, 0x0a, 0x0d, 0x0f};
        const unsigned op3 = ops[below(std::size(ops))];
        unsigned base = g(4), rd = data();
        if (one_in(10)) base = one_in(2) ? g(3) : g(5);
        int offset = within(0, 63) * 8;
        if (op3 == 0x03 || op3 == 0x07) rd &= ~1u;
        if (one_in(20)) {
            ++offset;
            rd |= 1;
        }
        return memory(op3, rd, base, offset);
    }

    Word device() {
        if (one_in(2)) return ld(g(6), 0, data());
        // Whatever is stored: low bits may raise an interrupt.
        return st(one_in(2) ? g(1) : data(), g(6), 0);
    }

    Word transfer(int here_index) {
        const int target = within(-12, 20);
        const int to = std::max(0, std::min(here_index + target, static_cast<int>(program_words)));
        const int displacement = 4 * (to - here_index);
        switch (below(12)) {
        case 0: return call(displacement);
        case 1: return one_in(2) ? retl : ret;
        case 2: return jmpl(g(2), 4 * within(0, 20), data());
        case 3: return branch_a(below(16), displacement);
        case 4:
        case 5: return branch_a(1 + below(15), displacement);
        default: return branch(1 + below(15), displacement);
        }
    }

    Word system() {
        switch (below(14)) {
        case 0: return rdpsr(data());
        case 1: return rdwim(data());
        case 2: return rdtbr(data());
        case 3: return rdy(data());
        case 4: return wry(source(), within(-100, 100));
        case 5: return wrwim(0, static_cast<int>(one_in(2) ? 1u << below(8) : 0));
        case 6:
        case 7: { // mostly in the same mode, with traps enabled
            const unsigned flags = one_in(12) ? below(8) << 5 : 0xa0u | below(2) << 6;
            return wrpsr(0,
                         static_cast<int>((below(16) << 8 | flags | below(one_in(20) ? 32 : 8))));
        }
        case 8: return ticc(below(16), within(1, 6));
        case 9: return rett(l(1), 0);
        case 10: return lda(g(4), 0, one_in(2) ? 0x0b : 0x0a, data());
        case 11: return sta(data(), g(4), 0, one_in(2) ? 0x0b : 0x0a);
        case 12: return one_in(4) ? st(data(), g(2), 4 * within(0, 90)) : flush(g(2), 0);
        default: return one_in(3) ? unimp : arith(below(64), source(), second(), data());
        }
    }

    Word instruction(int index) {
        switch (below(20)) {
        case 0:
        case 1:
        case 2:
        case 3: return transfer(index);
        case 4:
        case 5:
        case 6: return memory_access();
        case 7: return one_in(3) ? device() : integer();
        case 8: return save(source(), second(), data());
        case 9: return restore(source(), second(), data());
        case 10: return one_in(2) ? system() : integer();
        default: return integer();
        }
    }

    std::mt19937 random_;
};

// Handlers that skip the instruction, run it again, or begin the program anew.
void install_handlers(Rig& rig) {
    for (unsigned type = 0; type < 256; ++type)
        rig.handler(type, {jmpl(l(2), 0, g(0)), rett(l(2), 4), nop, nop});
    const std::vector<Word> restart = {sethi(code_at, l(5)), jmpl(l(5), 0, g(0)), rett(l(5), 4),
                                       nop};
    rig.handler(tt::instruction_access_exception, restart);
    rig.handler(tt::illegal_instruction, restart);
    // Into supervisor mode, with the next instruction.
    rig.handler(0x82, {rdpsr(l(3)), wrpsr(l(3), 0x40), jmpl(l(1), 4, g(0)), rett(l(1), 8)});
    rig.handler(tt::privileged_instruction,
                {rdpsr(l(3)), wrpsr(l(3), 0x40), jmpl(l(2), 0, g(0)), rett(l(2), 4)});
    // Once more, with all windows valid.
    for (const unsigned type : {tt::window_overflow, tt::window_underflow})
        rig.handler(type, {wrwim(0, 0), jmpl(l(1), 0, g(0)), rett(l(2), 0), nop});
    for (unsigned level = 1; level < 16; ++level)
        rig.handler(tt::interrupt_level_1 - 1 + level,
                    {st(g(7), g(6), 0), jmpl(l(1), 0, g(0)), rett(l(2), 0), nop});
}

void set_up(Rig& rig, unsigned seed) {
    Generator generator(seed);
    install_handlers(rig);
    rig.program(generator.program());
    std::mt19937 random(seed);
    static constexpr std::uint32_t values[] = {
        0, 1, 0xffffffff, 0x7fffffff, 0x80000000, code_at, device_raises + 5, device_raises + 15};
    std::vector<std::uint32_t> registers;
    for (unsigned n = 0; n < 8 * 16; ++n)
        registers.push_back(random() % 3 ? static_cast<std::uint32_t>(random())
                                         : values[random() % std::size(values)]);
    rig.each([&](Machine& machine) {
        for (unsigned window = 0; window < 8; ++window)
            for (unsigned n = 8; n < 24; ++n)
                machine.reg(window, n) = registers[window * 16 + n - 8];
    });
    std::vector<Word> memory;
    for (unsigned n = 0; n < 256; ++n)
        memory.push_back(static_cast<Word>(random()));
    rig.words(data_at, memory);
    rig.set_reg(g(2), code_at);
    rig.set_reg(g(3), read_only_at);
    rig.set_reg(g(4), data_at);
    rig.set_reg(g(5), nothing_at);
    rig.set_reg(g(6), device_at);
    rig.set_reg(g(7), device_raises);
}

} // namespace

TEST_CASE("sparc: random programs do the same on every engine") {
    unsigned stopped = 0;
    for (unsigned seed = 1; seed <= 120; ++seed) {
        CAPTURE(seed);
        Rig rig;
        set_up(rig, seed);
        bool runs = true;
        for (const unsigned count : {50u, 300u, 1500u}) {
            if (runs) runs = rig.run(count) != runtime::StopCause::checkstop;
        }
        if (!runs) ++stopped;
    }
    CHECK(stopped < 60); // most of them run on
}

TEST_CASE("sparc: random programs may end anywhere") {
    for (unsigned seed = 1000; seed < 1004; ++seed) {
        CAPTURE(seed);
        at_every_budget([&](Rig& rig) { set_up(rig, seed); }, 40);
    }
}
