#include "translator/runtime/region.h"

#include <algorithm>

#include "common/assertion.h"
#include "translator/ir/builder.h"
#include "translator/ir/dominators.h"
#include "translator/ir/effects.h"
#include "translator/runtime/computed_jump.h"
#include "translator/runtime/jump_record.h"

namespace vestige::runtime {

using ir::Op;
using ir::Value;

namespace {

// A region that is larger costs more to compile than it is likely to give back.
constexpr std::size_t most_blocks = 64;
constexpr std::size_t most_instructions = 512;
constexpr std::size_t most_pages = 8;
// Places that a computed jump is compared with before it is looked up.
constexpr std::size_t most_targets = JumpRecord::most_targets;

// The jump goes where a link register says.
bool is_return(const ir::Function& function, const ir::Instruction& jump) {
    const ir::ReturnConvention& convention = function.layout->returns;
    const ir::Instruction* value = &function[jump.arguments[0]];
    while (value->op == Op::and_) // with the alignment of an instruction
        value = &function[value->arguments[0]];
    if (convention.offset != 0) {
        if (value->op != Op::add) return false;
        const ir::Instruction& offset = function[value->arguments[1]];
        if (offset.op != Op::constant || offset.imm != convention.offset) return false;
        value = &function[value->arguments[0]];
    }
    return value->op == Op::get_slot &&
           (value->imm == convention.link || value->imm == convention.link_inside);
}

bool contains(const std::vector<std::uint64_t>& list, std::uint64_t value) {
    return std::find(list.begin(), list.end(), value) != list.end();
}

// A helper that sees all state has every slot written before and read again behind: such an
// instruction is better off in a unit of its own, unless nothing comes behind (a trap).
bool has_all_state_helper(const ir::Function& function) {
    const auto calls = [&](Value value) {
        return ir::calls_with_all_state(function, function[value]);
    };
    return std::any_of(function.blocks.begin(), function.blocks.end(), [&](const ir::Block& block) {
        return function[block.body.back()].op != Op::jump_pc &&
               std::any_of(block.body.begin(), block.body.end(), calls);
    });
}

} // namespace

RegionFormer::RegionFormer(GuestCpu& cpu) : cpu_(cpu), scratch_(cpu.layout(), cpu.helpers()) {}

std::span<const std::byte> RegionFormer::code_at(std::uint64_t pc) const {
    return request_->page(pc >> page_bits).subspan(pc & page_mask);
}

const RegionFormer::GuestBlock* RegionFormer::find(std::uint64_t pc) const {
    const auto found = index_.find(pc);
    return found == index_.end() ? nullptr : &blocks_[found->second];
}

bool RegionFormer::form(const RegionRequest& request, ir::Function& function) {
    request_ = &request;
    blocks_.clear();
    index_.clear();
    jumps_.clear();
    better_root_ = nowhere;
    if (!explore_all()) return false;
    split();
    match_jumps();
    keep_root_loop();
    if (!request.as_it_is) find_better_root();
    if (better_root_ != nowhere) return false;
    find_loops();
    keep_innermost();
    find_innermost_bodies();
    spread_dispatch();
    if (inside(blocks_[0]).empty()) return false;
    write(function);
    return true;
}

// From the root on, breadth first.
bool RegionFormer::explore_all() {
    pages_.assign(1, request_->root >> page_bits);
    if (!explore(request_->root)) return false;
    std::size_t instructions = blocks_[0].instructions;
    const auto has_room = [&] {
        return blocks_.size() < most_blocks && instructions < most_instructions;
    };
    const auto add = [&](std::uint64_t pc) {
        if (pc == nowhere || !has_room() || find(pc) || !visit(pc)) return;
        instructions += blocks_.back().instructions;
    };
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
        std::vector<std::uint64_t> successors = blocks_[i].successors; // blocks_ grows
        if (blocks_[i].ends_in_jump) {
            const auto seen = request_->seen_targets(blocks_[i].end());
            successors.insert(successors.end(), seen.begin(), seen.end());
        }
        std::for_each(successors.begin(), successors.end(), add);
        // Where a call comes back to, if what it calls is here.
        const bool here = std::any_of(successors.begin(), successors.end(),
                                      [&](std::uint64_t pc) { return find(pc) != nullptr; });
        if (here) add(blocks_[i].returns_to);
        if (blocks_[i].ends_in_return)
            std::for_each(request_->links.begin(), request_->links.end(), add);
    }
    return true;
}

