// The text form: what is printed parses back to the same; errors name line and reason.
#include <catch2/catch.hpp>

#include "tests/lockstep/random_ir.h"
#include "translator/ir/parser.h"
#include "translator/ir/printer.h"
#include "translator/ir/verifier.h"
#include "translator/opt/pipeline.h"

using namespace vestige;
using namespace vestige::test;
using ir::Function;

namespace {

const std::string sample = R"(unit pc 0x1000 instructions 2 bytes 8
block0:
    instruction 0x1000 #0
    v1: i32 = get_slot r3
    v2: i32 = constant 0x10
    v3: i32 = add v1, v2
    v4: i32 = load v3 [2 little sign align 2 space 1 tag 7] recover 0x1000 #0 {r3 = v3, r4 = v2}
    v5: f64 = get_slot f0
    v6: f64 = float_add v5, v5 @add single
    v9: f32 = float_half v5 upper
    v10: f64 = float_with_half v5, v9 lower
    v7: v128 = get_slot v0
    v8: v128 = vec_add v7, v7 lanes 16
    set_slot v1, v8
    store v3, v4 [4 big] recover 0x1000 #0 {}
    v19: i64 = constant 0xffffffffffffffff
    v20: i32 = call mix(v3, v19, v6, v4) started 1
    v21: i64 = call turn() started 1
    v22: i1 = cmp_eq v20, v1
    leave_if v22, 17 recover 0x1000 #0 {}
    branch v22, block1(v20, v6), block2
block1(v30: i32, v31: f64):
    jump_pc v30 started 1
block2:
    instruction 0x1004 #1
    goto_pc 0x1008 started 2
)";

void expect_error(const std::string& text, unsigned line, const std::string& reason) {
    Function function(test_layout(), test_helpers());
    try {
        ir::parse(text, function);
        FAIL("no error for: " + text);
    } catch (const ir::ParseError& error) {
        CHECK(error.line() == line);
        CHECK(error.what() == "line " + std::to_string(line) + ": " + reason);
    }
}

} // namespace

TEST_CASE("text: a function with every attribute parses to itself") {
    Function function(test_layout(), test_helpers());
    ir::parse(sample, function);
    CHECK(ir::print(function) == sample);
    CHECK(ir::find_defect(function, ir::Stage::optimised) == std::nullopt);
}

TEST_CASE("text: random functions, raw and optimised, parse back to the same") {
    Function function(test_layout(), test_helpers()), parsed(test_layout(), test_helpers());
    opt::Workspace workspace;
    const auto check = [&](ir::Stage stage) {
        const std::string text = ir::print(function);
        ir::parse(text, parsed);
        REQUIRE(ir::print(parsed) == text);
        REQUIRE(ir::find_defect(parsed, stage) == std::nullopt);
    };
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        random_function(function, seed, {});
        check(ir::Stage::raw);
        opt::optimise(function, workspace);
        check(ir::Stage::optimised);
    }
}

TEST_CASE("text: comments, space and numbers in either base") {
    Function function(test_layout(), test_helpers());
    ir::parse("; a comment\n\nunit pc 4096 instructions 1 bytes 4\nblock0:\n"
              "  instruction 4096 #0 ; the first\n  goto_pc 0x1004\n",
              function);
    CHECK(ir::print(function) == "unit pc 0x1000 instructions 1 bytes 4\nblock0:\n"
                                 "    instruction 0x1000 #0\n    goto_pc 0x1004\n");
}

TEST_CASE("text: errors name line and reason") {
    const auto in_block = [](const std::string& line) {
        return "block0:\n    v1: i32 = constant 0x1\n    " + line + "\n";
    };
    expect_error("", 0, "there are no blocks");
    expect_error("add v1, v2\n", 1, "an op before the first block");
    expect_error("block1:\n", 1, "block0 expected");
    expect_error(in_block("v2: i32 = plus v1, v1"), 3, "\"plus\" is no op");
    expect_error(in_block("v2: i33 = add v1, v1"), 3, "\"i33\" is no type");
    expect_error(in_block("v2: i32 = add v1, v7"), 3, "v7 is not defined");
    expect_error(in_block("v1: i32 = constant 0x1"), 3, "v1 is defined twice");
    expect_error(in_block("v2: i32 = constant 1x"), 3, "\"1x\" is no number");
    expect_error(in_block("v2: i32 = get_slot r99"), 3, "\"r99\" is no slot");
    expect_error(in_block("v2: i32 = call nobody(v1)"), 3, "\"nobody\" is no helper");
    expect_error(in_block("v2: i32 = load v1 [4 middle]"), 3,
                 "\"big\" expected before \"middle]\"");
    expect_error(in_block("v2: i32 = load v1 [400 big]"), 3, "400 is too large");
    expect_error(in_block("v2: i32 = load v1"), 3, "\"[\" expected before \"\"");
    expect_error(in_block("v2: i32 = add v1, v1 v1"), 3, "\"v1\" at the end of the line");
    expect_error(in_block("jump block3"), 3, "block3 is not defined");
    expect_error(in_block("jump house3"), 3, "\"house3\" is no block");
    expect_error(in_block("v9999999: i32 = constant 0x1"), 3, "\"v9999999\" is no value");
}
