// Source: the counter as QEMU 7.2's mac99 shows it; Apple published no manual.
#include "hw/timer/keylargo_timer.h"

#include <utility>

namespace vestige::hw {

KeyLargoTimer::KeyLargoTimer(std::string name, const Scheduler& scheduler)
    : Device(std::move(name)), scheduler_(scheduler) {}

std::uint64_t KeyLargoTimer::read(std::uint64_t offset, unsigned) {
    const std::uint64_t count = time_to_ticks(scheduler_.now(), hertz);
    switch (offset) {
    case 0x38: return count & 0xffffffff;
    case 0x3c: return count >> 32;
    default: return 0;
    }
}

} // namespace vestige::hw