std::uint32_t RegionFormer::instructions() const {
    std::uint32_t count = 0;
    for (const GuestBlock& block : blocks_)
        count += block.instructions;
    return count;
}

// Takes the block in that begins at pc, if the region may extend to there.
bool RegionFormer::visit(std::uint64_t pc) {
    const std::uint64_t page = pc >> page_bits;
    const bool known = std::find(pages_.begin(), pages_.end(), page) != pages_.end();
    if (!known && (pages_.size() == most_pages || request_->page(page).empty())) return false;
    if (!request_->was_run(pc) || !explore(pc)) return false;
    if (!known) pages_.push_back(page);
    return true;
}

// Takes the block in that begins at pc, unless a region has no use for it.
bool RegionFormer::explore(std::uint64_t pc) {
    scratch_.clear();
    cpu_.lift({pc, request_->mode, code_at(pc), request_->max_instructions}, scratch_);
    if (has_all_state_helper(scratch_)) return false;
    GuestBlock block{.pc = pc,
                     .instructions = scratch_.instruction_count,
                     .bytes = static_cast<std::uint32_t>(scratch_.guest_bytes)};
    for (const ir::Instruction& op : scratch_.instructions) {
        if (op.op == Op::goto_pc) block.successors.push_back(op.imm);
        if (op.op == Op::instruction) block.pcs.push_back(op.imm);
        if (op.op == Op::set_slot && op.imm == scratch_.layout->returns.link) {
            const ir::Instruction& value = scratch_[op.arguments[0]];
            block.returns_to =
                value.op == Op::constant ? scratch_.layout->return_address(value.imm) : nowhere;
        }
    }
    for (const ir::Block& it : scratch_.blocks) {
        if (!ends_in_computed_jump(scratch_, it)) continue;
        block.ends_in_jump = true;
        block.ends_in_return |= is_return(scratch_, scratch_[it.body.back()]);
    }
    if (block.ends_in_jump) jumps_.push_back(block.end());
    index_[pc] = blocks_.size();
    blocks_.push_back(std::move(block));
    return true;
}

// A block ends where another one begins.
void RegionFormer::split() {
    for (GuestBlock& block : blocks_)
        for (std::uint32_t i = 1; i < block.instructions; ++i) {
            if (!find(block.pcs[i])) continue;
            block.bytes = static_cast<std::uint32_t>(block.pcs[i] - block.pc);
            block.instructions = i;
            block.successors = {block.pcs[i]};
            block.returns_to = nowhere;
            block.ends_in_jump = block.ends_in_return = false;
            break;
        }
}

// What was seen is all that is worth a comparison. Behind a conditional jump it may be that it was
// not taken.
void RegionFormer::match_jumps() {
    std::vector<bool> seen(blocks_.size());
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
        GuestBlock& block = blocks_[i];
        if (!block.ends_in_jump) continue;
        const auto targets = request_->seen_targets(block.end());
        seen[i] = !targets.empty();
        for (const std::uint64_t pc : targets)
            if (find(pc) && !contains(block.successors, pc) && block.jumps_to.size() < most_targets)
                block.jumps_to.push_back(pc);
    }
    match_returns(seen);
}

