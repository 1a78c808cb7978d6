#include "tests/lockstep/random_ir.h"

#include "tests/lockstep/random_ops.h"
#include "translator/opt/passes.h"

namespace vestige::test {

using ir::BlockId;
using ir::Op;
using ir::Type;
using ir::Value;

namespace {

class Generator : RandomOps {
  public:
    using RandomOps::RandomOps;

    void run() {
        const unsigned count = 1 + random_.below(options_.instructions);
        const bool several_runs = random_.one_in(3);
        for (unsigned i = 0; i < count; ++i) {
            if (several_runs && (i == 0 || must_begin_ || random_.one_in(3))) begin_run();
            build_.instruction(pc_);
            if (i == 0 && random_.one_in(2)) know_bank();
            some_ops();
            if (random_.one_in(6)) diamond();
            if (options_.loop_one_in != 0 && random_.one_in(options_.loop_one_in)) {
                if (options_.loops == RandomIrOptions::Loops::deep)
                    deep_loop(2);
                else
                    loop();
            }
            if (random_.one_in(16)) goto_next_block();
            pc_ += 4;
            if (random_.one_in(10)) side_exit();
            if (!several_runs || i + 1 == count) continue; // another run is to come
            if (random_.one_in(6))
                fork();
            else if (random_.one_in(8))
                loop_of_runs();
        }
        if (random_.one_in(2)) side_exit();
        exit();
        if (several_runs) end_run();
        if (several_runs && random_.one_in(2)) opt::pay_runs(function_);
        function_.guest_bytes = pc_ - start_pc;
    }

  private:
    // Its length is known when it ends. The builder counts in instruction_count.
    void begin_run() {
        if (run_.valid() && random_.one_in(4)) {
            build_.end_run();
            ++function_.instruction_count; // one more is paid for than starts
        }
        end_run();
        build_.begin_run(pc_, 1);
        run_ = function_.blocks[build_.block()].body.back();
    }
    // To runs that begin nowhere else; some come together in front of the next one.
    void fork() {
        if (random_.one_in(3)) {
            end_run();
            build_.begin_run(pc_, 1);
            run_ = function_.blocks[build_.block()].body.back();
            build_.instruction(pc_);
            pc_ += 4;
        }
        // The run may have an instruction more, which neither way starts.
        const bool ends_early = random_.one_in(3);
        const std::uint32_t started = function_.instruction_count;
        if (ends_early) ++function_.instruction_count;
        end_run();
        run_ = {};
        function_.instruction_count = started;
        const BlockId arm = build_.new_block(), on = build_.new_block();
        const BlockId other = ends_early ? build_.new_block() : on;
        const bool arm_is_first = random_.one_in(2);
        build_.branch(value(Type::i1), arm_is_first ? arm : other, arm_is_first ? other : arm);
        if (ends_early) {
            build_.set_block(other);
            build_.end_run();
            build_.jump(on);
        }
        {
            const Scope scope(*this);
            build_.set_block(arm);
            const unsigned runs = random_.below(4);
            if (random_.one_in(4)) some_ops(); // of the instruction in front of the branch
            if (ends_early && runs != 0) build_.end_run();
            for (unsigned i = 0; i < runs; ++i) {
                begin_run();
                build_.instruction(pc_);
                some_ops();
                pc_ += 4;
                if (random_.one_in(3)) side_exit();
            }
            // Where the other way goes on, another run begins.
            if (random_.one_in(2) || (ends_early && runs == 0))
                exit();
            else
                build_.jump(on);
        }
        end_run();
        run_ = {};
        build_.set_block(on);
        must_begin_ = true;
    }
    void loop_of_runs() {
        end_run();
        run_ = {};
        const BlockId head = build_.new_block(), after = build_.new_block();
        const Value count = build_.add_parameter(head, Type::i32);
        jump(head, {build_.i32(1 + random_.below(4))});
        {
            const Scope scope(*this);
            build_.set_block(head);
            for (unsigned parts = 1 + random_.below(3); parts-- > 0;) {
                begin_run();
                build_.instruction(pc_);
                some_ops();
                pc_ += 4;
                if (random_.one_in(4)) side_exit();
                if (random_.one_in(2)) leave_loop(after);
            }
            const Value left = build_.sub(count, build_.i32(1));
            branch(build_.cmp_ne(left, build_.i32(0)), head, {left}, after, {});
        }
        end_run();
        run_ = {};
        build_.set_block(after);
        must_begin_ = true;
    }
    // Perhaps in front of the run's last instruction.
    void leave_loop(BlockId after) {
        const BlockId out = build_.new_block(), on = build_.new_block();
        const bool ends_early = random_.one_in(2);
        build_.branch(value(Type::i1), out, on);
        build_.set_block(out);
        if (ends_early) build_.end_run();
        build_.jump(after);
        build_.set_block(on);
        if (ends_early) {
            build_.instruction(pc_);
            pc_ += 4;
            if (random_.one_in(2)) side_exit();
        } else {
            end_run();
            run_ = {};
        }
    }
    void end_run() {
        must_begin_ = false;
        if (run_.valid()) function_[run_].aux = function_.instruction_count;
        function_.instruction_count = 0;
    }

