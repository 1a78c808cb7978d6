#include "hw/timer/gptimer.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "common/assertion.h"
#include "machine/core/state.h"

namespace vestige::hw {

namespace {

enum Register : std::uint64_t {
    scaler_value = 0x00,
    scaler_reload = 0x04,
    configuration = 0x08,
    first_counter = 0x10, // 16 bytes a timer: value, reload, control
};
constexpr std::uint64_t counter_size = 0x10;
enum CounterRegister : std::uint64_t {
    counter_value = 0x0,
    counter_reload = 0x4,
    counter_control = 0x8
};

enum Control : std::uint32_t {
    control_enable = 1 << 0,
    control_restart = 1 << 1,
    control_load = 1 << 2, // reads as zero
    control_interrupt = 1 << 3,
    control_pending = 1 << 4, // a one clears it
    control_chain = 1 << 5,
};
constexpr std::uint32_t control_kept =
    control_enable | control_restart | control_interrupt | control_chain;

constexpr unsigned configuration_interrupt_low = 3;
constexpr std::uint32_t configuration_separate = 1 << 8; // a line each timer
constexpr std::uint32_t configuration_no_freeze = 1 << 9;

constexpr std::uint32_t scaler_mask = 0xffff;
constexpr std::uint64_t no_tick = std::numeric_limits<std::uint64_t>::max();

std::uint64_t saturate(unsigned __int128 ticks) {
    return ticks < no_tick ? static_cast<std::uint64_t>(ticks) : no_tick;
}

} // namespace

GpTimer::GpTimer(std::string name, Scheduler& scheduler, std::uint64_t hertz,
                 unsigned first_interrupt, std::vector<IrqLine> outputs)
    : Device(std::move(name)),
      scheduler_(scheduler),
      hertz_(hertz),
      first_interrupt_(first_interrupt),
      outputs_(std::move(outputs)),
      event_(scheduler, [this] {
          catch_up();
          schedule();
      }) {
    VESTIGE_ASSERT(!outputs_.empty() && outputs_.size() <= most_timers);
    reset();
}

// -- time

// Bus cycles since start_, with those of the prescaler's round that was under way.
std::uint64_t GpTimer::cycles() const {
    return time_to_ticks(scheduler_.now() - start_, hertz_) + start_skip_;
}

bool GpTimer::chained(unsigned index) const {
    return index > 0 && (counters_[index].control & control_chain);
}

// Counts down by `steps` and returns how often the counter went below zero.
std::uint64_t GpTimer::decrement(Counter& counter, std::uint64_t steps) const {
    if (!(counter.control & control_enable)) return 0;
    if (steps <= counter.value) {
        counter.value -= static_cast<std::uint32_t>(steps);
        return 0;
    }
    if (!(counter.control & control_restart)) {
        counter.value = ~0u;
        counter.control &= ~std::uint32_t{control_enable};
        return 1;
    }
    const std::uint64_t beyond = steps - counter.value - 1;
    const std::uint64_t round = std::uint64_t{counter.reload} + 1;
    counter.value = static_cast<std::uint32_t>(counter.reload - beyond % round);
    return 1 + beyond / round;
}

void GpTimer::catch_up() {
    const std::uint64_t now = cycles() / divisor();
    const std::uint64_t ticks = now - ticks_done_;
    ticks_done_ = now;
    if (ticks == 0) return;
    std::uint64_t before = 0; // underflows of the timer before
    for (unsigned i = 0; i < outputs_.size(); ++i) {
        Counter& counter = counters_[i];
        before = decrement(counter, chained(i) ? before : ticks);
        if (before == 0 || !(counter.control & control_interrupt)) continue;
        counter.control |= control_pending;
        outputs_[i].set(true);
        outputs_[i].set(false);
    }
}

std::uint64_t GpTimer::ticks_until(unsigned index, std::uint64_t count) const {
    const Counter& counter = counters_[index];
    if (!(counter.control & control_enable)) return no_tick;
    if (count > 1 && !(counter.control & control_restart)) return no_tick;
    const auto steps =
        static_cast<unsigned __int128>(counter.value) + 1 +
        static_cast<unsigned __int128>(count - 1) * (std::uint64_t{counter.reload} + 1);
    const std::uint64_t whole = saturate(steps);
    if (whole == no_tick) return no_tick;
    return chained(index) ? ticks_until(index - 1, whole) : whole;
}

void GpTimer::schedule() {
    std::uint64_t next = no_tick;
    for (unsigned i = 0; i < outputs_.size(); ++i)
        if (counters_[i].control & control_interrupt) next = std::min(next, ticks_until(i, 1));
    if (next == no_tick) {
        event_.cancel();
        return;
    }
    const auto cycle = saturate((static_cast<unsigned __int128>(next) + ticks_done_) * divisor());
    const Time delay = ticks_to_time(cycle - std::min(cycle, start_skip_), hertz_);
    event_.arm_at(delay > never - start_ ? never : start_ + delay);
}

// The counters have caught up.
void GpTimer::set_scaler(std::uint32_t value, std::uint32_t reload) {
    scaler_reload_ = reload & scaler_mask;
    start_ = scheduler_.now();
    start_skip_ = scaler_reload_ - std::min(value & scaler_mask, scaler_reload_);
    ticks_done_ = 0;
}

// -- read

std::uint64_t GpTimer::read(std::uint64_t offset, unsigned) {
    catch_up();
    switch (offset) {
    case scaler_value: return scaler_reload_ - cycles() % divisor();
    case scaler_reload: return scaler_reload_;
    case configuration:
        return outputs_.size() | first_interrupt_ << configuration_interrupt_low |
               configuration_separate | configuration_no_freeze;
    default: break;
    }
    if (offset < first_counter) return 0;
    const std::uint64_t index = (offset - first_counter) / counter_size;
    if (index >= outputs_.size()) return 0;
    const Counter& counter = counters_[index];
    switch (offset % counter_size) {
    case counter_value: return counter.value;
    case counter_reload: return counter.reload;
    case counter_control: return counter.control;
    default: return 0;
    }
}

// -- write

void GpTimer::write_control(unsigned index, std::uint32_t value) {
    Counter& counter = counters_[index];
    const std::uint32_t pending = counter.control & control_pending & ~value;
    counter.control = (value & control_kept) | pending;
    if (value & control_load) counter.value = counter.reload;
}

void GpTimer::write(std::uint64_t offset, unsigned, std::uint64_t value) {
    const auto word = static_cast<std::uint32_t>(value);
    catch_up();
    if (offset == scaler_value) {
        set_scaler(word, scaler_reload_);
    } else if (offset == scaler_reload) {
        set_scaler(word, word);
    } else if (offset >= first_counter) {
        const auto index = static_cast<unsigned>((offset - first_counter) / counter_size);
        if (index >= outputs_.size()) return;
        switch (offset % counter_size) {
        case counter_value: counters_[index].value = word; break;
        case counter_reload: counters_[index].reload = word; break;
        case counter_control: write_control(index, word); break;
        default: break;
        }
    }
    schedule();
}

// -- reset and state

void GpTimer::reset() {
    counters_ = {};
    set_scaler(scaler_mask, scaler_mask);
    schedule();
}

void GpTimer::visit(StateVisitor& state) {
    for (Counter& counter : counters_) {
        state.field("value", counter.value);
        state.field("reload", counter.reload);
        state.field("control", counter.control);
    }
    state.field("scaler_reload", scaler_reload_);
    state.field("start", start_);
    state.field("start_skip", start_skip_);
    state.field("ticks_done", ticks_done_);
    event_.visit(state, "event");
    if (!state.loading()) return;
    // What no machine of ours has saved: a prescaler that starts in the future.
    start_ = std::clamp<Time>(start_, 0, scheduler_.now());
    scaler_reload_ &= scaler_mask;
    start_skip_ = std::min<std::uint64_t>(start_skip_, scaler_reload_);
    ticks_done_ = std::min(ticks_done_, cycles() / divisor());
}

} // namespace vestige::hw
