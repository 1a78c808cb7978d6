// Sun GEM as Apple built it into UniNorth ("GMAC", 106b:0021): the Ethernet of the Power Mac G4.
// Linux drives it with sungem.
//
// What is simplified, on purpose: sending takes no time; RX_DONE is not held back (the blanking
// register is kept); no pause frames, counters, wake-up or PCS link; the PHY is a generic one whose
// link is always up at 100 Mbit, full duplex.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hw/net/ethernet.h"
#include "hw/net/net_backend.h"
#include "hw/pci/pci_device.h"

namespace vestige::hw {

class SunGem final : public PciDevice, private MmioHandler {
  public:
    SunGem(std::string name, PciBus& bus, PciAddress address, NetBackend& network,
           const EthernetAddress& station, Log& log);
    ~SunGem() override;

    void reset() override;
    void visit(StateVisitor& state) override;

  private:
    static constexpr MmioTraits traits{.endian = Endian::little, .min_size = 4, .max_size = 4};
    static constexpr std::size_t plain_registers = 96; // room for the table in the source file

    std::uint64_t read(std::uint64_t offset, unsigned size) override;
    void write(std::uint64_t offset, unsigned size, std::uint64_t value) override;

    std::uint32_t value(std::uint32_t offset) const;
    void set_value(std::uint32_t offset, std::uint32_t value);
    std::uint32_t status() const;
    void raise(std::uint32_t bits);
    void software_reset(std::uint32_t which);
    void update_irq();

    unsigned ring_mask(std::uint32_t config) const;
    void transmit();
    void finish_frame(std::uint64_t control);
    NetBackend::Receipt receive(std::span<const std::byte> frame);
    bool accepts(std::span<const std::byte> frame) const;
    void manage_phy(std::uint32_t frame);

    NetBackend& network_;
    EthernetAddress station_;
    std::array<std::uint32_t, plain_registers> registers_{};
    std::uint32_t status_ = 0;
    std::vector<std::byte> sending_; // a frame between its first and last descriptor
    std::uint16_t phy_control_ = 0, phy_advertised_ = 0;
};

} // namespace vestige::hw
