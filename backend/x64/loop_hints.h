// What loops make of values: which parameter a value becomes, so that it can be made in that one's
// register, and how many registers the work of a loop takes.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "backend/x64/global_liveness.h"
#include "backend/x64/registers.h"
#include "translator/ir/control_flow.h"
#include "translator/ir/function.h"

namespace vestige::x64 {

class LoopHints {
  public:
    void analyse(const ir::Function& function, const ir::ControlFlow& flow,
                 const GlobalLiveness& across);

    // The parameter that the value is passed to, or that what is computed in its place is passed
    // to; not valid: none.
    ir::Value becomes(ir::Value value) const {
        return value.index < becomes_.size() ? becomes_[value.index] : ir::Value{};
    }
    // The most registers that values used in the loop take at one time, with temporaries.
    unsigned pressure(ir::BlockId header, Bank bank) const {
        return pressure_[header][static_cast<unsigned>(bank)];
    }

  private:
    using Pressure = std::array<std::uint8_t, 2>; // by bank

    void find_destinations();
    void pass(const ir::Instruction& jump, unsigned target);
    void hint_operands();
    void measure(ir::BlockId block);
    void add(ir::Value value);

    const ir::Function* function_ = nullptr;
    const ir::ControlFlow* flow_ = nullptr;
    const GlobalLiveness* across_ = nullptr;
    std::vector<ir::Value> becomes_;
    std::vector<Pressure> pressure_;   // by header
    std::vector<ir::BlockId> live_in_; // by value: the block being measured, if it is live
    ir::BlockId block_ = ir::no_block;
    Pressure live_ = {};
};

} // namespace vestige::x64
