// What regions are made of: small PowerPC programs, formed into one unit each.
#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include <catch2/catch.hpp>

#include "common/endian.h"
#include "frontend/ppc/state.h"
#include "tests/lockstep/ppc_lifting_cpu.h"
#include "tests/unit/ppc_system_assembly.h"
#include "translator/ir/verifier.h"
#include "translator/opt/pipeline.h"
#include "translator/runtime/region.h"

using namespace vestige;
using namespace vestige::ppc::test;
using ir::Op;
using runtime::RegionFormer;

namespace {

constexpr std::uint32_t start = 0x7000;

std::uint32_t offset_of(std::uint64_t pc) { return static_cast<std::uint32_t>(pc - start); }

// A page that begins with the given words; behind them nothing can be run. Further pages are added
// one by one.
class Bench {
  public:
    explicit Bench(const std::vector<Word>& words) { add_page(0, words); }
    // So many pages behind the first.
    void add_page(std::uint64_t number, const std::vector<Word>& words) {
        auto& page = pages_[start / runtime::page_size + number];
        page.resize(runtime::page_size);
        for (std::size_t i = 0; i < page.size() / 4; ++i)
            store_be(page.data() + 4 * i, i < words.size() ? words[i] : illegal);
    }

    std::set<std::uint32_t> not_run; // offsets
    unsigned most_instructions = 64;
    std::uint64_t link = RegionFormer::nowhere;
    bool as_it_is = false;
    std::set<std::uint32_t> regions; // offsets of the roots that there are
    // By the offset behind a computed jump: where it was seen to go.
    std::map<std::uint32_t, std::vector<std::uint64_t>> seen;

    bool form(std::uint32_t offset = 0) {
        const bool formed = former_.form(
            {.root = start + offset,
             .mode = ppc::mode::problem,
             .page = [&](std::uint64_t number) -> std::span<const std::byte> {
                 const auto found = pages_.find(number);
                 if (found == pages_.end()) return {};
                 return found->second;
             },
             .max_instructions = most_instructions,
             .was_run = [&](std::uint64_t pc) { return !not_run.contains(offset_of(pc)); },
             .has_region = [&](std::uint64_t pc) { return regions.contains(offset_of(pc)); },
             .as_it_is = as_it_is,
             .seen_targets = [&](std::uint64_t end) -> std::span<const std::uint64_t> {
                 const auto found = seen.find(offset_of(end));
                 if (found == seen.end()) return {};
                 return found->second;
             },
             .links = {link, RegionFormer::nowhere}},
            function_);
        if (formed) ir::verify(function_, ir::Stage::raw);
        return formed;
    }

    // Offset and instructions of each block; the root's first.
    std::vector<std::pair<std::uint32_t, std::uint32_t>> blocks() const {
        std::vector<std::pair<std::uint32_t, std::uint32_t>> found;
        for (const RegionFormer::GuestBlock& block : former_.blocks())
            found.emplace_back(offset_of(block.pc), block.instructions);
        return found;
    }
    // The same, as the IR's runs have it; offsets ascending.
    std::map<std::uint32_t, std::uint32_t> runs() const {
        std::map<std::uint32_t, std::uint32_t> found;
        each(Op::begin_run, [&](const auto& op) { found[offset_of(op.imm)] = op.aux; });
        return found;
    }
    // Where the IR leaves the region for a known place.
    std::set<std::uint32_t> exits() const {
        std::set<std::uint32_t> found;
        each(Op::goto_pc, [&](const auto& op) { found.insert(offset_of(op.imm)); });
        return found;
    }
    // Offsets of the instructions in the IR.
    std::set<std::uint32_t> instructions() const {
        std::set<std::uint32_t> found;
        each(Op::instruction, [&](const auto& op) { found.insert(offset_of(op.imm)); });
        return found;
    }
    unsigned count(Op wanted) const {
        unsigned found = 0;
        each(wanted, [&](const auto&) { ++found; });
        return found;
    }
    ir::Function& function() { return function_; }
    const RegionFormer& former() const { return former_; }

  private:
    template <typename Body> void each(Op wanted, Body body) const {
        for (const ir::Block& block : function_.blocks)
            for (const ir::Value value : block.body)
                if (function_[value].op == wanted) body(function_[value]);
    }

