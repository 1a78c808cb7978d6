// QEMU's firmware configuration device: how OpenBIOS and SeaBIOS learn about their machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/log.h"
#include "machine/core/device.h"
#include "machine/core/mmio.h"

namespace vestige::hw {

// Items by number. The device itself provides the signature, the id and the file directory.
namespace fw_cfg {
inline constexpr std::uint16_t signature = 0x00;
inline constexpr std::uint16_t id = 0x01;
inline constexpr std::uint16_t uuid = 0x02;
inline constexpr std::uint16_t ram_size = 0x03;
inline constexpr std::uint16_t no_graphic = 0x04;
inline constexpr std::uint16_t cpu_count = 0x05;
inline constexpr std::uint16_t machine_id = 0x06;
inline constexpr std::uint16_t kernel_address = 0x07;
inline constexpr std::uint16_t kernel_size = 0x08;
inline constexpr std::uint16_t kernel_command_line = 0x09; // its address
inline constexpr std::uint16_t initrd_address = 0x0a;
inline constexpr std::uint16_t initrd_size = 0x0b;
inline constexpr std::uint16_t boot_device = 0x0c;
inline constexpr std::uint16_t numa = 0x0d;
inline constexpr std::uint16_t boot_menu = 0x0e;
inline constexpr std::uint16_t max_cpus = 0x0f;
inline constexpr std::uint16_t command_line_size = 0x14;
inline constexpr std::uint16_t command_line_data = 0x15;
inline constexpr std::uint16_t file_directory = 0x19;
inline constexpr std::uint16_t first_file = 0x20;
// Of the PowerPC boards.
inline constexpr std::uint16_t ppc_width = 0x8000;
inline constexpr std::uint16_t ppc_height = 0x8001;
inline constexpr std::uint16_t ppc_depth = 0x8002;
inline constexpr std::uint16_t ppc_timebase_frequency = 0x8003;
inline constexpr std::uint16_t ppc_clock_frequency = 0x8004;
inline constexpr std::uint16_t ppc_is_kvm = 0x8005;
inline constexpr std::uint16_t ppc_nvram_address = 0x8008;
inline constexpr std::uint16_t ppc_bus_frequency = 0x8009;
inline constexpr std::uint16_t ppc_nvram_flat = 0x800a; // 0: NVRAM bytes lie two apart (mac99)
inline constexpr std::uint16_t ppc_via_config = 0x800b; // 0: CUDA, 1: PMU, 2: PMU with ADB
// Of the sun4m boards.
inline constexpr std::uint16_t sun4m_depth = 0x8000;
inline constexpr std::uint16_t sun4m_width = 0x8001;
inline constexpr std::uint16_t sun4m_height = 0x8002;
} // namespace fw_cfg

// Two registers: the selector, 16 bits wide, and the data, read byte by byte. PowerPC boards map
// them at F0000510 and F0000512, sun4m boards at D00000510 and D00000512, big-endian; a PC has them
// at ports 510h and 511h, little-endian.
class FwCfg : public Device {
  public:
    static constexpr std::uint64_t selector_size = 2, data_size = 1;
    static constexpr MmioTraits selector_traits{Endian::big, 2, 2};
    static constexpr MmioTraits data_traits{Endian::big, 1, 1};

    FwCfg(std::string name, Log& log);

    MmioHandler& selector() { return selector_; }
    MmioHandler& data() { return data_; }

    // Items are set before the machine runs; setting one again replaces it. Integers are stored
    // little-endian.
    void add_bytes(std::uint16_t key, std::span<const std::byte> bytes);
    void add_i16(std::uint16_t key, std::uint16_t value);
    void add_i32(std::uint16_t key, std::uint32_t value);
    void add_i64(std::uint16_t key, std::uint64_t value);
    void add_string(std::uint16_t key, std::string_view text); // with its final zero
    // A file gets the next free key; names are at most 55 characters.
    void add_file(std::string name, std::span<const std::byte> bytes);

    void reset() override;
    void visit(StateVisitor& state) override;

  private:
    struct Selector : MmioHandler {
        FwCfg& device;
        explicit Selector(FwCfg& owner) : device(owner) {}
        std::uint64_t read(std::uint64_t, unsigned) override { return 0; }
        void write(std::uint64_t, unsigned, std::uint64_t value) override {
            device.select(static_cast<std::uint16_t>(value));
        }
    };
    struct Data : MmioHandler {
        FwCfg& device;
        explicit Data(FwCfg& owner) : device(owner) {}
        std::uint64_t read(std::uint64_t, unsigned) override { return device.next_byte(); }
        void write(std::uint64_t offset, unsigned size, std::uint64_t value) override;
    };
    struct File {
        std::string name;
        std::uint16_t key;
        std::size_t size;
    };
    void select(std::uint16_t key);
    std::uint8_t next_byte();
    void make_directory();

    std::map<std::uint16_t, std::vector<std::byte>> items_;
    std::vector<File> files_;
    // Firmware reads some items thousands of times: found once at selection.
    std::uint16_t selected_ = 0;
    std::span<const std::byte> item_;
    std::uint32_t position_ = 0;
    Selector selector_{*this};
    Data data_{*this};
    Log& log_;
};

} // namespace vestige::hw
