// Many comparisons of one number: the table that leads to the right one.
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "tests/unit/x64_machine.h"
#include "translator/ir/parser.h"
#include "translator/ir/verifier.h"

using namespace vestige;
using namespace vestige::test;

namespace {

struct Shape {
    std::vector<std::uint32_t> numbers;
    bool masked = true;     // the lowest two bits are known to be 0
    unsigned lives = 2;     // values that live through the comparisons
    unsigned stores_at = 0; // a comparison that is not alone in its block; 0: none
};

// A loop of r1 rounds: r2 is compared with the numbers, and what is added to it for the next round
// and to a result depends on which it was. Values beside them are used behind each comparison.
std::string loop_text(const Shape& shape) {
    std::string text = "unit pc 0x1000 instructions 1 bytes 4\nblock0:\n    instruction 0x1000 #0\n"
                       "    v1: i32 = get_slot r1\n    v2: i32 = get_slot r2\n"
                       "    v3: i32 = constant 0x0\n    v4: i32 = constant 0x1\n"
                       "    v5: i32 = constant 0xfffffffc\n";
    const unsigned first_live = 10, first_number = 40, first_same = 80, first_sum = 120;
    for (unsigned i = 0; i < shape.lives; ++i)
        text += fmt::format("    v{}: i32 = mul v{}, v{}\n", first_live + i,
                            i == 0 ? 1 : first_live + i - 1, i == 0 ? 2 : 1);
    const auto count = static_cast<unsigned>(shape.numbers.size());
    for (unsigned i = 0; i < count; ++i)
        text += fmt::format("    v{}: i32 = constant {:#x}\n", first_number + i, shape.numbers[i]);
    text += "    jump block1(v1, v2, v3)\nblock1(v6: i32, v7: i32, v8: i32):\n";
    text += fmt::format("    v9: i32 = and_ v7, {}\n", shape.masked ? "v5" : "v7");
    const unsigned first_compare = 2, first_way = first_compare + count - 1,
                   other = first_way + count;
    for (unsigned i = 0; i < count; ++i) {
        if (i != 0) text += fmt::format("block{}:\n", first_compare + i - 1);
        text += fmt::format("    v{}: i1 = cmp_eq v9, v{}\n", first_same + i, first_number + i);
        if (shape.stores_at != 0 && i == shape.stores_at) text += "    set_slot r3, v4\n";
        text += fmt::format("    branch v{}, block{}, block{}\n", first_same + i, first_way + i,
                            i + 1 == count ? other : first_compare + i);
    }
    for (unsigned i = 0; i < count; ++i) {
        const unsigned v = first_sum + 8 * i;
        text += fmt::format("block{}:\n", first_way + i);
        text += fmt::format("    v{}: i32 = add v8, v{}\n", v, first_number + i);
        text += fmt::format("    v{}: i32 = xor_ v{}, v{}\n", v + 1, v,
                            first_live + (i + shape.lives - 1) % shape.lives);
        text += fmt::format("    v{}: i32 = add v7, v{}\n", v + 2, i % 3 == 0 ? 4 : first_live);
        text += fmt::format("    v{}: i32 = sub v6, v4\n    v{}: i1 = cmp_ne v{}, v3\n", v + 3,
                            v + 4, v + 3);
        text += fmt::format("    branch v{}, block1(v{}, v{}, v{}), block{}(v{})\n", v + 4, v + 3,
                            v + 2, v + 1, other + 1, v + 1);
    }
    text += fmt::format("block{}:\n    jump block{}(v8)\n", other, other + 1);
    text += fmt::format("block{}(v900: i32):\n    set_slot r4, v900\n    set_slot r5, v{}\n"
                        "    goto_pc 0x2000 started 1\n",
                        other + 1, first_live + shape.lives - 1);
    return text;
}

ir::Function parsed(const std::string& text) {
    ir::Function function(test_layout(), test_helpers());
    ir::parse(text, function);
    ir::verify(function, ir::Stage::optimised);
    return function;
}

bool has_table(const ir::Function& function) {
    X64Side side;
    x64::X64Backend backend(side.memory, {.arena_bytes = std::size_t{1} << 20,
                                          .banks = x64::RegisterBanks::used,
                                          .listing = x64::Listing::on});
    runtime::CompiledUnit unit;
    REQUIRE(backend.compile(function, unit));
    return backend.disassemble(unit).find("movsxd r") != std::string::npos;
}

// From each of the numbers, and from what lies around them.
void check_ways(const Shape& shape) {
    const ir::Function function = parsed(loop_text(shape));
    X64Lockstep lockstep({.arena_bytes = std::size_t{1} << 20, .banks = x64::RegisterBanks::used});
    lockstep.same_memory();
    std::vector<std::uint32_t> subjects{0, ~0u, 0x80000000};
    for (const std::uint32_t number : shape.numbers)
        for (const std::uint32_t distance : {0u, 1u, 2u, 3u, 4u, ~3u, 0x1000u, 0x10000000u})
            subjects.push_back(number + distance);
    for (const std::uint32_t subject : subjects)
        for (const std::uint32_t rounds : {1u, 7u}) {
            GuestState start;
            start.header.budget = 100;
            for (unsigned i = 0; i < 8; ++i)
                start.r[i] = 5 + 11 * i;
            start.r[1] = rounds;
            start.r[2] = subject;
            INFO(fmt::format("{} rounds from {:#x}", rounds, subject));
            CHECK(lockstep.compare(function, start, X64Side::Maps::all) == "");
        }
}

std::vector<std::uint32_t> spaced(unsigned count, std::uint32_t step) {
    std::vector<std::uint32_t> numbers;
    for (unsigned i = 0; i < count; ++i)
        numbers.push_back(0x7f00 + step * ((i * 5) % count));
    return numbers;
}

} // namespace

TEST_CASE("x64: five comparisons have a table, fewer or wide ones have none", "[jump_table]") {
    CHECK(has_table(parsed(loop_text({spaced(6, 4)}))));
    CHECK_FALSE(has_table(parsed(loop_text({spaced(4, 4)}))));
    CHECK_FALSE(has_table(parsed(loop_text({spaced(6, 0x1000)}))));
    CHECK_FALSE(has_table(parsed(loop_text({spaced(6, 2)}))));
}

TEST_CASE("x64: every way from a table is that of the comparison", "[jump_table]") {
    const unsigned count = GENERATE(6u, 9u, 13u);
    const unsigned lives = GENERATE(2u, 9u, 20u);
    const bool masked = GENERATE(true, false);
    check_ways({spaced(count, 4 * (count % 4 + 1)), masked, lives});
}

TEST_CASE("x64: a table does not jump over what lies between comparisons", "[jump_table]") {
    for (unsigned at = 1; at < 9; ++at)
        check_ways({spaced(9, 8), true, 5, at});
}

TEST_CASE("x64: a number that is there twice goes the first way", "[jump_table]") {
    auto numbers = spaced(8, 4);
    numbers[6] = numbers[1];
    numbers[5] = numbers[0];
    check_ways({numbers});
}
