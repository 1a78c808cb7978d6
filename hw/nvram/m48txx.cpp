// Source: STMicroelectronics, M48T08/M48T18 data sheet, "Clock operations" and table 4 (register
// map).
#include "hw/nvram/m48txx.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "machine/core/state.h"

namespace vestige::hw {

namespace {

// The last eight bytes.
enum ClockRegister : std::size_t {
    control_register,
    seconds_register,
    minutes_register,
    hours_register,
    weekday_register,
    day_register,
    month_register,
    year_register,
};

enum Control : std::uint8_t {
    control_write = 0x80, // holds the registers, and sets the counters from them when it is cleared
    control_read = 0x40,  // holds the registers
};

constexpr std::uint8_t seconds_stop = 0x80;
constexpr std::uint8_t weekday_flags = 0x78; // frequency test and, where there is one, the century

constexpr std::int64_t day_seconds = 24 * 60 * 60;

constexpr std::size_t bytes_of(M48txx::Kind kind) {
    return kind == M48txx::Kind::m48t02 ? 0x800 : 0x2000;
}

std::uint8_t to_bcd(unsigned value) {
    return static_cast<std::uint8_t>(value / 10 << 4 | value % 10);
}

// Whatever digits the guest wrote, within the range that the counter has.
unsigned from_bcd(unsigned value, unsigned least, unsigned most) {
    return std::clamp((value >> 4) * 10 + (value & 15), least, most);
}

// Sunday is 0.
unsigned weekday_of(std::int64_t days) { return static_cast<unsigned>((days % 7 + 7 + 4) % 7); }

std::int64_t floor_days(std::int64_t seconds) {
    return (seconds - (seconds < 0 ? day_seconds - 1 : 0)) / day_seconds;
}

} // namespace

M48txx::M48txx(std::string name, Kind kind, const Scheduler& scheduler, TimeOfDay time, Log& log)
    : Device(std::move(name)),
      scheduler_(scheduler),
      base_year_(time.base_year),
      log_(log),
      contents_(bytes_of(kind)),
      set_seconds_(time.seconds),
      set_at_(scheduler.now()) {}

// -- the clock

std::int64_t M48txx::seconds() const {
    return stopped_ ? set_seconds_ : set_seconds_ + (scheduler_.now() - set_at_) / second;
}

M48txx::ClockRegisters M48txx::from_counters() const {
    const std::int64_t now = seconds();
    const std::int64_t days = floor_days(now);
    const auto of_day = static_cast<unsigned>(now - days * day_seconds);
    const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{days}}};
    const int years = (static_cast<int>(date.year()) - base_year_) % 100;
    ClockRegisters registers{};
    registers[control_register] = control_;
    registers[seconds_register] =
        static_cast<std::uint8_t>(to_bcd(of_day % 60) | (stopped_ ? seconds_stop : 0));
    registers[minutes_register] = to_bcd(of_day / 60 % 60);
    registers[hours_register] = to_bcd(of_day / 3600);
    registers[weekday_register] =
        static_cast<std::uint8_t>(1 + (weekday_of(days) + weekday_offset_) % 7 + flags_);
    registers[day_register] = to_bcd(static_cast<unsigned>(date.day()));
    registers[month_register] = to_bcd(static_cast<unsigned>(date.month()));
    registers[year_register] = to_bcd(static_cast<unsigned>(years < 0 ? years + 100 : years));
    return registers;
}

void M48txx::to_counters(const ClockRegisters& registers) {
    const unsigned day = from_bcd(registers[day_register] & 0x3f, 1, 31);
    const unsigned month = from_bcd(registers[month_register] & 0x1f, 1, 12);
    const int year = base_year_ + static_cast<int>(from_bcd(registers[year_register], 0, 99));
    // A day that the month does not have is one of the next month.
    const std::chrono::sys_days first{std::chrono::year{year} / static_cast<int>(month) / 1};
    const std::int64_t days = first.time_since_epoch().count() + day - 1;
    set_seconds_ = days * day_seconds + from_bcd(registers[hours_register] & 0x3f, 0, 23) * 3600 +
                   from_bcd(registers[minutes_register] & 0x7f, 0, 59) * 60 +
                   from_bcd(registers[seconds_register] & 0x7f, 0, 59);
    set_at_ = scheduler_.now();
    stopped_ = (registers[seconds_register] & seconds_stop) != 0;
    const unsigned weekday = ((registers[weekday_register] & 7) + 6) % 7; // Sunday is 0 again
    weekday_offset_ = static_cast<std::uint8_t>((weekday + 7 - weekday_of(days)) % 7);
    flags_ = registers[weekday_register] & weekday_flags;
}

void M48txx::write_control(std::uint8_t value) {
    constexpr unsigned holds = control_write | control_read;
    const std::uint8_t before = std::exchange(control_, value);
    if ((before & holds) == 0 && (value & holds) != 0) held_ = from_counters();
    if ((before & control_write) && !(value & control_write)) to_counters(held_);
}

void M48txx::write_clock(std::size_t index, std::uint8_t value) {
    if (index == control_register)
        write_control(value);
    else if (control_ & control_write)
        held_[index] = value;
    else
        log_.write(LogItem::guest_error,
                   "{}: write of {:#x} to clock register {} without its "
                   "write bit",
                   name(), value, index);
}

// -- the bytes

std::uint64_t M48txx::read(std::uint64_t offset, unsigned) {
    if (offset < clock_offset()) return std::to_integer<std::uint64_t>(contents_[offset]);
    const std::size_t index = offset - clock_offset();
    if (index == control_register) return control_;
    return (control_ & (control_write | control_read)) ? held_[index] : from_counters()[index];
}

void M48txx::write(std::uint64_t offset, unsigned, std::uint64_t value) {
    if (offset >= clock_offset()) {
        write_clock(offset - clock_offset(), static_cast<std::uint8_t>(value));
        return;
    }
    contents_[offset] = static_cast<std::byte>(value);
    if (observer_) observer_(offset);
}

void M48txx::visit(StateVisitor& state) {
    state.bytes("contents", contents_);
    state.field("set_seconds", set_seconds_);
    state.field("set_at", set_at_);
    state.field("stopped", stopped_);
    state.field("weekday_offset", weekday_offset_);
    state.field("flags", flags_);
    state.field("control", control_);
    state.field("held", held_);
}

} // namespace vestige::hw
