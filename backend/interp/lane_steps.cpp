// Vectors of 128 bits as lanes. A step's imm is the number of the op's LaneAttributes.
#include <algorithm>
#include <array>
#include <bit>
#include <concepts>
#include <limits>
#include <type_traits>

#include "backend/interp/preparer.h"
#include "common/assertion.h"

namespace vestige::interp {

using ir::Instruction;
using ir::LaneAttributes;
using ir::Value;

namespace {

using s8 = std::int8_t;
using s16 = std::int16_t;
using s32 = std::int32_t;
using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;

template <class Lane> using Lanes = std::array<Lane, 16 / sizeof(Lane)>;

template <class Lane> Lanes<Lane> get(Registers registers, std::uint32_t number) {
    Lanes<Lane> lanes;
    std::memcpy(&lanes, &registers[number], sizeof lanes);
    return lanes;
}
template <class Lane> void put(Registers registers, const Step* step, const Lanes<Lane>& lanes) {
    std::memcpy(&registers[step->result], &lanes, sizeof lanes);
}

template <class Lane> constexpr Lane saturated(std::int64_t value) {
    using Limits = std::numeric_limits<Lane>;
    return static_cast<Lane>(std::clamp<std::int64_t>(value, Limits::min(), Limits::max()));
}

// ---- one lane of a and one of b

struct AddSaturated {
    template <class Lane> static Lane apply(Lane a, Lane b) {
        return saturated<Lane>(std::int64_t{a} + b);
    }
};
struct SubSaturated {
    template <class Lane> static Lane apply(Lane a, Lane b) {
        return saturated<Lane>(std::int64_t{a} - b);
    }
};
struct Min {
    template <class Lane> static Lane apply(Lane a, Lane b) { return std::min(a, b); }
};
struct Max {
    template <class Lane> static Lane apply(Lane a, Lane b) { return std::max(a, b); }
};
struct Average {
    template <class Lane> static Lane apply(Lane a, Lane b) {
        return static_cast<Lane>((std::int64_t{a} + b + 1) >> 1);
    }
};
struct Mul {
    template <class Lane> static Lane apply(Lane a, Lane b) {
        return static_cast<Lane>(std::uint64_t{a} * b);
    }
};
struct Equal {
    template <class Lane> static Lane apply(Lane a, Lane b) {
        return static_cast<Lane>(a == b ? -1 : 0);
    }
};
struct Greater {
    template <class Lane> static Lane apply(Lane a, Lane b) {
        return static_cast<Lane>(a > b ? -1 : 0);
    }
};
template <class Lane> unsigned count_of(Lane lane) {
    return static_cast<std::make_unsigned_t<Lane>>(lane) & (8 * sizeof(Lane) - 1);
}
struct ShiftLeft {
    template <class Lane> static Lane apply(Lane a, Lane b) {
        return static_cast<Lane>(std::uint64_t{a} << count_of(b));
    }
};
struct ShiftRight {
    template <class Lane> static Lane apply(Lane a, Lane b) {
        return static_cast<Lane>(a >> count_of(b));
    }
};

template <class Operation, class Lane>
const Step* step_lanes(const Step* step, Registers registers, Frame&) {
    const auto a = get<Lane>(registers, step->a), b = get<Lane>(registers, step->b);
    Lanes<Lane> result;
    for (unsigned i = 0; i < result.size(); ++i)
        result[i] = Operation::apply(a[i], b[i]);
    put(registers, step, result);
    return step + 1;
}

// b: the number of the attributes
template <class Operation, class Lane>
const Step* step_lanes_by(const Step* step, Registers registers, Frame&) {
    auto lanes = get<Lane>(registers, step->a);
    for (Lane& lane : lanes)
        lane = Operation::apply(lane, static_cast<Lane>(step->imm));
    put(registers, step, lanes);
    return step + 1;
}

// ---- lanes that move

template <unsigned half, class Lane>
const Step* step_join(const Step* step, Registers registers, Frame&) {
    const auto a = get<Lane>(registers, step->a), b = get<Lane>(registers, step->b);
    Lanes<Lane> result;
    constexpr unsigned pairs = result.size() / 2;
    for (unsigned i = 0; i < pairs; ++i) {
        result[2 * i] = b[half * pairs + i];
        result[2 * i + 1] = a[half * pairs + i];
    }
    put(registers, step, result);
    return step + 1;
}

template <class Wide, class Narrow>
const Step* step_pack(const Step* step, Registers registers, Frame&) {
    const auto a = get<Wide>(registers, step->a), b = get<Wide>(registers, step->b);
    Lanes<Narrow> result;
    for (unsigned i = 0; i < a.size(); ++i) {
        result[i] = saturated<Narrow>(b[i]);
        result[a.size() + i] = saturated<Narrow>(a[i]);
    }
    put(registers, step, result);
    return step + 1;
}

template <class Lane> const Step* step_splat_lane(const Step* step, Registers registers, Frame&) {
    auto lanes = get<Lane>(registers, step->a);
    lanes.fill(lanes[step->imm]);
    put(registers, step, lanes);
    return step + 1;
}

const Step* step_mul_pairs(const Step* step, Registers registers, Frame&) {
    const auto a = get<s16>(registers, step->a), b = get<s16>(registers, step->b);
    Lanes<u32> result;
    for (unsigned i = 0; i < result.size(); ++i)
        result[i] =
            static_cast<u32>(a[2 * i] * b[2 * i]) + static_cast<u32>(a[2 * i + 1] * b[2 * i + 1]);
    put(registers, step, result);
    return step + 1;
}

// Byte `at` of a:b.
u8 byte_of(const Lanes<u8>& a, const Lanes<u8>& b, unsigned at) {
    return at < 16 ? b[at] : a[at - 16];
}

const Step* step_extract(const Step* step, Registers registers, Frame&) {
    const auto a = get<u8>(registers, step->a), b = get<u8>(registers, step->b);
    Lanes<u8> result;
    for (unsigned i = 0; i < 16; ++i)
        result[i] = byte_of(a, b, i + static_cast<unsigned>(step->imm));
    put(registers, step, result);
    return step + 1;
}

const Step* step_permute(const Step* step, Registers registers, Frame&) {
    const auto a = get<u8>(registers, step->a), b = get<u8>(registers, step->b),
               c = get<u8>(registers, step->c);
    Lanes<u8> result;
    for (unsigned i = 0; i < 16; ++i)
        result[i] = byte_of(a, b, c[i] & 31);
    put(registers, step, result);
    return step + 1;
}

const Step* step_splat(const Step* step, Registers registers, Frame&) {
    Lanes<u32> result;
    result.fill(static_cast<u32>(registers[step->a]));
    put(registers, step, result);
    return step + 1;
}

const Step* step_pair(const Step* step, Registers registers, Frame&) {
    const std::uint64_t high = registers[step->a], low = registers[step->b];
    registers[step->result] = low;
    registers[step->result + 1] = high;
    return step + 1;
}

const Step* step_signs(const Step* step, Registers registers, Frame&) {
    const auto a = get<u8>(registers, step->a);
    std::uint64_t signs = 0;
    for (unsigned i = 0; i < 16; ++i)
        signs |= std::uint64_t{a[i]} >> 7 << i;
    registers[step->result] = signs;
    return step + 1;
}

// ---- singles: imm is the helper's address

typedef std::uint64_t HelperVector __attribute__((vector_size(16)));

// A helper of two arguments does not look at the third register.
const Step* step_vector_helper(const Step* step, Registers registers, Frame& frame) {
    const auto helper =
        reinterpret_cast<HelperVector (*)(void*, HelperVector, HelperVector, HelperVector)>(
            step->imm);
    HelperVector operands[3];
    const std::uint32_t numbers[3] = {step->a, step->b, step->c};
    for (unsigned i = 0; i < 3; ++i)
        std::memcpy(&operands[i], &registers[numbers[i]], sizeof operands[i]);
    const HelperVector result = helper(frame.state, operands[0], operands[1], operands[2]);
    std::memcpy(&registers[step->result], &result, sizeof result);
    return step + 1;
}

void prepare_vector_helper(Preparer& p, const Instruction& op, Value value) {
    const ir::Helper& helper = (*p.function().helpers)[ir::FloatOp::unpack(op.imm).helper];
    p.emit(step_vector_helper, value).imm = reinterpret_cast<std::uintptr_t>(helper.function);
}

// ---- one handler a width of lane

struct LaneHandlers {
    Handler of8, of16, of32;
};

void prepare_lanes(Preparer& p, const Instruction& op, Value value, const LaneHandlers& handlers) {
    const auto lanes = LaneAttributes::unpack(op.imm);
    const Handler handler = lanes.bits == 8    ? handlers.of8
                            : lanes.bits == 16 ? handlers.of16
                                               : handlers.of32;
    VESTIGE_ASSERT(handler != nullptr);
    p.emit(handler, value).imm = lanes.number;
}

template <class Operation>
constexpr LaneHandlers unsigned_lanes = {step_lanes<Operation, u8>, step_lanes<Operation, u16>,
                                         step_lanes<Operation, u32>};
template <class Operation>
constexpr LaneHandlers signed_lanes = {step_lanes<Operation, s8>, step_lanes<Operation, s16>,
                                       step_lanes<Operation, s32>};
template <class Operation>
constexpr LaneHandlers unsigned_by = {nullptr, step_lanes_by<Operation, u16>,
                                      step_lanes_by<Operation, u32>};
template <unsigned half>
constexpr LaneHandlers joined = {step_join<half, u8>, step_join<half, u16>, step_join<half, u32>};

} // namespace

#define LANES(name, ...)                                                                           \
    void prepare_##name(Preparer& p, const Instruction& op, Value value) {                         \
        static constexpr LaneHandlers handlers = __VA_ARGS__;                                      \
        prepare_lanes(p, op, value, handlers);                                                     \
    }
