// Compares and traps (Programming Environments Manual 4.2.1.2 and 4.2.4.6).
#include "frontend/ppc/lift/lifter.h"

namespace vestige::ppc {

using ir::Value;

void lift_cmp(Lifter& l) {
    const Value a = l.gpr(l.f.ra()), b = l.gpr(l.f.rb());
    l.set_cr_field(l.f.crfd(), l.b.order_s(a, b));
}
void lift_cmpi(Lifter& l) {
    const Value a = l.gpr(l.f.ra());
    const Value b = l.b.i32(static_cast<std::uint32_t>(l.f.simm()));
    l.set_cr_field(l.f.crfd(), l.b.order_s(a, b));
}
void lift_cmpl(Lifter& l) {
    const Value a = l.gpr(l.f.ra()), b = l.gpr(l.f.rb());
    l.set_cr_field(l.f.crfd(), l.b.order_u(a, b));
}
void lift_cmpli(Lifter& l) {
    const Value a = l.gpr(l.f.ra());
    l.set_cr_field(l.f.crfd(), l.b.order_u(a, l.b.i32(l.f.uimm())));
}

namespace {

// TO, from the most significant bit.
constexpr unsigned trap_less = 16, trap_greater = 8, trap_equal = 4, trap_less_u = 2,
                   trap_greater_u = 1;
constexpr unsigned trap_unequal = trap_less | trap_greater;
constexpr unsigned trap_unequal_u = trap_less_u | trap_greater_u;

void trap(Lifter& l, Value a, Value b) {
    ir::Builder& build = l.b;
    const unsigned to = l.f.to();
    const bool equal = (to & trap_equal) != 0;
    const bool unequal =
        (to & trap_unequal) == trap_unequal || (to & trap_unequal_u) == trap_unequal_u;
    if (to == 0) return;
    if (equal && unequal) {
        l.end_raise(Leave::program_trap);
        return;
    }
    if (unequal) {
        build.leave_if(build.cmp_ne(a, b), code(Leave::program_trap));
        return;
    }

    Value condition;
    const auto either = [&](Value other) {
        condition = condition.valid() ? build.or_(condition, other) : other;
    };
    if (to & trap_less) either(equal ? build.cmp_le_s(a, b) : build.cmp_lt_s(a, b));
    if (to & trap_greater) either(equal ? build.cmp_le_s(b, a) : build.cmp_lt_s(b, a));
    if (to & trap_less_u) either(equal ? build.cmp_le_u(a, b) : build.cmp_lt_u(a, b));
    if (to & trap_greater_u) either(equal ? build.cmp_le_u(b, a) : build.cmp_lt_u(b, a));
    if (!condition.valid()) condition = build.cmp_eq(a, b);
    build.leave_if(condition, code(Leave::program_trap));
}

} // namespace

void lift_tw(Lifter& l) { trap(l, l.gpr(l.f.ra()), l.gpr(l.f.rb())); }
void lift_twi(Lifter& l) {
    trap(l, l.gpr(l.f.ra()), l.b.i32(static_cast<std::uint32_t>(l.f.simm())));
}

} // namespace vestige::ppc
