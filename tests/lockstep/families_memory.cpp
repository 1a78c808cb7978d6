// Loads, stores, strings, reservations, cache lines: all within the test window.
#include <array>

#include "tests/lockstep/generator.h"

namespace vestige::ppc::lockstep {

namespace {

using enum Opcode;
using BaseRegister = Generator::BaseRegister;

enum class Form : std::uint8_t { displaced, indexed };
enum class Base : std::uint8_t { keep, update };

struct Row {
    Opcode opcode;
    std::uint8_t size;
    Form form;
    Base base = Base::keep;
    std::uint8_t alignment = 1;
};

constexpr Row rows[] = {
    {lbz, 1, Form::displaced},
    {lbzx, 1, Form::indexed},
    {lbzu, 1, Form::displaced, Base::update},
    {lbzux, 1, Form::indexed, Base::update},
    {lhz, 2, Form::displaced},
    {lhzx, 2, Form::indexed},
    {lhzu, 2, Form::displaced, Base::update},
    {lhzux, 2, Form::indexed, Base::update},
    {lha, 2, Form::displaced},
    {lhax, 2, Form::indexed},
    {lhau, 2, Form::displaced, Base::update},
    {lhaux, 2, Form::indexed, Base::update},
    {lwz, 4, Form::displaced},
    {lwzx, 4, Form::indexed},
    {lwzu, 4, Form::displaced, Base::update},
    {lwzux, 4, Form::indexed, Base::update},
    {stb, 1, Form::displaced},
    {stbx, 1, Form::indexed},
    {stbu, 1, Form::displaced, Base::update},
    {stbux, 1, Form::indexed, Base::update},
    {sth, 2, Form::displaced},
    {sthx, 2, Form::indexed},
    {sthu, 2, Form::displaced, Base::update},
    {sthux, 2, Form::indexed, Base::update},
    {stw, 4, Form::displaced},
    {stwx, 4, Form::indexed},
    {stwu, 4, Form::displaced, Base::update},
    {stwux, 4, Form::indexed, Base::update},
    {lhbrx, 2, Form::indexed},
    {lwbrx, 4, Form::indexed},
    {sthbrx, 2, Form::indexed},
    {stwbrx, 4, Form::indexed},
    {dcbf, 1, Form::indexed},
    {dcbst, 1, Form::indexed},
    {dcbt, 1, Form::indexed},
    {dcbtst, 1, Form::indexed},
    {dcbz, 1, Form::indexed},
    {icbi, 1, Form::indexed},
    // Alone it finds no reservation.
    {stwcx_rc, 4, Form::indexed, Base::keep, 4},
    // Not eciwx and ecowx: QEMU 7.2 has the two opcodes swapped (310 and 438).
};

std::uint32_t encode_at(Generator& g, Opcode opcode, Form form, const Generator::Place& place) {
    const std::uint32_t word =
        form == Form::displaced ? Generator::encode(opcode, {{'a', place.ra}, {'i', place.offset}})
                                : Generator::encode(opcode, {{'a', place.ra}, {'b', place.rb}});
    const decode::BitPattern& pattern = info(opcode).pattern;
    if (const decode::BitField* field = pattern.find('d')) return word | g.free_gpr() << field->low;
    if (const decode::BitField* field = pattern.find('s')) return word | g.any_gpr() << field->low;
    return word;
}

void emit_access(Generator& g) {
    const Row& row = g.random.pick(std::span<const Row>(rows));
    if (row.base == Base::update && !g.straight()) return;
    const auto base = row.base == Base::update ? BaseRegister::not_zero : BaseRegister::any;
    const auto place = row.form == Form::displaced ? g.displaced(row.size, row.alignment, base)
                                                   : g.indexed(row.size, row.alignment, base);
    if (!place) return;
    g.emit(encode_at(g, row.opcode, row.form, *place));
    if (row.base == Base::update) g.set_known(place->ra, place->address);
}

void emit_multiple(Generator& g) {
    if (g.random.one_in(2)) {
        const unsigned first = g.random.between(8, 31);
        if (const auto place = g.displaced(4 * (32 - first), 4, BaseRegister::any))
            g.emit(g.encode(stmw, {{'s', first}, {'a', place->ra}, {'i', place->offset}}));
        return;
    }
    const unsigned highest = g.highest_known();
    if (highest == 31) return;
    unsigned first = g.random.between(highest + 1, 31);
    const auto place = g.displaced(4 * (32 - highest), 4, BaseRegister::any);
    if (!place) return;
    // The base among the registers: an invalid form that loads it all the same.
    if (place->ra == highest && highest != 0 && g.straight() && g.random.one_in(4)) {
        first = highest;
        g.forget(highest);
    }
    g.emit(g.encode(lmw, {{'d', first}, {'a', place->ra}, {'i', place->offset}}));
}

bool any_known(const Generator& g, unsigned first, unsigned count) {
    for (unsigned i = 0; i < count; ++i)
        if (g.is_known((first + i) % 32)) return true;
    return false;
}

// Immediate lengths, and that of XER, which no instruction changes here. An overlap of rA and the
// registers loaded is known to be illegal only where it is not a matter of luck: see emit_invalid.
void emit_string(Generator& g) {
    const bool immediate = g.random.one_in(2);
    const unsigned length = immediate ? g.random.between(1, 32) : g.test().input.xer & 0x7f;
    const unsigned registers = (length + 3) / 4;
    const unsigned first = g.any_gpr();
    const bool load = g.random.one_in(2);
    const auto place = g.indexed(length, 1, BaseRegister::any);
    if (!place || (load && any_known(g, first, registers))) return;
    if (load && (place->ra - first) % 32 < registers) return;
    const char letter = load ? 'd' : 's';
    if (!immediate) {
        g.emit(
            g.encode(load ? lswx : stswx, {{letter, first}, {'a', place->ra}, {'b', place->rb}}));
        return;
    }
    // The string starts at rA alone: only where the index register is the pointer.
    if (place->ra != 0 || place->rb == 0) return;
    if (load && (place->rb - first) % 32 < registers) return;
    g.emit(g.encode(load ? lswi : stswi, {{letter, first}, {'a', place->rb}, {'n', length}}));
}

// lwarx, something harmless, stwcx. to the same word. QEMU compares the value as well, and the
// exact address; both agree with the architecture as long as nothing else stores in between.
void emit_reservation(Generator& g) {
    if (!g.straight()) return;
    const auto reserve = g.indexed(4, 4, BaseRegister::any);
    if (!reserve) return;
    g.emit(encode_at(g, lwarx, Form::indexed, *reserve));
    if (g.random.one_in(2)) g.emit(g.encode_random(addi, {{'d', g.free_gpr()}}));
    g.emit(encode_at(g, stwcx_rc, Form::indexed, *reserve));
}

// Where there is no memory, or where it begins: the access faults and changes no register.
void emit_fault(Generator& g) {
    const Row& row = g.random.pick(std::span<const Row>(rows));
    if (row.form != Form::displaced) return;
    const std::uint32_t address = g.random.one_in(2)
                                      ? LOCKSTEP_LOW_START - g.random.between(1, row.size)
                                      : g.random.between(0x2000, LOCKSTEP_LOW_START - row.size);
    const auto base = row.base == Base::update ? BaseRegister::not_zero : BaseRegister::any;
    if (const auto place = g.displaced_to(address, base))
        g.emit(encode_at(g, row.opcode, row.form, *place));
}

// Invalid forms that are illegal instructions here and in QEMU.
void emit_invalid(Generator& g) {
    static constexpr Opcode updates[] = {lbzu, lhzu, lhau, lwzu, lbzux, lhzux, lhaux, lwzux};
    const unsigned n = g.random.one_in(2) ? 0 : g.any_gpr();
    if (g.random.one_in(2)) return;
    if (g.random.one_in(3))
        g.emit(g.encode_random(lswi, {{'d', n}, {'a', n}}));
    else
        g.emit(
            g.encode_random(g.random.pick(std::span<const Opcode>(updates)), {{'d', n}, {'a', n}}));
}

} // namespace

std::span<const Family> memory_families() {
    static constexpr Family families[] = {
        {"access", 60, emit_access},
        {"multiple", 4, emit_multiple},
        {"string", 10, emit_string},
        {"reservation", 6, emit_reservation},
        {"invalid memory form", 1, emit_invalid},
        {"fault", 2, emit_fault},
    };
    return families;
}

} // namespace vestige::ppc::lockstep
