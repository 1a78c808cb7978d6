// Loops and joins in generated code: what the code of a loop looks like, and that the values which
// meet there are the right ones.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "tests/unit/x64_machine.h"
#include "translator/ir/builder.h"
#include "translator/ir/parser.h"
#include "translator/ir/verifier.h"

using namespace vestige;
using namespace vestige::test;

namespace {

ir::Function parsed(const std::string& text) {
    ir::Function function(test_layout(), test_helpers());
    ir::parse(text, function);
    ir::verify(function, ir::Stage::optimised);
    return function;
}

// The host code of a function up to its first exit, a line an instruction.
std::vector<std::string> straight_code(const ir::Function& function) {
    X64Side side;
    x64::X64Backend backend(side.memory, {.arena_bytes = std::size_t{1} << 20,
                                          .banks = x64::RegisterBanks::used,
                                          .listing = x64::Listing::on});
    runtime::CompiledUnit unit;
    REQUIRE(backend.compile(function, unit));
    const std::string text = backend.disassemble(unit);
    std::vector<std::string> lines;
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        std::string line = text.substr(at, end - at);
        if (line.starts_with(".db")) break;
        line.erase(std::min(line.find("  ;"), line.size()));
        while (line.ends_with(' '))
            line.pop_back();
        lines.push_back(line);
        at = end + 1;
    }
    return lines;
}

// Between the loop's label and the jump back to it, both included.
std::vector<std::string> loop_code(const ir::Function& function, const std::string& label) {
    const auto lines = straight_code(function);
    const auto first = std::find(lines.begin(), lines.end(), label + ":");
    REQUIRE(first != lines.end());
    auto last = lines.end();
    for (auto line = first; line != lines.end(); ++line)
        if (line->find('j') < 8 && line->ends_with(" " + label)) last = line + 1;
    return {first, last};
}

std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines)
        text += line + "\n";
    return text;
}

unsigned count(const std::vector<std::string>& lines, std::string_view part) {
    return static_cast<unsigned>(
        std::count_if(lines.begin(), lines.end(), [&](const std::string& line) {
            return line.find(part) != std::string::npos;
        }));
}

std::string differences(const ir::Function& function, const GuestState& start) {
    X64Lockstep lockstep({.arena_bytes = std::size_t{1} << 20, .banks = x64::RegisterBanks::used});
    lockstep.same_memory();
    return lockstep.compare(function, start, X64Side::Maps::all);
}

GuestState numbered_state() {
    GuestState state;
    state.header.budget = 100;
    for (unsigned i = 0; i < 8; ++i)
        state.r[i] = 5 + 11 * i;
    for (unsigned i = 0; i < 4; ++i)
        state.f[i] = 1.5 + i;
    for (unsigned i = 0; i < 2; ++i)
        state.v[i][0] = 0x1111 * (i + 1), state.v[i][1] = 0x9999 * (i + 1);
    return state;
}

const char* const head = "unit pc 0x1000 instructions 1 bytes 4\n";

} // namespace

TEST_CASE("x64: a loop that counts down is a subtraction and a jump") {
    const ir::Function function = parsed(std::string(head) + R"(block0:
    instruction 0x1000 #0
    v1: i32 = get_slot r1
    v2: i32 = constant 0x1
    v3: i32 = constant 0x0
    jump block1(v1)
block1(v4: i32):
    v5: i32 = sub v4, v2
    v6: i1 = cmp_ne v5, v3
    branch v6, block2, block3
block2:
    jump block1(v5)
block3:
    set_slot r2, v5
    goto_pc 0x1004 started 1
)");
    const auto loop = loop_code(function, "L1");
    INFO(joined(straight_code(function)));
    CHECK(loop.size() == 3);
    CHECK(count(loop, "sub") == 1);
    CHECK(differences(function, numbered_state()).empty());
}