// The others may come back to any call of their routine.
void RegionFormer::match_returns(const std::vector<bool>& known) {
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
        const GuestBlock& block = blocks_[i];
        if (block.returns_to == nowhere || !find(block.returns_to)) continue;
        const auto note = [&, back = block.returns_to](std::uint64_t routine) {
            if (routine != back) note_return(routine, back, known);
        };
        const std::vector<std::uint64_t> computed = block.jumps_to; // it may be a return as well
        std::for_each(block.successors.begin(), block.successors.end(), note);
        std::for_each(computed.begin(), computed.end(), note);
    }
    for (const std::uint64_t link : request_->links)
        if (find(link)) note_return(request_->root, link, known);
}

// The routine's returns may come back to there; calls in it are passed over.
void RegionFormer::note_return(std::uint64_t routine, std::uint64_t back,
                               const std::vector<bool>& known) {
    std::vector<bool> seen(blocks_.size());
    std::vector<std::uint64_t> work{routine};
    while (!work.empty()) {
        const auto found = index_.find(work.back());
        work.pop_back();
        if (found == index_.end() || seen[found->second]) continue;
        seen[found->second] = true;
        GuestBlock& block = blocks_[found->second];
        auto& targets = block.jumps_to;
        if (block.ends_in_return && !known[found->second] && targets.size() < most_targets &&
            !contains(targets, back))
            targets.push_back(back);
        if (block.returns_to != nowhere)
            work.push_back(block.returns_to);
        else
            work.insert(work.end(), block.successors.begin(), block.successors.end());
    }
}

std::vector<bool> RegionFormer::leading_to_root() const {
    const auto before = predecessors();
    std::vector<bool> found(blocks_.size());
    std::vector<std::size_t> work = before[0];
    while (!work.empty()) {
        const std::size_t block = work.back();
        work.pop_back();
        if (found[block]) continue;
        found[block] = true;
        work.insert(work.end(), before[block].begin(), before[block].end());
    }
    return found;
}

// What is passed only once is not worth its room and the registers that it keeps alive. Where there
// is no loop, the root's own page is taken for what belongs together.
void RegionFormer::keep_root_loop() {
    std::vector<bool> kept = leading_to_root();
    if (!kept[0])
        for (std::size_t i = 0; i < blocks_.size(); ++i)
            kept[i] = blocks_[i].pc >> page_bits == pages_[0];
    keep(kept);
}

void RegionFormer::keep(const std::vector<bool>& kept) {
    std::size_t count = 0;
    index_.clear();
    pages_.clear();
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
        if (!kept[i]) continue;
        if (i != count) blocks_[count] = std::move(blocks_[i]);
        const std::uint64_t pc = blocks_[count].pc, page = pc >> page_bits;
        index_[pc] = count++;
        if (std::find(pages_.begin(), pages_.end(), page) == pages_.end()) pages_.push_back(page);
    }
    blocks_.resize(count);
}

// Where the block may go within the region.
std::vector<std::size_t> RegionFormer::inside(const GuestBlock& block) const {
    std::vector<std::size_t> found;
    const auto add = [&](std::uint64_t pc) {
        if (const auto at = index_.find(pc); at != index_.end()) found.push_back(at->second);
    };
    std::for_each(block.successors.begin(), block.successors.end(), add);
    std::for_each(block.jumps_to.begin(), block.jumps_to.end(), add);
    return found;
}

void RegionFormer::write(ir::Function& function) {
    function.clear();
    ir::Builder entry(function);
    owners_.assign(1, {});
    started_.assign(1, 0);
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
        GuestBlock& block = blocks_[i];
        const std::size_t copies = block.dispatch != none ? copies_of_dispatch(block)
                                   : block.loop != none   ? rounds_written(block.loop)
                                                          : 1;
        for (std::size_t copy = 0; copy < copies; ++copy)
            block.copies.push_back(write_block({i, copy}, function));
        // The first round is followed by the first copy, as the last one is.
        block.first_round =
            block.round.empty() ? block.copies[0] : write_block({i, copies - 1}, function);
    }
    const GuestBlock& root = blocks_[0];
    entry.jump(root.dispatch == none ? root.first_round : root.copies.back());
    for (ir::BlockId block = 1; block < owners_.size(); ++block) // more may come
        connect(block, owners_[block], function);
    function.start_pc = blocks_[0].pc;
    function.guest_bytes = blocks_[0].bytes;
    function.instruction_count = 0; // of no run
}