    std::map<std::uint64_t, std::vector<std::byte>> pages_;
    ppc::lockstep::LiftingCpu cpu_{*ppc::find_cpu_model("750")};
    RegionFormer former_{cpu_};
    ir::Function function_{ppc::state_layout(), ppc::helper_table()};
};

using Blocks = std::vector<std::pair<std::uint32_t, std::uint32_t>>;
using Runs = std::map<std::uint32_t, std::uint32_t>;
using Offsets = std::set<std::uint32_t>;

constexpr Word all_state = stswx(5, 0, 3); // by a helper that sees all state

} // namespace

TEST_CASE("a region of a loop is the loop") {
    Bench bench({addi(3, 3, 1), bdnz(-4), addi(4, 4, 1), blr});
    bench.not_run = {8};
    REQUIRE(bench.form());
    CHECK(bench.blocks() == Blocks{{0, 2}});
    CHECK(bench.runs() == Runs{{0, 2}});
    CHECK(bench.exits() == Offsets{8});
    CHECK(bench.function().start_pc == start);
    CHECK(bench.function().guest_bytes == 8);
}

TEST_CASE("a short loop is there for its first round and four more") {
    //  0: addi  4: bdnz 0  8: addi  c: bdnz 8  10: bdnz 0
    Bench bench({addi(3, 3, 1), bdnz(-4), addi(4, 4, 1), bdnz(-4), bdnz(-0x10), blr});
    bench.not_run = {0x14};
    REQUIRE(bench.form());
    CHECK(bench.runs() == Runs{{0, 2}, {8, 2}, {0x10, 1}});
    // The outer loop's last block goes to the first copy again.
    CHECK(bench.count(Op::begin_run) == 5 + 5 + 1);
    opt::Workspace workspace;
    opt::optimise_region(bench.function(), workspace);
    // The budget is looked at where the region, a loop and what comes behind a loop begin.
    CHECK(bench.count(Op::begin_run) == 1 + 2 + 2);
    CHECK(bench.count(Op::next_run) == 4 + 3 - 1);
}

TEST_CASE("the longer an innermost loop is, the fewer rounds of it are written") {
    //  0: addi * length  bne  addi  b 0
    const auto [length, rounds] =
        GENERATE(std::pair{3, 4u}, std::pair{5, 3u}, std::pair{9, 2u}, std::pair{10, 1u});
    std::vector<Word> words(static_cast<std::size_t>(length), addi(3, 3, 1));
    words.push_back(bne(8));
    words.push_back(addi(4, 4, 1)); // in the loop: some rounds come by here
    words.push_back(b(-4 * (length + 2)));
    Bench bench(words);
    REQUIRE(bench.form());
    // Each round has the block that begins it, the one between and the last; the first round's own
    // block is there besides.
    CHECK(bench.count(Op::begin_run) == 3 * rounds + 1);
    CHECK(bench.count(Op::goto_pc) == 0);
}

TEST_CASE("a region takes in what its jumps lead to, loops in loops too") {
    //  0: li 5   4: addi    8: cmpwi   c: bne 4     10: addi   14: bdnz 0   18: blr
    Bench bench({li(5, 3), addi(5, 5, -1), cmpwi(5, 0), bne(-8), addi(3, 3, 1), bdnz(-0x14), blr});
    SECTION("from the outer head") {
        REQUIRE(bench.form());
        CHECK(bench.runs() == Runs{{0, 1}, {4, 3}, {0x10, 2}});
        CHECK(bench.exits() == Offsets{0x18}); // is in no loop
        CHECK(bench.count(Op::jump_pc) == 0);
        CHECK(bench.instructions() == Offsets{0, 4, 8, 0xc, 0x10, 0x14});
    }
    SECTION("from the inner head") {
        REQUIRE(bench.form(4));
        CHECK(bench.blocks()[0] == std::pair{4u, 3u});
        CHECK(bench.runs() == Runs{{0, 1}, {4, 3}, {0x10, 2}});
        CHECK(bench.function().start_pc == start + 4);
    }
    SECTION("the inner loop alone") {
        bench.not_run = {0x10};
        REQUIRE(bench.form(4));
        CHECK(bench.blocks() == Blocks{{4, 3}});
        CHECK(bench.exits() == Offsets{0x10});
    }
}

