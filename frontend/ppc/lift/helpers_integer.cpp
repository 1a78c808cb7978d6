#include "frontend/ppc/lift/helpers_integer.h"

#include <array>

#include "frontend/ppc/decode/fields.h"
#include "frontend/ppc/leave_codes.h"
#include "frontend/ppc/state.h"
#include "translator/ir/semantics.h"
#include "translator/runtime/guest_cpu.h"

namespace vestige::ppc {

namespace {

std::uint32_t pack_cr_field(std::uint64_t order) {
    return std::uint32_t{ir::order_is_less(order)} << 3 |
           std::uint32_t{ir::order_is_greater(order)} << 2 |
           std::uint32_t{ir::order_is_equal(order)} << 1;
}

unsigned string_bytes(const State& cpu) { return cpu.xer_rest & 0x7f; }

runtime::CpuRuntime& runtime_of(State& cpu) {
    return *static_cast<runtime::CpuRuntime*>(cpu.header.runtime);
}

// Whether `r` is one of `count` registers from `first` on, around the end.
bool among(unsigned r, unsigned first, unsigned count) { return (r - first) % 32 < count; }

// A device, or a store into code, may have asked to leave: after this instruction, which is done.
void go_on_after(State& cpu) {
    if (cpu.header.leave_code == ir::leave::look_again) cpu.pc += 4;
}

// Where byte i of a string goes.
unsigned shift_of(unsigned i) { return 24 - 8 * (i % 4); }

} // namespace

std::uint32_t helper_pack_cr_fields(void*, std::uint64_t field0, std::uint64_t field1,
                                    std::uint64_t field2, std::uint64_t field3) {
    return pack_cr_field(field0) << 12 | pack_cr_field(field1) << 8 | pack_cr_field(field2) << 4 |
           pack_cr_field(field3);
}

void helper_load_string(void* state, std::uint32_t address, std::uint32_t word) {
    State& cpu = *static_cast<State*>(state);
    const Fields f{word};
    const unsigned count = string_bytes(cpu), registers = (count + 3) / 4;
    // Invalid forms, which QEMU refuses; of length zero nothing is loaded.
    if ((f.ra() != 0 && among(f.ra(), f.rd(), registers)) || among(f.rb(), f.rd(), registers)) {
        cpu.header.leave_code = code(Leave::program_illegal);
        return;
    }
    std::array<std::uint32_t, 32> loaded{};
    for (unsigned i = 0; i < count; ++i) {
        std::uint64_t byte = 0;
        if (!runtime_of(cpu).read_guest(address + i, 1, byte)) {
            cpu.header.leave_code = ir::leave::fault;
            return;
        }
        loaded[i / 4] |= static_cast<std::uint32_t>(byte) << shift_of(i);
    }
    for (unsigned i = 0; i < registers; ++i)
        cpu.gpr[(f.rd() + i) % 32] = loaded[i];
    go_on_after(cpu);
}

void helper_store_string(void* state, std::uint32_t address, std::uint32_t word) {
    State& cpu = *static_cast<State*>(state);
    const Fields f{word};
    const unsigned count = string_bytes(cpu);
    for (unsigned i = 0; i < count; ++i) {
        const std::uint32_t byte = cpu.gpr[(f.rs() + i / 4) % 32] >> shift_of(i) & 0xff;
        if (!runtime_of(cpu).write_guest(address + i, 1, byte)) {
            cpu.header.leave_code = ir::leave::fault;
            return;
        }
    }
    go_on_after(cpu);
}

std::uint32_t helper_external_access_enabled(void* state) {
    return static_cast<State*>(state)->ear >> 31;
}

} // namespace vestige::ppc
