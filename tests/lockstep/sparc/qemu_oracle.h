// The independent oracle: QEMU's user emulation runs the same cases on the same states.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "tests/lockstep/oracle_process.h"
#include "tests/lockstep/sparc/case.h"

namespace vestige::sparc::lockstep {

class QemuOracle {
  public:
    // `cpu` as qemu-sparc's -cpu takes it. Throws std::runtime_error with what to do where
    // qemu-sparc or the harness is missing or does not work.
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

    // After a case that ended it.
    void restart() { process_.restart(); }

  private:
    vestige::lockstep::OracleProcess process_;
};

} // namespace vestige::sparc::lockstep
