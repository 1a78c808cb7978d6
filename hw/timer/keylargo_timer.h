// KeyLargo's free-running 64-bit counter.
#pragma once

#include <cstdint>
#include <string>

#include "machine/core/device.h"
#include "machine/core/mmio.h"
#include "machine/core/scheduler.h"

namespace vestige::hw {

// Belongs at MacIO offset 15000h. The low half is at 38h, the high half at 3Ch.
class KeyLargoTimer : public Device, public MmioHandler {
  public:
    static constexpr std::uint64_t size = 0x1000;
    static constexpr MmioTraits traits{Endian::little, 4, 4};
    static constexpr std::uint64_t hertz = 18'432'000;

    KeyLargoTimer(std::string name, const Scheduler& scheduler);

    std::uint64_t read(std::uint64_t offset, unsigned size) override;
    void write(std::uint64_t, unsigned, std::uint64_t) override {}
    void reset() override {}              // it counts from power-on
    void visit(StateVisitor&) override {} // time is the scheduler's

  private:
    const Scheduler& scheduler_;
};

} // namespace vestige::hw
