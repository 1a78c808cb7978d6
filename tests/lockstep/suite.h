// Runs families of instructions on our engines and the oracle, and says where they part.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tests/lockstep/agreement.h"
#include "tests/lockstep/generator.h"
#include "tests/lockstep/subject.h"

namespace vestige::ppc::lockstep {

struct Suite {
    std::string cpu; // a CpuModel's name and qemu-ppc's
    std::vector<Family> families;
    std::uint32_t features = 0; // LOCKSTEP_FLOAT, LOCKSTEP_VECTOR
    std::size_t instructions = 0;
    std::uint64_t seed = 1;
};

using vestige::lockstep::join;

// Fails the current Catch2 test with a bug report of the smallest case that shows the first
// difference.
void expect_agreement(const Suite& suite);

using vestige::lockstep::NamedMutation;

// Fails where a mutation of what is lifted makes no difference in one batch.
void expect_noticed(const Suite& suite, std::span<const NamedMutation> mutations);

// The word as another instruction with the same fields, if it is `from`.
std::uint32_t replace(std::uint32_t word, Opcode from, Opcode to);

} // namespace vestige::ppc::lockstep
