// The interpreter's control of a run: markers, budget, ways out, memory outcomes, calls.
#include <memory>

#include <catch2/catch.hpp>

#include "backend/interp/interpreter.h"
#include "tests/unit/ir_guest.h"
#include "translator/ir/builder.h"

using namespace vestige;
using namespace vestige::test;
using runtime::AccessFrom;

namespace {

struct Machine {
    std::unique_ptr<GuestState> guest = std::make_unique<GuestState>();
    GuestMemory memory;
    ir::Function function{test_layout(), test_helpers()};
    ir::Builder build{function};
    interp::Interpreter interpreter;

    Machine() {
        guest->header.budget = 100;
        function.start_pc = 0x1000;
    }
    std::uint32_t run(AccessFrom from = AccessFrom::unit) {
        return interpreter.run(function, &guest->header, memory, from).code;
    }
};

ir::SlotId r(unsigned index) { return static_cast<ir::SlotId>(slot_r0 + index); }

// 0x1000: r0 += 1; 0x1004: r1 += r0; then goto 0x2000
void two_adds(ir::Builder& build) {
    build.instruction(0x1000);
    build.set_slot(r(0), build.add(build.get_slot(r(0)), build.i32(1)));
    build.instruction(0x1004);
    build.set_slot(r(1), build.add(build.get_slot(r(1)), build.get_slot(r(0))));
    build.goto_pc(0x2000);
}

} // namespace

TEST_CASE("a unit runs to its end and takes its instructions from the budget") {
    Machine m;
    two_adds(m.build);
    m.guest->r[1] = 40;
    CHECK(m.run() == ir::leave::none);
    CHECK(m.guest->r[0] == 1);
    CHECK(m.guest->r[1] == 41);
    CHECK(m.guest->pc == 0x2000);
    CHECK(m.guest->header.budget == 98);
}

TEST_CASE("with a budget of one, one instruction runs") {
    Machine m;
    two_adds(m.build);
    m.guest->header.budget = 1;
    CHECK(m.run() == ir::leave::none);
    CHECK(m.guest->r[0] == 1);
    CHECK(m.guest->r[1] == 0);
    CHECK(m.guest->pc == 0x1004);
    CHECK(m.guest->header.budget == 0);
    m.guest->header.leave_code = leave_odd;
    CHECK(m.run() == leave_odd);
    CHECK(m.guest->pc == 0x1000);
    CHECK(m.guest->header.leave_code == ir::leave::none);
}

TEST_CASE("a faulting load leaves at its instruction with what was set before") {
    Machine m;
    m.build.instruction(0x1000);
    m.build.set_slot(r(0), m.build.i32(7));
    m.build.instruction(0x1004);
    m.build.set_slot(r(1), m.build.i32(8));
    m.build.set_slot(r(2), m.build.load(ir::Type::i32, m.build.i32(0x12345678), {}));
    m.build.goto_pc(0x1008);
    CHECK(m.run() == ir::leave::fault);
    CHECK(m.guest->pc == 0x1004);
    CHECK(m.guest->r[0] == 7);
    CHECK(m.guest->r[1] == 8);
    CHECK(m.guest->header.budget == 98);
}

TEST_CASE("a device access is given back to be run alone") {
    Machine m;
    m.build.instruction(0x1000);
    m.build.store(m.build.i32(GuestMemory::devices), m.build.i32(1), {});
    m.build.goto_pc(0x1004);
    CHECK(m.run() == ir::leave::alone);
    CHECK(m.guest->pc == 0x1000);
    CHECK(m.guest->header.budget == 100);
    CHECK(m.run(AccessFrom::single_step) == ir::leave::none);
    CHECK(m.guest->pc == 0x1004);
    CHECK(m.guest->header.budget == 99);
}

TEST_CASE("loads and stores use the page maps where they may") {
    Machine m;
    const auto map = m.memory.map(1);
    m.guest->header.read_map = m.guest->header.write_map = map.data();
    const auto address = m.build.get_slot(r(0));
    m.build.instruction(0x1000);
    m.build.store(address, m.build.i32(0x12fedcba), {.size = 2, .endian = Endian::big});
    m.build.set_slot(r(1), m.build.load(ir::Type::i32, address,
                                        {.size = 2, .extend = ir::Extend::sign, .alignment = 2}));
    m.build.set_slot(slot_x0,
                     m.build.load(ir::Type::i64, address, {.size = 2, .extend = ir::Extend::sign}));
    m.build.goto_pc(0x1004);

    const auto check = [&](std::uint32_t at, std::uint64_t slow) {
        m.memory.slow_accesses = 0;
        m.guest->r[0] = at;
        CHECK(m.run() == ir::leave::none);
        CHECK(load_be<std::uint16_t>(&m.memory.bytes[at]) == 0xdcba);
        CHECK(m.guest->r[1] == 0xffffdcba);
        CHECK(m.guest->x[0] == 0xffffffffffffdcba);
        CHECK(m.memory.slow_accesses == slow);
    };
    check(0x100, 0);
    check(0xffe, 0);
    check(0x1000, 3);
    m.guest->r[0] = 0xfff; // crosses the page, and is not aligned
    CHECK(m.run() == ir::leave::fault);
    CHECK(m.memory.slow_accesses == 5);
}

