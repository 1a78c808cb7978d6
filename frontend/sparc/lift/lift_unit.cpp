// From guest bytes to one unit of raw IR.
#include "frontend/sparc/lift/lift_unit.h"

#include "common/assertion.h"
#include "common/endian.h"
#include "frontend/sparc/lift/lifter.h"

namespace vestige::sparc {

namespace {

using Handler = void (*)(Lifter&);

void lift_invalid(Lifter& l) { l.end_trap(tt::illegal_instruction); }

constexpr Handler handlers[] = {
    lift_invalid,
#define INST(name, ...) lift_##name,
#include "frontend/sparc/decode/instructions.inc"
#undef INST
};

} // namespace

void lift_unit(const CpuModel& model, const runtime::LiftRequest& request, ir::Function& function) {
    function.start_pc = request.pc;
    ir::Builder builder(function);
    Lifter lifter(builder, model, request);
    lifter.lift_unit();
    function.guest_bytes = lifter.guest_bytes();
}

bool Lifter::word_at(std::uint32_t address, std::uint32_t& word) const {
    const std::size_t offset = address - static_cast<std::uint32_t>(request_.pc);
    if (offset + 4 > request_.code.size()) return false;
    word = load_be<std::uint32_t>(request_.code.data() + offset);
    return true;
}

// Begins the instruction at `address` and lifts it.
void Lifter::dispatch(std::uint32_t address, std::uint32_t word) {
    pc = address;
    f.word = word;
    b.instruction(pc);
    ++lifted_;
    suspended_ = false;
    const Opcode opcode = decode(word, model.features);
    handlers[static_cast<unsigned>(opcode)](*this);
}

void Lifter::lift_unit() {
    std::uint32_t at = static_cast<std::uint32_t>(request_.pc), word = 0;
    if (mode & mode::delay) {
        placement_ = Placement::delayed;
        const bool there = word_at(at, word);
        VESTIGE_ASSERT(there);
        dispatch(at, word);
        if (!ended_) go_on();
        return;
    }
    for (;; at = pc + 4) {
        // A branch does not count on its slot behind the limit: it begins a unit of its own.
        const bool more = lifted_ < request_.max_instructions && word_at(at, word);
        if (!more || (lifted_ != 0 && lifted_ + 2 > request_.max_instructions &&
                      info(decode(word, model.features)).has(Flags::delayed))) {
            b.goto_pc(at);
            break;
        }
        dispatch(at, word);
        if (ended_) break;
    }
}

} // namespace vestige::sparc
