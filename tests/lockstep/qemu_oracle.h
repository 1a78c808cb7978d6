// The independent oracle: QEMU's user emulation runs the same cases on the same states.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tests/lockstep/case.h"
#include "tests/lockstep/oracle_process.h"

namespace vestige::ppc::lockstep {

class QemuOracle {
  public:
    // `cpu` as qemu-ppc's -cpu takes it. Throws std::runtime_error with what to do where qemu-ppc
    // or the harness is missing or does not work.
    explicit QemuOracle(const std::string& cpu);

    // `cases` in the order of their addresses.
    // Hands a batch over and returns while QEMU runs it; finish() waits for the results, one a
    // case in the same order.
    void start(std::span<const Case> cases);
    std::vector<Registers> finish();

    std::vector<Registers> run(std::span<const Case> cases) {
        start(cases);
        return finish();
    }

    void restart() { process_.restart(); }

  private:
    vestige::lockstep::OracleProcess process_;
};

} // namespace vestige::ppc::lockstep
