// Gives accesses sums of their own to reach memory by, where that takes work off the straight way:
// a host adds a displacement, and to a load's address an index that it shifts, as part of the
// access, but only if nobody else wants the sums in between.
//
// In `lbzu r0, 1(r4)`, what r4 becomes is left to recovery maps (derive_values) if other accesses
// are all that reads it. In `lwzx r9, r5, r0` with r0 shifted before, the load waits neither for
// the shift nor for the sum, whoever else wants them.
#include <vector>

#include "translator/ir/dominators.h"
#include "translator/opt/passes.h"

namespace vestige::opt {

using ir::BlockId;
using ir::Function;
using ir::Instruction;
using ir::MemoryAccess;
using ir::Op;
using ir::Type;
using ir::Value;

namespace {

class OwnAddresses {
  public:
    OwnAddresses(Function& function, Workspace& workspace) : function_(function), w_(workspace) {}

    void run() {
        count();
        for (const BlockId block : w_.order) {
            w_.body.clear();
            for (const Value value : function_.blocks[block].body) {
                own_address(value, block);
                w_.body.push_back(value);
            }
            function_.blocks[block].body.swap(w_.body);
        }
    }

  private:
    struct Uses {
        std::uint32_t all = 0;
        std::uint32_t straight = 0; // not as an address, nor by recovery maps and ways out
        BlockId defined_in = ir::no_block;
    };

    static bool is_access(const Instruction& op) {
        return (op.op == Op::load || op.op == Op::store) && MemoryAccess::unpack(op.imm).space == 0;
    }
    const Instruction& at(Value value) const { return function_[value]; }
    bool is_constant(Value value) const { return at(value).op == Op::constant; }
    bool is_sum(Value value) const {
        return at(value).op == Op::add && at(value).type == Type::i32;
    }
    bool adds_constant(Value value) const {
        return is_sum(value) && is_constant(at(value).arguments[1]);
    }
    bool is_here(Value value, BlockId block) const {
        return uses_[value.index].defined_in == block;
    }
    bool is_shared(Value value) const { return uses_[value.index].all > 1; }

    void count() {
        uses_.assign(function_.instructions.size(), {});
        for (const BlockId block : w_.order) {
            const bool is_exit = ir::successors(function_, block).empty();
            for (const Value value : function_.blocks[block].body) {
                const Instruction& op = at(value);
                uses_[value.index].defined_in = block;
                const bool is_left = is_exit && op.op == Op::set_slot; // derive_values copies it
                const auto use = [&](Value used) {
                    ++uses_[used.index].all;
                    uses_[used.index].straight += is_left ? 0 : 1;
                };
                for (const Value argument : op.args())
                    use(argument);
                if (is_access(op)) --uses_[op.arguments[0].index].straight;
                for (const ir::ValueList list : op.target_arguments)
                    for (const Value argument : function_.list(list))
                        use(argument);
                if (op.recovery == ir::no_recovery) continue;
                for (const auto& entry : function_.entries(function_.recoveries[op.recovery]))
                    entry.for_each_value([&](Value used) { ++uses_[used.index].all; });
            }
        }
    }

    // The count of a shift that a host can do in an address; 0: it is none.
    unsigned index_shift(Value value) const {
        const Instruction& op = at(value);
        if (op.op != Op::shl || !is_constant(op.arguments[1])) return 0;
        const std::uint64_t count = at(op.arguments[1]).imm;
        return count <= 3 ? static_cast<unsigned>(count) : 0;
    }

    void own_address(Value access, BlockId block) {
        if (!is_access(at(access))) return;
        const Value address = at(access).arguments[0];
        Value base = address;
        while (adds_constant(base) && is_here(base, block))
            base = at(base).arguments[0];
        Value own;
        if (at(access).op == Op::load && is_worth_an_index(base, access, block)) {
            own = copy_of_index(base);
            if (!is_shared(base) && base == address) std::erase(w_.body, base); // it is dead
        } else if (base != address && is_shared(address) && uses_[address.index].straight == 0)
            own = base;
        if (own.valid()) function_[access].arguments[0] = copy_of_displacement(address, base, own);
    }

    // Where an alignment is to be looked at, the sum must be made, unless earlier accesses tell:
    // for a shift to it they do, of the other summand.
    bool is_worth_an_index(Value sum, Value access, BlockId block) const {
        if (!is_sum(sum) || adds_constant(sum) || !is_here(sum, block)) return false;
        const Value index = at(sum).arguments[1];
        const unsigned shift = is_here(index, block) ? index_shift(index) : 0;
        const unsigned alignment = MemoryAccess::unpack(at(access).imm).alignment;
        return shift != 0 && 1u << shift >= alignment && (is_shared(sum) || is_shared(index));
    }

    Value copy_of_index(Value sum) {
        const Value index = copy(at(sum).arguments[1]);
        const Value own = copy(sum);
        function_[own].arguments[1] = index;
        return own;
    }

    // The additions of constants between `address` and `base`, to `own` instead.
    Value copy_of_displacement(Value address, Value base, Value own) {
        if (address == base) return own;
        own = copy_of_displacement(at(address).arguments[0], base, own);
        const Value sum = copy(address);
        function_[sum].arguments[0] = own;
        return sum;
    }

    Value copy(Value value) {
        function_.instructions.push_back(Instruction(function_[value]));
        w_.body.push_back({static_cast<std::uint32_t>(function_.instructions.size() - 1)});
        return w_.body.back();
    }

    Function& function_;
    Workspace& w_;
    std::vector<Uses> uses_; // by value
};

} // namespace

void own_addresses(Function& function, Workspace& workspace) {
    OwnAddresses(function, workspace).run();
}

} // namespace vestige::opt
