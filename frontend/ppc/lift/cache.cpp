// User-level cache instructions (Programming Environments Manual 4.3.2).
//
// No caches are modelled, so what flushes, fetches or allocates a line does nothing. The
// architecture lets dcbf and dcbst fault like loads; no system is known to depend on it.
#include "frontend/ppc/lift/access_tags.h"
#include "frontend/ppc/lift/lifter.h"

namespace vestige::ppc {

using ir::Op;
using ir::Value;

void lift_dcbf(Lifter&) {}
void lift_dcbst(Lifter&) {}
void lift_dcbt(Lifter&) {}
void lift_dcbtst(Lifter&) {}
void lift_dcba(Lifter&) {}

void lift_dcbz(Lifter& l) {
    constexpr unsigned line_bytes = 32;
    const Value line = l.b.same_imm(Op::and_, l.address_x(), ~(line_bytes - 1));
    const Value zero = l.b.i64(0);
    for (unsigned offset = 0; offset < line_bytes; offset += 8)
        l.b.store(offset == 0 ? line : l.b.same_imm(Op::add, line, offset), zero,
                  {.size = 8,
                   .endian = Endian::big,
                   .tag = static_cast<std::uint8_t>(AccessTag::cache_zero)});
}

} // namespace vestige::ppc
