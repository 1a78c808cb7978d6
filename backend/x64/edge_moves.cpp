#include "backend/x64/edge_moves.h"

#include <algorithm>
#include <optional>

#include "common/assertion.h"

namespace vestige::x64 {

using ir::Type;
using ir::Value;
using Kind = Location::Kind;

namespace {

Location in_register(HostRegister reg) { return {Kind::in_register, reg}; }
Location in_slot(std::int64_t slot) { return {Kind::spill, static_cast<std::uint32_t>(slot)}; }
bool same(const Location& a, const Location& b) { return a.kind == b.kind && a.index == b.index; }
bool is_memory(const Location& place) { return place.kind != Kind::in_register; }

// The frame's alignment, above the spill area.
x86::Mem saved_register() { return x86::qword_ptr(x86::rsp, spill_area_bytes); }

} // namespace

// ---- what is to be moved

Location EdgeMoves::source(Value value) const {
    const HostRegister reg = regs_.register_of(value);
    return reg == no_register ? regs_.location(value) : in_register(reg);
}

void EdgeMoves::add(Location to, Location from, Type type) {
    if (!same(to, from)) pending_.push_back({to, from, type});
}

EdgeMoves::Steps EdgeMoves::find(const BlockEntry& entry, std::span<const Value> arguments) {
    pending_.clear();
    settled_ = 0;
    for (const BlockEntry::Item& item : entry.items) {
        const bool is_parameter = item.argument != BlockEntry::no_argument;
        const Value value = is_parameter ? arguments[item.argument] : item.value;
        const Places now = regs_.places(value);
        const Type type = regs_.type(value);
        if (item.places.reg != no_register) {
            if (now.reg == item.places.reg)
                settled_ |= mask_of(now.reg);
            else
                add(in_register(item.places.reg), source(value), type);
        }
        if (item.places.slot != SpillSlots::none && now.slot != item.places.slot)
            add(in_slot(item.places.slot), source(value), type);
        // A state slot that is promised always has the value (EntryPlanner::is_stable).
    }
    const auto first = static_cast<std::uint32_t>(steps_.size());
    schedule();
    return {first, static_cast<std::uint32_t>(steps_.size()) - first};
}

// ---- in which order

bool EdgeMoves::is_read(const Location& place, const Step& except) const {
    return std::any_of(pending_.begin(), pending_.end(), [&](const Step& step) {
        return &step != &except && same(step.from, place);
    });
}

// What nobody is still to read can be written. If that is nothing, all the rest are cycles.
void EdgeMoves::schedule() {
    while (!pending_.empty()) {
        bool moved = false;
        for (std::size_t i = 0; i < pending_.size();) {
            if (is_read(pending_[i].to, pending_[i])) {
                ++i;
                continue;
            }
            push(pending_[i]);
            pending_.erase(pending_.begin() + static_cast<std::ptrdiff_t>(i));
            moved = true;
        }
        if (!moved) break_cycle();
    }
}

void EdgeMoves::push(Step step) {
    step.temporary = idle(Bank::general);
    const bool any_will_do =
        step.from.kind != Kind::constant && ir::info(step.type).bytes >= 4 && is_memory(step.to);
    if (any_will_do && step.temporary == no_register) step.temporary = idle(Bank::xmm);
    steps_.push_back(step);
    if (step.to.kind == Kind::in_register)
        settled_ |= mask_of(static_cast<HostRegister>(step.to.index));
}

// A register that holds nothing between the last step so far and the next one.
HostRegister EdgeMoves::idle(Bank bank) const {
    std::uint32_t busy = settled_;
    for (const Step& step : pending_)
        if (step.from.kind == Kind::in_register)
            busy |= mask_of(static_cast<HostRegister>(step.from.index));
    const auto is_idle = [&](HostRegister reg) { return (busy & mask_of(reg)) == 0; };
    const auto registers = regs_.allocatable(bank);
    const auto found = std::find_if(registers.begin(), registers.end(), is_idle);
    return found == registers.end() ? no_register : *found;
}

void EdgeMoves::read_instead(const Location& place, const Location& other) {
    for (Step& step : pending_)
        if (same(step.from, place)) step.from = other;
}

void EdgeMoves::break_cycle() {
    const auto general = [](const Location& place) {
        return !is_memory(place) && !is_xmm(static_cast<HostRegister>(place.index));
    };
    const auto exchangeable = std::find_if(pending_.begin(), pending_.end(), [&](const Step& step) {
        return general(step.to) && general(step.from);
    });
    if (exchangeable != pending_.end()) {
        Step step = *exchangeable;
        pending_.erase(exchangeable);
        step.kind = Step::Kind::exchange;
        push(step);
        read_instead(step.to, step.from); // each place of a cycle has one reader
        std::erase_if(pending_, [&](const Step& other) {
            if (!same(other.to, other.from)) return false;
            settled_ |= mask_of(static_cast<HostRegister>(other.to.index));
            return true;
        });
        return;
    }
    // What is about to be overwritten is put aside.
    const Location place = pending_.front().to;
    const auto reader = std::find_if(pending_.begin(), pending_.end(),
                                     [&](const Step& step) { return same(step.from, place); });
    const HostRegister reg = idle(bank_of(reader->type));
    const Location aside = reg == no_register ? in_slot(regs_.temporary_slot()) : in_register(reg);
    push({aside, place, reader->type});
    read_instead(place, aside);
}

// ---- emission

void EdgeMoves::emit(Steps steps) {
    for (std::uint32_t i = 0; i < steps.count; ++i)
        emit_step(steps_[steps.first + i]);
}

void EdgeMoves::emit_step(const Step& step) {
    const auto to = static_cast<HostRegister>(step.to.index);
    const auto from = static_cast<HostRegister>(step.from.index);
    if (step.kind == Step::Kind::exchange) {
        as_.xchg(gp64(to), gp64(from));
        return;
    }
    const bool is_constant = step.from.kind == Kind::constant;
    const bool direct = is_memory(step.to) ? !is_memory(step.from) ||
                                                 (is_constant && step.from.constant <= INT32_MAX)
                                           : !is_constant || !is_xmm(to) || step.from.constant == 0;
    // A register is needed on the way.
    HostRegister temporary = step.temporary;
    const bool borrows = !direct && temporary == no_register;
    if (borrows) {
        temporary = host::rax;
        as_.mov(saved_register(), x86::rax);
    }
    if (is_memory(step.to)) {
        copy_to_memory(step, temporary);
    } else {
        switch (step.from.kind) {
        case Kind::in_register: regs_.move(to, from, step.type); break;
        case Kind::spill: regs_.load_from_slot(to, step.from.index, step.type); break;
        case Kind::state: regs_.load_from_state(step.from.index, step.type, to); break;
        case Kind::constant:
            if (direct) {
                regs_.load_constant(step.from.constant, step.type, to);
            } else {
                as_.mov(gp64(temporary), step.from.constant);
                regs_.move(to, temporary, Type::i64);
            }
        }
    }
    if (borrows) as_.mov(x86::rax, saved_register());
}

void EdgeMoves::copy_to_memory(const Step& step, HostRegister temporary) {
    const unsigned slot = step.to.index;
    const bool vector = step.type == Type::v128;
    if (is_memory(step.from) && step.from.kind != Kind::constant && is_xmm(temporary)) {
        const Type whole = vector || step.from.kind == Kind::state ? step.type : Type::i64;
        if (step.from.kind == Kind::state)
            regs_.load_from_state(step.from.index, whole, temporary);
        else
            regs_.load_from_slot(temporary, step.from.index, whole);
        regs_.store_to_slot(temporary, slot, vector ? whole : Type::f64);
        return;
    }
    switch (step.from.kind) {
    case Kind::in_register:
        regs_.store_to_slot(static_cast<HostRegister>(step.from.index), slot, step.type);
        return;
    case Kind::constant:
        if (step.from.constant <= INT32_MAX) {
            as_.mov(spill_memory(slot, 8), static_cast<std::int32_t>(step.from.constant));
            return;
        }
        as_.mov(gp64(temporary), step.from.constant);
        break;
    case Kind::spill:
        as_.mov(gp64(temporary), spill_memory(step.from.index, 8));
        if (!vector) break;
        as_.mov(spill_memory(slot, 8), gp64(temporary));
        as_.mov(gp64(temporary), spill_memory(step.from.index + 1, 8));
        as_.mov(spill_memory(slot + 1, 8), gp64(temporary));
        return;
    case Kind::state:
        regs_.load_from_state(step.from.index, vector ? Type::i64 : step.type, temporary);
        if (!vector) break;
        as_.mov(spill_memory(slot, 8), gp64(temporary));
        regs_.load_from_state(step.from.index + 8, Type::i64, temporary);
        as_.mov(spill_memory(slot + 1, 8), gp64(temporary));
        return;
    }
    as_.mov(spill_memory(slot, 8), gp64(temporary));
}

} // namespace vestige::x64
