#include "common/log.h"

#include <cerrno>
#include <cstring>

#include "common/error.h"

namespace vestige {

const std::vector<LogItemInfo>& log_items() {
    static const std::vector<LogItemInfo> items = {
        {LogItem::in_asm, "in_asm", "guest code of each translated block"},
        {LogItem::ir, "ir", "intermediate code as lifted"},
        {LogItem::ir_opt, "ir_opt", "intermediate code after the passes"},
        {LogItem::out_asm, "out_asm", "host code of each translated block"},
        {LogItem::interrupts, "int", "exceptions and interrupts taken"},
        {LogItem::mmu, "mmu", "translation misses and faults"},
        {LogItem::guest_error, "guest_errors", "what the hardware does not define"},
        {LogItem::unimplemented, "unimp", "what Vestige does not model"},
        {LogItem::exec, "exec", "each block entered"},
        {LogItem::device, "device", "device register accesses"},
    };
    return items;
}

Log::~Log() {
    if (file_) std::fclose(file_);
}

void Log::enable(std::string_view names) {
    while (!names.empty()) {
        const auto comma = names.find(',');
        const auto name = names.substr(0, comma);
        names = comma == names.npos ? std::string_view{} : names.substr(comma + 1);
        const LogItemInfo* found = nullptr;
        for (const auto& info : log_items())
            if (info.name == name) found = &info;
        if (!found) {
            std::string known;
            for (const auto& info : log_items())
                known += (known.empty() ? "" : ", ") + std::string(info.name);
            throw UserError(fmt::format("no log item '{}' (-d takes {})", name, known));
        }
        enable(found->item);
    }
}

void Log::open(const std::string& path) {
    std::FILE* file = std::fopen(path.c_str(), "w");
    if (!file)
        throw UserError(
            fmt::format("cannot write the log file '{}': {}", path, std::strerror(errno)));
    if (file_) std::fclose(file_);
    file_ = file;
}

void Log::put(std::string_view line) {
    std::FILE* out = file_ ? file_ : stderr;
    std::fwrite(line.data(), 1, line.size(), out);
    std::fputc('\n', out);
}

void Log::flush() { std::fflush(file_ ? file_ : stderr); }

} // namespace vestige
