// What the loop does for code that is hot: windows and regions.
#include <algorithm>
#include <cstring>

#include "translator/ir/printer.h"
#include "translator/runtime/exec_loop.h"
#include "translator/runtime/slot_address.h"

namespace vestige::runtime {

namespace {

std::vector<std::uint64_t> begin_runs(const ir::Function& function) {
    std::vector<std::uint64_t> found;
    for (const ir::Block& block : function.blocks)
        for (const ir::Value value : block.body)
            if (function[value].op == ir::Op::begin_run) found.push_back(function[value].imm);
    return found;
}

} // namespace

// A window costs some microseconds for every page that comes or goes, and code for it is translated
// anew: it is for contexts that run for long and whose mappings stay.
void ExecLoop::consider_window() {
    Context& current = *context();
    if (Window* window = current.window()) {
        if (current.window_account.affords(window->operations() + current.not_shown)) return;
        current.close_window();
        ++stats_.windows_given_up;
    } else {
        if (!cpu_.keeps_context(mode()) || !current.window_account.due()) return;
        if (!contexts_.open_window(current)) return;
        ++stats_.windows;
    }
    context_changed();
    refresh();
}

// The unit at pc is hot: what it loops through takes its place.
void ExecLoop::make_region(std::uint64_t pc, RegionRoot root, const Links& links) {
    Unit* unit = known_unit(pc);
    if (!unit || !unit->code.entry || unit->tier == Tier::region || unit->wider) return;
    if (unit->region_refused) {
        if (!runs_beside_region(*unit)) return;
        root = RegionRoot::as_it_is;
    }
    // What is under way may well be this place's loop: then the guest will soon come to it.
    if (region_compiler_ &&
        (!region_compiler_->has_room() || region_compiler_->is_making(unit->key)))
        return;
    const ActivityScope translating(times_, Activity::translating_regions);
    unit->region_refused = true; // or under way
    unit->region_near = Unit::nowhere;
    auto region = form_region(*unit, root, links);
    if (watch_jumps(*unit)) {
        unit->region_refused = false;
        return;
    }
    if (!region) {
        const std::uint64_t better = region_former_.better_root();
        if (better == RegionFormer::nowhere) return;
        if (region_at(better))
            unit->region_near = better;
        else
            make_region(better, RegionRoot::as_it_is, links);
        return;
    }
    if (region_compiler_) {
        submit_region(std::move(region));
        return;
    }
    const bool in_filter = options_.log_filter.contains(pc);
    opt::optimise_region(function_, workspace_);
    if (log_.on(LogItem::ir_opt) && in_filter) log_.put(ir::print(function_));
    region->looks_at_budget = begin_runs(function_);
    UnitCache::own_links(*region);
    if (!backend_->compile(function_, region->code, region->key.view)) return; // the arena is full
    if (log_.on(LogItem::out_asm) && in_filter)
        log_.put(fmt::format("OUT region: {:08x}\n{}", pc, backend_->disassemble(region->code)));
    take_in(std::move(region), region_former_.instructions());
}

Unit* ExecLoop::known_unit(std::uint64_t pc) const {
    const FetchPage* page = context()->fetch_page(static_cast<std::uint32_t>(pc >> page_bits));
    if (!page) return nullptr;
    return units_.find(
        {page->physical | (pc & page_mask), pc, mode(), options_.max_instructions, view()});
}

// The region that begins there, in the current mode and view.
const Unit* ExecLoop::region_at(std::uint64_t pc) const {
    const Unit* unit = known_unit(pc);
    if (!unit || unit->tier == Tier::region) return unit;
    return unit->wider.get();
}

// The unit's place was left to a region that the guest was thought to come to soon, but it was seen
// to be hot where that region is never left for the budget: the guest mostly goes round without it.
// Code of kernels and firmware changes its ways too often for another region to pay.
bool ExecLoop::runs_beside_region(const Unit& unit) const {
    if (unit.region_near == Unit::nowhere || !cpu_.keeps_context(mode())) return false;
    const Unit* region = region_at(unit.region_near);
    const auto is_here = [&](std::uint64_t pc) { return pc == unit.key.pc; };
    return !region ||
           std::none_of(region->looks_at_budget.begin(), region->looks_at_budget.end(), is_here);
}

// A page that a region with the given root may extend to, if it has been fetched from. While user
// code runs its context does not change, so what held where the region was entered holds to its
// end. Kernel code could have such regions over stable pages; in a boot they cost more than they
// give.
const FetchPage* ExecLoop::page_for_region(std::uint64_t page, const Unit& root) const {
    if (page >= page_map_entries) return nullptr; // behind the last one
    const FetchPage* found = context()->fetch_page(static_cast<std::uint32_t>(page));
    const bool is_root = page == root.key.pc >> page_bits;
    return is_root || cpu_.keeps_context(mode()) ? found : nullptr;
}

// Where the code that runs may return to, as its link registers have it.
ExecLoop::Links ExecLoop::link_registers() const {
    const ir::StateLayout& layout = cpu_.layout();
    const auto read = [&](ir::SlotId id) {
        std::uint64_t value = 0;
        if (id == ir::no_slot) return RegionFormer::nowhere;
        const ir::Slot& slot = layout[id];
        std::memcpy(&value, slot_in(reinterpret_cast<std::byte*>(header_), slot.offset),
                    ir::info(slot.type).bytes);
        return layout.return_address(value);
    };
    return {read(layout.returns.link), read(layout.returns.link_inside)};
}

// Of code in one of the pages that the region has come to.
std::uint64_t ExecLoop::physical_in_region(std::uint64_t pc, const Unit& root) const {
    return page_for_region(pc >> page_bits, root)->physical | (pc & page_mask);
}

// Leaves function_ as raw IR. Null: the unit is no better as a region.
std::unique_ptr<Unit> ExecLoop::form_region(const Unit& unit, RegionRoot root, const Links& links) {
    const UnitKey& key = unit.key;
    const auto physical = [&](std::uint64_t pc) { return physical_in_region(pc, unit); };
    const auto code = [&](std::uint64_t number) -> std::span<const std::byte> {
        const FetchPage* page = page_for_region(number, unit);
        if (!page) return {};
        return {page->host, page_size};
    };
    // Code for windows is young where code for the page map may have run for long.
    const auto was_run = [&](std::uint64_t pc) {
        const auto in_view = [&](MemoryView view) {
            const Unit* other =
                units_.find({physical(pc), pc, key.mode, key.max_instructions, view});
            return other && other->code.entry;
        };
        return in_view(MemoryView::page_map) || in_view(MemoryView::window);
    };
    const auto has_region = [&](std::uint64_t pc) {
        const Unit* other =
            units_.find({physical(pc), pc, key.mode, key.max_instructions, key.view});
        return other && (other->tier == Tier::region || other->wider);
    };
    const RegionRequest request{
        .root = key.pc,
        .mode = key.mode,
        .page = code,
        .max_instructions = key.max_instructions,
        .was_run = was_run,
        .has_region = has_region,
        .as_it_is = root == RegionRoot::as_it_is,
        .seen_targets =
            [&](std::uint64_t end) { return jump_record_.targets(physical(end - 1) + 1); },
        .links = links};
    if (!region_former_.form(request, function_)) return nullptr;
    opt::check_raw(function_, log_, options_.log_filter.contains(key.pc));
    auto region = std::make_unique<Unit>();
    region->key = key;
    region->tier = Tier::region;
    const auto blocks = region_former_.blocks();
    region->instruction_count = blocks[0].instructions;
    region->guest_bytes = blocks[0].bytes;
    region->ends_in_jump = blocks[0].ends_in_jump;
    region->leaves_no_trace = unit.leaves_no_trace; // what is run of it alone is no more than that
    for (const RegionFormer::GuestBlock& block : blocks.subspan(1))
        region->further_code.push_back({physical(block.pc), block.bytes});
    const auto pages = region_former_.pages();
    if (pages.size() > 1)
        for (const std::uint64_t page : pages)
            region->pages.push_back({page, physical(page << page_bits) >> page_bits});
    region->stable = unit.stable && pages.size() == 1;
    return region;
}

// The compiled region takes the place of the unit at its root, or a place beside it.
void ExecLoop::take_in(std::unique_ptr<Unit> region, std::uint32_t instructions) {
    Unit& made = *region;
    if (made.pages.empty()) {
        units_.replace(std::move(region));
    } else {
        Unit& unit = *units_.find(made.key);
        if (!unit.code.gate && !backend_->add_gate(cpu_.layout(), unit.key.pc, unit.code)) {
            backend_->release(made.code);
            return;
        }
        for (const std::uint64_t physical : units_.widen(unit, std::move(region)))
            memory_.withdraw_writes(physical);
        ++stats_.wide_regions;
    }
    TierStats& tier = stats_.tiers[1];
    ++tier.units;
    tier.instructions += instructions;
    tier.host_bytes += made.code.code_bytes;
    tell_observer(made);
}

void ExecLoop::submit_region(std::unique_ptr<Unit> region) {
    auto job = std::make_unique<RegionJob>(function_);
    job->instructions = region_former_.instructions();
    const auto copy = [&](const CodeRange& range) {
        const std::byte* code = bus_.page(range.physical & ~page_mask).host;
        code += range.physical & page_mask;
        job->code_bytes.insert(job->code_bytes.end(), code, code + range.bytes);
    };
    for_each_range(*region, copy);
    job->region = std::move(region);
    region_compiler_->submit(std::move(job));
}

// The guest's code and mappings are still those that the region was made from.
bool ExecLoop::is_current(const RegionJob& job) {
    const Unit& region = *job.region;
    const std::byte* before = job.code_bytes.data();
    bool same = true;
    for_each_range(region, [&](const CodeRange& range) {
        const std::byte* now = bus_.page(range.physical & ~page_mask).host;
        same = same && now &&
               std::memcmp(now + (range.physical & page_mask), before, range.bytes) == 0;
        before += range.bytes;
    });
    return same;
}

void ExecLoop::install_regions() {
    while (auto job = region_compiler_->take()) {
        stats_.tiers[1].nanoseconds += job->nanoseconds;
        Unit& region = *job->region;
        Unit* unit = units_.find(region.key);
        if (!unit || !unit->code.entry || unit->tier == Tier::region || unit->wider) continue;
        if (!is_current(*job)) {
            unit->region_refused = false;
            continue;
        }
        region.looks_at_budget = begin_runs(job->function);
        UnitCache::own_links(region);
        if (!backend_->install(*job->code, region.code)) continue; // the arena is full
        take_in(std::move(job->region), job->instructions);
    }
}

} // namespace vestige::runtime