TEST_CASE("x64: a loop is in one place, in one that is entered beside its header as well") {
    const ir::Function function = parsed(std::string(head) + R"(block0:
    instruction 0x1000 #0
    v1: i32 = get_slot r1
    v2: i32 = constant 0x1
    v3: i32 = constant 0x0
    v4: i1 = cmp_ne v1, v3
    branch v4, block1, block4
block1:
    jump block2(v1)
block2(v5: i32):
    v6: i32 = sub v5, v2
    v7: i1 = cmp_ne v6, v3
    branch v7, block3, block4
block3:
    v8: i32 = not_ v6
    v9: i32 = not_ v8
    jump block2(v9)
block4:
    v10: i1 = get_slot ca
    v11: i32 = get_slot r3
    branch v10, block1, block5
block5:
    set_slot r2, v11
    goto_pc 0x1004 started 1
)");
    const auto lines = straight_code(function);
    INFO(joined(lines));
    const auto label = [&](const char* name) {
        return std::find(lines.begin(), lines.end(), name);
    };
    CHECK(label("L2:") < label("L3:"));
    CHECK(label("L3:") < label("L4:"));
    CHECK(differences(function, numbered_state()).empty());
}

TEST_CASE("x64: nine values that change in a loop stay in registers") {
    std::string text = std::string(head) + "block0:\n    instruction 0x1000 #0\n";
    std::string first, parameters, next;
    for (unsigned i = 0; i < 8; ++i) {
        text += fmt::format("    v{}: i32 = get_slot r{}\n", i + 1, i);
        first += fmt::format("{}v{}", i ? ", " : "", i + 1);
        parameters += fmt::format("{}v{}: i32", i ? ", " : "", 21 + i);
        next += fmt::format("{}v{}", i ? ", " : "", 41 + i);
    }
    text += "    v9: i64 = get_slot x0\n    v10: i32 = constant 0x1\n    v11: i32 = constant 0x0\n";
    text += "    jump block1(" + first + ", v9)\nblock1(" + parameters + ", v29: i64):\n";
    text += "    v41: i32 = sub v21, v10\n";
    for (unsigned i = 1; i < 8; ++i) // each adds the next one
        text += fmt::format("    v{}: i32 = add v{}, v{}\n", 41 + i, 21 + i, 21 + (i + 1) % 8);
    text += "    v50: i64 = zext v48\n    v49: i64 = xor_ v29, v50\n"
            "    v51: i1 = cmp_ne v41, v11\n    branch v51, block1(" +
            next + ", v49), block2\nblock2:\n";
    for (unsigned i = 0; i < 8; ++i)
        text += fmt::format("    set_slot r{}, v{}\n", i, 41 + i);
    text += "    set_slot x0, v49\n    goto_pc 0x1004 started 1\n";
    const ir::Function function = parsed(text);
    const auto loop = loop_code(function, "L1");
    INFO(joined(straight_code(function)));
    CHECK(count(loop, "[rsp") == 0);
    CHECK(count(loop, "[rbp") == 0);
    CHECK(loop.size() < 20);
    CHECK(differences(function, numbered_state()).empty());
}

TEST_CASE("x64: what a loop does not use is out of its way") {
    // r1 to r7 are wanted behind the loop, which calls a helper that changes most registers.
    std::string text = std::string(head) + "block0:\n    instruction 0x1000 #0\n";
    for (unsigned i = 0; i < 8; ++i)
        text += fmt::format("    v{}: i32 = get_slot r{}\n", i + 1, i);
    text += R"(    v10: i32 = constant 0x1
    v11: i32 = constant 0x0
    v12: i32 = add v2, v3
    v13: i32 = add v4, v5
    v14: f64 = get_slot f0
    jump block1(v1, v14)
block1(v21: i32, v22: f64):
    v23: f64 = call half(v22) started 1
    v24: i32 = sub v21, v10
    v25: i1 = cmp_ne v24, v11
    branch v25, block1(v24, v23), block2
block2:
    set_slot r1, v12
    set_slot r2, v13
    set_slot r3, v2
    set_slot r4, v3
    set_slot r5, v4
    set_slot f1, v23
    goto_pc 0x1004 started 1
)";
    const ir::Function function = parsed(text);
    const auto loop = loop_code(function, "L1");
    INFO(joined(straight_code(function)));
    CHECK(count(loop, "[rsp") == 0); // the counter is in a register that the helper keeps
    CHECK(differences(function, numbered_state()).empty());
}

