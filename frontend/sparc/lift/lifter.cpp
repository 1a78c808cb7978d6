#include "frontend/sparc/lift/lifter.h"

#include "common/assertion.h"
#include "frontend/sparc/helpers.h"

namespace vestige::sparc {

using ir::Op;
using ir::Type;
using ir::Value;

Lifter::Lifter(ir::Builder& builder, const CpuModel& cpu_model, const runtime::LiftRequest& request)
    : b(builder), model(cpu_model), mode(request.mode), request_(request) {}

Value Lifter::operand2() {
    return f.i() ? b.i32(static_cast<std::uint32_t>(f.simm13())) : reg(f.rs2());
}

Value Lifter::address() {
    const Value base = operand1();
    if (f.i() ? f.simm13() == 0 : f.rs2() == 0) return base;
    if (f.rs1() == 0) return operand2();
    return b.add(base, operand2());
}

// ---- integer condition codes

void Lifter::set_icc_of_difference(Value left, Value right) {
    b.set_slot(slot::icc, b.order_s(left, right));
    b.set_slot(slot::icc_c, b.cmp_lt_u(left, right));
    flags_ = {IccSource::Kind::difference, left, right};
}

void Lifter::set_icc_of_result(Value result) {
    b.set_slot(slot::icc, b.order_s(result, b.i32(0)));
    b.set_slot(slot::icc_c, b.i1(false));
    flags_ = {IccSource::Kind::result, result, {}};
}

void Lifter::set_icc(Value exact, Value result, Value carry) {
    b.set_slot(slot::icc, exact);
    b.set_slot(slot::icc_c, carry);
    flags_ = {IccSource::Kind::sum, result, {}};
}

namespace {

// Bicc's cond without its bit 3, which negates.
enum Test : unsigned {
    never,
    equal,
    less_equal,
    less,
    less_equal_u,
    carry_set,
    negative,
    overflow
};

} // namespace

// Of the values that icc was made of in this unit, where they are known; an invalid value is
// returned for what only the slots tell.
Value Lifter::condition_of_flags(unsigned cond) {
    const bool negate = (cond & 8) != 0;
    const unsigned test = cond & 7;
    if (flags_.kind == IccSource::Kind::difference) {
        const Value x = flags_.left, y = flags_.right;
        switch (test) {
        case equal: return negate ? b.cmp_ne(x, y) : b.cmp_eq(x, y);
        case less_equal: return negate ? b.cmp_lt_s(y, x) : b.cmp_le_s(x, y);
        case less: return negate ? b.cmp_le_s(y, x) : b.cmp_lt_s(x, y);
        case less_equal_u: return negate ? b.cmp_lt_u(y, x) : b.cmp_le_u(x, y);
        case carry_set: return negate ? b.cmp_le_u(y, x) : b.cmp_lt_u(x, y);
        default: return {};
        }
    }
    if (flags_.kind == IccSource::Kind::unknown) return {};
    const Value x = flags_.left, zero = b.i32(0);
    switch (test) {
    case equal: return negate ? b.cmp_ne(x, zero) : b.cmp_eq(x, zero);
    case negative: return negate ? b.cmp_le_s(zero, x) : b.cmp_lt_s(x, zero);
    default:
        if (flags_.kind == IccSource::Kind::sum) return {};
    }
    switch (test) { // V and C are clear
    case less_equal: return negate ? b.cmp_lt_s(zero, x) : b.cmp_le_s(x, zero);
    case less: return negate ? b.cmp_le_s(zero, x) : b.cmp_lt_s(x, zero);
    case less_equal_u: return negate ? b.cmp_ne(x, zero) : b.cmp_eq(x, zero);
    default: return b.i1(negate);
    }
}

Value Lifter::condition(unsigned cond) {
    if (const Value known = condition_of_flags(cond); known.valid()) return known;
    const auto order = [&] { return b.get_slot(slot::icc); };
    const auto carry = [&] { return b.get_slot(slot::icc_c); };
    const auto sign = [&] { return b.cmp_lt_s(b.trunc(Type::i32, order()), b.i32(0)); };
    Value holds;
    switch (cond & 7) {
    case equal: holds = b.order_eq(order()); break;
    case less_equal: // of a zero, too, greater is false
        return cond & 8 ? b.order_gt(order()) : b.not_(b.order_gt(order()));
    case less: holds = b.order_lt(order()); break;
    case less_equal_u: holds = b.or_(carry(), b.order_eq(order())); break;
    case carry_set: holds = carry(); break;
    case negative: holds = sign(); break;
    case overflow: holds = b.xor_(sign(), b.order_lt(order())); break;
    default: VESTIGE_UNREACHABLE("a condition that needs no flags");
    }
    return cond & 8 ? b.not_(holds) : holds;
}

// ---- privilege and availability

bool Lifter::refused_to_user() {
    if (supervisor()) return false;
    end_trap(tt::privileged_instruction);
    return true;
}

bool Lifter::fpu_disabled() {
    if (mode & mode::fpu || fpu_checked_) return false;
    if (!supervisor()) {
        end_trap(tt::fp_disabled);
        return true;
    }
    trap_if(b.not_(b.get_slot(slot::enable_float)), tt::fp_disabled);
    fpu_checked_ = true;
    return false;
}

// ---- ends of a unit

void Lifter::go_on() {
    switch (placement_) {
    case Placement::straight: b.goto_pc(pc + 4); return;
    case Placement::slot: go_on_behind_slot(); return;
    case Placement::delayed:
        b.set_slot(slot::pc, b.get_slot(slot::npc));
        go_to_changed_delay(b.i1(false));
        return;
    }
}

void Lifter::end_after() {
    go_on();
    ended_ = true;
}

void Lifter::end_trap(unsigned type) {
    write_pc();
    b.leave(trap_code(type));
    ended_ = true;
}

void Lifter::trap_if_misaligned(Value address, std::uint8_t size) {
    const Value offset = b.same_imm(Op::and_, address, size - 1u);
    trap_if(b.cmp_ne(offset, b.i32(0)), tt::mem_address_not_aligned);
}

void Lifter::raise_trap(Value type) {
    resume_slot();
    write_pc();
    b.call(helper::raise_trap, {type});
    go_to_new_pc();
}

} // namespace vestige::sparc
