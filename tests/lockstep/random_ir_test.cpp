// The optimiser against the definition of the IR: random functions run raw and after each pass, on
// the same states; registers, memory, budget and the way out must be the same.
#include <cstdlib>
#include <map>
#include <memory>
#include <string>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "backend/interp/interpreter.h"
#include "tests/lockstep/random_ir.h"
#include "translator/ir/printer.h"
#include "translator/ir/verifier.h"
#include "translator/opt/passes.h"
#include "translator/opt/pipeline.h"

using namespace vestige;
using namespace vestige::test;
using ir::Function;
using ir::Op;
using ir::Stage;

namespace {

// One side of a comparison.
struct Side {
    GuestState state;
    GuestMemory memory;
    std::vector<runtime::PageMapEntry> map = memory.map(GuestMemory::size >> runtime::page_bits);
    interp::Interpreter interpreter;
    std::uint32_t code = 0;

    void start(const GuestState& from, bool mapped) {
        std::memcpy(static_cast<void*>(&state), &from, sizeof state);
        state.header.read_map = state.header.write_map = mapped ? map.data() : nullptr;
    }
    void run(const interp::Program& program, runtime::AccessFrom from) {
        code = interpreter.run(program, &state.header, memory, from).code;
    }
};

// From the pc on: the header's pointers are each side's own.
const std::byte* registers_of(const GuestState& state) {
    return reinterpret_cast<const std::byte*>(&state.pc);
}
constexpr std::size_t registers_size = sizeof(GuestState) - offsetof(GuestState, pc);

std::string differences(const Side& expected, const Side& actual) {
    std::string text;
    const auto line = [&](const std::string& name, std::uint64_t a, std::uint64_t b) {
        if (a != b) text += fmt::format("  {:<8} {:#x} expected, {:#x} found\n", name, a, b);
    };
    line("code", expected.code, actual.code);
    line("budget", static_cast<std::uint64_t>(expected.state.header.budget),
         static_cast<std::uint64_t>(actual.state.header.budget));
    line("leave", expected.state.header.leave_code, actual.state.header.leave_code);
    line("bank", expected.state.header.bank, actual.state.header.bank);
    line("ahead", 0, static_cast<std::uint64_t>(actual.state.header.budget_ahead));
    for (const ir::Slot& slot : test_layout().slots) {
        std::uint64_t a[2] = {}, b[2] = {};
        const unsigned bytes = ir::info(slot.type).bytes;
        std::memcpy(a, slot_of(expected.state, slot), bytes);
        std::memcpy(b, slot_of(actual.state, slot), bytes);
        line(slot.name, a[0], b[0]);
        line(slot.name + ".high", a[1], b[1]);
    }
    for (std::size_t i = 0; i < GuestMemory::size; ++i)
        if (expected.memory.bytes[i] != actual.memory.bytes[i])
            line(fmt::format("[{:#x}]", i), std::to_integer<unsigned>(expected.memory.bytes[i]),
                 std::to_integer<unsigned>(actual.memory.bytes[i]));
    return text;
}

bool same(const Side& a, const Side& b) {
    return a.code == b.code && a.state.header.budget == b.state.header.budget &&
           a.state.header.leave_code == b.state.header.leave_code &&
           a.state.header.bank == b.state.header.bank && b.state.header.budget_ahead == 0 &&
           std::memcmp(registers_of(a.state), registers_of(b.state), registers_size) == 0 &&
           a.memory.same_bytes(b.memory);
}

constexpr unsigned runs_per_function = 3;

// Runs both programs on random states. Returns the differences of the first that differs.
class Lockstep {
  public:
    Lockstep() {
        random_memory(raw_->memory, 0);
        other_->memory.take_bytes(raw_->memory);
    }

    std::string compare(const interp::Program& raw, const interp::Program& other,
                        std::uint64_t seed) {
        for (unsigned run = 0; run < runs_per_function; ++run) {
            Random random(seed * runs_per_function + run);
            GuestState start;
            random_registers(start, random.next());
            start.header.budget = random.one_in(8) ? raw.instruction_count : 1000;
            const bool mapped = random.one_in(2);
            const auto from =
                random.one_in(4) ? runtime::AccessFrom::single_step : runtime::AccessFrom::unit;
            raw_->start(start, mapped);
            other_->start(start, mapped);
            raw_->run(raw, from);
            other_->run(other, from);
            if (same(*raw_, *other_)) continue;
            const std::string text = differences(*raw_, *other_);
            other_->memory.take_bytes(raw_->memory);
            return text;
        }
        return {};
    }

