#include "translator/runtime/exec_loop.h"

#include <algorithm>

#include "common/assertion.h"
#include "translator/ir/printer.h"
#include "translator/runtime/computed_jump.h"
#include "translator/runtime/traceless.h"

namespace vestige::runtime {

ExecLoop::ExecLoop(GuestCpu& cpu, Bus& bus, const BackendFactory& backend,
                   std::unique_ptr<ReferenceEngine> reference, Log& log, const ExecOptions& options)
    : cpu_(cpu),
      bus_(bus),
      reference_(std::move(reference)),
      log_(log),
      options_(options),
      header_(cpu.header()),
      contexts_(options.contexts),
      units_(contexts_),
      memory_(cpu, bus, contexts_, units_, times_),
      backend_(backend ? backend(memory_) : nullptr),
      function_(cpu.layout(), cpu.helpers()),
      region_former_(cpu) {
    units_.set_backend(backend_.get());
    // Listings come in the order of events.
    const bool logs = log.on(LogItem::ir_opt) || log.on(LogItem::out_asm);
    if (backend_ && options.regions && options.region_thread && !logs)
        region_compiler_ = std::make_unique<RegionCompiler>(*backend_);
    units_.set_code_observer(options.code_observer);
    header_->stable_jumps = units_.stable_jumps();
    header_->runtime = static_cast<CpuRuntime*>(this);
    memory_.set_resolver([this]() -> Context& { return resolve_context(); });
    context_changed();
}

ExecLoop::~ExecLoop() = default;

// ---- contexts and modes

void ExecLoop::context_changed() {
    for (KnownMode& known : known_modes_)
        known.jump_cache_mode = KnownMode{}.jump_cache_mode;
    memory_.forget_device_pages();
    Context& nothing = contexts_.nothing();
    header_->context = nullptr;
    header_->read_map = nothing.read_map();
    header_->write_map = nothing.write_map();
    header_->jump_cache = nothing.jump_cache();
    header_->window = 0;
}

Context& ExecLoop::resolve_context() {
    const std::uint32_t current = cpu_.mode();
    if (context() && current == mode()) return *context();
    const std::uint64_t tag = std::uint64_t{current} << 32;
    KnownMode& known = known_mode(current);
    if (known.jump_cache_mode != tag) {
        const std::uint64_t misses = contexts_.misses;
        Context& found = contexts_.find(cpu_.context_key());
        // One that is new may be another one emptied to make room.
        for (KnownMode& other : known_modes_)
            if (contexts_.misses != misses && other.context == &found) other = {};
        known = {.read_map = found.read_map(),
                 .write_map = found.write_map(),
                 .jump_cache = found.jump_cache(),
                 .window = found.window() ? found.window()->base() : 0,
                 .jump_cache_mode = tag,
                 .context = &found};
    }
    header_->enter(known);
    return *known.context;
}

void ExecLoop::drop_page(std::uint64_t guest_page, unsigned significant_bits) {
    contexts_.drop_page(guest_page, significant_bits);
    memory_.forget_device_pages();
}

void ExecLoop::flush_contexts(const std::function<bool(const ContextKey&)>& which) {
    contexts_.flush_contexts(which);
    context_changed();
}

void ExecLoop::drop_all_pages() {
    contexts_.clear();
    units_.clear_stable_jumps();
    memory_.forget_pages();
    units_.unchain_across_pages();
    context_changed();
}

// ---- memory

void ExecLoop::memory_written(std::uint64_t physical, std::uint64_t size) {
    while (size > 0) {
        const std::uint64_t here = std::min(size, page_size - (physical & page_mask));
        if (units_.overlaps_code(physical, here)) {
            units_.invalidate(physical, here);
            leave_unit();
        }
        physical += here;
        size -= here;
    }
}

void ExecLoop::map_changed() {
    drop_all_pages();
    leave_unit();
}

void ExecLoop::forget_everything() {
    units_.clear();
    jump_record_.clear();
    jump_watch_ = {};
    drop_all_pages();
}

bool ExecLoop::read_guest(std::uint64_t address, unsigned size, std::uint64_t& value) {
    WideValue wide;
    const ir::MemoryAccess access{.size = static_cast<std::uint8_t>(size)};
    if (memory_.load(address, access, AccessFrom::single_step, wide) != AccessOutcome::done)
        return false;
    value = wide.low;
    return true;
}

bool ExecLoop::write_guest(std::uint64_t address, unsigned size, std::uint64_t value) {
    const ir::MemoryAccess access{.size = static_cast<std::uint8_t>(size)};
    return memory_.store(address, access, AccessFrom::single_step, {value, 0}) ==
           AccessOutcome::done;
}

// ---- units

const FetchPage* ExecLoop::fetch(std::uint64_t pc) {
    const auto page = static_cast<std::uint32_t>(pc >> page_bits);
    if (const FetchPage* known = context()->fetch_page(page)) return known;
    const ActivityScope walking(times_, Activity::walking);
    ++memory_.stats.walks;
    const Translation found = cpu_.translate(pc, Access::fetch);
    FaultKind fault = found.fault;
    HostPage host;
    if (fault == FaultKind::none) {
        host = bus_.page(found.physical & ~page_mask);
        if (!host.host) fault = FaultKind::bus;
    }
    if (fault != FaultKind::none) {
        ++stats_.faults;
        cpu_.raise_fault({fault, Access::fetch, pc, {}});
        return nullptr;
    }
    context()->note_walk(page, found.walk, bus_);
    return context()->add_fetch_page(page, {found.physical & ~page_mask, host.host, found.stable});
}

void ExecLoop::lift(const UnitKey& key, std::span<const std::byte> code, ir::Function& function) {
    function.clear();
    cpu_.lift({key.pc, key.mode, code, key.max_instructions}, function);
    if (log_.on(LogItem::in_asm) && options_.log_filter.contains(key.pc))
        log_.put("IN:\n" + cpu_.disassemble(key.pc, code.first(function.guest_bytes)));
    opt::check_raw(function, log_, options_.log_filter.contains(key.pc));
}

std::unique_ptr<Unit> ExecLoop::new_unit(const UnitKey& key, const FetchPage& page) {
    const std::uint64_t offset = key.pc & page_mask;
    lift(key, {page.host + offset, page_size - offset}, function_);
    auto unit = std::make_unique<Unit>();
    unit->key = key;
    unit->instruction_count = function_.instruction_count;
    unit->guest_bytes = static_cast<std::uint32_t>(function_.guest_bytes);
    unit->stable = page.stable;
    unit->ends_in_jump = has_computed_jump(function_);
    unit->leaves_no_trace = leaves_no_trace(function_);
    return unit;
}

// Leaves function_ as lifted for the unit if it was not there yet.
Unit* ExecLoop::find_unit(std::uint64_t pc, std::uint32_t max_instructions) {
    const FetchPage* page = fetch(pc);
    if (!page) return nullptr;
    ++stats_.unit_lookups;
    const UnitKey key{page->physical | (pc & page_mask), pc, mode(), max_instructions, view()};
    Unit* unit = units_.find(key);
    if (unit) unit->stable = page->stable; // it may not have been so the last time
    const bool compiled = backend_ && max_instructions == options_.max_instructions;
    if (unit && (!compiled || unit->code.entry)) return unit;

    const ActivityScope translating(times_, Activity::translating);
    if (!unit) {
        auto fresh = new_unit(key, *page);
        unit = fresh.get();
        if (!compiled) {
            unit->reference = reference_->prepare(function_);
            ++stats_.reference_units;
        }
        if (units_.insert(std::move(fresh))) memory_.withdraw_writes(key.physical);
    }
    if (compiled && !compile(*unit)) unit = nullptr;
    return unit;
}

// What runs at pc in the current context, compiled: a region of several pages if all of them are
// where it wants them.
Unit* ExecLoop::find_entry(std::uint64_t pc) {
    Unit* const unit = find_unit(pc, options_.max_instructions);
    if (!unit || !unit->wider) return unit;
    Unit& wider = *unit->wider;
    const auto in_place = [&](const PlacedPage& page) {
        const FetchPage* known = context()->fetch_page(static_cast<std::uint32_t>(page.guest));
        return known && known->physical >> page_bits == page.physical;
    };
    return std::all_of(wider.pages.begin(), wider.pages.end(), in_place) ? &wider : unit;
}

void ExecLoop::tell_observer(const Unit& unit) {
    if (!options_.code_observer) return;
    options_.code_observer->code_added(
        {unit.code.entry, unit.code.code_bytes,
         fmt::format("guest_{:08x}_mode_{:x}_tier{}{}", unit.key.pc, unit.key.mode,
                     unit.tier == Tier::region ? 2 : 1,
                     unit.key.view == MemoryView::window ? "_window" : "")});
}

// function_ holds the unit's raw IR.
bool ExecLoop::compile(Unit& unit) {
    opt::optimise(function_, workspace_, log_, options_.log_filter.contains(unit.key.pc));
    UnitCache::own_links(unit);
    const UnitKey key = unit.key;
    while (!backend_->compile(function_, unit.code, key.view)) {
        // Full, or in pieces that are too small: the oldest units make room. This one is the last.
        units_.evict();
        if (!units_.find(key)) return false;
    }
    TierStats& tier = stats_.tiers[0];
    ++tier.units;
    tier.instructions += unit.instruction_count;
    tier.host_bytes += unit.code.code_bytes;
    tell_observer(unit);
    if (log_.on(LogItem::out_asm) && options_.log_filter.contains(unit.key.pc))
        log_.put(fmt::format("OUT: {:08x}\n{}", unit.key.pc, backend_->disassemble(unit.code)));
    return true;
}

// ---- running

void ExecLoop::request_attention() {
    attention_ = true;
    leave_unit();
}

// Seen by the reference engine before the next instruction, by helpers that may leave and by the
// slow path of memory.
void ExecLoop::leave_unit() {
    if (header_->leave_code == ir::leave::none) header_->leave_code = ir::leave::look_again;
}

std::uint64_t ExecLoop::instructions() const {
    return started_ + static_cast<std::uint64_t>(slice_budget_ - kept_back_ - header_->budget -
                                                 header_->budget_ahead);
}

void ExecLoop::handle(const UnitExit& exit) {
    switch (exit.code) {
    case ir::leave::none:
    case ir::leave::look_again: break;
    case ir::leave::fault:
        ++stats_.faults;
        cpu_.raise_fault(memory_.fault());
        break;
    case ir::leave::alone:
        // The instruction counts as begun anew; what a device asked for is looked at behind it.
        header_->leave_code = ir::leave::none;
        memory_.begin_replay();
        refresh();
        run_reference(cpu_.pc(), 1, 1);
        memory_.end_replay();
        break;
    default: VESTIGE_ASSERT(exit.code >= ir::leave::guest_first); cpu_.on_leave(exit.code);
    }
}

// Runs at most `budget` instructions of the unit at pc on the reference engine.
void ExecLoop::run_reference(std::uint64_t pc, std::uint32_t max_instructions,
                             std::int64_t budget) {
    Unit* unit = find_unit(pc, max_instructions);
    if (!unit) return; // a fetch fault has been raised
    if (!unit->reference) {
        const FetchPage* page = fetch(pc);
        const std::uint64_t offset = pc & page_mask;
        lift(unit->key, {page->host + offset, page_size - offset}, function_);
        unit->reference = reference_->prepare(function_);
    }
    const std::int64_t rest = header_->budget - budget;
    header_->budget = budget;
    // The part of the budget kept back has not been started either.
    header_->budget_ahead = rest;
    const UnitExit exit =
        reference_->run(*unit->reference, header_, memory_, AccessFrom::single_step);
    header_->budget_ahead = 0;
    header_->budget += rest;
    handle(exit);
}

void ExecLoop::follow_link(const LinkSite& site) {
    if (!options_.chaining) return;
    const UnitCache::LinkOwner from = units_.owner(site);
    const std::uint64_t pc = cpu_.pc();
    refresh();
    // The links of a unit in another mode or context stay as they are.
    if (from.unit->key.mode != mode() || from.unit->key.view != view()) return;
    const std::size_t invalidated = units_.invalidated + units_.evicted;
    Unit* to = find_entry(pc);
    if (!to || !to->code.entry || units_.invalidated + units_.evicted != invalidated) return;
    if (!UnitCache::covers(*from.unit, *to) && !(from.unit->stable && to->stable)) {
        cache_jump(*to);
        // Within the page, by the unit's gate.
        if (!to->narrower || !UnitCache::covers(*from.unit, *to->narrower)) {
            backend_->link_by_jump_cache(site);
            return;
        }
        to = to->narrower;
    }
    units_.chain(from, *to);
    ++stats_.chained;
}

void ExecLoop::count(const UnitExit& exit) {
    using namespace ir::leave;
    switch (exit.code) {
    case none:
        // Generated code does not say why it left plainly. What is left of the budget tells nearly
        // always: units are short.
        if (exit.link)
            stats_.count_exit(ExitKind::unchained_link);
        else if (header_->budget < options_.max_instructions)
            stats_.count_exit(ExitKind::budget);
        else
            stats_.count_exit(ExitKind::jump_cache_miss);
        break;
    case look_again: stats_.count_exit(ExitKind::look_again); break;
    case fault: stats_.count_exit(ExitKind::fault); break;
    case alone: stats_.count_exit(ExitKind::alone); break;
    default:
        stats_.count_exit(ExitKind::guest);
        ++stats_.guest_exits[(exit.code - guest_first) % stats_.guest_exits.size()];
    }
}

void ExecLoop::cache_jump(Unit& unit) {
    UnitCache::cache_jump(*context(), header_->jump_cache_mode, unit);
    // Which of the two it is depends on where all the pages are.
    const Unit& wide = unit.wider ? *unit.wider : unit;
    for (const PlacedPage& page : wide.pages)
        context()->depend(static_cast<std::uint32_t>(page.guest), unit.key.pc);
    // Contexts that may have windows run code of their own.
    if (unit.stable && !cpu_.keeps_context(mode()))
        units_.cache_stable_jump(header_->jump_cache_mode, unit);
}

void ExecLoop::enter(const void* entry) {
    ++stats_.loop_turns;
    const Activity before = times_.change(Activity::generated);
    const UnitExit exit = backend_->enter(header_, entry);
    times_.change(before);
    count(exit);
    if (exit.link)
        follow_link(*exit.link);
    else
        handle(exit);
}

void ExecLoop::step() {
    const std::uint64_t pc = cpu_.pc();
    if (log_.on(LogItem::exec) && options_.log_filter.contains(pc))
        log_.put(fmt::format("Trace: {:08x} mode {:03x} after {}", pc, mode(), instructions()));
    if (!backend_) {
        run_reference(pc, options_.max_instructions, header_->budget);
        return;
    }
    const JumpCacheEntry& cached = header_->jump_cache[(pc >> 2) & (jump_cache_size - 1)];
    const void* entry = cached.tag == (header_->jump_cache_mode | pc) ? cached.entry : nullptr;
    if (!entry) {
        Unit* unit = find_entry(pc);
        if (!unit) return; // a fault was raised, or there was no room: try again
        entry = unit->code.entry;
        // Without chaining every unit comes through here.
        if (options_.chaining) cache_jump(*unit);
    }
    const std::int64_t before = header_->budget;
    const std::uint64_t pc_before = pc;
    enter(entry);
    if (header_->budget == before && cpu_.pc() == pc_before && before > 0) {
        if (refill()) return;
        // The unit is longer than the budget: its beginning runs on the reference engine.
        const Unit* unit = find_entry(pc);
        if (unit && std::max(unit->instruction_count, unit->code.first_charge) > before) {
            ++stats_.tail_runs;
            run_reference(pc, options_.max_instructions, before);
        }
    }
}

// Generated code has used up its part of the budget, or nearly so. True if there was more.
bool ExecLoop::refill() {
    if (kept_back_ == 0) return false;
    const std::int64_t more = std::min(kept_back_, options_.sample_interval);
    kept_back_ -= more;
    header_->budget += more;
    samples_.sample(cpu_.pc());
    refresh();
    consider_polling();
    if (options_.windows) consider_window();
    if (region_compiler_) install_regions();
    // Kernels and firmware do many things for a short time each.
    const std::uint32_t often = cpu_.keeps_context(mode()) ? 2 : 4;
    if (hot_spots_.seen(cpu_.pc(), mode(), often))
        make_region(cpu_.pc(), RegionRoot::or_better, link_registers());
    return true;
}

StopCause ExecLoop::run(std::uint64_t budget) {
    const ActivityScope dispatching(times_, Activity::dispatching);
    slice_budget_ = static_cast<std::int64_t>(budget);
    header_->budget = backend_ && options_.regions
                          ? std::min(slice_budget_, options_.sample_interval)
                          : slice_budget_;
    kept_back_ = slice_budget_ - header_->budget;
    attention_ = false;
    memory_.end_replay();
    StopCause cause = StopCause::budget_used;
    while (header_->budget > 0 || refill()) {
        units_.collect();
        if (attention_) {
            cause = StopCause::attention;
            break;
        }
        header_->leave_code = ir::leave::none;
        cpu_.take_interrupt();
        if (!cpu_.checkstop().empty()) {
            cause = StopCause::checkstop;
            break;
        }
        if (cpu_.idle()) {
            cause = StopCause::idle;
            break;
        }
        refresh();
        if (memory_.poll_detector().take_suspicion() && options_.finds_polling) {
            if (is_polling()) {
                cause = StopCause::polling;
                break;
            }
            continue;
        }
        if (watches_jumps())
            step_watching();
        else
            step();
    }
    if (cause == StopCause::budget_used) samples_.sample(cpu_.pc());
    started_ = instructions();
    slice_budget_ = 0;
    kept_back_ = 0;
    header_->budget = 0;
    return cause;
}

} // namespace vestige::runtime
