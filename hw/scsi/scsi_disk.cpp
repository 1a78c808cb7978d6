// SCSI-2 (ANSI X3.131-1994), clause 9.
#include "hw/scsi/scsi_disk.h"

#include <algorithm>
#include <cstring>

#include "machine/core/state.h"

namespace vestige::hw {

namespace {

constexpr std::uint8_t device_type_disk = 0x00;
constexpr std::uint8_t version_scsi_2 = 0x02;
constexpr std::uint8_t format_scsi_2 = 0x02;
constexpr std::uint8_t write_protect = 0x80; // device-specific parameter of the mode header

// The geometry that is told where one is asked for.
constexpr std::uint64_t heads = 16;
constexpr std::uint64_t sectors_per_track = 63;
constexpr std::uint64_t most_cylinders = 0xff'ffff;
constexpr unsigned rotations_per_minute = 7200;

constexpr std::size_t compare_piece = 65536;

} // namespace

// In the order of the codes.
const ScsiTarget::Row ScsiDisk::command_table[] = {
    row(0x00, Needs::medium, Attention::tells, &ScsiDisk::ok),  // TEST UNIT READY
    row(0x01, Needs::nothing, Attention::tells, &ScsiDisk::ok), // REZERO UNIT
    row(0x03, Needs::nothing, Attention::ignores, &ScsiDisk::request_sense),
    row(0x04, Needs::medium, Attention::tells, &ScsiDisk::format_unit),
    row(0x07, Needs::medium, Attention::tells, &ScsiDisk::reassign_blocks),
    row(0x08, Needs::medium, Attention::tells, &ScsiDisk::read_6),
    row(0x0a, Needs::medium, Attention::tells, &ScsiDisk::write_6),
    row(0x0b, Needs::medium, Attention::tells, &ScsiDisk::seek_6),
    row(0x12, Needs::nothing, Attention::ignores, &ScsiDisk::inquiry),
    row(0x15, Needs::nothing, Attention::tells, &ScsiDisk::mode_select_6),
    row(0x16, Needs::nothing, Attention::tells, &ScsiDisk::ok), // RESERVE, of the one initiator
    row(0x17, Needs::nothing, Attention::tells, &ScsiDisk::ok), // RELEASE
    row(0x1a, Needs::nothing, Attention::tells, &ScsiDisk::mode_sense_6),
    row(0x1b, Needs::nothing, Attention::tells, &ScsiDisk::start_stop_unit),
    row(0x1d, Needs::nothing, Attention::tells, &ScsiDisk::ok), // SEND DIAGNOSTIC, the self-test
    row(0x1e, Needs::nothing, Attention::tells, &ScsiDisk::ok), // PREVENT ALLOW MEDIUM REMOVAL
    row(0x25, Needs::medium, Attention::tells, &ScsiDisk::read_capacity_10),
    row(0x28, Needs::medium, Attention::tells, &ScsiDisk::read_10),
    row(0x2a, Needs::medium, Attention::tells, &ScsiDisk::write_10),
    row(0x2b, Needs::medium, Attention::tells, &ScsiDisk::seek_10),
    row(0x2e, Needs::medium, Attention::tells, &ScsiDisk::write_10), // WRITE AND VERIFY
    row(0x2f, Needs::medium, Attention::tells, &ScsiDisk::verify_10),
    row(0x35, Needs::medium, Attention::tells, &ScsiDisk::synchronize_cache),
    row(0x37, Needs::medium, Attention::tells, &ScsiDisk::read_defects_10),
    row(0x55, Needs::nothing, Attention::tells, &ScsiDisk::mode_select_10),
    row(0x5a, Needs::nothing, Attention::tells, &ScsiDisk::mode_sense_10),
    row(0x88, Needs::medium, Attention::tells, &ScsiDisk::read_16),
    row(0x8a, Needs::medium, Attention::tells, &ScsiDisk::write_16),
    row(0x8e, Needs::medium, Attention::tells, &ScsiDisk::write_16), // WRITE AND VERIFY
    row(0x8f, Needs::medium, Attention::tells, &ScsiDisk::verify_16),
    row(0x91, Needs::medium, Attention::tells, &ScsiDisk::synchronize_cache),
    row(0x9e, Needs::medium, Attention::tells, &ScsiDisk::service_action_in),
    row(0xa0, Needs::nothing, Attention::ignores, &ScsiDisk::report_luns),
    row(0xa8, Needs::medium, Attention::tells, &ScsiDisk::read_12),
    row(0xaa, Needs::medium, Attention::tells, &ScsiDisk::write_12),
    row(0xae, Needs::medium, Attention::tells, &ScsiDisk::write_12), // WRITE AND VERIFY
    row(0xaf, Needs::medium, Attention::tells, &ScsiDisk::verify_12),
};

ScsiDisk::ScsiDisk(std::string name, std::unique_ptr<BlockBackend> backend, DriveIdentity identity,
                   Log& log)
    : ScsiTarget(std::move(name),
                 {.device_type = device_type_disk,
                  .removable = false,
                  .version = version_scsi_2,
                  .response_format = format_scsi_2},
                 std::move(identity), log),
      backend_(std::move(backend)),
      blocks_(backend_->size() / block_size) {}

std::span<const ScsiTarget::Row> ScsiDisk::commands() const { return command_table; }

ScsiSense ScsiDisk::medium_state() const { return stopped_ ? scsi::not_ready : scsi::no_sense; }

// -- about the disk

void ScsiDisk::read_capacity_10(const ScsiCommand& command) {
    const bool partial = (command[8] & 1) != 0;
    if (!partial && command.u32(2) != 0) return fail(scsi::bad_field);
    ScsiWriter w;
    w.u32(std::min<std::uint64_t>(blocks_ - 1, 0xffff'ffff)).u32(block_size);
    reply(w.bytes, w.bytes.size());
}

void ScsiDisk::service_action_in(const ScsiCommand& command) {
    constexpr std::uint8_t read_capacity_16 = 0x10;
    if ((command[1] & 0x1f) != read_capacity_16) return fail(scsi::bad_field);
    ScsiWriter w;
    w.u64(blocks_ - 1).u32(block_size).zeros(20);
    reply(w.bytes, command.u32(10));
}

ScsiTarget::ModeHeader ScsiDisk::mode_header() const {
    return {.device_specific = backend_->read_only() ? write_protect : std::uint8_t{0},
            .blocks = blocks_,
            .block_size = block_size};
}

std::vector<ScsiTarget::ModePage> ScsiDisk::mode_pages() const {
    const std::uint64_t cylinders =
        std::clamp<std::uint64_t>(blocks_ / (heads * sectors_per_track), 1, most_cylinders);
    ScsiWriter errors, format, geometry, caching, control;
    errors.u8(0xc0).u8(1).zeros(4).u8(1).zeros(3); // relocates, tries once again
    format.zeros(8).u16(sectors_per_track).u16(block_size).u16(1).zeros(4).u8(0x40).zeros(3);
    geometry.u24(cylinders).u8(heads).zeros(14).u16(rotations_per_minute).zeros(2);
    caching.u8(0x04).zeros(9); // writes are cached until SYNCHRONIZE CACHE
    control.zeros(6);
    return {{.code = 0x01, .data = errors.bytes},
            {.code = 0x03, .data = format.bytes},
            {.code = 0x04, .data = geometry.bytes},
            {.code = 0x08, .data = caching.bytes},
            {.code = 0x0a, .data = control.bytes}};
}

void ScsiDisk::start_stop_unit(const ScsiCommand& command) {
    const bool power_condition = (command[4] & 0xf0) != 0;
    if (!power_condition) stopped_ = !(command[4] & 1);
    if (stopped_) return synchronize_cache(command);
    finish();
}

// What the blocks hold afterwards is not defined: they keep what they had.
void ScsiDisk::format_unit(const ScsiCommand& command) {
    constexpr std::uint8_t format_data = 0x10;
    if (backend_->read_only()) return fail(scsi::write_protected);
    command[1] & format_data ? receive_parameters(4) : finish();
}

void ScsiDisk::reassign_blocks(const ScsiCommand&) { receive_parameters(4); }

void ScsiDisk::read_defects_10(const ScsiCommand& command) {
    ScsiWriter w;
    w.u8(0).u8(command[2] & 0x1f).u16(0);
    reply(w.bytes, command.u16(7));
}

void ScsiDisk::synchronize_cache(const ScsiCommand&) {
    const BlockResult result = backend_->flush();
    result == BlockResult::ok ? finish() : fail(failure("flush", 0, result));
}

// -- transfers

bool ScsiDisk::check_range(std::uint64_t lba, std::uint64_t count) {
    if (lba <= blocks_ && count <= blocks_ - lba) return true;
    fail(scsi::beyond_end);
    return false;
}

void ScsiDisk::transfer(Kind kind, std::uint64_t lba, std::uint64_t count) {
    if (!check_range(lba, count)) return;
    if (kind == Kind::write && backend_->read_only()) return fail(scsi::write_protected);
    kind_ = kind;
    first_block_ = lba;
    kind == Kind::read ? send(count * block_size) : receive(count * block_size);
}

void ScsiDisk::verify(const ScsiCommand& command, std::uint64_t lba, std::uint64_t count) {
    constexpr std::uint8_t byte_check = 0x02;
    if (command[1] & byte_check) return transfer(Kind::compare, lba, count);
    if (check_range(lba, count)) finish();
}

ScsiSense ScsiDisk::failure(const char* what, std::uint64_t block, BlockResult result) {
    complain(what, block, result);
    set_information(block);
    switch (result) {
    case BlockResult::no_space: return scsi::out_of_space;
    case BlockResult::read_only: return scsi::write_protected;
    case BlockResult::out_of_range: return scsi::beyond_end;
    default: return kind_ == Kind::read ? scsi::read_error : scsi::write_error;
    }
}

ScsiSense ScsiDisk::read_stream(std::uint64_t position, std::span<std::byte> to) {
    const BlockResult result = backend_->read(first_block_ * block_size + position, to);
    if (result == BlockResult::ok) return scsi::no_sense;
    return failure("read", first_block_ + position / block_size, result);
}

ScsiSense ScsiDisk::write_blocks(std::uint64_t position, std::span<const std::byte> from) {
    const std::uint64_t offset = first_block_ * block_size + position;
    const std::uint64_t block = offset / block_size;
    if (kind_ == Kind::write) {
        const BlockResult result = backend_->write(offset, from);
        return result == BlockResult::ok ? scsi::no_sense : failure("write", block, result);
    }
    std::vector<std::byte> there(std::min(from.size(), compare_piece));
    for (std::size_t at = 0; at < from.size(); at += there.size()) {
        there.resize(std::min(there.size(), from.size() - at));
        const BlockResult result = backend_->read(offset + at, there);
        if (result != BlockResult::ok) return failure("read", block, result);
        if (!std::equal(there.begin(), there.end(), from.begin() + static_cast<std::ptrdiff_t>(at)))
            return scsi::miscompare;
    }
    return scsi::no_sense;
}

// A block is written when it is whole: an initiator that goes away leaves none half new.
ScsiSense ScsiDisk::write_stream(std::uint64_t position, std::span<const std::byte> from) {
    if (const std::size_t begun = position % block_size; begun != 0) {
        const std::size_t count = std::min<std::size_t>(from.size(), block_size - begun);
        std::memcpy(partial_.data() + begun, from.data(), count);
        from = from.subspan(count);
        position += count;
        if (position % block_size != 0) return scsi::no_sense;
        const ScsiSense sense = write_blocks(position - block_size, partial_);
        if (sense.key != 0) return sense;
    }
    const auto whole = from.first(from.size() - from.size() % block_size);
    if (!whole.empty())
        if (const ScsiSense sense = write_blocks(position, whole); sense.key != 0) return sense;
    const auto rest = from.subspan(whole.size());
    std::ranges::copy(rest, partial_.begin());
    return scsi::no_sense;
}

// -- reset and state

void ScsiDisk::reset_target() {
    stopped_ = false;
    kind_ = Kind::read;
    first_block_ = 0;
    partial_ = {};
}

void ScsiDisk::visit_target(StateVisitor& state) {
    backend_->visit(state);
    state.field("stopped", stopped_);
    state.field("kind", kind_);
    state.field("first_block", first_block_);
    state.field("partial", partial_);
}

} // namespace vestige::hw
