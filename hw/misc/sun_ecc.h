// The ECC memory controller of sun4m machines with MBus modules (SS-10: EMC, SS-20: SMC). Memory
// never fails here, so its registers are just kept.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "common/log.h"
#include "machine/core/device.h"
#include "machine/core/mmio.h"

namespace vestige::hw {

class SunEcc final : public Device, public MmioHandler {
  public:
    enum class Kind : std::uint32_t { emc = 0x10000000, smc = 0x20000000 }; // in its first register
    static constexpr std::size_t register_count = 9;
    static constexpr std::uint64_t size = register_count * 4;
    static constexpr MmioTraits traits{.endian = Endian::big, .min_size = 4, .max_size = 4};

    SunEcc(std::string name, Kind kind, Log& log);

    std::uint64_t read(std::uint64_t offset, unsigned size) override;
    void write(std::uint64_t offset, unsigned size, std::uint64_t value) override;
    void reset() override;
    void visit(StateVisitor& state) override;

  private:
    const Kind kind_;
    std::array<std::uint32_t, register_count> registers_{};
    Log& log_;
};

} // namespace vestige::hw
