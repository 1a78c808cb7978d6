// The operand fields of a SPARC instruction word, by the names of the manual (5.1).
#pragma once

#include "common/bits.h"

#include <cstdint>

namespace vestige::sparc {

struct Fields {
    std::uint32_t word = 0;

    // What kind of instruction it is: op always, op2 with op = 0, op3 with op = 2 or 3.
    constexpr unsigned op() const { return bits(word, 30, 2); }
    constexpr unsigned op2() const { return bits(word, 22, 3); }
    constexpr unsigned op3() const { return bits(word, 19, 6); }

    // Register numbers, 0 to 31, of r or f registers. An ASR's number is in rs1 of rdasr and in rd
    // of wrasr.
    constexpr unsigned rd() const { return bits(word, 25, 5); }
    constexpr unsigned rs1() const { return bits(word, 14, 5); }
    constexpr unsigned rs2() const { return bits(word, 0, 5); }

    // The second operand: simm13 where i is set, else the register rs2.
    constexpr bool i() const { return bit(word, 13); }
    constexpr std::int32_t simm13() const {
        return static_cast<std::int32_t>(sign_extend(bits(word, 0, 13), 13));
    }
    // The count of a shift with i set, 0 to 31.
    constexpr unsigned shift_count() const { return bits(word, 0, 5); }
    // What ticc with i set adds to rs1; it takes the low 7 bits of the sum.
    constexpr std::int32_t trap_number() const { return simm13(); }

    // Address space identifier.
    constexpr unsigned asi() const { return bits(word, 5, 8); }

    // imm22() is as it stands, imm22_high() is what sethi puts in the register.
    constexpr std::uint32_t imm22() const { return bits(word, 0, 22); }
    constexpr std::uint32_t imm22_high() const { return imm22() << 10; }

    // Branches: byte displacements, already shifted and extended.
    constexpr std::int32_t disp22() const {
        return static_cast<std::int32_t>(sign_extend(bits(word, 0, 22) << 2, 24));
    }
    constexpr std::int32_t disp30() const { return static_cast<std::int32_t>(word << 2); }
    constexpr bool annul() const { return bit(word, 29); }
    constexpr unsigned cond() const { return bits(word, 25, 4); }

    // Floating-point and coprocessor operations.
    constexpr unsigned opf() const { return bits(word, 5, 9); }
};

} // namespace vestige::sparc
