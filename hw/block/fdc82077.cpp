// Source: Intel, 82077AA CHMOS Single-Chip Floppy Disk Controller (1994); command and status names
// are its.
#include "hw/block/fdc82077.h"

#include <algorithm>
#include <utility>

#include "common/error.h"
#include "machine/core/state.h"

namespace vestige::hw {

namespace {

enum Register : std::uint64_t {
    status_a_register = 0,
    status_b_register = 1,
    output_register = 2,
    tape_register = 3,
    main_status_register = 4, // and data rate select
    data_register = 5,
    input_register = 7, // and configuration control
};

enum StatusA : std::uint8_t {
    status_a_interrupt = 0x80,
    status_a_one_drive = 0x40,
    status_a_off_track_0 = 0x10,
};
constexpr std::uint8_t status_b_unused = 0xc0;

enum Output : std::uint8_t {
    output_run = 0x04, // clear: reset
};
// The chip would stay in reset; OpenBIOS takes it to run.
constexpr std::uint8_t output_after_reset = output_run;

enum MainStatus : std::uint8_t {
    main_request = 0x80,
    main_to_cpu = 0x40,
    main_no_dma = 0x20, // moving data
    main_busy = 0x10,
};

enum RateSelect : std::uint8_t {
    rate_reset = 0x80,
    rate_mask = 0x03,
};
constexpr std::uint8_t rate_after_reset = 2;

constexpr std::uint8_t input_disk_changed = 0x80;

enum Status0 : std::uint8_t {
    st0_abnormal = 0x40,
    st0_invalid = 0x80,
    st0_ready_changed = 0xc0,
    st0_seek_end = 0x20,
    st0_equipment = 0x10,
    st0_head = 0x04,
};
enum Status1 : std::uint8_t {
    st1_data_error = 0x20,
    st1_no_data = 0x04,
    st1_not_writable = 0x02,
    st1_missing_mark = 0x01,
};
enum Status2 : std::uint8_t {
    st2_data_error = 0x20,
    st2_wrong_cylinder = 0x10,
};
enum Status3 : std::uint8_t {
    st3_protected = 0x40,
    st3_ready = 0x20,
    st3_track_0 = 0x10,
    st3_two_sided = 0x08,
};

// Places in a command that moves sectors.
enum Parameter : std::size_t {
    parameter_drive = 1, // and head
    parameter_cylinder = 2,
    parameter_head = 3,
    parameter_sector = 4,
    parameter_size = 5,
    parameter_last = 6,
};
enum FormatParameter : std::size_t {
    format_size = 2,
    format_sectors = 3,
    format_filler = 5,
};
constexpr std::uint8_t multi_track = 0x80;
constexpr std::uint8_t size_512 = 2;
constexpr std::uint16_t format_id_size = 4;

constexpr std::uint8_t drive_mask = 3;
constexpr std::uint8_t head_bit = 4;
constexpr unsigned drive_count = 4; // that a reset tells of

constexpr std::uint8_t configuration_implied_seek = 0x40, configuration_no_polling = 0x10;
constexpr std::uint8_t version_82077 = 0x90;
constexpr unsigned recalibrate_steps = 79;

// From a sector's burst to the next one's. The disk would take 11 ms; firmware that polls a fixed
// number of times between bytes knows the real chip to send them evenly.
constexpr Time sector_time = 500 * microsecond;
constexpr Time search_time = 400 * millisecond; // two rotations, for what is not there

} // namespace

struct Fdc82077::Command {
    std::uint8_t mask, value; // of the first byte
    std::uint8_t size;
    void (Fdc82077::*run)();
};

namespace {

// Bits 7 to 5 are MT, MFM and SK where a command has them.
const Fdc82077::Command* find_command(std::span<const Fdc82077::Command> table,
                                      std::uint8_t first) {
    const auto row = std::ranges::find_if(table, [&](const Fdc82077::Command& command) {
        return (first & command.mask) == command.value;
    });
    return row == table.end() ? nullptr : &*row;
}

} // namespace

Fdc82077::Fdc82077(std::string name, Scheduler& scheduler, IrqLine irq,
                   std::unique_ptr<BlockBackend> image, Log& log)
    : Device(std::move(name)),
      irq_(irq),
      log_(log),
      timer_(scheduler, [this] { step(); }),
      output_(output_after_reset) {
    if (image) medium_.emplace(std::move(image));
}

bool Fdc82077::irq_level() const { return interrupt_ || phase_ == Phase::transfer; }

void Fdc82077::update_irq() { irq_.set(irq_level()); }

// -- commands without data

void Fdc82077::run_command() {
    static constexpr Command table[] = {
        {0x1f, 0x06, 9, &Fdc82077::read_sectors},   {0x3f, 0x05, 9, &Fdc82077::write_sectors},
        {0xbf, 0x0d, 6, &Fdc82077::format_track},   {0xbf, 0x0a, 2, &Fdc82077::read_id},
        {0xff, 0x03, 3, &Fdc82077::specify},        {0xff, 0x04, 2, &Fdc82077::sense_drive},
        {0xff, 0x07, 2, &Fdc82077::recalibrate},    {0xff, 0x08, 1, &Fdc82077::sense_interrupt},
        {0xff, 0x0e, 1, &Fdc82077::dump_registers}, {0xff, 0x0f, 3, &Fdc82077::seek},
        {0xff, 0x10, 1, &Fdc82077::version},        {0xff, 0x12, 2, &Fdc82077::perpendicular},
        {0xff, 0x13, 4, &Fdc82077::configure},      {0x7f, 0x14, 1, &Fdc82077::lock},
    };
    const Command* command = find_command(table, command_[0]);
    if (command && command_count_ < command->size) return;
    log_.write(LogItem::device, "{}: command {:02x}", name(), command_[0]);
    command_count_ = 0;
    if (command)
        (this->*command->run)();
    else
        invalid();
}

void Fdc82077::give(std::span<const std::uint8_t> result) {
    std::ranges::copy(result, result_.begin());
    result_count_ = static_cast<std::uint8_t>(result.size());
    result_given_ = 0;
    phase_ = Phase::result;
}

void Fdc82077::invalid() {
    log_.write(LogItem::guest_error, "{}: invalid command {:02x}", name(), command_[0]);
    give(std::array{std::uint8_t{st0_invalid}});
}

void Fdc82077::specify() {
    specify_1_ = command_[1];
    specify_2_ = command_[2];
}

void Fdc82077::sense_drive() {
    const std::uint8_t drive = command_[1] & drive_mask;
    unsigned status = (command_[1] & (drive_mask | head_bit)) | st3_two_sided | st3_ready;
    if (drive == 0 && track_ == 0) status |= st3_track_0;
    if (drive == 0 && medium_ && medium_->read_only()) status |= st3_protected;
    give(std::array{static_cast<std::uint8_t>(status)});
}

// First what became of a seek, or of each drive after a reset.
void Fdc82077::sense_interrupt() {
    if (resets_told_ < drive_count) {
        const unsigned drive = resets_told_++;
        give(std::array{static_cast<std::uint8_t>(st0_ready_changed | drive), track_});
    } else if (seek_ended_) {
        seek_ended_ = false;
        give(std::array{seek_status_, track_});
    } else {
        invalid();
        return;
    }
    interrupt_ = false;
}

void Fdc82077::move_to(unsigned cylinder) {
    const auto track = static_cast<std::uint8_t>(
        std::min<unsigned>(cylinder, FloppyMedium::cylinders + 2)); // where the drive's stop is
    if (track != track_) changed_ = false;
    track_ = track;
}

void Fdc82077::recalibrate() {
    const std::uint8_t drive = command_[1] & drive_mask;
    unsigned status = st0_seek_end | drive;
    if (drive != 0)
        status |= st0_abnormal | st0_equipment; // nobody says that he is on track 0
    else
        move_to(track_ - std::min<unsigned>(track_, recalibrate_steps));
    seek_status_ = static_cast<std::uint8_t>(status);
    seek_ended_ = interrupt_ = true;
}

void Fdc82077::seek() {
    seek_status_ =
        static_cast<std::uint8_t>(st0_seek_end | (command_[1] & (drive_mask | head_bit)));
    if ((command_[1] & drive_mask) == 0) move_to(command_[2]);
    seek_ended_ = interrupt_ = true;
}

void Fdc82077::version() { give(std::array{version_82077}); }

void Fdc82077::dump_registers() {
    const auto lock_and_perpendicular =
        static_cast<std::uint8_t>((locked_ ? 0x80 : 0) | (perpendicular_ & 0x7f));
    const std::array<std::uint8_t, longest_result> registers = {track_,
                                                                0,
                                                                0,
                                                                0,
                                                                specify_1_,
                                                                specify_2_,
                                                                command_[parameter_last],
                                                                lock_and_perpendicular,
                                                                configuration_,
                                                                precompensation_};
    give(registers);
}

void Fdc82077::configure() {
    configuration_ = command_[2];
    precompensation_ = command_[3];
}

void Fdc82077::lock() {
    locked_ = (command_[0] & 0x80) != 0;
    give(std::array{static_cast<std::uint8_t>(locked_ ? 0x10 : 0)});
}

void Fdc82077::perpendicular() { perpendicular_ = command_[1]; }

// -- commands that move data

void Fdc82077::start(Work work) {
    work_ = work;
    side_ = (command_[parameter_drive] & head_bit) != 0 ? 1 : 0;
    cylinder_ = command_[parameter_cylinder];
    head_ = command_[parameter_head];
    sector_ = command_[parameter_sector];
    if ((configuration_ & configuration_implied_seek) != 0 &&
        (command_[parameter_drive] & drive_mask) == 0)
        move_to(cylinder_);
    phase_ = Phase::seeking;
    timer_.arm_in(obstacle() ? search_time : sector_time);
}

void Fdc82077::read_id() {
    work_ = Work::read_id;
    side_ = (command_[parameter_drive] & head_bit) != 0 ? 1 : 0;
    cylinder_ = track_;
    head_ = side_;
    sector_ = 1;
    phase_ = Phase::seeking;
    timer_.arm_in(obstacle() ? search_time : sector_time);
}

void Fdc82077::format_track() {
    work_ = Work::format;
    side_ = (command_[parameter_drive] & head_bit) != 0 ? 1 : 0;
    cylinder_ = track_;
    head_ = side_;
    sector_ = 1;
    to_format_ = command_[format_sectors];
    phase_ = Phase::seeking;
    timer_.arm_in(sector_time);
}

// Why the sector cannot be read or written.
std::optional<Fdc82077::Outcome> Fdc82077::obstacle() const {
    if ((command_[parameter_drive] & drive_mask) != 0 || !medium_ ||
        medium_->data_rate() != data_rate_ || track_ >= FloppyMedium::cylinders)
        return Outcome{st0_abnormal, st1_missing_mark};
    const bool writes = work_ == Work::write || work_ == Work::format;
    if (writes && medium_->read_only()) return Outcome{st0_abnormal, st1_not_writable};
    if (cylinder_ != track_) return Outcome{st0_abnormal, st1_no_data, st2_wrong_cylinder};
    const std::uint8_t size_code = work_ == Work::format    ? command_[format_size]
                                   : work_ == Work::read_id ? size_512
                                                            : command_[parameter_size];
    if (head_ != side_ || size_code != size_512 || !medium_->has(cylinder_, head_, sector_))
        return Outcome{st0_abnormal, st1_no_data};
    return std::nullopt;
}

// The search is over: with a sector's bytes, with room for them, or with nothing.
void Fdc82077::step() {
    if (const auto why = obstacle()) {
        finish(*why);
        return;
    }
    if (work_ == Work::read_id) {
        finish({});
        return;
    }
    if (work_ == Work::read &&
        medium_->read(cylinder_, head_, sector_, buffer_) != BlockResult::ok) {
        finish({st0_abnormal, st1_data_error, st2_data_error});
        return;
    }
    if (work_ == Work::format && to_format_ == 0) {
        finish({});
        return;
    }
    position_ = 0;
    phase_ = Phase::transfer;
    update_irq();
}

// To the next sector, on the other side after the last one of the first if both are asked for.
// False: there is no next one, and the registers point behind the last.
bool Fdc82077::next_sector() {
    if (sector_ != command_[parameter_last]) {
        ++sector_;
        return true;
    }
    sector_ = 1;
    const bool both_sides = (command_[0] & multi_track) != 0;
    if (both_sides && head_ == 0) {
        head_ = side_ = 1;
        return true;
    }
    if (both_sides) head_ = 0;
    ++cylinder_;
    return false;
}

// All bytes of a sector, or of one's header for the format, have been moved.
void Fdc82077::burst_done() {
    if (work_ == Work::format) {
        // Where a sector lies follows from its number; interleaving is nothing to a file.
        const unsigned sector = std::to_integer<unsigned>(buffer_[2]);
        std::array<std::byte, FloppyMedium::sector_size> filled;
        filled.fill(std::byte{command_[format_filler]});
        if (medium_->has(cylinder_, head_, sector) &&
            medium_->write(cylinder_, head_, sector, filled) != BlockResult::ok) {
            finish({st0_abnormal, st1_data_error, st2_data_error});
            return;
        }
        position_ = 0;
        if (--to_format_ == 0) finish({});
        return;
    }
    if (work_ == Work::write &&
        medium_->write(cylinder_, head_, sector_, buffer_) != BlockResult::ok) {
        finish({st0_abnormal, st1_data_error, st2_data_error});
        return;
    }
    if (!next_sector()) {
        finish({});
        return;
    }
    phase_ = Phase::seeking;
    timer_.arm_in(obstacle() ? search_time : sector_time);
}

void Fdc82077::terminal_count() {
    if (phase_ == Phase::transfer && work_ != Work::format && position_ != 0) {
        // What is missing of a sector is written as zeros.
        if (work_ == Work::write)
            std::fill(buffer_.begin() + position_, buffer_.end(), std::byte{0});
        burst_done();
    }
    const bool moves = phase_ == Phase::transfer || phase_ == Phase::seeking;
    if (moves && work_ != Work::read_id) finish({});
    update_irq();
}

void Fdc82077::finish(const Outcome& outcome) {
    timer_.cancel();
    work_ = Work::none;
    const auto status_0 = static_cast<std::uint8_t>(
        outcome.status_0 | (command_[parameter_drive] & drive_mask) | (side_ != 0 ? st0_head : 0));
    give(std::array{status_0, outcome.status_1, outcome.status_2, cylinder_, head_, sector_,
                    size_512});
    interrupt_ = true;
    update_irq();
}

// -- registers

std::uint8_t Fdc82077::main_status() const {
    if ((output_ & output_run) == 0) return 0;
    switch (phase_) {
    case Phase::command: return main_request | (command_count_ != 0 ? main_busy : 0);
    case Phase::seeking: return main_busy | (work_ == Work::read_id ? 0 : main_no_dma);
    case Phase::transfer:
        return main_request | main_busy | main_no_dma | (work_ == Work::read ? main_to_cpu : 0);
    case Phase::result: return main_request | main_busy | main_to_cpu;
    }
    return 0;
}

std::uint8_t Fdc82077::read_data() {
    if (phase_ == Phase::transfer && work_ == Work::read) {
        const auto value = std::to_integer<std::uint8_t>(buffer_[position_++]);
        if (position_ == buffer_.size()) burst_done();
        return value;
    }
    if (phase_ != Phase::result) return 0;
    const std::uint8_t value = result_[result_given_++];
    if (!seek_ended_ && resets_told_ == drive_count) interrupt_ = false;
    if (result_given_ == result_count_) phase_ = Phase::command;
    return value;
}

void Fdc82077::write_data(std::uint8_t value) {
    if ((output_ & output_run) == 0) return;
    if (phase_ == Phase::transfer && work_ != Work::read) {
        buffer_[position_++] = std::byte{value};
        const std::size_t wanted = work_ == Work::format ? format_id_size : buffer_.size();
        if (position_ == wanted) burst_done();
    } else if (phase_ == Phase::command) {
        command_[command_count_++] = value;
        run_command();
    } else {
        log_.write(LogItem::guest_error, "{}: data {:02x} that nobody takes", name(), value);
    }
}

std::uint64_t Fdc82077::read(std::uint64_t offset, unsigned) {
    switch (offset) {
    case status_a_register: {
        unsigned status = status_a_one_drive;
        if (irq_level()) status |= status_a_interrupt;
        if (track_ != 0) status |= status_a_off_track_0;
        return status;
    }
    case status_b_register: return status_b_unused;
    case output_register: return output_;
    case tape_register: return tape_;
    case main_status_register: return main_status();
    case data_register: {
        const std::uint8_t value = read_data();
        update_irq();
        return value;
    }
    case input_register:
        return (output_ & drive_mask) == 0 && (changed_ || !medium_) ? input_disk_changed : 0;
    default: return 0;
    }
}

void Fdc82077::write(std::uint64_t offset, unsigned, std::uint64_t value) {
    const auto byte = static_cast<std::uint8_t>(value);
    switch (offset) {
    case output_register: {
        const bool ran = (output_ & output_run) != 0;
        output_ = byte;
        if (ran != ((output_ & output_run) != 0)) controller_reset();
        break;
    }
    case tape_register: tape_ = byte & drive_mask; break;
    case main_status_register:
        data_rate_ = byte & rate_mask;
        if (byte & rate_reset) controller_reset();
        break;
    case data_register: write_data(byte); break;
    case input_register: data_rate_ = byte & rate_mask; break;
    default:
        log_.write(LogItem::guest_error, "{}: write of {:02x} to read-only register {}", name(),
                   byte, offset);
    }
    update_irq();
}

// -- reset and state

// By software: the data rate, the head and a locked configuration stay.
void Fdc82077::controller_reset() {
    timer_.cancel();
    phase_ = Phase::command;
    work_ = Work::none;
    command_count_ = 0;
    seek_ended_ = false;
    if (!locked_) {
        configuration_ = 0;
        precompensation_ = 0;
    }
    // Held in reset, it says nothing; running again, it polls the drives and tells of them.
    const bool tells =
        (output_ & output_run) != 0 && (configuration_ & configuration_no_polling) == 0;
    resets_told_ = tells ? 0 : drive_count;
    interrupt_ = tells;
}

void Fdc82077::reset() {
    locked_ = false;
    output_ = output_after_reset;
    tape_ = 0;
    data_rate_ = rate_after_reset;
    specify_1_ = specify_2_ = perpendicular_ = 0;
    track_ = side_ = 0;
    changed_ = true;
    controller_reset();
    resets_told_ = drive_count;
    interrupt_ = false;
    update_irq();
}

void Fdc82077::visit(StateVisitor& state) {
    bool has_medium = medium_.has_value();
    state.field("has_medium", has_medium);
    if (has_medium != medium_.has_value())
        throw UserError("the snapshot was taken with " + std::string(has_medium ? "a" : "no") +
                        " floppy disk in drive '" + name() + "': start with the same disk");
    if (medium_) medium_->visit(state);
    state.field("output", output_);
    state.field("tape", tape_);
    state.field("data_rate", data_rate_);
    state.field("specify_1", specify_1_);
    state.field("specify_2", specify_2_);
    state.field("configuration", configuration_);
    state.field("precompensation", precompensation_);
    state.field("perpendicular", perpendicular_);
    state.field("seek_status", seek_status_);
    state.field("resets_told", resets_told_);
    state.field("command_count", command_count_);
    state.field("result_count", result_count_);
    state.field("result_given", result_given_);
    state.field("track", track_);
    state.field("side", side_);
    state.field("cylinder", cylinder_);
    state.field("head", head_);
    state.field("sector", sector_);
    state.field("to_format", to_format_);
    state.field("locked", locked_);
    state.field("changed", changed_);
    state.field("interrupt", interrupt_);
    state.field("seek_ended", seek_ended_);
    state.field("phase", phase_);
    state.field("work", work_);
    state.field("command", command_);
    state.field("result", result_);
    state.field("buffer", buffer_);
    state.field("position", position_);
    timer_.visit(state, "timer");
    if (!state.loading()) return;
    // Indices must not depend on a damaged file.
    command_count_ = std::min<std::uint8_t>(command_count_, longest_command - 1);
    result_count_ = std::clamp<std::uint8_t>(result_count_, 1, longest_result);
    result_given_ = std::min<std::uint8_t>(result_given_, result_count_ - 1);
    position_ = std::min<std::uint16_t>(
        position_, (work_ == Work::format ? format_id_size : FloppyMedium::sector_size) - 1);
    if (phase_ > Phase::result || work_ > Work::read_id || (phase_ == Phase::transfer && !medium_))
        controller_reset();
    irq_.restore(irq_level());
}

} // namespace vestige::hw
