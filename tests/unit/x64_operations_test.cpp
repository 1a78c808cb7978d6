// Every integer and vector op, on operands from the limits of each width, in registers and as
// constants, against the reference engine.
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "tests/lockstep/random_ir.h"
#include "tests/unit/x64_machine.h"
#include "translator/ir/builder.h"
#include "translator/ir/printer.h"
#include "translator/opt/passes.h"
#include "translator/opt/workspace.h"

using namespace vestige;
using namespace vestige::test;
using ir::Op;
using ir::Type;
using ir::Value;

namespace {

constexpr std::uint64_t operands[] = {0,
                                      1,
                                      2,
                                      31,
                                      32,
                                      63,
                                      0x7f,
                                      0x80,
                                      0xff,
                                      0x7fff,
                                      0x8000,
                                      0xffff,
                                      0x12345678,
                                      0x7fffffff,
                                      0x80000000,
                                      0xffffffff,
                                      0x100000000,
                                      0x0123456789abcdef,
                                      0x4000000000000000,
                                      0x7fffffffffffffff,
                                      0x8000000000000000,
                                      0xfedcba9876543210,
                                      0xffffffffffffffff};

constexpr Type integers[] = {Type::i1, Type::i8, Type::i16, Type::i32, Type::i64};

bool is_number(Type type) { return type != Type::i1; }
bool is_word(Type type) { return type == Type::i32 || type == Type::i64; }
bool any(Type) { return true; }
bool only_word32(Type type) { return type == Type::i32; }
bool only_word64(Type type) { return type == Type::i64; }

struct Row {
    Op op;
    bool (*takes)(Type); // of its first argument
    const char* arguments;
};
// Arguments: a, b of the type, c an i1.
constexpr Row rows[] = {
    {Op::copy, any, "a"},
    {Op::add, is_number, "ab"},
    {Op::sub, is_number, "ab"},
    {Op::mul, is_number, "ab"},
    {Op::mul_high_u, is_word, "ab"},
    {Op::mul_high_s, is_word, "ab"},
    {Op::div_u, is_number, "ab"},
    {Op::div_s, is_number, "ab"},
    {Op::and_, any, "ab"},
    {Op::or_, any, "ab"},
    {Op::xor_, any, "ab"},
    {Op::and_not, any, "ab"},
    {Op::not_, any, "a"},
    {Op::neg, is_number, "a"},
    {Op::shl, is_number, "ab"},
    {Op::shr, is_number, "ab"},
    {Op::sar, is_number, "ab"},
    {Op::rotl, is_number, "ab"},
    {Op::clz, is_number, "a"},
    {Op::byte_swap, is_number, "a"},
    {Op::carry_out, is_number, "abc"},
    {Op::add_overflow, is_number, "abc"},
    {Op::add_carry, is_number, "abc"},
    {Op::select, any, "cab"},
    {Op::cmp_eq, any, "ab"},
    {Op::cmp_ne, any, "ab"},
    {Op::cmp_lt_u, is_number, "ab"},
    {Op::cmp_le_u, is_number, "ab"},
    {Op::cmp_lt_s, is_number, "ab"},
    {Op::cmp_le_s, is_number, "ab"},
    {Op::order_s, only_word32, "ab"},
    {Op::order_u, only_word32, "ab"},
    {Op::order_lt, only_word64, "a"},
    {Op::order_gt, only_word64, "a"},
    {Op::order_eq, only_word64, "a"},
};

Type result_type(Op op, Type type) {
    switch (ir::info(op).result) {
    case 'b': return Type::i1;
    case 'q': return Type::i64;
    default: return type;
    }
}

ir::SlotId slot_of(Type type) {
    switch (type) {
    case Type::i1: return slot_ca;
    case Type::i8: return slot_byte;
    case Type::i16: return slot_half;
    case Type::i32: return slot_r0;
    default: return slot_cr0;
    }
}

// a and b are the low bits of x0 and x1, or constants; c is ca.
struct Sources {
    bool constant_a, constant_b;
    std::uint64_t a, b;
};

// How the result is used: as a value, or by what takes flags.
enum class Use : std::uint8_t { value, branch, select };

void write_operation(ir::Function& function, const Row& row, Type type, const Sources& sources,
                     Use use) {
    function.clear();
    function.start_pc = 0x1000;
    ir::Builder build(function);
    build.instruction(0x1000);
    const auto narrowed = [&](ir::SlotId slot) {
        const Value value = build.get_slot(slot);
        return type == Type::i64 ? value : build.trunc(type, value);
    };
    std::vector<Value> arguments;
    for (const char name : std::string_view(row.arguments)) {
        if (name == 'c')
            arguments.push_back(build.get_slot(slot_ca));
        else if (name == 'a')
            arguments.push_back(sources.constant_a ? build.constant(type, sources.a)
                                                   : narrowed(slot_x0));
        else
            arguments.push_back(sources.constant_b ? build.constant(type, sources.b)
                                                   : narrowed(slot_x0 + 1));
    }
    const Type result = result_type(row.op, type);
    Value value;
    switch (arguments.size()) {
    case 1: value = build.append(row.op, result, {arguments[0]}); break;
    case 2: value = build.append(row.op, result, {arguments[0], arguments[1]}); break;
    default: value = build.append(row.op, result, {arguments[0], arguments[1], arguments[2]});
    }
    switch (use) {
    case Use::value:
        build.set_slot(slot_of(result), value);
        build.goto_pc(0x1004);
        return;
    case Use::select:
        build.set_slot(
            slot_r0, build.select(value, build.get_slot(slot_r0 + 1), build.get_slot(slot_r0 + 2)));
        build.goto_pc(0x1004);
        return;
    case Use::branch: {
        const ir::BlockId yes = build.new_block(), no = build.new_block();
        build.branch(value, yes, no);
        build.set_block(yes);
        build.goto_pc(0x2000);
        build.set_block(no);
        build.goto_pc(0x3000);
    }
    }
}

// Slot promotion alone: folding would take the operations away.
void prepare(ir::Function& function, opt::Workspace& workspace) {
    opt::tidy_flow(function, workspace);
    opt::promote_slots(function, workspace);
}

class OperationLockstep {
  public:
    explicit OperationLockstep(x64::HostFeatures features)
        : lockstep_({.arena_bytes = std::size_t{1} << 20, .features = features}) {}

