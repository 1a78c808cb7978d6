// What the tests of bus chips share: an address space to poke, beside what all device tests have.
#pragma once

#include "common/log.h"
#include "machine/core/address_space.h"
#include "tests/device/io_fixture.h"

namespace vestige::test {

struct BusFixture {
    ManualClock clock;
    Scheduler scheduler{clock};
    Log log;
    Wires cpu;
    AddressSpace bus{"system", log};

    void advance(Time time) { clock.advance(scheduler, time); }
    std::uint64_t get(std::uint64_t address, unsigned size = 4, Endian endian = Endian::little) {
        std::uint64_t value = 0;
        bus.read(address, size, endian, value);
        return value;
    }
    void put(std::uint64_t address, std::uint64_t value, unsigned size = 4,
             Endian endian = Endian::little) {
        bus.write(address, size, endian, value);
    }
};

} // namespace vestige::test
