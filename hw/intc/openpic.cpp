// Source: "The Open Programmable Interrupt Controller (PIC) Register Interface Specification",
// revision 1.2 (AMD and Cyrix, 1995), here "OpenPIC"; Linux arch/powerpc/sysdev/mpic.c for what
// KeyLargo does.
#include "hw/intc/openpic.h"

#include <utility>

#include "common/assertion.h"
#include "common/bits.h"
#include "machine/core/state.h"

namespace vestige::hw {

namespace {

// Register blocks.
constexpr std::uint64_t cpu_mirror = 0x40, cpu_mirror_end = 0xc0; // of the CPU that asks
constexpr std::uint64_t timers_base = 0x1100, timers_end = 0x1200;
constexpr std::uint64_t sources_base = 0x10000, sources_end = 0x20000;
constexpr std::uint64_t cpu_base = 0x20000, cpu_end = 0x21000;

// Global registers.
enum Global : std::uint64_t {
    feature = 0x1000,
    configuration = 0x1020,
    vendor = 0x1080,
    processor_init = 0x1090,
    ipi_vectors = 0x10a0, // to 10D0
    spurious = 0x10e0,
    timer_frequency = 0x10f0,
};
constexpr std::uint32_t version_1_2 = 2;
constexpr std::uint32_t configuration_reset = 0x80000000;
constexpr std::uint32_t configuration_mixed = 0x20000000;
// Counts of the timers a second; the register is the firmware's to fill, KeyLargo starts it with
// this.
constexpr std::uint32_t timer_hertz = 4'166'666;
constexpr std::uint32_t timer_frequency_at_reset = 4'160'000;

// Vector/priority registers.
constexpr std::uint32_t vp_mask = 0x80000000;
constexpr std::uint32_t vp_activity = 0x40000000;
constexpr std::uint32_t vp_polarity = 0x00800000;
constexpr std::uint32_t vp_sense_level = 0x00400000;
constexpr std::uint32_t vp_priority = 0x000f0000;
constexpr std::uint32_t vp_vector = 0x000000ff;
constexpr std::uint32_t vp_writable =
    vp_mask | vp_polarity | vp_sense_level | vp_priority | vp_vector;

// Timer registers, by the offset in the timer's 40h bytes, and their bits.
enum TimerRegister : std::uint64_t {
    current_count = 0x00,
    base_count = 0x10,
    timer_vector = 0x20,
    timer_destination = 0x30,
};
constexpr std::uint32_t count_inhibit = 0x80000000; // of the base count
constexpr std::uint32_t count_toggle = 0x80000000;  // of the current count
constexpr std::uint32_t count_bits = 0x7fffffff;

// The CPU's registers, by the offset in its page.
enum CpuRegister : std::uint64_t {
    ipi_dispatch = 0x40, // to 70
    current_task_priority = 0x80,
    who_am_i = 0x90,
    interrupt_acknowledge = 0xa0,
    end_of_interrupt_register = 0xb0,
};

constexpr std::uint32_t this_cpu = 1;         // in destinations
constexpr std::uint32_t nothing = 0xffffffff; // what an undefined register reads

unsigned priority(std::uint32_t vector_priority) { return bits(vector_priority, 16, 4); }

} // namespace

OpenPic::OpenPic(std::string name, Scheduler& scheduler, IrqLine cpu, Log& log)
    : Device(std::move(name)), scheduler_(scheduler), cpu_(cpu), log_(log) {
    for (unsigned i = 0; i < timers; ++i)
        timers_[i].alarm = std::make_unique<Timer>(scheduler, [this, i] { timer_expired(i); });
    reset();
}

// -- delivery

bool OpenPic::pending(const Source& source) const {
    return (source.vector_priority & vp_sense_level) != 0 ? source.level : source.latched;
}

int OpenPic::next_source() const {
    int best = -1;
    for (unsigned i = 0; i < sources; ++i) {
        const Source& source = sources_[i];
        if (!pending(source) || (source.vector_priority & vp_mask) != 0 ||
            (source.destination & this_cpu) == 0)
            continue;
        // Of equal priorities the lower number goes first; one being served waits for its own end.
        if (best < 0 || priority(source.vector_priority) >
                            priority(sources_[static_cast<unsigned>(best)].vector_priority))
            best = static_cast<int>(i);
    }
    return best;
}

int OpenPic::served_source() const {
    int best = -1;
    for (unsigned i = 0; i < sources; ++i)
        if (sources_[i].in_service &&
            (best < 0 || priority(sources_[i].vector_priority) >
                             priority(sources_[static_cast<unsigned>(best)].vector_priority)))
            best = static_cast<int>(i);
    return best;
}

bool OpenPic::deliverable(int source) const {
    if (source < 0) return false;
    const unsigned wanted = priority(sources_[static_cast<unsigned>(source)].vector_priority);
    const int served = served_source();
    return wanted > task_priority_ &&
           (served < 0 ||
            wanted > priority(sources_[static_cast<unsigned>(served)].vector_priority));
}

void OpenPic::update() { cpu_.set(deliverable(next_source())); }

void OpenPic::set_irq(unsigned input, bool level) {
    VESTIGE_ASSERT(input < inputs);
    Source& source = sources_[input];
    if (level && !source.level && (source.vector_priority & vp_sense_level) == 0)
        source.latched = true;
    source.level = level;
    update();
}

void OpenPic::raise_edge(unsigned source) {
    sources_[source].latched = true;
    update();
}

std::uint32_t OpenPic::acknowledge() {
    const int next = next_source();
    if (!deliverable(next)) return spurious_vector_;
    Source& source = sources_[static_cast<unsigned>(next)];
    source.latched = false;
    source.in_service = true;
    update();
    return source.vector_priority & vp_vector;
}

void OpenPic::end_of_interrupt() {
    const int served = served_source();
    if (served < 0) {
        log_.write(LogItem::guest_error, "{}: end of interrupt with none being served", name());
        return;
    }
    sources_[static_cast<unsigned>(served)].in_service = false;
    update();
}

// -- sources

std::uint32_t OpenPic::read_vector_priority(unsigned index) const {
    const Source& source = sources_[index];
    const bool requested = pending(source) && (source.vector_priority & vp_mask) == 0;
    return source.vector_priority | (requested || source.in_service ? vp_activity : 0);
}

void OpenPic::write_vector_priority(unsigned index, std::uint32_t value) {
    Source& source = sources_[index];
    // Interprocessor interrupts and timers are edges by nature.
    source.vector_priority =
        value & (index < inputs ? vp_writable : vp_writable & ~(vp_sense_level | vp_polarity));
    if ((source.vector_priority & vp_sense_level) != 0) source.latched = false;
    update();
}

// -- timers

void OpenPic::timer_expired(unsigned index) {
    IntervalTimer& timer = timers_[index];
    timer.toggle = !timer.toggle;
    timer.alarm->arm_in(ticks_to_time(timer.base_count & count_bits, timer_hertz));
    raise_edge(first_timer + index);
}

std::uint32_t OpenPic::read_timer(std::uint64_t offset) const {
    const auto index = static_cast<unsigned>((offset - timers_base) / 0x40);
    const IntervalTimer& timer = timers_[index];
    switch (offset & 0x30) {
    case current_count: {
        const Time left = timer.alarm->deadline() - scheduler_.now();
        const std::uint32_t count =
            !timer.alarm->armed() ? timer.stopped_count
            : left < 0            ? 0
                                  : static_cast<std::uint32_t>(time_to_ticks(left, timer_hertz));
        return (count & count_bits) | (timer.toggle ? count_toggle : 0);
    }
    case base_count: return timer.base_count;
    case timer_vector: return read_vector_priority(first_timer + index);
    default: return sources_[first_timer + index].destination;
    }
}

void OpenPic::write_timer(std::uint64_t offset, std::uint32_t value) {
    const auto index = static_cast<unsigned>((offset - timers_base) / 0x40);
    IntervalTimer& timer = timers_[index];
    switch (offset & 0x30) {
    case current_count: log_unknown("write to", offset); break;
    case base_count: {
        const bool was_inhibited = (timer.base_count & count_inhibit) != 0;
        const bool inhibited = (value & count_inhibit) != 0;
        if (inhibited && !was_inhibited) {
            timer.stopped_count = read_timer(timers_base + index * 0x40) & count_bits;
            timer.alarm->cancel();
        } else if (!inhibited && was_inhibited) {
            timer.toggle = false;
            timer.stopped_count = value & count_bits;
            // A count of zero would interrupt without end.
            if ((value & count_bits) != 0)
                timer.alarm->arm_in(ticks_to_time(value & count_bits, timer_hertz));
        }
        timer.base_count = value;
        break;
    }
    case timer_vector: write_vector_priority(first_timer + index, value); break;
    default: sources_[first_timer + index].destination = value & this_cpu; update();
    }
}

// -- the CPU's registers

std::uint32_t OpenPic::read_cpu(std::uint64_t offset) {
    switch (offset) {
    case current_task_priority: return task_priority_;
    case who_am_i: return 0;
    case interrupt_acknowledge: return acknowledge();
    case end_of_interrupt_register: return 0;
    default: return nothing;
    }
}

void OpenPic::write_cpu(std::uint64_t offset, std::uint32_t value) {
    switch (offset) {
    case ipi_dispatch:
    case ipi_dispatch + 0x10:
    case ipi_dispatch + 0x20:
    case ipi_dispatch + 0x30:
        if ((value & this_cpu) != 0)
            raise_edge(first_ipi + static_cast<unsigned>((offset - ipi_dispatch) / 0x10));
        break;
    case current_task_priority:
        task_priority_ = value & 0xf;
        update();
        break;
    case end_of_interrupt_register: end_of_interrupt(); break;
    default: log_unknown("write to", offset);
    }
}

void OpenPic::log_unknown(const char* what, std::uint64_t offset) {
    log_.write(LogItem::guest_error, "{}: {} undefined register {:#x}", name(), what, offset);
}

// -- the bus

std::uint64_t OpenPic::read(std::uint64_t offset, unsigned) {
    if (offset % 0x10 != 0) return nothing;
    if (offset >= cpu_mirror && offset < cpu_mirror_end) return read_cpu(offset);
    if (offset >= cpu_base && offset < cpu_end) return read_cpu(offset - cpu_base);
    if (offset >= timers_base && offset < timers_end) return read_timer(offset);
    if (offset >= sources_base && offset < sources_end) {
        const auto index = static_cast<unsigned>((offset - sources_base) / 0x20);
        if (index >= inputs) return nothing;
        return offset % 0x20 == 0 ? read_vector_priority(index) : sources_[index].destination;
    }
    switch (offset) {
    case feature: return (inputs - 1) << 16 | version_1_2; // and the number of CPUs less one
    case configuration: return global_;
    case vendor: return 0;
    case processor_init: return 0;
    case ipi_vectors:
    case ipi_vectors + 0x10:
    case ipi_vectors + 0x20:
    case ipi_vectors + 0x30:
        return read_vector_priority(first_ipi + static_cast<unsigned>(offset - ipi_vectors) / 0x10);
    case spurious: return spurious_vector_;
    case timer_frequency: return timer_frequency_;
    default: log_unknown("read of", offset); return nothing;
    }
}

void OpenPic::write(std::uint64_t offset, unsigned, std::uint64_t wide) {
    const auto value = static_cast<std::uint32_t>(wide);
    if (offset % 0x10 != 0) return log_unknown("write to", offset);
    if (offset >= cpu_mirror && offset < cpu_mirror_end) return write_cpu(offset, value);
    if (offset >= cpu_base && offset < cpu_end) return write_cpu(offset - cpu_base, value);
    if (offset >= timers_base && offset < timers_end) return write_timer(offset, value);
    if (offset >= sources_base && offset < sources_end) {
        const auto index = static_cast<unsigned>((offset - sources_base) / 0x20);
        if (index >= inputs) return log_unknown("write to", offset);
        if (offset % 0x20 == 0) return write_vector_priority(index, value);
        sources_[index].destination = value & this_cpu;
        return update();
    }
    switch (offset) {
    case configuration:
        if ((value & configuration_reset) != 0)
            reset(); // done at once: the bit reads as zero again
        else
            global_ = value & configuration_mixed;
        break;
    case processor_init: break; // resets other CPUs, of which there are none
    case ipi_vectors:
    case ipi_vectors + 0x10:
    case ipi_vectors + 0x20:
    case ipi_vectors + 0x30:
        write_vector_priority(first_ipi + static_cast<unsigned>(offset - ipi_vectors) / 0x10,
                              value);
        break;
    case spurious: spurious_vector_ = value & vp_vector; break;
    case timer_frequency: timer_frequency_ = value; break;
    default: log_unknown("write to", offset);
    }
}

void OpenPic::reset() {
    for (unsigned i = 0; i < sources; ++i) {
        Source& source = sources_[i];
        source.vector_priority = vp_mask;
        // Only inputs have a destination register: an interprocessor interrupt goes where it is
        // sent.
        source.destination = i >= first_ipi && i < first_timer ? this_cpu : 0;
        source.latched = source.in_service = false; // the level is its driver's
    }
    for (IntervalTimer& timer : timers_) {
        timer.base_count = count_inhibit;
        timer.stopped_count = 0;
        timer.toggle = false;
        timer.alarm->cancel();
    }
    global_ = 0;
    spurious_vector_ = vp_vector;
    timer_frequency_ = timer_frequency_at_reset;
    task_priority_ = 15;
    update();
}

void OpenPic::visit(StateVisitor& state) {
    for (Source& source : sources_) {
        state.field("vector_priority", source.vector_priority);
        state.field("destination", source.destination);
        state.field("level", source.level);
        state.field("latched", source.latched);
        state.field("in_service", source.in_service);
    }
    for (IntervalTimer& timer : timers_) {
        state.field("base_count", timer.base_count);
        state.field("stopped_count", timer.stopped_count);
        state.field("toggle", timer.toggle);
        timer.alarm->visit(state, "alarm");
    }
    state.field("global", global_);
    state.field("spurious_vector", spurious_vector_);
    state.field("timer_frequency", timer_frequency_);
    state.field("task_priority", task_priority_);
    if (state.loading()) cpu_.restore(deliverable(next_source()));
}

} // namespace vestige::hw
