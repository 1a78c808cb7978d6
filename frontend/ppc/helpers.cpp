#include "frontend/ppc/helpers.h"

#include "frontend/ppc/altivec/helpers.h"
#include "frontend/ppc/cpu/helpers.h"
#include "frontend/ppc/fp/helpers.h"
#include "frontend/ppc/lift/helpers_integer.h"

namespace vestige::ppc {

namespace {

using enum ir::Type;
using enum ir::HelperEffect;

ir::HelperTable make_table() {
    return {
#define TYPES(...) __VA_ARGS__
#define HELPER(name, function, result, arguments, effect)                                          \
    {#name, reinterpret_cast<const void*>(function), result, {TYPES arguments}, effect},
#include "frontend/ppc/helpers.inc"
#undef HELPER
#undef TYPES
    };
}

// What kernels do often: MXCSR need not change hands.
constexpr helper::Id without_floats[] = {helper::read_spr, helper::write_spr, helper::system_call};

} // namespace

const ir::HelperTable& helper_table() {
    static const ir::HelperTable table = ir::without_floats(make_table(), without_floats);
    return table;
}

} // namespace vestige::ppc
