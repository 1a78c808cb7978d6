// GRLIB's plug-and-play tables: what software finds out about a LEON3 system's cores.
//
// Source: GRLIB IP Library User's Manual, "Plug & play" (AHB at FFFFF000, APB at the bus's last
// page).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "common/log.h"
#include "machine/core/device.h"
#include "machine/core/mmio.h"

namespace vestige::hw {

// Who made a core, and which it is.
struct GrlibCore {
    std::uint8_t vendor;
    std::uint16_t device;
    std::uint8_t version;
    std::uint8_t interrupt = 0; // 0: none
};

inline constexpr std::uint8_t grlib_gaisler = 0x01;
inline constexpr std::uint16_t grlib_leon3 = 0x003;
inline constexpr std::uint16_t grlib_apb_bridge = 0x006;
inline constexpr std::uint16_t grlib_apbuart = 0x00c;
inline constexpr std::uint16_t grlib_irqmp = 0x00d;
inline constexpr std::uint16_t grlib_gptimer = 0x011;

// A master (a CPU), or a slave with the 1 MB areas that it answers in.
struct GrlibAhbEntry {
    GrlibCore core;
    struct Area {
        enum class Kind : std::uint8_t { none = 0, memory = 2, registers = 3 };
        Kind kind = Kind::none;
        std::uint32_t address = 0; // a multiple of 1 MB
        std::uint16_t mask = 0;    // bits 31 to 20 of the address that are compared
    };
    std::array<Area, 4> areas{};
};

// A core behind the APB bridge, with 256 bytes of registers.
struct GrlibApbEntry {
    GrlibCore core;
    std::uint32_t address;      // a multiple of 256
    std::uint16_t mask = 0xfff; // bits 19 to 8 of the address that are compared
};

// A page that answers reads with a table.
class GrlibPnp final : public Device, public MmioHandler {
  public:
    static constexpr std::uint64_t region_size = 0x1000;
    static constexpr MmioTraits traits{.endian = Endian::big, .min_size = 4, .max_size = 4};

    // At most 64 masters and 63 slaves; 512 cores on the APB.
    static std::vector<std::uint32_t> ahb_table(const std::vector<GrlibAhbEntry>& masters,
                                                const std::vector<GrlibAhbEntry>& slaves);
    static std::vector<std::uint32_t> apb_table(const std::vector<GrlibApbEntry>& cores);

    // `table`: of the two functions above.
    GrlibPnp(std::string name, std::vector<std::uint32_t> table, Log& log);

    std::uint64_t read(std::uint64_t offset, unsigned size) override;
    void write(std::uint64_t offset, unsigned size, std::uint64_t value) override;
    void reset() override {}
    void visit(StateVisitor&) override {}

  private:
    const std::vector<std::uint32_t> table_;
    Log& log_;
};

} // namespace vestige::hw
