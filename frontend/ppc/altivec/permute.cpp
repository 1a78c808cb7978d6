// AltiVec merge, splat, permute, pack, unpack, and single elements (AltiVec Programming
// Environments Manual 4.2.5). Elements are numbered as in the manual, 0 the most significant.
#include <cstring>

#include "common/bits.h"
#include "frontend/ppc/altivec/helpers.h"
#include "frontend/ppc/altivec/host_float.h"
#include "frontend/ppc/altivec/lanes.h"

namespace vestige::ppc {

using vector::Lanes;
using vector::Operands;

namespace {

using s8 = std::int8_t;
using s16 = std::int16_t;
using s32 = std::int32_t;
using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;

enum class Half { high, low };

// Elements of one half of a and of b in turn.
template <class Lane, Half half> void merge(Operands v) {
    const auto a = v.get<Lane>(v.a), b = v.get<Lane>(v.b);
    Lanes<Lane> result;
    constexpr unsigned pairs = Lanes<Lane>::count / 2;
    for (unsigned i = 0; i < pairs; ++i) {
        const unsigned from = half == Half::high ? i : pairs + i;
        result.element(2 * i) = a.element(from);
        result.element(2 * i + 1) = b.element(from);
    }
    v.set(result);
}

template <class Lane> void fill(Operands v, Lane value) {
    Lanes<Lane> result;
    for (Lane& lane : result.lane)
        lane = value;
    v.set(result);
}

// a: UIMM, the element of b.
template <class Lane> void splat(Operands v) {
    fill(v, v.get<Lane>(v.b).element(v.a & (Lanes<Lane>::count - 1)));
}
// a: SIMM
template <class Lane> void splat_immediate(Operands v) {
    fill(v, static_cast<Lane>(sign_extend(v.a, 5)));
}

// a's elements, then b's, each made half as wide by `function`.
template <class Wide, class Narrow, class Function> void pack(Operands v, Function function) {
    const auto a = v.get<Wide>(v.a), b = v.get<Wide>(v.b);
    Lanes<Narrow> result;
    for (unsigned i = 0; i < a.count; ++i) {
        result.element(i) = function(a.element(i));
        result.element(a.count + i) = function(b.element(i));
    }
    v.set(result);
}
template <class Wide, class Narrow> void pack_modulo(Operands v) {
    pack<Wide, Narrow>(v, [](Wide value) { return static_cast<Narrow>(value); });
}
template <class Wide, class Narrow> void pack_saturated(Operands v) {
    bool saturated = false;
    pack<Wide, Narrow>(
        v, [&](Wide value) { return vector::clamped<Narrow>(std::int64_t{value}, saturated); });
    v.saturated(saturated);
}

template <class Narrow, class Wide, Half half, class Function>
void unpack(Operands v, Function function) {
    const auto b = v.get<Narrow>(v.b);
    Lanes<Wide> result;
    for (unsigned i = 0; i < result.count; ++i)
        result.element(i) =
            static_cast<Wide>(function(b.element(half == Half::high ? i : result.count + i)));
    v.set(result);
}

// A pixel of 32 bits with 8 bits a colour, and one of 16 bits with 5.
constexpr auto narrow_pixel = [](u32 pixel) {
    return static_cast<u16>((pixel >> 9 & 0xfc00) | (pixel >> 6 & 0x03e0) | (pixel >> 3 & 0x001f));
};
constexpr auto wide_pixel = [](u16 pixel) {
    return (pixel & 0x8000 ? 0xff000000u : 0) | (pixel >> 10 & 31u) << 16 |
           (pixel >> 5 & 31u) << 8 | (pixel & 31u);
};
constexpr auto same_number = [](auto value) { return value; };

// Element e is lane 15 - e.
__attribute__((target("ssse3"))) void permute_by_host(Operands v) {
    const auto get = [&](u32 number) { return std::bit_cast<__m128i>(v.state.vr[number]); };
    const __m128i control = get(v.c);
    const __m128i from_b = _mm_set1_epi8(16);
    const __m128i lanes = _mm_andnot_si128(control, _mm_set1_epi8(15));
    const __m128i is_b = _mm_cmpeq_epi8(_mm_and_si128(control, from_b), from_b);
    const __m128i a = _mm_shuffle_epi8(get(v.a), lanes), b = _mm_shuffle_epi8(get(v.b), lanes);
    v.state.vr[v.d] =
        std::bit_cast<Vector>(_mm_or_si128(_mm_and_si128(is_b, b), _mm_andnot_si128(is_b, a)));
}

} // namespace

VESTIGE_VECTOR_HELPER(vmrghb) { merge<u8, Half::high>(v); }
VESTIGE_VECTOR_HELPER(vmrghh) { merge<u16, Half::high>(v); }
VESTIGE_VECTOR_HELPER(vmrghw) { merge<u32, Half::high>(v); }
VESTIGE_VECTOR_HELPER(vmrglb) { merge<u8, Half::low>(v); }
VESTIGE_VECTOR_HELPER(vmrglh) { merge<u16, Half::low>(v); }
VESTIGE_VECTOR_HELPER(vmrglw) { merge<u32, Half::low>(v); }

VESTIGE_VECTOR_HELPER(vspltb) { splat<u8>(v); }
VESTIGE_VECTOR_HELPER(vsplth) { splat<u16>(v); }
VESTIGE_VECTOR_HELPER(vspltw) { splat<u32>(v); }
VESTIGE_VECTOR_HELPER(vspltisb) { splat_immediate<s8>(v); }
VESTIGE_VECTOR_HELPER(vspltish) { splat_immediate<s16>(v); }
VESTIGE_VECTOR_HELPER(vspltisw) { splat_immediate<s32>(v); }

VESTIGE_VECTOR_HELPER(vperm) {
    if (vector::host_has_ssse3()) {
        permute_by_host(v);
        return;
    }
    const auto a = v.get<u8>(v.a), b = v.get<u8>(v.b), c = v.get<u8>(v.c);
    Lanes<u8> result;
    for (unsigned i = 0; i < result.count; ++i)
        result[i] = (c[i] & 16 ? b : a).element(c[i] & 15);
    v.set(result);
}

VESTIGE_VECTOR_HELPER(vpkuhum) { pack_modulo<u16, u8>(v); }
VESTIGE_VECTOR_HELPER(vpkuwum) { pack_modulo<u32, u16>(v); }
VESTIGE_VECTOR_HELPER(vpkuhus) { pack_saturated<u16, u8>(v); }
VESTIGE_VECTOR_HELPER(vpkuwus) { pack_saturated<u32, u16>(v); }
VESTIGE_VECTOR_HELPER(vpkshss) { pack_saturated<s16, s8>(v); }
VESTIGE_VECTOR_HELPER(vpkswss) { pack_saturated<s32, s16>(v); }
VESTIGE_VECTOR_HELPER(vpkshus) { pack_saturated<s16, u8>(v); }
VESTIGE_VECTOR_HELPER(vpkswus) { pack_saturated<s32, u16>(v); }
VESTIGE_VECTOR_HELPER(vpkpx) { pack<u32, u16>(v, narrow_pixel); }

VESTIGE_VECTOR_HELPER(vupkhsb) { unpack<s8, s16, Half::high>(v, same_number); }
VESTIGE_VECTOR_HELPER(vupkhsh) { unpack<s16, s32, Half::high>(v, same_number); }
VESTIGE_VECTOR_HELPER(vupkhpx) { unpack<u16, u32, Half::high>(v, wide_pixel); }
VESTIGE_VECTOR_HELPER(vupklsb) { unpack<s8, s16, Half::low>(v, same_number); }
VESTIGE_VECTOR_HELPER(vupklsh) { unpack<s16, s32, Half::low>(v, same_number); }
VESTIGE_VECTOR_HELPER(vupklpx) { unpack<u16, u32, Half::low>(v, wide_pixel); }

// ---- VSCR: in the last word of a register

VESTIGE_VECTOR_HELPER(mfvscr) {
    Lanes<u32> result;
    result[0] = v.state.vscr;
    v.set(result);
}
VESTIGE_VECTOR_HELPER(mtvscr) {
    v.state.vscr = v.get<u32>(v.b)[0] & (vector::vscr_nj | vector::vscr_sat);
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

namespace {

// Bytes that count up from `first`.
void count_up(void* state, u32 d, u32 first) {
    Lanes<u8> result;
    for (unsigned i = 0; i < result.count; ++i)
        result.element(i) = static_cast<u8>(first + i);
    Operands(state, d, 0, 0, 0).set(result);
}

} // namespace

void vector_shift_left_control(void* state, u32 d, u32 address) {
    count_up(state, d, address & 15);
}
void vector_shift_right_control(void* state, u32 d, u32 address) {
    count_up(state, d, 16 - (address & 15));
}

} // namespace vestige::ppc
