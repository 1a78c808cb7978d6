#include "frontend/sparc/disasm/disassembler.h"

#include "frontend/sparc/disasm/synthetic.h"

#include <array>
#include <fmt/format.h>

namespace vestige::sparc {

namespace {

constexpr std::array<std::string_view, 32> registers = {
    "%g0", "%g1", "%g2", "%g3", "%g4", "%g5", "%g6", "%g7", "%o0", "%o1", "%o2",
    "%o3", "%o4", "%o5", "%sp", "%o7", "%l0", "%l1", "%l2", "%l3", "%l4", "%l5",
    "%l6", "%l7", "%i0", "%i1", "%i2", "%i3", "%i4", "%i5", "%fp", "%i7"};

// By the cond field: of bicc and ticc, of fbfcc, of cbccc.
constexpr std::array<std::string_view, 16> integer_conditions = {
    "n", "e", "le", "l", "leu", "cs", "neg", "vs", "a", "ne", "g", "ge", "gu", "cc", "pos", "vc"};
constexpr std::array<std::string_view, 16> float_conditions = {
    "n", "ne", "lg", "ul", "l", "ug", "g", "u", "", "e", "ue", "ge", "uge", "le", "ule", "o"};
constexpr std::array<std::string_view, 16> coprocessor_conditions = {
    "n", "123", "12", "13", "1", "23", "2", "3", "", "0", "03", "02", "023", "01", "013", "012"};

std::string_view state_register(Opcode opcode) {
    switch (opcode) {
    case Opcode::rdy:
    case Opcode::wry: return "%y";
    case Opcode::rdpsr:
    case Opcode::wrpsr: return "%psr";
    case Opcode::rdwim:
    case Opcode::wrwim: return "%wim";
    default: return "%tbr";
    }
}

bool is_store(Opcode opcode) { return info(opcode).name.starts_with("st"); }

std::string memory_operands(Opcode opcode, std::string_view data, const std::string& address) {
    return is_store(opcode) ? fmt::format("{}, [ {} ]", data, address)
                            : fmt::format("[ {} ], {}", address, data);
}

std::string hex_or_zero(std::uint32_t value) {
    return value == 0 ? "0" : fmt::format("{:#x}", value);
}

// "%g1, %g2, %y", less a %g0 or 0 that adds nothing.
std::string written_value(Fields f) {
    if (f.i() ? f.simm13() == 0 : f.rs1() != 0 && f.rs2() == 0)
        return std::string(register_name(f.rs1()));
    if (f.rs1() == 0) return second_operand(f);
    return fmt::format("{}, {}", register_name(f.rs1()), second_operand(f));
}

std::string trap_number(Fields f) {
    if (!f.i()) return address(f);
    const std::string number = second_operand(f);
    return f.rs1() == 0 ? number : fmt::format("{} + {}", register_name(f.rs1()), number);
}

std::string operands(Opcode opcode, Fields f, std::uint32_t pc) {
    const auto rd = register_name(f.rd());
    const auto rs1 = register_name(f.rs1());
    switch (info(opcode).form) {
    case Form::none:
    case Form::no_operands: return "";
    case Form::arithmetic: return fmt::format("{}, {}, {}", rs1, second_operand(f), rd);
    case Form::shift:
        return fmt::format(
            "{}, {}, {}", rs1,
            f.i() ? fmt::format("{}", small_or_hex(f.shift_count())) : second_operand(f), rd);
    case Form::sethi: return fmt::format("%hi({}), {}", hex_or_zero(f.imm22_high()), rd);
    case Form::memory: return memory_operands(opcode, rd, address(f));
    case Form::memory_asi: {
        const std::string where = fmt::format("[ {} ] {:#x}", address(f), f.asi());
        return is_store(opcode) ? fmt::format("{}, {}", rd, where)
                                : fmt::format("{}, {}", where, rd);
    }
    case Form::memory_fpu: return memory_operands(opcode, fmt::format("%f{}", f.rd()), address(f));
    case Form::memory_fsr: return memory_operands(opcode, "%fsr", address(f));
    case Form::memory_fq: return memory_operands(opcode, "%fq", address(f));
    case Form::memory_cp: return memory_operands(opcode, fmt::format("%c{}", f.rd()), address(f));
    case Form::memory_csr: return memory_operands(opcode, "%csr", address(f));
    case Form::memory_cq: return memory_operands(opcode, "%cq", address(f));
    case Form::compare_swap:
        return fmt::format("[ {} ] {:#x}, {}, {}", rs1, f.asi(), register_name(f.rs2()), rd);
    case Form::branch: return fmt::format("{:#x}", pc + static_cast<std::uint32_t>(f.disp22()));
    case Form::call: return fmt::format("{:#x}", pc + static_cast<std::uint32_t>(f.disp30()));
    case Form::jump:
        return opcode == Opcode::rett ? address(f) : fmt::format("{}, {}", address(f), rd);
    case Form::trap: return trap_number(f);
    case Form::flush: return address(f);
    case Form::read_state:
        return opcode == Opcode::rdasr ? fmt::format("%asr{}, {}", f.rs1(), rd)
                                       : fmt::format("{}, {}", state_register(opcode), rd);
    case Form::write_state:
        return opcode == Opcode::wrasr
                   ? fmt::format("{}, %asr{}", written_value(f), f.rd())
                   : fmt::format("{}, {}", written_value(f), state_register(opcode));
    case Form::unimp: return hex_or_zero(f.imm22());
    case Form::fpu_unary: return fmt::format("%f{}, %f{}", f.rs2(), f.rd());
    case Form::fpu_binary: return fmt::format("%f{}, %f{}, %f{}", f.rs1(), f.rs2(), f.rd());
    case Form::fpu_compare: return fmt::format("%f{}, %f{}", f.rs1(), f.rs2());
    case Form::operate: {
        const char file = info(opcode).has(Flags::fpu) ? 'f' : 'c';
        return fmt::format("{:#x}, %{}{}, %{}{}, %{}{}", f.opf(), file, f.rs1(), file, f.rs2(),
                           file, f.rd());
    }
    }
    return "";
}

} // namespace

std::string_view register_name(unsigned number) { return registers[number & 31]; }

std::string full_mnemonic(Opcode opcode, std::uint32_t word) {
    const Fields f{word};
    std::string name(info(opcode).mnemonic);
    switch (opcode) {
    case Opcode::bicc:
        if (f.cond() != 8) name += integer_conditions[f.cond()]; // "b", not "ba"
        break;
    case Opcode::ticc: name += integer_conditions[f.cond()]; break;
    case Opcode::fbfcc: name += float_conditions[f.cond()]; break;
    case Opcode::cbccc: name += coprocessor_conditions[f.cond()]; break;
    default: return name;
    }
    if (opcode != Opcode::ticc && f.annul()) name += ",a";
    return name;
}

std::string disassemble(Opcode opcode, std::uint32_t word, std::uint32_t pc) {
    const Fields f{word};
    if (std::string text = synthetic_text(opcode, f); !text.empty()) return text;
    const std::string written = operands(opcode, f, pc);
    return full_mnemonic(opcode, word) + (written.empty() ? "" : " " + written);
}

std::string disassemble(std::uint32_t word, std::uint32_t pc) {
    const Opcode opcode = decode(word);
    if (opcode == Opcode::invalid) return fmt::format(".word {:#010x}", word);
    return disassemble(opcode, word, pc);
}

} // namespace vestige::sparc
