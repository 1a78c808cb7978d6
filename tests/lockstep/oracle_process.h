// A guest program under QEMU's user emulation that runs batches of cases: the independent oracle.
// What a batch and a record hold is between the guest program and the guest's own files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace vestige::lockstep {

inline constexpr std::size_t max_batch_cases = 4096;

struct OracleProgram {
    std::string name;             // "qemu-ppc"
    std::string qemu;             // path of it
    std::string cpu;              // as its -cpu takes it
    std::string harness;          // path of the guest program
    std::string harness_packages; // what to install to have it built
    std::uint32_t magic = 0;
};

class OracleProcess {
  public:
    // Throws std::runtime_error with what to do where a program is missing or does not work.
    explicit OracleProcess(OracleProgram program);
    ~OracleProcess();
    OracleProcess(const OracleProcess&) = delete;
    OracleProcess& operator=(const OracleProcess&) = delete;

    // The second word with which the guest program says hello.
    std::uint32_t hello() const { return hello_; }

    // Hands a batch over and returns while QEMU runs it: a header of magic, cases, code words and
    // 0, then the code and the records, all big-endian. finish() waits for the records.
    void start(std::size_t cases, std::span<const std::byte> code,
               std::span<const std::byte> records);
    std::vector<std::byte> finish();

    // A new process, for one that has ended.
    void restart();

  private:
    void begin();
    void end();
    void send(const void* from, std::size_t bytes);
    void receive(void* to, std::size_t bytes);

    OracleProgram program_;
    int process_ = -1;
    int to_guest_ = -1, from_guest_ = -1;
    std::uint32_t hello_ = 0;
    std::size_t pending_bytes_ = 0;
};

} // namespace vestige::lockstep
