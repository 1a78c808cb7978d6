// AltiVec packs and unpacks of pixels, VSCR, and single elements (AltiVec Programming Environments
// Manual 4.2.5). Elements are numbered as in the manual, 0 the most significant.
#include <cstring>

#include "frontend/ppc/altivec/helpers.h"
#include "frontend/ppc/altivec/lanes.h"

namespace vestige::ppc {

using vector::Lanes;
using vector::Operands;

namespace {

using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;

enum class Half { high, low };

// A pixel of 32 bits with 8 bits a colour, and one of 16 bits with 5.
constexpr auto narrow_pixel = [](u32 pixel) {
    return static_cast<u16>((pixel >> 9 & 0xfc00) | (pixel >> 6 & 0x03e0) | (pixel >> 3 & 0x001f));
};
constexpr auto wide_pixel = [](u16 pixel) {
    return (pixel & 0x8000 ? 0xff000000u : 0) | (pixel >> 10 & 31u) << 16 |
           (pixel >> 5 & 31u) << 8 | (pixel & 31u);
};

void unpack(Operands v, Half half) {
    const auto b = v.get<u16>(v.b);
    Lanes<u32> result;
    for (unsigned i = 0; i < result.count; ++i)
        result.element(i) = wide_pixel(b.element(half == Half::high ? i : result.count + i));
    v.set(result);
}

} // namespace

// a's elements, then b's.
VESTIGE_VECTOR_HELPER(vpkpx) {
    const auto a = v.get<u32>(v.a), b = v.get<u32>(v.b);
    Lanes<u16> result;
    for (unsigned i = 0; i < a.count; ++i) {
        result.element(i) = narrow_pixel(a.element(i));
        result.element(a.count + i) = narrow_pixel(b.element(i));
    }
    v.set(result);
}

VESTIGE_VECTOR_HELPER(vupkhpx) { unpack(v, Half::high); }
VESTIGE_VECTOR_HELPER(vupklpx) { unpack(v, Half::low); }

// ---- VSCR: in the last word of a register

VESTIGE_VECTOR_HELPER(mfvscr) {
    Lanes<u32> result;
    result[0] = v.state.vscr;
    v.set(result);
}
VESTIGE_VECTOR_HELPER(mtvscr) {
    vector::set_vscr(v.state, v.get<u32>(v.b)[0] & (vector::vscr_nj | vector::vscr_sat));
}

// ---- for loads and stores

void vector_insert(void* state, u32 d, u32 position, u32 value, u32 size) {
    auto* bytes = reinterpret_cast<u8*>(&static_cast<State*>(state)->vr[d]);
    std::memcpy(bytes + (position & 15 & ~(size - 1)), &value, size);
}

u32 vector_extract(void* state, u32 s, u32 position, u32 size) {
    const auto* bytes = reinterpret_cast<const u8*>(&static_cast<State*>(state)->vr[s]);
    u32 value = 0;
    std::memcpy(&value, bytes + (position & 15 & ~(size - 1)), size);
    return value;
}

} // namespace vestige::ppc
