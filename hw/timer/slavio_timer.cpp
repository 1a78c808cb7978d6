// Sources: NCR, NCR89C105 Chip Specification (1996), chapter on the counter/timers; Linux
// arch/sparc/kernel/sun4m_irq.c and time_32.c, which expect a limit of (n + 1) << 9 to give n
// steps.
#include "hw/timer/slavio_timer.h"

#include <algorithm>
#include <utility>

#include "common/assertion.h"
#include "common/bits.h"
#include "machine/core/state.h"

namespace vestige::hw {

namespace {

enum Register : std::uint64_t {
    limit_register = 0x0,      // a user timer's high half
    count_register = 0x4,      // and its low half
    limit_only_register = 0x8, // sets the limit and lets the count be
    run_register = 0xc,        // of a CPU's: bit 0, a user timer runs
    mode_register = 0x10,      // of the system's: a bit for each CPU, its counter is a user timer
};

constexpr std::uint32_t reached_bit = 0x80000000;
constexpr unsigned step_shift = 9;
constexpr std::uint32_t value_bits = 0x7ffffe00;
constexpr std::uint64_t counter_steps = 1 << 22;
constexpr unsigned low_steps = 32 - step_shift; // of a user timer, in its low half
constexpr std::uint64_t user_steps = std::uint64_t{1} << 54;

enum class Mode : std::uint8_t { counter, user };
enum class Part : std::uint8_t { system, cpu };

} // namespace

class SlavioTimer::Counter final : public MmioHandler {
  public:
    Counter(SlavioTimer& owner, Part part, Scheduler& scheduler, IrqLine irq, Log& log)
        : owner_(owner),
          part_(part),
          scheduler_(scheduler),
          irq_(irq),
          log_(log),
          alarm_(scheduler, [this] { update(); }) {}

    std::uint64_t read(std::uint64_t offset, unsigned size) override;
    void write(std::uint64_t offset, unsigned size, std::uint64_t value) override;

    Mode mode() const { return mode_; }
    void set_mode(Mode mode);
    void reset();
    void visit(StateVisitor& state);

  private:
    std::uint64_t now() const { return time_to_ticks(scheduler_.now(), hertz); }
    // Of a round from zero to the limit. The hardware starts again at one step: a limit of one step
    // or none would never be left.
    std::uint64_t period() const { return std::max<std::uint64_t>(limit_ >> step_shift, 2) - 1; }
    std::uint64_t steps() const { return running() ? now() - origin_ : held_; }
    bool running() const { return mode_ == Mode::counter || run_; }
    void set_steps(std::uint64_t steps);
    void settle();
    void update();

    SlavioTimer& owner_;
    const Part part_;
    Scheduler& scheduler_;
    IrqLine irq_;
    Log& log_;
    Timer alarm_;

