// The feature control registers of a MacIO chip: they switch its cells' clocks and resets.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "machine/core/device.h"
#include "machine/core/mmio.h"

namespace vestige::hw {

// Belongs at MacIO offset 30h: brightness (32h), media bay (34h), feature control (Heathrow: 38h,
// KeyLargo: 38h to 4Ch). Drivers read, change and write them; the cells here always run, so the
// registers are storage.
class MacIoFeature : public Device, public MmioHandler {
  public:
    static constexpr std::uint64_t size = 0x20;
    static constexpr MmioTraits traits{Endian::little, 1, 4};

    explicit MacIoFeature(std::string name);

    std::uint64_t read(std::uint64_t offset, unsigned size) override;
    void write(std::uint64_t offset, unsigned size, std::uint64_t value) override;
    void reset() override;
    void visit(StateVisitor& state) override;

  private:
    std::array<std::byte, size> registers_ = {};
};

} // namespace vestige::hw
