// What cold stubs call, in C++: guest accesses that their page map does not serve, early exits,
// exact floating point.
#pragma once

#include "backend/x64/frame.h"
#include "translator/runtime/memory_path.h"

namespace vestige::x64 {

// Thunks' SlowPathFunction; `memory` is a runtime::MemoryPath. Registers in the frame are changed
// to what they are to be when the code goes on, or guest state, pc slot and budget are completed
// for leaving.
std::uint64_t enter_slow_path(void* memory, SlowFrame* frame);

} // namespace vestige::x64
