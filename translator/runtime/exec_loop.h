// The loop that runs one CPU: looks units up, translates what is missing, enters them, and does
// what they leave for.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "common/log.h"
#include "translator/opt/pipeline.h"
#include "translator/runtime/bus.h"
#include "translator/runtime/code_observer.h"
#include "translator/runtime/context.h"
#include "translator/runtime/guest_cpu.h"
#include "translator/runtime/guest_memory.h"
#include "translator/runtime/hot_spots.h"
#include "translator/runtime/jump_record.h"
#include "translator/runtime/reference_engine.h"
#include "translator/runtime/region.h"
#include "translator/runtime/region_compiler.h"
#include "translator/runtime/statistics.h"
#include "translator/runtime/unit_cache.h"

namespace vestige::runtime {

struct AddressRange {
    std::uint64_t first = 0, last = ~std::uint64_t{0};
    bool contains(std::uint64_t address) const { return address >= first && address <= last; }
};

struct ExecOptions {
    // Guest instructions of a unit, 1 or more. Never changes what the guest sees.
    std::uint32_t max_instructions = 64;
    unsigned contexts = 64;
    bool chaining = true;
    bool regions = true;        // tier 2
    bool region_thread = false; // regions are compiled on a thread of their own
    bool windows = true;        // for hot contexts
    bool finds_polling = false; // run() may end with StopCause::polling
    // Instructions between two looks at where the guest is: what it is seen at is hot.
    std::int64_t sample_interval = 100'000;
    AddressRange log_filter;               // -dfilter, by guest address
    CodeObserver* code_observer = nullptr; // outlives the loop
};

// Makes the code generator, which calls the memory path it is given. Null: none, every unit runs on
// the reference engine.
using BackendFactory = std::function<std::unique_ptr<Backend>(MemoryPath&)>;

enum class StopCause : std::uint8_t {
    budget_used,
    attention,
    idle,
    checkstop,
    polling, // the guest goes round a loop that an event of the machine alone will end
};

class ExecLoop final : public CpuRuntime {
  public:
    ExecLoop(GuestCpu& cpu, Bus& bus, const BackendFactory& backend,
             std::unique_ptr<ReferenceEngine> reference, Log& log, const ExecOptions& options);
    ~ExecLoop() override;

    // Runs until `budget` instructions have been started, or something needs the caller: then
    // instructions() says how far it came. Never more than `budget`.
    StopCause run(std::uint64_t budget);

    // On the machine's thread, from a device or helper: leave run() before the next instruction (a
    // wire to the CPU changed, the next event is earlier now).
    void request_attention();

    // ---- what happened to memory behind the CPU's back
    void memory_written(std::uint64_t physical, std::uint64_t size);
    void map_changed();
    // After a snapshot was loaded: nothing learned before holds.
    void forget_everything();
    void set_instructions(std::uint64_t count) { started_ = count; }

    // After StopCause::polling: how many instructions it is once around the loop; behind them all
    // is as it was.
    std::uint64_t polling_period() const { return polling_period_; }
    // Takes the guest so many times around.
    void go_around(std::uint64_t times) {
        started_ += times * polling_period_;
        stats_.polling_skipped += times * polling_period_;
    }

    // ---- CpuRuntime
    std::uint64_t instructions() const override;
    void context_changed() override;
    void drop_page(std::uint64_t guest_page, unsigned significant_bits) override;
    void flush_contexts(const std::function<bool(const ContextKey&)>& which) override;
    void drop_all_pages() override;
    bool read_guest(std::uint64_t address, unsigned size, std::uint64_t& value) override;
    bool write_guest(std::uint64_t address, unsigned size, std::uint64_t value) override;
    std::byte* open_page(std::uint64_t physical) override { return memory_.open_page(physical); }

    const ExecStats& stats() const { return stats_; }
    TimeAccount& times() { return times_; }
    const TimeAccount& times() const { return times_; }
    PcSamples& samples() { return samples_; }
    const PcSamples& samples() const { return samples_; }
    const Backend* backend() const { return backend_.get(); }
    const GuestMemory& memory() const { return memory_; }
    const UnitCache& units() const { return units_; }
    const ContextCache& contexts() const { return contexts_; }

