// Runs families of instructions on our engines and an oracle, and says where they part: the same
// for every guest.
//
// A `Guest` has the types Case, Registers, Generator, Oracle, Subject and Suite, the functions
// same, report, subject_for(suite, engine) and oracle_is_wrong(case, subject), which tells cases
// that are about what the oracle is known to do wrong, and the constants nop and oracle_name. A
// Suite has cpu, families, features, instructions and seed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "tests/lockstep/oracle_process.h"
#include "tests/lockstep/unit_runner.h"

namespace vestige::lockstep {

struct NamedMutation {
    const char* name;
    Mutation mutation;
};

// Words that are not needed for the difference become nops.
template <typename Guest>
typename Guest::Case shrunk(typename Guest::Case test, typename Guest::Oracle& oracle,
                            typename Guest::Subject& subject) {
    const auto differs = [&](const typename Guest::Case& candidate) {
        try {
            return !Guest::same(candidate, oracle.run(std::span(&candidate, 1))[0],
                                subject.run(candidate)) &&
                   !Guest::oracle_is_wrong(candidate, subject);
        } catch (const std::exception&) { // the smaller case ends the oracle
            oracle.restart();
            return false;
        }
    };
    for (std::size_t i = 0; i < test.words.size(); ++i) {
        if (test.pinned[i]) continue;
        std::uint32_t& word = test.words[i];
        const std::uint32_t kept = word;
        word = Guest::nop;
        if (!differs(test)) word = kept;
    }
    return test;
}

// VESTIGE_SEED in the environment asks for other cases than every day's.
inline std::uint64_t seed_of_the_day(std::uint64_t seed) {
    const char* given = std::getenv("VESTIGE_SEED");
    return given ? std::strtoull(given, nullptr, 0) : seed;
}

// Fails the current Catch2 test with a bug report of the smallest case that shows the first
// difference.
template <typename Guest> void expect_agreement(const typename Guest::Suite& suite) {
    constexpr std::size_t engine_count = std::size(all_engines);
    typename Guest::Oracle oracle(suite.cpu);
    std::vector<std::unique_ptr<typename Guest::Subject>> subjects;
    for (const Engine engine : all_engines)
        subjects.push_back(Guest::subject_for(suite, engine));

    const std::uint64_t seed = seed_of_the_day(suite.seed);
    typename Guest::Generator generator(seed, suite.families, suite.features);
    std::size_t instructions = 0, ran = 0, excused = 0;
    while (instructions < suite.instructions) {
        const auto cases = generator.batch(max_batch_cases);
        oracle.start(cases);
        std::vector<typename Guest::Registers> results[engine_count];
        std::vector<std::int64_t> started[engine_count];
        for (std::size_t engine = 0; engine < engine_count; ++engine)
            for (const auto& test : cases) {
                results[engine].push_back(subjects[engine]->run(test));
                started[engine].push_back(subjects[engine]->instructions());
            }
        const auto expected = oracle.finish();
        for (std::size_t i = 0; i < cases.size(); ++i) {
            instructions += cases[i].words.size();
            ran += engine_count;
            for (std::size_t engine = 0; engine < engine_count; ++engine) {
                auto& subject = *subjects[engine];
                const bool agrees = Guest::same(cases[i], expected[i], results[engine][i]);
                if (agrees && started[engine][i] != started[0][i])
                    FAIL(fmt::format("{}, seed {}, case {}: {} instructions, not {}\n{}\n{}",
                                     name(all_engines[engine]), seed, i, started[engine][i],
                                     started[0][i],
                                     Guest::report(cases[i], expected[i], expected[i]),
                                     subject.print_ir(cases[i])));
                if (agrees) continue;
                if (Guest::oracle_is_wrong(cases[i], *subjects[0])) {
                    ++excused;
                    continue;
                }
                const auto again = oracle.run(std::span(&cases[i], 1))[0];
                if (Guest::same(cases[i], again, subject.run(cases[i])))
                    FAIL(fmt::format(
                        "{} parts from {} (seed {}, case {}), but only behind other cases\n{}",
                        name(all_engines[engine]), Guest::oracle_name, seed, i,
                        Guest::report(cases[i], expected[i], results[engine][i])));
                const auto small = shrunk<Guest>(cases[i], oracle, subject);
                const auto wanted = oracle.run(std::span(&small, 1))[0];
                FAIL(fmt::format("{} parts from {} -cpu {} (seed {}, case {})\n{}\n{}",
                                 name(all_engines[engine]), Guest::oracle_name, suite.cpu, seed, i,
                                 Guest::report(small, wanted, subject.run(small)),
                                 subject.print_ir(small)));
            }
        }
    }
    CHECK(excused <= ran / 20);
    // Regions that are none would prove nothing.
    for (std::size_t engine = 0; engine < engine_count; ++engine) {
        if (all_engines[engine] < Engine::x64_regions) continue;
        const RegionCounts& counts = subjects[engine]->regions();
        INFO(counts.regions << " regions of " << counts.blocks << " blocks, " << counts.loops
                            << " with loops, " << counts.calls << " calls, " << counts.refused
                            << " roots refused");
        CHECK(counts.regions > 100);
        CHECK(counts.blocks > 2 * counts.regions);
        CHECK(counts.loops > counts.regions / 20);
        CHECK(counts.calls > counts.regions / 20);
    }
}

// Fails where a mutation of what is lifted makes no difference in one batch.
template <typename Guest>
void expect_noticed(const typename Guest::Suite& suite, std::span<const NamedMutation> mutations) {
    typename Guest::Oracle oracle(suite.cpu);
    typename Guest::Generator generator(suite.seed, suite.families, suite.features);
    const auto cases = generator.batch(max_batch_cases);
    const auto expected = oracle.run(cases);
    for (const Engine engine : all_engines) {
        const auto subject = Guest::subject_for(suite, engine);
        for (const NamedMutation& mutation : mutations) {
            INFO(mutation.name << ", " << name(engine));
            bool noticed = false;
            for (std::size_t i = 0; i < cases.size() && !noticed; ++i)
                noticed = !Guest::same(cases[i], expected[i],
                                       subject->run(cases[i], mutation.mutation)) &&
                          !Guest::oracle_is_wrong(cases[i], *subject);
            CHECK(noticed);
        }
    }
}

} // namespace vestige::lockstep
