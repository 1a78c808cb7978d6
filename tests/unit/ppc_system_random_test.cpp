// Random system code: whatever it does, all engines do the same, to the instruction.
#include <random>

#include <catch2/catch.hpp>

#include "tests/unit/ppc_system_rig.h"

using namespace vestige;
using namespace vestige::ppc;
using namespace vestige::ppc::test;

namespace {

constexpr std::uint32_t base_msr = msr::me | msr::ri | msr::ir | msr::dr | msr::fp;
constexpr std::uint32_t pages_ea = 0x30000000;
constexpr unsigned page_count = 24, program_words = 120;

// Registers of the programs: 4 and 9 to 12 data, 5 to 8 addresses in pages, 13 in the program
// itself, 14 an instruction, 16 to 18 segments, 19 DEC, 20 to 24 MSR, 25 IABR or DABR, 26 SPR
// values, 29 what the handlers have seen, 30 and 31 theirs.
constexpr Word add(unsigned d, unsigned a, unsigned b) { return x_form(266, d, a, b); }
constexpr Word rlwinm(unsigned a, unsigned s, unsigned sh, unsigned mb, unsigned me) {
    return 21u << 26 | s << 21 | a << 16 | sh << 11 | mb << 6 | me << 1;
}

enum class Return { same, next, restart };

void handler(Rig& rig, std::uint32_t vector, Return way) {
    const std::uint32_t at_body = 0x4000 + (vector >> 4) * 0x40;
    rig.words(vector, {mtspr(272, 30), li(30, static_cast<int>(vector >> 4)),
                       b(static_cast<int>(at_body - vector - 8))});
    std::vector<Word> body = {mtspr(273, 31)};
    const auto gather = [&](unsigned number) {
        body.insert(body.end(), {mfspr(31, number), add(29, 29, 31), rlwinm(29, 29, 5, 0, 31)});
    };
    body.push_back(add(29, 29, 30));
    for (const unsigned number : {spr::srr0, spr::srr1, spr::dar, spr::dsisr, spr::tbl})
        gather(number);
    if (way != Return::same) {
        if (way == Return::next)
            body.insert(body.end(), {mfspr(31, spr::srr0), addi(31, 31, 4)});
        else
            body.push_back(lis(31, code_at >> 16));
        body.push_back(mtspr(spr::srr0, 31));
        // FE0 and FE1 off, so that FEX does not come back at once.
        body.insert(body.end(), {mfspr(31, spr::srr1), rlwinm(31, 31, 0, 21, 19),
                                 rlwinm(31, 31, 0, 24, 22), mtspr(spr::srr1, 31)});
    }
    if (vector == 0x900) body.push_back(mtspr(spr::dec, 19));
    if (vector == 0xc00) body.push_back(mtspr(spr::srr1, 24));
    if (vector == 0x1300) body.insert(body.end(), {li(31, 0), mtspr(spr::iabr, 31)});
    body.insert(body.end(), {mfspr(31, 273), mfspr(30, 272), rfi});
    std::uint32_t to = at_body;
    for (const Word word : body)
        rig.word(to, word), to += 4;
}

// The 603's misses: the page is mapped one to one onto the data pages, or skipped if its number
// says so.
void miss_handler(Rig& rig, std::uint32_t vector, unsigned miss, bool fetch) {
    rig.words(vector, {
                          mfspr(0, miss),
                          rlwinm(1, 0, 0, 16, 19), // page modulo 16
                          d_form(15, 1, 1, data_at >> 16),
                          ori(1, 1, vector == 0x1200 ? 0x182 : 0x102),
                          mtspr(982, 1), // RPA
                          fetch ? tlbli(0) : tlbld(0),
                          mfspr(3, spr::srr1),
                          add(29, 29, 3),
                          mtcrf(3),
                          rfi,
                      });
}

struct Generator {
    std::mt19937 random;

    unsigned below(unsigned n) { return static_cast<unsigned>(random() % n); }
    unsigned data() { return below(2) ? 4 : 9 + below(4); }
    unsigned address() { return 5 + below(4); }
    int offset() { return static_cast<int>(below(0x1000)) - 0x200; }

