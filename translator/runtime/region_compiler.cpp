#include "translator/runtime/region_compiler.h"

#include <chrono>

#include "translator/opt/pipeline.h"

namespace vestige::runtime {

namespace {

// Hot code comes in bursts; what waits longer than this many others may be cold again.
constexpr std::size_t most_waiting = 16;

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
        }
        const auto began = std::chrono::steady_clock::now();
        opt::optimise_region(job->function, workspace);
        job->code = backend_.prepare(job->function, job->region->key.view);
        job->nanoseconds =
            static_cast<std::uint64_t>((std::chrono::steady_clock::now() - began).count());
        const std::lock_guard lock(mutex_);
        finished_.push_back(std::move(job));
        any_finished_.store(true, std::memory_order_release);
    }
}

} // namespace vestige::runtime
