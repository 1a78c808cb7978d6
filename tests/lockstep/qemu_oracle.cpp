#include "tests/lockstep/qemu_oracle.h"

#include <csignal>
#include <cstring>
#include <filesystem>
#include <stdexcept>

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/assertion.h"
#include "common/endian.h"

namespace vestige::ppc::lockstep {

namespace {

constexpr int patience_ms = 60'000;

struct Pipe {
    Pipe() {
        int ends[2];
        if (pipe(ends) != 0) throw std::runtime_error("no pipe for qemu-ppc");
        read_end = ends[0];
        write_end = ends[1];
    }
    int read_end, write_end;
};

} // namespace

QemuOracle::QemuOracle(const std::string& cpu) {
    if (!std::filesystem::exists(VESTIGE_QEMU_PPC))
        throw std::runtime_error("the PowerPC lockstep needs qemu-ppc: install the package "
                                 "qemu-user, then run `meson setup --reconfigure`");
    if (!std::filesystem::exists(VESTIGE_PPC_HARNESS))
        throw std::runtime_error("the PowerPC lockstep needs its guest program: install the "
                                 "packages gcc-powerpc-linux-gnu and libc6-dev-powerpc-cross, then "
                                 "run `meson setup --reconfigure`");
    std::signal(SIGPIPE, SIG_IGN);
    const Pipe input, output;
    process_ = fork();
    if (process_ == 0) {
        dup2(input.read_end, 0);
        dup2(output.write_end, 1);
        for (const int end : {input.read_end, input.write_end, output.read_end, output.write_end})
            close(end);
        // A guest base of its own, so that the guest may map low addresses.
        execl(VESTIGE_QEMU_PPC, VESTIGE_QEMU_PPC, "-cpu", cpu.c_str(), "-B", "0x100000000",
              VESTIGE_PPC_HARNESS, static_cast<char*>(nullptr));
        _exit(127);
    }
    close(input.read_end);
    close(output.write_end);
    to_guest_ = input.write_end;
    from_guest_ = output.read_end;

    std::byte hello[8];
    receive(hello, sizeof hello);
    if (load_be<std::uint32_t>(hello) != LOCKSTEP_MAGIC)
        throw std::runtime_error("the harness under qemu-ppc says something unexpected");
    exit_word_ = load_be<std::uint32_t>(hello + 4);
}

QemuOracle::~QemuOracle() {
    close(to_guest_);
    close(from_guest_);
    if (process_ > 0) waitpid(process_, nullptr, 0);
}

void QemuOracle::start(std::span<const Case> cases) {
    VESTIGE_ASSERT(pending_ == 0 && cases.size() <= max_batch_cases);
    std::vector<std::byte> code;
    const auto append = [&](std::uint32_t word) {
        code.resize(code.size() + 4);
        store_be(code.data() + code.size() - 4, word);
    };
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
        append(exit_word_);
        pack(cases[i], records.data() + i * RECORD_BYTES);
    }
    VESTIGE_ASSERT(code.size() <= LOCKSTEP_CODE_BYTES);
    const std::uint32_t header[4] = {LOCKSTEP_MAGIC, static_cast<std::uint32_t>(cases.size()),
                                     static_cast<std::uint32_t>(code.size() / 4), 0};
    std::byte bytes[16];
    for (unsigned i = 0; i < 4; ++i)
        store_be(bytes + 4 * i, header[i]);
    send(bytes, sizeof bytes);
    send(code.data(), code.size());
    send(records.data(), records.size());
    pending_ = cases.size();
}

std::vector<Registers> QemuOracle::finish() {
    std::vector<std::byte> records(pending_ * RECORD_BYTES);
    receive(records.data(), records.size());
    std::vector<Registers> results;
    results.reserve(pending_);
    for (std::size_t i = 0; i < pending_; ++i)
        results.push_back(unpack(records.data() + i * RECORD_BYTES));
    pending_ = 0;
    return results;
}

void QemuOracle::send(const void* from, std::size_t bytes) {
    const auto* at = static_cast<const std::byte*>(from);
    while (bytes != 0) {
        const ssize_t put = write(to_guest_, at, bytes);
        if (put <= 0) throw std::runtime_error("qemu-ppc does not read its cases: it has ended");
        at += put;
        bytes -= static_cast<std::size_t>(put);
    }
}

void QemuOracle::receive(void* to, std::size_t bytes) {
    auto* at = static_cast<std::byte*>(to);
    while (bytes != 0) {
        pollfd wait{from_guest_, POLLIN, 0};
        if (poll(&wait, 1, patience_ms) == 0) {
            kill(process_, SIGKILL);
            throw std::runtime_error("qemu-ppc gives no answer: a case that does not end?");
        }
        const ssize_t got = read(from_guest_, at, bytes);
        if (got <= 0)
            throw std::runtime_error("qemu-ppc has ended before its results (its own message, if "
                                     "any, is on standard error)");
        at += got;
        bytes -= static_cast<std::size_t>(got);
    }
}

} // namespace vestige::ppc::lockstep
