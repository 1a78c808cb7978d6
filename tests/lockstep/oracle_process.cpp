#include "tests/lockstep/oracle_process.h"

#include <csignal>
#include <ctime>
#include <filesystem>
#include <stdexcept>

#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/assertion.h"
#include "common/endian.h"

namespace vestige::lockstep {

namespace {

// Of the oracle's own time: a busy host gives it little.
constexpr std::time_t patience_s = 60;
constexpr int look_again_ms = 5'000;

std::time_t cpu_seconds(int process) {
    clockid_t clock = 0;
    timespec used{};
    if (clock_getcpuclockid(process, &clock) != 0 || clock_gettime(clock, &used) != 0) return 0;
    return used.tv_sec;
}

struct Pipe {
    Pipe() {
        int ends[2];
        if (pipe(ends) != 0) throw std::runtime_error("no pipe for the oracle");
        read_end = ends[0];
        write_end = ends[1];
    }
    int read_end, write_end;
};

} // namespace

OracleProcess::OracleProcess(OracleProgram program) : program_(std::move(program)) {
    if (!std::filesystem::exists(program_.qemu))
        throw std::runtime_error(fmt::format("the lockstep needs {}: install the package "
                                             "qemu-user, then run `meson setup --reconfigure`",
                                             program_.name));
    if (!std::filesystem::exists(program_.harness))
        throw std::runtime_error(fmt::format("the lockstep with {} needs its guest program: "
                                             "install {}, then run `meson setup --reconfigure`",
                                             program_.name, program_.harness_packages));
    std::signal(SIGPIPE, SIG_IGN);
    begin();
}

OracleProcess::~OracleProcess() { end(); }

void OracleProcess::restart() {
    end();
    begin();
}

void OracleProcess::begin() {
    pending_bytes_ = 0;
    const Pipe input, output;
    process_ = fork();
    if (process_ == 0) {
        dup2(input.read_end, 0);
        dup2(output.write_end, 1);
        for (const int end : {input.read_end, input.write_end, output.read_end, output.write_end})
            close(end);
        // A guest base of its own, so that the guest may map low addresses.
        execl(program_.qemu.c_str(), program_.qemu.c_str(), "-cpu", program_.cpu.c_str(), "-B",
              "0x100000000", program_.harness.c_str(), static_cast<char*>(nullptr));
        _exit(127);
    }
    close(input.read_end);
    close(output.write_end);
    to_guest_ = input.write_end;
    from_guest_ = output.read_end;

    std::byte hello[8];
    receive(hello, sizeof hello);
    if (load_be<std::uint32_t>(hello) != program_.magic)
        throw std::runtime_error("the harness under " + program_.name +
                                 " says something unexpected");
    hello_ = load_be<std::uint32_t>(hello + 4);
}

void OracleProcess::end() {
    close(to_guest_);
    close(from_guest_);
    if (process_ > 0) waitpid(process_, nullptr, 0);
}

void OracleProcess::start(std::size_t cases, std::span<const std::byte> code,
                          std::span<const std::byte> records) {
    VESTIGE_ASSERT(pending_bytes_ == 0 && cases <= max_batch_cases);
    const std::uint32_t header[4] = {program_.magic, static_cast<std::uint32_t>(cases),
                                     static_cast<std::uint32_t>(code.size() / 4), 0};
    std::byte bytes[16];
    for (unsigned i = 0; i < 4; ++i)
        store_be(bytes + 4 * i, header[i]);
    send(bytes, sizeof bytes);
    send(code.data(), code.size());
    send(records.data(), records.size());
    pending_bytes_ = records.size();
}

std::vector<std::byte> OracleProcess::finish() {
    std::vector<std::byte> records(pending_bytes_);
    receive(records.data(), records.size());
    pending_bytes_ = 0;
    return records;
}

void OracleProcess::send(const void* from, std::size_t bytes) {
    const auto* at = static_cast<const std::byte*>(from);
    while (bytes != 0) {
        const ssize_t put = write(to_guest_, at, bytes);
        if (put <= 0)
            throw std::runtime_error(program_.name + " does not read its cases: it has ended");
        at += put;
        bytes -= static_cast<std::size_t>(put);
    }
}

void OracleProcess::receive(void* to, std::size_t bytes) {
    auto* at = static_cast<std::byte*>(to);
    const std::time_t begun = cpu_seconds(process_);
    while (bytes != 0) {
        pollfd wait{from_guest_, POLLIN, 0};
        if (poll(&wait, 1, look_again_ms) == 0) {
            if (cpu_seconds(process_) - begun < patience_s) continue;
            kill(process_, SIGKILL);
            throw std::runtime_error(program_.name + " gives no answer: a case that does not end?");
        }
        const ssize_t got = read(from_guest_, at, bytes);
        if (got <= 0)
            throw std::runtime_error(program_.name +
                                     " has ended before its results (its own message, if any, is "
                                     "on standard error)");
        at += got;
        bytes -= static_cast<std::size_t>(got);
    }
}

} // namespace vestige::lockstep