  private:
    std::unique_ptr<Side> raw_ = std::make_unique<Side>();
    std::unique_ptr<Side> other_ = std::make_unique<Side>();
};

struct Pass {
    const char* name;
    void (*run)(Function&, opt::Workspace&);
};
using Pipeline = std::span<const Pass>;
void simplify(Function& f, opt::Workspace& w) {
    if (opt::simplify(f, w) == opt::FlowChange::some) opt::tidy_flow(f, w);
}
constexpr Pass unit_passes[] = {
    {"promote_slots",
     [](Function& f, opt::Workspace& w) {
         opt::tidy_flow(f, w);
         opt::promote_slots(f, w);
     }},
    {"simplify", simplify},
    {"number_values", opt::number_values},
    {"remove_dead", opt::remove_dead},
};
constexpr Pass region_passes[] = {
    {"promote_slots_across",
     [](Function& f, opt::Workspace& w) {
         opt::tidy_flow(f, w);
         opt::promote_slots_across(f, w);
     }},
    {"simplify", simplify},
    {"share_constants", opt::share_constants},
    {"split_parameters", opt::split_parameters},
    {"number_values_across", opt::number_values_across},
    {"remove_dead_across", opt::remove_dead_across},
    {"derive_values", opt::derive_values},
    {"remove_dead_across again", opt::remove_dead_across},
};

// The first pass after which the function does something else, and how.
std::string blame(Pipeline passes, std::uint64_t seed, const RandomIrOptions& options,
                  Lockstep& lockstep) {
    Function function(test_layout(), test_helpers());
    random_function(function, seed, options);
    interp::Program raw, optimised;
    raw.prepare(function);
    std::string before = ir::print(function);
    opt::Workspace workspace;
    for (const Pass& pass : passes) {
        pass.run(function, workspace);
        const std::string after = ir::print(function);
        if (const auto defect = ir::find_defect(function, Stage::optimised))
            return fmt::format("seed {}: after {}: {}\nbefore:\n{}\nafter:\n{}", seed, pass.name,
                               *defect, before, after);
        optimised.prepare(function, Stage::optimised);
        const std::string found = lockstep.compare(raw, optimised, seed);
        if (!found.empty())
            return fmt::format("seed {}: {} changed the outcome:\n{}\nbefore:\n{}\nafter:\n{}",
                               seed, pass.name, found, before, after);
        before = after;
    }
    return fmt::format("seed {}: the pipeline as a whole changed the outcome", seed);
}

std::uint64_t environment(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text ? std::strtoull(text, nullptr, 0) : otherwise;
}

} // namespace

TEST_CASE("random IR is well-formed and has every op") {
    Function function(test_layout(), test_helpers());
    std::map<Op, unsigned> seen;
    for (std::uint64_t seed = 0; seed < 2000; ++seed) {
        random_function(function, seed, {});
        const auto defect = ir::find_defect(function, Stage::raw);
        if (defect) FAIL(ir::print(function) + *defect);
        for (const ir::Instruction& op : function.instructions)
            ++seen[op.op];
    }
    for (unsigned op = 0; op < ir::op_count; ++op) {
        INFO(ir::info(static_cast<Op>(op)).name);
        CHECK(seen[static_cast<Op>(op)] > 10);
    }
}

void compare_pipeline(Pipeline passes, void (*optimise)(Function&, opt::Workspace&)) {
    const std::uint64_t first = environment("VESTIGE_SEED", 1);
    const std::uint64_t count = environment("VESTIGE_CASES", 20000);
    Lockstep lockstep;
    Function function(test_layout(), test_helpers());
    opt::Workspace workspace;
    workspace.checks = opt::Checks::none;
    interp::Program raw, optimised;
    for (std::uint64_t seed = first; seed < first + count; ++seed) {
        // Most are short, for reports that can be read; some as long as units get.
        const RandomIrOptions options{.instructions = seed % 16 == 0 ? 64u : 12u};
        random_function(function, seed, options);
        raw.prepare(function);
        optimise(function, workspace);
        if (ir::find_defect(function, Stage::optimised))
            FAIL(blame(passes, seed, options, lockstep));
        optimised.prepare(function, Stage::optimised);
        if (!lockstep.compare(raw, optimised, seed).empty())
            FAIL(blame(passes, seed, options, lockstep));
    }
}

