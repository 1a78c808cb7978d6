// Rockwell R6522 data sheet (1984): register table, "Timer 1 operation", "Timer 2 operation",
// "Interrupt operation".
#include "hw/input/via6522.h"

#include "machine/core/state.h"

namespace vestige::hw {

namespace {

enum Register : unsigned {
    port_b,
    port_a,
    direction_b,
    direction_a,
    timer_1_counter_low,
    timer_1_counter_high,
    timer_1_latch_low,
    timer_1_latch_high,
    timer_2_counter_low,
    timer_2_counter_high,
    shift,
    auxiliary_control,
    peripheral_control,
    interrupt_flags,
    interrupt_enable,
    port_a_no_handshake,
};

constexpr std::uint8_t acr_timer_1_continuous = 0x40;
constexpr std::uint8_t acr_shift_out = 0x10;
constexpr std::uint8_t ier_set = 0x80;
constexpr std::uint8_t ifr_any = 0x80;

} // namespace

Via6522::Via6522(Scheduler& scheduler, IrqLine irq, std::uint64_t hertz, PortB port_b_reset,
                 ViaPeer& peer)
    : scheduler_(scheduler),
      irq_(irq),
      hertz_(hertz),
      port_b_reset_(port_b_reset),
      peer_(peer),
      timer_1_alarm_(scheduler, [this] { timer_1_due(); }),
      timer_2_alarm_(scheduler, [this] { timer_2_due(); }) {
    reset();
}

// -- timers

std::uint64_t Via6522::now_ticks() const { return time_to_ticks(scheduler_.now(), hertz_); }

bool Via6522::timer_1_continuous() const {
    return (auxiliary_control_ & acr_timer_1_continuous) != 0;
}

std::uint16_t Via6522::value(const Counter& counter) const {
    return static_cast<std::uint16_t>(counter.loaded - (now_ticks() - counter.load_tick));
}

// A counter interrupts when it passes zero, loaded + 1 ticks after its load. In continuous mode it
// is loaded again from the latch one tick later: a period of latch + 2.
void Via6522::catch_up_timer_1() {
    if (!timer_1_continuous()) return;
    const std::uint64_t reload_tick = timer_1_.load_tick + timer_1_.loaded + 2;
    const std::uint64_t now = now_ticks();
    if (now < reload_tick) return;
    const std::uint64_t period = std::uint64_t{timer_1_.latch} + 2;
    timer_1_.load_tick = reload_tick + (now - reload_tick) / period * period;
    timer_1_.loaded = timer_1_.latch;
}

void Via6522::timer_1_due() {
    timer_1_.expired = true;
    flags_ |= flag_timer_1;
    update_irq();
}

void Via6522::timer_2_due() {
    timer_2_.expired = true;
    flags_ |= flag_timer_2;
    update_irq();
}

// An alarm is set only while its flag is clear: a timer that nobody looks at costs nothing.
void Via6522::arm_timers() {
    const auto due = [&](const Counter& counter) {
        return ticks_to_time(counter.load_tick + counter.loaded + 1, hertz_);
    };
    const bool runs = timer_1_continuous() || !timer_1_.expired;
    if (!runs || (flags_ & flag_timer_1)) {
        timer_1_alarm_.cancel();
    } else {
        catch_up_timer_1();
        Time deadline = due(timer_1_);
        if (deadline <= scheduler_.now() &&
            timer_1_.expired) // between its interrupt and its reload
            deadline = ticks_to_time(timer_1_.load_tick + timer_1_.loaded + 2 + timer_1_.latch + 1,
                                     hertz_);
        timer_1_alarm_.arm_at(deadline);
    }
    if (timer_2_.expired || (flags_ & flag_timer_2))
        timer_2_alarm_.cancel();
    else
        timer_2_alarm_.arm_at(due(timer_2_));
}

// -- interrupts

void Via6522::update_irq() { irq_.set(irq_level()); }

void Via6522::clear_flags(unsigned flags) {
    flags_ &= static_cast<std::uint8_t>(~flags);
    if (flags & (flag_timer_1 | flag_timer_2)) arm_timers();
    update_irq();
}

void Via6522::pulse(Flag flag) {
    flags_ |= flag;
    update_irq();
}

// -- pins

std::uint8_t Via6522::port_b_pins() const {
    return static_cast<std::uint8_t>((output_b_ & direction_b_) | (input_b_ & ~direction_b_));
}

void Via6522::set_port_b_inputs(std::uint8_t mask, std::uint8_t level) {
    input_b_ = static_cast<std::uint8_t>((input_b_ & ~mask) | (level & mask));
}

bool Via6522::shifts_out() const { return (auxiliary_control_ & acr_shift_out) != 0; }

// -- read

std::uint8_t Via6522::read(unsigned index) {
    switch (index) {
    case port_b: return port_b_pins();
    case port_a:
    case port_a_no_handshake:
        return static_cast<std::uint8_t>((output_a_ & direction_a_) | (0xff & ~direction_a_));
    case direction_b: return direction_b_;
    case direction_a: return direction_a_;
    case timer_1_counter_low: {
        catch_up_timer_1();
        const auto low = static_cast<std::uint8_t>(value(timer_1_));
        clear_flags(flag_timer_1);
        return low;
    }
    case timer_1_counter_high:
        catch_up_timer_1();
        return static_cast<std::uint8_t>(value(timer_1_) >> 8);
    case timer_1_latch_low: return static_cast<std::uint8_t>(timer_1_.latch);
    case timer_1_latch_high: return static_cast<std::uint8_t>(timer_1_.latch >> 8);
    case timer_2_counter_low: {
        const auto low = static_cast<std::uint8_t>(value(timer_2_));
        clear_flags(flag_timer_2);
        return low;
    }
    case timer_2_counter_high: return static_cast<std::uint8_t>(value(timer_2_) >> 8);
    case shift: clear_flags(flag_shift); return shift_;
    case auxiliary_control: return auxiliary_control_;
    case peripheral_control: return peripheral_control_;
    case interrupt_flags: return static_cast<std::uint8_t>(flags_ | (irq_level() ? ifr_any : 0));
    default: return enabled_ | ier_set;
    }
}

// The counters run; a timer's flag comes with its alarm, which is set while the flag is clear.
bool Via6522::is_steady(unsigned index) { return index == port_b || index == interrupt_flags; }

// -- write

void Via6522::write(unsigned index, std::uint8_t value) {
    switch (index) {
    case port_b:
        output_b_ = value;
        peer_.port_b_written(port_b_pins());
        break;
    case port_a:
    case port_a_no_handshake: output_a_ = value; break;
    case direction_b:
        direction_b_ = value;
        peer_.port_b_written(port_b_pins());
        break;
    case direction_a: direction_a_ = value; break;
    case timer_1_counter_low:
    case timer_1_latch_low:
        catch_up_timer_1();
        timer_1_.latch = static_cast<std::uint16_t>((timer_1_.latch & 0xff00) | value);
        break;
    case timer_1_counter_high:
        timer_1_.latch = static_cast<std::uint16_t>((timer_1_.latch & 0xff) | value << 8);
        timer_1_.loaded = timer_1_.latch;
        timer_1_.load_tick = now_ticks();
        timer_1_.expired = false;
        clear_flags(flag_timer_1);
        break;
    case timer_1_latch_high:
        catch_up_timer_1();
        timer_1_.latch = static_cast<std::uint16_t>((timer_1_.latch & 0xff) | value << 8);
        clear_flags(flag_timer_1);
        break;
    case timer_2_counter_low:
        timer_2_.latch = static_cast<std::uint16_t>((timer_2_.latch & 0xff00) | value);
        break;
    case timer_2_counter_high:
        timer_2_.latch = static_cast<std::uint16_t>((timer_2_.latch & 0xff) | value << 8);
        timer_2_.loaded = timer_2_.latch;
        timer_2_.load_tick = now_ticks();
        timer_2_.expired = false;
        clear_flags(flag_timer_2);
        break;
    case shift:
        shift_ = value;
        clear_flags(flag_shift);
        break;
    case auxiliary_control:
        catch_up_timer_1();
        auxiliary_control_ = value;
        arm_timers();
        break;
    case peripheral_control: peripheral_control_ = value; break;
    case interrupt_flags: clear_flags(value & 0x7fu); break;
    default:
        if (value & ier_set)
            enabled_ |= value & 0x7f;
        else
            enabled_ &= static_cast<std::uint8_t>(~value);
        update_irq();
        break;
    }
}

// -- reset and state

void Via6522::reset() {
    output_a_ = direction_a_ = 0;
    output_b_ = port_b_reset_.level;
    direction_b_ = port_b_reset_.direction;
    input_b_ = 0xff;
    shift_ = auxiliary_control_ = peripheral_control_ = 0;
    flags_ = enabled_ = 0;
    timer_1_ = Counter{.load_tick = now_ticks()};
    timer_2_ = Counter{.load_tick = now_ticks()};
    arm_timers();
    update_irq();
}

void Via6522::visit(StateVisitor& state) {
    state.field("output_a", output_a_);
    state.field("direction_a", direction_a_);
    state.field("output_b", output_b_);
    state.field("direction_b", direction_b_);
    state.field("input_b", input_b_);
    state.field("shift", shift_);
    state.field("auxiliary_control", auxiliary_control_);
    state.field("peripheral_control", peripheral_control_);
    state.field("flags", flags_);
    state.field("enabled", enabled_);
    for (Counter* counter : {&timer_1_, &timer_2_}) {
        state.field("latch", counter->latch);
        state.field("loaded", counter->loaded);
        state.field("load_tick", counter->load_tick);
        state.field("expired", counter->expired);
    }
    timer_1_alarm_.visit(state, "timer_1");
    timer_2_alarm_.visit(state, "timer_2");
    if (state.loading()) irq_.restore(irq_level());
}

} // namespace vestige::hw