TEST_CASE("leave_if leaves at the current instruction's pc, leave where the slot says") {
    Machine m;
    m.build.instruction(0x1000);
    m.build.leave_if(m.build.cmp_eq(m.build.get_slot(r(0)), m.build.i32(5)), 20);
    m.build.set_slot(slot_pc, m.build.i32(0x3000));
    m.build.leave(21);
    m.guest->r[0] = 5;
    CHECK(m.run() == 20);
    CHECK(m.guest->pc == 0x1000);
    m.guest->r[0] = 6;
    CHECK(m.run() == 21);
    CHECK(m.guest->pc == 0x3000);
}

TEST_CASE("helpers get mixed arguments and may leave") {
    Machine m;
    m.build.instruction(0x1000);
    const auto number = m.build.constant(ir::Type::f64, 0x4123456789abcdef);
    m.build.set_slot(r(1), m.build.call(helper_mix, {m.build.i32(11), m.build.i64(0x123456789),
                                                     number, m.build.i32(13)}));
    m.build.set_slot(slot_x0 + 1, m.build.call(helper_turn, {}));
    m.build.call(helper_odd, {m.build.get_slot(r(2))});
    m.build.goto_pc(0x1004);
    m.guest->r[0] = 77;
    m.guest->pc = 0x1000;
    CHECK(m.run() == ir::leave::none);
    CHECK(m.guest->r[0] ==
          call_mix(nullptr, 11, 0x123456789, std::bit_cast<double>(0x4123456789abcdef), 13));
    CHECK(m.guest->r[1] == 77);
    CHECK(m.guest->x[0] == 1);
    CHECK(m.guest->x[1] == 1 + 99);
    m.guest->r[2] = 3;
    m.guest->pc = 0x1000;
    CHECK(m.run() == leave_odd);
    CHECK(m.guest->pc == 0x1004);
    CHECK(m.guest->header.leave_code == ir::leave::none);
}

TEST_CASE("a block may pass its own parameters on in another order") {
    Machine m;
    auto& build = m.build;
    const auto loop = build.new_block(), done = build.new_block();
    const auto a = build.add_parameter(loop, ir::Type::i32);
    const auto v = build.add_parameter(loop, ir::Type::v128);
    const auto w = build.add_parameter(loop, ir::Type::v128);
    const auto b = build.add_parameter(loop, ir::Type::i32);
    build.instruction(0x1000);
    build.jump(
        loop, {build.i32(3), build.get_slot(slot_v0), build.get_slot(slot_v0 + 1), build.i32(100)});
    build.set_block(loop);
    const auto less = build.sub(b, build.i32(40));
    build.branch(build.cmp_lt_s(less, build.i32(0)), done, loop, {}, {less, w, v, a});
    build.set_block(done);
    build.set_slot(r(0), a);
    build.set_slot(r(1), b);
    build.set_slot(slot_v0, v);
    build.goto_pc(0x1004);
    m.guest->v[0][0] = 1;
    m.guest->v[0][1] = 2;
    m.guest->v[1][0] = 3;
    m.guest->v[1][1] = 4;
    CHECK(m.run() == ir::leave::none);
    // (3, 100) -> (60, 3) -> leaves
    CHECK(m.guest->r[0] == 60);
    CHECK(m.guest->r[1] == 3);
    CHECK(m.guest->v[0][0] == 3);
    CHECK(m.guest->v[0][1] == 4);
}

TEST_CASE("optimised IR takes its budget on entry, or does not start") {
    Machine m;
    two_adds(m.build);
    m.function[ir::Value{static_cast<std::uint32_t>(m.function.instructions.size() - 1)}].aux = 2;
    interp::Program program;
    program.prepare(m.function, ir::Stage::optimised);
    m.guest->header.budget = 1;
    const auto exit = m.interpreter.run(program, &m.guest->header, m.memory, AccessFrom::unit);
    CHECK(exit.code == ir::leave::none);
    CHECK(m.guest->r[0] == 0);
    CHECK(m.guest->pc == 0x1000);
    CHECK(m.guest->header.budget == 1);
    m.guest->header.budget = 2;
    m.interpreter.run(program, &m.guest->header, m.memory, AccessFrom::unit);
    CHECK(m.guest->r[0] == 1);
    CHECK(m.guest->pc == 0x2000);
    CHECK(m.guest->header.budget == 0);
}
