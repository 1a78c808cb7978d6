#include "translator/ir/verifier.h"

#include <bit>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <fmt/format.h>

#include "common/assertion.h"
#include "translator/ir/derived.h"
#include "translator/ir/dominators.h"
#include "translator/ir/printer.h"
#include "translator/ir/type_rules.h"

namespace vestige::ir {

namespace {

constexpr std::uint32_t not_seen = ~0u;

class Verifier {
  public:
    Verifier(const Function& function, Stage stage)
        : function_(function),
          raw_(stage == Stage::raw),
          home_(function.instructions.size(), not_seen),
          at_start_(function.blocks.size()) {}

    // Throws nothing: the first defect ends it.
    std::optional<std::string> run() {
        check_structure();
        if (!defect_) check_order();
        if (!defect_) check_ops();
        return defect_;
    }

  private:
    // ---- reporting
    void fail(unsigned invariant, const std::string& reason) {
        if (defect_) return;
        const bool has_op = value_.index < function_.instructions.size();
        const std::string text = has_op ? print_op(function_, value_)
                                 : block_ < function_.blocks.size()
                                     ? print_block_head(function_, block_)
                                     : std::string("the function");
        defect_ = fmt::format("invariant {}, line {}: {}: {}", invariant, line_, text, reason);
    }
    template <class... Args>
    bool require(bool holds, unsigned invariant, fmt::format_string<Args...> reason,
                 Args&&... args) {
        if (!holds) fail(invariant, fmt::format(reason, std::forward<Args>(args)...));
        return holds;
    }

    // Calls visit(value) for the ops of every block, keeping block_, value_ and line_; stops at a
    // defect.
    template <class EnterBlock, class Visit> void walk(EnterBlock enter_block, Visit visit) {
        line_ = 1;
        for (block_ = 0; block_ < function_.blocks.size(); ++block_) {
            ++line_;
            value_ = {};
            enter_block(function_.blocks[block_]);
            for (const Value value : function_.blocks[block_].body) {
                ++line_;
                value_ = value;
                if (defect_) return;
                visit(value);
            }
            if (defect_) return;
        }
        value_ = {};
    }

    bool exists(Value value) const { return value.index < function_.instructions.size(); }

    // ---- 1, 2, 3 and what the rest relies on: lists lie within the pool, targets exist
    void check_structure() {
        if (!require(!function_.blocks.empty(), 1, "there are no blocks")) return;
        walk(
            [&](const Block& block) {
                require(block_ != 0 || block.parameters.empty(), 1, "the entry has parameters");
                require(!block.body.empty(), 2, "the block is empty");
                for (const Value parameter : block.parameters) {
                    if (!require(exists(parameter), 3, "a parameter does not exist")) return;
                    require(function_[parameter].op == Op::parameter, 3, "v{} is no parameter",
                            parameter.index);
                    require(contains(types_of(Op::parameter), function_[parameter].type), 5,
                            "v{} has a type that no value has", parameter.index);
                    claim(parameter);
                }
            },
            [&](Value value) {
                if (!require(exists(value), 3, "an op of the body does not exist")) return;
                claim(value);
                const Instruction& op = function_[value];
                require(op.op != Op::parameter, 3, "a parameter in a body");
                const bool last = value == function_.blocks[block_].body.back();
                require(terminator(op) == last, 2, "{}",
                        last ? "the last op is no terminator" : "a terminator before the end");
                check_targets(op);
            });
    }
    void claim(Value value) {
        require(home_[value.index] == not_seen, 3, "v{} is in two places", value.index);
        home_[value.index] = block_;
    }
    static bool terminator(const Instruction& op) {
        return (info(op.op).effects & effect::terminator) != 0;
    }

