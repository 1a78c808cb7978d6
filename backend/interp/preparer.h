// Turns IR into steps. Each op has one function prepare_<op>; they are declared from the op table,
// so a missing one fails to link.
#pragma once

#include <array>
#include <initializer_list>
#include <vector>

#include "backend/interp/program.h"
#include "translator/ir/run_charges.h"

namespace vestige::interp {

class Preparer {
  public:
    Preparer(const ir::Function& function, ir::Stage stage, Program& program);
    void run();

    const ir::Function& function() const { return function_; }
    bool raw() const { return program_.stage == ir::Stage::raw; }
    Program& program() { return program_; }

    ir::Type type(ir::Value value) const { return function_[value].type; }
    const ir::Slot& slot(const ir::Instruction& op) const {
        return (*function_.layout)[slot_id(op)];
    }
    std::uint32_t reg(ir::Value value);

    // A step with the op's arguments in a, b, c and its result register.
    Step& emit(Handler handler, ir::Value value);
    // A step as given.
    Step& emit_step(const Step& step);

    // Where an op that faults or leaves finds its recovery: index of Program::recoveries.
    std::uint32_t recovery(const ir::Instruction& op);
    // What is paid for when so many of the current run have started (optimised IR only).
    std::uint32_t not_started(std::uint32_t started) const;

    // What it takes off the budget.
    std::uint32_t begin_run(ir::Value value);
    void next_run(std::uint32_t length);
    // What is not started of it.
    std::uint32_t end_run(std::uint32_t started);
    void give_back(std::uint32_t instructions);

    void jump_to(ir::BlockId target, std::span<const ir::Value> arguments);
    void branch_to(std::uint32_t condition, const ir::Instruction& op);

  private:
    struct Patch {
        std::size_t step;
        std::uint32_t Step::*distance;
        ir::BlockId target;
    };

    static ir::SlotId slot_id(const ir::Instruction& op) { return static_cast<ir::SlotId>(op.imm); }
    void assign_constants();
    void move_arguments(ir::BlockId target, std::span<const ir::Value> arguments);
    void move(std::uint32_t to, std::uint32_t from, unsigned words);

    const ir::Function& function_;
    Program& program_;
    std::vector<std::uint32_t> register_of_;
    std::vector<std::uint32_t> block_start_;
    ir::RunCharges charges_;
    ir::BlockId block_ = 0;             // being prepared
    std::uint32_t run_ = 0, ahead_ = 0; // length of the current run, what is paid for of others
    std::vector<Patch> patches_;
};

#define OP(name, result, arguments, effects)                                                       \
    void prepare_##name(Preparer& preparer, const ir::Instruction& op, ir::Value value);
#include "translator/ir/opcodes.inc"
#undef OP

// Registers that a value of the type takes.
constexpr unsigned words(ir::Type type) { return ir::info(type).bits > 64 ? 2 : 1; }

// One handler a width of integer, picked when a program is prepared. i1 lives in 8 bits.
struct WidthHandlers {
    Handler i8, i16, i32, i64;
    Handler pick(ir::Type type) const;
};

} // namespace vestige::interp
