#include "tests/decode/sparc_sweep.h"

#include "frontend/disasm/capstone.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <optional>
#include <random>
#include <string_view>

namespace vestige::sparc::sweep {

namespace {

constexpr std::uint32_t group_count = 256; // op and bits 19 to 24
constexpr std::uint32_t word_of_group(std::uint32_t group) {
    return group >> 6 << 30 | (group & 0x3f) << 19;
}

constexpr std::uint32_t rd_field = 0x3e000000;
constexpr std::uint32_t rs1_field = 0x0007c000;
constexpr std::uint32_t i_and_opf_fields = 0x00003fe0;

struct Alias {
    std::string_view theirs;
    std::string_view manual;
};

constexpr auto aliases = std::to_array<Alias>({
    {"ba", "b"},
    {"ba,a", "b,a"},
    {"fba", "fb"},
    {"fba,a", "fb,a"},
    {"mov", "or"},
    {"cmp", "subcc"},
    {"nop", "sethi"},
    {"ret", "jmpl"},
    {"retl", "jmpl"},
    {"jmp", "jmpl"},
});

std::string manual_name(std::string_view text, std::uint32_t word) {
    const std::string_view name = text.substr(0, text.find(' '));
    if (name == "call" && Fields{word}.op() == 2) return "jmpl";
    for (const Alias& alias : aliases)
        if (alias.theirs == name) return std::string(alias.manual);
    return std::string(name);
}

// A branch's target as if it stood at address 0, no comment, "[ %g1 ] (10)" and "[ %g1 ] #ASI_P"
// with a number.
std::string our_way(std::string text, std::uint32_t word, std::uint32_t pc) {
    if (text == "unknown") return "";
    if (const auto comment = text.find(" !"); comment != text.npos) text.resize(comment);
    const Form form = info(decode(word)).form;
    if (form == Form::branch || form == Form::call) {
        const auto target = text.find("0x");
        if (target == text.npos) return text;
        const auto address =
            static_cast<std::uint32_t>(std::stoul(text.substr(target), nullptr, 16));
        return text.replace(target, text.npos, fmt::format("{:#x}", address - pc));
    }
    const auto asi = text.find_first_of("(#");
    if (asi != text.npos && text[asi - 1] == ' ') {
        const auto end = std::min(text.find(',', asi), text.size());
        text.replace(asi, end - asi, fmt::format("{:#x}", Fields{word}.asi()));
    }
    return text;
}

} // namespace

std::vector<std::uint32_t> all_words() {
    std::mt19937 random(86904);
    std::vector<std::uint32_t> words;
    const auto add = [&](std::uint32_t word) {
        words.push_back(word);
        const std::uint32_t reserved = info(decode(word)).reserved_bits(word) & word;
        if (reserved != 0) words.push_back(word & ~reserved);
    };
    // The bits of `field` as they are in `value`, the rest in one of five ways.
    const auto add_fillings = [&](std::uint32_t fixed, std::uint32_t field, std::uint32_t value) {
        const std::uint32_t open = ~(fixed | field) & 0x3e07ffff;
        for (unsigned filling = 0; filling < 5; ++filling) {
            const std::uint32_t rest = filling == 0   ? 0
                                       : filling == 1 ? ~0u
                                       : filling == 2 ? random() & 0x0000200f
                                       : filling == 3 ? random() & (rd_field | rs1_field | 0x200f)
                                                      : random();
            add(fixed | value | (rest & open));
        }
    };
    for (std::uint32_t group = 0; group < group_count; ++group) {
        const std::uint32_t word = word_of_group(group);
        for (std::uint32_t value = 0; value < 512; ++value)
            add_fillings(word, i_and_opf_fields, value << 5);
        for (std::uint32_t value = 0; value < 1024; ++value)
            add_fillings(word, rd_field | rs1_field, value >> 5 << 25 | (value & 31) << 14);
        for (unsigned i = 0; i < 32; ++i) // synthetic instructions: rd is rs1
            add_fillings(word, rd_field | rs1_field | 0x3fff, i << 25 | i << 14 | 0x2001);
    }
    for (const InstructionInfo& row : all_instructions())
        for (std::uint32_t left = row.pattern.ignored; left != 0; left &= left - 1)
            add(row.pattern.value | (left & -left));
    std::sort(words.begin(), words.end());
    words.erase(std::unique(words.begin(), words.end()), words.end());
    return words;
}

std::vector<Sample> ask_capstone(std::span<const std::uint32_t> words) {
    const disasm::Capstone capstone(disasm::CapstoneIsa::sparc);
    std::vector<Sample> samples;
    samples.reserve(words.size());
    for (const std::uint32_t word : words) {
        const std::optional<std::string> text = capstone.disassemble(word, 0);
        samples.push_back({word, text ? manual_name(*text, word) : ""});
    }
    return samples;
}

std::vector<Sample> ask_objdump(std::span<const std::uint32_t> words) {
    std::vector<std::string> texts = vestige::sweep::objdump_texts(
        VESTIGE_SPARC_OBJDUMP, "-m sparc", "binutils-sparc64-linux-gnu", words);
    std::vector<Sample> samples;
    samples.reserve(words.size());
    for (std::size_t i = 0; i < words.size(); ++i)
        samples.push_back(
            {words[i], our_way(std::move(texts[i]), words[i], static_cast<std::uint32_t>(4 * i))});
    return samples;
}

} // namespace vestige::sparc::sweep
