// Ways out of a block and out of the unit.
#include <algorithm>

#include "backend/x64/unit_emitter.h"
#include "common/assertion.h"
#include "translator/runtime/cpu_header.h"

namespace vestige::x64 {

using ir::Op;
using ir::Type;
using runtime::CpuHeader;

// It is in the recovery maps.
void UnitEmitter::emit_instruction(Value, const Instruction&) {}

void UnitEmitter::emit_leave_if(Value, const Instruction& op) {
    const SiteId site = new_site(SiteKind::leave, op, op.imm);
    const x86::CondCode code = condition(op.arguments[0]);
    add_recovery(site, op);
    const LabelId leaves = new_label();
    as_.emit(x86::Inst::jccFromCond(code), at(leaves));
    cold_.add([this, leaves, site] {
        as_.bind(at(leaves));
        call_slow_path(site, asmjit::Globals::kInvalidId);
    });
}

// If the budget is less than what is to be paid for, nothing of it is run; the site gives all of it
// back.
void UnitEmitter::emit_begin_run(Value value, const Instruction& op) {
    const std::uint32_t charge = charges_.charge(value);
    run_ = op.aux;
    ahead_ = charge - op.aux;
    const SiteId site = new_site(SiteKind::leave, op, ir::leave::none);
    add_recovery(site, op);
    as_.sub(gp64(budget_register), static_cast<std::int32_t>(charge));
    const LabelId used_up = new_label();
    as_.js(at(used_up));
    cold_.add([this, used_up, site] {
        as_.bind(at(used_up));
        call_slow_path(site, asmjit::Globals::kInvalidId);
    });
}

void UnitEmitter::emit_next_run(Value, const Instruction& op) {
    run_ = op.aux;
    ahead_ -= op.aux;
}

// Runs that follow stay paid for.
void UnitEmitter::emit_end_run(Value, const Instruction& op) {
    give_back(run_ - op.aux);
    run_ = op.aux;
}

// ---- out of the unit

void UnitEmitter::give_back(std::uint32_t instructions) {
    if (instructions != 0) as_.add(gp64(budget_register), static_cast<std::int32_t>(instructions));
}

void UnitEmitter::write_pc(std::uint64_t pc) {
    const ir::Slot& slot = (*function_->layout)[function_->layout->pc];
    const x86::Mem to = state_memory(slot.offset, ir::info(slot.type).bytes);
    const auto number = static_cast<std::int64_t>(pc);
    if (slot.type == Type::i32 || number == static_cast<std::int32_t>(number)) {
        as_.mov(to, static_cast<std::int32_t>(pc));
        return;
    }
    as_.mov(x86::rax, pc); // on the way out, no register holds anything
    as_.mov(to, x86::rax);
}

// A jump of 5 bytes, or a conditional one of 6, to the stub or to the chained unit.
std::uint32_t UnitEmitter::new_link(std::uint64_t pc) {
    links_.push_back({pc, 0, 0, 0});
    return static_cast<std::uint32_t>(links_.size() - 1);
}

// Behind the jump: where its distance is, and the stub that it is aimed at until it is chained.
void UnitEmitter::end_link_jump(std::uint32_t link) {
    links_[link].displacement = static_cast<std::uint32_t>(as_.offset()) - 4;
    cold_.add([this, link] {
        links_[link].stub = static_cast<std::uint32_t>(as_.offset());
        write_pc(links_[link].pc);
        as_.xor_(x86::eax, x86::eax);
        as_.db(0x48); // lea rdx, [rip + distance of the LinkRecord]
        as_.db(0x8d);
        as_.db(0x15);
        fixups_.push_back({static_cast<std::uint32_t>(as_.offset()), Target::link, link, nullptr});
        as_.dd(0);
        jump_to_thunk(thunks_.leave);
        const bool same_page =
            links_[link].pc >> runtime::page_bits == function_->start_pc >> runtime::page_bits;
        if (!same_page) emit_link_probe(link);
    });
}

// For a target on another page that may not be chained to: the jump cache, by constants.
void UnitEmitter::emit_link_probe(std::uint32_t link) {
    const std::uint64_t pc = links_[link].pc;
    const auto entry = static_cast<std::int32_t>(((pc >> 2) & (runtime::jump_cache_size - 1)) *
                                                 sizeof(runtime::JumpCacheEntry));
    links_[link].probe = static_cast<std::uint32_t>(as_.offset());
    as_.mov(x86::rax, state_memory(offsetof(CpuHeader, jump_cache), 8));
    as_.mov(x86::ecx, static_cast<std::uint32_t>(pc));
    as_.or_(x86::rcx, state_memory(offsetof(CpuHeader, jump_cache_mode), 8));
    constexpr auto tag = static_cast<std::int32_t>(offsetof(runtime::JumpCacheEntry, tag));
    constexpr auto code = static_cast<std::int32_t>(offsetof(runtime::JumpCacheEntry, entry));
    as_.cmp(x86::rcx, x86::qword_ptr(x86::rax, entry + tag));
    // jne, back to the stub
    as_.db(0x0f);
    as_.db(0x85);
    as_.dd(static_cast<std::uint32_t>(links_[link].stub - (as_.offset() + 4)));
    as_.jmp(x86::qword_ptr(x86::rax, entry + code));
}

void UnitEmitter::emit_link_jump(std::uint32_t link) {
    as_.db(0xe9);
    as_.dd(0);
    end_link_jump(link);
}

void UnitEmitter::emit_link_branch(x86::CondCode code, std::uint32_t link) {
    as_.db(0x0f);
    as_.db(static_cast<std::uint8_t>(0x80 | static_cast<unsigned>(code)));
    as_.dd(0);
    end_link_jump(link);
}

void UnitEmitter::emit_goto_pc(Value, const Instruction& op) {
    give_back(not_started(op.aux));
    emit_link_jump(new_link(op.imm));
}

void UnitEmitter::emit_leave(Value, const Instruction& op) {
    give_back(not_started(op.aux));
    as_.mov(x86::eax, static_cast<std::uint32_t>(op.imm));
    as_.xor_(x86::edx, x86::edx);
    jump_to_thunk(thunks_.leave);
}

// tag == (mode | pc) finds the entry; see CpuHeader.
void UnitEmitter::emit_jump_pc(Value, const Instruction& op) {
    constexpr unsigned entry_shift = 4;
    static_assert(sizeof(runtime::JumpCacheEntry) == 1 << entry_shift);
    constexpr unsigned runtime_instruction_shift = 2; // the index counts units of 4 bytes
    constexpr std::int32_t index_mask = (runtime::jump_cache_size - 1) << entry_shift;
    const Held pc = regs_.use(op.arguments[0]);
    const Held entry = regs_.scratch(), tag = regs_.scratch();
    give_back(not_started(op.aux));
    as_.mov(entry.r32(), pc.r32());
    as_.shl(entry.r32(), entry_shift - runtime_instruction_shift);
    as_.and_(entry.r32(), index_mask);
    as_.add(entry.r64(), state_memory(offsetof(CpuHeader, jump_cache), 8));
    as_.mov(tag.r64(), state_memory(offsetof(CpuHeader, jump_cache_mode), 8));
    as_.or_(tag.r64(), pc.r64());
    as_.cmp(tag.r64(), x86::qword_ptr(entry.r64(), offsetof(runtime::JumpCacheEntry, tag)));
    const LabelId miss = new_label();
    as_.jne(at(miss));
    as_.jmp(x86::qword_ptr(entry.r64(), offsetof(runtime::JumpCacheEntry, entry)));
    cold_.add([this, miss, pc = pc.reg()] {
        as_.bind(at(miss));
        const ir::Slot& slot = (*function_->layout)[function_->layout->pc];
        as_.mov(state_memory(slot.offset, ir::info(slot.type).bytes), gp_of(pc, slot.type));
        if (pc != host::rax) as_.mov(x86::rax, gp64(pc));
        jump_to_thunk(thunks_.jump_or_leave);
    });
}

// ---- to other blocks

// A block that is nothing but a chained exit: jumps to it become that exit.
bool UnitEmitter::is_bare_exit(ir::BlockId block) const {
    const ir::Block& exit = function_->blocks[block];
    const Instruction& end = instruction(exit.body.back());
    if (end.op != Op::goto_pc || !exit.parameters.empty() ||
        charges_.run_at_start(block) + charges_.ahead_at_start(block) != end.aux)
        return false;
    for (std::size_t i = 0; i + 1 < exit.body.size(); ++i)
        if (!live_.skipped(exit.body[i]) && instruction(exit.body[i]).op != Op::instruction &&
            instruction(exit.body[i]).op != Op::constant)
            return false;
    return true;
}

} // namespace vestige::x64
