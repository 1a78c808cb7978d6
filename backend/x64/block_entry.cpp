#include "backend/x64/block_entry.h"
#include "translator/ir/effects.h"

#include <algorithm>
#include <span>

#include "backend/x64/register_allocator.h"
#include "common/assertion.h"

namespace vestige::x64 {

using ir::BlockId;
using ir::Op;
using ir::Value;

namespace {

// Registers that what a loop uses may take, by bank: the others are for what is made and used up
// within it.
constexpr unsigned most_in_loop(Bank bank, unsigned all) {
    return bank == Bank::general ? std::max(9u, all - 2) : 13;
}

} // namespace

void EntryPlanner::begin_function(const ir::Function& function) {
    function_ = &function;
    knows_written_ = false;
}

void EntryPlanner::plan(BlockEntry& entry, BlockId target, std::span<const Value> arguments) {
    VESTIGE_ASSERT(!entry.fixed);
    entry.fixed = true;
    entry.items.clear();
    const GlobalLiveness& across = live_.across_blocks();
    if (!live_.flow().is_join(target) && arguments.empty()) {
        for (std::uint32_t i = 0; i < across.count(); ++i) {
            if (across.at_entry(target, i) == never) continue;
            const Value value = across.value(i);
            entry.items.push_back({value, regs_.places(value)});
            VESTIGE_ASSERT(entry.items.back().places.anywhere());
        }
        return;
    }
    collect(target, arguments);
    std::stable_sort(
        candidates_.begin(), candidates_.end(),
        [](const Candidate& a, const Candidate& b) { return a.distance < b.distance; });
    for (const Bank bank : {Bank::general, Bank::xmm}) {
        choose(target, bank);
        assign(target, bank);
    }
    assign_slots();
    for (const Candidate& candidate : candidates_)
        entry.items.push_back(candidate.item);
}

void EntryPlanner::collect(BlockId target, std::span<const Value> arguments) {
    const GlobalLiveness& across = live_.across_blocks();
    candidates_.clear();
    for (std::uint32_t i = 0; i < across.count(); ++i) {
        const std::uint32_t distance = across.at_entry(target, i);
        if (distance == never || !across.comes_from_before(target, i)) continue;
        const Value value = across.value(i);
        Places places = regs_.places(value);
        if (places.state_offset >= 0 && !is_stable(places.state_offset)) places.state_offset = -1;
        const bool wants = places.reg != no_register || !places.anywhere();
        candidates_.push_back(
            {{value, places, BlockEntry::no_argument}, value, distance, wants, true});
    }
    const auto& parameters = function_->blocks[target].parameters;
    VESTIGE_ASSERT(arguments.size() == parameters.size());
    for (std::uint32_t i = 0; i < parameters.size(); ++i) {
        const std::uint32_t distance = across.at_entry(target, live_[parameters[i]].global);
        if (distance == never) continue;
        const Value source = arguments[i];
        const std::uint32_t global = live_[source].global;
        const bool stays = global != not_global && across.at_entry(target, global) != never &&
                           across.comes_from_before(target, global);
        const bool wants = distance < far || regs_.in_register(source);
        candidates_.push_back({{parameters[i], {}, i}, source, distance, wants, stays});
    }
}

// Who is in a register.
void EntryPlanner::choose(BlockId target, Bank bank) {
    if (live_.flow().is_loop_header(target)) {
        choose_for_loop(target, bank);
    } else {
        auto left = regs_.allocatable(bank).size();
        for (Candidate& candidate : candidates_) {
            if (bank_of(regs_.type(candidate.item.value)) != bank) continue;
            candidate.wants_register &= left != 0;
            left -= candidate.wants_register ? 1 : 0;
        }
    }
    for (Candidate& candidate : candidates_) {
        Places& places = candidate.item.places;
        if (bank_of(regs_.type(candidate.item.value)) != bank || candidate.wants_register) continue;
        places.reg = no_register;
        candidate.wants_slot = !places.anywhere();
    }
}

// What the loop uses; then what only lives through it, if there are registers that the loop does
// not need: parameters first, because each round would have to store them.
void EntryPlanner::choose_for_loop(BlockId header, Bank bank) {
    const auto all = static_cast<unsigned>(regs_.allocatable(bank).size());
    const unsigned pressure = std::min(all, live_.loop_hints().pressure(header, bank));
    unsigned for_used = most_in_loop(bank, all), for_others = all - pressure;
    enum class Class : std::uint8_t { used, parameter, live_through };
    const auto give = [&](Class wanted, unsigned& left) {
        for (Candidate& candidate : candidates_) {
            if (bank_of(regs_.type(candidate.item.value)) != bank) continue;
            const bool parameter = candidate.item.argument != BlockEntry::no_argument;
            const Class is = candidate.distance < loop_exit_distance ? Class::used
                             : parameter                             ? Class::parameter
                                                                     : Class::live_through;
            if (is != wanted) continue;
            candidate.wants_register =
                (candidate.wants_register || is != Class::live_through) && left != 0;
            left -= candidate.wants_register ? 1 : 0;
        }
    };
    give(Class::used, for_used);
    for_others = std::min(for_others, all - (most_in_loop(bank, all) - for_used));
    give(Class::parameter, for_others);
    give(Class::live_through, for_others);
}

// Values stay in their registers; a parameter takes the one of its argument if that ends here.
void EntryPlanner::assign(BlockId target, Bank bank) {
    std::uint32_t taken = 0;
    const auto each = [&](auto visit) {
        for (Candidate& candidate : candidates_)
            if (candidate.wants_register && bank_of(regs_.type(candidate.item.value)) == bank)
                visit(candidate, candidate.item.places.reg);
    };
    each([&](const Candidate&, HostRegister reg) {
        if (reg != no_register) taken |= mask_of(reg);
    });
    each([&](const Candidate& candidate, HostRegister& reg) {
        const HostRegister from = regs_.register_of(candidate.source);
        if (reg != no_register || candidate.source_stays || from == no_register) return;
        if (is_xmm(from) != (bank == Bank::xmm) || (taken & mask_of(from)) != 0) return;
        reg = from;
        taken |= mask_of(reg);
    });
    // Short encodings and fixed roles are for what is made within a loop.
    const auto registers = regs_.allocatable(bank);
    const bool loop = live_.flow().is_loop_header(target);
    each([&](const Candidate& candidate, HostRegister& reg) {
        const HostRegister aim = regs_.aim_of(candidate.item.value);
        if (reg == no_register && aim != no_register && (taken & mask_of(aim)) == 0 &&
            is_xmm(aim) == (bank == Bank::xmm))
            reg = aim;
        for (std::size_t i = 0; reg == no_register; ++i) {
            const HostRegister next = registers[loop ? registers.size() - 1 - i : i];
            if ((taken & mask_of(next)) == 0) reg = next;
        }
        taken |= mask_of(reg);
    });
}

void EntryPlanner::assign_slots() {
    const auto taken = [&](std::int16_t slot) {
        return std::any_of(candidates_.begin(), candidates_.end(),
                           [&](const Candidate& other) { return other.item.places.slot == slot; });
    };
    for (Candidate& candidate : candidates_) {
        std::int16_t& slot = candidate.item.places.slot;
        if (slot != SpillSlots::none) regs_.slots().promise(slot);
        if (!candidate.wants_slot) continue;
        std::int16_t wish = regs_.slot_aim_of(candidate.item.value);
        const std::int16_t from = regs_.places(candidate.source).slot;
        if (from != SpillSlots::none && !candidate.source_stays && !taken(from)) wish = from;
        slot = regs_.slots().promise_other(regs_.type(candidate.item.value), wish, taken);
    }
}

bool EntryPlanner::is_stable(std::int32_t state_offset) {
    if (!knows_written_) find_written_slots();
    const auto offset = static_cast<std::uint32_t>(state_offset);
    return std::none_of(written_.begin(), written_.end(), [&](const Written& written) {
        return written.begin <= offset && offset < written.end;
    });
}

void EntryPlanner::find_written_slots() {
    knows_written_ = true;
    written_.clear();
    for (const BlockId block : live_.flow().order()) {
        if (live_.flow().successors(block).empty()) continue;
        for (const Value value : function_->blocks[block].body) {
            const ir::Instruction& op = (*function_)[value];
            if (op.op == Op::set_slot) {
                const ir::Slot& slot = (*function_->layout)[static_cast<ir::SlotId>(op.imm)];
                written_.push_back({slot.offset, slot.offset + ir::info(slot.type).bytes});
            } else if (op.op == Op::set_bank) {
                written_.push_back({ir::banked_state, ~0u});
            } else if (ir::calls_with_all_state(*function_, op)) {
                written_.push_back({0, ~0u});
            }
        }
    }
}

} // namespace vestige::x64