TEST_CASE("a region begins where the loop around an inner one enters it") {
    //  0: addi  4: cmpwi  8: beq 14  c: addi  10: b 4  14: addi * 3  20: bdnz 0  24: blr
    Bench bench({addi(3, 3, 1), cmpwi(5, 0), beq(0xc), addi(5, 5, -1), b(-0xc), addi(4, 4, 1),
                 addi(4, 4, 1), addi(4, 4, 1), bdnz(-0x20), blr});
    bench.not_run = {0x24};
    SECTION("not in the middle of the inner one") {
        CHECK(!bench.form(0xc));
        CHECK(bench.former().better_root() == start + 4);
    }
    SECTION("but there if it has to") {
        bench.as_it_is = true;
        CHECK(bench.form(0xc));
        CHECK(bench.former().better_root() == RegionFormer::nowhere);
    }
    SECTION("the heads of both are good") {
        const std::uint32_t root = GENERATE(0, 4);
        CHECK(bench.form(root));
        CHECK(bench.former().better_root() == RegionFormer::nowhere);
    }
    SECTION("unless the shortest way round comes to a root that there is") {
        bench.regions = {0};
        CHECK(bench.form(4)); // 4, c, 4
        bench.regions = {4};
        CHECK(!bench.form(0));
        CHECK(bench.former().better_root() == start + 4);
    }
    SECTION("and so is the middle where nothing comes in from around") {
        bench.not_run = {0x14};
        CHECK(bench.form(0xc));
    }
}

TEST_CASE("a block of a region ends where another one begins") {
    Bench bench({li(3, 0), li(4, 0), addi(3, 3, 1), addi(4, 4, 1), bdnz(-8), blr});
    REQUIRE(bench.form());
    CHECK(bench.blocks() == Blocks{{0, 2}, {8, 3}, {0x14, 1}});
    CHECK(bench.former().blocks()[0].bytes == 8);
    CHECK(bench.former().blocks()[0].successors == std::vector<std::uint64_t>{start + 8});
    CHECK(bench.instructions() == Offsets{0, 4, 8, 0xc, 0x10, 0x14});
    // What is left out does not split anything.
    bench.not_run = {8};
    CHECK(bench.form());
    CHECK(bench.runs() == Runs{{0, 5}, {0x14, 1}});
    CHECK(bench.exits() == Offsets{8});
}

TEST_CASE("what has not been run is an exit of the region") {
    //  0: cmpwi  4: beq 10  8: addi  c: b 0  10: addi  14: b 0
    Bench bench({cmpwi(3, 0), beq(0xc), addi(4, 4, 1), b(-0xc), addi(5, 5, 1), b(-0x14)});
    REQUIRE(bench.form());
    CHECK(bench.runs() == Runs{{0, 2}, {8, 2}, {0x10, 2}});
    CHECK(bench.exits().empty());
    bench.not_run = {0x10};
    REQUIRE(bench.form());
    CHECK(bench.runs() == Runs{{0, 2}, {8, 2}});
    CHECK(bench.exits() == Offsets{0x10});
}

TEST_CASE("a block with a helper that sees all state stays outside a region") {
    Bench bench({cmpwi(3, 0), beq(0xc), addi(4, 4, 1), b(-0xc), all_state, b(-0x14)});
    REQUIRE(bench.form());
    CHECK(bench.runs() == Runs{{0, 2}, {8, 2}});
    CHECK(bench.exits() == Offsets{0x10});
    CHECK_FALSE(bench.form(0x10));
}

TEST_CASE("a root that leads nowhere is no region") {
    CHECK_FALSE(Bench({addi(3, 3, 1), blr}).form());
    Bench bench({addi(3, 3, 1), b(8), nop, addi(4, 4, 1), blr});
    CHECK(bench.form());
    bench.not_run = {0xc};
    CHECK_FALSE(bench.form());
}

TEST_CASE("a region ends where no page is") {
    std::vector<Word> words(runtime::page_size / 4, nop);
    words[1] = beq(-8); // to the page before
    words[2] = beq(static_cast<int>(runtime::page_size) - 8);
    words[3] = bdnz(-12);
    Bench bench(words);
    REQUIRE(bench.form());
    CHECK(bench.exits().count(0u - 4) == 1);
    CHECK(bench.exits().count(runtime::page_size) >= 1);
    for (const auto& [offset, instructions] : bench.blocks())
        CHECK(offset + 4 * instructions <= runtime::page_size);
}

