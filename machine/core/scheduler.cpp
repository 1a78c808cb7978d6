#include "machine/core/scheduler.h"

#include <algorithm>

#include "machine/core/state.h"

namespace vestige {

void Scheduler::recompute() {
    Time next = never;
    for (const Timer* timer : timers_)
        next = std::min(next, timer->deadline_);
    if (next != next_deadline_) {
        next_deadline_ = next;
        ++generation_;
    }
}

void Scheduler::run_due() {
    while (next_deadline_ <= now()) {
        Timer* due = nullptr;
        for (Timer* timer : timers_)
            if (timer->deadline_ == next_deadline_) {
                due = timer;
                break;
            }
        due->deadline_ = never;
        recompute();
        due->action_();
    }
}

Timer::Timer(Scheduler& scheduler, std::function<void()> action)
    : scheduler_(scheduler), action_(std::move(action)) {
    scheduler_.timers_.push_back(this);
}

Timer::~Timer() {
    std::erase(scheduler_.timers_, this);
    scheduler_.recompute();
}

void Timer::arm_at(Time deadline) {
    deadline_ = deadline;
    scheduler_.recompute();
}

void Timer::visit(StateVisitor& state, const char* name) {
    state.field(name, deadline_);
    if (state.loading()) scheduler_.recompute();
}

} // namespace vestige
