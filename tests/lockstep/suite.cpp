#include "tests/lockstep/suite.h"

#include <algorithm>
#include <cstdlib>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "tests/lockstep/qemu_oracle.h"

namespace vestige::ppc::lockstep {

namespace {

constexpr Engine engines[] = {Engine::raw,          Engine::optimised,   Engine::x64,
                              Engine::x64_baseline, Engine::x64_regions, Engine::x64_window};

const CpuModel& model_of(const Suite& suite) {
    const CpuModel* model = find_cpu_model(suite.cpu);
    REQUIRE(model);
    return *model;
}

// Words that are not needed for the difference become nops.
Case shrunk(Case test, QemuOracle& oracle, Subject& subject) {
    const auto differs = [&](const Case& candidate) {
        return !same(candidate, oracle.run(std::span(&candidate, 1))[0], subject.run(candidate));
    };
    for (std::size_t i = 0; i < test.words.size(); ++i) {
        if (test.pinned >> i & 1) continue;
        std::uint32_t& word = test.words[i];
        const std::uint32_t kept = word;
        word = nop;
        if (!differs(test)) word = kept;
    }
    return test;
}

} // namespace

std::vector<Family> join(std::initializer_list<std::span<const Family>> lists) {
    std::vector<Family> all;
    for (const auto list : lists)
        all.insert(all.end(), list.begin(), list.end());
    return all;
}

void expect_agreement(const Suite& suite) {
    QemuOracle oracle(suite.cpu);
    std::vector<std::unique_ptr<Subject>> subjects;
    for (const Engine engine : engines)
        subjects.push_back(std::make_unique<Subject>(model_of(suite), engine));

    Generator generator(suite.seed, suite.families, suite.features);
    std::size_t instructions = 0;
    while (instructions < suite.instructions) {
        const std::vector<Case> cases = generator.batch(max_batch_cases);
        oracle.start(cases);
        std::vector<Registers> results[std::size(engines)];
        std::vector<std::int64_t> started[std::size(engines)];
        for (std::size_t engine = 0; engine < std::size(engines); ++engine)
            for (const Case& test : cases) {
                results[engine].push_back(subjects[engine]->run(test));
                started[engine].push_back(subjects[engine]->instructions());
            }
        const std::vector<Registers> expected = oracle.finish();
        for (std::size_t i = 0; i < cases.size(); ++i) {
            instructions += cases[i].words.size();
            for (std::size_t engine = 0; engine < std::size(engines); ++engine) {
                Subject& subject = *subjects[engine];
                if (started[engine][i] != started[0][i])
                    FAIL(fmt::format("{}, seed {}, case {}: {} instructions, not {}\n{}\n{}",
                                     name(engines[engine]), suite.seed, i, started[engine][i],
                                     started[0][i], report(cases[i], expected[i], expected[i]),
                                     subject.print_ir(cases[i])));
                if (same(cases[i], expected[i], results[engine][i])) continue;
                const Case small = shrunk(cases[i], oracle, subject);
                const Registers wanted = oracle.run(std::span(&small, 1))[0];
                FAIL(fmt::format("{} parts from qemu-ppc -cpu {} (seed {}, case {})\n{}\n{}",
                                 name(engines[engine]), suite.cpu, suite.seed, i,
                                 report(small, wanted, subject.run(small)),
                                 subject.print_ir(small)));
            }
        }
    }
    // Regions that are none would prove nothing.
    for (std::size_t engine = 0; engine < std::size(engines); ++engine) {
        if (engines[engine] < Engine::x64_regions) continue;
        const Subject::RegionCounts& counts = subjects[engine]->regions();
        INFO(counts.regions << " regions of " << counts.blocks << " blocks, " << counts.loops
                            << " with loops, " << counts.calls << " calls, " << counts.refused
                            << " roots refused");
        CHECK(counts.regions > 100);
        CHECK(counts.blocks > 2 * counts.regions);
        CHECK(counts.loops > counts.regions / 20);
        CHECK(counts.calls > counts.regions / 20);
    }
}

void expect_noticed(const Suite& suite, std::span<const NamedMutation> mutations) {
    QemuOracle oracle(suite.cpu);
    Generator generator(suite.seed, suite.families, suite.features);
    const std::vector<Case> cases = generator.batch(max_batch_cases);
    const std::vector<Registers> expected = oracle.run(cases);
    for (const Engine engine : engines) {
        Subject subject(model_of(suite), engine);
        for (const NamedMutation& mutation : mutations) {
            INFO(mutation.name << ", " << name(engine));
            bool noticed = false;
            for (std::size_t i = 0; i < cases.size() && !noticed; ++i)
                noticed = !same(cases[i], expected[i], subject.run(cases[i], mutation.mutation));
            CHECK(noticed);
        }
    }
}

std::uint32_t replace(std::uint32_t word, Opcode from, Opcode to) {
    if (decode(word) != from) return word;
    return (word & ~info(from).pattern.mask) | info(to).pattern.value;
}

} // namespace vestige::ppc::lockstep