    // ---- 7
    void check_targets(const Instruction& op) {
        const unsigned ways = op.op == Op::branch ? 2 : op.op == Op::jump ? 1 : 0;
        for (unsigned way = 0; way < ways; ++way) {
            const BlockId target = op.targets[way];
            if (!require(target < function_.blocks.size(), 7, "block{} does not exist", target))
                return;
            require(target != 0, 1, "a jump to the entry");
            const ValueList list = op.target_arguments[way];
            if (!require(std::size_t{list.first} + list.count <= function_.pool.size(), 7,
                         "the arguments lie outside the pool"))
                return;
            const auto arguments = function_.list(list);
            const auto& parameters = function_.blocks[target].parameters;
            if (!require(arguments.size() == parameters.size(), 7,
                         "block{} takes {} arguments, not {}", target, parameters.size(),
                         arguments.size()))
                return;
            for (const Value argument : arguments)
                require(exists(argument), 4, "a target argument does not exist");
        }
    }
    void check_target_types(const Instruction& op, unsigned way) {
        const auto arguments = function_.list(op.target_arguments[way]);
        const auto& parameters = function_.blocks[op.targets[way]].parameters;
        for (std::size_t i = 0; i < arguments.size(); ++i) {
            require(function_[arguments[i]].type == function_[parameters[i]].type, 7,
                    "argument {} of block{} has the wrong type", i, op.targets[way]);
            check_defined(arguments[i]);
        }
    }

    // ---- 12: where in which run each block begins
    struct Progress {
        std::uint32_t run = not_seen; // length
        std::uint32_t started = 0;
        std::uint64_t pc = 0; // of the current instruction
        bool operator==(const Progress&) const = default;

        void pass(const Instruction& op) {
            if (op.op == Op::instruction) {
                ++started;
                pc = op.imm;
            } else if (op.op == Op::begin_run || op.op == Op::next_run) {
                *this = {.run = op.aux, .started = 0, .pc = op.imm};
            }
        }
    };
    // Nothing that belongs to a guest instruction comes before its begin_run.
    bool begins_run(const Block& block) const {
        for (const Value value : block.body) {
            const Op op = function_[value].op;
            if (op == Op::begin_run || op == Op::next_run) return true;
            if (info(function_[value].op).effects != effect::pure) return false;
        }
        return false;
    }
    void check_order() {
        dominators_.compute(function_);
        at_start_[0] = {function_.instruction_count, 0, function_.start_pc};
        for (const BlockId block : dominators_.reverse_postorder()) {
            Progress progress = at_start_[block];
            block_ = block;
            for (const Value value : function_.blocks[block].body) {
                require(function_[value].op != Op::next_run || progress.run != 0, 12,
                        "nothing has paid for the run");
                progress.pass(function_[value]);
            }
            for (const BlockId next : successors(function_, block)) {
                Progress& there = at_start_[next];
                if (there.run == not_seen) there = progress;
                if (begins_run(function_.blocks[next])) continue;
                block_ = next;
                require(there.run == progress.run, 12,
                        "a run of {} or {} instructions is current here, depending on the way",
                        there.run, progress.run);
                require(there.started == progress.started, 12,
                        "{} or {} instructions have started here, depending on the way",
                        there.started, progress.started);
                if (progress.started != 0)
                    require(there.pc == progress.pc, 12,
                            "the current instruction depends on the way here");
            }
        }
    }

    void check_ops() {
        position_.assign(function_.instructions.size(), 0);
        std::uint32_t next = 0;
        for (const Block& block : function_.blocks) {
            for (const Value parameter : block.parameters)
                position_[parameter.index] = next++;
            for (const Value value : block.body)
                position_[value.index] = next++;
        }
        fits_pc(function_.start_pc, "the unit's pc");
        walk(
            [&](const Block&) {
                const bool reachable = dominators_.reachable(block_);
                require(raw_ || reachable, 15, "the block cannot be reached");
                now_ = at_start_[block_];
                if (!reachable) now_ = {.run = not_seen, .started = 1};
            },
            [&](Value value) {
                const Instruction& op = function_[value];
                check_signature(op);
                if (defect_) return;
                check_uses(op);
                check_attributes(op);
                check_instruction_order(op);
                check_recovery(op);
            });
    }

