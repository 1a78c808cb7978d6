#include "tests/decode/ppc_sweep.h"

#include "common/endian.h"
#include "frontend/ppc/disasm/disassembler.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <regex>
#include <stdexcept>

#include <unistd.h>

namespace vestige::ppc::sweep {

namespace {

struct Alias {
    std::string_view theirs;
    std::string_view manual;
};

// Capstone's simplified mnemonics, less branches and traps, and what they are short for.
constexpr auto aliases = std::to_array<Alias>({
    {"li", "addi"},     {"lis", "addis"},   {"cmpwi", "cmpi"},    {"cmplwi", "cmpli"},
    {"cmpw", "cmp"},    {"cmplw", "cmpl"},  {"crset", "creqv"},   {"crnot", "crnor"},
    {"crmove", "cror"}, {"crclr", "crxor"}, {"clrlwi", "rlwinm"}, {"rotlwi", "rlwinm"},
    {"slwi", "rlwinm"}, {"srwi", "rlwinm"}, {"rotlw", "rlwnm"},   {"mr", "or"},
    {"nop", "ori"},     {"xnop", "xori"},   {"mflr", "mfspr"},    {"mtlr", "mtspr"},
    {"mfctr", "mfspr"}, {"mtctr", "mtspr"}, {"trap", "tw"},
});

// "bdnzfl+" is "bcl", "beqlr" is "bclr", "twgti" is "twi".
std::string manual_name(std::string_view text) {
    std::string name(text.substr(0, text.find(' ')));
    static const std::regex branch(
        "b(c|eq|ne|lt|gt|le|ge|so|ns|un|nu|t|f|dn?z[tf]?)?(lr|ctr)?(l?)(a?)[+-]?");
    std::smatch part;
    if (std::regex_match(name, part, branch)) {
        const bool conditional = part[1].length() + part[2].length() != 0;
        return (conditional ? "bc" : "b") + part[2].str() + part[3].str() + part[4].str();
    }
    if (name.starts_with("tw")) return name.ends_with('i') ? "twi" : "tw";
    const bool record = name.ends_with('.');
    const std::string_view stem(name.data(), name.size() - (record ? 1 : 0));
    for (const Alias& alias : aliases)
        if (alias.theirs == stem) return std::string(alias.manual) + (record ? "." : "");
    return name;
}

// A file of this process, gone with the object.
class ScratchFile {
  public:
    ScratchFile()
        : path_(std::filesystem::temp_directory_path() /
                ("vestige_ppc_sweep_" + std::to_string(getpid()) + ".bin")) {}
    ~ScratchFile() {
        std::error_code ignored;
        std::filesystem::remove(path_, ignored);
    }
    ScratchFile(const ScratchFile&) = delete;
    ScratchFile& operator=(const ScratchFile&) = delete;
    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

} // namespace

std::vector<std::uint32_t> all_words() {
    constexpr std::uint32_t all_ones = 0x7fff;
    std::mt19937 random(603);
    std::vector<std::uint32_t> words;
    const auto add = [&](std::uint32_t word) {
        words.push_back(word);
        if (const std::uint32_t ignored = info(decode(word)).pattern.ignored & word; ignored != 0)
            words.push_back(word & ~ignored);
    };
    for (std::uint32_t primary = 0; primary < 64; ++primary)
        for (std::uint32_t low = 0; low < 2048; ++low)
            for (unsigned filling = 0; filling < 5; ++filling) {
                const std::uint32_t operands = filling == 0   ? 0
                                               : filling == 1 ? all_ones
                                                              : random() & all_ones;
                add(primary << 26 | operands << 11 | low);
            }
    for (const InstructionInfo& row : all_instructions())
        for (std::uint32_t left = row.pattern.ignored; left != 0; left &= left - 1)
            add(row.pattern.value | (left & -left));
    for (const Opcode opcode : {Opcode::mfspr, Opcode::mftb, Opcode::mtspr})
        for (std::uint32_t number = 0; number < 1024; ++number)
            add(info(opcode).pattern.value | number << 11);
    std::sort(words.begin(), words.end());
    words.erase(std::unique(words.begin(), words.end()), words.end());
    return words;
}

std::vector<Sample> ask_capstone(std::span<const std::uint32_t> words) {
    const Disassembler disassembler;
    std::vector<Sample> samples;
    samples.reserve(words.size());
    std::map<std::string, std::string> known;
    for (const std::uint32_t word : words) {
        const std::optional<std::string> text = disassembler.ask_capstone(word, 0);
        if (!text) {
            samples.push_back({word, ""});
            continue;
        }
        std::string& name = known[text->substr(0, text->find(' '))];
        if (name.empty()) name = manual_name(*text);
        samples.push_back({word, name});
    }
    return samples;
}

std::vector<Sample> ask_objdump(std::span<const std::uint32_t> words) {
    const ScratchFile file;
    {
        std::vector<char> bytes(words.size() * 4);
        for (std::size_t i = 0; i < words.size(); ++i)
            store_be(bytes.data() + 4 * i, words[i]);
        std::ofstream out(file.path(), std::ios::binary);
        out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        if (!out.flush()) throw std::runtime_error("cannot write " + file.path().string());
    }
    // "raw": no simplified mnemonics. -z: zeros too.
    const std::string command = std::string("'") + VESTIGE_PPC_OBJDUMP +
                                "' -D -z -b binary -m powerpc -EB -M raw,7400,7450 '" +
                                file.path().string() + "'";
    FILE* pipe = popen(command.c_str(), "r");
    if (pipe == nullptr) throw std::runtime_error("cannot run " + command);
    std::vector<Sample> samples;
    samples.reserve(words.size());
    // "     4c:\t7c 22 1a 14 \tadd     r1,r2,r3"
    char line[256];
    while (std::fgets(line, sizeof line, pipe) != nullptr) {
        const std::string_view text(line);
        const std::size_t bytes = text.find(":\t");
        const std::size_t name = text.find('\t', bytes + 2);
        if (bytes == text.npos || name == text.npos) continue;
        const std::string_view rest = text.substr(name + 1);
        const std::string_view mnemonic = rest.substr(0, rest.find_first_of(" \n"));
        if (samples.size() < words.size())
            samples.push_back(
                {words[samples.size()], mnemonic == ".long" ? "" : std::string(mnemonic)});
    }
    if (pclose(pipe) != 0 || samples.size() != words.size())
        throw std::runtime_error("no disassembly from " + command +
                                 " (Debian: install binutils-powerpc-linux-gnu)");
    return samples;
}

} // namespace vestige::ppc::sweep
