#include "frontend/sparc/disasm/synthetic.h"

#include "frontend/sparc/disasm/disassembler.h"

#include <fmt/format.h>

namespace vestige::sparc {

namespace {

constexpr unsigned g0 = 0;
constexpr unsigned o7 = 15;
constexpr unsigned i7 = 31;

bool is_immediate(Fields f, std::int32_t value) { return f.i() && f.simm13() == value; }
bool adds_nothing(Fields f) { return f.i() ? f.simm13() == 0 : f.rs2() == g0; }

std::string synthetic_jump(Fields f) {
    if (f.rd() == g0 && is_immediate(f, 8) && f.rs1() == i7) return "ret";
    if (f.rd() == g0 && is_immediate(f, 8) && f.rs1() == o7) return "retl";
    if (f.rd() == g0) return "jmp " + address(f);
    if (f.rd() == o7) return "call " + address(f);
    return "";
}

// "inc %o0" for add %o0, 1, %o0.
std::string step(std::string_view name, Fields f) {
    const bool is_step = f.rs1() == f.rd() && is_immediate(f, 1);
    return is_step ? fmt::format("{} {}", name, register_name(f.rd())) : "";
}

std::string compare(std::string_view name, Fields f) {
    if (f.rd() != g0) return "";
    return fmt::format("{} {}, {}", name, register_name(f.rs1()), second_operand(f));
}

std::string test(Fields f) {
    if (f.rd() != g0) return "";
    if (adds_nothing(f)) return fmt::format("tst {}", register_name(f.rs1()));
    if (f.rs1() == g0 && !f.i()) return fmt::format("tst {}", register_name(f.rs2()));
    return "";
}

std::string clear(std::string_view name, Fields f) {
    return f.rd() == g0 ? fmt::format("{} [ {} ]", name, address(f)) : "";
}

std::string move(Fields f) {
    if (f.rs1() == g0 && is_immediate(f, 0)) return fmt::format("clr {}", register_name(f.rd()));
    if (adds_nothing(f))
        return fmt::format("mov {}, {}", register_name(f.rs1()), register_name(f.rd()));
    if (f.rs1() != g0) return "";
    return fmt::format("mov {}, {}", second_operand(f), register_name(f.rd()));
}

std::string negate(Fields f) {
    std::string text = fmt::format("neg {}", register_name(f.rs2()));
    if (f.rd() != f.rs2()) text += fmt::format(", {}", register_name(f.rd()));
    return text;
}

// A restore that adds is "restore %o0, 1, %o2".
std::string window_move(std::string_view name, Fields f) {
    return f.rd() == g0 && f.rs1() == g0 && adds_nothing(f) ? std::string(name) : "";
}

} // namespace

std::string small_or_hex(std::int32_t value) {
    return value <= 9 ? fmt::format("{}", value) : fmt::format("{:#x}", value);
}

std::string second_operand(Fields f) {
    return f.i() ? small_or_hex(f.simm13()) : std::string(register_name(f.rs2()));
}

std::string address(Fields f) {
    const std::string_view base = register_name(f.rs1());
    if (adds_nothing(f)) return std::string(base);
    if (f.rs1() == g0 && f.i()) return second_operand(f);
    return fmt::format("{} + {}", base, second_operand(f));
}

std::string synthetic_text(Opcode opcode, Fields f) {
    switch (opcode) {
    case Opcode::sethi: return f.rd() == g0 && f.imm22() == 0 ? "nop" : "";
    case Opcode::jmpl: return synthetic_jump(f);
    case Opcode::or_: return move(f);
    case Opcode::orcc: return test(f);
    case Opcode::subcc: return f.rd() == g0 ? compare("cmp", f) : step("deccc", f);
    case Opcode::andcc:
        if (f.rd() != g0) return "";
        return f.i() ? fmt::format("btst {}, {}", second_operand(f), register_name(f.rs1()))
                     : compare("btst", f);
    case Opcode::add: return step("inc", f);
    case Opcode::addcc: return step("inccc", f);
    case Opcode::sub: return f.rs1() == g0 && !f.i() ? negate(f) : step("dec", f);
    case Opcode::save: return f.i() ? "" : window_move("save", f);
    case Opcode::restore: return window_move("restore", f);
    case Opcode::stb: return clear("clrb", f);
    case Opcode::sth: return clear("clrh", f);
    case Opcode::st: return clear("clr", f);
    default: return "";
    }
}

} // namespace vestige::sparc
