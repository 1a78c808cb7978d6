// From an instruction word to its row of instructions.inc.
//
// A lifter includes instructions.inc with its own INST macro to have one handler a row.
#pragma once

#include "common/flag_set.h"
#include "frontend/decode/bit_pattern.h"
#include "frontend/ppc/decode/fields.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace vestige::ppc {

// One enumerator a row. C++ keywords have a '_' at the end (and_), a '.' is spelt _rc (stwcx_rc).
enum class Opcode : std::uint16_t {
    invalid,
#define INST(name, ...) name,
#include "frontend/ppc/decode/instructions.inc"
#undef INST
};

enum class Form : std::uint8_t {
    none,
    a_form,
    b_form,
    d_form,
    i_form,
    m_form,
    sc_form,
    va_form,
    vx_form,
    vxr_form,
    x_form,
    xfl_form,
    xfx_form,
    xl_form,
    xo_form,
};

// Groups of instructions that a chip has or lacks as a whole.
enum class Feature : std::uint32_t {
    base = 1 << 0,
    optional_graphics = 1 << 1, // fres, frsqrte, fsel, stfiwx
    fsqrt = 1 << 2,             // fsqrt, fsqrts
    altivec = 1 << 3,
    software_tlb = 1 << 4, // tlbld, tlbli
    tlbia = 1 << 5,
    external_control = 1 << 6, // eciwx, ecowx
    dcba = 1 << 7,
};

using FeatureSet = FlagSet<Feature>;

constexpr FeatureSet operator|(Feature a, Feature b) { return FeatureSet(a) | FeatureSet(b); }

// What each chip's user's manual says in 2.3.1.2 and 2.3.1.3.
inline constexpr FeatureSet features_604 =
    Feature::base | Feature::optional_graphics | Feature::external_control;
inline constexpr FeatureSet features_603e = features_604 | Feature::software_tlb;
inline constexpr FeatureSet features_750 = features_604;
inline constexpr FeatureSet features_7400 = features_750 | Feature::altivec | Feature::dcba;

enum class Privilege : std::uint8_t { user, supervisor };

struct InstructionInfo {
    std::string_view mnemonic; // without the suffixes of OE, Rc, LK and AA
    decode::BitPattern pattern;
    Form form = Form::none;
    Feature feature = Feature::base;
    // What the word alone decides; mfspr and mtspr add Fields::spr_is_privileged.
    Privilege privilege = Privilege::user;
};

// All rows, indexed by opcode; row 0 is Opcode::invalid, which matches nothing.
std::span<const InstructionInfo> all_instructions();

const InstructionInfo& info(Opcode opcode);

// Opcode::invalid when no row matches. Two loads and a mask, whatever the word.
Opcode decode(std::uint32_t word);

// Opcode::invalid as well when the chip lacks the instruction.
Opcode decode(std::uint32_t word, FeatureSet features);

} // namespace vestige::ppc
