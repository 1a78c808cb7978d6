// The operand fields of a PowerPC instruction word, by the names of the manual.
#pragma once

#include "common/bits.h"

#include <cstdint>

namespace vestige::ppc {

struct Fields {
    std::uint32_t word = 0;

    constexpr unsigned primary() const { return bits(word, 26, 6); }

    // Register numbers, 0 to 31.
    constexpr unsigned rd() const { return bits(word, 21, 5); }
    constexpr unsigned rs() const { return bits(word, 21, 5); }
    constexpr unsigned ra() const { return bits(word, 16, 5); }
    constexpr unsigned rb() const { return bits(word, 11, 5); }
    constexpr unsigned frd() const { return rd(); }
    constexpr unsigned frs() const { return rs(); }
    constexpr unsigned fra() const { return ra(); }
    constexpr unsigned frb() const { return rb(); }
    constexpr unsigned frc() const { return bits(word, 6, 5); }
    constexpr unsigned vd() const { return rd(); }
    constexpr unsigned vs() const { return rs(); }
    constexpr unsigned va() const { return ra(); }
    constexpr unsigned vb() const { return rb(); }
    constexpr unsigned vc() const { return frc(); }

    // Condition register fields, 0 to 7, and bits, 0 to 31: 0 is the most significant one.
    constexpr unsigned crfd() const { return bits(word, 23, 3); }
    constexpr unsigned crfs() const { return bits(word, 18, 3); }
    constexpr unsigned crbd() const { return rd(); }
    constexpr unsigned crba() const { return ra(); }
    constexpr unsigned crbb() const { return rb(); }

    // Immediates. d() is the displacement of a load or store, which is a SIMM by another name.
    constexpr std::int32_t simm() const { return static_cast<std::int16_t>(word); }
    constexpr std::int32_t d() const { return simm(); }
    constexpr std::uint32_t uimm() const { return bits(word, 0, 16); }

    // Rotates and shifts. MB and ME count from the most significant bit.
    constexpr unsigned sh() const { return bits(word, 11, 5); }
    constexpr unsigned mb() const { return bits(word, 6, 5); }
    constexpr unsigned me() const { return bits(word, 1, 5); }

    // The record and overflow bits. Ask only where the row has an 'r', 'R' or 'o'.
    constexpr bool rc_bit() const { return bit(word, 0); }
    constexpr bool vector_rc_bit() const { return bit(word, 10); }
    constexpr bool oe() const { return bit(word, 10); }

    // Branches and traps. li() and bd() are byte displacements, already shifted and extended.
    constexpr std::int32_t li() const {
        return static_cast<std::int32_t>(sign_extend(word & 0x03fffffc, 26));
    }
    constexpr std::int32_t bd() const { return static_cast<std::int16_t>(word & 0xfffc); }
    constexpr bool aa() const { return bit(word, 1); }
    constexpr bool lk() const { return bit(word, 0); }
    constexpr unsigned bo() const { return bits(word, 21, 5); }
    constexpr unsigned bi() const { return bits(word, 16, 5); }
    constexpr unsigned to() const { return bits(word, 21, 5); }

    // Special registers. The number of an SPR or time base register, 0 to 1023, has its halves
    // swapped in the word.
    constexpr unsigned spr() const { return bits(word, 16, 5) | bits(word, 11, 5) << 5; }
    constexpr unsigned tbr() const { return spr(); }
    constexpr bool spr_is_privileged() const { return bit(spr(), 4); }
    constexpr unsigned sr() const { return bits(word, 16, 4); }
    // CRM and FM: the most significant bit of the mask is field 0.
    constexpr unsigned crm() const { return bits(word, 12, 8); }
    constexpr unsigned fm() const { return bits(word, 17, 8); }
    constexpr unsigned imm() const { return bits(word, 12, 4); }

    // NB as it stands: 0 means 32 bytes.
    constexpr unsigned nb() const { return bits(word, 11, 5); }

    // AltiVec.
    constexpr unsigned shb() const { return bits(word, 6, 4); }
    constexpr unsigned uimm5() const { return bits(word, 16, 5); }
    constexpr std::int32_t simm5() const {
        return static_cast<std::int32_t>(sign_extend(bits(word, 16, 5), 5));
    }
    constexpr unsigned strm() const { return bits(word, 21, 2); }
    // T of dst and dstst (transient), A of dss (all streams).
    constexpr bool stream_bit() const { return bit(word, 25); }
};

} // namespace vestige::ppc