TEST_CASE("optimised IR does what raw IR does") { compare_pipeline(unit_passes, opt::optimise); }
TEST_CASE("IR optimised across blocks does what raw IR does") {
    compare_pipeline(region_passes, opt::optimise_region);
}

// A check must be able to fail: each kind of harm to optimised IR is noticed within some functions.
void check_harms(void (*optimise)(Function&, opt::Workspace&)) {
    struct Harm {
        const char* name;
        bool (*apply)(Function&, Random&); // false: nothing to harm here
    };
    const auto some_op = [](Function& function, Random& random, auto wanted) -> ir::Value {
        std::vector<ir::Value> found;
        for (const ir::Block& block : function.blocks)
            for (const ir::Value value : block.body)
                if (wanted(function[value])) found.push_back(value);
        if (found.empty()) return {};
        return found[random.below(static_cast<std::uint32_t>(found.size()))];
    };
    static const auto pick = some_op;
    const Harm harms[] = {
        {"a constant is one more",
         [](Function& f, Random& random) {
             const auto at = pick(f, random, [](const ir::Instruction& op) {
                 return op.op == Op::constant && op.type == ir::Type::i32;
             });
             if (at.valid()) f[at].imm = static_cast<std::uint32_t>(f[at].imm + 1);
             return at.valid();
         }},
        {"an addition is a subtraction",
         [](Function& f, Random& random) {
             const auto at =
                 pick(f, random, [](const ir::Instruction& op) { return op.op == Op::add; });
             if (at.valid()) f[at].op = Op::sub;
             return at.valid();
         }},
        {"a slot is not written",
         [](Function& f, Random& random) {
             const auto at =
                 pick(f, random, [](const ir::Instruction& op) { return op.op == Op::set_slot; });
             for (ir::Block& block : f.blocks)
                 std::erase_if(block.body, [&](ir::Value value) { return value == at; });
             return at.valid();
         }},
        {"recovery maps lack an entry",
         [](Function& f, Random&) {
             bool any = false;
             for (ir::Recovery& recovery : f.recoveries)
                 if (recovery.count != 0) {
                     --recovery.count;
                     any = true;
                 }
             return any;
         }},
        {"a recovery map has the next instruction's pc",
         [](Function& f, Random&) {
             for (ir::Recovery& recovery : f.recoveries)
                 recovery.pc += 4;
             return !f.recoveries.empty();
         }},
        {"a recovery map has the previous instruction's index",
         [](Function& f, Random&) {
             bool any = false;
             for (ir::Recovery& recovery : f.recoveries)
                 if (recovery.instruction_index != 0) {
                     --recovery.instruction_index;
                     any = true;
                 }
             return any;
         }},
        {"an exit counts one instruction less",
         [](Function& f, Random& random) {
             const auto at = pick(f, random, [](const ir::Instruction& op) {
                 return op.op == Op::goto_pc && op.aux != 0;
             });
             if (at.valid()) --f[at].aux;
             return at.valid();
         }},
    };
    Lockstep lockstep;
    Function function(test_layout(), test_helpers());
    opt::Workspace workspace;
    interp::Program raw, optimised;
    const RandomIrOptions options{.loop_one_in = 0}; // a harmed one might not end
    for (const Harm& harm : harms) {
        unsigned applied = 0, noticed = 0;
        for (std::uint64_t seed = 1; seed <= 400; ++seed) {
            Random random(seed);
            random_function(function, seed, options);
            raw.prepare(function);
            optimise(function, workspace);
            if (!harm.apply(function, random)) continue;
            ++applied;
            optimised.prepare(function, Stage::optimised);
            if (!lockstep.compare(raw, optimised, seed).empty()) ++noticed;
        }
        INFO(harm.name << ": noticed " << noticed << " of " << applied);
        CHECK(noticed >= 3);
    }
}

TEST_CASE("harm to optimised IR is noticed") { check_harms(opt::optimise); }
TEST_CASE("harm to IR optimised across blocks is noticed") { check_harms(opt::optimise_region); }
