#include "backend/x64/gdb_image.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <unordered_map>

#include <elf.h>
#include <sys/mman.h>

#include "backend/x64/gdb_interface.h"
#include "common/assertion.h"
#include "common/bits.h"

namespace vestige::x64 {

namespace {

constexpr std::size_t symbol_capacity = std::size_t{1} << 18; // later code has no name
constexpr std::size_t name_bytes = 48;                        // of each symbol, with its zero

// Sections, in the order of their headers.
enum Section : unsigned { none, text, debug_frame, symbols, names, section_names, section_count };
constexpr std::string_view section_name_table[section_count] = {
    "", ".text", ".debug_frame", ".symtab", ".strtab", ".shstrtab"};

// ---- DWARF 4, sections 6.4 and 7.23

constexpr std::uint8_t cfa_def_cfa = 0x0c, cfa_def_cfa_offset = 0x0e, cfa_offset = 0x80,
                       cfa_nop = 0x00;
constexpr unsigned dwarf_rsp = 7, dwarf_return_address = 16;
constexpr std::uint32_t is_cie = 0xffffffff;

class FrameTable {
  public:
    FrameTable() {
        begin();
        put(is_cie);
        byte(1);                    // version
        byte(0);                    // no augmentation
        byte(1);                    // instructions are counted in bytes
        byte(0x78);                 // saved registers in units of -8
        byte(dwarf_return_address); // its number
        byte(cfa_def_cfa);
        byte(dwarf_rsp);
        unsigned_leb(8);
        byte(cfa_offset | dwarf_return_address);
        unsigned_leb(1);
        end();
    }

    void add(const UnwindRange& range) {
        begin();
        put(std::uint32_t{0}); // the CIE is at the beginning
        put(reinterpret_cast<std::uint64_t>(range.begin));
        put(static_cast<std::uint64_t>(range.end - range.begin));
        byte(cfa_def_cfa_offset);
        unsigned_leb(range.frame_bytes);
        unsigned word = 2; // below the frame's end; the first is the return address
        for (const unsigned reg : range.saved_registers) {
            byte(static_cast<std::uint8_t>(cfa_offset | reg));
            unsigned_leb(word++);
        }
        end();
    }

    const std::vector<std::uint8_t>& bytes() const { return bytes_; }

  private:
    template <typename T> void put(T value) {
        const std::size_t at = bytes_.size();
        bytes_.resize(at + sizeof value);
        std::memcpy(&bytes_[at], &value, sizeof value);
    }
    void byte(std::uint8_t value) { bytes_.push_back(value); }
    void unsigned_leb(std::size_t value) {
        for (; value >= 0x80; value >>= 7)
            byte(static_cast<std::uint8_t>(value | 0x80));
        byte(static_cast<std::uint8_t>(value));
    }
    void begin() {
        entry_ = bytes_.size();
        put(std::uint32_t{0}); // the length, which end() fills in
    }
    void end() {
        while ((bytes_.size() - entry_ - 4) % 8 != 4)
            byte(cfa_nop);
        const auto length = static_cast<std::uint32_t>(bytes_.size() - entry_ - 4);
        std::memcpy(&bytes_[entry_], &length, sizeof length);
    }

    std::vector<std::uint8_t> bytes_;
    std::size_t entry_ = 0;
};

} // namespace

// The file is laid out for the most symbols that it may ever have; memory is used where there are
// some. The sections' sizes say how far they go now.
struct GdbImage::Parts {
    std::size_t size = 0;
    std::byte* file = nullptr;
    Elf64_Shdr* headers = nullptr;
    Elf64_Sym* symbol_table = nullptr;
    char* name_table = nullptr;

    std::size_t used = 1; // symbols, with the empty one at the beginning
    std::size_t announced = 16;
    std::vector<std::uint32_t> free;
    std::unordered_map<const void*, std::uint32_t> by_start;
    GdbCodeEntry entry;

