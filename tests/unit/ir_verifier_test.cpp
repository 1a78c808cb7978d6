// Each invariant of the verifier violated once, by one change to a function that is in order.
#include <functional>

#include <catch2/catch.hpp>

#include "tests/unit/ir_guest.h"
#include "translator/ir/builder.h"
#include "translator/ir/printer.h"
#include "translator/ir/verifier.h"

using namespace vestige;
using namespace vestige::test;
using ir::Function;
using ir::Instruction;
using ir::Op;
using ir::Stage;
using ir::Type;
using ir::Value;

namespace {

// Has one of everything that the invariants speak of.
struct Sample {
    Function function{test_layout(), test_helpers()};
    ir::BlockId loop, done;
    Value parameter, constant, slot, sum, load, float_op, call, set, odd, branch, marker, exit,
        lanes;

    explicit Sample(Stage stage) {
        function.start_pc = 0x1000;
        ir::Builder build(function);
        loop = build.new_block();
        done = build.new_block();
        parameter = build.add_parameter(loop, Type::i32);
        marker = next();
        build.instruction(0x1000);
        constant = build.i32(12);
        slot = build.get_slot(slot_r0);
        sum = build.add(slot, constant);
        load = build.load(Type::i32, sum, {.size = 2, .alignment = 2});
        float_op = build.float_op(Op::float_add, {.helper = helper_add},
                                  {build.get_slot(slot_f0), build.get_slot(slot_f0 + 1)});
        lanes = build.vec(Op::vec_add, {build.get_slot(slot_v0), build.get_slot(slot_v0)}, 8);
        call = build.call(helper_mix, {sum, build.i64(1), float_op, load});
        build.jump(loop, {call});
        build.set_block(loop);
        set = next();
        build.set_slot(slot_r0, parameter);
        odd = build.cmp_eq(parameter, constant);
        branch = next();
        build.branch(odd, loop, done, {sum});
        build.set_block(done);
        build.instruction(0x1004);
        exit = next();
        build.goto_pc(0x1008);
        if (stage == Stage::optimised) {
            function[call].aux = 1;
            function[exit].aux = 2;
            function[load].recovery = 0;
            function.recovery_entries = {{slot_r0, sum}, {slot_r0 + 1, constant}};
            function.recoveries = {{0x1000, 0, 0, 2}};
        }
    }
    Value next() const { return {static_cast<std::uint32_t>(function.instructions.size())}; }
    Instruction& operator[](Value value) { return function[value]; }
};

void expect_defect(unsigned invariant, const std::function<void(Sample&)>& harm,
                   Stage stage = Stage::raw) {
    Sample sample(stage);
    REQUIRE(ir::find_defect(sample.function, stage) == std::nullopt);
    harm(sample);
    const auto defect = ir::find_defect(sample.function, stage);
    INFO(ir::print(sample.function));
    INFO(defect.value_or("no defect found"));
    REQUIRE(defect);
    CHECK(defect->starts_with("invariant " + std::to_string(invariant) + ","));
}
void expect_defect_optimised(unsigned invariant, const std::function<void(Sample&)>& harm) {
    expect_defect(invariant, harm, Stage::optimised);
}

} // namespace

TEST_CASE("verifier: a defect names the invariant, the line, the op and the reason") {
    Sample sample(Stage::raw);
    sample[sample.sum].type = Type::i16;
    CHECK(ir::find_defect(sample.function, Stage::raw).value() ==
          "invariant 5, line 6: v" + std::to_string(sample.sum.index) + ": i16 = add v" +
              std::to_string(sample.slot.index) + ", v" + std::to_string(sample.constant.index) +
              ": argument 0 has the wrong type");
}

