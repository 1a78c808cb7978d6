// Delayed transfers: branches forward over a few words with and without annulled slots, calls,
// jumps, transfers in the slots of others, counted loops, routines; and moves between windows.
#include <algorithm>
#include <vector>

#include "tests/lockstep/sparc/generator.h"

namespace vestige::sparc::lockstep {

namespace {

using enum Opcode;

constexpr unsigned o7 = 15, i7 = 31;
constexpr std::uint32_t always = 8;
constexpr unsigned longest_case = 48; // words before which loops and routines may still begin

std::uint32_t skipped_words(Generator& g) { return g.random.below(4); }

// bicc or fbfcc on any condition, annulling or not, to a word so far on.
std::uint32_t random_branch(Generator& g, std::uint32_t words) {
    const bool on_float = (g.test().features & SPARC_FLOAT) && g.random.one_in(3);
    return g.encode_random(on_float ? fbfcc : bicc, {{'D', words & 0x3fffff}});
}

void emit_branch(Generator& g) {
    if (g.in_slot()) return;
    // Sometimes the slot itself is where it leads.
    const std::uint32_t words = g.random.one_in(16) ? 1 : 2 + skipped_words(g);
    g.begin_shadow(words - 1 + (words == 1));
    g.emit(random_branch(g, words));
    g.emit_slot();
}

void emit_call(Generator& g) {
    if (g.in_slot() || !g.is_free(o7)) return;
    const std::uint32_t words = 2 + skipped_words(g);
    g.begin_shadow(words - 1);
    g.emit(g.encode(call, {{'L', words}}));
    g.emit_slot();
}

// Through a register that the two words before have made.
void emit_jump(Generator& g) {
    if (g.in_slot() || g.in_shadow()) return;
    unsigned base;
    do
        base = g.free_reg();
    while (base == 0);
    const std::uint32_t skipped = skipped_words(g);
    const bool in_register = g.random.one_in(3);
    const std::uint32_t target = g.address_ahead((in_register ? 4 : 3) + skipped);
    const std::uint32_t low = target & 0x3ff;
    g.emit_pinned(g.encode(sethi, {{'d', base}, {'I', target >> 10}}));
    if (in_register) g.emit_pinned(g.encode(or_, {{'d', base}, {'s', base}, {'i', 1}, {'o', low}}));
    g.begin_shadow(1 + skipped);
    g.emit(g.encode(
        jmpl,
        {{'d', g.free_reg()}, {'s', base}, {'i', !in_register}, {'o', in_register ? 0 : low}}));
    g.emit_slot();
}

// A transfer in the slot of another: of the instructions at the first target one is run. The first
// is always taken: after a conditional one the manual leaves open what happens (V8 5.1.2.1), and
// QEMU 7.2 loses its way. So it does where that one instruction is a transfer as well.
void emit_couple(Generator& g) {
    if (g.in_slot()) return;
    const std::uint32_t before = g.position();
    const std::uint32_t first = 2 + skipped_words(g), second = 1 + g.random.below(5);
    g.begin_shadow(std::max(first, 1 + second));
    if (g.random.one_in(3) && g.is_free(o7))
        g.emit_pinned(g.encode(call, {{'L', first}}));
    else
        g.emit_pinned(g.encode(bicc, {{'c', always}, {'a', g.random.one_in(6)}, {'D', first}}));
    if (g.random.one_in(4) && g.is_free(o7))
        g.emit(g.encode(call, {{'L', second}}));
    else
        g.emit(random_branch(g, second));
    while (g.position() < before + first + 1)
        g.emit_slot();
}

// A few rounds that a register counts.
void emit_loop(Generator& g) {
    if (g.in_slot() || g.in_shadow() || g.body_depth() > 1 || g.position() > longest_case) return;
    static constexpr std::uint32_t conditions[] = {9, 10, 12}; // ne, g, gu
    unsigned counter;
    do
        counter = g.free_reg();
    while (counter == 0);
    g.emit_pinned(
        g.encode(or_, {{'d', counter}, {'s', 0}, {'i', 1}, {'o', g.random.between(1, 5)}}));
    g.reserve(counter);
    const std::uint32_t first = g.position();
    g.emit_body(g.random.between(1, 6));
    g.end_shadows();
    g.emit_pinned(g.encode(subcc, {{'d', counter}, {'s', counter}, {'i', 1}, {'o', 1}}));
    const std::uint32_t words = g.position() - first;
    g.begin_shadow(1);
    g.emit(g.encode_random(bicc, {{'c', g.random.pick(std::span<const std::uint32_t>(conditions))},
                                  {'D', (0 - words) & 0x3fffff}}));
    g.emit_slot();
    g.release(counter);
}

// Into the next window and, by the slot of `ret`, back.
void emit_windowed_routine(Generator& g) {
    const int depth = g.depth();
    g.set_depth(depth + 1);
    const unsigned rd = g.free_reg();
    g.emit_pinned(g.encode_arithmetic(save, rd));
    g.emit_body(g.random.between(1, 3));
    g.end_shadows();
    g.emit_pinned(g.encode(jmpl, {{'d', 0}, {'s', i7}, {'i', 1}, {'o', 8}}));
    g.set_depth(depth);
    g.emit_pinned(g.encode_arithmetic(restore, g.free_reg()));
}

void emit_leaf_routine(Generator& g) {
    g.emit_body(g.random.between(1, 3));
    g.end_shadows();
    g.begin_shadow(1);
    g.emit_pinned(g.encode(jmpl, {{'d', 0}, {'s', o7}, {'i', 1}, {'o', 8}}));
    g.emit_slot();
}

// A routine behind its one or two calls, and a way round it: to fall into it would be to come back.
void emit_routine(Generator& g) {
    if (g.in_slot() || g.in_shadow() || g.body_depth() > 1 || !g.is_free(o7) ||
        g.position() > longest_case)
        return;
    g.reserve(o7);
    std::vector<std::uint32_t> calls;
    for (unsigned left = g.random.between(1, 2); left > 0; --left) {
        calls.push_back(g.position());
        g.begin_shadow(1);
        g.emit_pinned(g.encode(call, {}));
        g.emit_slot();
        g.emit_body(g.random.below(3));
        g.end_shadows();
    }
    const std::uint32_t round = g.position();
    g.emit_pinned(g.encode(bicc, {{'c', always}}));
    g.emit_pinned(nop);
    const std::uint32_t routine = g.position();
    if (g.depth() < SPARC_DEPTH && g.random.one_in(2))
        emit_windowed_routine(g);
    else
        emit_leaf_routine(g);
    // The displacements of `call` and `bicc` begin at the same bit.
    for (const std::uint32_t from : calls)
        g.test().words[from] |= routine - from;
    g.test().words[round] |= g.position() - round;
    g.release(o7);
}

// One window on for good, in line or in the slot of a transfer that is always run.
void emit_move(Generator& g) {
    if (!g.straight() || g.in_slot()) return;
    const int by = g.random.one_in(2) ? 1 : -1;
    if (g.depth() + by > SPARC_DEPTH || g.depth() + by < -SPARC_DEPTH) return;
    if (g.random.one_in(3)) g.emit_pinned(g.encode(bicc, {{'c', always}, {'D', 2}}));
    g.move(by);
    const unsigned rd = g.free_reg();
    g.emit_pinned(g.encode_arithmetic(by > 0 ? save : restore, rd));
}

// There and back.
void emit_excursion(Generator& g) {
    if (g.in_slot() || g.in_shadow() || g.body_depth() > 1 || g.position() > longest_case) return;
    const int depth = g.depth();
    const bool down = depth == -SPARC_DEPTH || (depth < SPARC_DEPTH && g.random.one_in(2));
    g.set_depth(down ? depth + 1 : depth - 1);
    g.emit_pinned(g.encode_arithmetic(down ? save : restore, g.free_reg()));
    g.emit_body(g.random.between(1, 4));
    g.end_shadows();
    g.set_depth(depth);
    g.emit_pinned(g.encode_arithmetic(down ? restore : save, g.free_reg()));
}

// More saves than there are free windows, and as many restores: the system beneath moves windows to
// the stack and back. What a new window holds nobody knows, so it is filled before it is read. The
// end of its case: what the windows that have been left hold then is open.
void emit_dive(Generator& g) {
    if (!g.straight() || g.in_slot() || g.position() > longest_case) return;
    static constexpr unsigned own[] = {16, 17, 18, 19, 20, 21, 22, 23, 8, 9, 10, 11, 12, 13, 15};
    static constexpr Opcode opcodes[] = {add, xor_, subcc, addx, smul, andn, srl};
    constexpr unsigned sp = 14, first_in = 24;
    const auto any_own = [&] { return g.random.pick(std::span<const unsigned>(own)); };
    const unsigned levels = g.random.between(4, 9);
    for (unsigned level = 0; level < levels; ++level) {
        g.emit_pinned(
            g.encode(save, {{'d', sp}, {'s', sp}, {'i', 1}, {'o', (0 - SPARC_FRAME) & 0x1fff}}));
        for (const unsigned rd : own)
            g.emit_pinned(g.encode_arithmetic(add, first_in + g.random.below(8), rd) | 1u << 13);
        for (unsigned left = g.random.below(4); left > 0; --left)
            g.emit(g.encode_arithmetic(g.random.pick(std::span<const Opcode>(opcodes)), any_own()));
    }
    // Results go where only this code looks, and at last to %g0.
    for (unsigned level = levels; level > 0; --level) {
        if (g.random.one_in(2))
            g.emit(g.encode_arithmetic(g.random.pick(std::span<const Opcode>(opcodes)), any_own()));
        g.emit_pinned(g.encode_arithmetic(restore, level == 1 ? 0 : any_own()));
    }
    g.test().ignored.file_end = file_index(std::min(g.depth(), 0) + 1, 16);
    g.finish();
}

} // namespace

std::span<const Family> dive_families() {
    static constexpr Family families[] = {{"dive", 8, emit_dive}};
    return families;
}

std::span<const Family> branch_families() {
    static constexpr Family families[] = {
        {"branch", 26, emit_branch}, {"call", 4, emit_call}, {"jump", 5, emit_jump},
        {"couple", 5, emit_couple},  {"loop", 6, emit_loop}, {"routine", 6, emit_routine},
    };
    return families;
}

std::span<const Family> window_families() {
    static constexpr Family families[] = {
        {"move", 10, emit_move},
        {"excursion", 5, emit_excursion},
    };
    return families;
}

} // namespace vestige::sparc::lockstep
