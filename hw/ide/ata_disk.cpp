// ATA/ATAPI-6 (INCITS 361-2002), clause 8.
#include "hw/ide/ata_disk.h"

#include <algorithm>

#include <fmt/format.h>

#include "common/bits.h"
#include "hw/ide/ata_identify.h"
#include "machine/core/state.h"

namespace vestige::hw {

namespace {

constexpr std::uint64_t sector_size = 512;
constexpr std::uint64_t most_sectors_28 = 0x0fff'ffff;

constexpr Time access_time = 50 * microsecond; // from a command to its data
constexpr Time block_time = 5 * microsecond;   // from one block of PIO to the next
constexpr Time done_time = 2 * microsecond;

constexpr std::uint8_t good = ata_ready | ata_seek_done;

enum Feature : std::uint8_t { // SET FEATURES
    feature_write_cache_on = 0x02,
    feature_transfer_mode = 0x03,
    feature_write_cache_off = 0x82,
};

// Accepted without effect: power and acoustic management, look-ahead, keeping settings over SRST.
constexpr std::uint8_t harmless_features[] = {0x05, 0x42, 0x55, 0x66, 0x85, 0xaa, 0xc2, 0xcc};

constexpr std::uint8_t power_active = 0xff; // CHECK POWER MODE

} // namespace

struct AtaDisk::Command {
    std::uint8_t code;
    Handler handler;
};

// In the order of the codes. What is not here is aborted.
const AtaDisk::Command AtaDisk::command_table[] = {
    {0x10, &AtaDisk::ok}, // recalibrate
    {0x20, &AtaDisk::read_sectors},
    {0x21, &AtaDisk::read_sectors},
    {0x24, &AtaDisk::read_sectors_48},
    {0x25, &AtaDisk::read_dma_48},
    {0x27, &AtaDisk::read_native_max_48},
    {0x29, &AtaDisk::read_multiple_48},
    {0x30, &AtaDisk::write_sectors},
    {0x31, &AtaDisk::write_sectors},
    {0x34, &AtaDisk::write_sectors_48},
    {0x35, &AtaDisk::write_dma_48},
    {0x39, &AtaDisk::write_multiple_48},
    {0x40, &AtaDisk::verify},
    {0x41, &AtaDisk::verify},
    {0x42, &AtaDisk::verify_48},
    {0x70, &AtaDisk::ok}, // seek
    {0x91, &AtaDisk::initialize_parameters},
    {0x94, &AtaDisk::ok}, // 94 to 99: the power commands of ATA-1
    {0x95, &AtaDisk::ok},
    {0x96, &AtaDisk::ok},
    {0x97, &AtaDisk::ok},
    {0x98, &AtaDisk::check_power},
    {0x99, &AtaDisk::ok},
    {0xb0, &AtaDisk::smart},
    {0xc4, &AtaDisk::read_multiple},
    {0xc5, &AtaDisk::write_multiple},
    {0xc6, &AtaDisk::set_multiple},
    {0xc8, &AtaDisk::read_dma},
    {0xc9, &AtaDisk::read_dma},
    {0xca, &AtaDisk::write_dma},
    {0xcb, &AtaDisk::write_dma},
    {0xe0, &AtaDisk::ok}, // standby immediate
    {0xe1, &AtaDisk::ok}, // idle immediate
    {0xe2, &AtaDisk::ok}, // standby
    {0xe3, &AtaDisk::ok}, // idle
    {0xe5, &AtaDisk::check_power},
    {0xe6, &AtaDisk::ok}, // sleep
    {0xe7, &AtaDisk::flush},
    {0xea, &AtaDisk::flush},
    {0xec, &AtaDisk::identify},
    {0xef, &AtaDisk::set_features},
    {0xf8, &AtaDisk::read_native_max},
};

AtaDisk::AtaDisk(std::string name, Scheduler& scheduler, std::unique_ptr<BlockBackend> backend,
                 DriveIdentity identity, Log& log)
    : IdeDrive(std::move(name), scheduler, log),
      backend_(std::move(backend)),
      identity_(std::move(identity)),
      sectors_(backend_->size() / sector_size) {
    reset();
}

// -- addresses

// Reads address and count from the registers; false if they reach beyond the end.
bool AtaDisk::check_range(Address address) {
    address_ = address;
    const auto low = [&](Depth depth) {
        return static_cast<std::uint64_t>(reg(ata_lba_low, depth)) |
               static_cast<std::uint64_t>(reg(ata_lba_mid, depth)) << 8 |
               static_cast<std::uint64_t>(reg(ata_lba_high, depth)) << 16;
    };
    if (address == Address::bits_48) {
        lba_ = low(Depth::current) | low(Depth::previous) << 24;
        remaining_ = reg(ata_count) | static_cast<std::uint32_t>(reg(ata_count, Depth::previous))
                                          << 8;
        if (remaining_ == 0) remaining_ = 65536;
    } else {
        remaining_ = reg(ata_count) ? reg(ata_count) : 256;
        const std::uint32_t top = reg(ata_device) & 0x0f;
        if (reg(ata_device) & ata_device_lba) {
            lba_ = low(Depth::current) | static_cast<std::uint64_t>(top) << 24;
        } else {
            const std::uint32_t sector = reg(ata_lba_low);
            if (sector == 0 || sector > sectors_per_track_ || top >= heads_) return false;
            const std::uint64_t cylinder = reg(ata_lba_mid) | reg(ata_lba_high) << 8;
            lba_ = (cylinder * heads_ + top) * sectors_per_track_ + sector - 1;
        }
    }
    return lba_ < sectors_ && remaining_ <= sectors_ - lba_;
}

// An error's address goes back in the form in which the command gave it.
void AtaDisk::set_address(std::uint64_t lba) {
    const auto put = [&](std::uint64_t value, Depth depth) {
        set_reg(ata_lba_low, value & 0xff, depth);
        set_reg(ata_lba_mid, value >> 8 & 0xff, depth);
        set_reg(ata_lba_high, value >> 16 & 0xff, depth);
    };
    const unsigned device = reg(ata_device) & 0xf0u;
    if (address_ == Address::bits_48) {
        put(lba, Depth::current);
        put(lba >> 24, Depth::previous);
    } else if (device & ata_device_lba) {
        put(lba, Depth::current);
        set_reg(ata_device, device | (lba >> 24 & 0x0f));
    } else {
        const std::uint64_t track = lba / sectors_per_track_;
        put((lba % sectors_per_track_ + 1) | track / heads_ << 8, Depth::current);
        set_reg(ata_device, device | track % heads_);
    }
}

// -- transfers

void AtaDisk::start(Kind kind, Address address, std::uint32_t sectors_per_block) {
    if (sectors_per_block == 0) return abort(); // READ or WRITE MULTIPLE before SET MULTIPLE
    if (!check_range(address)) return fail(ata_error_not_found);
    if (kind == Kind::write_pio || kind == Kind::write_dma) {
        if (backend_->read_only()) return abort();
    }
    kind_ = kind;
    block_ = sectors_per_block;
    if (kind == Kind::write_pio) {
        prepare(chunk() * sector_size);
        accept_pio(Signal::silent);
    } else {
        wait(access_time);
    }
}

std::uint32_t AtaDisk::chunk() const { return std::min(remaining_, block_); }

void AtaDisk::transfer_failed(const char* what, BlockResult result, std::uint8_t error) {
    const std::string line =
        fmt::format("{}: cannot {} sector {}: {}", name(), what, lba_, to_string(result));
    if (!std::exchange(complained_, true))
        log_.put(line + " (the guest sees a disk error; further ones go to the device log)");
    else
        log_.write(LogItem::device, "{}", line);
    set_address(lba_);
    fail(error);
}

bool AtaDisk::read_chunk() {
    const BlockResult result = backend_->read(lba_ * sector_size, prepare(chunk() * sector_size));
    if (result != BlockResult::ok) transfer_failed("read", result, ata_error_uncorrectable);
    return result == BlockResult::ok;
}

bool AtaDisk::write_chunk() {
    const auto count = static_cast<std::uint32_t>(buffer().size() / sector_size);
    BlockResult result = backend_->write(lba_ * sector_size, buffer());
    if (result == BlockResult::ok && !write_cache_) result = backend_->flush();
    if (result != BlockResult::ok) {
        transfer_failed("write", result, ata_error_aborted);
        return false;
    }
    lba_ += count;
    remaining_ -= std::min(remaining_, count);
    return true;
}

void AtaDisk::continue_command() {
    switch (kind_) {
    case Kind::none:
    case Kind::done: finish(good); break;
    case Kind::read_pio:
        if (read_chunk()) offer_pio(Signal::interrupt);
        break;
    case Kind::read_dma:
        if (read_chunk()) offer_dma();
        break;
    case Kind::write_dma:
        prepare(chunk() * sector_size);
        accept_dma();
        break;
    case Kind::write_pio:
        if (!write_chunk()) break;
        if (remaining_ == 0) {
            finish(good);
        } else {
            prepare(chunk() * sector_size);
            accept_pio(Signal::interrupt);
        }
        break;
    case Kind::flush:
        if (const BlockResult result = backend_->flush(); result != BlockResult::ok)
            transfer_failed("flush", result, ata_error_aborted);
        else
            finish(good);
        break;
    }
}

void AtaDisk::data_done() {
    switch (kind_) {
    case Kind::read_pio:
    case Kind::read_dma: {
        const auto count = static_cast<std::uint32_t>(buffer().size() / sector_size);
        lba_ += count;
        remaining_ -= std::min(remaining_, count);
        if (kind_ == Kind::read_pio) {
            remaining_ == 0 ? finish(good, Signal::silent) : wait(block_time);
        } else if (remaining_ == 0) {
            kind_ = Kind::done;
            wait(done_time);
        } else if (read_chunk()) {
            offer_dma();
        }
        break;
    }
    case Kind::write_pio: wait(block_time); break;
    case Kind::write_dma:
        if (!write_chunk()) break;
        if (remaining_ == 0) {
            kind_ = Kind::done;
            wait(done_time);
        } else {
            prepare(chunk() * sector_size);
            accept_dma();
        }
        break;
    default: // IDENTIFY and SMART data
        finish(good, Signal::silent);
        break;
    }
}

// -- commands

void AtaDisk::execute(std::uint8_t code) {
    kind_ = Kind::none;
    for (const Command& command : command_table)
        if (command.code == code) return (this->*command.handler)();
    log_.write(LogItem::unimplemented, "{}: command {:02x}", name(), code);
    abort();
}

void AtaDisk::ok() { wait(done_time); }

void AtaDisk::identify() {
    fill_disk_identify(prepare(sector_size), {.identity = identity_,
                                              .sectors = sectors_,
                                              .current_heads = heads_,
                                              .current_sectors_per_track = sectors_per_track_,
                                              .most_multiple = most_multiple,
                                              .multiple = multiple_,
                                              .transfer_mode = transfer_mode_,
                                              .write_cache = write_cache_,
                                              .smart = smart_enabled_});
    offer_pio(Signal::interrupt);
}

void AtaDisk::initialize_parameters() {
    if (reg(ata_count) == 0) return abort();
    heads_ = (reg(ata_device) & 0x0fu) + 1;
    sectors_per_track_ = reg(ata_count);
    ok();
}

void AtaDisk::set_features() {
    const std::uint8_t feature = reg(ata_features);
    switch (feature) {
    case feature_write_cache_on: write_cache_ = true; return ok();
    case feature_write_cache_off: write_cache_ = false; return flush();
    case feature_transfer_mode:
        if (!is_transfer_mode(reg(ata_count))) return abort();
        transfer_mode_ = reg(ata_count);
        return ok();
    default: break;
    }
    std::ranges::find(harmless_features, feature) != std::end(harmless_features) ? ok() : abort();
}

void AtaDisk::set_multiple() {
    const std::uint32_t count = reg(ata_count);
    if (count > most_multiple || (count & (count - 1))) return abort();
    multiple_ = count;
    ok();
}

void AtaDisk::check_power() {
    set_reg(ata_count, power_active);
    ok();
}

void AtaDisk::read_native_max() {
    address_ = Address::bits_28;
    set_address(std::min(sectors_, most_sectors_28) - 1);
    ok();
}

void AtaDisk::read_native_max_48() {
    address_ = Address::bits_48;
    set_address(sectors_ - 1);
    ok();
}

void AtaDisk::flush() {
    kind_ = Kind::flush;
    wait(access_time);
}

void AtaDisk::verify() { check_range(Address::bits_28) ? ok() : fail(ata_error_not_found); }

void AtaDisk::smart() {
    enum : std::uint8_t { key_mid = 0x4f, key_high = 0xc2 };
    if (reg(ata_lba_mid) != key_mid || reg(ata_lba_high) != key_high) return abort();
    const std::uint8_t feature = reg(ata_features);
    if (!smart_enabled_ && feature != 0xd8) return abort();
    switch (feature) {
    case 0xd0: // read data
    case 0xd1: // read thresholds
        fill_smart_page(prepare(sector_size));
        return offer_pio(Signal::interrupt);
    case 0xd2: // autosave
    case 0xd4: // off-line tests
    case 0xda: // return status: the key stays, nothing is wrong
        return ok();
    case 0xd8: smart_enabled_ = true; return ok();
    case 0xd9: smart_enabled_ = false; return ok();
    default: return abort();
    }
}

// -- reset and state

void AtaDisk::set_signature() {
    set_reg(ata_count, 1);
    set_reg(ata_lba_low, 1);
    set_reg(ata_lba_mid, 0);
    set_reg(ata_lba_high, 0);
}

void AtaDisk::reset_drive() {
    heads_ = default_heads;
    sectors_per_track_ = default_sectors_per_track;
    multiple_ = 0;
    transfer_mode_ = 0;
    write_cache_ = smart_enabled_ = true;
    kind_ = Kind::none;
    lba_ = 0;
    remaining_ = 0;
    block_ = 1;
}

void AtaDisk::visit_drive(StateVisitor& state) {
    backend_->visit(state);
    state.field("heads", heads_);
    state.field("sectors_per_track", sectors_per_track_);
    state.field("multiple", multiple_);
    state.field("transfer_mode", transfer_mode_);
    state.field("write_cache", write_cache_);
    state.field("smart_enabled", smart_enabled_);
    state.field("kind", kind_);
    state.field("address", address_);
    state.field("lba", lba_);
    state.field("remaining", remaining_);
    state.field("block", block_);
    if (state.loading()) {
        // A division or an allocation must not depend on a damaged file.
        heads_ = std::clamp<std::uint32_t>(heads_, 1, 16);
        sectors_per_track_ = std::clamp<std::uint32_t>(sectors_per_track_, 1, 255);
        block_ = std::clamp<std::uint32_t>(block_, 1, dma_chunk);
    }
}

} // namespace vestige::hw
