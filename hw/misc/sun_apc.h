// The power management chip of the SPARCstation 5 (APC).
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "machine/core/device.h"
#include "machine/core/mmio.h"
#include "machine/core/state.h"

namespace vestige::hw {

// A write to offset 0 stops the CPU until an interrupt comes. The fan, the outlet and the port of
// bits further up are not there: they keep what is written.
// Source: Linux arch/sparc/kernel/apc.c and include/uapi/asm/apc.h.
class SunApc final : public Device, public MmioHandler {
  public:
    static constexpr std::uint64_t size = 0x40;
    static constexpr MmioTraits traits{.endian = Endian::big, .min_size = 1, .max_size = 1};

    SunApc(std::string name, std::function<void()> idle)
        : Device(std::move(name)), idle_(std::move(idle)) {}

    std::uint64_t read(std::uint64_t offset, unsigned) override { return registers_[offset]; }
    void write(std::uint64_t offset, unsigned, std::uint64_t value) override {
        if (offset == idle_offset)
            idle_();
        else
            registers_[offset] = static_cast<std::uint8_t>(value);
    }
    void reset() override { registers_.fill(0); }
    void visit(StateVisitor& state) override { state.field("registers", registers_); }

  private:
    static constexpr std::uint64_t idle_offset = 0;

    std::array<std::uint8_t, size> registers_{};
    std::function<void()> idle_;
};

} // namespace vestige::hw
