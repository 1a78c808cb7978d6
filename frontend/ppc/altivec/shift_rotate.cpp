// AltiVec rotates and shifts, of narrow lanes and of the whole register (AltiVec Programming
// Environments Manual 4.2.1.6 and 4.2.5.5).
#include <bit>
#include <type_traits>

#include "frontend/ppc/altivec/helpers.h"
#include "frontend/ppc/altivec/lanes.h"

namespace vestige::ppc {

using vector::lanewise;
using vector::Operands;

namespace {

using s8 = std::int8_t;
using s16 = std::int16_t;
using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;

// Counts are taken modulo the width of a lane.
template <class Lane> constexpr unsigned count_of(Lane lane) {
    return static_cast<std::make_unsigned_t<Lane>>(lane) & (8 * sizeof(Lane) - 1);
}

constexpr auto rotated = [](auto a, auto b) { return std::rotl(a, static_cast<int>(count_of(b))); };
constexpr auto shifted_left = [](auto a, auto b) { return a << count_of(b); };
constexpr auto shifted_right = [](auto a, auto b) { return a >> count_of(b); };

__extension__ typedef unsigned __int128 Whole;

Whole whole(const Operands& v, u32 number) {
    const Vector& value = v.state.vr[number];
    return static_cast<Whole>(value.high) << 64 | value.low;
}
void set_whole(Operands v, Whole value) {
    v.state.vr[v.d].low = static_cast<std::uint64_t>(value);
    v.state.vr[v.d].high = static_cast<std::uint64_t>(value >> 64);
}

// The last byte of b: bits below a byte in its low three bits, bytes above them.
constexpr std::uint64_t bits_mask = 7, bytes_mask = 0x78;
unsigned whole_count(const Operands& v, std::uint64_t mask) {
    return static_cast<unsigned>(v.state.vr[v.b].low & mask);
}

} // namespace

#define LANEWISE(name, lane, function)                                                             \
    VESTIGE_VECTOR_HELPER(name) { lanewise<lane>(v, function); }

LANEWISE(vrlb, u8, rotated)
LANEWISE(vrlh, u16, rotated)
LANEWISE(vslb, u8, shifted_left)
LANEWISE(vslh, u16, shifted_left)
LANEWISE(vsrb, u8, shifted_right)
LANEWISE(vsrh, u16, shifted_right)
LANEWISE(vsrab, s8, shifted_right)
LANEWISE(vsrah, s16, shifted_right)

VESTIGE_VECTOR_HELPER(vsl) { set_whole(v, whole(v, v.a) << whole_count(v, bits_mask)); }
VESTIGE_VECTOR_HELPER(vslo) { set_whole(v, whole(v, v.a) << whole_count(v, bytes_mask)); }
VESTIGE_VECTOR_HELPER(vsr) { set_whole(v, whole(v, v.a) >> whole_count(v, bits_mask)); }
VESTIGE_VECTOR_HELPER(vsro) { set_whole(v, whole(v, v.a) >> whole_count(v, bytes_mask)); }

} // namespace vestige::ppc
