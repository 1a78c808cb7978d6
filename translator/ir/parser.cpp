#include "translator/ir/parser.h"

#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "translator/ir/derived.h"
#include "translator/ir/type_rules.h"

namespace vestige::ir {

ParseError::ParseError(unsigned line, const std::string& reason)
    : std::runtime_error(fmt::format("line {}: {}", line, reason)), line_(line) {}

namespace {

constexpr std::uint32_t most_values = 1u << 20;

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.';
}

class Parser {
  public:
    Parser(std::string_view text, Function& function) : text_(text), function_(function) {}

    void run() {
        for_each_line([this] { find_definitions(); });
        function_.instructions.assign(defined_.size(), Instruction{.op = Op::constant});
        for_each_line([this] { parse_line(); });
        if (function_.blocks.empty()) fail("there are no blocks");
        check_targets();
    }

  private:
    // ---- lines and tokens
    template <class Visit> void for_each_line(Visit visit) {
        line_ = 0;
        for (std::size_t at = 0; at < text_.size();) {
            const std::size_t end = std::min(text_.find('\n', at), text_.size());
            ++line_;
            rest_ = text_.substr(at, end - at);
            rest_ = rest_.substr(0, rest_.find(';'));
            at = end + 1;
            skip_space();
            if (!rest_.empty()) visit();
        }
    }
    [[noreturn]] void fail(const std::string& reason) const { throw ParseError(line_, reason); }

    void skip_space() {
        const std::size_t start = rest_.find_first_not_of(" \t\r");
        rest_ = start == std::string_view::npos ? std::string_view{} : rest_.substr(start);
        while (!rest_.empty() && (rest_.back() == ' ' || rest_.back() == '\r'))
            rest_.remove_suffix(1);
    }
    bool take(std::string_view token) {
        if (!rest_.starts_with(token)) return false;
        const bool word = is_name_character(token.back());
        if (word && rest_.size() > token.size() && is_name_character(rest_[token.size()]))
            return false;
        rest_.remove_prefix(token.size());
        skip_space();
        return true;
    }
    void expect(std::string_view token) {
        if (!take(token)) fail(fmt::format("\"{}\" expected before \"{}\"", token, rest_));
    }
    std::string_view name(const char* what) {
        std::size_t length = 0;
        while (length < rest_.size() && is_name_character(rest_[length]))
            ++length;
        if (length == 0) fail(fmt::format("{} expected before \"{}\"", what, rest_));
        const std::string_view found = rest_.substr(0, length);
        rest_.remove_prefix(length);
        skip_space();
        return found;
    }
    std::uint64_t number(const char* what, std::uint64_t limit = ~std::uint64_t{0}) {
        const std::string_view digits = name(what);
        const bool hexadecimal = digits.starts_with("0x");
        const std::string_view body = digits.substr(hexadecimal ? 2 : 0);
        std::uint64_t value = 0;
        const auto [end, error] =
            std::from_chars(body.data(), body.data() + body.size(), value, hexadecimal ? 16 : 10);
        if (error != std::errc{} || end != body.data() + body.size())
            fail(fmt::format("\"{}\" is no number", digits));
        if (value > limit) fail(fmt::format("{} is too large", digits));
        return value;
    }
    template <class T> T number_as(const char* what) {
        return static_cast<T>(number(what, static_cast<T>(~T{0})));
    }

    // ---- what a line defines
    static std::optional<std::uint32_t> value_number(std::string_view name) {
        std::uint32_t index = 0;
        if (!name.starts_with('v')) return std::nullopt;
        const auto [end, error] =
            std::from_chars(name.data() + 1, name.data() + name.size(), index);
        if (error != std::errc{} || end != name.data() + name.size() || index >= most_values)
            return std::nullopt;
        return index;
    }
    Value value_name() {
        const std::string_view found = name("a value");
        const auto index = value_number(found);
        if (!index) fail(fmt::format("\"{}\" is no value", found));
        return {*index};
    }
    void define(Value value) {
        if (defined_.size() <= value.index) defined_.resize(value.index + 1);
        if (defined_[value.index]) fail(fmt::format("v{} is defined twice", value.index));
        defined_[value.index] = true;
    }
    void find_definitions() {
        if (rest_.starts_with("block")) {
            name("a block");
            if (!take("(")) return;
            do {
                define(value_name());
                expect(":");
                type();
            } while (take(","));
            return;
        }
        const std::string_view first = name("an op");
        if (take(":")) {
            const auto index = value_number(first);
            if (!index) fail(fmt::format("\"{}\" is no value", first));
            define({*index});
        }
    }
    // For an op without result: a number that no value has.
    Value unnamed() {
        while (next_unnamed_ < defined_.size() && defined_[next_unnamed_])
            ++next_unnamed_;
        const Value value{next_unnamed_++};
        if (value.index >= function_.instructions.size())
            function_.instructions.resize(value.index + 1, Instruction{.op = Op::constant});
        return value;
    }

