#include "tests/lockstep/case.h"

#include <cstring>

#include <fmt/format.h>

#include "common/bits.h"
#include "common/endian.h"
#include "frontend/ppc/disasm/disassembler.h"

namespace vestige::ppc::lockstep {

namespace {

// Single registers: their name, place in Registers and in a record, and what may differ.
struct Row {
    const char* name;
    std::uint32_t Registers::*value;
    unsigned offset;
    std::uint32_t Ignored::*ignored = nullptr;
};

constexpr Row rows[] = {
    {"cr", &Registers::cr, RECORD_CR, &Ignored::cr},
    {"xer", &Registers::xer, RECORD_XER, &Ignored::xer},
    {"lr", &Registers::lr, RECORD_LR},
    {"ctr", &Registers::ctr, RECORD_CTR},
    {"fpscr", &Registers::fpscr, RECORD_FPSCR, &Ignored::fpscr},
    {"vscr", &Registers::vscr, RECORD_VSCR},
    {"vrsave", &Registers::vrsave, RECORD_VRSAVE},
    {"exit_pc", &Registers::exit_pc, RECORD_EXIT_PC},
};

std::uint32_t differing(const Row& row, const Case& test, const Registers& a, const Registers& b) {
    const std::uint32_t mask = row.ignored ? ~(test.ignored.*row.ignored) : ~0u;
    return (a.*row.value ^ b.*row.value) & mask;
}

bool gpr_differs(unsigned n, const Case& test, const Registers& a, const Registers& b) {
    return a.gpr[n] != b.gpr[n] && !(test.ignored.gprs >> n & 1);
}
bool fpr_differs(unsigned n, const Case& test, const Registers& a, const Registers& b) {
    return a.fpr[n] != b.fpr[n] && !(test.ignored.fprs >> n & 1);
}
bool vr_differs(unsigned n, const Case& test, const Registers& a, const Registers& b) {
    return a.vr[n] != b.vr[n] && !(test.ignored.vrs >> n & 1);
}

const char* name(ExitKind kind) {
    switch (kind) {
    case ExitKind::end: return "end";
    case ExitKind::low: return "low exit";
    case ExitKind::trap: return "trap";
    case ExitKind::illegal: return "illegal instruction";
    case ExitKind::other: return "other";
    }
    return "?";
}

// Register numbers that the code mentions, a bit each: which ones a report shows.
std::uint32_t mentioned(const Case& test) {
    std::uint32_t numbers = 0;
    for (const std::uint32_t word : test.words) {
        if (word == nop) continue;
        const decode::BitPattern& pattern = info(decode(word)).pattern;
        for (const char letter : {'a', 'b', 'c', 'd', 's'})
            if (const decode::BitField* field = pattern.find(letter))
                numbers |= 1u << bits(word, field->low, field->width);
    }
    return numbers;
}

std::string hex(std::span<const std::uint8_t> bytes) {
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); ++i)
        text += fmt::format("{}{:02x}", i % 4 == 0 && i != 0 ? "_" : "", bytes[i]);
    return text;
}

} // namespace

void pack(const Case& test, std::byte* record) {
    std::memset(record, 0, RECORD_BYTES);
    const Registers& from = test.input;
    for (unsigned i = 0; i < 32; ++i) {
        store_be(record + RECORD_GPR + 4 * i, from.gpr[i]);
        store_be(record + RECORD_FPR + 8 * i, from.fpr[i]);
        std::memcpy(record + RECORD_VR + 16 * i, from.vr[i].data(), 16);
    }
    for (const Row& row : rows)
        store_be(record + row.offset, from.*row.value);
    store_be<std::uint32_t>(record + RECORD_CODE, test.address - 4 * LOCKSTEP_PROLOGUE_WORDS);
    store_be(record + RECORD_FEATURES, test.features);
    std::memcpy(record + RECORD_MEMORY, from.memory.data(), from.memory.size());
}

