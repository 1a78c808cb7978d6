// Source: QEMU docs/specs/fw_cfg.rst (the interface without DMA).
#include "hw/misc/fw_cfg.h"

#include <array>
#include <cstring>
#include <utility>

#include "common/assertion.h"
#include "common/endian.h"
#include "machine/core/state.h"

namespace vestige::hw {

namespace {

constexpr std::string_view signature_text = "QEMU";
constexpr std::uint32_t id_without_dma = 1;

// Bit 14 asked for writing once; it does not tell items apart.
constexpr std::uint16_t key_bits = 0xbfff;

// A directory entry: size (4), key (2), reserved (2), name.
constexpr std::size_t entry_size = 64, entry_name = 8, name_size = 56;

} // namespace

FwCfg::FwCfg(std::string name, Log& log) : Device(std::move(name)), log_(log) {
    add_bytes(fw_cfg::signature, std::as_bytes(std::span(signature_text)));
    add_i32(fw_cfg::id, id_without_dma);
    make_directory();
    select(fw_cfg::signature);
}

void FwCfg::add_bytes(std::uint16_t key, std::span<const std::byte> bytes) {
    VESTIGE_ASSERT((key & ~key_bits) == 0);
    items_[key].assign(bytes.begin(), bytes.end());
    select(selected_); // its bytes may have moved
}

void FwCfg::add_i16(std::uint16_t key, std::uint16_t value) {
    add_bytes(key, std::as_bytes(std::span(&value, 1)));
}

void FwCfg::add_i32(std::uint16_t key, std::uint32_t value) {
    add_bytes(key, std::as_bytes(std::span(&value, 1)));
}

void FwCfg::add_i64(std::uint16_t key, std::uint64_t value) {
    add_bytes(key, std::as_bytes(std::span(&value, 1)));
}

void FwCfg::add_string(std::uint16_t key, std::string_view text) {
    std::vector<std::byte> bytes(text.size() + 1);
    std::memcpy(bytes.data(), text.data(), text.size());
    add_bytes(key, bytes);
}

void FwCfg::add_file(std::string name, std::span<const std::byte> bytes) {
    VESTIGE_ASSERT(name.size() < name_size);
    const auto key = static_cast<std::uint16_t>(fw_cfg::first_file + files_.size());
    add_bytes(key, bytes);
    files_.push_back({std::move(name), key, bytes.size()});
    make_directory();
}

void FwCfg::make_directory() {
    std::vector<std::byte> directory(4 + files_.size() * entry_size);
    store_be(directory.data(), static_cast<std::uint32_t>(files_.size()));
    std::byte* entry = directory.data() + 4;
    for (const File& file : files_) {
        store_be(entry, static_cast<std::uint32_t>(file.size));
        store_be(entry + 4, file.key);
        std::memcpy(entry + entry_name, file.name.data(), file.name.size());
        entry += entry_size;
    }
    add_bytes(fw_cfg::file_directory, directory);
}

// -- the registers

void FwCfg::select(std::uint16_t key) {
    selected_ = key & key_bits;
    position_ = 0;
    const auto found = items_.find(selected_);
    item_ = found == items_.end() ? std::span<const std::byte>{} : std::span(found->second);
}

// What is not there, and what is past the end, reads as zeros.
std::uint8_t FwCfg::next_byte() {
    return position_ < item_.size() ? static_cast<std::uint8_t>(item_[position_++]) : 0;
}

void FwCfg::Data::write(std::uint64_t, unsigned, std::uint64_t value) {
    device.log_.write(LogItem::guest_error, "{}: write of {:#x} to the data register",
                      device.name(), value);
}

void FwCfg::reset() { select(fw_cfg::signature); }

void FwCfg::visit(StateVisitor& state) {
    std::uint16_t key = selected_;
    std::uint32_t position = position_;
    state.field("selected", key);
    state.field("position", position);
    if (!state.loading()) return;
    select(key);
    position_ = position;
}

} // namespace vestige::hw
