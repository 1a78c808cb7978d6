// A PCI bus: its memory and I/O address spaces, its configuration cycles, its interrupt wires.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <string>
#include <vector>

#include "common/log.h"
#include "machine/core/address_space.h"
#include "machine/core/device.h"
#include "machine/core/irq.h"

namespace vestige::hw {

class PciDevice;

// Where a device sits on its bus.
struct PciAddress {
    std::uint8_t slot = 0;     // 0 to 31
    std::uint8_t function = 0; // 0 to 7
    bool operator==(const PciAddress&) const = default;
};

// How the INTA to INTD pins (0 to 3) of the slots reach the four wires of a board.
struct PciInterrupts {
    using Route = unsigned (*)(unsigned slot, unsigned pin);

    // The usual rotation: each slot starts one wire further.
    static unsigned rotate(unsigned slot, unsigned pin) { return (slot + pin) % 4; }

    std::array<IrqLine, 4> wires;
    Route route = rotate;
};

class PciBus : public Device, private IrqSink {
  public:
    // `dma` is what bus masters address.
    PciBus(std::string name, PciInterrupts interrupts, AddressSpace& dma, Log& log);

    // What the devices' base addresses fill. The board shows them to the CPU through windows.
    AddressSpace& memory() { return memory_; }
    AddressSpace& io() { return io_; }
    AddressSpace& dma() { return dma_; }

    // A configuration cycle. `offset` is a multiple of `size`, which is 1, 2 or 4. Where no device
    // answers, reads give ones. Buses behind bridges are not modelled: `bus` other than 0 is empty.
    std::uint32_t config_read(unsigned bus, PciAddress address, unsigned offset, unsigned size);
    void config_write(unsigned bus, PciAddress address, unsigned offset, unsigned size,
                      std::uint32_t value);

    // The wire from a device's pin (0 to 3: INTA to INTD). Several pins may end in one wire of the
    // board, which is high while any of them is.
    IrqLine interrupt(PciAddress address, unsigned pin);

    // In order of slot and function.
    std::vector<const PciDevice*> devices() const;

    void reset() override;
    void visit(StateVisitor& state) override;

  private:
    friend class PciDevice;
    static constexpr std::size_t addresses = 32 * 8;
    static std::size_t index(PciAddress address) { return address.slot * 8u + address.function; }
    void attach(PciAddress address, PciDevice& device);
    void detach(PciAddress address);
    void set_irq(unsigned input, bool level) override;
    unsigned wire_of(unsigned input) const;

    AddressSpace memory_;
    AddressSpace io_;
    AddressSpace& dma_;
    PciInterrupts interrupts_;
    std::array<PciDevice*, addresses> devices_ = {};
    std::bitset<addresses * 4> asserted_; // pins, by address and pin
    std::array<unsigned, 4> counts_ = {}; // of asserted pins, by wire
};

} // namespace vestige::hw