TEST_CASE("a region goes on in other pages that are there") {
    //  0: bl 1000  4: bdnz 0    1000: addi  1004: bne 2000  1008: blr
    Bench bench({b(0x1000) | 1, bdnz(-4)});
    bench.add_page(1, {addi(3, 3, 1), bne(0xffc), blr});
    bench.not_run = {8};
    REQUIRE(bench.form());
    CHECK(bench.runs() == Runs{{0, 1}, {4, 1}, {0x1000, 2}, {0x1008, 1}});
    CHECK(bench.exits() == Offsets{8, 0x2000});
    CHECK(bench.former().pages().size() == 2);
    CHECK(bench.former().pages()[0] == start / runtime::page_size);
    CHECK(bench.former().pages()[1] == start / runtime::page_size + 1);
    // A page that is there, but with nothing that was run, is none of the region's.
    bench.not_run.insert(0x1000);
    CHECK_FALSE(bench.form());
    bench.add_page(2, {nop, b(-0xffc)}); // to the return
    bench.not_run.erase(0x1000);
    REQUIRE(bench.form());
    CHECK(bench.former().pages().size() == 3);
    // What does not lead back is no reason to take a page in.
    bench.add_page(2, {nop, here});
    REQUIRE(bench.form());
    CHECK(bench.former().pages().size() == 2);
}

TEST_CASE("a region has eight pages at most") {
    const auto loop = [](unsigned pages) {
        Bench bench({b(0x1000)});
        for (unsigned i = 1; i + 1 < pages; ++i)
            bench.add_page(i, {b(0x1000)});
        bench.add_page(pages - 1, {b(static_cast<int>(0x1000 - 0x1000 * pages))});
        return bench.form() ? bench.former().pages().size() : 0;
    };
    CHECK(loop(8) == 8);
    CHECK(loop(9) == 0);
}

TEST_CASE("a region does not grow without end") {
    const auto largest = [](Bench& bench) {
        REQUIRE(bench.form());
        std::uint32_t instructions = 0;
        for (const auto& [offset, count] : bench.blocks())
            instructions += count;
        return instructions;
    };
    // Branches over one word, to the end of the page; then a straight line.
    Bench branches(std::vector<Word>(runtime::page_size / 4, beq(8)));
    CHECK(largest(branches) <= 600);
    CHECK(branches.blocks().size() == 64);
    Bench line(std::vector<Word>(runtime::page_size / 4, nop));
    CHECK(largest(line) <= 600);
    CHECK(line.blocks().size() > 7);
}

TEST_CASE("a return in a region knows where the region's calls come back to") {
    //  0: bl 10  4: bl 10  8: bdnz 0  c: b c    10: addi  14: blr
    Bench bench({b(0x10) | 1, b(0xc) | 1, bdnz(-8), here, addi(3, 3, 1), blr});
    REQUIRE(bench.form());
    CHECK(bench.runs() == Runs{{0, 1}, {4, 1}, {8, 1}, {0x10, 2}});
    // Compared with 4 and 8; elsewhere, as the link register says.
    CHECK(bench.count(Op::cmp_eq) >= 2);
    CHECK(bench.count(Op::jump_pc) >= 1);
    // A call whose routine is not here does not come back here.
    bench.not_run = {0x10};
    CHECK_FALSE(bench.form());
}

TEST_CASE("a return is compared with calls of its own routine alone") {
    //  0: bl 10  4: bl 18  8: bdnz 0  c: b c    10: addi  14: blr    18: addi  1c: blr
    Bench bench({b(0x10) | 1, b(0x14) | 1, bdnz(-8), here, addi(3, 3, 1), blr, addi(4, 4, 1), blr});
    REQUIRE(bench.form());
    using Returns = std::vector<std::uint64_t>;
    for (const RegionFormer::GuestBlock& block : bench.former().blocks())
        CHECK(block.jumps_to == (block.pc == start + 0x10   ? Returns{start + 4}
                                 : block.pc == start + 0x18 ? Returns{start + 8}
                                                            : Returns{}));
}

TEST_CASE("a routine that is seen in a loop brings its caller's loop with it") {
    //  0: bl 10  4: bdnz 0   8: b 8       10: addi  14: blr
    Bench bench({b(0x10) | 1, bdnz(-4), here, nop, addi(3, 3, 1), blr});
    bench.link = start + 4;
    REQUIRE(bench.form(0x10));
    CHECK(bench.runs() == Runs{{0, 1}, {4, 1}, {0x10, 2}});
    bench.not_run = {4};
    CHECK_FALSE(bench.form(0x10));
    bench.not_run.clear();
    bench.link = RegionFormer::nowhere;
    CHECK_FALSE(bench.form(0x10));
}

