// The memory that a processor's state lives in: the state, and behind it its register windows as a
// ring of host pages (frontend/sparc/cpu/windows.h).
#pragma once

#include <cstddef>

#include "frontend/sparc/state.h"

namespace vestige::sparc {

class StateMemory {
  public:
    // Zero but for what State says. Throws UserError where the host has no memory for it.
    explicit StateMemory(unsigned windows);
    ~StateMemory();
    StateMemory(const StateMemory&) = delete;
    StateMemory& operator=(const StateMemory&) = delete;

    State& operator*() const { return *state_; }
    State* operator->() const { return state_; }

  private:
    std::byte* memory_ = nullptr;
    std::size_t bytes_;
    State* state_ = nullptr;
};

} // namespace vestige::sparc
