// How simplify() looks at and rewrites ops; its rules are in simplify_*.cpp, by family.
//
// A rule gets an op whose arguments are already simplified and returns the value that takes its
// place: another one that was there before, or the op itself, as it was or rewritten in place.
// Where rewriting needs a further op, that is put before it. Every rewriting keeps the exact bits,
// and none goes round in circles: constants move right, ops become simpler.
#pragma once

#include <bit>
#include <optional>

#include "translator/opt/fold.h"
#include "translator/opt/passes.h"

namespace vestige::opt {

class Simplifier {
  public:
    Simplifier(ir::Function& function, Workspace& workspace) : function_(function), w_(workspace) {}

    void run_block(ir::BlockId block);
    FlowChange flow_change() const { return flow_change_; }

  private:
    // ---- rules
    ir::Value rewrite(ir::Value value);
    ir::Value rewrite_arithmetic(ir::Value value);
    ir::Value rewrite_division(ir::Value value);
    ir::Value narrow_division(ir::Value value);
    ir::Value divide_by_constant(ir::Value value);
    ir::Value rewrite_logic(ir::Value value);
    ir::Value rotated(ir::Value a, ir::Value b) const;
    ir::Value sign_extended(ir::Value a, ir::Value b) const;
    ir::Value rewrite_and_mask(ir::Value value, ir::Value a, std::uint64_t mask);
    ir::Value rewrite_shift(ir::Value value);
    ir::Value shift_product(ir::Value value);
    ir::Value rewrite_conversion(ir::Value value);
    ir::Value rewrite_carry(ir::Value value);
    ir::Value rewrite_select(ir::Value value);
    ir::Value rewrite_comparison(ir::Value value);
    ir::Value rewrite_equality(ir::Value value);
    ir::Value rewrite_order_test(ir::Value value);
    ir::Value rewrite_other(ir::Value value);
    ir::Value rewrite_float_half(ir::Value value);
    ir::Value rewrite_with_half(ir::Value value);
    ir::Op joined_comparison(ir::Value a, ir::Value b) const;
    void simplify_store(ir::Instruction& store);
    void simplify_exit(ir::Value value);

    // ---- looking
    const ir::Instruction& at(ir::Value value) const { return function_[value]; }
    ir::Op op(ir::Value value) const { return function_[value].op; }
    ir::Type type(ir::Value value) const { return function_[value].type; }
    ir::Value argument(ir::Value value, unsigned index) const {
        return function_[value].arguments[index];
    }
    bool is_constant(ir::Value value) const { return op(value) == ir::Op::constant; }
    bool is(ir::Value value, std::uint64_t constant) const {
        return is_constant(value) && function_[value].imm == constant;
    }
    std::uint64_t constant(ir::Value value) const { return function_[value].imm; }
    // The bits that may be set in an integer, as far as a short look tells.
    std::uint64_t possible_bits(ir::Value value, unsigned depth = 3) const;

    // ---- rewriting
    // The op becomes another one of the same type; rules are tried on it again.
    ir::Value become(ir::Value value, ir::Op op, ir::Value a, ir::Value b = {}, ir::Value c = {});
    ir::Value become_constant(ir::Value value, std::uint64_t constant);
    ir::Value make(ir::Op op, ir::Type type, ir::Value a, ir::Value b = {});
    ir::Value make_constant(ir::Type type, std::uint64_t constant);
    void move_constant_right(ir::Instruction& op) const;
    std::optional<std::uint64_t> fold_op(const ir::Instruction& op) const;

    static constexpr unsigned width(ir::Type type) { return ir::info(type).bits; }

    ir::Function& function_;
    Workspace& w_;
    bool again_ = false; // the op was rewritten in place
    FlowChange flow_change_ = FlowChange::none;
};

} // namespace vestige::opt
