// The independent oracle: QEMU's user emulation runs the same cases on the same states.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tests/lockstep/case.h"

namespace vestige::ppc::lockstep {

inline constexpr std::size_t max_batch_cases = 4096;

class QemuOracle {
  public:
    // `cpu` as qemu-ppc's -cpu takes it. Throws std::runtime_error with what to do where qemu-ppc
    // or the harness is missing or does not work.
    explicit QemuOracle(const std::string& cpu);
    ~QemuOracle();
    QemuOracle(const QemuOracle&) = delete;
    QemuOracle& operator=(const QemuOracle&) = delete;

    // `cases` in the order of their addresses.
    // Hands a batch over and returns while QEMU runs it; finish() waits for the results, one a
    // case in the same order.
    void start(std::span<const Case> cases);
    std::vector<Registers> finish();

    std::vector<Registers> run(std::span<const Case> cases) {
        start(cases);
        return finish();
    }

  private:
    void send(const void* from, std::size_t bytes);
    void receive(void* to, std::size_t bytes);

    int process_ = -1;
    int to_guest_ = -1, from_guest_ = -1;
    std::uint32_t exit_word_ = 0; // the branch that ends a case
    std::size_t pending_ = 0;
};

} // namespace vestige::ppc::lockstep
