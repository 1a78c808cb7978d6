// A set of the flags of an enum whose enumerators are single bits.
#pragma once

#include <type_traits>

namespace vestige {

template <typename Flag> class FlagSet {
  public:
    constexpr FlagSet() = default;
    constexpr FlagSet(Flag flag) : bits_(static_cast<Bits>(flag)) {}
    constexpr bool has(Flag flag) const { return (bits_ & static_cast<Bits>(flag)) != 0; }
    constexpr FlagSet operator|(FlagSet other) const {
        FlagSet both;
        both.bits_ = static_cast<Bits>(bits_ | other.bits_);
        return both;
    }
    constexpr bool operator==(const FlagSet&) const = default;

  private:
    using Bits = std::underlying_type_t<Flag>;
    Bits bits_ = 0;
};

} // namespace vestige