TEST_CASE("verifier: blocks") {
    expect_defect(1, [](Sample& s) { s.function.blocks.clear(); });
    expect_defect(1, [](Sample& s) { s.function.blocks[0].parameters.push_back(s.parameter); });
    expect_defect(1, [](Sample& s) { s[s.branch].targets[1] = 0; });
    expect_defect(2, [](Sample& s) { s.function.blocks[s.done].body.clear(); });
    expect_defect(2, [](Sample& s) { s.function.blocks[s.done].body.pop_back(); });
    expect_defect(2, [](Sample& s) {
        auto& body = s.function.blocks[s.done].body;
        std::swap(body[0], body[1]);
    });
    expect_defect(3, [](Sample& s) { s.function.blocks[s.loop].body[0] = {12345}; });
    expect_defect(3, [](Sample& s) { s.function.blocks[s.loop].body[0] = s.sum; });
    expect_defect(3, [](Sample& s) { s.function.blocks[s.loop].parameters[0] = s.slot; });
    expect_defect(3, [](Sample& s) { s[s.set].op = Op::parameter; });
}

TEST_CASE("verifier: signatures") {
    expect_defect(4, [](Sample& s) { s[s.sum].argument_count = 1; });
    expect_defect(4, [](Sample& s) { s[s.sum].arguments[1] = {9999}; });
    expect_defect(4, [](Sample& s) { s[s.sum].arguments[1] = s.marker; });
    expect_defect(5, [](Sample& s) { s[s.sum].arguments[1] = s.float_op; });
    expect_defect(5, [](Sample& s) { s[s.sum].type = Type::i64; });
    expect_defect(5, [](Sample& s) { s[s.odd].type = Type::i32; });
    expect_defect(5, [](Sample& s) { s[s.odd].arguments[1] = s.float_op; });
    expect_defect(5, [](Sample& s) { s[s.sum].op = Op::sext, s[s.sum].argument_count = 1; });
    expect_defect(5, [](Sample& s) { s[s.sum].op = Op::trunc, s[s.sum].argument_count = 1; });
    expect_defect(5, [](Sample& s) { s[s.sum].op = Op::bitcast, s[s.sum].argument_count = 1; });
    expect_defect(5, [](Sample& s) { s[s.load].arguments[0] = s.float_op; });
    expect_defect(5, [](Sample& s) { s[s.parameter].type = Type::i128; });
}

TEST_CASE("verifier: uses and targets") {
    expect_defect(6, [](Sample& s) { s[s.sum].arguments[1] = s.call; });
    expect_defect(6, [](Sample& s) { s[s.sum].arguments[1] = s.parameter; });
    expect_defect(6, [](Sample& s) { s.function.pool[0] = s.parameter; });
    expect_defect(7, [](Sample& s) { s[s.branch].targets[1] = 77; });
    expect_defect(7, [](Sample& s) { s[s.branch].target_arguments[0].count = 0; });
    expect_defect(7, [](Sample& s) { s[s.branch].target_arguments[0].first = 77; });
    expect_defect(7, [](Sample& s) { s.function.pool[0] = s.float_op; });
}

TEST_CASE("verifier: attributes") {
    expect_defect(8, [](Sample& s) { s[s.slot].imm = 999; });
    expect_defect(8, [](Sample& s) { s[s.slot].imm = slot_half; });
    expect_defect(8, [](Sample& s) { s[s.set].imm = slot_x0; });
    expect_defect(9, [](Sample& s) { s[s.call].imm = 999; });
    expect_defect(9, [](Sample& s) { s[s.call].imm = helper_count; });
    expect_defect(9, [](Sample& s) { s[s.call].arguments[1] = s.sum; });
    expect_defect(9, [](Sample& s) { s[s.call].argument_count = 3; });
    expect_defect(9, [](Sample& s) { s[s.float_op].imm = 999; });
    expect_defect(9, [](Sample& s) { s[s.float_op].imm = helper_sqrt; });
    expect_defect(10, [](Sample& s) { s[s.load].imm = ir::MemoryAccess{.size = 3}.pack(); });
    expect_defect(10, [](Sample& s) { s[s.load].imm = ir::MemoryAccess{.size = 8}.pack(); });
    expect_defect(10, [](Sample& s) { s[s.load].imm = ir::MemoryAccess{.size = 16}.pack(); });
    expect_defect(10, [](Sample& s) { s[s.load].imm = ir::MemoryAccess{.alignment = 3}.pack(); });
    expect_defect(11, [](Sample& s) { s[s.constant].imm = std::uint64_t{1} << 32; });
    expect_defect(11, [](Sample& s) { s[s.lanes].imm = 12; });
}

