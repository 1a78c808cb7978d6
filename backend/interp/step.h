// The flat form that the interpreter runs: an array of steps, each a function and its operands.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "translator/runtime/backend.h"
#include "translator/runtime/cpu_header.h"
#include "translator/runtime/memory_path.h"
#include "translator/runtime/slot_address.h"

namespace vestige::interp {

class Program;
struct Frame;
struct Step;

// Values live in registers of 64 bits: integers zero-extended, f64 as its bits, v128 in two
// registers, low first. A handler does its step and returns the next one, or nullptr to leave.
using Registers = std::uint64_t*;
using Handler = const Step* (*)(const Step*, Registers, Frame&);

struct Step {
    Handler run = nullptr;
    std::uint32_t result = 0;          // register
    std::uint32_t a = 0, b = 0, c = 0; // registers, or what the handler says
    std::uint64_t imm = 0;
};

// One run of a program.
struct Frame {
    const Program* program;
    runtime::CpuHeader* header;
    std::byte* state; // the header's first byte: slots are offsets from here
    runtime::MemoryPath* memory;
    runtime::AccessFrom from;
    std::uint64_t pc = 0; // raw IR: of the current guest instruction
    runtime::UnitExit exit;
};

template <class T> T read_state(const Frame& frame, std::uint64_t offset) {
    T value;
    std::memcpy(&value, frame.state + offset, sizeof value);
    return value;
}
template <class T> void write_state(Frame& frame, std::uint64_t offset, T value) {
    std::memcpy(frame.state + offset, &value, sizeof value);
}

// Stores the low `bytes` (16: of two registers) of a value into guest state.
inline void write_slot(Frame& frame, std::uint64_t offset, const std::uint64_t* value,
                       unsigned bytes) {
    std::memcpy(runtime::slot_in(frame.state, static_cast<std::uint32_t>(offset)), value, bytes);
}

} // namespace vestige::interp