TEST_CASE("x64: parameters of every kind change places on the way round") {
    const ir::Function function = parsed(std::string(head) + R"(block0:
    instruction 0x1000 #0
    v1: i32 = get_slot r0
    v2: i32 = constant 0x1
    v3: i32 = constant 0x0
    v4: i32 = get_slot r1
    v5: i32 = get_slot r2
    v6: i32 = get_slot r3
    v7: f64 = get_slot f0
    v8: f64 = get_slot f1
    v9: v128 = get_slot v0
    v10: v128 = get_slot v1
    jump block1(v1, v4, v5, v6, v7, v8, v9, v10)
block1(v21: i32, v24: i32, v25: i32, v26: i32, v27: f64, v28: f64, v29: v128, v30: v128):
    v31: i32 = sub v21, v2
    v32: i1 = cmp_ne v31, v3
    branch v32, block1(v31, v26, v24, v25, v28, v27, v30, v29), block2
block2:
    set_slot r1, v24
    set_slot r2, v25
    set_slot r3, v26
    set_slot f0, v27
    set_slot f1, v28
    set_slot v0, v29
    set_slot v1, v30
    goto_pc 0x1004 started 1
)");
    INFO(joined(straight_code(function)));
    CHECK(count(loop_code(function, "L1"), "[rsp") == 0);
    CHECK(differences(function, numbered_state()).empty());
}

TEST_CASE("x64: blocks that only jump to each other are compiled") {
    const ir::Function function = parsed(std::string(head) + R"(block0:
    instruction 0x1000 #0
    v1: i1 = get_slot ca
    branch v1, block1, block4
block1:
    jump block2
block2:
    jump block3
block3:
    jump block1
block4:
    jump block5
block5:
    jump block6
block6:
    goto_pc 0x1004 started 1
)");
    CHECK(differences(function, numbered_state()).empty());
}

TEST_CASE("x64: a branch on whether the result of arithmetic is zero or negative") {
    using ir::Op;
    constexpr std::uint32_t operands[] = {0, 1, 2, 0x7fffffff, 0x80000000, 0x80000001, 0xffffffff};
    for (const Op op : {Op::add, Op::sub, Op::and_, Op::or_, Op::xor_, Op::mul})
        for (const Op test : {Op::cmp_eq, Op::cmp_ne, Op::cmp_lt_s, Op::cmp_le_s, Op::cmp_lt_u})
            for (const bool zero_first : {false, true}) {
                ir::Function function(test_layout(), test_helpers());
                function.start_pc = 0x1000;
                function.guest_bytes = 4;
                ir::Builder build(function);
                build.instruction(0x1000);
                const auto a = build.get_slot(slot_r0), b = build.get_slot(slot_r0 + 1);
                const auto zero = build.i32(0);
                const auto result = build.append(op, ir::Type::i32, {a, b});
                const auto condition = zero_first
                                           ? build.append(test, ir::Type::i1, {zero, result})
                                           : build.append(test, ir::Type::i1, {result, zero});
                const ir::BlockId yes = build.new_block(), no = build.new_block();
                build.branch(condition, yes, no);
                for (const ir::BlockId block : {yes, no}) {
                    build.set_block(block);
                    build.set_slot(slot_r0 + 2, build.i32(block == yes));
                    build.set_slot(slot_r0 + 3, result);
                    build.goto_pc(0x1004);
                    function[function.blocks[block].body.back()].aux = 1;
                }
                ir::verify(function, ir::Stage::optimised);
                X64Lockstep lockstep(
                    {.arena_bytes = std::size_t{1} << 20, .banks = x64::RegisterBanks::used});
                lockstep.same_memory();
                lockstep.prepare(function);
                for (const std::uint32_t left : operands)
                    for (const std::uint32_t right : operands) {
                        GuestState start = numbered_state();
                        start.r[0] = left;
                        start.r[1] = right;
                        INFO(ir::info(op).name << " " << ir::info(test).name << " " << left << " "
                                               << right);
                        REQUIRE(lockstep.compare(start, X64Side::Maps::all).empty());
                    }
            }
}

TEST_CASE("x64: what is cut off behind a shift has nothing above it") {
    for (const unsigned count : {16u, 31u, 32u, 35u}) {
        const ir::Function function = parsed(head + fmt::format(R"(block0:
    instruction 0x1000 #0
    v1: i64 = get_slot x0
    v2: i64 = constant {}
    v3: i64 = shr v1, v2
    v4: i32 = trunc v3
    v5: i64 = zext v4
    set_slot x1, v5
    goto_pc 0x1004 started 1
)",
                                                                count));
        GuestState state = numbered_state();
        state.x[0] = ~std::uint64_t{0};
        INFO(count);
        CHECK(differences(function, state).empty());
    }
}
