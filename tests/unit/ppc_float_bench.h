// Single PowerPC instructions on the interpreter, with floating point and AltiVec available.
#pragma once

#include <bit>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "backend/interp/interpreter.h"
#include "common/endian.h"
#include "frontend/ppc/fp/fpscr.h"
#include "frontend/ppc/helpers.h"
#include "frontend/ppc/lift/lift_unit.h"
#include "frontend/ppc/slots.h"
#include "tests/lockstep/generator.h"
#include "tests/lockstep/ppc_memory.h"
#include "translator/ir/verifier.h"

namespace vestige::ppc {

inline constexpr std::uint32_t start = 0x10000;
inline constexpr std::uint64_t unset = 0x1234567812345678; // what frD holds before

inline std::uint32_t encode(Opcode opcode, std::initializer_list<lockstep::FieldValue> fields) {
    return lockstep::Generator::encode(opcode, fields);
}

// f3 <- op of f0, f1, f2 as frA, frB, frC.
inline std::uint32_t arithmetic(Opcode opcode) {
    const decode::BitPattern& pattern = info(opcode).pattern;
    std::uint32_t word = encode(opcode, {{'d', 3}});
    if (const decode::BitField* b = pattern.find('b')) word |= 1u << b->low;
    if (const decode::BitField* c = pattern.find('c')) word |= 2u << c->low;
    return word;
}

// Single instructions on the interpreter.
class Bench {
  public:
    explicit Bench(std::string_view cpu = "7400") : model_(*find_cpu_model(cpu)) {
        state.header.read_map = memory.page_map();
        state.header.write_map = memory.page_map();
        state.header.runtime = static_cast<runtime::CpuRuntime*>(&memory);
        state.msr = msr::fp | msr::vec | msr::fe0 | msr::fe1;
    }

    // The code with which the unit leaves. The mode follows FPSCR as the CPU's does.
    std::uint32_t run(std::initializer_list<std::uint32_t> words, std::uint32_t more_mode = 0) {
        std::vector<std::byte> bytes(4 * words.size());
        std::size_t at = 0;
        for (const std::uint32_t word : words) {
            store_be(bytes.data() + at, word);
            at += 4;
        }
        ir::Function function{state_layout(), helper_table()};
        const std::uint32_t exact = state.fpscr & fpscr::exact_mode ? mode::float_exact : 0;
        const std::uint32_t available =
            (state.msr & msr::fp ? mode::fp : 0) | (state.msr & msr::vec ? mode::vec : 0);
        lift_unit(model_, {.pc = start, .mode = exact | available | more_mode, .code = bytes},
                  function);
        ir::verify(function, ir::Stage::raw);
        state.header.budget = 100;
        interp::Interpreter interpreter;
        return interpreter.run(function, &state.header, memory, runtime::AccessFrom::unit).code;
    }

    void set(unsigned n, std::uint64_t bits) { state.fpr[n] = std::bit_cast<double>(bits); }
    std::uint64_t get(unsigned n) const { return std::bit_cast<std::uint64_t>(state.fpr[n]); }

    // f3 <- op(f0, f1, f2) from FPSCR `value`.
    std::uint32_t operate(Opcode opcode, std::uint32_t value, std::uint64_t a, std::uint64_t b,
                          std::uint64_t c = 0) {
        set_fpscr(state, value);
        set(0, a);
        set(1, b);
        set(2, c);
        set(3, unset);
        return run({arithmetic(opcode)});
    }

    State state;
    lockstep::SubjectMemory memory;

  private:
    const CpuModel& model_;
};

} // namespace vestige::ppc
