// The debug log behind -d and -D: named items, each off until asked for.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace vestige {

enum class LogItem : std::uint8_t {
    in_asm,      // guest code of each translated block, disassembled
    ir,          // IR as lifted
    ir_opt,      // IR after the passes
    out_asm,     // host code
    interrupts,  // exceptions and interrupts taken ("int")
    mmu,         // translation misses and faults
    guest_error, // what the guest did that the hardware does not define ("guest_errors")
    unimplemented,
    exec,   // each block entered (slow: chaining is off)
    device, // device register accesses ("device")
    count
};

struct LogItemInfo {
    LogItem item;
    std::string_view name;
    std::string_view help;
};

// Every item with the name that -d takes, in the order of the help text.
const std::vector<LogItemInfo>& log_items();

// One log a machine: owned by it and handed by reference to whoever writes. Written by the
// machine's own thread only.
class Log {
  public:
    Log() = default;
    ~Log();
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;

    // Names separated by commas, as -d takes them. Throws UserError for an unknown one.
    void enable(std::string_view names);
    void enable(LogItem item) { enabled_ |= mask(item); }
    // Where the log goes instead of standard error. Throws UserError if it cannot be written.
    void open(const std::string& path);

    bool on(LogItem item) const { return (enabled_ & mask(item)) != 0; }

    template <typename... Args>
    void write(LogItem item, fmt::format_string<Args...> format, Args&&... args) {
        if (on(item)) put(fmt::format(format, std::forward<Args>(args)...));
    }

    // One line, without its newline.
    void put(std::string_view line);
    void flush();

  private:
    static constexpr std::uint32_t mask(LogItem item) { return 1u << static_cast<unsigned>(item); }

    std::uint32_t enabled_ = 0;
    std::FILE* file_ = nullptr; // null: standard error
};

} // namespace vestige
