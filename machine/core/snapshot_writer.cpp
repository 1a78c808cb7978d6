#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <zstd.h>

#include "common/assertion.h"
#include "common/endian.h"
#include "common/error.h"
#include "machine/core/snapshot.h"
#include "machine/core/snapshot_format.h"

namespace vestige {

namespace format = snapshot_format;

struct SnapshotWriter::Frame {
    ZSTD_CCtx* context = ZSTD_createCCtx();
    std::vector<std::byte> out = std::vector<std::byte>(ZSTD_CStreamOutSize());

    Frame() {
        VESTIGE_ASSERT(context);
        ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, format::compression_level);
        ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, format::window_log);
    }
    ~Frame() { ZSTD_freeCCtx(context); }
    Frame(const Frame&) = delete;
    Frame& operator=(const Frame&) = delete;
};

SnapshotWriter::SnapshotWriter(std::string path, std::string machine)
    : path_(std::move(path)),
      partial_path_(fmt::format("{}.partial-{}", path_, getpid())),
      machine_(std::move(machine)),
      frame_(std::make_unique<Frame>()) {
    fd_ =
        ::open(partial_path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (fd_ < 0) refuse("make");
    end_ = format::header_size; // written last
}

SnapshotWriter::~SnapshotWriter() {
    if (fd_ < 0) return;
    close(fd_);
    if (!partial_path_.empty()) unlink(partial_path_.c_str());
}

void SnapshotWriter::refuse(const char* what) const {
    throw UserError(
        fmt::format("cannot {} the snapshot '{}': {}", what, path_, std::strerror(errno)));
}

void SnapshotWriter::write_at(std::uint64_t offset, std::span<const std::byte> data) {
    while (!data.empty()) {
        const ssize_t done = pwrite(fd_, data.data(), data.size(), static_cast<off_t>(offset));
        if (done < 0 && errno == EINTR) continue;
        if (done < 0) refuse("write");
        data = data.subspan(static_cast<std::size_t>(done));
        offset += static_cast<std::uint64_t>(done);
    }
}

void SnapshotWriter::store(std::span<const std::byte> data) {
    SnapshotSection& section = sections_.back();
    write_at(end_, data);
    end_ += data.size();
    section.stored += data.size();
    section.checksum = format::checksum(data, section.checksum);
}

void SnapshotWriter::pack(std::span<const std::byte> data) {
    sections_.back().length += data.size();
    ZSTD_inBuffer in = {data.data(), data.size(), 0};
    while (in.pos < in.size) {
        ZSTD_outBuffer out = {frame_->out.data(), frame_->out.size(), 0};
        VESTIGE_ASSERT(
            !ZSTD_isError(ZSTD_compressStream2(frame_->context, &out, &in, ZSTD_e_continue)));
        store(std::span(frame_->out).first(out.pos));
    }
}

void SnapshotWriter::pack_record(std::uint8_t kind, std::string_view name, std::uint64_t number) {
    VESTIGE_ASSERT(name.size() <= format::max_name);
    std::vector<std::byte> record(2 + name.size() + 8);
    record[0] = static_cast<std::byte>(kind);
    record[1] = static_cast<std::byte>(name.size());
    std::ranges::copy(std::as_bytes(std::span(name)), record.begin() + 2);
    store_le(record.data() + 2 + name.size(), number);
    pack(record);
}

void SnapshotWriter::begin_section(std::string_view name, std::uint32_t version) {
    if (depth_++ != 0) return pack_record(format::record_begin, name, version);
    VESTIGE_ASSERT(name.size() <= format::max_name);
    for (const SnapshotSection& section : sections_)
        VESTIGE_ASSERT(section.name != name); // a device's name is unique in its machine
    sections_.push_back({.name = std::string(name),
                         .version = version,
                         .offset = end_,
                         .checksum = format::checksum_start});
    ZSTD_CCtx_reset(frame_->context, ZSTD_reset_session_only);
}

void SnapshotWriter::end_section() {
    VESTIGE_ASSERT(depth_ > 0);
    if (--depth_ != 0) return pack_record(format::record_end, {}, 0);
    std::size_t left = 1;
    while (left != 0) {
        ZSTD_inBuffer in = {nullptr, 0, 0};
        ZSTD_outBuffer out = {frame_->out.data(), frame_->out.size(), 0};
        left = ZSTD_compressStream2(frame_->context, &out, &in, ZSTD_e_end);
        VESTIGE_ASSERT(!ZSTD_isError(left));
        store(std::span(frame_->out).first(out.pos));
    }
}

void SnapshotWriter::bytes(std::string_view name, std::span<std::byte> data) {
    VESTIGE_ASSERT(depth_ > 0);
    pack_record(format::record_field, name, data.size());
    pack(data);
}

std::size_t SnapshotWriter::checked_count(std::string_view, std::uint64_t count, std::size_t) {
    return static_cast<std::size_t>(count);
}

void SnapshotWriter::finish() {
    VESTIGE_ASSERT(depth_ == 0);
    std::vector<std::byte> directory;
    const auto put_number = [&](auto number) {
        directory.resize(directory.size() + sizeof number);
        store_le(directory.data() + directory.size() - sizeof number, number);
    };
    const auto put_text = [&](const std::string& text) {
        put_number(static_cast<std::uint32_t>(text.size()));
        for (const char character : text)
            directory.push_back(static_cast<std::byte>(character));
    };
    put_text(machine_);
    put_number(static_cast<std::uint32_t>(sections_.size()));
    for (const SnapshotSection& section : sections_) {
        put_text(section.name);
        put_number(section.version);
        put_number(section.offset);
        put_number(section.stored);
        put_number(section.length);
        put_number(section.checksum);
    }
    write_at(end_, directory);

    std::array<std::byte, format::header_size> header = {};
    std::memcpy(header.data(), format::magic.data(), format::magic.size());
    store_le(header.data() + format::at_version, format::version);
    store_le(header.data() + format::at_directory, end_);
    store_le(header.data() + format::at_directory_length, std::uint64_t{directory.size()});
    store_le(header.data() + format::at_file_length, end_ + directory.size());
    store_le(header.data() + format::at_directory_checksum, format::checksum(directory));
    store_le(header.data() + format::at_header_checksum,
             format::checksum(std::span(header).first(format::at_header_checksum)));
    write_at(0, header);

    if (fsync(fd_) != 0) refuse("write");
    if (rename(partial_path_.c_str(), path_.c_str()) != 0) refuse("replace");
    partial_path_.clear();
    // The new name itself must survive a power cut; a file system that cannot promise it is no
    // error.
    const auto slash = path_.rfind('/');
    const std::string folder = slash == path_.npos ? "." : path_.substr(0, slash + 1);
    const int folder_fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder_fd >= 0) {
        fsync(folder_fd);
        close(folder_fd);
    }
}

} // namespace vestige