    void run(const Row& row, Type type, const Sources& sources, Use use) {
        write_operation(function_, row, type, sources, use);
        prepare(function_, workspace_);
        lockstep_.prepare(function_);
        for (const std::uint64_t a : operands) {
            if (sources.constant_a && a != operands[0]) break;
            for (const std::uint64_t b : operands) {
                if (sources.constant_b && b != operands[0]) break;
                run_on(a, b);
            }
        }
    }

    void run_all() {
        for (const Row& row : rows)
            for (const Type type : integers) {
                if (!row.takes(type)) continue;
                const bool binary =
                    std::string_view(row.arguments).find('b') != std::string_view::npos;
                run(row, type, {false, false, 0, 0}, Use::value);
                if (result_type(row.op, type) == Type::i1) {
                    run(row, type, {false, false, 0, 0}, Use::branch);
                    run(row, type, {false, false, 0, 0}, Use::select);
                }
                const std::uint64_t mask = ~std::uint64_t{0} >> (64 - ir::info(type).bits);
                for (const std::uint64_t constant : operands) {
                    if ((constant & mask) != constant || !binary) continue;
                    run(row, type, {false, true, 0, constant}, Use::value);
                    run(row, type, {true, false, constant, 0}, Use::value);
                    if (result_type(row.op, type) == Type::i1)
                        run(row, type, {false, true, 0, constant}, Use::branch);
                }
            }
    }

    void run_conversions() {
        for (const Type from : integers)
            for (const Type to : integers) {
                const bool widens = ir::info(from).bits < ir::info(to).bits;
                if (widens) {
                    run_conversion(Op::zext, from, to);
                    run_conversion(Op::sext, from, to);
                } else if (from != to) {
                    run_conversion(Op::trunc, from, to);
                }
            }
    }

  private:
    void run_conversion(Op op, Type from, Type to) {
        function_.clear();
        function_.start_pc = 0x1000;
        ir::Builder build(function_);
        build.instruction(0x1000);
        const Value whole = build.get_slot(slot_x0);
        const Value source = from == Type::i64 ? whole : build.trunc(from, whole);
        build.set_slot(slot_of(to), build.append(op, to, {source}));
        build.goto_pc(0x1004);
        prepare(function_, workspace_);
        lockstep_.prepare(function_);
        for (const std::uint64_t a : operands)
            run_on(a, 0);
    }

    void run_on(std::uint64_t a, std::uint64_t b) {
        GuestState start;
        start.header.budget = 1;
        start.x[0] = a;
        start.x[1] = b;
        start.ca = (a ^ b) % 2;
        start.r[1] = 11;
        start.r[2] = 22;
        const std::string found = lockstep_.compare(start, X64Side::Maps::none);
        if (!found.empty())
            FAIL(fmt::format("of {:#x} {:#x} {}:\n{}\n{}", a, b, start.ca, found,
                             ir::print(function_)));
    }

    X64Lockstep lockstep_;
    opt::Workspace workspace_;
    ir::Function function_{test_layout(), test_helpers()};
};

} // namespace

TEST_CASE("every integer op on the limits of each width") {
    OperationLockstep lockstep(x64::HostFeatures::of_this_host());
    lockstep.run_all();
    lockstep.run_conversions();
}

TEST_CASE("every integer op in baseline instructions") {
    OperationLockstep lockstep(x64::HostFeatures::baseline());
    lockstep.run_all();
    lockstep.run_conversions();
}