    // ---- 4, 5
    void check_signature(const Instruction& op) {
        const OpInfo& row = info(op.op);
        const bool variable = row.arguments == "*";
        if (!require(variable ? op.argument_count <= 4 : op.argument_count == row.arguments.size(),
                     4, "{} arguments", op.argument_count))
            return;
        for (const Value argument : op.args()) {
            if (!require(exists(argument) && home_[argument.index] != not_seen, 4,
                         "an argument is in no block"))
                return;
            require(function_[argument].type != Type::none, 4, "v{} has no result", argument.index);
        }
        if (op.op == Op::call) {
            check_call(op);
            return;
        }
        require(variable || type_fits(row.result, op.type, op), 5, "the result has the wrong type");
        if (variable) {
            require(op.type == Type::none && op.argument_count == 0, 5,
                    "a jump has neither result nor arguments of its own");
            return;
        }
        for (unsigned i = 0; i < op.argument_count; ++i)
            require(type_fits(row.arguments[i], type(op, i), op), 5,
                    "argument {} has the wrong type", i);
        check_further_types(op);
    }
    Type type(const Instruction& op, unsigned argument) const {
        return function_[op.arguments[argument]].type;
    }
    static bool type_fits(char rule, Type type, const Instruction& op) {
        switch (rule) {
        case '-': return type == Type::none;
        case 'b': return type == Type::i1;
        case 'w': return type == Type::i32;
        case 'q': return type == Type::i64;
        case 's': return type == Type::f32;
        case 'd': return type == Type::f64;
        case 'v': return type == Type::v128;
        case 't': return type == op.type && contains(types_of(op.op), type);
        default: return type != Type::none; // x: check_further_types
        }
    }
    // What `x` and conversions stand for.
    void check_further_types(const Instruction& op) {
        const unsigned bits = info(op.type).bits;
        switch (op.op) {
        case Op::zext:
        case Op::sext:
            require(is_integer(type(op, 0)) && info(type(op, 0)).bits < bits, 5,
                    "not from a narrower integer");
            break;
        case Op::trunc:
            require(is_integer(type(op, 0)) && info(type(op, 0)).bits > bits, 5,
                    "not from a wider integer");
            break;
        case Op::bitcast:
            require(info(type(op, 0)).bits == bits &&
                        is_integer(type(op, 0)) != is_integer(op.type),
                    5, "not between an integer and a float of one width");
            break;
        case Op::carry_out:
        case Op::add_overflow:
        case Op::cmp_eq:
        case Op::cmp_ne:
        case Op::cmp_lt_u:
        case Op::cmp_le_u:
        case Op::cmp_lt_s:
        case Op::cmp_le_s:
        case Op::float_lt:
        case Op::float_gt:
        case Op::float_eq:
        case Op::float_le:
        case Op::float_ge:
        case Op::float_unordered:
            require(contains(types_of(op.op), type(op, 0)), 5, "the op does not take this type");
            require(type(op, 0) == type(op, 1), 5, "the arguments' types differ");
            break;
        case Op::load:
        case Op::store:
            require(type(op, 0) == Type::i32 || type(op, 0) == Type::i64, 5,
                    "the address is neither i32 nor i64");
            break;
        case Op::jump_pc:
            require(type(op, 0) == pc_slot().type, 13, "not of the pc slot's type");
            break;
        default: break;
        }
    }

