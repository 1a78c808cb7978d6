#include "frontend/sparc/helpers.h"

#include "frontend/sparc/cpu/helpers.h"
#include "frontend/sparc/fp/helpers.h"

namespace vestige::sparc {

namespace {

using enum ir::Type;
using enum ir::HelperEffect;

ir::HelperTable make_table() {
    return {
#define TYPES(...) __VA_ARGS__
#define HELPER(name, function, result, arguments, effect)                                          \
    {#name, reinterpret_cast<const void*>(function), result, {TYPES arguments}, effect},
#include "frontend/sparc/helpers.inc"
#undef HELPER
#undef TYPES
    };
}

// What traps are made of.
constexpr helper::Id without_floats[] = {helper::raise_trap, helper::return_from_trap,
                                         helper::write_psr, helper::remap};

} // namespace

const ir::HelperTable& helper_table() {
    static const ir::HelperTable table = ir::without_floats(make_table(), without_floats);
    return table;
}

} // namespace vestige::sparc
