// The code arena as an object file in memory that GDB reads through its JIT interface: symbols, and
// how to unwind out of generated code.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "translator/runtime/code_observer.h"

namespace vestige::x64 {

// Code that leaves the stack as the others of its row do.
struct UnwindRange {
    const std::byte* begin = nullptr;
    const std::byte* end = nullptr;
    // From the stack pointer to the end of the frame, where the caller's begins (the return address
    // is the word below).
    std::size_t frame_bytes = 0;
    // DWARF numbers of registers saved below the return address, the highest address first.
    std::span<const unsigned> saved_registers;
};

// Registered for as long as it lives. Symbols are written into the image as they come, so that a
// debugger that is attached later finds them all; one that is attached already is told now and then
// (each time that their number has grown by a quarter), because it reads all of them anew each
// time.
class GdbImage final : public runtime::CodeObserver {
  public:
    GdbImage(const std::byte* begin, const std::byte* end, const std::vector<UnwindRange>& unwind);
    ~GdbImage() override;
    GdbImage(const GdbImage&) = delete;
    GdbImage& operator=(const GdbImage&) = delete;

    void code_added(const runtime::NamedCode& code) override;
    void code_removed(const void* start) override;

    // The object file, for tests.
    std::span<const std::byte> bytes() const;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

} // namespace vestige::x64
