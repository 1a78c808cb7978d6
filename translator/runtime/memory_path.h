// The slow path of guest memory accesses: what a load or store does that its page map does not
// serve. Engines call it; the runtime implements it.
#pragma once

#include <cstdint>

#include "translator/ir/op.h"

namespace vestige::runtime {

enum class AccessOutcome : std::uint8_t {
    done,
    fault, // a guest fault has been noted with the CPU; the engine rebuilds the state as of this
           // instruction's start plus what it had set, with pc = the instruction, then leaves with
           // ir::leave::fault
    alone, // not within a unit: the engine rebuilds the state in the same way, gives the
           // instruction's budget back and leaves with ir::leave::alone
};

// Who asks.
enum class AccessFrom : std::uint8_t {
    unit,        // generated code or a unit of the interpreter
    single_step, // one instruction by itself: devices answer, code may be overwritten
};

struct alignas(16) WideValue {
    std::uint64_t low = 0, high = 0;
};

class MemoryPath {
  public:
    virtual ~MemoryPath() = default;
    // `value`: the loaded bytes as a number of access.size bytes, zero- or sign-extended to 64 bits
    // as access.extend says (16-byte accesses: low and high).
    virtual AccessOutcome load(std::uint64_t address, ir::MemoryAccess access, AccessFrom from,
                               WideValue& value) = 0;
    virtual AccessOutcome store(std::uint64_t address, ir::MemoryAccess access, AccessFrom from,
                                WideValue value) = 0;
};

} // namespace vestige::runtime