    Word instruction(unsigned index) {
        switch (below(40)) {
        case 0:
        case 1:
        case 2: return lwz(data(), offset(), address());
        case 3:
        case 4:
        case 5: return stw(data(), offset(), address());
        case 6: return lbz(data(), offset(), address());
        case 7: return stb(data(), offset(), address());
        case 8: return lmw(28, 4 * static_cast<int>(below(200)), address()) | 1u << 21; // r29 on
        case 9: return stmw(28, offset(), address());
        case 10:
        case 11: return mtmsr(20 + below(5));
        case 12: return mtsr(3, 16 + below(3));
        case 13: return tlbie(address());
        case 14: return mtspr(spr::dec, 19);
        case 15: return mfspr(data(), spr::dec);
        case 16: return mftb(data());
        case 17: return mtspr(spr::iabr, 25);
        case 18: return mtspr(spr::dabr, 25);
        case 19: return mtspr(542, 26); // DBAT3U
        case 20: return sc;
        case 21: return stw(14, 4 * static_cast<int>(below(program_words)), 13);
        case 22: return stswx(data(), 0, address());
        case 23: return stwcx(data(), 0, address());
        case 24: return lwarx(data(), 0, address());
        case 25: return mtfsb1(below(2) ? 24 : 21);
        case 26: return mfsr(data(), 3);
        case 27: return mfmsr(data());
        case 28: return cmpw(data(), data());
        case 29: return index + 6 < program_words ? beq(8 + 4 * static_cast<int>(below(4))) : nop;
        case 30: return index + 6 < program_words ? bne(8 + 4 * static_cast<int>(below(4))) : nop;
        case 31: return mtspr(272 + 2, data());
        case 32: return mfspr(data(), spr::srr1);
        case 33: return tw(4, data(), data());
        case 34: return dcbz(0, address());
        case 35: return fadd(1, 2, 3);
        case 36: return lfd(1, offset(), address());
        default: return addi(data(), data(), static_cast<int>(below(100)));
        }
    }

    std::uint32_t msr_value() {
        std::uint32_t value = base_msr;
        for (const std::uint32_t bit : {msr::ee, msr::se, msr::be, msr::fe0})
            if (below(3) == 0) value |= bit;
        for (const std::uint32_t bit : {msr::dr, msr::pr, msr::ir, msr::fp})
            if (below(6) == 0) value ^= bit;
        return value;
    }
};

void prepare(Rig& rig, Generator& g) {
    for (const std::uint32_t vector : {0x200u, 0x300u, 0x600u, 0x700u, 0x800u, 0x1300u})
        handler(rig, vector, Return::next);
    handler(rig, 0x400, Return::restart);
    for (const std::uint32_t vector : {0x900u, 0xc00u, 0xd00u})
        handler(rig, vector, Return::same);
    if (rig.machine().cpu().model().software_table_search) {
        miss_handler(rig, 0x1000, 980, true);
        miss_handler(rig, 0x1100, 976, false);
        miss_handler(rig, 0x1200, 976, false);
    }
    rig.map_low_block();
    const std::uint32_t segments[3] = {0x111, 0x222 | 0x20000000 * g.below(4), 0x333};
    for (const std::uint32_t segment : segments)
        for (std::uint32_t i = 0; i < page_count; ++i)
            if (g.below(5) != 0)
                rig.map(segment & 0xffffff, pages_ea + i * 0x1000,
                        (data_at + g.below(16) * 0x1000) | g.below(4) | g.below(4) << 7,
                        g.below(2) ? Rig::Hash::primary : Rig::Hash::secondary);
    rig.set([&](State& state) {
        state.sr[3] = segments[0];
        state.dbat[3][1] = data_at | 2;
        state.xer_rest = 7;
    });
    for (unsigned i = 0; i < 4; ++i)
        rig.gpr(5 + i, pages_ea + g.below(page_count) * 0x1000 + 4 * g.below(0x400));
    rig.gpr(13, code_at);
    rig.gpr(14, addi(4, 4, 7));
    for (unsigned i = 0; i < 3; ++i)
        rig.gpr(16 + i, segments[i]);
    rig.gpr(19, 5 + g.below(200));
    for (unsigned i = 0; i < 5; ++i)
        rig.gpr(20 + i, g.msr_value());
    rig.gpr(24, rig.gpr(24) & ~msr::pr);
    rig.gpr(25, g.below(2)
                    ? at(g.below(program_words)) | 2 | g.below(2)
                    : (pages_ea + g.below(page_count) * 0x1000 + 8 * g.below(512)) | g.below(8));
    rig.gpr(26, g.below(2) ? 0 : pages_ea | g.below(4));
}

} // namespace

TEST_CASE("DESIGN 9: random system code does the same on every engine", "[ppc_system][random]") {
    std::uint64_t exceptions = 0, regions = 0, windows = 0;
    for (const char* model : {"750", "603e", "7400"})
        for (unsigned seed = 1; seed <= 20; ++seed) {
            CAPTURE(model, seed);
            Generator g{std::mt19937(seed)};
            Rig rig(model);
            prepare(rig, g);
            for (unsigned i = 0; i < program_words; ++i)
                rig.word(at(i), g.instruction(i));
            rig.word(at(program_words), b(-4 * static_cast<int>(program_words)));
            rig.go(code_at, base_msr);
            for (const std::uint64_t count : {1u, 10u, 137u, 1000u, 3000u, 20000u})
                rig.run(count);
            exceptions += rig.gpr(29) != 0;
            rig.each([&](Machine& machine) {
                if (machine.variant() != Variant::x64_hot) return;
                regions += machine.loop().stats().tiers[1].units;
                windows += machine.loop().stats().windows;
            });
        }
    CHECK(exceptions > 50); // the handlers have been at work
    CHECK(regions > 30);
    CHECK(windows > 10);
}
