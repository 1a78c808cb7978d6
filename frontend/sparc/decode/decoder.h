// From an instruction word to its row of instructions.inc.
//
// A lifter includes instructions.inc with its own INST macro to have one handler a row.
#pragma once

#include "common/flag_set.h"
#include "frontend/decode/bit_pattern.h"
#include "frontend/sparc/decode/fields.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace vestige::sparc {

// One enumerator a row. C++ keywords have a '_' at the end (and_).
enum class Opcode : std::uint16_t {
    invalid,
#define INST(name, ...) name,
#include "frontend/sparc/decode/instructions.inc"
#undef INST
};

// How the operands are written and which fields they are.
enum class Form : std::uint8_t {
    none,
    no_operands,
    arithmetic,   // rs1, reg_or_imm, rd
    shift,        // rs1, reg_or_count, rd
    sethi,        // imm22, rd
    memory,       // rd and [rs1 + reg_or_imm], in either order from here on
    memory_asi,   // rd and [rs1 + rs2] asi
    memory_fpu,   // an f register
    memory_fsr,   // %fsr
    memory_fq,    // %fq
    memory_cp,    // a c register
    memory_csr,   // %csr
    memory_cq,    // %cq
    compare_swap, // [rs1] asi, rs2, rd
    branch,       // disp22
    call,         // disp30
    jump,         // rs1 + reg_or_imm, and rd of jmpl
    trap,         // rs1 + reg_or_imm
    flush,        // rs1 + reg_or_imm
    read_state,   // a state register, rd
    write_state,  // rs1, reg_or_imm, a state register
    unimp,        // imm22
    fpu_unary,    // rs2, rd
    fpu_binary,   // rs1, rs2, rd
    fpu_compare,  // rs1, rs2
    operate,      // opf or opc, rs1, rs2, rd
};

// Groups of instructions that a chip has or lacks as a whole.
enum class Feature : std::uint32_t {
    base = 1 << 0,
    multiply_divide = 1 << 1,           // umul, smul, udiv, sdiv and their cc forms
    square_root = 1 << 2,               // fsqrts, fsqrtd
    single_to_double_multiply = 1 << 3, // fsmuld
    quad = 1 << 4,                      // quad precision and fdmulq: in no chip here
    casa = 1 << 5,
    multiply_accumulate = 1 << 6, // umac, smac
};

using FeatureSet = FlagSet<Feature>;

constexpr FeatureSet operator|(Feature a, Feature b) { return FeatureSet(a) | FeatureSet(b); }

// microSPARC-I leaves fsmuld to software, as the first SPARC chips did; no chip has quad precision.
inline constexpr FeatureSet features_microsparc_1 =
    Feature::base | Feature::multiply_divide | Feature::square_root;
inline constexpr FeatureSet features_microsparc_2 =
    features_microsparc_1 | Feature::single_to_double_multiply;
inline constexpr FeatureSet features_supersparc = features_microsparc_2;
inline constexpr FeatureSet features_hypersparc = features_microsparc_2;
inline constexpr FeatureSet features_leon3 = features_microsparc_2 | Feature::casa;

// What a row has of the properties at the top of instructions.inc.
enum class Flags : std::uint8_t {
    none = 0,
    privileged = 1 << 0,
    delayed = 1 << 1,
    fpu = 1 << 2,
    coprocessor = 1 << 3,
};

constexpr Flags operator|(Flags a, Flags b) {
    return static_cast<Flags>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}

struct InstructionInfo {
    std::string_view mnemonic; // the assembler's, without condition and ",a"
    std::string_view name;     // the row's: "ldf" for a "ld" of a floating-point register
    decode::BitPattern pattern;
    Form form = Form::none;
    Feature feature = Feature::base;
    Flags flags = Flags::none;

    constexpr bool has(Flags flag) const {
        return (static_cast<unsigned>(flags) & static_cast<unsigned>(flag)) != 0;
    }
    // Bits of the word that are reserved and ignored, those of the second operand among them.
    std::uint32_t reserved_bits(std::uint32_t word) const;
};

// All rows, indexed by opcode; row 0 is Opcode::invalid, which matches nothing.
std::span<const InstructionInfo> all_instructions();

const InstructionInfo& info(Opcode opcode);

// Opcode::invalid when no row matches: an illegal instruction.
Opcode decode(std::uint32_t word);

// What it is on a chip with these features. Of what the chip lacks, floating-point operations
// become fpop1 or fpop2 and everything else Opcode::invalid.
Opcode decode(std::uint32_t word, FeatureSet features);

} // namespace vestige::sparc
