// Random cases: sequences of instructions from families, on states full of edge values.
//
// Some registers are kept apart: the generator knows their values all along, so that loads and
// stores hit the test window. It follows the register windows, so it knows a register by the window
// that it is in. In a loop or a routine, what counts its rounds or leads back stays as it is.
//
// No case traps: the oracle's program would not survive it.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <vector>

#include "frontend/sparc/decode/decoder.h"
#include "tests/lockstep/case_builder.h"
#include "tests/lockstep/sparc/case.h"

namespace vestige::sparc::lockstep {

class Generator;

using Family = vestige::lockstep::Family<Generator>;
using vestige::lockstep::FieldValue;

// The lists that suites are put together from.
std::span<const Family> integer_families();
std::span<const Family> memory_families();
// Delayed transfers of all kinds, and moves between windows.
std::span<const Family> branch_families();
std::span<const Family> window_families();
// With SPARC_DEEP: further than there are windows.
std::span<const Family> dive_families();
std::span<const Family> float_families();

class Generator final : public vestige::lockstep::CaseBuilder<Case, Generator> {
  public:
    Generator(std::uint64_t seed, std::vector<Family> families, std::uint32_t features);

    // `count` cases that lie one after another, as QemuOracle wants them.
    std::vector<Case> batch(std::size_t count);

    // ---- for families
    static std::uint32_t encode(Opcode opcode, std::initializer_list<FieldValue> fields) {
        return vestige::lockstep::encode(info(opcode).pattern, fields);
    }
    std::uint32_t encode_random(Opcode opcode, std::initializer_list<FieldValue> fields) {
        return vestige::lockstep::encode_random(info(opcode).pattern, fields, random);
    }
    // rs1, rd and a random second operand of either kind.
    std::uint32_t encode_arithmetic(Opcode opcode, unsigned rs1, unsigned rd);
    // The same with a random rs1.
    std::uint32_t encode_arithmetic(Opcode opcode, unsigned rd);

    // One instruction that is no transfer: for the slot of the one that has just been emitted.
    void emit_slot();
    bool in_slot() const { return in_slot_; }
    // Random words for a loop or a routine, at least so many.
    void emit_body(std::uint32_t words) { emit_repeated(words); }
    // No branch before may lead behind here.
    void end_shadows();
    // A word that a smaller case keeps.
    void emit_pinned(std::uint32_t word) {
        pin();
        emit(word);
    }

    unsigned any_reg() { return random.below(32); }
    // One whose value nobody needs.
    unsigned free_reg();
    bool is_free(unsigned reg) const;
    // Nothing changes it until release().
    void reserve(unsigned reg) { reserved_.set(index(reg)); }
    void release(unsigned reg) { reserved_.reset(index(reg)); }

    int depth() const { return depth_; }
    // After a save (1) or a restore (-1), which are run once and for all.
    void move(int by) { depth_ += by; }
    // What is emitted next is run so much deeper, if it is.
    void set_depth(int depth) { depth_ = depth; }
    // No code is run that begins to move windows where this is set.
    bool may_move() const { return !in_shadow() && !in_slot_; }

    // An aligned address of `size` bytes in the window, and how an instruction reaches it. Refused:
    // nullopt.
    struct Place {
        std::uint32_t address;
        unsigned rs1;
        bool immediate;
        std::uint32_t operand; // rs2 or simm13
    };
    std::optional<Place> place(std::uint32_t size);
    static std::uint32_t encode_at(Opcode opcode, const Place& place, unsigned rd);

  private:
    static constexpr unsigned register_count = 8 + SPARC_FILE_WORDS;
    // Of all registers of all windows.
    unsigned index(unsigned reg) const { return reg < 8 ? reg : 8 + file_index(depth_, reg); }
    std::uint32_t& input(unsigned index) {
        return index < 8 ? case_.input.global[index] : case_.input.file[index - 8];
    }
    void begin_case(std::uint32_t address);
    void choose_known_registers();
    void keep_stack_pointers();
    void begin_float_state();
    std::optional<Place> displaced_to(std::uint32_t address);
    std::optional<Place> indexed(std::uint32_t size);

    std::uint32_t features_;
    std::array<std::optional<std::uint32_t>, register_count> known_;
    std::bitset<register_count> reserved_;
    int depth_ = 0;
    bool in_slot_ = false;
};

} // namespace vestige::sparc::lockstep
