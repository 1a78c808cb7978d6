// What the oracle does not say of the lifters: modes of the supervisor, forms that the architecture
// leaves open, QEMU's known mistakes, and how much IR the common forms cost.
#include <catch2/catch.hpp>

#include <initializer_list>
#include <string>
#include <vector>

#include "backend/interp/interpreter.h"
#include "common/endian.h"
#include "frontend/ppc/helpers.h"
#include "frontend/ppc/leave_codes.h"
#include "frontend/ppc/lift/lift_unit.h"
#include "frontend/ppc/slots.h"
#include "frontend/ppc/state.h"
#include "tests/lockstep/generator.h"
#include "tests/lockstep/ppc_memory.h"
#include "tests/lockstep/subject_state.h"
#include "translator/ir/verifier.h"

namespace vestige::ppc::lockstep {

namespace {

using enum Opcode;

constexpr std::uint32_t start = 0x10000;
constexpr std::uint32_t window = LOCKSTEP_WINDOW;

std::uint32_t encode(Opcode opcode, std::initializer_list<FieldValue> fields) {
    return Generator::encode(opcode, fields);
}

// One unit on the interpreter.
class Bench {
  public:
    explicit Bench(std::string_view cpu = "7400") : model_(*find_cpu_model(cpu)) {
        state.header.read_map = memory.page_map();
        state.header.write_map = memory.page_map();
        state.header.runtime = static_cast<runtime::CpuRuntime*>(&memory);
        load_state({}, state);
    }

    // The code with which the unit leaves.
    std::uint32_t run(std::initializer_list<std::uint32_t> words, std::uint32_t mode = 0) {
        lift(words, mode);
        state.header.budget = 100;
        interp::Interpreter interpreter;
        return interpreter.run(function, &state.header, memory, runtime::AccessFrom::unit).code;
    }

    void lift(std::initializer_list<std::uint32_t> words, std::uint32_t mode = 0) {
        std::vector<std::byte> bytes(4 * words.size());
        std::size_t at = 0;
        for (const std::uint32_t word : words) {
            store_sized(bytes.data() + at, 4, word,
                        mode & mode::little ? Endian::little : Endian::big);
            at += 4;
        }
        function.clear();
        lift_unit(model_, {.pc = start, .mode = mode, .code = bytes}, function);
        ir::verify(function, ir::Stage::raw);
    }

    std::uint32_t word_at(std::uint32_t address) {
        return load_be<std::uint32_t>(memory.test_bytes() + (address - window));
    }
    void put_word(std::uint32_t address, std::uint32_t value) {
        store_be(memory.test_bytes() + (address - window), value);
    }
    std::uint32_t cr() {
        Registers registers;
        store_state(state, registers);
        return registers.cr;
    }

    State state;
    SubjectMemory memory;
    ir::Function function{state_layout(), helper_table()};

