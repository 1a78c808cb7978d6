#include <bit>

#include "translator/ir/dominators.h"

#include "translator/opt/passes.h"

namespace vestige::opt {

using ir::Function;
using ir::Instruction;
using ir::Op;
using ir::Value;

namespace {

bool is_pure(const Function& function, const Instruction& op) {
    if (op.op == Op::call) return (*function.helpers)[op.imm].effect == ir::HelperEffect::pure;
    return ir::info(op.op).effects == ir::effect::pure;
}

std::uint64_t hash_of(const Instruction& op) {
    constexpr std::uint64_t odd = 0x9e3779b97f4a7c15; // Fibonacci hashing
    std::uint64_t hash =
        (static_cast<std::uint64_t>(op.op) << 8 | static_cast<std::uint64_t>(op.type)) ^
        op.imm * odd;
    for (const Value argument : op.args())
        hash = (std::rotl(hash, 23) ^ argument.index) * odd;
    return hash * odd >> 20;
}

bool equal(const Instruction& a, const Instruction& b) {
    if (a.op != b.op || a.type != b.type || a.imm != b.imm || a.argument_count != b.argument_count)
        return false;
    for (unsigned i = 0; i < a.argument_count; ++i)
        if (a.arguments[i] != b.arguments[i]) return false;
    return true;
}

// The value that already stands for the op, or its own.
Value find_or_add(const Function& function, Workspace& w, Value value) {
    const Instruction& op = function[value];
    const std::size_t mask = w.numbered.size() - 1;
    for (std::size_t at = hash_of(op) & mask;; at = (at + 1) & mask) {
        NumberedValue& cell = w.numbered[at];
        if (cell.epoch != w.number_epoch) {
            cell = {w.number_epoch, value};
            return value;
        }
        if (equal(function[cell.value], op)) return cell.value;
    }
}

// An op that an equal one dominates becomes that one. A cell keeps the last of several equal ops
// that do not dominate each other.
class DominatorNumbering {
  public:
    DominatorNumbering(Function& function, Workspace& workspace)
        : function_(function), w_(workspace) {
        dominators_.compute(function);
        w_.defined_in.assign(function.instructions.size(), ir::no_block);
        ++w_.number_epoch;
    }

    void run_block(ir::BlockId block) {
        auto& body = function_.blocks[block].body;
        std::size_t kept = 0;
        for (const Value value : body) {
            Instruction& op = function_[value];
            w_.replacements.resolve_uses(function_, op);
            w_.defined_in[value.index] = block;
            if (is_pure(function_, op) && !is_displacement(op) && replaced(value, block)) continue;
            body[kept++] = value;
        }
        body.resize(kept);
    }

  private:
    // A sum that an access takes into its addressing costs nothing; kept for a second use, a
    // register.
    bool is_displacement(const Instruction& op) const {
        return op.op == Op::add && function_[op.arguments[1]].op == Op::constant;
    }

    bool replaced(Value value, ir::BlockId block) {
        const Instruction& op = function_[value];
        const std::size_t mask = w_.numbered.size() - 1;
        for (std::size_t at = hash_of(op) & mask;; at = (at + 1) & mask) {
            NumberedValue& cell = w_.numbered[at];
            if (cell.epoch != w_.number_epoch) {
                cell = {w_.number_epoch, value};
                return false;
            }
            if (!equal(function_[cell.value], op)) continue;
            if (!dominators_.dominates(w_.defined_in[cell.value.index], block)) {
                cell.value = value;
                return false;
            }
            w_.replacements.replace(value, cell.value);
            return true;
        }
    }

    Function& function_;
    Workspace& w_;
    ir::Dominators dominators_;
};

void make_room(const Function& function, Workspace& w) {
    w.replacements.clear(function.instructions.size());
    if (w.numbered.size() < 2 * function.instructions.size())
        w.numbered.resize(std::bit_ceil(2 * function.instructions.size()));
}

} // namespace

void number_values_across(Function& function, Workspace& w) {
    make_room(function, w);
    DominatorNumbering numbering(function, w);
    for (const ir::BlockId block : w.order)
        numbering.run_block(block);
    // Values of blocks behind a back edge were replaced after their uses as arguments were seen.
    for (const ir::BlockId block : w.order)
        w.replacements.resolve_uses(function, function[function.blocks[block].body.back()]);
    w.replacements.resolve_recoveries(function);
}

void number_values(Function& function, Workspace& w) {
    make_room(function, w);
    for (const ir::BlockId block : w.order) {
        ++w.number_epoch;
        auto& body = function.blocks[block].body;
        std::size_t kept = 0;
        for (const Value value : body) {
            Instruction& op = function[value];
            w.replacements.resolve_uses(function, op);
            if (is_pure(function, op)) {
                const Value same = find_or_add(function, w, value);
                if (same != value) {
                    w.replacements.replace(value, same);
                    continue;
                }
            }
            body[kept++] = value;
        }
        body.resize(kept);
    }
    w.replacements.resolve_recoveries(function);
}

} // namespace vestige::opt