    // ---- flow
    // One arm of a branch, and nothing on the other way.
    void triangle() {
        const Value a = value(Type::f64), b = value(Type::f64);
        const Value condition =
            random_.one_in(2) ? value(Type::i1) : same(Op::float_unordered, Type::i1, {a, b});
        const Type type = any_type();
        const BlockId arm = build_.new_block(), join = build_.new_block();
        const Value parameter = build_.add_parameter(join, type);
        branch(condition, arm, {}, join, {value(type)});
        {
            const Scope scope(*this);
            build_.set_block(arm);
            some_ops();
            build_.jump(join, {value(type)});
        }
        build_.set_block(join);
        keep(parameter);
    }
    void diamond() {
        if (random_.one_in(3)) {
            triangle();
            return;
        }
        const Value condition = value(Type::i1);
        const Type type = any_type();
        const BlockId yes = build_.new_block(), no = build_.new_block(), join = build_.new_block();
        const Value parameter = build_.add_parameter(join, type);
        build_.branch(condition, yes, no);
        for (const BlockId arm : {yes, no}) {
            const Scope scope(*this);
            build_.set_block(arm);
            some_ops();
            build_.jump(join, {value(type)});
        }
        build_.set_block(join);
        keep(parameter);
    }
    void loop() {
        const BlockId head = build_.new_block(), after = build_.new_block();
        const Value start = build_.i32(1 + random_.below(5)), first = value(Type::i32);
        const Value count = build_.add_parameter(head, Type::i32);
        const Value carried = build_.add_parameter(head, Type::i32);
        const Value result = build_.add_parameter(after, Type::i32);
        build_.jump(head, {start, first});
        {
            const Scope scope(*this);
            build_.set_block(head);
            keep(carried);
            some_ops();
            const Value left = build_.sub(count, build_.i32(1));
            const Value next = value(Type::i32);
            build_.branch(build_.cmp_ne(left, build_.i32(0)), head, after, {left, next}, {next});
        }
        build_.set_block(after);
        keep(result);
    }
    // A loop that counts down its first parameter. The others change places, come from the body or
    // stay; some of the body's blocks jump back by themselves.
    void deep_loop(unsigned depth) {
        const BlockId head = build_.new_block(), after = build_.new_block();
        const unsigned carried = random_.one_in(3) ? 6 + random_.below(15) : random_.below(6);
        std::vector<Value> parameters{build_.add_parameter(head, Type::i32)};
        std::vector<Value> arguments{build_.i32(1 + random_.below(4))};
        const bool one_type = random_.one_in(3);
        const Type type_of_all = any_type();
        for (unsigned i = 0; i < carried; ++i) {
            const Type type = one_type ? type_of_all : any_type();
            parameters.push_back(build_.add_parameter(head, type));
            arguments.push_back(value(type));
        }
        const Type result_type = any_type();
        const Value result = build_.add_parameter(after, result_type);
        jump(head, arguments);
        {
            const Scope scope(*this);
            build_.set_block(head);
            for (unsigned i = 1; i < parameters.size(); ++i)
                keep(parameters[i]);
            const Value left = build_.sub(parameters[0], build_.i32(1));
            const Value more = build_.cmp_ne(left, build_.i32(0));
            const bool tests_first = random_.one_in(3);
            if (tests_first) {
                const BlockId body = build_.new_block();
                branch(more, body, {}, after, {value(result_type)});
                build_.set_block(body);
            }
            const unsigned parts = 1 + random_.below(3);
            for (unsigned i = 0; i < parts; ++i) {
                some_ops();
                if (depth > 0 && random_.one_in(3)) deep_loop(depth - 1);
                if (random_.one_in(4)) diamond();
                if (random_.one_in(8)) side_exit();
                if (random_.one_in(6)) goto_next_block();
                if (tests_first && random_.one_in(6)) {
                    const BlockId on = build_.new_block();
                    branch(value(Type::i1), on, {}, head, next_round(parameters, left));
                    build_.set_block(on);
                }
                if (random_.one_in(8)) {
                    const BlockId on = build_.new_block();
                    branch(value(Type::i1), after, {value(result_type)}, on, {});
                    build_.set_block(on);
                }
            }
            if (tests_first)
                jump(head, next_round(parameters, left));
            else if (random_.one_in(2))
                branch(more, head, next_round(parameters, left), after, {value(result_type)});
            else
                branch(build_.cmp_eq(left, build_.i32(0)), after, {value(result_type)}, head,
                       next_round(parameters, left));
        }
        build_.set_block(after);
        keep(result);
    }
    std::vector<Value> next_round(const std::vector<Value>& parameters, Value left) {
        std::vector<Value> arguments{left};
        for (unsigned i = 1; i < parameters.size(); ++i) {
            Value argument = parameters[i];
            const Type type = build_.type(argument);
            if (random_.one_in(3)) {
                argument = value(type);
            } else if (!random_.one_in(3)) {
                const Value other =
                    parameters[1 +
                               random_.below(static_cast<std::uint32_t>(parameters.size() - 1))];
                if (build_.type(other) == type) argument = other;
            }
            arguments.push_back(argument);
        }
        return arguments;
    }
    void jump(BlockId target, const std::vector<Value>& arguments) {
        const ir::ValueList list = function_.make_list(arguments);
        ir::Instruction& jump = function_[build_.append(Op::jump, Type::none, {})];
        jump.targets[0] = target;
        jump.target_arguments[0] = list;
    }
    void branch(Value condition, BlockId if_true, const std::vector<Value>& true_arguments,
                BlockId if_false, const std::vector<Value>& false_arguments) {
        const ir::ValueList lists[] = {function_.make_list(true_arguments),
                                       function_.make_list(false_arguments)};
        ir::Instruction& branch = function_[build_.append(Op::branch, Type::none, {condition})];
        branch.targets[0] = if_true;
        branch.targets[1] = if_false;
        branch.target_arguments[0] = lists[0];
        branch.target_arguments[1] = lists[1];
    }
    void goto_next_block() {
        const BlockId next = build_.new_block();
        const Type type = any_type();
        const Value parameter = build_.add_parameter(next, type);
        build_.jump(next, {value(type)});
        build_.set_block(next);
        keep(parameter);
    }
    void side_exit() {
        const Value condition = value(Type::i1);
        const BlockId out = build_.new_block(), on = build_.new_block();
        if (random_.one_in(2))
            build_.branch(condition, out, on);
        else
            build_.branch(condition, on, out);
        {
            const Scope scope(*this);
            build_.set_block(out);
            if (random_.one_in(4)) some_ops();
            exit();
        }
        build_.set_block(on);
    }
    void exit() {
        switch (random_.below(4)) {
        case 0: build_.jump_pc(value(Type::i32)); break;
        case 1:
            build_.set_slot(slot_pc, value(Type::i32));
            build_.leave(ir::leave::guest_first + random_.below(8));
            break;
        default: build_.goto_pc(random_.one_in(2) ? pc_ : 0x2000 + 4 * random_.below(64)); break;
        }
    }

    Value run_; // the current begin_run
    bool must_begin_ = false;
    std::uint32_t pc_ = start_pc;
};

} // namespace

void random_function(ir::Function& function, std::uint64_t seed, const RandomIrOptions& options) {
    function.clear();
    function.start_pc = start_pc;
    Generator(function, seed, options).run();
}

} // namespace vestige::test
