// Snapshots: a machine's whole state in one file of its own.
//
// Layout (integers little-endian):
//     header      64 bytes: magic, format version, where the directory is, checksums
//     sections    one zstd frame for each top-level section
//     directory   the machine's description; of each section its name, version, place, lengths,
//     checksum
// A section's frame unpacks to records: a field has its name, its length and its bytes; nested
// sections are opened and closed by records of their own.
//
// A new file is written beside the old one, forced to the disk and renamed over it at the end: an
// interrupted write harms nothing. A file that is foreign, truncated, damaged or of another machine
// is refused with a UserError that names the file, the section and field, and the reason.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "machine/core/state.h"

namespace vestige {

// What the directory says of one section.
struct SnapshotSection {
    std::string name;
    std::uint32_t version = 0;
    std::uint64_t offset = 0;   // in the file
    std::uint64_t stored = 0;   // bytes in the file
    std::uint64_t length = 0;   // bytes when unpacked
    std::uint64_t checksum = 0; // of the stored bytes
};

class SnapshotWriter : public StateVisitor {
  public:
    // `machine` describes what the state fits: board, CPU, memory, devices. Throws UserError if the
    // file cannot be made.
    SnapshotWriter(std::string path, std::string machine);
    // Without finish() before, nothing remains.
    ~SnapshotWriter() override;

    // Makes the file complete and puts it in its place. Throws UserError if the disk refuses.
    void finish();

    bool loading() const override { return false; }
    void bytes(std::string_view name, std::span<std::byte> data) override;

  protected:
    void begin_section(std::string_view name, std::uint32_t version) override;
    void end_section() override;
    std::size_t checked_count(std::string_view name, std::uint64_t count,
                              std::size_t element_size) override;

  private:
    struct Frame;
    void store(std::span<const std::byte> data);
    void pack(std::span<const std::byte> data);
    void pack_record(std::uint8_t kind, std::string_view name, std::uint64_t number);
    void write_at(std::uint64_t offset, std::span<const std::byte> data);
    [[noreturn]] void refuse(const char* what) const;

    std::string path_;
    std::string partial_path_; // empty once renamed
    std::string machine_;
    int fd_ = -1;
    std::uint64_t end_ = 0; // of what has been written
    std::unique_ptr<Frame> frame_;
    std::vector<SnapshotSection> sections_;
    unsigned depth_ = 0;
};

class SnapshotReader : public StateVisitor {
  public:
    // Checks the whole file before anything is loaded. Throws UserError.
    SnapshotReader(std::string path, std::string_view machine);
    ~SnapshotReader() override;

    // Throws UserError unless every section of the file has been loaded.
    void finish();

    const std::vector<SnapshotSection>& sections() const { return sections_; }

    // A UserError thrown while loading leaves the machine half loaded: it must be reset or ended.
    bool loading() const override { return true; }
    void bytes(std::string_view name, std::span<std::byte> data) override;

  protected:
    void begin_section(std::string_view name, std::uint32_t version) override;
    void end_section() override;
    std::size_t checked_count(std::string_view name, std::uint64_t count,
                              std::size_t element_size) override;

  private:
    struct Frame;
    struct Record {
        std::uint8_t kind;
        std::string name;
        std::uint64_t number;
    };
    void open(std::string_view machine);
    void parse_directory(std::span<const std::byte> directory, std::uint64_t limit,
                         std::string_view machine);
    void check_sections();
    void read_at(std::uint64_t offset, std::span<std::byte> to);
    void unpack(std::span<std::byte> to);
    Record unpack_record();
    [[noreturn]] void refuse(const std::string& reason) const;
    [[noreturn]] void damaged() const;

    std::string path_;
    int fd_ = -1;
    std::unique_ptr<Frame> frame_;
    std::vector<SnapshotSection> sections_;
    std::vector<bool> loaded_;       // of each section
    std::vector<std::string> where_; // sections that are open, for messages
};

} // namespace vestige