  private:
    const CpuModel& model_;
};

} // namespace

TEST_CASE("Quotients that do not exist are those of the 750", "[integer][lift]") {
    struct Row {
        Opcode opcode;
        std::uint32_t a, b, quotient;
    };
    const Row rows[] = {
        {divw, 5, 0, 0},
        {divw, 0x80000001, 0, 0xffffffff},
        {divw, 0x80000000, 0xffffffff, 0xffffffff},
        {divwu, 0x80000001, 0, 0},
    };
    for (const Row& row : rows) {
        Bench bench;
        bench.state.gpr[1] = row.a;
        bench.state.gpr[2] = row.b;
        bench.run({encode(row.opcode, {{'d', 3}, {'a', 1}, {'b', 2}, {'o', 1}})});
        CHECK(bench.state.gpr[3] == row.quotient);
        CHECK(bench.state.xer_ov == 1);
        CHECK(bench.state.xer_so == 1);
    }
}

TEST_CASE("External control needs EAR[E]", "[integer][lift]") {
    const std::uint32_t load = encode(eciwx, {{'d', 3}, {'a', 0}, {'b', 4}});
    const std::uint32_t store = encode(ecowx, {{'s', 3}, {'a', 0}, {'b', 4}});
    Bench bench;
    bench.state.gpr[3] = 0x12345678;
    bench.state.gpr[4] = window;
    bench.put_word(window, 0xcafef00d);
    for (const std::uint32_t word : {load, store}) {
        CHECK(bench.run({word}) == code(Leave::direct_store_error));
        CHECK(bench.state.pc == start);
        CHECK(bench.state.dar == window);
        CHECK(bench.state.dsisr == 0x00100000);
        CHECK(bench.state.gpr[3] == 0x12345678);
    }
    bench.state.ear = 0x80000000;
    CHECK(bench.run({store}) == ir::leave::none);
    CHECK(bench.word_at(window) == 0x12345678);
    bench.put_word(window, 0xcafef00d);
    CHECK(bench.run({load}) == ir::leave::none);
    CHECK(bench.state.gpr[3] == 0xcafef00d);
    bench.state.gpr[4] = window + 2;
    CHECK(bench.run({load}) == ir::leave::fault);
}

TEST_CASE("Words that must be aligned fault where they are not", "[integer][lift]") {
    const std::uint32_t words[] = {
        encode(lmw, {{'d', 30}, {'a', 4}, {'i', 0}}),
        encode(stmw, {{'s', 30}, {'a', 4}, {'i', 0}}),
        encode(lwarx, {{'d', 3}, {'a', 0}, {'b', 4}}),
    };
    for (const std::uint32_t word : words) {
        Bench bench;
        bench.state.gpr[4] = window + 2;
        CHECK(bench.run({word}) == ir::leave::fault);
        CHECK(bench.state.reserve_valid == 0);
        bench.state.gpr[4] = window + 4;
        CHECK(bench.run({word}) == ir::leave::none);
    }
}

TEST_CASE("Little-endian: single data are swapped, several registers refused", "[integer][lift]") {
    Bench bench;
    bench.state.gpr[4] = window;
    bench.put_word(window, 0x11223344);
    CHECK(bench.run({encode(lwz, {{'d', 3}, {'a', 4}, {'i', 0}}),
                     encode(lwbrx, {{'d', 5}, {'a', 0}, {'b', 4}})},
                    mode::little) == ir::leave::none);
    CHECK(bench.state.gpr[3] == 0x44332211);
    CHECK(bench.state.gpr[5] == 0x11223344);
    const std::uint32_t refused[] = {
        encode(lmw, {{'d', 30}, {'a', 4}, {'i', 0}}),
        encode(stmw, {{'s', 30}, {'a', 4}, {'i', 0}}),
        encode(lswi, {{'d', 30}, {'a', 4}, {'n', 4}}),
        encode(stswi, {{'s', 30}, {'a', 4}, {'n', 4}}),
        encode(lswx, {{'d', 30}, {'a', 0}, {'b', 4}}),
        encode(stswx, {{'s', 30}, {'a', 0}, {'b', 4}}),
    };
    for (const std::uint32_t word : refused) {
        bench.state.dar = 0;
        CHECK(bench.run({word}, mode::little) == code(Leave::alignment));
        CHECK(bench.state.pc == start);
        CHECK(bench.state.dar == window);
    }
}

TEST_CASE("A reservation covers its cache line, once", "[integer][lift]") {
    const std::uint32_t reserve = encode(lwarx, {{'d', 3}, {'a', 0}, {'b', 4}});
    const std::uint32_t store = encode(stwcx_rc, {{'s', 5}, {'a', 0}, {'b', 6}});
    constexpr std::uint32_t equal = 0x20000000;
    Bench bench;
    bench.state.gpr[4] = window;
    bench.state.gpr[5] = 77;
    bench.state.gpr[6] = window + 28;
    bench.run({reserve, store});
    CHECK(bench.cr() == equal);
    CHECK(bench.word_at(window + 28) == 77);
    bench.state.gpr[5] = 78;
    bench.run({store});
    CHECK(bench.cr() == 0);
    CHECK(bench.word_at(window + 28) == 77);
    bench.state.gpr[6] = window + 32;
    bench.state.xer_so = 1;
    bench.run({reserve, store});
    CHECK(bench.cr() == 0x10000000);
    CHECK(bench.word_at(window + 32) == 0);
}

// Programming Environments, 6.4.11: SE traces everything that completes, BE the branches.
TEST_CASE("Tracing ends each unit after one instruction", "[integer][lift]") {
    const std::uint32_t plain = encode(addi, {{'d', 3}, {'a', 3}, {'i', 1}});
    const std::uint32_t jump = encode(b, {{'l', 0x40 / 4}});
    const std::uint32_t not_taken = encode(bc, {{'O', 12}, {'I', 0}, {'t', 0x40 / 4}});
    const std::uint32_t back = encode(bclr, {{'O', 20}});
    const std::uint32_t faulting = encode(lwz, {{'d', 3}, {'a', 0}, {'i', 0}});
    constexpr std::uint32_t single = mode::trace, branches = mode::trace | mode::branch_trace;
    struct Row {
        std::uint32_t word, mode, code, pc;
    };
    const Row rows[] = {
        {plain, single, code(Leave::trace), start + 4},
        {jump, single, code(Leave::trace), start + 0x40},
        {not_taken, single, code(Leave::trace), start + 4},
        {back, single, code(Leave::trace), 0x2000},
        {faulting, single, ir::leave::fault, start},
        {plain, branches, ir::leave::none, start + 4},
        {jump, branches, code(Leave::trace), start + 0x40},
        {not_taken, branches, code(Leave::trace), start + 4},
        {back, branches, code(Leave::trace), 0x2000},
    };
    for (const Row& row : rows) {
        Bench bench;
        bench.state.lr = 0x2003;
        CHECK(bench.run({row.word, plain}, row.mode) == row.code);
        CHECK(bench.state.pc == row.pc);
        CHECK(bench.function.instruction_count == 1);
    }
}

TEST_CASE("dcba is the 7400's", "[integer][lift]") {
    const std::uint32_t word = encode(dcba, {{'a', 0}, {'b', 4}});
    CHECK(Bench("7400").run({word}) == ir::leave::none);
    CHECK(Bench("750").run({word}) == code(Leave::program_illegal));
}

TEST_CASE("Common forms cost the ops that they need", "[integer][lift]") {
    struct Row {
        const char* form;
        std::uint32_t word;
        const char* ops; // without the marker and goto_pc
    };
    const Row rows[] = {
        {"nop", encode(ori, {}), ""},
        {"mr r3,r3", encode(or_, {{'s', 3}, {'a', 3}, {'b', 3}}), "get_slot"},
        {"mr r3,r4", encode(or_, {{'s', 4}, {'a', 3}, {'b', 4}}), "get_slot set_slot"},
        {"li", encode(addi, {{'d', 3}, {'i', 5}}), "constant set_slot"},
        {"not", encode(nor, {{'s', 4}, {'a', 3}, {'b', 4}}), "get_slot not_ set_slot"},
        {"slwi 4", encode(rlwinm, {{'s', 4}, {'a', 3}, {'h', 4}, {'m', 0}, {'e', 27}}),
         "get_slot constant shl set_slot"},
        {"srwi 4", encode(rlwinm, {{'s', 4}, {'a', 3}, {'h', 28}, {'m', 4}, {'e', 31}}),
         "get_slot constant shr set_slot"},
        {"clrlwi 16", encode(rlwinm, {{'s', 4}, {'a', 3}, {'h', 0}, {'m', 16}, {'e', 31}}),
         "get_slot constant and_ set_slot"},
        {"rotlwi 4", encode(rlwinm, {{'s', 4}, {'a', 3}, {'h', 4}, {'m', 0}, {'e', 31}}),
         "get_slot constant rotl set_slot"},
        {"extrwi 8,8", encode(rlwinm, {{'s', 4}, {'a', 3}, {'h', 16}, {'m', 24}, {'e', 31}}),
         "get_slot constant shr constant and_ set_slot"},
        {"cmpwi", encode(cmpi, {{'D', 7}, {'a', 3}, {'i', 5}}),
         "get_slot constant order_s set_slot get_slot set_slot"},
        {"lwz", encode(lwz, {{'d', 3}, {'a', 1}, {'i', 8}}), "get_slot constant add load set_slot"},
    };
    for (const Row& row : rows) {
        Bench bench;
        bench.lift({row.word});
        std::string ops;
        const auto& body = bench.function.blocks[0].body;
        for (std::size_t i = 1; i + 1 < body.size(); ++i) {
            if (i > 1) ops += ' ';
            ops += ir::info(bench.function[body[i]].op).name;
        }
        INFO(row.form);
        CHECK(ops == row.ops);
    }
}

} // namespace vestige::ppc::lockstep
