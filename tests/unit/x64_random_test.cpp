// Generated code against the reference engine: random functions, optimised, on random states, until
// the unit leaves; state, memory, budget and the way out must be the same.
#include <cstdlib>
#include <string>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "backend/interp/interpreter.h"
#include "tests/lockstep/random_ir.h"
#include "tests/unit/x64_helpers.h"
#include "tests/unit/x64_machine.h"
#include "translator/ir/printer.h"
#include "translator/opt/pipeline.h"

using namespace vestige;
using namespace vestige::test;

namespace {

constexpr unsigned runs_per_function = 3;

std::uint64_t environment(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text ? std::strtoull(text, nullptr, 0) : otherwise;
}

struct Shape {
    const char* name;
    RandomIrOptions options;
    x64::HostFeatures features;
    std::uint64_t functions;
    runtime::MemoryView view = runtime::MemoryView::page_map;
};

void run_shape(const Shape& shape) {
    const std::uint64_t first = environment("VESTIGE_SEED", 1);
    const std::uint64_t count = environment("VESTIGE_CASES", shape.functions);
    X64Lockstep lockstep({.arena_bytes = std::size_t{4} << 20, .features = shape.features});
    random_memory(lockstep.expected().memory, 0);
    lockstep.same_memory();
    ir::Function function(test_layout(), exact_helpers());
    opt::Workspace workspace;
    workspace.checks = opt::Checks::none;
    for (std::uint64_t seed = first; seed < first + count; ++seed) {
        random_function(function, seed, shape.options);
        use_exact_helpers(function, seed);
        if (seed % 2 == 0)
            opt::optimise(function, workspace);
        else
            opt::optimise_region(function, workspace);
        lockstep.prepare(function, shape.view);
        for (unsigned run = 0; run < runs_per_function; ++run) {
            Random random(seed * runs_per_function + run);
            GuestState start;
            random_registers(start, random.next());
            // Runs may be left earlier than their budgets end; see the test below.
            const bool is_short = function.instruction_count != 0 && random.one_in(8);
            start.header.budget = is_short ? function.instruction_count : 1000;
            if (random.one_in(16)) --start.header.budget;
            const auto maps = static_cast<X64Side::Maps>(random.below(3));
            std::string found = lockstep.compare(start, maps);
            if (found.empty()) continue;
            X64Lockstep with_text({.arena_bytes = std::size_t{4} << 20,
                                   .features = shape.features,
                                   .listing = x64::Listing::on});
            runtime::CompiledUnit unit;
            with_text.backend().compile(function, unit, shape.view);
            FAIL(fmt::format("{}, seed {}, run {}:\n{}\n{}\n{}", shape.name, seed, run, found,
                             ir::print(function), with_text.backend().disassemble(unit)));
        }
    }
}

} // namespace

TEST_CASE("random units do what the reference engine does") {
    run_shape({"short", {}, x64::HostFeatures::of_this_host(), 8000});
}

TEST_CASE("random units with many live values do what the reference engine does") {
    run_shape({"long", {.instructions = 40, .ops = 30}, x64::HostFeatures::of_this_host(), 600});
}

TEST_CASE("random units with loops in loops do what the reference engine does") {
    using enum RandomIrOptions::Loops;
    const RandomIrOptions small{.instructions = 3, .ops = 4, .loop_one_in = 2, .loops = deep};
    const RandomIrOptions large{.instructions = 8, .ops = 12, .loop_one_in = 2, .loops = deep};
    run_shape({"deep loops", small, x64::HostFeatures::of_this_host(), 4000});
    run_shape({"deep loops, long", large, x64::HostFeatures::of_this_host(), 300});
    run_shape({"deep loops, baseline", small, x64::HostFeatures::baseline(), 2000});
}

TEST_CASE("random units in baseline instructions do what the reference engine does") {
    run_shape({"baseline", {}, x64::HostFeatures::baseline(), 8000});
    run_shape(
        {"baseline, long", {.instructions = 40, .ops = 30}, x64::HostFeatures::baseline(), 300});
}

TEST_CASE("random units in a window do what the reference engine does") {
    constexpr auto window = runtime::MemoryView::window;
    run_shape({"window", {}, x64::HostFeatures::of_this_host(), 4000, window});
    run_shape({"window, long",
               {.instructions = 40, .ops = 30},
               x64::HostFeatures::of_this_host(),
               200,
               window});
    run_shape({"window, baseline", {}, x64::HostFeatures::baseline(), 3000, window});
}

// Generated code may stop in front of a run that the budget would suffice for. Wherever it does, so
// many instructions of the function as it was written must have led to the same.
TEST_CASE("random units of several runs stop where their instructions say, whatever the budget") {
    const std::uint64_t first = environment("VESTIGE_SEED", 1);
    const std::uint64_t count = environment("VESTIGE_CASES", 12000);
    X64Side raw, code;
    x64::X64Backend backend(code.memory, {.arena_bytes = std::size_t{4} << 20,
                                          .banks = x64::banks_of(test_layout()),
                                          .listing = x64::Listing::on});
    random_memory(raw.memory, 0);
    ir::Function function(test_layout(), exact_helpers());
    interp::Program program;
    interp::Interpreter interpreter;
    opt::Workspace workspace;
    workspace.checks = opt::Checks::none;
    unsigned stopped = 0, ended = 0;
    for (std::uint64_t seed = first; seed < first + count; ++seed) {
        random_function(function, seed, {.ops = 3});
        if (function.instruction_count != 0) continue;
        use_exact_helpers(function, seed);
        program.prepare(function);
        opt::optimise_region(function, workspace);
        runtime::CompiledUnit unit;
        REQUIRE(backend.compile(function, unit));
        for (unsigned run = 0; run < runs_per_function; ++run) {
            Random random(seed * runs_per_function + run);
            GuestState start;
            random_registers(start, random.next());
            start.header.budget = random.below(24);
            code.memory.take_bytes(raw.memory);
            code.start(start, X64Side::Maps::none);
            code.memory.clock = &code.state.header;
            code.memory.times = 0;
            const runtime::UnitExit found = backend.enter(&code.state.header, unit.entry);
            const std::int64_t left = code.state.header.budget;
            // What is to be run alone has not started, but must be reached.
            const std::int64_t kept_back = left - (found.code == ir::leave::alone ? 1 : 0);
            raw.start(start, X64Side::Maps::none);
            raw.state.header.budget -= kept_back;
            raw.state.header.cpu = reinterpret_cast<void*>(kept_back);
            raw.memory.clock = &raw.state.header;
            raw.memory.times = 0;
            const runtime::UnitExit wanted =
                interpreter.run(program, &raw.state.header, raw.memory, runtime::AccessFrom::unit);
            raw.state.header.budget += kept_back;
            std::string text = differences(raw, code);
            if (wanted.code != found.code || raw.memory.times != code.memory.times)
                text += fmt::format("code {} expected, {} found; times {} and {}\n", wanted.code,
                                    found.code, raw.memory.times, code.memory.times);
            if (!text.empty())
                FAIL(fmt::format("seed {}, run {}:\n{}\n{}\n{}", seed, run, text,
                                 ir::print(function), backend.disassemble(unit)));
            const bool is_stop = found.code == ir::leave::none && !found.link;
            ++(is_stop ? stopped : ended);
        }
        backend.release(unit);
    }
    CHECK(stopped > count / 10);
    CHECK(ended > count / 10);
}