    Mode mode_ = Mode::counter;
    std::uint32_t limit_ = 0;
    std::uint64_t origin_ = 0; // when the count was zero, in steps since power-on
    bool past_limit_ = false;  // the limit was moved below the count, which runs to its end
    bool reached_ = false;
    bool run_ = true;
    std::uint64_t held_ = 0; // the count of a user timer that does not run
};

// -- counting

void SlavioTimer::Counter::set_steps(std::uint64_t steps) {
    origin_ = now() - steps;
    held_ = steps;
    past_limit_ = false;
}

// Brings the count into its range.
void SlavioTimer::Counter::settle() {
    if (!running()) return;
    std::uint64_t steps = now() - origin_;
    if (mode_ == Mode::user) {
        if (steps < user_steps) return;
        origin_ += user_steps;
        reached_ = true;
        return;
    }
    if (past_limit_) {
        if (steps < counter_steps) return;
        origin_ += counter_steps;
        steps -= counter_steps;
        past_limit_ = false;
    }
    const std::uint64_t round = limit_ == 0 ? counter_steps : period();
    if (steps < round) return;
    origin_ += steps / round * round;
    if (limit_ == 0) return;
    // A host that is late by more than half a round (under its own clock) does not leave the rest
    // of the round for the interrupt: it would come after the limit is reached again, and Linux,
    // which adds the count to the limits that it has seen, would see time run backwards.
    if (!reached_ && steps - round > round / 2) origin_ = now();
    reached_ = true;
}

// Reached limits are not counted: while one waits to be read, no alarm is needed.
void SlavioTimer::Counter::update() {
    settle();
    irq_.set(mode_ == Mode::counter && reached_);
    if (mode_ == Mode::user || limit_ == 0 || reached_)
        alarm_.cancel();
    else
        alarm_.arm_at(ticks_to_time(origin_ + (past_limit_ ? counter_steps : 0) + period(), hertz));
}

void SlavioTimer::Counter::set_mode(Mode mode) {
    if (mode == mode_) return;
    mode_ = mode;
    limit_ = 0;
    reached_ = false;
    set_steps(0);
    update();
}

// -- registers

std::uint64_t SlavioTimer::Counter::read(std::uint64_t offset, unsigned) {
    update();
    const std::uint32_t reached = reached_ ? reached_bit : 0;
    switch (offset) {
    case limit_register:
        if (mode_ == Mode::user) return steps() >> low_steps | reached;
        reached_ = false;
        update();
        return limit_;
    case count_register:
        if (mode_ == Mode::user) return static_cast<std::uint32_t>(steps() << step_shift);
        return (steps() << step_shift & value_bits) | reached;
    case run_register: return part_ == Part::cpu && run_ ? 1 : 0;
    case mode_register: {
        std::uint32_t modes = 0;
        for (unsigned i = 0; i < max_cpus; ++i)
            if (owner_.counters_[1 + i]->mode() == Mode::user) modes |= 1u << i;
        return modes;
    }
    default: return 0;
    }
}

void SlavioTimer::Counter::write(std::uint64_t offset, unsigned, std::uint64_t value) {
    update();
    const auto word = static_cast<std::uint32_t>(value);
    const bool is_user = mode_ == Mode::user;
    constexpr std::uint64_t low_mask = (std::uint64_t{1} << low_steps) - 1;
    if (offset == limit_register && is_user) {
        set_steps(std::uint64_t{word & ~reached_bit} << low_steps | (steps() & low_mask));
        reached_ = false;
    } else if (offset == count_register && is_user) {
        set_steps((steps() & ~low_mask) | word >> step_shift);
        reached_ = false;
    } else if (offset == limit_register) {
        limit_ = word & value_bits;
        reached_ = false;
        set_steps(0);
    } else if (offset == limit_only_register && !is_user) {
        limit_ = word & value_bits;
        past_limit_ = limit_ != 0 && steps() >= period();
    } else if (offset == run_register && part_ == Part::cpu) {
        const std::uint64_t count = steps();
        run_ = (word & 1) != 0;
        if (is_user) set_steps(count);
    } else if (offset == mode_register) {
        owner_.set_modes(word);
    } else {
        log_.write(LogItem::guest_error, "{}: write of {:#x} to read-only register {:#x}",
                   owner_.name(), value, offset);
    }
    update();
}

void SlavioTimer::set_modes(std::uint32_t modes) {
    for (unsigned i = 0; i < max_cpus; ++i)
        counters_[1 + i]->set_mode(bit(modes, i) ? Mode::user : Mode::counter);
}

// -- reset and state

void SlavioTimer::Counter::reset() {
    mode_ = Mode::counter;
    limit_ = 0;
    reached_ = false;
    run_ = true;
    set_steps(0);
    update();
}

void SlavioTimer::Counter::visit(StateVisitor& state) {
    state.field("mode", mode_);
    state.field("limit", limit_);
    state.field("origin", origin_);
    state.field("past_limit", past_limit_);
    state.field("reached", reached_);
    state.field("run", run_);
    state.field("held", held_);
    alarm_.visit(state, "alarm");
    if (state.loading()) irq_.restore(mode_ == Mode::counter && reached_);
}

SlavioTimer::SlavioTimer(std::string name, Scheduler& scheduler, IrqLine system,
                         const std::vector<IrqLine>& cpus, Log& log)
    : Device(std::move(name)) {
    VESTIGE_ASSERT(cpus.size() <= max_cpus);
    counters_[0] = std::make_unique<Counter>(*this, Part::system, scheduler, system, log);
    for (std::size_t i = 0; i < max_cpus; ++i)
        counters_[1 + i] = std::make_unique<Counter>(
            *this, Part::cpu, scheduler, i < cpus.size() ? cpus[i] : IrqLine::unconnected(), log);
}

SlavioTimer::~SlavioTimer() = default;

MmioHandler& SlavioTimer::system_registers() { return *counters_[0]; }

MmioHandler& SlavioTimer::cpu_registers(unsigned cpu) {
    VESTIGE_ASSERT(cpu < max_cpus);
    return *counters_[1 + cpu];
}

void SlavioTimer::reset() {
    for (const auto& counter : counters_)
        counter->reset();
}

void SlavioTimer::visit(StateVisitor& state) {
    for (const auto& counter : counters_)
        counter->visit(state);
}

} // namespace vestige::hw
