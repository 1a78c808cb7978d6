// What generators of all guests share: a case that grows word by word, out of families.
//
// Forward branches make a shadow of what they may skip: there nothing may change what the generator
// knows, and nothing may count on the word before. The body of a loop or a routine is treated
// likewise.
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

#include "common/assertion.h"
#include "frontend/decode/bit_pattern.h"
#include "tests/lockstep/random.h"

namespace vestige::lockstep {

// A kind of thing to emit. `emit` may refuse by emitting nothing.
template <typename Generator> struct Family {
    std::string_view name;
    unsigned weight;
    void (*emit)(Generator&);
};

template <typename Family>
std::vector<Family> join(std::initializer_list<std::span<const Family>> lists) {
    std::vector<Family> all;
    for (const auto list : lists)
        all.insert(all.end(), list.begin(), list.end());
    return all;
}

struct FieldValue {
    char letter; // of instructions.inc
    std::uint32_t value;
};

// Fields that are not given are zero.
std::uint32_t encode(const decode::BitPattern& pattern, std::initializer_list<FieldValue> fields);
// Fields that are not given are random.
std::uint32_t encode_random(const decode::BitPattern& pattern,
                            std::initializer_list<FieldValue> fields, Random& random);

// `Case` has address, words, and a bit a word in `pinned`. `Generator` derives from this.
template <typename Case, typename Generator> class CaseBuilder {
  public:
    using FamilyOfGenerator = Family<Generator>;

    Random random;
    Case& test() { return case_; }

    void emit(std::uint32_t word) { case_.words.push_back(word); }
    // The next word belongs to what comes after it: a smaller case keeps it.
    void pin() { case_.pinned.set(position()); }

    std::uint32_t position() const { return static_cast<std::uint32_t>(case_.words.size()); }
    // Address of the word `words_ahead` after the one that is emitted next.
    std::uint32_t address_ahead(std::uint32_t words_ahead) const {
        return case_.address + 4 * (position() + words_ahead);
    }
    // What comes next is run once: no branch may skip it, and no loop or call repeats it.
    bool straight() const { return !in_shadow() && body_depth_ == 0; }
    bool in_shadow() const { return position() < shadow_end_; }
    unsigned body_depth() const { return body_depth_; }
    // A branch that is emitted next may skip the `words` after it.
    void begin_shadow(std::uint32_t words) {
        shadow_end_ = std::max(shadow_end_, position() + 1 + words);
    }
    // Nothing more: the state cannot be told from here on.
    void finish() { finished_ = true; }

  protected:
    CaseBuilder(std::uint64_t seed, std::vector<FamilyOfGenerator> families)
        : random(seed), families_(std::move(families)) {
        for (const auto& family : families_)
            total_weight_ += family.weight;
        VESTIGE_ASSERT(total_weight_ != 0);
    }

    void begin_case_at(std::uint32_t address) {
        case_ = {};
        case_.address = address;
        shadow_end_ = 0;
        finished_ = false;
    }
    // Whatever families there are, until there are so many words and no branch leads further.
    void emit_case(std::uint32_t words) {
        while ((position() < words && !finished_) || in_shadow())
            emit_something();
    }
    void emit_something() { pick_family().emit(static_cast<Generator&>(*this)); }
    // At least that many words, for a loop or a call: run any number of times.
    void emit_repeated(std::uint32_t words) {
        ++body_depth_;
        for (const std::uint32_t end = position() + words; position() < end;)
            emit_something();
        --body_depth_;
    }
    void truncate(std::uint32_t words) { case_.words.resize(words); }

    Case case_;

  private:
    const FamilyOfGenerator& pick_family() {
        std::uint32_t at = random.below(total_weight_);
        for (const auto& family : families_) {
            if (at < family.weight) return family;
            at -= family.weight;
        }
        VESTIGE_UNREACHABLE("weights do not add up");
    }

    std::vector<FamilyOfGenerator> families_;
    unsigned total_weight_ = 0;
    std::uint32_t shadow_end_ = 0;
    unsigned body_depth_ = 0;
    bool finished_ = false;
};

} // namespace vestige::lockstep
