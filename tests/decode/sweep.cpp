#include "tests/decode/sweep.h"

#include "common/endian.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <stdexcept>

#include <unistd.h>

namespace vestige::sweep {

namespace {

constexpr std::string_view reserved_bits = "reserved bits are set, which we ignore as the chips do";

// A file of this process, gone with the object.
class ScratchFile {
  public:
    ScratchFile()
        : path_(std::filesystem::temp_directory_path() /
                ("vestige_sweep_" + std::to_string(getpid()) + ".bin")) {}
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

void write_words(const std::filesystem::path& path, std::span<const std::uint32_t> words) {
    std::vector<char> bytes(words.size() * 4);
    for (std::size_t i = 0; i < words.size(); ++i)
        store_be(bytes.data() + 4 * i, words[i]);
    std::ofstream out(path, std::ios::binary);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!out.flush()) throw std::runtime_error("cannot write " + path.string());
}

// Tabs and runs of spaces become one space each, none at the ends.
std::string with_single_spaces(std::string_view text) {
    std::string result;
    for (const char c : text) {
        const bool is_space = c == ' ' || c == '\t' || c == '\n';
        if (!is_space)
            result += c;
        else if (!result.empty() && result.back() != ' ')
            result += ' ';
    }
    if (result.ends_with(' ')) result.pop_back();
    return result;
}

} // namespace

Comparison compare(std::string_view reference, std::span<const Sample> samples,
                   const Decoder& decoder, std::size_t row_count, std::span<const Known> known) {
    Comparison result;
    result.confirmations.resize(row_count);
    std::vector<bool> used(known.size());
    for (const auto& [word, theirs] : samples) {
        const Answer ours = decoder(word);
        if (ours.text == theirs) {
            ++result.confirmations[ours.row];
            continue;
        }
        if (ours.row != 0 && theirs.empty() && (word & ours.reserved) != 0) {
            ++result.reasons[std::string(reserved_bits)];
            continue;
        }
        const auto row = std::ranges::find_if(
            known, [&](const Known& one) { return one.explains(word, ours.text, theirs); });
        if (row != known.end()) {
            ++result.reasons[row->reason];
            used[static_cast<std::size_t>(row - known.begin())] = true;
        } else {
            result.disagreements.push_back(fmt::format("{:08x}: we say '{}', {} says '{}'", word,
                                                       ours.text, reference, theirs));
        }
    }
    for (std::size_t i = 0; i < known.size(); ++i)
        if (!used[i]) result.stale.push_back(known[i].label);
    return result;
}

std::string first_lines(const std::vector<std::string>& lines) {
    std::string text;
    for (std::size_t i = 0; i < std::min<std::size_t>(lines.size(), 20); ++i)
        text += lines[i] + "\n";
    return text;
}

void require_agreement(const Comparison& comparison) {
    INFO(first_lines(comparison.disagreements));
    CHECK(comparison.disagreements.empty());
    INFO("known disagreements that explain nothing:\n" << first_lines(comparison.stale));
    CHECK(comparison.stale.empty());
}

std::vector<std::string> objdump_texts(const std::string& program, const std::string& options,
                                       const std::string& package,
                                       std::span<const std::uint32_t> words) {
    const ScratchFile file;
    write_words(file.path(), words);
    // -z: zeros too.
    const std::string command =
        fmt::format("'{}' -D -z -b binary -EB {} '{}'", program, options, file.path().string());
    FILE* pipe = popen(command.c_str(), "r");
    if (pipe == nullptr) throw std::runtime_error("cannot run " + command);
    std::vector<std::string> texts;
    texts.reserve(words.size());
    // "     4c:\t7c 22 1a 14 \tadd     r1,r2,r3"
    char line[256];
    while (std::fgets(line, sizeof line, pipe) != nullptr) {
        const std::string_view text(line);
        const std::size_t bytes = text.find(":\t");
        const std::size_t name = text.find('\t', bytes + 2);
        if (bytes == text.npos || name == text.npos) continue;
        texts.push_back(with_single_spaces(text.substr(name + 1)));
    }
    if (pclose(pipe) != 0 || texts.size() != words.size())
        throw std::runtime_error("no disassembly from " + command + " (Debian: install " + package +
                                 ")");
    return texts;
}

} // namespace vestige::sweep
