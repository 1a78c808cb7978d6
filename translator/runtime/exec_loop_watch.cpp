// What the loop does to learn where computed jumps go: code that a region was to be made of runs on
// for a while, one unit at a time, and the loop sees where each of them leads.
//
// Generated code need not count or record anything for that, and what the guest computes is the
// same: a unit is left behind its last instruction because the budget is just its length.
#include <algorithm>

#include "translator/runtime/exec_loop.h"

namespace vestige::runtime {

namespace {

// A loop comes round several times in so many units, or is too long for a region; it takes about a
// tenth of a millisecond.
constexpr std::uint32_t units_watched = 1000;

} // namespace

// After form_region(): whether a computed jump that it came to has no record, so that it is watched
// before the region is made.
bool ExecLoop::watch_jumps(const Unit& root) {
    // Of kernel code a region would have one page of it all.
    if (!cpu_.keeps_context(mode())) return false;
    bool watch = false;
    for (const std::uint64_t end : region_former_.jumps()) {
        const std::uint64_t jump = physical_in_region(end - 1, root) + 1;
        if (jump_record_.has(jump)) continue;
        jump_record_.look_for(jump); // the next region does not wait for it again
        watch = true;
    }
    if (watch)
        jump_watch_ = {
            .units_left = units_watched, .mode = mode(), .root = root.key.pc, .context = context()};
    return watch;
}

void ExecLoop::step_watching() {
    const std::uint64_t pc = cpu_.pc();
    Unit* const unit = find_unit(pc, options_.max_instructions);
    if (!unit) return; // as in step()
    const std::int64_t length = unit->instruction_count;
    if (header_->budget < length) {
        step();
        return;
    }
    const std::uint64_t end = unit->key.physical + unit->guest_bytes;
    const bool jumps = unit->ends_in_jump; // the unit may be gone when it is left
    const std::int64_t rest = header_->budget - length;
    header_->budget = length;
    kept_back_ += rest;
    // A region does not begin with so small a budget.
    if (unit->tier == Tier::region)
        run_reference(pc, options_.max_instructions, length);
    else
        enter(unit->code.entry);
    const bool went_through = header_->budget == 0 && cpu_.mode() == jump_watch_.mode;
    header_->budget += rest;
    kept_back_ -= rest;
    if (jumps && went_through) jump_record_.note(end, cpu_.pc());
    if (--jump_watch_.units_left == 0) end_jump_watch();
}

// The region that it was for is made, if the guest is still at the same work.
void ExecLoop::end_jump_watch() {
    refresh();
    if (context() == jump_watch_.context && mode() == jump_watch_.mode)
        make_region(jump_watch_.root, RegionRoot::or_better,
                    {RegionFormer::nowhere, RegionFormer::nowhere});
}

} // namespace vestige::runtime