ir::BlockId RegionFormer::write_block(Owner owner, ir::Function& function) {
    const GuestBlock& block = blocks_[owner.block];
    const auto first = static_cast<ir::BlockId>(function.blocks.size());
    function.instruction_count = 0; // a run's instructions are counted from 0
    cpu_.lift({block.pc, request_->mode, code_at(block.pc), block.instructions}, function);
    const Value run{static_cast<std::uint32_t>(function.instructions.size())};
    function.instructions.push_back(
        {.op = Op::begin_run, .imm = block.pc, .aux = block.instructions});
    auto& body = function.blocks[first].body;
    body.insert(body.begin(), run);
    owners_.resize(function.blocks.size(), owner);
    count_started(first, function);
    return first;
}

// How many of the run's instructions have started at the end of each of its blocks, which are those
// from `first` on.
void RegionFormer::count_started(ir::BlockId first, const ir::Function& function) {
    constexpr std::uint32_t unknown = ~0u;
    started_.resize(function.blocks.size(), unknown);
    std::vector<std::pair<ir::BlockId, std::uint32_t>> work{{first, 0}};
    while (!work.empty()) {
        auto [block, started] = work.back();
        work.pop_back();
        if (started_[block] != unknown) continue;
        for (const Value value : function.blocks[block].body)
            if (function[value].op == Op::instruction) ++started;
        started_[block] = started;
        for (const ir::BlockId next : ir::successors(function, block))
            work.emplace_back(next, started);
    }
}

// Where a jump to pc, which a block of the region begins at, goes.
ir::BlockId RegionFormer::target(Owner from, std::uint64_t pc) const {
    const std::size_t index = index_.at(pc);
    const GuestBlock& to = blocks_[index];
    if (to.dispatch != none) return dispatch_target(from, index);
    if (std::find(to.round.begin(), to.round.end(), from.block) != to.round.end())
        return to.copies[(from.copy + 1) % to.copies.size()];
    const bool same_round =
        to.loop != none && to.loop == blocks_[from.block].loop && to.loop != index;
    return same_round ? to.copies[from.copy] : to.first_round;
}

// A block that ends in a way out of the region which leads to a place inside it goes there.
void RegionFormer::connect(ir::BlockId block, Owner from, ir::Function& function) const {
    const Value last = function.blocks[block].body.back();
    if (function[last].op == Op::goto_pc && find(function[last].imm)) {
        if (started_[block] < blocks_[from.block].instructions) {
            function.blocks[block].body.pop_back();
            ir::Builder(function, block).end_run();
            function.blocks[block].body.push_back(last);
        }
        ir::Instruction& end = function[last];
        end.targets[0] = target(from, end.imm);
        end.op = Op::jump;
        end.imm = 0;
    }
    if (!ends_in_computed_jump(function, function.blocks[block])) return;
    const Value destination = function[last].arguments[0];
    VESTIGE_ASSERT(started_[block] == blocks_[from.block].instructions);
    function.blocks[block].body.pop_back();
    ir::Builder builder(function, block);
    for (const std::uint64_t pc : blocks_[from.block].jumps_to) {
        if (!find(pc)) continue;
        const Value same =
            builder.cmp_eq(destination, builder.constant(builder.type(destination), pc));
        block = builder.new_block();
        builder.branch(same, target(from, pc), block);
        builder.set_block(block);
    }
    function.blocks[block].body.push_back(last);
}

} // namespace vestige::runtime