TEST_CASE("a computed jump is followed to where it was seen to go") {
    //  0: addi  4: bctr  8: b 8    c: here    10: addi  14: b 0    18: addi  1c: b 0
    Bench bench(
        {addi(3, 3, 1), bctr, here, here, addi(4, 4, 1), b(-0x14), addi(5, 5, 1), b(-0x1c)});
    CHECK_FALSE(bench.form());
    CHECK(bench.former().jumps()[0] == start + 8);
    bench.seen[8] = {start + 0x18, start + 0x10};
    REQUIRE(bench.form());
    CHECK(bench.runs() == Runs{{0, 2}, {0x10, 2}, {0x18, 2}});
    using Targets = std::vector<std::uint64_t>;
    CHECK(bench.former().blocks()[0].jumps_to == Targets{start + 0x18, start + 0x10});
    CHECK(bench.count(Op::jump_pc) >= 1); // elsewhere, as the register says
    // What has not been run is not compared with.
    bench.not_run = {0x18};
    REQUIRE(bench.form());
    CHECK(bench.former().blocks()[0].jumps_to == Targets{start + 0x10});
}

TEST_CASE("a return that was seen is not compared with other calls of its routine") {
    //  0: bl 10  4: bl 10  8: bdnz 0  c: b c    10: addi  14: blr
    Bench bench({b(0x10) | 1, b(0xc) | 1, bdnz(-8), here, addi(3, 3, 1), blr});
    bench.seen[0x18] = {start + 8};
    REQUIRE(bench.form());
    for (const RegionFormer::GuestBlock& block : bench.former().blocks())
        if (block.ends_in_return) CHECK(block.jumps_to == std::vector<std::uint64_t>{start + 8});
}

TEST_CASE("a call of a routine by a register comes back to behind it") {
    //  0: bctrl  4: bdnz 0  8: b 8  c: here    10: addi  14: blr
    Bench bench({bctr | 1, bdnz(-4), here, here, addi(3, 3, 1), blr});
    bench.seen[4] = {start + 0x10};
    REQUIRE(bench.form());
    CHECK(bench.runs() == Runs{{0, 1}, {4, 1}, {0x10, 2}});
}

TEST_CASE("a jump to many places is there once for each way to it") {
    //  0: lwzu  4: bne 8  8: bctr    10, 18, ...: addi  b 0
    std::vector<Word> words{lwzu(6, 4, 3), bne(0x80), bctr, here};
    std::vector<std::uint64_t> targets;
    const std::uint32_t handlers = GENERATE(4u, 5u, 8u);
    for (std::uint32_t i = 0; i < handlers; ++i) {
        const std::uint32_t at = 0x10 + 8 * i;
        targets.push_back(start + at);
        words.push_back(addi(4, 4, 1));
        words.push_back(b(-static_cast<std::int32_t>(at + 4)));
    }
    Bench bench(words);
    bench.not_run = {0x84};
    bench.seen[0xc] = targets;
    REQUIRE(bench.form());
    std::map<std::uint32_t, unsigned> copies;
    for (const ir::Instruction& op : bench.function().instructions)
        if (op.op == Op::begin_run) ++copies[offset_of(op.imm)];
    if (handlers < 5) {
        CHECK(copies[8] == 2); // a loop of two rounds as any other
    } else {
        // One more for the region's beginning.
        CHECK(copies[0] == handlers + 1);
        CHECK(copies[8] == handlers + 1);
        CHECK(copies[0x10] == 1);
    }
    opt::Workspace workspace;
    workspace.checks = opt::Checks::every_pass;
    opt::optimise_region(bench.function(), workspace);
    ir::verify(bench.function(), ir::Stage::optimised);
}

TEST_CASE("a region of many blocks survives the optimiser's checks") {
    Bench bench({li(5, 3), addi(5, 5, -1), cmpwi(5, 0), bne(-8), lwzu(6, 4, 3), stw(6, 8, 4),
                 bdnz(-0x18), blr});
    REQUIRE(bench.form());
    opt::Workspace workspace;
    workspace.checks = opt::Checks::every_pass;
    opt::optimise_region(bench.function(), workspace);
    ir::verify(bench.function(), ir::Stage::optimised);
    CHECK(bench.runs() == Runs{{0, 1}, {4, 3}, {0x10, 3}});
}
