#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include "common/assertion.h"
#include "common/endian.h"
#include "common/error.h"
#include "machine/core/snapshot.h"
#include "machine/core/snapshot_format.h"

namespace vestige {

namespace format = snapshot_format;

// The section that is being unpacked.
struct SnapshotReader::Frame {
    ZSTD_DCtx* context = ZSTD_createDCtx();
    std::vector<std::byte> in = std::vector<std::byte>(ZSTD_DStreamInSize());
    std::size_t in_position = 0, in_end = 0;
    std::uint64_t file_offset = 0, file_left = 0; // of the stored bytes
    std::uint64_t left = 0;                       // unpacked bytes still to come

    Frame() {
        VESTIGE_ASSERT(context);
        ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, format::window_log);
    }
    ~Frame() { ZSTD_freeDCtx(context); }
    Frame(const Frame&) = delete;
    Frame& operator=(const Frame&) = delete;
};

namespace {

// Takes the directory apart; `ok` falls when it ends too early.
struct DirectoryParser {
    std::span<const std::byte> data;
    bool ok = true;

    template <typename T> T number() {
        if (data.size() < sizeof(T)) ok = false;
        if (!ok) return 0;
        const T value = load_le<T>(data.data());
        data = data.subspan(sizeof(T));
        return value;
    }
    std::string text() {
        const auto size = number<std::uint32_t>();
        if (data.size() < size) ok = false;
        if (!ok) return {};
        std::string value(reinterpret_cast<const char*>(data.data()), size);
        data = data.subspan(size);
        return value;
    }
};

} // namespace

SnapshotReader::SnapshotReader(std::string path, std::string_view machine)
    : path_(std::move(path)), frame_(std::make_unique<Frame>()) {
    fd_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd_ < 0)
        throw UserError(
            fmt::format("cannot read the snapshot '{}': {}", path_, std::strerror(errno)));
    try {
        open(machine);
    } catch (...) {
        close(fd_);
        throw;
    }
}

SnapshotReader::~SnapshotReader() { close(fd_); }

void SnapshotReader::refuse(const std::string& reason) const {
    std::string place;
    for (const std::string& section : where_)
        place += fmt::format("{}'{}'", place.empty() ? ", section " : " / ", section);
    throw UserError(fmt::format("snapshot '{}'{}: {}", path_, place, reason));
}

void SnapshotReader::damaged() const {
    refuse("the file is damaged (its checksum or structure is wrong): use another copy of it");
}

void SnapshotReader::read_at(std::uint64_t offset, std::span<std::byte> to) {
    while (!to.empty()) {
        const ssize_t done = pread(fd_, to.data(), to.size(), static_cast<off_t>(offset));
        if (done < 0 && errno == EINTR) continue;
        if (done < 0) refuse(std::strerror(errno));
        if (done == 0) refuse("the file is truncated: use another copy of it");
        to = to.subspan(static_cast<std::size_t>(done));
        offset += static_cast<std::uint64_t>(done);
    }
}

void SnapshotReader::open(std::string_view machine) {
    struct stat status;
    if (fstat(fd_, &status) != 0 || !S_ISREG(status.st_mode))
        refuse("this is not a file that can be read");
    const auto size = static_cast<std::uint64_t>(status.st_size);
    std::array<std::byte, format::header_size> header = {};
    read_at(0, std::span(header).first(std::min<std::uint64_t>(size, header.size())));
    if (std::memcmp(header.data(), format::magic.data(), format::magic.size()) != 0)
        refuse("this is not a Vestige snapshot");
    const bool has_version = size >= format::at_version + sizeof(std::uint32_t);
    const auto version = load_le<std::uint32_t>(header.data() + format::at_version);
    if (has_version && version != format::version)
        refuse(fmt::format("it has format {}, this program reads format {}: use the program that "
                           "wrote it",
                           version, format::version));
    if (size < header.size()) refuse("the file is truncated: use another copy of it");
    const auto number = [&](std::size_t at) { return load_le<std::uint64_t>(header.data() + at); };
    if (number(format::at_header_checksum) !=
        format::checksum(std::span(header).first(format::at_header_checksum)))
        damaged();
    if (number(format::at_file_length) > size)
        refuse("the file is truncated: use another copy of it");
    const std::uint64_t at = number(format::at_directory);
    const std::uint64_t length = number(format::at_directory_length);
    if (at < header.size() || at > size || length > size - at) damaged();
    std::vector<std::byte> directory(length);
    read_at(at, directory);
    if (format::checksum(directory) != number(format::at_directory_checksum)) damaged();
    parse_directory(directory, at, machine);
    check_sections();
}

void SnapshotReader::parse_directory(std::span<const std::byte> directory, std::uint64_t limit,
                                     std::string_view machine) {
    DirectoryParser parser{directory};
    const std::string of_machine = parser.text();
    if (!parser.ok) damaged();
    if (of_machine != machine)
        refuse(fmt::format("it is of the machine '{}', this one is '{}': start with the options it "
                           "was made with",
                           of_machine, machine));
    const auto count = parser.number<std::uint32_t>();
    for (std::uint32_t i = 0; i < count && parser.ok; ++i) {
        SnapshotSection section;
        section.name = parser.text();
        section.version = parser.number<std::uint32_t>();
        section.offset = parser.number<std::uint64_t>();
        section.stored = parser.number<std::uint64_t>();
        section.length = parser.number<std::uint64_t>();
        section.checksum = parser.number<std::uint64_t>();
        const bool inside = section.offset >= format::header_size && section.offset <= limit &&
                            section.stored <= limit - section.offset;
        if (!parser.ok || !inside || section.name.size() > format::max_name ||
            section.length / format::max_ratio > section.stored)
            damaged();
        for (const SnapshotSection& before : sections_)
            if (before.name == section.name) damaged();
        sections_.push_back(std::move(section));
    }
    if (!parser.ok || !parser.data.empty()) damaged();
    loaded_.resize(sections_.size());
}

