// Generated code for Linux's perf: a map of names, or a dump with the code itself.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include "translator/runtime/code_observer.h"

namespace vestige::runtime {

struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

// Lines "START SIZE NAME" in hexadecimal, in the file where `perf report` looks for them:
// /tmp/perf-PID.map. Code that has taken the place of other code comes later in the file.
class PerfMap final : public CodeObserver {
  public:
    // Throws UserError if the file cannot be written.
    explicit PerfMap(const std::string& path = default_path());
    static std::string default_path();

    void code_added(const NamedCode& code) override;
    void code_removed(const void*) override {}

  private:
    File file_;
};

// tools/perf/Documentation/jitdump-specification.txt of the Linux sources, version 1: the code with
// the time at which it came, for `perf inject --jit` behind `perf record -k mono`.
class JitDump final : public CodeObserver {
  public:
    // Throws UserError if the file cannot be written. perf knows it by its name, jit-PID.dump.
    explicit JitDump(const std::string& path = default_path());
    ~JitDump() override;
    static std::string default_path();

    void code_added(const NamedCode& code) override;
    void code_removed(const void*) override {}

  private:
    void put(const void* data, std::size_t bytes) { std::fwrite(data, 1, bytes, file_.get()); }

    File file_;
    // Tells perf, which records mappings of executable memory, where the file is.
    void* marker_ = nullptr;
    std::size_t marker_bytes_ = 0;
    std::uint64_t next_index_ = 0;
};

} // namespace vestige::runtime
