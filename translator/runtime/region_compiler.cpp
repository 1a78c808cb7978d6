#include "translator/runtime/region_compiler.h"

#include <algorithm>
#include <chrono>

#include "translator/opt/pipeline.h"

namespace vestige::runtime {

namespace {

// Hot code comes in bursts; what waits longer than this many others may be cold again.
constexpr std::size_t most_waiting = 16;

bool is_part_of(const UnitKey& key, const Unit& region) {
    if (region.key.mode != key.mode || region.key.view != key.view) return false;
    bool found = false;
    for_each_range(region, [&](const CodeRange& range) {
        found |= key.physical >= range.physical && key.physical < range.physical + range.bytes;
    });
    return found;
}

} // namespace

RegionCompiler::RegionCompiler(const Backend& backend)
    : backend_(backend), thread_([this] { work(); }) {}

RegionCompiler::~RegionCompiler() {
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

bool RegionCompiler::has_room() {
    const std::lock_guard lock(mutex_);
    return waiting_.size() < most_waiting;
}

bool RegionCompiler::is_making(const UnitKey& key) {
    const std::lock_guard lock(mutex_);
    const auto is_in = [&](const auto& jobs) {
        return std::any_of(jobs.begin(), jobs.end(),
                           [&](const auto& job) { return is_part_of(key, *job->region); });
    };
    return (at_work_on_ && is_part_of(key, *at_work_on_)) || is_in(waiting_) || is_in(finished_);
}

void RegionCompiler::submit(std::unique_ptr<RegionJob> job) {
    {
        const std::lock_guard lock(mutex_);
        waiting_.push_back(std::move(job));
    }
    wake_.notify_one();
}

std::unique_ptr<RegionJob> RegionCompiler::take() {
    if (!any_finished_.load(std::memory_order_acquire)) return nullptr;
    const std::lock_guard lock(mutex_);
    std::unique_ptr<RegionJob> job = std::move(finished_.front());
    finished_.pop_front();
    any_finished_.store(!finished_.empty(), std::memory_order_release);
    return job;
}

void RegionCompiler::work() {
    opt::Workspace workspace;
    for (;;) {
        std::unique_ptr<RegionJob> job;
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [this] { return stop_ || !waiting_.empty(); });
            if (stop_) return;
            job = std::move(waiting_.front());
            waiting_.pop_front();
            at_work_on_ = job->region.get();
        }
        const auto began = std::chrono::steady_clock::now();
        opt::optimise_region(job->function, workspace);
        job->code = backend_.prepare(job->function, job->region->key.view);
        job->nanoseconds =
            static_cast<std::uint64_t>((std::chrono::steady_clock::now() - began).count());
        const std::lock_guard lock(mutex_);
        at_work_on_ = nullptr;
        finished_.push_back(std::move(job));
        any_finished_.store(true, std::memory_order_release);
    }
}

} // namespace vestige::runtime