void SnapshotReader::check_sections() {
    for (const SnapshotSection& section : sections_) {
        where_.assign(1, section.name);
        std::uint64_t sum = format::checksum_start;
        for (std::uint64_t done = 0; done < section.stored;) {
            const auto part =
                std::span(frame_->in)
                    .first(std::min<std::uint64_t>(section.stored - done, frame_->in.size()));
            read_at(section.offset + done, part);
            sum = format::checksum(part, sum);
            done += part.size();
        }
        if (sum != section.checksum) damaged();
    }
    where_.clear();
}

// -- loading

void SnapshotReader::unpack(std::span<std::byte> to) {
    Frame& frame = *frame_;
    if (to.size() > frame.left) refuse("it ends too early");
    frame.left -= to.size();
    ZSTD_outBuffer out = {to.data(), to.size(), 0};
    while (out.pos < out.size) {
        if (frame.in_position == frame.in_end && frame.file_left != 0) {
            frame.in_position = 0;
            frame.in_end = std::min<std::uint64_t>(frame.in.size(), frame.file_left);
            read_at(frame.file_offset, std::span(frame.in).first(frame.in_end));
            frame.file_offset += frame.in_end;
            frame.file_left -= frame.in_end;
        }
        ZSTD_inBuffer in = {frame.in.data(), frame.in_end, frame.in_position};
        const std::size_t before = out.pos;
        const std::size_t result = ZSTD_decompressStream(frame.context, &out, &in);
        if (ZSTD_isError(result)) damaged();
        const bool stuck = out.pos == before && in.pos == frame.in_position;
        frame.in_position = in.pos;
        if (stuck || (result == 0 && out.pos < out.size)) damaged();
    }
}

SnapshotReader::Record SnapshotReader::unpack_record() {
    std::array<std::byte, 2> start;
    unpack(start);
    Record record{static_cast<std::uint8_t>(start[0]),
                  std::string(std::to_integer<int>(start[1]), ' '), 0};
    unpack(std::as_writable_bytes(std::span(record.name)));
    std::array<std::byte, 8> number;
    unpack(number);
    record.number = load_le<std::uint64_t>(number.data());
    return record;
}

void SnapshotReader::begin_section(std::string_view name, std::uint32_t version) {
    std::uint64_t stored_version = 0;
    if (!where_.empty()) {
        const Record record = unpack_record();
        if (record.kind != format::record_begin || record.name != name)
            refuse(
                fmt::format("part '{}' is expected, '{}' is stored: use the program that wrote it",
                            name, record.name));
        stored_version = record.number;
    } else {
        const auto found =
            std::find_if(sections_.begin(), sections_.end(),
                         [&](const SnapshotSection& section) { return section.name == name; });
        if (found == sections_.end())
            refuse(fmt::format("it has no section '{}': use the program that wrote it", name));
        stored_version = found->version;
        loaded_[static_cast<std::size_t>(found - sections_.begin())] = true;
        Frame& frame = *frame_;
        ZSTD_DCtx_reset(frame.context, ZSTD_reset_session_only);
        frame.in_position = frame.in_end = 0;
        frame.file_offset = found->offset;
        frame.file_left = found->stored;
        frame.left = found->length;
    }
    where_.emplace_back(name);
    if (stored_version != version)
        refuse(fmt::format("it has version {}, this program reads version {}: use the program that "
                           "wrote it",
                           stored_version, version));
}

void SnapshotReader::end_section() {
    VESTIGE_ASSERT(!where_.empty());
    if (where_.size() == 1) {
        if (frame_->left != 0)
            refuse(fmt::format("field '{}' is unknown: use the program that wrote it",
                               unpack_record().name));
    } else if (const Record record = unpack_record(); record.kind != format::record_end) {
        refuse(fmt::format("field '{}' is unknown: use the program that wrote it", record.name));
    }
    where_.pop_back();
}

void SnapshotReader::bytes(std::string_view name, std::span<std::byte> data) {
    VESTIGE_ASSERT(!where_.empty());
    const Record record = unpack_record();
    if (record.kind != format::record_field || record.name != name)
        refuse(fmt::format("field '{}' is expected, '{}' is stored: use the program that wrote it",
                           name, record.name));
    if (record.number != data.size())
        refuse(
            fmt::format("field '{}' has {} bytes, {} are expected: use the program that wrote it",
                        name, record.number, data.size()));
    unpack(data);
}

std::size_t SnapshotReader::checked_count(std::string_view name, std::uint64_t count,
                                          std::size_t element_size) {
    const std::uint64_t limit = std::min(frame_->left, format::max_list_bytes);
    if (count > limit / element_size)
        refuse(
            fmt::format("field '{}' has a length of {}, more than the file can hold", name, count));
    return static_cast<std::size_t>(count);
}

void SnapshotReader::finish() {
    for (std::size_t i = 0; i < sections_.size(); ++i)
        if (!loaded_[i])
            refuse(fmt::format("section '{}' belongs to nothing in this machine: start with the "
                               "options it was made with",
                               sections_[i].name));
}

} // namespace vestige
