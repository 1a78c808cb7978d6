// Ways from block to block of a unit.
#include "backend/x64/unit_emitter.h"
#include "common/assertion.h"

namespace vestige::x64 {

using x86::CondCode;

UnitEmitter::Edge UnitEmitter::edge_to(ir::BlockId target, ir::ValueList arguments) {
    if (live_.flow().is_passage(target)) {
        const Instruction& jump = instruction(function_->blocks[target].body[0]);
        target = jump.targets[0];
        arguments = jump.target_arguments[0];
    }
    const std::uint32_t gives_back = charges_.given_back(block_, target);
    if (is_bare_exit(target)) return {target, true, {}, gives_back};
    const auto values = function_->list(arguments);
    BlockEntry& entry = entries_[target];
    if (!entry.fixed) {
        entry_planner_.plan(entry, target, values);
        if (live_.flow().has_joins()) regs_.aim_at(entry);
        if (!live_.flow().is_join(target) && values.empty()) return {target, false, {}, gives_back};
    }
    return {target, false, edge_moves_.find(entry, values), gives_back};
}

// The moves, and on to the target.
void UnitEmitter::emit_edge(const Edge& edge) {
    give_back(edge.gives_back);
    if (edge.is_bare_exit) {
        emit_link_jump(new_link(exit_of(edge)));
        return;
    }
    edge_moves_.emit(edge.moves);
    if (edge.target != next_block_) as_.jmp(at(block_labels_[edge.target]));
}

std::uint64_t UnitEmitter::exit_of(const Edge& edge) const {
    return instruction(function_->blocks[edge.target].body.back()).imm;
}

// Its moves are not on the straight way.
void UnitEmitter::branch_to_edge(CondCode code, const Edge& edge) {
    if (edge.is_free()) {
        if (edge.is_bare_exit)
            emit_link_branch(code, new_link(exit_of(edge)));
        else
            as_.emit(x86::Inst::jccFromCond(code), at(block_labels_[edge.target]));
        return;
    }
    const LabelId stub = new_label();
    as_.emit(x86::Inst::jccFromCond(code), at(stub));
    cold_.add([this, stub, edge] {
        as_.bind(at(stub));
        give_back(edge.gives_back);
        if (edge.is_bare_exit) {
            emit_link_jump(new_link(exit_of(edge)));
            return;
        }
        edge_moves_.emit(edge.moves);
        as_.jmp(at(block_labels_[edge.target]));
    });
}

bool UnitEmitter::leaves_loop(const Edge& edge) const {
    return live_.flow().has_loops() && live_.flow().loops_left(block_, edge.target) != 0;
}

// Which of a branch's edges is gone to in line, behind a conditional jump for the other one: the
// one with moves, unless they are on the way out of a loop; then the next block.
bool UnitEmitter::is_first_in_line(const Edge& first, const Edge& second) const {
    const bool first_is_next = !first.is_bare_exit && first.target == next_block_;
    const bool second_is_next = !second.is_bare_exit && second.target == next_block_;
    if (first.is_free() && second.is_free()) return first_is_next;
    if (second.is_free()) return !(second_is_next && leaves_loop(first));
    if (first.is_free()) return first_is_next && leaves_loop(second);
    if (leaves_loop(first) != leaves_loop(second)) return leaves_loop(second);
    return first_is_next;
}

void UnitEmitter::emit_jump(Value, const Instruction& op) {
    emit_edge(edge_to(op.targets[0], op.target_arguments[0]));
}

void UnitEmitter::emit_branch(Value, const Instruction& op) {
    emit_jump_table();
    const CondCode code = condition(op.arguments[0]);
    const Edge if_true = edge_to(op.targets[0], op.target_arguments[0]);
    const Edge if_false = edge_to(op.targets[1], op.target_arguments[1]);
    if (is_first_in_line(if_true, if_false)) {
        branch_to_edge(x86::negateCond(code), if_false);
        emit_edge(if_true);
    } else {
        branch_to_edge(code, if_true);
        emit_edge(if_false);
    }
}

} // namespace vestige::x64
