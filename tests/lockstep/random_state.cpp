// What random functions run on: numbers, registers and memory.
#include <bit>

#include "tests/lockstep/random_ir.h"

namespace vestige::test {

std::uint64_t Random::interesting() {
    const std::uint64_t any = next();
    switch (below(8)) {
    case 0: return any % 8;
    case 1: return std::uint64_t{0} - any % 8;
    case 2: return std::uint64_t{1} << any % 64;
    case 3: return (std::uint64_t{1} << any % 64) - 1;
    case 4: return ~std::uint64_t{0} << any % 64;
    case 5: return 0x8000'0000'8000'8080 >> any % 4 * 8;
    case 6: return any >> any % 64;
    default: return any;
    }
}

void random_registers(GuestState& state, std::uint64_t seed) {
    Random random(seed);
    state.pc = start_pc;
    for (auto& r : state.r)
        r = static_cast<std::uint32_t>(random.interesting());
    for (auto& cr : state.cr)
        cr = random.interesting();
    for (auto& x : state.x)
        x = random.interesting();
    state.ca = random.one_in(2);
    state.byte = static_cast<std::uint8_t>(random.interesting());
    state.half = static_cast<std::uint16_t>(random.interesting());
    for (auto& f : state.f)
        f = std::bit_cast<double>(random.interesting());
    for (auto& v : state.v)
        v[0] = random.interesting(), v[1] = random.interesting();
    for (auto& b : state.banks)
        b = static_cast<std::uint32_t>(random.interesting());
    state.counter = random.below(100);
    state.seen = random.below(100);
}

void random_memory(GuestMemory& memory, std::uint64_t seed) {
    Random random(seed);
    for (std::size_t i = 0; i < GuestMemory::size; i += 8)
        store_sized(&memory.bytes[i], 8, random.next(), Endian::little);
}

} // namespace vestige::test
