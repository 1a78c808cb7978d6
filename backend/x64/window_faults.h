// What happens when generated code reaches for a page that its window does not show: the host's
// fault becomes a jump to the access' slow path.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "backend/x64/unit_emitter.h"

namespace vestige::x64 {

// The accesses of all units that use windows. While generated code runs on a thread, its table is
// that thread's current one.
class WindowFaults {
  public:
    // Lets the process catch what its fault points raise; a fault of anybody else is handed on.
    WindowFaults();

    void add(const std::byte* code, std::vector<UnitEmitter::FaultPoint> points);
    void remove(const std::byte* code) { units_.erase(code); }
    void clear() { units_.clear(); }

    // The stub for a fault at this address, or null.
    const std::byte* stub_of(const std::byte* access) const;

    // While it lives, faults of this thread are looked up in `faults`.
    class Scope {
      public:
        explicit Scope(const WindowFaults& faults);
        ~Scope();
        Scope(const Scope&) = delete;
        Scope& operator=(const Scope&) = delete;

      private:
        const WindowFaults* before_;
    };

  private:
    std::map<const std::byte*, std::vector<UnitEmitter::FaultPoint>> units_; // by their beginning
};

} // namespace vestige::x64
