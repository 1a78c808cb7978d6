// Branches forward over a few words, back around counted loops, and out of the case; moves of LR,
// CTR and XER.
#include <array>
#include <vector>

#include "tests/lockstep/generator.h"

namespace vestige::ppc::lockstep {

namespace {

using enum Opcode;

constexpr std::uint32_t bo_keep_counter = 4, bo_always = 20;
constexpr unsigned spr_xer = 1, spr_lr = 8, spr_ctr = 9;

// All kinds: on counter, condition, both and always; the last bit is a hint.
std::uint32_t random_bo(Generator& g) {
    static constexpr std::uint32_t kinds[] = {0, 2, 4, 8, 10, 12, 16, 18, bo_always};
    const std::uint32_t bo = g.random.pick(std::span<const std::uint32_t>(kinds));
    return bo | g.random.below(2) | (g.keeps_counter() ? bo_keep_counter : 0);
}

void note_use(Generator& g, std::uint32_t bo, bool link) {
    if (!(bo & bo_keep_counter)) g.ctr_is_open = false;
    if (link) g.lr_is_open = false;
}

std::uint32_t random_link(Generator& g) { return g.keeps_link() ? 0 : g.random.below(2); }

std::uint32_t skipped_words(Generator& g) { return g.random.below(4); }

void emit_b(Generator& g) {
    const std::uint32_t skipped = skipped_words(g), link = random_link(g);
    const bool absolute = g.random.one_in(4);
    const std::uint32_t target = absolute ? g.address_ahead(1 + skipped) : 4 * (1 + skipped);
    g.begin_shadow(skipped);
    note_use(g, bo_always, link != 0);
    g.emit(g.encode(b, {{'l', target / 4}, {'A', absolute}, {'K', link}}));
}

void emit_bc(Generator& g) {
    const std::uint32_t skipped = skipped_words(g), link = random_link(g), bo = random_bo(g);
    note_use(g, bo, link != 0);
    // An absolute one reaches the low exit alone.
    const bool absolute = g.random.one_in(40);
    const std::uint32_t target = absolute ? LOCKSTEP_LOW_EXIT : 4 * (1 + skipped);
    if (!absolute) g.begin_shadow(skipped);
    g.emit(g.encode_random(bc, {{'O', bo}, {'t', target / 4}, {'A', absolute}, {'K', link}}));
}

void emit_bclr(Generator& g) {
    if (!g.lr_is_open) return;
    const std::uint32_t skipped = skipped_words(g), link = random_link(g), bo = random_bo(g);
    g.test().input.lr = g.address_ahead(1 + skipped) | g.random.below(4);
    g.lr_is_open = false;
    note_use(g, bo, link != 0);
    g.begin_shadow(skipped);
    g.emit(g.encode_random(bclr, {{'O', bo}, {'K', link}}));
}

// With a decrement it is an illegal instruction, before which QEMU, wrongly, sets LR.
void emit_bcctr(Generator& g) {
    std::uint32_t bo = random_bo(g);
    if (!g.random.one_in(20)) bo |= bo_keep_counter;
    const std::uint32_t skipped = skipped_words(g);
    const std::uint32_t link = bo & bo_keep_counter ? random_link(g) : 0;
    if (bo & bo_keep_counter) {
        // What is run again may find another CTR.
        if (!g.ctr_is_open || g.body_depth() > 0) return;
        g.test().input.ctr = g.address_ahead(1 + skipped) | g.random.below(4);
    }
    g.ctr_is_open = false;
    if (link) g.lr_is_open = false;
    g.begin_shadow(skipped);
    g.emit(g.encode_random(bcctr, {{'O', bo}, {'K', link}}));
}

// A few rounds that CTR counts, perhaps ended earlier by a condition.
void emit_loop(Generator& g) {
    if (!g.ctr_is_open || !g.straight()) return;
    static constexpr std::uint32_t kinds[] = {0, 2, 8, 10, 16, 18};
    g.test().input.ctr = g.random.between(1, 6);
    g.lr_is_open = g.ctr_is_open = false;
    const std::uint32_t first = g.position();
    g.emit_body(g.random.between(1, 8), {.counter = true});
    const std::uint32_t words = g.position() - first;
    g.emit(g.encode_random(bc, {{'O', g.random.pick(std::span<const std::uint32_t>(kinds))},
                                {'t', (0 - words) & 0x3fff},
                                {'A', 0},
                                {'K', 0}}));
}

// A routine behind its one or two calls, and a way round it: to fall into it would be to come back.
void emit_call(Generator& g) {
    if (g.in_shadow() || g.body_depth() > 1 || g.keeps_link()) return;
    g.lr_is_open = false;
    std::vector<std::uint32_t> calls;
    for (unsigned left = g.random.between(1, 2); left > 0; --left) {
        calls.push_back(g.position());
        const bool always = g.random.one_in(2);
        const std::uint32_t bo = random_bo(g);
        if (!always) note_use(g, bo, true);
        g.emit(always ? g.encode(b, {{'K', 1}})
                      : g.encode_random(bc, {{'O', bo}, {'t', 0}, {'A', 0}, {'K', 1}}));
        g.emit_body(g.random.below(3), {});
        g.end_shadows();
    }
    const std::uint32_t round = g.position();
    g.pin();
    g.emit(g.encode(b, {}));
    const std::uint32_t routine = g.position();
    g.emit_body(g.random.between(1, 3), {.link = true});
    const std::uint32_t bo = g.random.one_in(2) ? bo_always : random_bo(g);
    note_use(g, bo, false);
    g.emit(g.encode_random(bclr, {{'O', bo}, {'K', 0}}));
    // The targets of `b` and `bc` lie in the same bits.
    const auto lead = [&](std::uint32_t from, std::uint32_t to) {
        g.test().words[from] |= 4 * (to - from);
    };
    for (const std::uint32_t call : calls)
        lead(call, routine);
    lead(round, g.position());
}

std::uint32_t spr_field(unsigned number) { return (number & 31) << 5 | number >> 5; }

void emit_move(Generator& g) {
    static constexpr unsigned numbers[] = {spr_xer, spr_lr, spr_ctr};
    const unsigned number = g.random.pick(std::span<const unsigned>(numbers));
    const bool may_be_written =
        (number == spr_lr && !g.keeps_link()) || (number == spr_ctr && !g.keeps_counter());
    if (number == spr_lr) g.lr_is_open = false;
    if (number == spr_ctr) g.ctr_is_open = false;
    if (g.random.one_in(2))
        g.emit(g.encode(mfspr, {{'d', g.free_gpr()}, {'p', spr_field(number)}}));
    else if (may_be_written)
        g.emit(g.encode(mtspr, {{'s', g.any_gpr()}, {'p', spr_field(number)}}));
}

void emit_synchronisation(Generator& g) {
    static constexpr Opcode opcodes[] = {sync, isync, eieio};
    g.emit(g.encode(g.random.pick(std::span<const Opcode>(opcodes)), {}));
}

} // namespace

std::span<const Family> branch_families() {
    static constexpr Family families[] = {
        {"b", 4, emit_b},
        {"bc", 14, emit_bc},
        {"bclr", 5, emit_bclr},
        {"bcctr", 5, emit_bcctr},
        {"loop", 4, emit_loop},
        {"call", 4, emit_call},
        {"special register", 4, emit_move},
        {"synchronisation", 2, emit_synchronisation},
    };
    return families;
}

std::span<const Family> flow_families() {
    static constexpr Family families[] = {
        {"b", 2, emit_b}, {"bc", 12, emit_bc}, {"loop", 10, emit_loop}, {"call", 6, emit_call}};
    return families;
}

} // namespace vestige::ppc::lockstep
