// What a pure integer op makes of constants.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "translator/ir/op.h"
#include "translator/ir/types.h"

namespace vestige::opt {

constexpr std::uint64_t mask_of(ir::Type type) {
    return ~std::uint64_t{0} >> (64 - ir::info(type).bits);
}

// `from`: the type of the first argument; arguments and result zero-extended. Nothing for ops that
// are not folded.
std::optional<std::uint64_t> fold(ir::Op op, ir::Type type, ir::Type from,
                                  std::span<const std::uint64_t> arguments);

} // namespace vestige::opt