    // ---- parts of a line
    Type type() {
        const std::string_view found = name("a type");
        for (unsigned i = 0; i < type_count; ++i)
            if (type_table[i].name == found) return static_cast<Type>(i);
        fail(fmt::format("\"{}\" is no type", found));
    }
    Value value() {
        const Value found = value_name();
        if (found.index >= defined_.size() || !defined_[found.index])
            fail(fmt::format("v{} is not defined", found.index));
        return found;
    }
    Op op() {
        const std::string_view found = name("an op");
        for (unsigned i = 0; i < op_count; ++i)
            if (info(static_cast<Op>(i)).name == found) return static_cast<Op>(i);
        fail(fmt::format("\"{}\" is no op", found));
    }
    SlotId slot() {
        const std::string_view found = name("a slot");
        const auto& slots = function_.layout->slots;
        for (std::size_t i = 0; i < slots.size(); ++i)
            if (slots[i].name == found) return static_cast<SlotId>(i);
        fail(fmt::format("\"{}\" is no slot", found));
    }
    HelperId helper() {
        const std::string_view found = name("a helper");
        for (std::size_t i = 0; i < function_.helpers->size(); ++i)
            if ((*function_.helpers)[i].name == found) return static_cast<HelperId>(i);
        fail(fmt::format("\"{}\" is no helper", found));
    }
    void add_argument(Instruction& op) {
        if (op.argument_count == 4) fail("more than 4 arguments");
        op.arguments[op.argument_count++] = value();
    }
    void arguments(Instruction& op) {
        add_argument(op);
        while (take(","))
            add_argument(op);
    }
    BlockId block_name() {
        std::string_view found = name("a block");
        const std::string_view whole = found;
        BlockId block = 0;
        if (!found.starts_with("block")) fail(fmt::format("\"{}\" is no block", whole));
        found.remove_prefix(5);
        const auto [end, error] = std::from_chars(found.data(), found.data() + found.size(), block);
        if (error != std::errc{} || end != found.data() + found.size())
            fail(fmt::format("\"{}\" is no block", whole));
        return block;
    }
    void target(Instruction& op, unsigned way) {
        op.targets[way] = block_name();
        std::vector<Value> list;
        if (take("(")) {
            do
                list.push_back(value());
            while (take(","));
            expect(")");
        }
        op.target_arguments[way] = function_.make_list(list);
    }
    void access(Instruction& op) {
        MemoryAccess access;
        expect("[");
        access.size = number_as<std::uint8_t>("a size");
        if (take("little"))
            access.endian = Endian::little;
        else
            expect("big");
        if (take("sign")) access.extend = Extend::sign;
        if (take("align")) access.alignment = number_as<std::uint8_t>("an alignment");
        if (take("space")) access.space = number_as<std::uint8_t>("a space");
        if (take("tag")) access.tag = number_as<std::uint8_t>("a tag");
        expect("]");
        op.imm = access.pack();
    }
    // Op::copy if none is named.
    Op one_of(std::span<const Op> ops) {
        for (const Op op : ops)
            if (take(info(op).name)) return op;
        return Op::copy;
    }
    std::uint32_t recovery() {
        Recovery recovery{.pc = number("a pc")};
        expect("#");
        recovery.instruction_index = number_as<std::uint32_t>("an index");
        recovery.first = static_cast<std::uint32_t>(function_.recovery_entries.size());
        expect("{");
        if (!take("}")) {
            do {
                const SlotId id = slot();
                expect("=");
                RecoveryEntry entry{.slot = id, .value = {}};
                if (take(info(Op::select).name)) {
                    entry.op = Op::select;
                    entry.test = one_of(derived_tests);
                } else {
                    entry.op = one_of(derived_ops);
                }
                entry.value = value();
                if (entry.op != Op::copy) entry.other = value();
                if (entry.op == Op::select) {
                    entry.if_true = value();
                    entry.if_false = value();
                }
                function_.recovery_entries.push_back(entry);
            } while (take(","));
            expect("}");
        }
        recovery.count =
            static_cast<std::uint32_t>(function_.recovery_entries.size()) - recovery.first;
        function_.recoveries.push_back(recovery);
        return static_cast<std::uint32_t>(function_.recoveries.size() - 1);
    }

