// Guests that wait by asking again and again: for a device's flag, for a word that an interrupt
// will change, or for nothing at all. Once around such a loop everything is as it was before, and
// will be until an event of the machine; how many instructions it is around is all there is to
// know.
#include <algorithm>
#include <utility>
#include <vector>

#include "translator/runtime/exec_loop.h"

namespace vestige::runtime {

namespace {

constexpr unsigned most_units = 8; // around a loop
constexpr unsigned most_rounds = 3;
constexpr unsigned longest_patience = 4096;

} // namespace

// All that decides what such code does next, but for memory.
void ExecLoop::save_state(std::vector<std::byte>& state) const {
    const ir::StateLayout& layout = cpu_.layout();
    const auto* const base = reinterpret_cast<const std::byte*>(header_);
    state.assign(base + sizeof(CpuHeader), base + layout.size);
    for (const ir::Slot& slot : layout.slots) {
        if (!ir::is_banked(slot.offset)) continue;
        const auto* const place = base + header_->bank + (slot.offset - ir::banked_state);
        state.insert(state.end(), place, place + ir::info(slot.type).bytes);
    }
}

// Runs one unit if it leaves no trace but in the CPU's registers. False: it does, or something
// wants to be looked at.
bool ExecLoop::run_traceless_unit() {
    refresh();
    const std::uint64_t pc = cpu_.pc();
    const Unit* const unit = find_unit(pc, options_.max_instructions);
    if (!unit || !unit->leaves_no_trace || unit->instruction_count >= header_->budget) return false;
    run_reference(pc, options_.max_instructions, header_->budget);
    return !attention_ && header_->leave_code == ir::leave::none;
}

// Instructions around the loop that the guest is in, if it waits there; 0 if not. The guest goes on
// meanwhile: nothing is lost by looking.
std::uint64_t ExecLoop::find_polling_period() {
    // The first unit may begin in the middle of the loop; the next is one of its own.
    if (!run_traceless_unit()) return 0;
    std::vector<std::byte> before, after;
    for (unsigned round = 0; round < most_rounds; ++round) {
        const std::uint64_t head = cpu_.pc();
        const std::uint32_t mode_there = cpu_.mode();
        const std::uint64_t began = instructions();
        save_state(before);
        unsigned units = 0;
        do {
            if (units++ == most_units || !run_traceless_unit()) return 0;
        } while (cpu_.pc() != head || cpu_.mode() != mode_there);
        save_state(after);
        if (before == after) return instructions() - began;
    }
    return 0;
}

bool ExecLoop::is_polling() {
    PollDetector& detector = memory_.poll_detector();
    const std::int64_t kept_back = std::exchange(kept_back_, 0); // all of it is the test's
    header_->budget += kept_back;
    detector.begin_test();
    polling_period_ = find_polling_period();
    detector.end_test();
    kept_back_ = std::min(kept_back, header_->budget);
    header_->budget -= kept_back_;
    if (!detector.all_steady()) polling_period_ = 0;
    if (polling_period_ != 0) polling_patience_ = {};
    return polling_period_ != 0;
}

// At a sample: loops that ask no device are met here.
void ExecLoop::consider_polling() {
    if (!options_.finds_polling) return;
    if (polling_patience_.wait > 0) {
        --polling_patience_.wait;
        return;
    }
    const Unit* const unit = known_unit(cpu_.pc());
    if (!unit || !unit->leaves_no_trace) return;
    memory_.poll_detector().suspect();
    // Most such loops compute.
    polling_patience_.wait = polling_patience_.next;
    polling_patience_.next = std::min(2 * polling_patience_.next, longest_patience);
}

} // namespace vestige::runtime
