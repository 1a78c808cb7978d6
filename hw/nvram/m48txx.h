// Timekeeper RAMs of the M48Txx family (Mostek MK48Txx, ST M48Txx): battery-backed bytes of which
// the last eight are a clock.
//
// What is simplified: the calibration bits are kept and change nothing, and so are the alarm and
// watchdog registers of the M48T59, which never go off. The clock counts whole seconds.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "common/log.h"
#include "machine/core/device.h"
#include "machine/core/mmio.h"
#include "machine/core/scheduler.h"

namespace vestige::hw {

class M48txx final : public Device, public MmioHandler {
  public:
    enum class Kind : std::uint8_t { m48t02, m48t08, m48t59 };
    static constexpr MmioTraits traits{.endian = Endian::big, .min_size = 1, .max_size = 1};

    struct TimeOfDay {
        std::int64_t seconds; // since 1970-01-01 00:00 UTC, at power-on
        int base_year;        // what the clock's year 00 means: 1968 on Suns
    };

    M48txx(std::string name, Kind kind, const Scheduler& scheduler, TimeOfDay time, Log& log);

    std::uint64_t size() const { return contents_.size(); }

    // The bytes without the clock's. Filled before the machine runs; the observer hears of each
    // byte that the guest changes (its offset).
    std::span<std::byte> contents() { return std::span(contents_).first(clock_offset()); }
    void set_observer(std::function<void(std::size_t)> observer) {
        observer_ = std::move(observer);
    }

    std::uint64_t read(std::uint64_t offset, unsigned size) override;
    void write(std::uint64_t offset, unsigned size, std::uint64_t value) override;
    void reset() override {} // it has a battery
    void visit(StateVisitor& state) override;

  private:
    static constexpr std::size_t clock_size = 8;
    using ClockRegisters = std::array<std::uint8_t, clock_size>;

    std::size_t clock_offset() const { return contents_.size() - clock_size; }
    std::int64_t seconds() const;
    ClockRegisters from_counters() const;
    void to_counters(const ClockRegisters& registers);
    void write_control(std::uint8_t value);
    void write_clock(std::size_t index, std::uint8_t value);

    const Scheduler& scheduler_;
    const int base_year_;
    Log& log_;
    std::vector<std::byte> contents_;
    std::function<void(std::size_t)> observer_;

    std::int64_t set_seconds_; // what the clock showed
    Time set_at_;              // at this time of the machine
    bool stopped_ = false;
    std::uint8_t weekday_offset_ = 0; // the day of the week is a counter of its own
    std::uint8_t flags_ = 0;          // the register bits that count nothing
    std::uint8_t control_ = 0;
    ClockRegisters held_{}; // while the control register holds them
};

} // namespace vestige::hw
