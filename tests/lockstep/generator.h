// Random cases: sequences of instructions from families, on states full of edge values.
//
// Some registers are kept apart: the generator knows their values all along, so that loads and
// stores hit the test window. In a loop or a routine, what counts its rounds or leads back stays as
// it is.
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
#include "tests/lockstep/case_builder.h"

namespace vestige::ppc::lockstep {

class Generator;

using Family = vestige::lockstep::Family<Generator>;
using vestige::lockstep::FieldValue;
using vestige::lockstep::Random;

// The lists that suites are put together from.
std::span<const Family> integer_families();
std::span<const Family> memory_families();
std::span<const Family> branch_families();
// Of these, those that make blocks and loops of whatever else there is.
std::span<const Family> flow_families();
std::span<const Family> float_families();
std::span<const Family> vector_families();

class Generator final : public vestige::lockstep::CaseBuilder<Case, Generator> {
  public:
    Generator(std::uint64_t seed, std::vector<Family> families, std::uint32_t features);

    // `count` cases that lie one after another, as QemuOracle wants them.
    std::vector<Case> batch(std::size_t count);

    // ---- for families
    // Fields that are not given are zero.
    static std::uint32_t encode(Opcode opcode, std::initializer_list<FieldValue> fields) {
        return vestige::lockstep::encode(info(opcode).pattern, fields);
    }
    // Fields that are not given are random.
    std::uint32_t encode_random(Opcode opcode, std::initializer_list<FieldValue> fields) {
        return vestige::lockstep::encode_random(info(opcode).pattern, fields, random);
    }

    // What the code around what comes next counts on: nothing may change it.
    bool keeps_counter() const { return keeps_.counter; }
    bool keeps_link() const { return keeps_.link; }
    struct Kept {
        bool counter = false, link = false;
    };
    // At least that many words of any families, for a loop or a call: run any number of times.
    void emit_body(std::uint32_t words, Kept kept);
    // No branch before may lead behind here.
    void end_shadows();
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

    std::uint32_t features_;

    std::array<std::optional<std::uint32_t>, 32> known_;
    Kept keeps_;
};

} // namespace vestige::ppc::lockstep