Registers unpack(const std::byte* record) {
    Registers to;
    for (unsigned i = 0; i < 32; ++i) {
        to.gpr[i] = load_be<std::uint32_t>(record + RECORD_GPR + 4 * i);
        to.fpr[i] = load_be<std::uint64_t>(record + RECORD_FPR + 8 * i);
        std::memcpy(to.vr[i].data(), record + RECORD_VR + 16 * i, 16);
    }
    for (const Row& row : rows)
        to.*row.value = load_be<std::uint32_t>(record + row.offset);
    to.exit = static_cast<ExitKind>(load_be<std::uint32_t>(record + RECORD_EXIT_KIND));
    std::memcpy(to.memory.data(), record + RECORD_MEMORY, to.memory.size());
    return to;
}

bool same(const Case& test, const Registers& a, const Registers& b) {
    if (a.exit != b.exit || a.memory != b.memory) return false;
    for (const Row& row : rows)
        if (differing(row, test, a, b)) return false;
    for (unsigned n = 0; n < 32; ++n)
        if (gpr_differs(n, test, a, b)) return false;
    if (test.features & LOCKSTEP_FLOAT)
        for (unsigned n = 0; n < 32; ++n)
            if (fpr_differs(n, test, a, b)) return false;
    if (test.features & LOCKSTEP_VECTOR)
        for (unsigned n = 0; n < 32; ++n)
            if (vr_differs(n, test, a, b)) return false;
    return true;
}

std::string report(const Case& test, const Registers& expected, const Registers& actual) {
    const Disassembler disassembler;
    std::string text = "code:\n";
    for (std::uint32_t i = 0; i < test.words.size(); ++i) {
        const std::uint32_t pc = test.address + 4 * i;
        if (test.words[i] == nop) continue;
        text += fmt::format("    {:08x}  {:08x}  {}\n", pc, test.words[i],
                            disassembler.disassemble(test.words[i], pc));
    }
    text += "  register       input      expected   actual\n";
    const auto line = [&](const std::string& what, const std::string& in, const std::string& wanted,
                          const std::string& got, bool differs) {
        text += fmt::format("  {} {:<10} {:<10} {:<10} {:<10}\n", differs ? '*' : ' ', what, in,
                            wanted, got);
    };
    const auto word = [](std::uint32_t value) { return fmt::format("{:08x}", value); };
    const auto shown = [&, numbers = mentioned(test)](unsigned n, bool changed, bool differs) {
        return changed || differs || (numbers >> n & 1);
    };
    line("exit", "", name(expected.exit), name(actual.exit), expected.exit != actual.exit);
    for (unsigned n = 0; n < 32; ++n) {
        const bool differs = gpr_differs(n, test, expected, actual);
        if (shown(n, expected.gpr[n] != test.input.gpr[n], differs))
            line(fmt::format("r{}", n), word(test.input.gpr[n]), word(expected.gpr[n]),
                 word(actual.gpr[n]), differs);
    }
    for (const Row& row : rows)
        line(row.name, word(test.input.*row.value), word(expected.*row.value),
             word(actual.*row.value), differing(row, test, expected, actual) != 0);
    if (test.features & LOCKSTEP_FLOAT)
        for (unsigned n = 0; n < 32; ++n) {
            const bool differs = fpr_differs(n, test, expected, actual);
            if (shown(n, expected.fpr[n] != test.input.fpr[n], differs))
                line(fmt::format("f{}", n), fmt::format("{:016x}", test.input.fpr[n]),
                     fmt::format("{:016x}", expected.fpr[n]), fmt::format("{:016x}", actual.fpr[n]),
                     differs);
        }
    if (test.features & LOCKSTEP_VECTOR)
        for (unsigned n = 0; n < 32; ++n) {
            const bool differs = vr_differs(n, test, expected, actual);
            if (shown(n, expected.vr[n] != test.input.vr[n], differs))
                line(fmt::format("v{}", n), hex(test.input.vr[n]), hex(expected.vr[n]),
                     hex(actual.vr[n]), differs);
        }
    for (unsigned at = 0; at < LOCKSTEP_WINDOW_BYTES; at += 8) {
        const auto piece = [at](const Registers& r) { return std::span(r.memory).subspan(at, 8); };
        if (hex(piece(expected)) == hex(piece(actual))) continue;
        line(fmt::format("[{:x}]", LOCKSTEP_WINDOW + at), hex(piece(test.input)),
             hex(piece(expected)), hex(piece(actual)), true);
    }
    return text;
}

} // namespace vestige::ppc::lockstep
