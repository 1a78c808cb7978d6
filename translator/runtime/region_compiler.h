// Regions made into host code on a thread of its own, while the guest goes on in its units.
//
// The machine's thread lifts a region and takes the finished code in; what lies between, the passes
// and the emission, needs nothing of the machine. When a region is swapped in never changes what
// the guest computes, so it need not be the same moment in every run.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "translator/ir/function.h"
#include "translator/opt/workspace.h"
#include "translator/runtime/backend.h"
#include "translator/runtime/unit_cache.h"

namespace vestige::runtime {

struct RegionJob {
    explicit RegionJob(const ir::Function& raw) : function(raw) {}

    ir::Function function;              // raw, then optimised
    std::unique_ptr<Unit> region;       // what it becomes: all but its code
    std::uint32_t instructions = 0;     // of the guest
    std::vector<std::byte> code_bytes;  // the guest's, as they were lifted, by for_each_range()
    std::unique_ptr<PreparedCode> code; // the result
    std::uint64_t nanoseconds = 0;      // that it took
};

class RegionCompiler {
  public:
    explicit RegionCompiler(const Backend& backend);
    // Waits for the job being worked on; what has not begun is dropped.
    ~RegionCompiler();
    RegionCompiler(const RegionCompiler&) = delete;
    RegionCompiler& operator=(const RegionCompiler&) = delete;

    // ---- on the machine's thread
    bool has_room();
    // A region that the guest code at the key's address is part of is under way: for the same mode
    // and view.
    bool is_making(const UnitKey& key);
    void submit(std::unique_ptr<RegionJob> job);
    // A finished one, or null. Costs next to nothing if there is none.
    std::unique_ptr<RegionJob> take();

  private:
    void work();

    const Backend& backend_;
    std::mutex mutex_; // guards the queues and stop_
    std::condition_variable wake_;
    std::deque<std::unique_ptr<RegionJob>> waiting_, finished_;
    const Unit* at_work_on_ = nullptr; // neither waiting nor finished
    bool stop_ = false;
    std::atomic<bool> any_finished_ = false;
    std::thread thread_; // last: it uses the others
};

} // namespace vestige::runtime
