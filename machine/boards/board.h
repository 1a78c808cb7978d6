// What boards of every guest have in common: memory, firmware in a ROM, what -kernel and -initrd
// put into memory, serial ports, images of drives, network cards, and a screen and input devices
// for the window.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "hw/block/block_backend.h"
#include "hw/char/char_backend.h"
#include "hw/display/picture.h"
#include "hw/input/input_events.h"
#include "hw/net/ethernet.h"
#include "hw/net/net_backend.h"
#include "machine/boards/emulated_machine.h"
#include "machine/loaders/elf.h"

namespace vestige {

class Board : public EmulatedMachine {
  public:
    Endian endian() const override { return Endian::big; }
    hw::DisplaySource* display() override { return display_; }
    hw::InputHub* input() override { return &input_; }

  protected:
    static constexpr std::uint64_t megabyte = 1 << 20;

    // `board_name` is for messages.
    Board(const char* board_name, const MachineConfig& its_config, MachineEnvironment environment,
          std::uint32_t cpu_mips);

    // ---- memory
    struct MemoryLimits {
        std::uint64_t usual, least, most;
    };
    // What -m asks for, in whole megabytes. Throws UserError beyond the limits.
    std::uint64_t memory_size(const MemoryLimits& limits) const;
    // RAM from address 0 (or `base`) on.
    void add_main_memory(std::uint64_t size, std::uint64_t base = 0);
    void add_rom(std::uint64_t base, std::uint64_t size);

    // ---- what goes into memory at power-on; `what` is for messages. Throw UserError.
    // `offset`: in RAM.
    void place(std::uint64_t offset, std::span<const std::byte> data, const std::string& what);
    // All that the file has; what it says of memory beyond that must be there.
    void place_kernel(const ElfImage& image, std::uint64_t (*to_offset)(std::uint64_t address));
    std::string kernel_description() const;
    // -initrd asks for -kernel. Returns the file, empty if there is none.
    std::vector<std::byte> initrd() const;
    void place_initrd(std::uint64_t offset, std::span<const std::byte> bytes);

    struct Firmware {
        const char* usual;                  // file name without -bios
        const char* package;                // Debian's, that has it
        std::span<const std::byte> own_rom; // -bios vestige
        ElfTarget target;
        // A raw image lies at the ROM's end (where some processors start) or beginning.
        enum class RawImage : std::uint8_t { at_start, at_end } raw;
        // ELF addresses are physical ones, or have this added.
        std::uint64_t link_offset = 0;
    };
    void load_firmware(const Firmware& firmware);
    // What OpenBIOS is to boot from, as -boot has it; 'm' is the kernel in memory.
    char boot_letter() const;

    // ---- back ends
    // Of a serial port; one that leads nowhere if the user gave none.
    hw::CharBackend& serial(unsigned port);
    // Of -drive; null if no file was named.
    std::unique_ptr<hw::BlockBackend> open_image(const DriveConfig& drive) const;
    // The screen card: one of `models`, the first (the board's own) where -vga names none. Empty:
    // there is to be none. Throws UserError for another.
    std::string screen_card(std::span<const char* const> models) const;
    // Of the one network card that a board has a place for; none: null. Throws UserError if there
    // are more, or the model is not among `models` (the first is the board's own).
    const NicConfig* network_card(std::span<const char* const> models);
    std::string network_model(const NicConfig& card, std::span<const char* const> models) const;
    hw::NetBackend& add_network_backend(const NicConfig& card);
    static hw::EthernetAddress station_address(const NicConfig& card);
    // What -rtc says for power-on, in seconds since 1970.
    std::int64_t clock_seconds() const;

    const char* const board_name_;
    const MachineConfig& config;
    RamBlock* ram = nullptr;
    RamBlock* rom = nullptr;
    hw::InputHub input_;
    hw::DisplaySource* display_ = nullptr;

  private:
    [[noreturn]] void does_not_fit(const std::string& what) const;
    // `wanted`, if it is among `models`; else throws UserError that lists them.
    std::string known_model(const char* what, const std::string& wanted,
                            std::span<const char* const> models) const;

    std::uint64_t rom_base_ = 0;
    NicConfig usual_card_;
};

} // namespace vestige
