// Moves of values between registers, spill slots, guest state and constants. None touches the flags
// while keep_flags() holds.
#include "backend/x64/register_allocator.h"
#include "common/assertion.h"

namespace vestige::x64 {

using ir::Type;
using ir::Value;

// Between the two kinds of registers: the same bits, 32-bit ones zero-extended.
void RegisterAllocator::move(HostRegister to, HostRegister from, Type type) {
    if (to == from) return;
    const bool narrow = ir::info(type).bytes == 4;
    if (!is_xmm(to) && !is_xmm(from))
        as_.mov(gp64(to), gp64(from));
    else if (is_xmm(to) && is_xmm(from))
        avx_ ? as_.vmovaps(xmm(to), xmm(from)) : as_.movaps(xmm(to), xmm(from));
    else if (is_xmm(to))
        avx_ ? as_.vmovq(xmm(to), gp64(from)) : as_.movq(xmm(to), gp64(from));
    else if (narrow)
        avx_ ? as_.vmovd(gp32(to), xmm(from)) : as_.movd(gp32(to), xmm(from));
    else
        avx_ ? as_.vmovq(gp64(to), xmm(from)) : as_.movq(gp64(to), xmm(from));
}

void RegisterAllocator::load(Value value, HostRegister into) {
    const Places& place = values_[value.index];
    const Type value_type = type(value);
    if (place.reg != no_register)
        move(into, place.reg, value_type);
    else if (const auto bits = constant(value))
        load_constant(*bits, value_type, into);
    else if (place.slot != SpillSlots::none)
        load_from_slot(into, static_cast<unsigned>(place.slot), value_type);
    else if (place.state_offset >= 0)
        load_from_state(static_cast<std::uint32_t>(place.state_offset), value_type, into);
    else
        VESTIGE_UNREACHABLE("the value is nowhere");
}

void RegisterAllocator::load_constant(std::uint64_t bits, Type type, HostRegister into) {
    if (!is_xmm(into)) {
        if (bits == 0 && !keep_flags_)
            as_.xor_(gp32(into), gp32(into));
        else if (bits <= 0xffffffff)
            as_.mov(gp32(into), static_cast<std::uint32_t>(bits));
        else
            as_.mov(gp64(into), bits);
        return;
    }
    VESTIGE_ASSERT(type != Type::v128);
    if (bits == 0) {
        avx_ ? as_.vxorps(xmm(into), xmm(into), xmm(into)) : as_.xorps(xmm(into), xmm(into));
        return;
    }
    const Held number = scratch();
    as_.mov(number.r64(), bits);
    move(into, number.reg(), Type::i64);
}

namespace {

void load_xmm(x86::Assembler& as, bool avx, x86::Xmm into, x86::Mem from, Type type) {
    from.setSize(0);
    switch (type) {
    case Type::i32:
    case Type::f32: avx ? as.vmovss(into, from) : as.movss(into, from); return;
    case Type::i64:
    case Type::f64: avx ? as.vmovsd(into, from) : as.movsd(into, from); return;
    default: avx ? as.vmovups(into, from) : as.movups(into, from); return;
    }
}

} // namespace

void RegisterAllocator::load_from_slot(HostRegister reg, unsigned slot, Type type) {
    if (is_xmm(reg))
        load_xmm(as_, avx_, xmm(reg), spill_memory(slot, 0), type);
    else
        as_.mov(ir::info(type).bytes == 8 ? gp64(reg) : gp32(reg), spill_memory(slot, 0));
}

void RegisterAllocator::load_from_state(std::uint32_t offset, Type type, HostRegister into) {
    const unsigned bytes = ir::info(type).bytes;
    if (is_xmm(into))
        load_xmm(as_, avx_, xmm(into), state_memory(offset, 0), type);
    else if (bytes < 4)
        as_.movzx(gp32(into), state_memory(offset, bytes));
    else
        as_.mov(bytes == 8 ? gp64(into) : gp32(into), state_memory(offset, bytes));
}

// Integers go as 64 bits, whatever their type: their upper bits are zero.
void RegisterAllocator::store_to_slot(HostRegister reg, unsigned slot, Type type) {
    const x86::Mem to = spill_memory(slot, 0);
    if (!is_xmm(reg)) {
        as_.mov(to, gp64(reg));
        return;
    }
    switch (type) {
    case Type::f32:
    case Type::f64: avx_ ? as_.vmovsd(to, xmm(reg)) : as_.movsd(to, xmm(reg)); return;
    default: avx_ ? as_.vmovups(to, xmm(reg)) : as_.movups(to, xmm(reg)); return;
    }
}

} // namespace vestige::x64