TEST_CASE("verifier: guest instructions") {
    expect_defect(12, [](Sample& s) { s[s.marker].aux = 1; });
    expect_defect(12, [](Sample& s) { s.function.instruction_count = 1; });
    expect_defect(
        12, [](Sample& s) { s.function.blocks[0].body.erase(s.function.blocks[0].body.begin()); });
    expect_defect(12, [](Sample& s) { // on one of two ways to `loop`
        std::swap(s.function.blocks[s.done].body[0], s.function.blocks[s.loop].body[0]);
    });
    expect_defect(12, [](Sample& s) { // nothing pays for the run
        s.function.instruction_count = 0;
        s[s.marker].op = Op::next_run;
        s[s.marker].aux = 1;
    });
    expect_defect(13, [](Sample& s) { s[s.exit].imm = std::uint64_t{1} << 32; });
    expect_defect(13, [](Sample& s) { s.function.start_pc = std::uint64_t{1} << 32; });
}

TEST_CASE("verifier: recovery maps") {
    expect_defect(14, [](Sample& s) { s[s.load].recovery = 0; });
    expect_defect_optimised(14, [](Sample& s) { s[s.load].recovery = ir::no_recovery; });
    expect_defect_optimised(14, [](Sample& s) { s[s.sum].recovery = 0; });
    expect_defect_optimised(14, [](Sample& s) { s[s.load].recovery = 5; });
    expect_defect_optimised(14, [](Sample& s) { s.function.recoveries[0].pc = 0x1004; });
    expect_defect_optimised(14, [](Sample& s) { s.function.recoveries[0].instruction_index = 1; });
    expect_defect_optimised(14, [](Sample& s) { s.function.recoveries[0].count = 9; });
    expect_defect_optimised(14, [](Sample& s) { s.function.recovery_entries[1].slot = slot_r0; });
    expect_defect_optimised(14, [](Sample& s) { s.function.recovery_entries[1].slot = slot_pc; });
    expect_defect_optimised(14, [](Sample& s) { s.function.recovery_entries[1].slot = slot_seen; });
    expect_defect_optimised(14, [](Sample& s) { s.function.recovery_entries[1].slot = slot_half; });
    expect_defect_optimised(6, [](Sample& s) { s.function.recovery_entries[1].value = s.call; });
}

TEST_CASE("verifier: optimised IR") {
    expect_defect_optimised(15, [](Sample& s) { s[s.call].aux = 0; });
    expect_defect_optimised(15, [](Sample& s) { s[s.exit].aux = 1; });
    expect_defect_optimised(15, [](Sample& s) {
        s[s.branch].targets[1] = s.loop,
        s[s.branch].target_arguments[1] = s[s.branch].target_arguments[0];
    });
}

TEST_CASE("verifier: layouts and helper tables") {
    CHECK(ir::find_defect(test_layout(), test_helpers()) == std::nullopt);
    const auto expect = [](const std::function<void(ir::StateLayout&, ir::HelperTable&)>& harm,
                           const std::string& reason) {
        ir::StateLayout layout = test_layout();
        ir::HelperTable helpers = test_helpers();
        harm(layout, helpers);
        CHECK(ir::find_defect(layout, helpers) == reason);
    };
    expect([](auto& layout, auto&) { layout.pc = slot_half; },
           "the pc slot is neither i32 nor i64");
    expect([](auto& layout, auto&) { layout.size = 8; }, "slot pc lies outside the state");
    expect([](auto& layout, auto&) { layout.slots[slot_r0 + 1].offset -= 2; },
           "slot r1 overlaps another");
    expect([](auto&, auto& helpers) { helpers[0].arguments[0] = Type::f80; },
           "helper mix takes a f80");
    expect([](auto&, auto& helpers) { helpers[0].function = nullptr; },
           "helper mix has no function");
}
