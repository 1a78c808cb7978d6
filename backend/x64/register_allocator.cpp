#include "backend/x64/register_allocator.h"

#include <algorithm>
#include <limits>

#include "common/assertion.h"

namespace vestige::x64 {

using ir::Type;
using ir::Value;

namespace {

constexpr std::uint32_t every_register = ~0u;

} // namespace

// ---- functions, blocks and instructions

void RegisterAllocator::begin_function(const ir::Function& function, FixedRegisters fixed) {
    function_ = &function;
    fixed_ = fixed;
    values_.assign(function.instructions.size(), {});
    std::fill(std::begin(occupant_), std::end(occupant_), nobody);
    for (const std::uint8_t locks : locks_)
        VESTIGE_ASSERT(locks == 0);
    in_state_.clear();
    slots_.begin_function();
    temporary_slot_ = SpillSlots::none;
    aims_.clear();
    if (live_.flow().has_joins()) aims_.assign(values_.size(), {});
    keep_flags_ = false;
}

void RegisterAllocator::forget_everything() {
    for (std::uint32_t& occupant : occupant_) {
        if (occupant < scratch_user) values_[occupant].reg = no_register;
        occupant = nobody;
    }
    for (std::size_t slot = 0; slot < slots_.count(); ++slot)
        if (slots_.owner(slot) < SpillSlots::forever)
            values_[slots_.owner(slot)].slot = SpillSlots::none;
    slots_.release_all();
    for (const std::uint32_t value : in_state_)
        values_[value].state_offset = -1;
    in_state_.clear();
}

void RegisterAllocator::begin_block(const BlockEntry& entry) {
    values_.resize(live_.value_count());
    forget_everything();
    for (const auto& [value, places, argument] : entry.items) {
        live_.enter_with(value);
        values_[value.index] = places;
        if (places.reg != no_register) bind(value, places.reg);
        if (places.slot != SpillSlots::none) slots_.put(value.index, places.slot);
        if (places.state_offset >= 0) in_state_.push_back(value.index);
    }
}

void RegisterAllocator::end_instruction(Value value) {
    const ir::Instruction& instruction = (*function_)[value];
    const auto kill_dead = [&](Value operand) {
        if (dies_here(operand)) kill(operand);
    };
    live_.for_each_operand(instruction, kill_dead);
    if (instruction.recovery != ir::no_recovery)
        for (const auto& entry : function_->entries(function_->recoveries[instruction.recovery]))
            entry.for_each_value(kill_dead);
    if (instruction.type != Type::none) kill_dead(value);
}

void RegisterAllocator::kill(Value value) {
    Places& place = values_[value.index];
    if (place.reg != no_register) {
        if (occupant_[place.reg] == value.index) occupant_[place.reg] = nobody;
        place.reg = no_register;
    }
    if (place.slot != SpillSlots::none) {
        slots_.release(place.slot);
        place.slot = SpillSlots::none;
    }
    if (place.state_offset >= 0) leave_state(value);
}

// ---- locks and occupants

Held RegisterAllocator::hold(HostRegister reg) {
    ++locks_[reg];
    return {this, reg};
}

void RegisterAllocator::unlock(HostRegister reg) {
    VESTIGE_ASSERT(locks_[reg] > 0);
    if (--locks_[reg] == 0 && occupant_[reg] == scratch_user) occupant_[reg] = nobody;
}

void RegisterAllocator::bind(Value value, HostRegister reg) {
    occupant_[reg] = value.index;
    values_[value.index].reg = reg;
}

void RegisterAllocator::unbind(HostRegister reg) {
    if (occupant_[reg] < scratch_user) values_[occupant_[reg]].reg = no_register;
    occupant_[reg] = nobody;
}

HostRegister RegisterAllocator::free_register(Bank bank, std::uint32_t allowed) const {
    for (const HostRegister reg : allocatable(bank))
        if (occupant_[reg] == nobody && locks_[reg] == 0 && (allowed & mask_of(reg))) return reg;
    return no_register;
}

// The value whose next use is furthest; among the same, one that need not be stored.
HostRegister RegisterAllocator::victim(Bank bank) const {
    HostRegister best = no_register;
    std::uint64_t best_score = 0;
    for (const HostRegister reg : allocatable(bank)) {
        if (locks_[reg] != 0) continue;
        const Value value{occupant_[reg]};
        const ValueUses& uses = live_[value];
        const std::uint64_t distance =
            uses.used_at == position_ ? 0 : std::uint64_t{uses.next_use} - position_;
        const std::uint64_t score = 2 * distance + (has_memory_copy(value) ? 8 : 1);
        if (score > best_score) {
            best_score = score;
            best = reg;
        }
    }
    VESTIGE_ASSERT(best != no_register);
    return best;
}

void RegisterAllocator::aim_at(const BlockEntry& entry) {
    for (const BlockEntry::Item& item : entry.items) {
        Aim& aim = aims_[item.value.index];
        if (item.places.reg != no_register) aim.reg = item.places.reg;
        if (item.places.slot != SpillSlots::none) aim.slot = item.places.slot;
    }
}

HostRegister RegisterAllocator::aim_of(Value value) const {
    constexpr unsigned furthest = 4;
    for (unsigned i = 0; value.index < aims_.size() && i < furthest; ++i) {
        const Value next = live_.loop_hints().becomes(value);
        if (!next.valid()) return aims_[value.index].reg;
        if (aims_[next.index].reg != no_register) return aims_[next.index].reg;
        value = next;
    }
    return no_register;
}

// A value is spilled to one slot on all ways, if it can be.
std::int16_t RegisterAllocator::slot_aim_of(Value value) const {
    constexpr unsigned furthest = 4;
    for (unsigned i = 0; value.index < aims_.size() && i < furthest; ++i) {
        if (aims_[value.index].slot != SpillSlots::none) return aims_[value.index].slot;
        const Value next = live_.loop_hints().becomes(value);
        if (!next.valid()) break;
        value = next;
    }
    return SpillSlots::none;
}

HostRegister RegisterAllocator::allocate(Bank bank, HostRegister aim) {
    if (aim != no_register && occupant_[aim] == nobody && locks_[aim] == 0 &&
        is_xmm(aim) == (bank == Bank::xmm))
        return aim;
    HostRegister reg = free_register(bank, every_register);
    if (reg == no_register) {
        reg = victim(bank);
        evict(reg);
    }
    return reg;
}

bool RegisterAllocator::has_memory_copy(Value value) const {
    const Places& place = values_[value.index];
    return place.slot != SpillSlots::none || place.state_offset >= 0 || is_constant(value);
}

void RegisterAllocator::evict(HostRegister reg) {
    const Value value{occupant_[reg]};
    VESTIGE_ASSERT(occupant_[reg] < scratch_user && locks_[reg] == 0);
    if (!has_memory_copy(value)) spill(value);
    unbind(reg);
}

void RegisterAllocator::move_away(HostRegister reg) {
    const Value value{occupant_[reg]};
    const Bank bank = bank_of(type(value));
    const HostRegister other = free_register(bank, ~mask_of(reg));
    if (other == no_register) {
        evict(reg);
        return;
    }
    move(other, reg, type(value));
    unbind(reg);
    bind(value, other);
}

// ---- operands

Held RegisterAllocator::use(Value value) {
    VESTIGE_ASSERT(!live_[value].fused);
    HostRegister reg = values_[value.index].reg;
    if (reg == no_register) {
        reg = allocate(bank_of(type(value)), aim_of(value));
        occupant_[reg] = scratch_user;
        Held held = hold(reg);
        load(value, reg);
        bind(value, reg);
        return held;
    }
    return hold(reg);
}

Held RegisterAllocator::use_copy(Value value) {
    Held held = scratch(bank_of(type(value)));
    load(value, held.reg());
    return held;
}

Held RegisterAllocator::use_copy_in(Value value, HostRegister reg) {
    Held held = claim(reg);
    load(value, reg);
    return held;
}

asmjit::Operand RegisterAllocator::memory(Value value) const {
    const Places& place = values_[value.index];
    const Type value_type = type(value);
    if (value_type == Type::v128) return {};
    const std::uint32_t bytes = value_type == Type::i64 || value_type == Type::f64 ? 8u : 4u;
    if (place.slot != SpillSlots::none)
        return spill_memory(static_cast<unsigned>(place.slot), bytes);
    if (place.state_offset >= 0 && ir::info(value_type).bytes >= 4)
        return state_memory(static_cast<std::uint32_t>(place.state_offset), bytes);
    return {};
}

HeldOperand RegisterAllocator::register_or_memory(Value value) {
    if (!in_register(value) && live_[value].next_use == never) {
        const asmjit::Operand in_memory = memory(value);
        if (!in_memory.isNone()) return {in_memory, {}};
    }
    Held held = use(value);
    const Type value_type = type(value);
    if (bank_of(value_type) == Bank::xmm) return {held.xmm(), std::move(held)};
    return {held.of(value_type), std::move(held)};
}

HeldOperand RegisterAllocator::operand(Value value) {
    if (const auto number = immediate(value)) return {asmjit::Imm(*number), {}};
    return register_or_memory(value);
}

std::optional<std::uint64_t> RegisterAllocator::constant(Value value) const {
    if (!is_constant(value)) return std::nullopt;
    return (*function_)[value].imm;
}

std::optional<std::int32_t> RegisterAllocator::immediate(Value value) const {
    if (!is_constant(value) || bank_of(type(value)) != Bank::general) return std::nullopt;
    const std::uint64_t bits = (*function_)[value].imm;
    if (type(value) != Type::i64) return static_cast<std::int32_t>(bits);
    const auto number = static_cast<std::int64_t>(bits);
    if (number != static_cast<std::int32_t>(number)) return std::nullopt;
    return static_cast<std::int32_t>(number);
}

HostRegister RegisterAllocator::finish(Value value, Held&& held) {
    const HostRegister reg = held.reg();
    held.release();
    if (dies_here(value) && values_[value.index].reg == reg && locks_[reg] == 0) unbind(reg);
    return reg;
}

void RegisterAllocator::finish_all(const ir::Instruction& instruction) {
    live_.for_each_operand(instruction, [&](Value operand) {
        const HostRegister reg = values_[operand.index].reg;
        if (reg != no_register && dies_here(operand) && locks_[reg] == 0) unbind(reg);
    });
}

void RegisterAllocator::finish_recovered(const ir::Instruction& instruction) {
    for (const auto& entry : function_->entries(function_->recoveries[instruction.recovery]))
        entry.for_each_value([&](Value value) {
            const HostRegister reg = values_[value.index].reg;
            if (reg != no_register && dies_here(value) && locks_[reg] == 0) unbind(reg);
        });
}

// ---- scratch registers

Held RegisterAllocator::scratch(Bank bank, HostRegister aim) {
    const HostRegister reg = allocate(bank, aim);
    occupant_[reg] = scratch_user;
    return hold(reg);
}

Held RegisterAllocator::claim(HostRegister reg) {
    VESTIGE_ASSERT(locks_[reg] == 0);
    if (occupant_[reg] != nobody) move_away(reg);
    occupant_[reg] = scratch_user;
    return hold(reg);
}

// ---- results

Held RegisterAllocator::define(Value result) {
    const HostRegister reg = allocate(bank_of(type(result)), aim_of(result));
    bind(result, reg);
    return hold(reg);
}

Held RegisterAllocator::define_copy(Value result, Value from) {
    const HostRegister reg = values_[from.index].reg;
    // Its register may still be held as the other operand, if it is the same value.
    if (reg != no_register && dies_here(from)) {
        unbind(reg);
        bind(result, reg);
        return hold(reg);
    }
    Held held = define(result);
    load(from, held.reg());
    return held;
}

Held RegisterAllocator::become(Value result, Held&& scratch) {
    bind(result, scratch.reg());
    return std::move(scratch);
}

void RegisterAllocator::define_from_state(Value result, std::uint32_t offset) {
    const Held held = define(result);
    load_from_state(offset, type(result), held.reg());
}

void RegisterAllocator::define_in_state(Value result, std::uint32_t offset) {
    values_[result.index].state_offset = static_cast<std::int32_t>(offset);
    in_state_.push_back(result.index);
}

// ---- guest state

void RegisterAllocator::leave_state(Value value) {
    const auto at = std::find(in_state_.begin(), in_state_.end(), value.index);
    VESTIGE_ASSERT(at != in_state_.end());
    *at = in_state_.back();
    in_state_.pop_back();
    values_[value.index].state_offset = -1;
}

void RegisterAllocator::state_changes(std::uint32_t offset, std::uint32_t bytes, Value except) {
    for (std::size_t i = in_state_.size(); i-- > 0;) {
        const Value value{in_state_[i]};
        if (value == except) continue;
        const auto begin = static_cast<std::uint32_t>(values_[value.index].state_offset);
        const std::uint32_t end = begin + ir::info(type(value)).bytes;
        if (end <= offset || offset + bytes <= begin) continue;
        const Places& place = values_[value.index];
        if (place.reg == no_register && place.slot == SpillSlots::none) use(value);
        leave_state(value);
    }
}

void RegisterAllocator::all_state_changes() {
    state_changes(0, std::numeric_limits<std::int32_t>::max());
}

void RegisterAllocator::bank_changes() {
    state_changes(ir::banked_state, std::numeric_limits<std::uint16_t>::max());
}

void RegisterAllocator::now_in_state(Value value, std::uint32_t offset) {
    Places& place = values_[value.index];
    if (is_constant(value) || dies_here(value)) return;
    if (place.state_offset < 0) in_state_.push_back(value.index);
    place.state_offset = static_cast<std::int32_t>(offset);
}

// ---- calls

void RegisterAllocator::spill_caller_saved() {
    for (unsigned reg = 0; reg < register_count; ++reg) {
        if ((callee_saved & mask_of(static_cast<HostRegister>(reg))) != 0) continue;
        if (occupant_[reg] >= scratch_user) continue;
        const Value value{occupant_[reg]};
        if (dies_here(value) || has_memory_copy(value)) continue;
        spill(value);
    }
}

void RegisterAllocator::forget_caller_saved() {
    for (unsigned reg = 0; reg < register_count; ++reg)
        if ((callee_saved & mask_of(static_cast<HostRegister>(reg))) == 0 &&
            occupant_[reg] < scratch_user)
            unbind(static_cast<HostRegister>(reg));
}

Location RegisterAllocator::location(Value value) const {
    const Places& place = values_[value.index];
    if (const auto bits = constant(value)) return {Location::Kind::constant, 0, *bits};
    if (place.reg != no_register) return {Location::Kind::in_register, place.reg};
    if (place.slot != SpillSlots::none)
        return {Location::Kind::spill, static_cast<std::uint32_t>(place.slot)};
    if (place.state_offset >= 0)
        return {Location::Kind::state, static_cast<std::uint32_t>(place.state_offset)};
    VESTIGE_UNREACHABLE("the value is nowhere");
}

// ---- spill slots

unsigned RegisterAllocator::temporary_slot() {
    if (temporary_slot_ == SpillSlots::none)
        temporary_slot_ = slots_.take(SpillSlots::forever, Type::v128, SpillSlots::none);
    return static_cast<unsigned>(temporary_slot_);
}

void RegisterAllocator::spill(Value value) {
    Places& place = values_[value.index];
    place.slot = slots_.take(value.index, type(value), slot_aim_of(value));
    if (value.index < aims_.size()) aims_[value.index].slot = place.slot;
    store_to_slot(place.reg, static_cast<unsigned>(place.slot), type(value));
}

} // namespace vestige::x64
