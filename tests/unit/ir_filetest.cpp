// Runs tests/unit/filetests/*.ir: what passes make of IR, input and expected output side by side.
//
//     test <pass> [<pass> ...]: <title>
//     <IR>
//     =>
//     <the IR expected afterwards>
//
// The unit line may be left out. Flow is tidied first, as the passes expect; the result must be in
// order, and print as the expected text does.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>

#include "tests/unit/ir_guest.h"
#include "translator/ir/parser.h"
#include "translator/ir/printer.h"
#include "translator/ir/verifier.h"
#include "translator/opt/passes.h"
#include "translator/opt/pipeline.h"

using namespace vestige;
using namespace vestige::test;
using ir::Function;

namespace {

struct FileTest {
    std::string place; // file and line
    std::string title;
    std::vector<std::string> passes;
    std::string input, expected;
};

std::vector<FileTest> read_tests(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::vector<FileTest> tests;
    std::string line;
    unsigned number = 0;
    std::string FileTest::*part = nullptr;
    while (std::getline(file, line)) {
        ++number;
        if (line.starts_with("test ")) {
            const std::size_t colon = line.find(':');
            FileTest& test = tests.emplace_back();
            test.place = path.filename().string() + ":" + std::to_string(number);
            test.title = line.substr(std::min(colon + 2, line.size()));
            std::istringstream names(line.substr(5, colon - 5));
            for (std::string name; names >> name;)
                test.passes.push_back(name);
            part = &FileTest::input;
        } else if (line == "=>") {
            part = &FileTest::expected;
        } else if (part) {
            tests.back().*part += line + "\n";
        }
    }
    return tests;
}

void run_pass(const std::string& name, Function& function, opt::Workspace& workspace) {
    if (name == "tidy_flow") return; // has run
    if (name == "promote_slots")
        opt::promote_slots(function, workspace);
    else if (name == "promote_slots_across")
        opt::promote_slots_across(function, workspace);
    else if (name == "remove_dead_across")
        opt::remove_dead_across(function, workspace);
    else if (name == "simplify")
        opt::simplify(function, workspace);
    else if (name == "number_values")
        opt::number_values(function, workspace);
    else if (name == "remove_dead")
        opt::remove_dead(function, workspace);
    else if (name == "pay_runs")
        opt::pay_runs(function);
    else if (name == "leave_to_ways_out")
        opt::leave_to_ways_out(function, workspace);
    else if (name == "own_addresses")
        opt::own_addresses(function, workspace);
    else if (name == "optimise")
        opt::optimise(function, workspace);
    else if (name == "optimise_region")
        opt::optimise_region(function, workspace);
    else
        FAIL("no pass is called " + name);
    opt::tidy_flow(function, workspace);
}

ir::Stage stage_of(const Function& function) {
    return function.recoveries.empty() ? ir::Stage::raw : ir::Stage::optimised;
}

// A parsed function without a unit line gets what it would say.
void complete(Function& function) {
    std::uint32_t count = 0;
    for (const ir::Instruction& op : function.instructions) {
        if (op.op == ir::Op::begin_run) return; // of several runs
        if (op.op == ir::Op::instruction) count = std::max(count, op.aux + 1);
    }
    function.instruction_count = count;
}

} // namespace

TEST_CASE("passes do to IR what the filetests say") {
    unsigned count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(VESTIGE_FILETESTS)) {
        if (entry.path().extension() != ".ir") continue;
        for (const FileTest& test : read_tests(entry.path())) {
            ++count;
            INFO(test.place << ": " << test.title);
            Function function(test_layout(), test_helpers()),
                expected(test_layout(), test_helpers());
            REQUIRE_NOTHROW(ir::parse(test.input, function));
            complete(function);
            const ir::Stage before = stage_of(function);
            const auto defect = ir::find_defect(function, before);
            if (defect) FAIL(*defect);
            opt::Workspace workspace;
            opt::tidy_flow(function, workspace);
            bool promoted = before == ir::Stage::optimised;
            for (const std::string& pass : test.passes) {
                run_pass(pass, function, workspace);
                promoted |= pass.starts_with("promote_slots") || pass.starts_with("optimise");
            }
            const auto harm =
                ir::find_defect(function, promoted ? ir::Stage::optimised : ir::Stage::raw);
            if (harm) FAIL(*harm);
            try {
                ir::parse(test.expected, expected);
            } catch (const ir::ParseError& error) {
                FAIL("expected output: " << error.what() << "\nfound:\n" << ir::print(function));
            }
            complete(expected);
            CHECK(ir::print(function) == ir::print(expected));
        }
    }
    CHECK(count >= 40);
}
