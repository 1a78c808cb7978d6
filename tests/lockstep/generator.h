// Random cases: sequences of instructions from families, on states full of edge values.
//
// Some registers are kept apart: the generator knows their values all along, so that loads and
// stores hit the test window. Forward branches make a shadow of what they may skip: there nothing
// may change what the generator knows, and nothing may count on the word before. The body of a loop
// or a routine is treated likewise; besides, what counts its rounds or leads back stays as it is.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "frontend/ppc/decode/decoder.h"
#include "tests/lockstep/case.h"

namespace vestige::ppc::lockstep {

// splitmix64
class Random {
  public:
    explicit Random(std::uint64_t seed) : state_(seed) {}
    std::uint64_t next();
    std::uint32_t below(std::uint32_t limit) {
        return static_cast<std::uint32_t>((next() >> 32) * limit >> 32);
    }
    std::uint32_t between(std::uint32_t least, std::uint32_t most) {
        return least + below(most - least + 1);
    }
    bool one_in(std::uint32_t n) { return below(n) == 0; }
    template <typename T> const T& pick(std::span<const T> from) {
        return from[below(static_cast<std::uint32_t>(from.size()))];
    }

    // Zero, powers of two and their neighbours, small numbers, and anything.
    std::uint32_t word();
    std::uint64_t double_word();
    // Bits of doubles and singles: all classes, the edges of both ranges, ties between singles.
    std::uint64_t float_bits();
    std::uint32_t single_bits();

  private:
    std::uint64_t state_;
};

class Generator;

// A kind of thing to emit. `emit` may refuse by emitting nothing.
struct Family {
    std::string_view name;
    unsigned weight;
    void (*emit)(Generator&);
};

// The lists that suites are put together from.
std::span<const Family> integer_families();
std::span<const Family> memory_families();
std::span<const Family> branch_families();
// Of these, those that make blocks and loops of whatever else there is.
std::span<const Family> flow_families();
std::span<const Family> float_families();
std::span<const Family> vector_families();

struct FieldValue {
    char letter; // of instructions.inc
    std::uint32_t value;
};

class Generator {
  public:
    Generator(std::uint64_t seed, std::vector<Family> families, std::uint32_t features);

    // `count` cases that lie one after another, as QemuOracle wants them.
    std::vector<Case> batch(std::size_t count);

    // ---- for families
    Random random;
    Case& test() { return case_; }

    void emit(std::uint32_t word) { case_.words.push_back(word); }
    // The next word belongs to what comes after it: a smaller case keeps it.
    void pin() { case_.pinned |= std::uint64_t{1} << position(); }
    // Fields that are not given are zero.
    static std::uint32_t encode(Opcode opcode, std::initializer_list<FieldValue> fields);
    // Fields that are not given are random.
    std::uint32_t encode_random(Opcode opcode, std::initializer_list<FieldValue> fields);

    std::uint32_t position() const { return static_cast<std::uint32_t>(case_.words.size()); }
    // Address of the word `words_ahead` after the one that is emitted next.
    std::uint32_t address_ahead(std::uint32_t words_ahead) const {
        return case_.address + 4 * (position() + words_ahead);
    }
    // What comes next is run once: no branch may skip it, and no loop or call repeats it.
    bool straight() const { return !in_shadow() && body_depth_ == 0; }
    bool in_shadow() const { return position() < shadow_end_; }
    // What the code around what comes next counts on: nothing may change it.
    bool keeps_counter() const { return keeps_.counter; }
    bool keeps_link() const { return keeps_.link; }
    unsigned body_depth() const { return body_depth_; }
    struct Kept {
        bool counter = false, link = false;
    };
    // At least that many words of any families, for a loop or a call: run any number of times.
    void emit_body(std::uint32_t words, Kept kept);
    // No branch before may lead behind here.
    void end_shadows();
    // A branch that is emitted next may skip the `words` after it.
    void begin_shadow(std::uint32_t words);
    // Nothing more: the state cannot be told from here on.
    void finish() { finished_ = true; }

    unsigned any_gpr() { return random.below(32); }
    // One whose value the generator does not need.
    unsigned free_gpr();
    bool is_known(unsigned gpr) const { return known_[gpr].has_value(); }
    unsigned highest_known() const;
    void set_known(unsigned gpr, std::uint32_t value) { known_[gpr] = value; }
    void forget(unsigned gpr) { known_[gpr].reset(); }

    // LR or CTR still has its initial value, which nothing has looked at: it can be chosen yet.
    bool lr_is_open = true, ctr_is_open = true;

    // An address of `size` bytes in the window, and how an instruction reaches it. Refused:
    // nullopt.
    struct Place {
        std::uint32_t address;
        unsigned ra, rb;      // rb: of an indexed form
        std::uint32_t offset; // of a displacement form, 16 bits
    };
    enum class BaseRegister : std::uint8_t { any, not_zero };
    std::optional<Place> displaced(std::uint32_t size, std::uint32_t alignment, BaseRegister base);
    std::optional<Place> indexed(std::uint32_t size, std::uint32_t alignment, BaseRegister base);
    // A displacement form for a given address.
    std::optional<Place> displaced_to(std::uint32_t address, BaseRegister base);

  private:
    void begin_case(std::uint32_t address);
    void choose_known_registers();
    void begin_float_state();
    void begin_vector_state();
    bool in_window(std::uint32_t address, std::uint32_t size, std::uint32_t alignment) const;
    const Family& pick_family();

    std::vector<Family> families_;
    unsigned total_weight_ = 0;
    std::uint32_t features_;

    Case case_;
    std::array<std::optional<std::uint32_t>, 32> known_;
    std::uint32_t shadow_end_ = 0;
    unsigned body_depth_ = 0;
    Kept keeps_;
    bool finished_ = false;
};

} // namespace vestige::ppc::lockstep
