// The I/O MMU of sun4m machines: between the SBus's masters and memory.
//
// It translates the top of the SBus's address space, 16 MB to 2 GB, through one table of words in
// memory, a word a page. What it refuses it remembers in its fault registers and tells by its
// interrupt.
//
// What is simplified: it has no TLB (each access looks into the table, so flushes have nothing to
// do), and all masters are translated, whatever their slots' bypass bits say. Masters reach memory
// alone, no registers.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "common/log.h"
#include "hw/dma/dvma.h"
#include "machine/core/address_space.h"
#include "machine/core/device.h"
#include "machine/core/irq.h"
#include "machine/core/mmio.h"

namespace vestige::hw {

class Sun4mIommu final : public Device, public MmioHandler, public Dvma {
  public:
    static constexpr std::uint64_t size = 0x4000;
    static constexpr MmioTraits traits{.endian = Endian::big, .min_size = 4, .max_size = 4};

    // The read-only top of the control register: which chip it is in.
    static constexpr std::uint32_t version_ss5 = 0x05000000, version_ss20 = 0x13000000,
                                   version_ss10 = 0x03000000, version_lx = 0x04000000;

    Sun4mIommu(std::string name, std::uint32_t version, AddressSpace& memory, IrqLine fault,
               Log& log);

    // -- its registers
    std::uint64_t read(std::uint64_t offset, unsigned size) override;
    void write(std::uint64_t offset, unsigned size, std::uint64_t value) override;

    // -- memory, for the bus masters
    void read(std::uint32_t address, std::span<std::byte> to) override;
    void write(std::uint32_t address, std::span<const std::byte> from) override;

    void reset() override;
    void visit(StateVisitor& state) override;

    static constexpr std::size_t register_count = 13;

  private:
    enum class Access : std::uint8_t { read, write };

    std::uint64_t entry(std::uint32_t address);
    // The physical address, or `refused`.
    static constexpr std::uint64_t refused = ~std::uint64_t{0};
    std::uint64_t translate(std::uint32_t address, Access access);
    void refuse(std::uint32_t address, Access access);

    const std::uint32_t version_;
    AddressSpace& memory_;
    IrqLine irq_;
    Log& log_;
    std::array<std::uint32_t, register_count> registers_{};
    bool interrupt_ = false;
};

} // namespace vestige::hw
