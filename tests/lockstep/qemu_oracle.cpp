#include "tests/lockstep/qemu_oracle.h"

#include "common/assertion.h"
#include "common/endian.h"

namespace vestige::ppc::lockstep {

QemuOracle::QemuOracle(const std::string& cpu)
    : process_({.name = "qemu-ppc",
                .qemu = VESTIGE_QEMU_PPC,
                .cpu = cpu,
                .harness = VESTIGE_PPC_HARNESS,
                .harness_packages = "gcc-powerpc-linux-gnu and libc6-dev-powerpc-cross",
                .magic = LOCKSTEP_MAGIC}) {}

void QemuOracle::start(std::span<const Case> cases) {
    std::vector<std::byte> code;
    const auto append = [&](std::uint32_t word) {
        code.resize(code.size() + 4);
        store_be(code.data() + code.size() - 4, word);
    };
    const std::uint32_t exit_word = process_.hello(); // the branch that ends a case
    std::vector<std::byte> records(cases.size() * RECORD_BYTES);
    for (std::size_t i = 0; i < cases.size(); ++i) {
        const std::uint32_t start = cases[i].address - 4 * LOCKSTEP_PROLOGUE_WORDS;
        VESTIGE_ASSERT(start >= LOCKSTEP_CODE + code.size());
        code.resize(start - LOCKSTEP_CODE);   // a single case keeps its place
        append(0x80200000 | LOCKSTEP_IN_CTR); // lwz r1, in_ctr(0)
        append(0x7c2903a6);                   // mtctr r1
        append(0x80200000 | LOCKSTEP_IN_R1);  // lwz r1, in_r1(0)
        for (const std::uint32_t word : cases[i].words)
            append(word);
        append(exit_word);
        pack(cases[i], records.data() + i * RECORD_BYTES);
    }
    VESTIGE_ASSERT(code.size() <= LOCKSTEP_CODE_BYTES);
    process_.start(cases.size(), code, records);
}

std::vector<Registers> QemuOracle::finish() {
    const std::vector<std::byte> records = process_.finish();
    std::vector<Registers> results;
    for (std::size_t at = 0; at < records.size(); at += RECORD_BYTES)
        results.push_back(unpack(records.data() + at));
    return results;
}

} // namespace vestige::ppc::lockstep
