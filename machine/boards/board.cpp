#include "machine/boards/board.h"

#include <algorithm>
#include <cstring>
#include <ctime>

#include <fmt/format.h>

#include "common/error.h"
#include "hw/block/raw_image.h"
#include "hw/char/null_backend.h"
#include "hw/net/slirp_backend.h"
#include "machine/loaders/firmware.h"

namespace vestige {

Board::Board(const char* board_name, const MachineConfig& its_config,
             MachineEnvironment its_environment, std::uint32_t cpu_mips)
    : EmulatedMachine(its_config, std::move(its_environment), cpu_mips),
      board_name_(board_name),
      config(its_config),
      input_(environment.gate) {}

// ---- memory

std::uint64_t Board::memory_size(const MemoryLimits& limits) const {
    const std::uint64_t size = config.memory_bytes.value_or(limits.usual);
    if (size < limits.least || size > limits.most)
        throw UserError(
            fmt::format("{} takes from {} to {} MB of memory, not {} KB: choose another -m",
                        board_name_, limits.least / megabyte, limits.most / megabyte, size / 1024));
    if (size % megabyte != 0)
        throw UserError(fmt::format("{} takes whole megabytes of memory (-m)", board_name_));
    return size;
}

void Board::add_main_memory(std::uint64_t size, std::uint64_t base) {
    ram = &add_ram("ram", size);
    memory.map_ram("ram", base, *ram, 0, size);
}

void Board::add_rom(std::uint64_t base, std::uint64_t size) {
    rom_base_ = base;
    rom = &add_ram("rom", size);
    memory.map_rom("rom", base, *rom, 0, size);
}

// ---- what goes into memory

void Board::does_not_fit(const std::string& what) const {
    throw UserError(fmt::format("{} does not fit into {} MB of memory: choose a larger -m", what,
                                ram->size() / megabyte));
}

void Board::place(std::uint64_t offset, std::span<const std::byte> data, const std::string& what) {
    if (offset > ram->size() || data.size() > ram->size() - offset) does_not_fit(what);
    std::memcpy(ram->data() + offset, data.data(), data.size());
}

std::string Board::kernel_description() const {
    return fmt::format("the kernel '{}'", config.kernel);
}

void Board::place_kernel(const ElfImage& image, std::uint64_t (*to_offset)(std::uint64_t)) {
    for (const ElfSegment& segment : image.segments) {
        const std::uint64_t offset = to_offset(segment.physical);
        place(offset, segment.data, kernel_description());
        if (offset + segment.memory_size > ram->size()) does_not_fit(kernel_description());
    }
}

std::vector<std::byte> Board::initrd() const {
    if (config.initrd.empty()) return {};
    if (config.kernel.empty())
        throw UserError("-initrd is for a kernel given with -kernel: give that too");
    return read_file(config.initrd, "the initial RAM disk");
}

void Board::place_initrd(std::uint64_t offset, std::span<const std::byte> bytes) {
    place(offset, bytes, fmt::format("the initial RAM disk '{}'", config.initrd));
}

void Board::load_firmware(const Firmware& firmware) {
    const auto place_raw = [&](std::span<const std::byte> bytes) {
        const bool at_end = firmware.raw == Firmware::RawImage::at_end;
        std::memcpy(rom->data() + (at_end ? rom->size() - bytes.size() : 0), bytes.data(),
                    bytes.size());
    };
    if (config.firmware == "vestige") {
        if (firmware.own_rom.empty())
            throw UserError(
                fmt::format("{} has no ROM of Vestige's own: leave -bios away", board_name_));
        place_raw(firmware.own_rom);
        return;
    }
    const std::string name = config.firmware.empty() ? firmware.usual : config.firmware;
    const std::string path = find_firmware(name, config.firmware_folders, firmware.package);
    const std::vector<std::byte> bytes = read_file(path, "the firmware");
    constexpr char magic[] = {0x7f, 'E', 'L', 'F'};
    if (bytes.size() < sizeof magic || std::memcmp(bytes.data(), magic, sizeof magic) != 0) {
        if (bytes.size() > rom->size())
            throw UserError(fmt::format("firmware '{}' has {} bytes, and the ROM of {} holds {}",
                                        path, bytes.size(), board_name_, rom->size()));
        place_raw(bytes);
        return;
    }
    const ElfImage image = read_elf(path, firmware.target);
    for (const ElfSegment& segment : image.segments) {
        const std::uint64_t address = segment.physical + firmware.link_offset;
        const std::uint64_t offset = address - rom_base_;
        if (address < rom_base_ || offset > rom->size() ||
            segment.data.size() > rom->size() - offset)
            throw UserError(fmt::format("firmware '{}' does not lie in the ROM of {}, at {:08x}",
                                        path, board_name_, rom_base_));
        std::memcpy(rom->data() + offset, segment.data.data(), segment.data.size());
    }
}

// It tries one device: the disk, as under QEMU, unless a CD or a floppy disk is all there is.
char Board::boot_letter() const {
    if (!config.kernel.empty()) return 'm';
    if (!config.boot_order.empty()) return config.boot_order[0];
    bool disk = false, cdrom = false, floppy = false;
    for (const DriveConfig& drive : config.drives) {
        if (drive.file.empty()) continue;
        bool& there = drive.interface == DriveInterface::floppy ? floppy
                      : drive.media == DriveMedia::cdrom        ? cdrom
                                                                : disk;
        there = true;
    }
    if (disk) return 'c';
    return cdrom ? 'd' : floppy ? 'a' : 'c';
}

// ---- back ends

hw::CharBackend& Board::serial(unsigned port) {
    if (port < environment.serial.size() && environment.serial[port])
        return *environment.serial[port];
    return own<hw::NullCharBackend>();
}

std::unique_ptr<hw::BlockBackend> Board::open_image(const DriveConfig& drive) const {
    if (drive.file.empty()) return nullptr;
    const auto mode = [&] {
        if (drive.media == DriveMedia::cdrom) return hw::ImageMode::read_only;
        switch (drive.access) {
        case DriveAccess::read_write: return hw::ImageMode::read_write;
        case DriveAccess::read_only: return hw::ImageMode::read_only;
        case DriveAccess::snapshot: return hw::ImageMode::snapshot;
        }
        return hw::ImageMode::read_only;
    };
    return hw::open_raw_image(drive.file, mode());
}

std::string Board::screen_card(std::span<const char* const> models) const {
    if (config.screen_card == "none") return {};
    if (config.screen_card.empty()) return models.front();
    return known_model("screen card", config.screen_card, models);
}

const NicConfig* Board::network_card(std::span<const char* const> models) {
    if (!config.nics) return &usual_card_;
    if (config.nics->empty()) return nullptr;
    if (config.nics->size() > 1)
        throw UserError(
            fmt::format("{} has a place for one network card: give one -nic", board_name_));
    const NicConfig& card = config.nics->front();
    network_model(card, models);
    return &card;
}

std::string Board::network_model(const NicConfig& card, std::span<const char* const> models) const {
    if (card.model.empty()) return models.front();
    return known_model("network card", card.model, models);
}

std::string Board::known_model(const char* what, const std::string& wanted,
                               std::span<const char* const> models) const {
    std::string known;
    for (const char* model : models) {
        if (wanted == model) return wanted;
        known += fmt::format("{}{}", known.empty() ? "" : ", ", model);
    }
    throw UserError(
        fmt::format("{} has no {} '{}' (it takes {})", board_name_, what, wanted, known));
}

hw::NetBackend& Board::add_network_backend(const NicConfig& card) {
    return add<hw::SlirpBackend>("network", scheduler, environment.gate,
                                 hw::UserNetworkSettings{card.forwards, card.restricted}, log);
}

hw::EthernetAddress Board::station_address(const NicConfig& card) {
    constexpr hw::EthernetAddress usual{0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
    return card.mac.value_or(usual);
}

std::int64_t Board::clock_seconds() const {
    if (config.rtc.base == RtcConfig::Base::fixed) return config.rtc.epoch_seconds;
    const std::time_t now = std::time(nullptr);
    std::tm local{};
    localtime_r(&now, &local);
    return now + (config.rtc.base == RtcConfig::Base::host_local_time ? local.tm_gmtoff : 0);
}

} // namespace vestige
