#include "tests/decode/ppc_sweep.h"

#include "frontend/disasm/capstone.h"

#include <algorithm>
#include <array>
#include <optional>
#include <random>
#include <regex>

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
    const disasm::Capstone capstone(disasm::CapstoneIsa::ppc);
    std::vector<Sample> samples;
    samples.reserve(words.size());
    std::map<std::string, std::string> known;
    for (const std::uint32_t word : words) {
        const std::optional<std::string> text = capstone.disassemble(word, 0);
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
    // "raw": no simplified mnemonics.
    const std::vector<std::string> texts = vestige::sweep::objdump_texts(
        VESTIGE_PPC_OBJDUMP, "-m powerpc -M raw,7400,7450", "binutils-powerpc-linux-gnu", words);
    std::vector<Sample> samples;
    samples.reserve(words.size());
    for (std::size_t i = 0; i < words.size(); ++i) {
        std::string mnemonic = texts[i].substr(0, texts[i].find(' '));
        samples.push_back({words[i], mnemonic == ".long" ? "" : std::move(mnemonic)});
    }
    return samples;
}

} // namespace vestige::ppc::sweep