    // ---- 9
    void check_call(const Instruction& op) {
        if (!require(op.imm < function_.helpers->size(), 9, "helper {} does not exist", op.imm))
            return;
        const Helper& helper = (*function_.helpers)[op.imm];
        require(op.type == helper.result, 9, "the helper returns {}", info(helper.result).name);
        if (!require(op.argument_count == helper.arguments.size(), 9,
                     "the helper takes {} arguments", helper.arguments.size()))
            return;
        for (unsigned i = 0; i < op.argument_count; ++i)
            require(type(op, i) == helper.arguments[i] && type(op, i) != Type::v128 &&
                        type(op, i) != Type::f32,
                    9, "argument {} is {} to the helper", i, info(helper.arguments[i]).name);
    }
    void check_float_helper(const Instruction& op) {
        const FloatOp attributes = FloatOp::unpack(op.imm);
        if (!require(attributes.helper < function_.helpers->size(), 9, "helper {} does not exist",
                     attributes.helper))
            return;
        const Helper& helper = (*function_.helpers)[attributes.helper];
        require(helper.result == op.type && helper.arguments.size() == op.argument_count, 9,
                "the helper's signature is another");
        for (unsigned i = 0; i < op.argument_count; ++i)
            require(helper.arguments.size() == op.argument_count &&
                        helper.arguments[i] == type(op, i),
                    9, "argument {} is of another type to the helper", i);
        require(helper.effect == HelperEffect::pure ||
                    helper.effect == HelperEffect::memory_only_slots,
                9, "the helper does more than touch memory_only slots");
        require(op.imm >> 16 <= 1, 9, "no such precision");
        if (op.type == Type::f32)
            require(attributes.precision == Precision::single, 9, "an f32 of double precision");
    }

    // ---- 6
    void check_uses(const Instruction& op) {
        for (const Value argument : op.args())
            check_defined(argument);
        const unsigned ways = op.op == Op::branch ? 2 : op.op == Op::jump ? 1 : 0;
        for (unsigned way = 0; way < ways; ++way)
            check_target_types(op, way);
    }
    void check_defined(Value used) {
        if (!dominators_.reachable(block_)) return;
        const std::uint32_t home = home_[used.index];
        require(home != not_seen &&
                    (home == block_ ? position_[used.index] < position_[value_.index]
                                    : dominators_.dominates(home, block_)),
                6, "v{} is not defined on every way here", used.index);
    }

    // ---- 8, 9, 10, 11, 13
    void check_attributes(const Instruction& op) {
        switch (op.op) {
        case Op::get_slot:
        case Op::set_slot: {
            if (!require(op.imm < function_.layout->slots.size(), 8, "slot {} does not exist",
                         op.imm))
                return;
            const Type have = op.op == Op::get_slot ? op.type : type(op, 0);
            const Type slot = function_.layout->slots[op.imm].type;
            require(have == slot, 8, "the slot is {}", info(slot).name);
            break;
        }
        case Op::set_bank: {
            const BankMove move = BankMove::unpack(op.imm);
            require(move.pack() == op.imm && std::abs(std::int64_t{move.distance}) <= banked_state,
                    8, "a move by {} bytes", move.distance);
            break;
        }
        case Op::float_half:
        case Op::float_with_half:
            require(op.imm <= static_cast<std::uint64_t>(Half::upper), 11, "no such half");
            break;
        case Op::load: check_access(op, op.type); break;
        case Op::store: check_access(op, type(op, 1)); break;
        case Op::constant: {
            const unsigned width = info(op.type).bits;
            require(width == 64 || op.imm >> width == 0, 11, "bits beyond the type");
            break;
        }
        case Op::instruction:
        case Op::begin_run:
        case Op::next_run:
        case Op::goto_pc: fits_pc(op.imm, "the pc"); break;
        default:
            if (info(op.op).effects & effect::float_state) check_float_helper(op);
            if (const LaneRule* rule = lane_rule(op.op)) check_lanes(op, *rule);
        }
    }
    void check_lanes(const Instruction& op, const LaneRule& rule) {
        const LaneAttributes lanes = LaneAttributes::unpack(op.imm);
        if (!require(std::has_single_bit(lanes.bits) && (lanes.bits & rule.widths) != 0, 11,
                     "lanes of {} bits", lanes.bits))
            return;
        require(lanes.number < (rule.numbered ? rule.limit(lanes.bits) : 1), 11,
                "lanes of {} bits by {}", lanes.bits, lanes.number);
    }
    void check_access(const Instruction& op, Type value) {
        const MemoryAccess access = MemoryAccess::unpack(op.imm);
        const bool vector = value == Type::v128;
        require(std::has_single_bit(access.size) && access.size <= 16 &&
                    vector == (access.size == 16),
                10, "an access of {} bytes with a {}", access.size, info(value).name);
        require(vector ||
                    (contains(types_of(Op::load), value) && access.size * 8u <= info(value).bits),
                10, "the value has less than {} bytes", access.size);
        require(std::has_single_bit(access.alignment), 10, "alignment to {}", access.alignment);
        require(access.pack() == op.imm, 10, "bits that have no meaning");
        require(access.endian <= Endian::big && access.extend <= Extend::sign, 10,
                "no such byte order or extension");
    }
    const Slot& pc_slot() const { return (*function_.layout)[function_.layout->pc]; }
    void fits_pc(std::uint64_t pc, const char* what) {
        require(pc_slot().type == Type::i64 || pc >> 32 == 0, 13, "{} does not fit the slot", what);
    }