    // ---- lines
    void parse_line() {
        if (take("unit")) {
            expect("pc");
            function_.start_pc = number("a pc");
            expect("instructions");
            function_.instruction_count = number_as<std::uint32_t>("a count");
            expect("bytes");
            function_.guest_bytes = number("a count");
        } else if (rest_.starts_with("block")) {
            block_head();
        } else {
            instruction_line();
        }
        if (!rest_.empty()) fail(fmt::format("\"{}\" at the end of the line", rest_));
    }
    void block_head() {
        const BlockId block = block_name();
        if (block != function_.blocks.size())
            fail(fmt::format("block{} expected", function_.blocks.size()));
        function_.add_block();
        if (take("(")) {
            do {
                const Value parameter = value();
                expect(":");
                function_[parameter] = {.op = Op::parameter, .type = type()};
                function_.blocks[block].parameters.push_back(parameter);
            } while (take(","));
            expect(")");
        }
        expect(":");
    }
    void instruction_line() {
        if (function_.blocks.empty()) fail("an op before the first block");
        Instruction made{.op = Op::constant};
        Value defined;
        const std::string_view line = rest_;
        name("an op");
        if (rest_.starts_with(':')) {
            rest_ = line;
            defined = value();
            expect(":");
            made.type = type();
            expect("=");
        } else {
            rest_ = line;
            defined = unnamed();
        }
        made.op = op();
        operands(made);
        if (take("started")) made.aux = number_as<std::uint32_t>("a count");
        if (take("recover")) made.recovery = recovery();
        function_[defined] = made;
        function_.blocks.back().body.push_back(defined);
    }
    void operands(Instruction& op) {
        switch (op.op) {
        case Op::constant:
        case Op::goto_pc: op.imm = number("a number"); break;
        case Op::instruction:
            op.imm = number("a pc");
            expect("#");
            op.aux = number_as<std::uint32_t>("an index");
            break;
        case Op::begin_run:
        case Op::next_run:
            op.imm = number("a pc");
            expect("of");
            op.aux = number_as<std::uint32_t>("a count");
            break;
        case Op::get_slot: op.imm = slot(); break;
        case Op::set_slot:
            op.imm = slot();
            expect(",");
            add_argument(op);
            break;
        case Op::call:
            op.imm = helper();
            expect("(");
            if (!take(")")) {
                arguments(op);
                expect(")");
            }
            break;
        case Op::leave: op.imm = number_as<std::uint32_t>("a code"); break;
        case Op::leave_if:
            add_argument(op);
            expect(",");
            op.imm = number_as<std::uint32_t>("a code");
            break;
        case Op::jump: target(op, 0); break;
        case Op::branch:
            add_argument(op);
            expect(",");
            target(op, 0);
            expect(",");
            target(op, 1);
            break;
        default:
            if (!info(op.op).arguments.empty()) arguments(op);
            attributes(op);
        }
    }
    void attributes(Instruction& op) {
        if (op.op == Op::load || op.op == Op::store) {
            access(op);
        } else if (info(op.op).effects & effect::float_state) {
            expect("@");
            FloatOp attributes{.helper = helper()};
            if (take("single")) attributes.precision = Precision::single;
            op.imm = attributes.pack();
        } else if (op.op == Op::set_bank) {
            const bool up = take("up");
            if (!up && !take("down")) return;
            const auto distance = static_cast<std::int32_t>(number("a distance", banked_state));
            op.imm = BankMove{up ? distance : -distance}.pack();
        } else if (op.op == Op::float_half || op.op == Op::float_with_half) {
            Half half = Half::upper;
            if (take("lower"))
                half = Half::lower;
            else
                expect("upper");
            op.imm = static_cast<std::uint64_t>(half);
        } else if (const LaneRule* rule = lane_rule(op.op)) {
            expect("lanes");
            LaneAttributes lanes{.bits = number_as<std::uint8_t>("a width")};
            if (rule->numbered) {
                expect("by");
                lanes.number = number_as<std::uint32_t>("a count or lane");
            }
            op.imm = lanes.pack();
        }
    }
    void check_targets() const {
        for (const Block& block : function_.blocks)
            for (const Value value : block.body)
                for (const BlockId target : function_[value].targets)
                    if (target >= function_.blocks.size())
                        fail(fmt::format("block{} is not defined", target));
    }

    std::string_view text_;
    Function& function_;
    std::string_view rest_; // of the line
    unsigned line_ = 0;
    std::vector<bool> defined_; // by value number
    std::uint32_t next_unnamed_ = 0;
};

} // namespace

void parse(std::string_view text, Function& function) {
    function.clear();
    Parser(text, function).run();
}

} // namespace vestige::ir
