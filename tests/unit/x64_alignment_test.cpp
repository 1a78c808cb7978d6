// Which accesses of a function need no check of their alignment.
#include <catch2/catch.hpp>

#include "backend/x64/known_alignment.h"
#include "tests/unit/ir_guest.h"
#include "translator/ir/parser.h"

using namespace vestige;
using namespace vestige::test;
using ir::Op;

namespace {

// 1 or 0 for each access, in the order of the text.
std::string shown(const char* text) {
    ir::Function function(test_layout(), test_helpers());
    ir::parse(text, function);
    x64::KnownAlignment alignment;
    alignment.analyse(function);
    std::string found;
    for (const ir::Block& block : function.blocks)
        for (const ir::Value value : block.body) {
            const ir::Instruction& op = function[value];
            if (op.op == Op::load || op.op == Op::store) found += alignment.holds(op) ? '1' : '0';
        }
    return found;
}

} // namespace

TEST_CASE("a check of alignment speaks for others of the same base") {
    CHECK(shown(R"(block0:
    v1: i32 = get_slot r0
    v2: i32 = get_slot r1
    v3: i32 = constant 4
    v4: i32 = constant 2
    v5: i32 = load v1 [4 big align 4]
    v6: i32 = add v1, v3
    v7: i32 = load v6 [4 big align 4]
    v8: i32 = add v1, v4
    v9: i32 = load v8 [4 big align 4]
    v10: i32 = load v6 [8 big align 8]
    v11: i32 = shl v2, v4
    v12: i32 = add v1, v11
    v13: i32 = load v12 [4 big align 4]
    v14: i32 = load v2 [2 big align 2]
    goto_pc 0x1000
)") == "010010");
}

TEST_CASE(
    "alignment lasts round a loop that keeps it, and behind a join that both ways bring it to") {
    constexpr const char* loop = R"(block0:
    v1: i32 = get_slot r0
    v2: i32 = load v1 [4 big align 4]
    jump block1(v1)
block1(v3: i32):
    v4: i32 = load v3 [4 big align 4]
    v5: i32 = constant STEP
    v6: i32 = add v3, v5
    v7: i32 = constant 9
    v8: i1 = cmp_eq v4, v7
    branch v8, block1(v6), block2
block2:
    v9: i32 = load v6 [4 big align 4]
    goto_pc 0x1000
)";
    const auto with_step = [&](const char* step) {
        std::string text = loop;
        return shown(text.replace(text.find("STEP"), 4, step).c_str());
    };
    CHECK(with_step("12") == "011");
    CHECK(with_step("2") == "000");
    // A check within the loop holds for what follows it in the same round.
    CHECK(shown(R"(block0:
    v1: i32 = get_slot r0
    jump block1(v1)
block1(v2: i32):
    v3: i32 = load v2 [4 big align 4]
    v4: i32 = load v2 [4 big align 4]
    v5: i1 = cmp_eq v3, v4
    branch v5, block1(v3), block2
block2:
    goto_pc 0x1000
)") == "01");
}