    // ---- 12, 15
    void check_instruction_order(const Instruction& op) {
        if (!dominators_.reachable(block_)) return;
        if (info(op.op).effects & effect::marker) {
            if (op.op == Op::instruction) {
                require(op.aux == now_.started, 12, "{} instructions have started before",
                        now_.started);
                require(op.aux < now_.run, 12, "the run has {} instructions", now_.run);
            } else {
                require(op.aux != 0, 12, "a run of no instructions");
                require(function_.instruction_count == 0, 12, "the unit is one run");
            }
            now_.pass(op);
            return;
        }
        const Effects effects = info(op.op).effects;
        if (effects & (effect::may_fault | effect::may_leave | effect::calls))
            require(now_.started != 0, 12, "no instruction has started");
        const bool counts = op.op == Op::call || op.op == Op::end_run || op.op == Op::goto_pc ||
                            op.op == Op::jump_pc || op.op == Op::leave;
        if (!raw_)
            require(op.aux == (counts ? now_.started : 0), 15, "{} instructions have started",
                    now_.started);
    }

    // ---- 14
    void check_recovery(const Instruction& op) {
        const bool has = op.recovery != no_recovery;
        const bool leaves = (info(op.op).effects & (effect::may_fault | effect::may_leave)) != 0;
        if (!require(has == (leaves && !raw_), 14, "{}",
                     has ? "a recovery map where none belongs" : "no recovery map") ||
            !has)
            return;
        if (!require(op.recovery < function_.recoveries.size(), 14, "the map does not exist"))
            return;
        const Recovery& recovery = function_.recoveries[op.recovery];
        const std::uint32_t index = op.op == Op::begin_run ? 0 : now_.started - 1;
        require(recovery.pc == now_.pc && recovery.instruction_index == index, 14,
                "the map is that of another instruction");
        if (!require(std::size_t{recovery.first} + recovery.count <=
                         function_.recovery_entries.size(),
                     14, "the entries lie outside the function"))
            return;
        std::vector<bool> seen(function_.layout->slots.size());
        for (const RecoveryEntry& entry : function_.entries(recovery)) {
            if (!require(entry.slot < seen.size(), 14, "slot {} does not exist", entry.slot) ||
                !require(exists(entry.value), 14, "a value does not exist") ||
                !require(entry.op == Op::copy || exists(entry.other), 14, "a value does not exist"))
                return;
            const Slot& slot = (*function_.layout)[entry.slot];
            require(slot.promotion == Promotion::promotable, 14, "{} is never out of date",
                    slot.name);
            require(entry.slot != function_.layout->pc, 14, "pc is the map's own");
            require(!seen[entry.slot], 14, "{} comes twice", slot.name);
            Type type = function_[entry.value].type;
            if (entry.op == Op::select) {
                if (!require(exists(entry.if_true) && exists(entry.if_false), 14,
                             "a value does not exist"))
                    return;
                require(is_derived_test(entry.test), 14, "{} is no test", info(entry.test).name);
                require(type == Type::i32 && function_[entry.other].type == Type::i32, 14,
                        "what is compared is not i32");
                type = function_[entry.if_true].type;
                require(type == Type::i32 && function_[entry.if_false].type == type, 14,
                        "the choices are not i32");
            } else if (entry.op != Op::copy) {
                if (!require(is_derived_op(entry.op), 14, "{} is not for maps",
                             info(entry.op).name))
                    return;
                require(type == Type::i32 && function_[entry.other].type == Type::i32, 14,
                        "the derived value is not of i32");
                type = derived_type(entry.op);
            }
            require(type == slot.type, 14, "{} is {}", slot.name, info(slot.type).name);
            seen[entry.slot] = true;
            entry.for_each_value([&](Value value) { check_defined(value); });
        }
    }

