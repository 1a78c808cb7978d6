// Accesses whose alignment the checks of others have shown: a base register is looked at once, not
// with every member of a structure, and not each time round a loop that goes on by whole words.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "translator/ir/dominators.h"
#include "translator/ir/function.h"

namespace vestige::x64 {

class KnownAlignment {
  public:
    // Of optimised IR.
    void analyse(const ir::Function& function);
    // Of a load or store: its address is a multiple of what it wants.
    bool holds(const ir::Instruction& access) const {
        return holds_[static_cast<std::size_t>(&access - function_->instructions.data())] != 0;
    }

  private:
    // value = residue, modulo 1 << bits. Of 3 bits at most: accesses want no more.
    struct Fact {
        std::uint8_t bits = 0;
        std::uint8_t residue = 0;
        bool operator==(const Fact&) const = default;
    };
    static constexpr std::uint8_t most_bits = 3;
    static Fact fact(unsigned bits, std::uint64_t number);
    static Fact sum(Fact a, Fact b, bool subtract);
    static Fact common(Fact a, Fact b);

    void walk(bool last);
    void run_block(ir::BlockId block, bool last);
    bool pass_arguments(ir::BlockId block);
    Fact known(ir::Value value, unsigned depth) const;
    void learn(ir::Value value, Fact found, unsigned depth);
    const ir::Instruction& at(ir::Value value) const { return (*function_)[value]; }

    const ir::Function* function_ = nullptr;
    ir::Dominators dominators_;
    // What checks have shown on the way to a block, by value. Parameters are taken to have what all
    // arguments have that were seen so far, until nothing changes.
    using Facts = std::unordered_map<std::uint32_t, Fact>;
    std::vector<Facts> at_end_; // by block
    Facts now_;
    std::unordered_map<std::uint32_t, Fact> parameters_;
    std::vector<std::uint8_t> holds_; // by instruction
};

} // namespace vestige::x64