  private:
    void look_mode_up() override { refresh(); }
    void refresh() { resolve_context(); }
    Context& resolve_context();
    // The mode and context that were looked up last, or entered by CpuRuntime::enter_mode.
    Context* context() const { return header_->context; } // null: stale
    std::uint32_t mode() const { return header_->mode(); }
    MemoryView view() const {
        return header_->window != 0 ? MemoryView::window : MemoryView::page_map;
    }
    const FetchPage* fetch(std::uint64_t pc);
    Unit* find_unit(std::uint64_t pc, std::uint32_t max_instructions);
    Unit* find_entry(std::uint64_t pc);
    std::unique_ptr<Unit> new_unit(const UnitKey& key, const FetchPage& page);
    void lift(const UnitKey& key, std::span<const std::byte> code, ir::Function& function);
    bool compile(Unit& unit);
    void tell_observer(const Unit& unit);
    void step();
    bool refill();
    void consider_window();
    // Whether a region may be made at a better root than the one that was seen to be hot.
    enum class RegionRoot : std::uint8_t { or_better, as_it_is };
    using Links = std::array<std::uint64_t, 2>; // RegionRequest::links
    void make_region(std::uint64_t pc, RegionRoot root, const Links& links);
    bool watch_jumps(const Unit& root);
    bool watches_jumps() const {
        return jump_watch_.units_left > 0 && jump_watch_.mode == cpu_.mode();
    }
    bool is_polling();
    std::uint64_t find_polling_period();
    bool run_traceless_unit();
    void save_state(std::vector<std::byte>& state) const;
    void consider_polling();
    void step_watching();
    void end_jump_watch();
    bool runs_beside_region(const Unit& unit) const;
    // The unit at pc in the current mode and view, or the region in its place; null: none yet.
    Unit* known_unit(std::uint64_t pc) const;
    const Unit* region_at(std::uint64_t pc) const;
    void submit_region(std::unique_ptr<Unit> region);
    void install_regions();
    bool is_current(const RegionJob& job);
    void take_in(std::unique_ptr<Unit> region, std::uint32_t instructions);
    std::unique_ptr<Unit> form_region(const Unit& unit, RegionRoot root, const Links& links);
    std::uint64_t physical_in_region(std::uint64_t pc, const Unit& root) const;
    Links link_registers() const;
    const FetchPage* page_for_region(std::uint64_t page, const Unit& root) const;
    void run_reference(std::uint64_t pc, std::uint32_t max_instructions, std::int64_t budget);
    void enter(const void* entry);
    void leave_unit();
    void handle(const UnitExit& exit);
    void count(const UnitExit& exit);
    void follow_link(const LinkSite& site);
    void cache_jump(Unit& unit);

    GuestCpu& cpu_;
    Bus& bus_;
    std::unique_ptr<ReferenceEngine> reference_;
    Log& log_;
    ExecOptions options_;
    CpuHeader* header_;
    ContextCache contexts_;
    UnitCache units_;
    TimeAccount times_;
    GuestMemory memory_;
    std::unique_ptr<Backend> backend_;

    std::uint64_t started_ = 0;     // at the start of the current run()
    std::int64_t slice_budget_ = 0; // of the current run()
    std::int64_t kept_back_ = 0;    // of that: not in header_->budget yet
    bool attention_ = false;
    bool flush_pending_ = false; // forget_everything() asked for from within a unit

    ir::Function function_;
    opt::Workspace workspace_;
    // Units are run one at a time, to see where computed jumps go that a region came to.
    struct JumpWatch {
        std::uint32_t units_left = 0; // 0: none is under way
        std::uint32_t mode = 0;
        std::uint64_t root = 0;           // of the region
        const Context* context = nullptr; // that it was seen to be hot in
    };

    std::uint64_t polling_period_ = 0;
    // Samples to be passed over before one is looked at again.
    struct PollingPatience {
        unsigned wait = 0;
        unsigned next = 1;
    };
    PollingPatience polling_patience_;

    HotSpots hot_spots_;
    JumpWatch jump_watch_;
    JumpRecord jump_record_;
    RegionFormer region_former_;
    std::unique_ptr<RegionCompiler> region_compiler_; // null: on this thread
    ExecStats stats_;
    PcSamples samples_;
};

} // namespace vestige::runtime
