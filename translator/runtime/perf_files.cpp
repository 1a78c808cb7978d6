#include "translator/runtime/perf_files.h"

#include <cerrno>
#include <cstring>
#include <ctime>

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <fmt/format.h>

#include "common/error.h"

namespace vestige::runtime {

namespace {

File open_for_writing(const std::string& path, const char* mode) {
    File file(std::fopen(path.c_str(), mode));
    if (!file) throw UserError(fmt::format("cannot write '{}': {}", path, std::strerror(errno)));
    return file;
}

// ---- the dump's records, all in the host's byte order

constexpr std::uint32_t dump_magic = 0x4a695444; // "JiTD"
constexpr std::uint32_t dump_version = 1;
constexpr std::uint32_t elf_machine_x86_64 = 62;

enum class RecordKind : std::uint32_t { load = 0, close = 3 };

struct DumpHeader {
    std::uint32_t magic, version, total_bytes, elf_machine, padding, process;
    std::uint64_t timestamp, flags;
};
static_assert(sizeof(DumpHeader) == 40);

struct RecordPrefix {
    RecordKind kind;
    std::uint32_t total_bytes;
    std::uint64_t timestamp;
};
static_assert(sizeof(RecordPrefix) == 16);

// Behind it: the name with its zero, and the code.
struct LoadRecord {
    RecordPrefix prefix;
    std::uint32_t process, thread;
    std::uint64_t address, code_address, code_bytes, index;
};
static_assert(sizeof(LoadRecord) == 56);

std::uint64_t monotonic_time() {
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000u +
           static_cast<std::uint64_t>(time.tv_nsec);
}

std::uint32_t process_id() { return static_cast<std::uint32_t>(::getpid()); }

} // namespace

PerfMap::PerfMap(const std::string& path) : file_(open_for_writing(path, "w")) {}

std::string PerfMap::default_path() { return fmt::format("/tmp/perf-{}.map", ::getpid()); }

void PerfMap::code_added(const NamedCode& code) {
    fmt::print(file_.get(), "{:x} {:x} {}\n", reinterpret_cast<std::uintptr_t>(code.start),
               code.bytes, code.name);
}

JitDump::JitDump(const std::string& path) : file_(open_for_writing(path, "w+")) {
    const DumpHeader header{dump_magic, dump_version, sizeof(DumpHeader), elf_machine_x86_64,
                            0,          process_id(), monotonic_time(),   0};
    put(&header, sizeof header);
    std::fflush(file_.get());
    marker_bytes_ = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    marker_ =
        mmap(nullptr, marker_bytes_, PROT_READ | PROT_EXEC, MAP_PRIVATE, fileno(file_.get()), 0);
    if (marker_ == MAP_FAILED)
        throw UserError(fmt::format("cannot map '{}' as executable, which is how perf finds it: {}",
                                    path, std::strerror(errno)));
}

JitDump::~JitDump() {
    const RecordPrefix record{RecordKind::close, sizeof record, monotonic_time()};
    put(&record, sizeof record);
    munmap(marker_, marker_bytes_);
}

std::string JitDump::default_path() { return fmt::format("jit-{}.dump", ::getpid()); }

void JitDump::code_added(const NamedCode& code) {
    const auto address = reinterpret_cast<std::uintptr_t>(code.start);
    const std::size_t name_bytes = code.name.size() + 1;
    const LoadRecord record{{RecordKind::load,
                             static_cast<std::uint32_t>(sizeof record + name_bytes + code.bytes),
                             monotonic_time()},
                            process_id(),
                            static_cast<std::uint32_t>(::syscall(SYS_gettid)),
                            address,
                            address,
                            code.bytes,
                            next_index_++};
    put(&record, sizeof record);
    put(code.name.c_str(), name_bytes);
    put(code.start, code.bytes);
}

} // namespace vestige::runtime
