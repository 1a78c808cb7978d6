// Loads, stores and atomic ones: all within the test window, all aligned. Not casa: QEMU's user
// emulation of LEON3 takes it for a privileged instruction.
#include "tests/lockstep/sparc/generator.h"

namespace vestige::sparc::lockstep {

namespace {

using enum Opcode;

struct Row {
    Opcode opcode;
    std::uint8_t size;
    bool loads; // changes rd
};

constexpr Row rows[] = {
    {ldsb, 1, true}, {ldsh, 2, true}, {ldub, 1, true},   {lduh, 2, true},
    {ld, 4, true},   {ld, 4, true},   {stb, 1, false},   {sth, 2, false},
    {st, 4, false},  {st, 4, false},  {ldstub, 1, true}, {swap, 4, true},
};

void emit_access(Generator& g) {
    const Row& row = g.random.pick(std::span<const Row>(rows));
    if (const auto place = g.place(row.size))
        g.emit(Generator::encode_at(row.opcode, *place, row.loads ? g.free_reg() : g.any_reg()));
}

// rd is even; r0 of a pair stays zero.
void emit_double(Generator& g) {
    const auto place = g.place(8);
    if (!place) return;
    unsigned rd = g.any_reg() & ~1u;
    if (g.random.one_in(2)) {
        g.emit(Generator::encode_at(std, *place, rd));
        return;
    }
    while (!g.is_free(rd) || !g.is_free(rd + 1))
        rd = g.any_reg() & ~1u;
    g.emit(Generator::encode_at(ldd, *place, rd));
}

void emit_order(Generator& g) {
    if (g.random.one_in(2)) {
        g.emit(g.encode(stbar, {}));
        return;
    }
    if (const auto place = g.place(8)) g.emit(Generator::encode_at(flush, *place, 0));
}

} // namespace

std::span<const Family> memory_families() {
    static constexpr Family families[] = {
        {"access", 60, emit_access},
        {"double", 16, emit_double},
        {"order", 2, emit_order},
    };
    return families;
}

} // namespace vestige::sparc::lockstep
