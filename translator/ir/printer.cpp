#include "translator/ir/printer.h"

#include <cstdlib>
#include <iterator>

#include <fmt/format.h>

#include "translator/ir/type_rules.h"

namespace vestige::ir {

namespace {

class Printer {
  public:
    explicit Printer(const Function& function) : function_(function) {}

    std::string take() { return std::move(text_); }

    void head() {
        put("unit pc {:#x} instructions {} bytes {}\n", function_.start_pc,
            function_.instruction_count, function_.guest_bytes);
    }

    void block_head(BlockId block) {
        put("block{}", block);
        const auto& parameters = function_.blocks[block].parameters;
        if (!parameters.empty()) {
            text_ += '(';
            for (std::size_t i = 0; i < parameters.size(); ++i) {
                if (i != 0) text_ += ", ";
                value(parameters[i]);
                if (exists(parameters[i])) put(": {}", info(function_[parameters[i]].type).name);
            }
            text_ += ')';
        }
        text_ += ':';
    }

    void op(Value defined) {
        if (!exists(defined)) {
            put("v{}: no such op", defined.index);
            return;
        }
        const Instruction& op = function_[defined];
        if (op.type != Type::none) put("v{}: {} = ", defined.index, info(op.type).name);
        text_ += info(op.op).name;
        switch (op.op) {
        case Op::constant:
        case Op::goto_pc: put(" {:#x}", op.imm); break;
        case Op::instruction: put(" {:#x} #{}", op.imm, op.aux); break;
        case Op::begin_run:
        case Op::next_run: put(" {:#x} of {}", op.imm, op.aux); break;
        case Op::get_slot: slot(" ", op.imm); break;
        case Op::set_slot:
            slot(" ", op.imm);
            text_ += ", ";
            arguments(op);
            break;
        case Op::call:
            helper(" ", op.imm);
            text_ += '(';
            arguments(op);
            text_ += ')';
            break;
        case Op::leave: put(" {}", op.imm); break;
        case Op::leave_if:
            text_ += ' ';
            arguments(op);
            put(", {}", op.imm);
            break;
        case Op::jump:
            text_ += ' ';
            target(op, 0);
            break;
        case Op::branch:
            text_ += ' ';
            arguments(op);
            text_ += ", ";
            target(op, 0);
            text_ += ", ";
            target(op, 1);
            break;
        default:
            if (op.argument_count != 0) text_ += ' ';
            arguments(op);
            attributes(op);
        }
        if (!(info(op.op).effects & effect::marker) && op.aux != 0) put(" started {}", op.aux);
        if (op.recovery != no_recovery) recovery(op.recovery);
    }

    void indent() { text_ += "    "; }
    void newline() { text_ += '\n'; }

  private:
    template <class... Args> void put(fmt::format_string<Args...> format, Args&&... args) {
        fmt::format_to(std::back_inserter(text_), format, std::forward<Args>(args)...);
    }

    bool exists(Value value) const { return value.index < function_.instructions.size(); }

    void value(Value value) {
        if (value.valid())
            put("v{}", value.index);
        else
            text_ += "v?";
    }

    void values(std::span<const Value> list) {
        for (std::size_t i = 0; i < list.size(); ++i) {
            if (i != 0) text_ += ", ";
            value(list[i]);
        }
    }
    void arguments(const Instruction& op) { values(op.args()); }

    void slot(const char* before, std::uint64_t id) {
        text_ += before;
        if (id < function_.layout->slots.size())
            text_ += function_.layout->slots[id].name;
        else
            put("no_slot_{}", id);
    }
    void helper(const char* before, std::uint64_t id) {
        text_ += before;
        if (id < function_.helpers->size())
            text_ += (*function_.helpers)[id].name;
        else
            put("no_helper_{}", id);
    }

    void target(const Instruction& op, unsigned way) {
        put("block{}", op.targets[way]);
        const ValueList list = op.target_arguments[way];
        if (list.count == 0) return;
        text_ += '(';
        if (std::size_t{list.first} + list.count <= function_.pool.size())
            values(function_.list(list));
        text_ += ')';
    }

    void attributes(const Instruction& op) {
        if (op.op == Op::load || op.op == Op::store) {
            const MemoryAccess access = MemoryAccess::unpack(op.imm);
            put(" [{} {}", access.size, access.endian == Endian::big ? "big" : "little");
            if (access.extend == Extend::sign) text_ += " sign";
            if (access.alignment != 1) put(" align {}", access.alignment);
            if (access.space != 0) put(" space {}", access.space);
            if (access.tag != 0) put(" tag {}", access.tag);
            text_ += ']';
        } else if (info(op.op).effects & effect::float_state) {
            const FloatOp attributes = FloatOp::unpack(op.imm);
            helper(" @", attributes.helper);
            if (attributes.precision == Precision::single) text_ += " single";
        } else if (op.op == Op::set_bank) {
            const std::int64_t distance = BankMove::unpack(op.imm).distance;
            if (distance != 0) put(" {} {}", distance > 0 ? "up" : "down", std::abs(distance));
        } else if (op.op == Op::float_half || op.op == Op::float_with_half) {
            text_ += op.imm == static_cast<std::uint64_t>(Half::upper) ? " upper" : " lower";
        } else if (const LaneRule* rule = lane_rule(op.op)) {
            const LaneAttributes lanes = LaneAttributes::unpack(op.imm);
            put(" lanes {}", lanes.bits);
            if (rule->numbered) put(" by {}", lanes.number);
        }
    }

    void recovery(std::uint32_t index) {
        if (index >= function_.recoveries.size()) {
            put(" recover no_recovery_{}", index);
            return;
        }
        const Recovery& recovery = function_.recoveries[index];
        put(" recover {:#x} #{} {{", recovery.pc, recovery.instruction_index);
        if (std::size_t{recovery.first} + recovery.count <= function_.recovery_entries.size()) {
            const char* before = "";
            for (const RecoveryEntry& entry : function_.entries(recovery)) {
                slot(before, entry.slot);
                text_ += " = ";
                if (entry.op == Op::copy) {
                    value(entry.value);
                } else {
                    put("{} ", info(entry.op).name);
                    if (entry.op == Op::select) put("{} ", info(entry.test).name);
                    value(entry.value);
                    text_ += " ";
                    value(entry.other);
                    if (entry.op == Op::select)
                        for (const Value choice : {entry.if_true, entry.if_false}) {
                            text_ += " ";
                            value(choice);
                        }
                }
                before = ", ";
            }
        }
        text_ += '}';
    }

    const Function& function_;
    std::string text_;
};

} // namespace

std::string print(const Function& function) {
    Printer printer(function);
    printer.head();
    for (BlockId block = 0; block < function.blocks.size(); ++block) {
        printer.block_head(block);
        printer.newline();
        for (const Value value : function.blocks[block].body) {
            printer.indent();
            printer.op(value);
            printer.newline();
        }
    }
    return printer.take();
}

std::string print_op(const Function& function, Value value) {
    Printer printer(function);
    printer.op(value);
    return printer.take();
}

std::string print_block_head(const Function& function, BlockId block) {
    Printer printer(function);
    printer.block_head(block);
    return printer.take();
}

} // namespace vestige::ir
