#include "translator/ir/layout.h"

#include <fmt/format.h>

namespace vestige::ir {

StateLayout make_layout(std::span<const SlotRow> rows) {
    StateLayout layout;
    for (const SlotRow& row : rows) {
        layout.has_banks |= is_banked(static_cast<std::uint32_t>(row.offset));
        for (unsigned i = 0; i < row.count; ++i)
            layout.slots.push_back({row.count > 1 ? fmt::format("{}{}", row.name, i) : row.name,
                                    static_cast<std::uint32_t>(row.offset + i * row.stride),
                                    row.type, row.promotion});
    }
    return layout;
}

} // namespace vestige::ir
