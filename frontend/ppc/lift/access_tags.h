// MemoryAccess::tag of PowerPC accesses that the fault handler treats apart.
#pragma once

#include <cstdint>

namespace vestige::ppc {

enum class AccessTag : std::uint8_t {
    none,
    cache_zero,  // dcbz: an alignment exception where the page is write-through or uncached
    reservation, // lwarx, stwcx.: DSISR[5] in a direct-store segment
    external,    // eciwx, ecowx: DSISR[11] in a direct-store segment
    multiple,    // lmw, stmw, lswi, stswi: a part of the instruction may have been done
};

} // namespace vestige::ppc
