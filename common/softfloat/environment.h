// What an operation is told (Environment) and what it reports beside its value (Facts).
//
// There is no state here: sticky flags, trap enables and their mapping belong to the guest. An
// operation reports exact facts about itself alone; the guest folds them into its own register.
#pragma once

#include <cstdint>

namespace vestige::softfloat {

enum class Rounding : std::uint8_t {
    nearest_even,
    toward_zero,
    up,   // towards plus infinity
    down, // towards minus infinity
    nearest_away,
    to_odd, // truncate, then set the last bit if anything was lost: safe to round once more
};

// When a nonzero result counts as tiny: if its exact value lies below the smallest normal number,
// or if it still does once rounded to the precision with an unbounded exponent (IEEE 754, 7.5).
enum class Tininess : std::uint8_t { before_rounding, after_rounding };

// What is delivered when the result leaves the exponent range.
enum class OutOfRange : std::uint8_t {
    default_result, // infinity, largest number, subnormal or zero
    wrapped,        // the trap handler's result: rounded at full precision with its exponent moved
                    // into range by Format::wrap (a result that no wrapping can hold gets the
                    // default one)
};

enum class Subnormals : std::uint8_t {
    kept,
    zeroed, // operand: read as a zero of its sign; result: a tiny one becomes a zero of its sign
};

struct Environment {
    Rounding rounding = Rounding::nearest_even;
    Tininess tininess = Tininess::before_rounding;
    OutOfRange on_overflow = OutOfRange::default_result;
    OutOfRange on_underflow = OutOfRange::default_result;
    Subnormals operands = Subnormals::kept;
    Subnormals results = Subnormals::kept;
};

enum class Fact : std::uint16_t {
    inexact = 1 << 0,
    overflow = 1 << 1,
    underflow = 1 << 2, // tiny and inexact; with OutOfRange::wrapped, tiny
    tiny = 1 << 3,      // whether exact or not
    divide_by_zero = 1 << 4,
    rounded_up = 1 << 5, // the result is larger in magnitude than the exact one (PowerPC FPSCR[FR])
    nan_operand = 1 << 6,
    subnormal_operand = 1 << 7, // not if it was read as zero, not if another operand is a NaN
    // The invalid operations, by kind; more than one may hold.
    signaling_nan = 1 << 8,
    infinity_minus_infinity = 1 << 9,
    infinity_over_infinity = 1 << 10,
    zero_over_zero = 1 << 11,
    infinity_times_zero = 1 << 12, // in a fused multiply-add also when the addend is a NaN
    square_root_of_negative = 1 << 13,
    invalid_conversion = 1 << 14, // to an integer that cannot hold it; of a NaN too
};

class Facts {
  public:
    constexpr Facts() = default;
    constexpr Facts(Fact fact) : raw_(static_cast<std::uint16_t>(fact)) {}
    static constexpr Facts from_raw(std::uint16_t raw) {
        Facts facts;
        facts.raw_ = raw;
        return facts;
    }

    constexpr bool has(Fact fact) const { return (raw_ & static_cast<std::uint16_t>(fact)) != 0; }
    constexpr bool has_any(Facts others) const { return (raw_ & others.raw_) != 0; }
    constexpr Facts only(Facts mask) const {
        return from_raw(static_cast<std::uint16_t>(raw_ & mask.raw_));
    }
    constexpr Facts without(Facts mask) const {
        return from_raw(static_cast<std::uint16_t>(raw_ & ~mask.raw_));
    }
    constexpr Facts& operator|=(Facts others) {
        raw_ = static_cast<std::uint16_t>(raw_ | others.raw_);
        return *this;
    }
    friend constexpr Facts operator|(Facts left, Facts right) { return left |= right; }
    friend constexpr bool operator==(Facts, Facts) = default;

    constexpr bool none() const { return raw_ == 0; }
    constexpr std::uint16_t raw() const { return raw_; }
    inline constexpr bool invalid() const;

  private:
    std::uint16_t raw_ = 0;
};

constexpr Facts operator|(Fact left, Fact right) { return Facts(left) | Facts(right); }

inline constexpr Facts all_invalid = Fact::signaling_nan | Fact::infinity_minus_infinity |
                                     Fact::infinity_over_infinity | Fact::zero_over_zero |
                                     Fact::infinity_times_zero | Fact::square_root_of_negative |
                                     Fact::invalid_conversion;

constexpr bool Facts::invalid() const { return has_any(all_invalid); }

// `value` is a bit pattern (std::uint32_t, std::uint64_t), or the integer of to_integer().
template <class Value> struct Result {
    Value value;
    Facts facts;
};

} // namespace vestige::softfloat
