// Arithmetic, logic, shifts, multiplication and division, tagged arithmetic, Y.
#include "tests/lockstep/sparc/generator.h"

namespace vestige::sparc::lockstep {

namespace {

using enum Opcode;

constexpr Opcode arithmetic[] = {add, addcc, addx, sub, subcc, subx, addcc, subcc, taddcc, tsubcc};
constexpr Opcode makers_of_carry[] = {addcc, subcc, taddcc, tsubcc};
constexpr Opcode users_of_carry[] = {addxcc, subxcc};
constexpr Opcode logic[] = {and_, andcc, andn, andncc, or_,  orcc,
                            orn,  orncc, xor_, xorcc,  xnor, xnorcc};
constexpr Opcode shifts[] = {sll, srl, sra};
constexpr Opcode products[] = {umul, smul, umulcc, smulcc, mulscc, mulscc};
constexpr Opcode quotients[] = {udiv, sdiv, udivcc, sdivcc};

template <std::size_t count> void emit_any(Generator& g, const Opcode (&opcodes)[count]) {
    g.emit(g.encode_arithmetic(g.random.pick(std::span<const Opcode>(opcodes)), g.free_reg()));
}

// Long additions and subtractions. QEMU 7.2 forgets V and C of addxcc and subxcc where the icc
// before comes of logic, of a product or of a quotient and nothing leads in between: so what is
// before them is an addition or a subtraction.
void emit_carries(Generator& g) {
    if (g.in_slot()) return;
    g.pin();
    emit_any(g, makers_of_carry);
    for (unsigned left = g.random.between(1, 3); left > 0; --left) {
        g.pin();
        emit_any(g, users_of_carry);
    }
}

// Compares and tests, which have no result, and the same register twice.
void emit_compare(Generator& g) {
    static constexpr Opcode opcodes[] = {subcc, orcc, andcc, addcc, xorcc};
    const Opcode opcode = g.random.pick(std::span<const Opcode>(opcodes));
    if (g.random.one_in(4)) {
        const unsigned n = g.any_reg();
        g.emit(g.encode(
            opcode, {{'d', g.random.one_in(2) ? 0 : g.free_reg()}, {'s', n}, {'i', 0}, {'o', n}}));
    } else {
        g.emit(g.encode_arithmetic(opcode, 0));
    }
}

void emit_sethi(Generator& g) {
    g.emit(g.encode(sethi, {{'d', g.free_reg()}, {'I', g.random.word()}}));
}

// A quotient by something other than zero: the divisor is made odd. Y is the high word of the
// dividend: small ones have quotients that fit.
void emit_division(Generator& g) {
    if (!g.straight() || g.in_slot()) return;
    const Opcode opcode = g.random.pick(std::span<const Opcode>(quotients));
    if (g.random.one_in(2)) {
        static constexpr std::uint32_t highs[] = {0, 0, 1, 0x1fff, 0x1ffe, 0x10, 0x1000};
        g.emit(g.encode(
            wry,
            {{'s', 0}, {'i', 1}, {'o', g.random.pick(std::span<const std::uint32_t>(highs))}}));
    }
    if (g.random.one_in(3)) {
        static constexpr std::uint32_t divisors[] = {1, 0x1fff, 2, 3, 0x1000, 0xfff};
        g.emit(g.encode(opcode, {{'d', g.free_reg()},
                                 {'s', g.any_reg()},
                                 {'i', 1},
                                 {'o', g.random.pick(std::span<const std::uint32_t>(divisors))}}));
        return;
    }
    unsigned divisor;
    do
        divisor = g.free_reg();
    while (divisor == 0);
    g.emit_pinned(g.encode(or_, {{'d', divisor}, {'s', divisor}, {'i', 1}, {'o', 1}}));
    g.emit(g.encode(opcode, {{'d', g.free_reg()}, {'s', g.any_reg()}, {'i', 0}, {'o', divisor}}));
}

// Operands of which neither has a tag nor together they overflow: nothing traps.
void emit_tagged(Generator& g) {
    if (!g.straight() || g.in_slot()) return;
    unsigned a;
    do
        a = g.free_reg();
    while (a == 0);
    g.emit_pinned(g.encode(sra, {{'d', a}, {'s', a}, {'i', 1}, {'o', 1}}));
    g.emit_pinned(g.encode(andn, {{'d', a}, {'s', a}, {'i', 1}, {'o', 3}}));
    const bool immediate = g.random.one_in(2);
    const std::uint32_t operand = immediate ? g.random.below(1 << 11) << 2 : a;
    const Opcode opcode = g.random.one_in(2) ? taddcctv : tsubcctv;
    g.emit(g.encode(opcode, {{'d', g.free_reg()}, {'s', a}, {'i', immediate}, {'o', operand}}));
}

void emit_y(Generator& g) {
    if (g.random.one_in(2))
        g.emit(g.encode(rdy, {{'d', g.free_reg()}}));
    else
        g.emit(g.encode_random(wry, {}));
}

// A trap that is not taken: never, or on what the instruction before has made impossible.
void emit_trap(Generator& g) {
    if (g.random.one_in(2)) {
        g.emit(g.encode_random(ticc, {{'c', 0}}));
        return;
    }
    if (!g.straight() || g.in_slot()) return;
    // tst %g0 leaves Z alone: ne, neg, cs, vs, l, lu and g do not hold.
    static constexpr std::uint32_t conditions[] = {9, 6, 5, 7, 3, 10, 12};
    g.emit_pinned(g.encode(orcc, {{'d', 0}, {'s', 0}, {'i', 0}, {'o', 0}}));
    g.emit(
        g.encode_random(ticc, {{'c', g.random.pick(std::span<const std::uint32_t>(conditions))}}));
}

} // namespace

std::span<const Family> integer_families() {
    static constexpr Family families[] = {
        {"arithmetic", 60, [](Generator& g) { emit_any(g, arithmetic); }},
        {"carries", 12, emit_carries},
        {"logic", 30, [](Generator& g) { emit_any(g, logic); }},
        {"shifts", 20, [](Generator& g) { emit_any(g, shifts); }},
        {"products", 20, [](Generator& g) { emit_any(g, products); }},
        {"compare", 25, emit_compare},
        {"sethi", 8, emit_sethi},
        {"division", 10, emit_division},
        {"tagged", 6, emit_tagged},
        {"y", 8, emit_y},
        {"trap", 4, emit_trap},
    };
    return families;
}

} // namespace vestige::sparc::lockstep
