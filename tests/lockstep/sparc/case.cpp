#include "tests/lockstep/sparc/case.h"

#include <algorithm>
#include <cstring>
#include <span>

#include <fmt/format.h>

#include "common/assertion.h"
#include "common/endian.h"
#include "frontend/sparc/disasm/disassembler.h"

namespace vestige::sparc::lockstep {

namespace {

// Single registers: their name, place in Registers and in a record.
struct Row {
    const char* name;
    std::uint32_t Registers::*value;
    unsigned offset;
};

constexpr Row rows[] = {
    {"y", &Registers::y, RECORD_Y},
    {"icc", &Registers::icc, RECORD_ICC},
    {"fsr", &Registers::fsr, RECORD_FSR},
};

std::uint32_t differing(const Row& row, const Case& test, const Registers& a, const Registers& b) {
    const std::uint32_t mask = row.value == &Registers::fsr ? ~test.ignored.fsr : ~0u;
    return (a.*row.value ^ b.*row.value) & mask;
}

// Operands that leave an icc behind.
struct Operands {
    std::uint32_t icc, a, b;
    bool subtract;
};
constexpr Operands makers[] = {
    {0b0000, 1, 1, false},
    {0b0001, 0, 0xffffffff, true},
    {0b0010, 0x80000000, 1, true},
    {0b0011, 0x80000000, 0x80000001, false},
    {0b0100, 1, 1, true},
    {0b0101, 1, 0xffffffff, false},
    {0b0111, 0x80000000, 0x80000000, false},
    {0b1000, 0xffffffff, 1, true},
    {0b1001, 0, 1, true},
    {0b1010, 0x7fffffff, 1, false},
    {0b1011, 0x7fffffff, 0xffffffff, true},
};

const Operands* maker_of(std::uint32_t icc) {
    const auto found = std::ranges::find(makers, icc, &Operands::icc);
    return found == std::end(makers) ? nullptr : found;
}

std::array<std::uint32_t, SPARC_WINDOW_BYTES / 4> memory_words(const Registers& registers) {
    std::array<std::uint32_t, SPARC_WINDOW_BYTES / 4> words;
    for (std::size_t i = 0; i < words.size(); ++i)
        words[i] = load_be<std::uint32_t>(registers.memory.data() + 4 * i);
    return words;
}

// A bit a window: those that the code may see, one after another as it stands there.
std::uint32_t windows_seen(const Case& test) {
    unsigned window = SPARC_DEPTH;
    std::uint32_t seen = 3u << window; // the outs are the next one's ins
    for (const std::uint32_t word : test.words) {
        const Opcode opcode = decode(word);
        if (opcode == Opcode::save) ++window;
        if (opcode == Opcode::restore) --window;
        seen |= 3u << (window & 7);
    }
    return seen;
}

const char* name(ExitKind kind) { return kind == ExitKind::end ? "end" : "other"; }

} // namespace

bool can_be_made(std::uint32_t icc) { return maker_of(icc) != nullptr; }

void pack(const Case& test, std::byte* record) {
    std::memset(record, 0, RECORD_BYTES);
    const Registers& from = test.input;
    for (unsigned i = 0; i < from.global.size(); ++i)
        store_be(record + RECORD_GLOBAL + 4 * i, from.global[i]);
    for (unsigned i = 0; i < from.file.size(); ++i)
        store_be(record + RECORD_FILE + 4 * i, from.file[i]);
    for (unsigned i = 0; i < from.fpr.size(); ++i)
        store_be(record + RECORD_FPR + 4 * i, from.fpr[i]);
    for (const Row& row : rows)
        store_be(record + row.offset, from.*row.value);
    const Operands* operands = maker_of(from.icc);
    VESTIGE_ASSERT(operands);
    store_be(record + RECORD_ICC_A, operands->a);
    store_be(record + RECORD_ICC_B, operands->b);
    store_be<std::uint32_t>(record + RECORD_ICC_SUBTRACT, operands->subtract);
    store_be<std::uint32_t>(record + RECORD_CODE, test.address - 4 * SPARC_PROLOGUE_WORDS);
    std::memcpy(record + RECORD_MEMORY, from.memory.data(), from.memory.size());
}

Registers unpack(const std::byte* record) {
    Registers to;
    for (unsigned i = 1; i < to.global.size(); ++i)
        to.global[i] = load_be<std::uint32_t>(record + RECORD_GLOBAL + 4 * i);
    for (unsigned i = 0; i < to.file.size(); ++i)
        to.file[i] = load_be<std::uint32_t>(record + RECORD_FILE + 4 * i);
    for (unsigned i = 0; i < to.fpr.size(); ++i)
        to.fpr[i] = load_be<std::uint32_t>(record + RECORD_FPR + 4 * i);
    for (const Row& row : rows)
        to.*row.value = load_be<std::uint32_t>(record + row.offset);
    std::memcpy(to.memory.data(), record + RECORD_MEMORY, to.memory.size());
    return to;
}

bool same(const Case& test, const Registers& a, const Registers& b) {
    for (const Row& row : rows)
        if (differing(row, test, a, b)) return false;
    const auto file_end = a.file.begin() + test.ignored.file_end;
    return a.exit == b.exit && a.global == b.global &&
           std::equal(a.file.begin(), file_end, b.file.begin()) && a.fpr == b.fpr &&
           a.memory == b.memory;
}

std::string report(const Case& test, const Registers& expected, const Registers& actual) {
    std::string text = "code:\n";
    for (std::uint32_t i = 0; i < test.words.size(); ++i) {
        const std::uint32_t pc = test.address + 4 * i;
        text += fmt::format("    {:08x}  {:08x}  {}\n", pc, test.words[i],
                            disassemble(test.words[i], pc));
    }
    text += "  register       input      expected   actual\n";
    const auto line = [&](const std::string& what, std::uint32_t in, std::uint32_t wanted,
                          std::uint32_t got, bool differs) {
        text += fmt::format("  {} {:<12} {:08x}   {:08x}   {:08x}\n", differs ? '*' : ' ', what, in,
                            wanted, got);
    };
    if (expected.exit != actual.exit)
        text += fmt::format("  * exit: {}, not {}, at {:08x}\n", name(actual.exit),
                            name(expected.exit), actual.exit_pc);
    for (unsigned n = 1; n < 8; ++n)
        line(fmt::format("%g{}", n), test.input.global[n], expected.global[n], actual.global[n],
             expected.global[n] != actual.global[n]);
    for (unsigned n = 0; n < SPARC_FILE_WORDS; ++n) {
        // What is shared with the case's own window goes by the name that it has there.
        const bool is_out = n / 16 == SPARC_DEPTH + 1 && n % 16 < 8;
        const int depth = is_out ? 0 : static_cast<int>(n / 16) - SPARC_DEPTH;
        const unsigned reg = is_out ? 8 + n % 16 : n % 16 < 8 ? 24 + n % 16 : 8 + n % 16;
        const bool differs = expected.file[n] != actual.file[n];
        if (differs || (windows_seen(test) >> n / 16 & 1) || test.input.file[n] != expected.file[n])
            line(fmt::format("{}{}", register_name(reg),
                             depth == 0 ? "" : fmt::format("({:+})", depth)),
                 test.input.file[n], expected.file[n], actual.file[n], differs);
    }
    for (const Row& row : rows)
        line(row.name, test.input.*row.value, expected.*row.value, actual.*row.value,
             differing(row, test, expected, actual) != 0);
    if (test.features & SPARC_FLOAT)
        for (unsigned n = 0; n < 32; ++n)
            line(fmt::format("%f{}", n), test.input.fpr[n], expected.fpr[n], actual.fpr[n],
                 expected.fpr[n] != actual.fpr[n]);
    const auto before = memory_words(test.input), wanted = memory_words(expected),
               got = memory_words(actual);
    for (unsigned n = 0; n < wanted.size(); ++n)
        if (wanted[n] != got[n] || before[n] != wanted[n])
            line(fmt::format("[{:#x}]", SPARC_WINDOW + 4 * n), before[n], wanted[n], got[n],
                 wanted[n] != got[n]);
    return text;
}

} // namespace vestige::sparc::lockstep