#define PLAIN(name, step)                                                                          \
    void prepare_##name(Preparer& p, const Instruction&, Value value) { p.emit(step, value); }

LANES(vec_add_sat_u, unsigned_lanes<AddSaturated>)
LANES(vec_add_sat_s, signed_lanes<AddSaturated>)
LANES(vec_sub_sat_u, unsigned_lanes<SubSaturated>)
LANES(vec_sub_sat_s, signed_lanes<SubSaturated>)
LANES(vec_min_u, unsigned_lanes<Min>)
LANES(vec_min_s, signed_lanes<Min>)
LANES(vec_max_u, unsigned_lanes<Max>)
LANES(vec_max_s, signed_lanes<Max>)
LANES(vec_average_u, unsigned_lanes<Average>)
LANES(vec_mul, unsigned_lanes<Mul>)
LANES(vec_cmp_eq, unsigned_lanes<Equal>)
LANES(vec_cmp_gt_s, signed_lanes<Greater>)
LANES(vec_shl, unsigned_lanes<ShiftLeft>)
LANES(vec_shr, unsigned_lanes<ShiftRight>)
LANES(vec_sar, signed_lanes<ShiftRight>)
LANES(vec_shl_by, unsigned_by<ShiftLeft>)
LANES(vec_shr_by, unsigned_by<ShiftRight>)
LANES(vec_sar_by, {nullptr, step_lanes_by<ShiftRight, s16>, step_lanes_by<ShiftRight, s32>})
LANES(vec_join_high, joined<1>)
LANES(vec_join_low, joined<0>)
LANES(vec_pack_s, {nullptr, step_pack<s16, s8>, step_pack<s32, s16>})
LANES(vec_pack_u, {nullptr, step_pack<s16, u8>, step_pack<s32, u16>})
LANES(vec_mul_pairs_s, {nullptr, step_mul_pairs, nullptr})
LANES(vec_extract, {step_extract, nullptr, nullptr})
LANES(vec_splat_lane, {step_splat_lane<u8>, step_splat_lane<u16>, step_splat_lane<u32>})
#define BY_HELPER(name)                                                                            \
    void prepare_##name(Preparer& p, const Instruction& op, Value value) {                         \
        prepare_vector_helper(p, op, value);                                                       \
    }
BY_HELPER(vec_float_add)
BY_HELPER(vec_float_sub)
BY_HELPER(vec_float_mul_add)
BY_HELPER(vec_float_neg_mul_sub)
PLAIN(vec_permute, step_permute)
PLAIN(vec_splat, step_splat)
PLAIN(vec_pair, step_pair)
PLAIN(vec_signs, step_signs)

} // namespace vestige::interp
