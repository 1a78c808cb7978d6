// From guest bytes to one unit of raw IR.
#include "frontend/ppc/lift/lift_unit.h"

#include "common/endian.h"
#include "frontend/ppc/helpers.h"
#include "frontend/ppc/lift/lifter.h"

namespace vestige::ppc {

namespace {

using Handler = void (*)(Lifter&);

void lift_invalid(Lifter& l) { l.end_raise(Leave::program_illegal); }

constexpr Handler handlers[] = {
    lift_invalid,
#define INST(name, ...) lift_##name,
#include "frontend/ppc/decode/instructions.inc"
#undef INST
};

} // namespace

void lift_unit(const CpuModel& model, const runtime::LiftRequest& request, ir::Function& function) {
    function.start_pc = request.pc;
    ir::Builder builder(function);
    Lifter lifter(builder, model, request.mode);
    const bool single = (request.mode & (mode::trace | mode::breakpoint)) != 0;
    const std::uint32_t limit = single ? 1 : request.max_instructions;
    const std::uint32_t available = static_cast<std::uint32_t>(request.code.size() / 4);
    // In little-endian mode the chips keep words as they are and swizzle addresses instead
    // (Programming Environments, 3.1.4.2): Vestige models true little-endian bytes.
    const bool little = (request.mode & mode::little) != 0;

    for (std::uint32_t i = 0; !lifter.ended(); ++i) {
        lifter.pc = static_cast<std::uint32_t>(request.pc) + 4 * i;
        if (i == limit || i == available) {
            lifter.end_goto(lifter.pc);
            break;
        }
        const std::byte* at = request.code.data() + 4 * i;
        lifter.f.word = little ? load_le<std::uint32_t>(at) : load_be<std::uint32_t>(at);
        builder.instruction(lifter.pc);
        const bool traced =
            (request.mode & (mode::trace | mode::branch_trace)) == mode::trace; // MSR[SE]
        if (traced) builder.call(helper::begin_traced, {});
        if (request.mode & mode::breakpoint)
            builder.call(helper::check_breakpoint, {builder.i32(lifter.pc)});
        const Opcode opcode = decode(lifter.f.word, model.features);
        handlers[static_cast<unsigned>(opcode)](lifter);
        function.guest_bytes = 4 * (i + 1);
    }
}

} // namespace vestige::ppc