    const Function& function_;
    const bool raw_;
    std::optional<std::string> defect_;

    BlockId block_ = no_block;
    Value value_;
    unsigned line_ = 1;

    std::vector<BlockId> home_;           // block of each value
    std::vector<std::uint32_t> position_; // of each value in the text
    std::vector<Progress> at_start_;      // of each block
    Progress now_;
    Dominators dominators_;
};

} // namespace

std::optional<std::string> find_defect(const Function& function, Stage stage) {
    return Verifier(function, stage).run();
}

void verify(const Function& function, Stage stage) {
    if (const auto defect = find_defect(function, stage)) {
        std::fputs((print(function) + *defect + "\n").c_str(), stderr);
        VESTIGE_UNREACHABLE("the IR is not well-formed");
    }
}

std::optional<std::string> find_defect(const StateLayout& layout, const HelperTable& helpers) {
    if (layout.pc >= layout.slots.size()) return "the pc slot does not exist";
    const Type pc = layout[layout.pc].type;
    if (pc != Type::i32 && pc != Type::i64) return "the pc slot is neither i32 nor i64";
    // 1: memory_only, 2: promotable. Behind the state: the banked ones.
    std::vector<std::uint8_t> used(std::size_t{2} * banked_state);
    if (layout.size > banked_state) return "the state is too large for its slots' offsets";
    for (const Slot& slot : layout.slots) {
        const unsigned bytes = info(slot.type).bytes;
        const std::size_t end = is_banked(slot.offset) ? used.size() : layout.size;
        if (std::size_t{slot.offset} + bytes > end)
            return fmt::format("slot {} lies outside the state", slot.name);
        const std::uint8_t mark = slot.promotion == Promotion::promotable ? 2 : 1;
        for (unsigned i = 0; i < bytes; ++i) {
            if (used[slot.offset + i] + mark > 2)
                return fmt::format("slot {} overlaps another", slot.name);
            used[slot.offset + i] = mark;
        }
    }
    const TypeSet passed = type_set(Type::i1, Type::i8, Type::i16, Type::i32, Type::i64, Type::f32,
                                    Type::f64, Type::v128);
    for (const Helper& helper : helpers) {
        if (!helper.function) return fmt::format("helper {} has no function", helper.name);
        if (helper.arguments.size() > 4)
            return fmt::format("helper {} has more than 4 arguments", helper.name);
        for (const Type argument : helper.arguments)
            if (!contains(passed, argument))
                return fmt::format("helper {} takes a {}", helper.name, info(argument).name);
        if (helper.result != Type::none && !contains(passed, helper.result))
            return fmt::format("helper {} returns a {}", helper.name, info(helper.result).name);
    }
    return std::nullopt;
}

} // namespace vestige::ir
