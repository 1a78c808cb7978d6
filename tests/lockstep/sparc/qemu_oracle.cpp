#include "tests/lockstep/sparc/qemu_oracle.h"

#include "common/assertion.h"
#include "common/endian.h"

namespace vestige::sparc::lockstep {

namespace {

constexpr std::uint32_t load_g1 = 0xc2002000 | SPARC_G1; // ld [g1], %g1

// ba to an address, from another.
std::uint32_t branch_always(std::uint32_t to, std::uint32_t from) {
    return 0x10800000 | ((to - from) >> 2 & 0x3fffff);
}

} // namespace

QemuOracle::QemuOracle(const std::string& cpu)
    : process_({.name = "qemu-sparc",
                .qemu = VESTIGE_QEMU_SPARC,
                .cpu = cpu,
                .harness = VESTIGE_SPARC_HARNESS,
                .harness_packages = "gcc-sparc64-linux-gnu",
                .magic = SPARC_LOCKSTEP_MAGIC}) {}

void QemuOracle::start(std::span<const Case> cases) {
    std::vector<std::byte> code;
    const auto append = [&](std::uint32_t word) {
        code.resize(code.size() + 4);
        store_be(code.data() + code.size() - 4, word);
    };
    std::vector<std::byte> records(cases.size() * RECORD_BYTES);
    for (std::size_t i = 0; i < cases.size(); ++i) {
        const std::uint32_t start = cases[i].address - 4 * SPARC_PROLOGUE_WORDS;
        VESTIGE_ASSERT(start >= SPARC_CODE + code.size());
        code.resize(start - SPARC_CODE); // a single case keeps its place
        append(load_g1);
        for (const std::uint32_t word : cases[i].words)
            append(word);
        append(branch_always(process_.hello(), cases[i].end()));
        append(nop);
        pack(cases[i], records.data() + i * RECORD_BYTES);
    }
    VESTIGE_ASSERT(code.size() <= SPARC_CODE_BYTES);
    process_.start(cases.size(), code, records);
}

std::vector<Registers> QemuOracle::finish() {
    const std::vector<std::byte> records = process_.finish();
    std::vector<Registers> results;
    for (std::size_t at = 0; at < records.size(); at += RECORD_BYTES)
        results.push_back(unpack(records.data() + at));
    return results;
}

} // namespace vestige::sparc::lockstep
