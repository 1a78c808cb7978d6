// What a jump has to move so that its target is entered as its BlockEntry says: all at once, as if
// every source were read before anything is written.
#pragma once

#include <cstdint>
#include <vector>

#include "backend/x64/register_allocator.h"

namespace vestige::x64 {

class EdgeMoves {
  public:
    EdgeMoves(x86::Assembler& assembler, RegisterAllocator& allocator)
        : as_(assembler), regs_(allocator) {}

    // Steps in the order in which they are done.
    struct Steps {
        std::uint32_t first = 0, count = 0;
        bool empty() const { return count == 0; }
    };

    void begin_function() { steps_.clear(); }

    // A jump with these arguments from where code is being emitted, to a block that is entered so.
    // Nothing is emitted yet.
    Steps find(const BlockEntry& entry, std::span<const ir::Value> arguments);
    // May change the flags.
    void emit(Steps steps);

  private:
    struct Step {
        enum class Kind : std::uint8_t { copy, exchange };
        Location to, from;
        ir::Type type;
        Kind kind = Kind::copy;
        HostRegister temporary = no_register; // a general one that is free
    };

    Location source(ir::Value value) const;
    void add(Location to, Location from, ir::Type type);
    void schedule();
    bool is_read(const Location& place, const Step& except) const;
    void break_cycle();
    void read_instead(const Location& place, const Location& other);
    void push(Step step);
    HostRegister idle(Bank bank) const;
    void emit_step(const Step& step);
    void copy_to_memory(const Step& step, HostRegister temporary);

    x86::Assembler& as_;
    RegisterAllocator& regs_;
    std::vector<Step> pending_;
    std::vector<Step> steps_;
    std::uint32_t settled_ = 0; // registers that hold what they hold behind the moves
};

} // namespace vestige::x64
