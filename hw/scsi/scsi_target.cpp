// SCSI-2 (ANSI X3.131-1994), clauses 7 and 8.
#include "hw/scsi/scsi_target.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "common/assertion.h"
#include "machine/core/state.h"

namespace vestige::hw {

namespace {

constexpr std::uint8_t code_request_sense = 0x03;
constexpr std::uint8_t code_inquiry = 0x12;
constexpr std::uint8_t code_mode_select_6 = 0x15;
constexpr std::uint8_t code_mode_select_10 = 0x55;
constexpr std::uint8_t device_type_none = 0x7f; // no such logical unit
constexpr std::size_t most_parameters = 65535;

} // namespace

// -- commands

void ScsiTarget::begin(std::span<const std::uint8_t> command, unsigned logical_unit) {
    command_ = {};
    std::copy_n(command.begin(), std::min(command.size(), command_.bytes.size()),
                command_.bytes.begin());
    log_.write(LogItem::device, "{}: command {:08x} {:08x} {:08x}", name(), command_.u32(0),
               command_.u32(4), command_.u32(8));
    size_ = position_ = 0;
    data_ = Data::none;
    run(logical_unit);
    VESTIGE_ASSERT(phase_ != Phase::idle);
}

void ScsiTarget::run(unsigned logical_unit) {
    phase_ = Phase::idle;
    const std::uint8_t code = command_[0];
    if (logical_unit != 0) {
        if (code == code_inquiry) return tell_identity(device_type_none);
        if (code != code_request_sense) return fail(scsi::no_such_unit);
        sense_ = scsi::no_such_unit;
        return request_sense(command_);
    }
    const auto rows = commands();
    const auto row = std::ranges::find(rows, code, &Row::code);
    if (row == rows.end()) {
        log_.write(LogItem::unimplemented, "{}: command {:02x}", name(), code);
        return fail(scsi::unknown_command);
    }
    if (attention_.key != 0 && row->attention == Attention::tells)
        return fail(std::exchange(attention_, scsi::no_sense));
    // Sense is kept for the command after the one that failed, and no longer.
    if (code != code_request_sense) {
        sense_ = scsi::no_sense;
        information_ = no_information;
    }
    if (row->needs == Needs::medium)
        if (const ScsiSense state = medium_state(); state.key != 0) return fail(state);
    (this->*row->handler)(command_);
}

void ScsiTarget::finish() {
    phase_ = Phase::done;
    status_ = ScsiStatus::good;
}

void ScsiTarget::fail(ScsiSense sense) {
    log_.write(LogItem::device, "{}: command {:02x} fails, sense {:x} {:02x} {:02x}", name(),
               command_[0], sense.key, sense.code, sense.qualifier);
    phase_ = Phase::done;
    status_ = ScsiStatus::check_condition;
    sense_ = sense;
    size_ = position_ = 0;
}

void ScsiTarget::complain(const char* what, std::uint64_t block, BlockResult result) {
    const std::string line =
        fmt::format("{}: cannot {} block {}: {}", name(), what, block, to_string(result));
    if (!std::exchange(complained_, true))
        log_.put(line + " (the guest sees a disk error; further ones go to the device log)");
    else
        log_.write(LogItem::device, "{}", line);
}

// -- the data phase

void ScsiTarget::start_data(Phase phase, Data data, std::uint64_t size) {
    status_ = ScsiStatus::good;
    if (size == 0) return finish();
    phase_ = phase;
    data_ = data;
    size_ = size;
    position_ = 0;
}

void ScsiTarget::reply(std::span<const std::uint8_t> data, std::size_t allocation) {
    bytes_.assign(data.begin(),
                  data.begin() + static_cast<std::ptrdiff_t>(std::min(data.size(), allocation)));
    start_data(Phase::data_in, Data::reply, bytes_.size());
}

void ScsiTarget::send(std::uint64_t size) { start_data(Phase::data_in, Data::stream, size); }
void ScsiTarget::receive(std::uint64_t size) { start_data(Phase::data_out, Data::stream, size); }

void ScsiTarget::receive_parameters(std::size_t size) {
    bytes_.assign(size, 0);
    start_data(Phase::data_out, Data::parameters, size);
}

void ScsiTarget::moved(std::size_t count) {
    position_ += count;
    if (position_ < size_) return;
    if (data_ == Data::parameters) return use_parameters();
    finish();
}

void ScsiTarget::read(std::span<std::byte> to) {
    VESTIGE_ASSERT(phase_ == Phase::data_in && to.size() <= left());
    if (data_ == Data::stream) {
        if (const ScsiSense sense = read_stream(position_, to); sense.key != 0) {
            std::ranges::fill(to, std::byte{0});
            return fail(sense);
        }
    } else if (!to.empty()) {
        std::memcpy(to.data(), bytes_.data() + position_, to.size());
    }
    moved(to.size());
}

void ScsiTarget::write(std::span<const std::byte> from) {
    VESTIGE_ASSERT(phase_ == Phase::data_out && from.size() <= left());
    if (data_ == Data::stream) {
        if (const ScsiSense sense = write_stream(position_, from); sense.key != 0)
            return fail(sense);
    } else if (!from.empty()) {
        std::memcpy(bytes_.data() + position_, from.data(), from.size());
    }
    moved(from.size());
}

// -- commands of every target

void ScsiTarget::request_sense(const ScsiCommand& command) {
    if (sense_.key == 0) sense_ = std::exchange(attention_, scsi::no_sense);
    const bool has_information = information_ <= 0xffff'ffff;
    ScsiWriter w;
    w.u8(has_information ? 0xf0 : 0x70).u8(0).u8(sense_.key);
    w.u32(has_information ? information_ : 0).u8(10).zeros(4);
    w.u8(sense_.code).u8(sense_.qualifier).zeros(4);
    sense_ = scsi::no_sense;
    information_ = no_information;
    // SCSI-1's way to ask for four bytes.
    reply(w.bytes, command[4] == 0 && traits_.version != 0 ? 4 : command[4]);
}

void ScsiTarget::inquiry(const ScsiCommand& command) {
    if (command[1] & 1) return vital_product_data(command);
    if (command[2] != 0) return fail(scsi::bad_field);
    tell_identity(traits_.device_type);
}

void ScsiTarget::tell_identity(std::uint8_t device_type) {
    constexpr std::uint8_t removable = 0x80, rest = 31;
    ScsiWriter w;
    w.u8(device_type).u8(traits_.removable ? removable : 0);
    w.u8(traits_.version).u8(traits_.response_format).u8(rest).zeros(3);
    w.text("VESTIGE", 8).text(identity_.model, 16).text(identity_.revision, 4);
    reply(w.bytes, command_[4]);
}

void ScsiTarget::vital_product_data(const ScsiCommand& command) {
    enum Page : std::uint8_t { supported = 0x00, serial_number = 0x80 };
    ScsiWriter w;
    w.u8(traits_.device_type).u8(command[2]).u8(0);
    switch (command[2]) {
    case supported: w.u8(2).u8(supported).u8(serial_number); break;
    case serial_number:
        w.u8(identity_.serial.size()).text(identity_.serial, identity_.serial.size());
        break;
    default: return fail(scsi::bad_field);
    }
    reply(w.bytes, command[4]);
}

void ScsiTarget::report_luns(const ScsiCommand& command) {
    ScsiWriter w;
    w.u32(8).u32(0).u64(0);
    reply(w.bytes, command.u32(6));
}

// -- modes

bool ScsiTarget::put_pages(ScsiWriter& writer, const ScsiCommand& command) {
    enum Control : std::uint8_t { current, changeable, defaults, saved };
    constexpr std::uint8_t all = 0x3f;
    const std::uint8_t wanted = command[2] & 0x3f;
    const auto control = static_cast<Control>(command[2] >> 6);
    if (control == saved) {
        fail(scsi::no_saved_pages);
        return false;
    }
    bool found = wanted == all;
    for (ModePage& page : mode_pages()) {
        if (wanted != all && wanted != page.code) continue;
        found = true;
        if (control == changeable) std::ranges::fill(page.data, std::uint8_t{0});
        writer.u8(page.code).u8(page.data.size()).append(page.data);
    }
    // Page 0 with nothing in it is a driver that wants the header only.
    if (!found && wanted != 0) fail(scsi::bad_field);
    return found || wanted == 0;
}

void ScsiTarget::mode_sense_6(const ScsiCommand& command) {
    const ModeHeader header = mode_header();
    const bool descriptor = header.has_block_descriptor && !(command[1] & 8);
    ScsiWriter w;
    w.u8(0).u8(header.medium_type).u8(header.device_specific).u8(descriptor ? 8 : 0);
    if (descriptor)
        w.u8(0).u24(std::min<std::uint64_t>(header.blocks, 0xff'ffff)).u8(0).u24(header.block_size);
    if (!put_pages(w, command)) return;
    w.set_u8(0, w.bytes.size() - 1);
    reply(w.bytes, command[4]);
}

void ScsiTarget::mode_sense_10(const ScsiCommand& command) {
    const ModeHeader header = mode_header();
    const bool descriptor = header.has_block_descriptor && !(command[1] & 8);
    ScsiWriter w;
    w.u16(0).u8(header.medium_type).u8(header.device_specific).u16(0).u16(descriptor ? 8 : 0);
    if (descriptor)
        w.u8(0).u24(std::min<std::uint64_t>(header.blocks, 0xff'ffff)).u8(0).u24(header.block_size);
    if (!put_pages(w, command)) return;
    w.set_u16(0, w.bytes.size() - 2);
    reply(w.bytes, command.u16(7));
}

void ScsiTarget::use_parameters() {
    switch (command_[0]) {
    case code_mode_select_6: return select_modes(bytes_, 4);
    case code_mode_select_10: return select_modes(bytes_, 8);
    default: return finish(); // lists of defects: this medium has none
    }
}

void ScsiTarget::select_modes(std::span<const std::uint8_t> data, std::size_t header) {
    if (data.size() < header) return fail(scsi::bad_parameter_length);
    const std::size_t descriptors =
        header == 4 ? data[3] : load_be<std::uint16_t>(data.data() + header - 2);
    if (descriptors > data.size() - header) return fail(scsi::bad_parameter_length);
    std::uint32_t block_size = 0;
    if (descriptors >= 8) block_size = load_be<std::uint32_t>(data.data() + header + 4) & 0xff'ffff;

    // No page can be changed, but one that says what is so is taken.
    const std::vector<ModePage> pages = mode_pages();
    for (auto rest = data.subspan(header + descriptors); !rest.empty();) {
        if (rest.size() < 2) return fail(scsi::bad_parameter_length);
        const auto page =
            std::ranges::find(pages, static_cast<std::uint8_t>(rest[0] & 0x3f), &ModePage::code);
        const std::size_t size = std::size_t{2} + rest[1];
        if (page == pages.end() || page->data.size() != rest[1]) return fail(scsi::bad_parameter);
        if (size > rest.size()) return fail(scsi::bad_parameter_length);
        rest = rest.subspan(size);
    }
    if (block_size != 0 && !set_block_size(block_size)) return fail(scsi::bad_parameter);
    finish();
}

// -- reset and state

void ScsiTarget::bus_reset() {
    clear();
    reset_settings();
    attention_ = scsi::bus_was_reset;
}

void ScsiTarget::reset() {
    clear();
    reset_settings();
    reset_target();
}

void ScsiTarget::clear() {
    phase_ = Phase::idle;
    command_ = {};
    status_ = ScsiStatus::good;
    sense_ = attention_ = scsi::no_sense;
    information_ = no_information;
    data_ = Data::none;
    bytes_.clear();
    size_ = position_ = 0;
}

void ScsiTarget::visit(StateVisitor& state) {
    state.section(name(), 1, [&] {
        state.field("phase", phase_);
        state.field("command", command_.bytes);
        state.field("status", status_);
        state.field("sense_key", sense_.key);
        state.field("sense_code", sense_.code);
        state.field("sense_qualifier", sense_.qualifier);
        state.field("attention_key", attention_.key);
        state.field("attention_code", attention_.code);
        state.field("attention_qualifier", attention_.qualifier);
        state.field("information", information_);
        state.field("data", data_);
        state.field("bytes", bytes_);
        state.field("size", size_);
        state.field("position", position_);
        visit_target(state);
    });
    if (!state.loading()) return;
    // A damaged file must not lead beyond the bytes that there are.
    if (bytes_.size() > most_parameters) bytes_.resize(most_parameters);
    if (data_ != Data::stream) size_ = std::min<std::uint64_t>(size_, bytes_.size());
    position_ = std::min(position_, size_);
    if ((phase_ == Phase::data_in || phase_ == Phase::data_out) && position_ == size_) end();
}

} // namespace vestige::hw