    template <typename T> T* at(std::size_t offset) { return reinterpret_cast<T*>(file + offset); }
    void set_size(std::size_t symbol_count) {
        used = symbol_count;
        headers[symbols].sh_size = used * sizeof(Elf64_Sym);
        headers[names].sh_size = used * name_bytes;
    }
};

GdbImage::GdbImage(const std::byte* begin, const std::byte* end,
                   const std::vector<UnwindRange>& unwind)
    : parts_(std::make_unique<Parts>()) {
    FrameTable frames;
    for (const UnwindRange& range : unwind)
        frames.add(range);
    std::string names_of_sections;
    std::uint32_t name_of[section_count];
    for (unsigned i = 0; i < section_count; ++i) {
        name_of[i] = static_cast<std::uint32_t>(names_of_sections.size());
        names_of_sections += section_name_table[i];
        names_of_sections += '\0';
    }

    std::size_t offset = 0;
    const auto place = [&offset](std::size_t bytes) {
        const std::size_t here = offset;
        offset = align_up(offset + bytes, std::size_t{16});
        return here;
    };
    place(sizeof(Elf64_Ehdr));
    const std::size_t headers_at = place(section_count * sizeof(Elf64_Shdr));
    const std::size_t frames_at = place(frames.bytes().size());
    const std::size_t section_names_at = place(names_of_sections.size());
    const std::size_t symbols_at = place(symbol_capacity * sizeof(Elf64_Sym));
    const std::size_t names_at = place(symbol_capacity * name_bytes);

    Parts& parts = *parts_;
    parts.size = offset;
    void* const memory = mmap(nullptr, parts.size, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    VESTIGE_ASSERT(memory != MAP_FAILED);
    parts.file = static_cast<std::byte*>(memory);
    parts.headers = parts.at<Elf64_Shdr>(headers_at);
    parts.symbol_table = parts.at<Elf64_Sym>(symbols_at);
    parts.name_table = parts.at<char>(names_at);

    Elf64_Ehdr& header = *parts.at<Elf64_Ehdr>(0);
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_ident[EI_VERSION] = EV_CURRENT;
    header.e_type = ET_EXEC;
    header.e_machine = EM_X86_64;
    header.e_version = EV_CURRENT;
    header.e_shoff = headers_at;
    header.e_ehsize = sizeof(Elf64_Ehdr);
    header.e_shentsize = sizeof(Elf64_Shdr);
    header.e_shnum = section_count;
    header.e_shstrndx = section_names;

    const auto section = [&](Section which, std::uint32_t type, std::size_t at, std::size_t bytes) {
        Elf64_Shdr& one = parts.headers[which];
        one.sh_name = name_of[which];
        one.sh_type = type;
        one.sh_offset = at;
        one.sh_size = bytes;
        one.sh_addralign = 1;
    };
    // The code is where it is, not in the file.
    section(text, SHT_NOBITS, 0, static_cast<std::size_t>(end - begin));
    parts.headers[text].sh_addr = reinterpret_cast<Elf64_Addr>(begin);
    parts.headers[text].sh_flags = SHF_ALLOC | SHF_EXECINSTR;
    section(debug_frame, SHT_PROGBITS, frames_at, frames.bytes().size());
    std::memcpy(parts.file + frames_at, frames.bytes().data(), frames.bytes().size());
    section(symbols, SHT_SYMTAB, symbols_at, 0);
    parts.headers[symbols].sh_entsize = sizeof(Elf64_Sym);
    parts.headers[symbols].sh_link = names;
    parts.headers[symbols].sh_info = 1; // the first that is not local
    section(names, SHT_STRTAB, names_at, 0);
    section(section_names, SHT_STRTAB, section_names_at, names_of_sections.size());
    std::memcpy(parts.file + section_names_at, names_of_sections.data(), names_of_sections.size());
    parts.set_size(1);

    parts.entry.file = parts.file;
    parts.entry.file_bytes = parts.size;
    announce_to_gdb(parts.entry);
}

GdbImage::~GdbImage() {
    withdraw_from_gdb(parts_->entry);
    munmap(parts_->file, parts_->size);
}

void GdbImage::code_added(const runtime::NamedCode& code) {
    Parts& parts = *parts_;
    std::uint32_t index;
    if (!parts.free.empty()) {
        index = parts.free.back();
        parts.free.pop_back();
    } else if (parts.used < symbol_capacity) {
        index = static_cast<std::uint32_t>(parts.used);
    } else {
        return;
    }
    char* const name = parts.name_table + index * name_bytes;
    const std::size_t length = std::min(code.name.size(), name_bytes - 1);
    std::memcpy(name, code.name.data(), length);
    name[length] = '\0';
    Elf64_Sym& symbol = parts.symbol_table[index];
    symbol.st_name = static_cast<Elf64_Word>(index * name_bytes);
    symbol.st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC);
    symbol.st_shndx = text;
    symbol.st_value = reinterpret_cast<Elf64_Addr>(code.start);
    symbol.st_size = code.bytes;
    parts.by_start[code.start] = index;
    if (index < parts.used) return;
    parts.set_size(index + 1);
    if (parts.used < parts.announced + parts.announced / 4) return;
    parts.announced = parts.used;
    withdraw_from_gdb(parts.entry);
    announce_to_gdb(parts.entry);
}

void GdbImage::code_removed(const void* start) {
    Parts& parts = *parts_;
    const auto found = parts.by_start.find(start);
    if (found == parts.by_start.end()) return;
    Elf64_Sym& symbol = parts.symbol_table[found->second];
    symbol = {};
    symbol.st_info = ELF64_ST_INFO(STB_GLOBAL, STT_NOTYPE);
    parts.free.push_back(found->second);
    parts.by_start.erase(found);
}

std::span<const std::byte> GdbImage::bytes() const { return {parts_->file, parts_->size}; }

} // namespace vestige::x64
