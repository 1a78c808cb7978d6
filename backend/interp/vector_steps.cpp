// Vectors of 128 bits, in two registers.
#include "backend/interp/preparer.h"

namespace vestige::interp {

using ir::Instruction;
using ir::Value;

namespace {

template <class Operation> const Step* step_halves(const Step* step, Registers registers, Frame&) {
    for (unsigned half = 0; half < 2; ++half)
        registers[step->result + half] =
            Operation::apply(registers[step->a + half], registers[step->b + half], step->imm);
    return step + 1;
}

struct And {
    static std::uint64_t apply(std::uint64_t a, std::uint64_t b, std::uint64_t) { return a & b; }
};
struct Or {
    static std::uint64_t apply(std::uint64_t a, std::uint64_t b, std::uint64_t) { return a | b; }
};
struct Xor {
    static std::uint64_t apply(std::uint64_t a, std::uint64_t b, std::uint64_t) { return a ^ b; }
};
struct AndNot {
    static std::uint64_t apply(std::uint64_t a, std::uint64_t b, std::uint64_t) { return a & ~b; }
};
struct Not {
    static std::uint64_t apply(std::uint64_t a, std::uint64_t, std::uint64_t) { return ~a; }
};

// The top bit of each lane of 64 bits.
std::uint64_t lane_tops(std::uint64_t lane_bits) {
    std::uint64_t tops = 0;
    for (unsigned at = static_cast<unsigned>(lane_bits); at <= 64;
         at += static_cast<unsigned>(lane_bits))
        tops |= std::uint64_t{1} << (at - 1);
    return tops;
}

// Lanes are added without their top bits, so that no carry crosses; the tops are added without
// carry.
struct Add {
    static std::uint64_t apply(std::uint64_t a, std::uint64_t b, std::uint64_t tops) {
        return ((a & ~tops) + (b & ~tops)) ^ ((a ^ b) & tops);
    }
};
struct Sub {
    static std::uint64_t apply(std::uint64_t a, std::uint64_t b, std::uint64_t tops) {
        return ((a | tops) - (b & ~tops)) ^ ((a ^ ~b) & tops);
    }
};

} // namespace

#define BITWISE(name, operation)                                                                   \
    void prepare_##name(Preparer& p, const Instruction&, Value value) {                            \
        p.emit(step_halves<operation>, value);                                                     \
    }
BITWISE(vec_and, And)
BITWISE(vec_or, Or)
BITWISE(vec_xor, Xor)
BITWISE(vec_and_not, AndNot)
BITWISE(vec_not, Not)
#undef BITWISE

void prepare_vec_add(Preparer& p, const Instruction& op, Value value) {
    p.emit(step_halves<Add>, value).imm = lane_tops(op.imm);
}
void prepare_vec_sub(Preparer& p, const Instruction& op, Value value) {
    p.emit(step_halves<Sub>, value).imm = lane_tops(op.imm);
}

} // namespace vestige::interp
