#include "backend/interp/interpreter.h"

#include <algorithm>

namespace vestige::interp {

runtime::UnitExit Interpreter::run(const Program& program, runtime::CpuHeader* header,
                                   runtime::MemoryPath& memory, runtime::AccessFrom from) {
    Frame frame{.program = &program,
                .header = header,
                .state = reinterpret_cast<std::byte*>(header),
                .memory = &memory,
                .from = from,
                .pc = program.start_pc,
                .exit = {}};
    if (program.stage == ir::Stage::optimised) {
        if (header->budget < program.instruction_count) {
            write_pc(frame, program.start_pc);
            return frame.exit;
        }
        header->budget -= program.instruction_count;
    }
    if (registers_.size() < program.register_count) registers_.resize(program.register_count);
    std::copy(program.constants.begin(), program.constants.end(), registers_.begin());
    Registers registers = registers_.data();
    for (const Step* step = program.steps.data(); step;)
        step = step->run(step, registers, frame);
    return frame.exit;
}

runtime::UnitExit Interpreter::run(const ir::Function& raw, runtime::CpuHeader* header,
                                   runtime::MemoryPath& memory, runtime::AccessFrom from) {
    scratch_.prepare(raw);
    return run(scratch_, header, memory, from);
}

} // namespace vestige::interp
