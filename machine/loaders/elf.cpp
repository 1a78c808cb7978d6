// Source: System V ABI, chapter 4 (object files); e_machine numbers of the processor supplements.
#include "machine/loaders/elf.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sys/stat.h>

#include <fmt/format.h>

#include "common/error.h"

namespace vestige {

namespace {

constexpr std::uint32_t loadable = 1; // PT_LOAD

// Where the fields are, for both classes.
struct Layout {
    std::size_t entry, program_headers, entry_size, count, header_size;
    std::size_t type, offset, physical, file_size, memory_size;
    unsigned word;
};
constexpr Layout layout32{24, 28, 42, 44, 52, 0, 4, 12, 16, 20, 4};
constexpr Layout layout64{24, 32, 54, 56, 64, 0, 8, 24, 32, 40, 8};

std::string name_of_machine(std::uint64_t machine, unsigned bits, Endian endian) {
    struct Row {
        std::uint64_t number;
        const char* name;
    };
    static constexpr Row rows[] = {{2, "SPARC"},    {3, "x86"},       {20, "PowerPC"},
                                   {21, "PowerPC"}, {40, "ARM"},      {43, "SPARC V9"},
                                   {62, "x86-64"},  {183, "AArch64"}, {243, "RISC-V"}};
    std::string name = fmt::format("machine {}", machine);
    for (const Row& row : rows)
        if (row.number == machine) name = row.name;
    return fmt::format("{}-bit {}-endian {}", bits, endian == Endian::big ? "big" : "little", name);
}

} // namespace

std::vector<std::byte> read_file(const std::string& path, const std::string& what) {
    struct stat status {};
    if (stat(path.c_str(), &status) != 0)
        throw UserError(fmt::format("cannot open {} '{}': {}", what, path, std::strerror(errno)));
    if (!S_ISREG(status.st_mode))
        throw UserError(fmt::format("{} '{}' is not a regular file", what, path));
    std::ifstream file(path, std::ios::binary);
    if (!file)
        throw UserError(fmt::format("cannot open {} '{}': {}", what, path, std::strerror(errno)));
    std::vector<std::byte> bytes(static_cast<std::size_t>(status.st_size));
    file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (!file) throw UserError(fmt::format("cannot read {} '{}'", what, path));
    return bytes;
}

ElfImage read_elf(const std::string& path, const ElfTarget& target) {
    ElfImage image;
    image.bytes = read_file(path, "the file");
    const auto& bytes = image.bytes;
    constexpr unsigned char magic[4] = {0x7f, 'E', 'L', 'F'};
    if (bytes.size() < 6 || std::memcmp(bytes.data(), magic, 4) != 0)
        throw UserError(fmt::format("'{}' is not an ELF file (this machine boots ELF files for {})",
                                    path, target.name));
    const unsigned bits = bytes[4] == std::byte{2} ? 64 : 32;
    const Endian endian = bytes[5] == std::byte{2} ? Endian::big : Endian::little;
    const Layout& layout = bits == 64 ? layout64 : layout32;
    const auto truncated = [&] {
        return UserError(
            fmt::format("'{}' is a truncated ELF file: fetch or build it again", path));
    };
    if (bytes.size() < layout.header_size) throw truncated();
    const auto field = [&](std::size_t at, unsigned size) {
        return load_sized(bytes.data() + at, size, endian);
    };
    const std::uint64_t machine = field(18, 2);
    if (machine != target.machine || bits != target.bits || endian != target.endian)
        throw UserError(fmt::format("'{}' is for {}; this machine runs {}", path,
                                    name_of_machine(machine, bits, endian), target.name));

    image.entry = field(layout.entry, layout.word);
    const std::uint64_t table = field(layout.program_headers, layout.word);
    const std::uint64_t stride = field(layout.entry_size, 2);
    const std::uint64_t count = field(layout.count, 2);
    const std::uint64_t smallest = layout.memory_size + layout.word;
    if (count > 0 && stride < smallest) throw truncated();
    if (table > bytes.size() || count * stride > bytes.size() - table) throw truncated();

    image.low = ~std::uint64_t{0};
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::size_t at = table + i * stride;
        const std::uint64_t memory_size = field(at + layout.memory_size, layout.word);
        if (field(at + layout.type, 4) != loadable || memory_size == 0) continue;
        const std::uint64_t offset = field(at + layout.offset, layout.word);
        const std::uint64_t file_size = field(at + layout.file_size, layout.word);
        const std::uint64_t physical = field(at + layout.physical, layout.word);
        if (offset > bytes.size() || file_size > bytes.size() - offset) throw truncated();
        if (file_size > memory_size || physical + memory_size < physical)
            throw UserError(fmt::format("'{}' is a damaged ELF file (segment {})", path, i));
        image.segments.push_back(
            {physical, memory_size, std::span(bytes).subspan(offset, file_size)});
        image.low = std::min(image.low, physical);
        image.high = std::max(image.high, physical + memory_size);
    }
    if (image.segments.empty())
        throw UserError(fmt::format("'{}' has nothing to load: is it an object file?", path));
    return image;
}

} // namespace vestige
