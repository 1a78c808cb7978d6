#include "tests/lockstep/sparc/suite.h"

#include "tests/lockstep/sparc/qemu_oracle.h"

namespace vestige::sparc::lockstep {

namespace {

// See tests/lockstep/agreement.h.
struct Guest {
    using Case = lockstep::Case;
    using Registers = lockstep::Registers;
    using Generator = lockstep::Generator;
    using Oracle = QemuOracle;
    using Subject = lockstep::Subject;
    using Suite = lockstep::Suite;

    static constexpr std::uint32_t nop = lockstep::nop;
    static constexpr std::string_view oracle_name = "qemu-sparc";

    static bool same(const Case& test, const Registers& expected, const Registers& actual) {
        return lockstep::same(test, expected, actual);
    }
    static std::string report(const Case& test, const Registers& expected,
                              const Registers& actual) {
        return lockstep::report(test, expected, actual);
    }
    static bool oracle_is_wrong(const Case& test, Subject& subject) {
        return (test.features & SPARC_FLOAT) && subject.meets_two_nans(test);
    }
    static std::unique_ptr<Subject> subject_for(const Suite& suite, Engine engine) {
        const CpuModel* model = find_cpu_model(suite.model);
        REQUIRE(model);
        return std::make_unique<Subject>(*model, engine);
    }
};

} // namespace

void expect_agreement(const Suite& suite) { vestige::lockstep::expect_agreement<Guest>(suite); }

void expect_noticed(const Suite& suite, std::span<const NamedMutation> mutations) {
    vestige::lockstep::expect_noticed<Guest>(suite, mutations);
}

std::uint32_t replace(std::uint32_t word, Opcode from, Opcode to) {
    if (decode(word) != from) return word;
    return (word & ~info(from).pattern.mask) | info(to).pattern.value;
}

} // namespace vestige::sparc::lockstep
