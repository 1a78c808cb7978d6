#include "machine/boards/emulated_machine.h"

#include <algorithm>
#include <chrono>

#include "backend/interp/reference_engine.h"
#include "backend/x64/backend.h"
#include "common/assertion.h"
#include "common/error.h"
#include "machine/boards/statistics_report.h"
#include "machine/core/snapshot.h"
#include "translator/runtime/perf_files.h"

namespace vestige {

namespace {

// How many instructions run between two looks at the input gate.
constexpr std::uint64_t longest_slice = 2'000'000;

constexpr Time longest_sleep = second;
// A host wakes a thread some 50 microseconds late.
constexpr Time shortest_sleep = millisecond / 2;

std::uint64_t kilo_instructions(const MachineConfig& config, std::uint32_t cpu_mips) {
    const double mips = config.mips.value_or(cpu_mips);
    return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(mips * 1000));
}

} // namespace

EmulatedMachine::EmulatedMachine(const MachineConfig& config, MachineEnvironment its_environment,
                                 std::uint32_t cpu_mips)
    : environment(std::move(its_environment)),
      log(environment.log),
      clock(config.clock, kilo_instructions(config, cpu_mips)),
      scheduler(clock),
      memory("memory", environment.log),
      engine_(config.engine),
      keeps_times_(config.statistics),
      code_cache_bytes_(config.code_cache_bytes),
      regions_(config.regions),
      windows_(config.windows),
      code_listings_(config.code_listings),
      log_filter_(config.log_filter),
      cpu_timer_(scheduler, [this] { cpu_timer_due(); }) {
    clock.set_counter(*this);
    memory.add_listener(*this);
}

EmulatedMachine::~EmulatedMachine() {
    loop_.reset();
    // A bus outlives what sits on it.
    while (!devices_.empty())
        devices_.pop_back();
}

RamBlock& EmulatedMachine::add_ram(std::string name, std::uint64_t size) {
    return *rams_.emplace_back(std::make_unique<RamBlock>(std::move(name), size));
}

std::unique_ptr<runtime::Backend> EmulatedMachine::make_backend(runtime::MemoryPath& path) {
    x64::X64Options options;
    options.banks = x64::banks_of(cpu_->layout());
    if (log.on(LogItem::out_asm)) options.listing = x64::Listing::on;
    if (code_cache_bytes_) options.arena_bytes = *code_cache_bytes_;
    auto backend = std::make_unique<x64::X64Backend>(path, options);
    for (const CodeListing listing : code_listings_)
        switch (listing) {
        case CodeListing::perf_map:
            code_observers_.add(std::make_unique<runtime::PerfMap>());
            break;
        case CodeListing::perf_dump:
            code_observers_.add(std::make_unique<runtime::JitDump>());
            break;
        case CodeListing::debugger: break; // knows the shared code already
        }
    for (const runtime::NamedCode& code : backend->shared_code())
        code_observers_.code_added(code);
    if (std::ranges::count(code_listings_, CodeListing::debugger) != 0)
        code_observers_.add(backend->debugger_names());
    return backend;
}

void EmulatedMachine::start(runtime::GuestCpu& cpu) {
    cpu_ = &cpu;
    runtime::ExecOptions options;
    if (!log_filter_.empty()) options.log_filter = {log_filter_[0].first, log_filter_[0].last};
    options.chaining = !log.on(LogItem::exec);
    options.regions = regions_;
    options.region_thread = true;
    options.windows = windows_;
    // Who logs what is executed wants to see it all.
    options.finds_polling = !log.on(LogItem::exec);
    runtime::BackendFactory backend;
    if (engine_ == EngineKind::jit)
        backend = [this](runtime::MemoryPath& path) { return make_backend(path); };
    if (!code_listings_.empty()) options.code_observer = &code_observers_;
    loop_ = std::make_unique<runtime::ExecLoop>(
        cpu, *this, backend, std::make_unique<interp::ReferenceEngine>(), log, options);
    if (keeps_times_) {
        loop_->times().enable();
        loop_->samples().enable();
    }
    reset();
}

// ---- running

// Instructions until something has to be looked at.
std::uint64_t EmulatedMachine::slice(std::uint64_t limit) const {
    const std::uint64_t now = loop_->instructions();
    const std::uint64_t count = std::min(limit - now, longest_slice);
    const Time deadline = scheduler.next_deadline();
    // Under the host clock time passes while instructions run.
    if (clock.kind() == ClockKind::host)
        return std::min(count, host_pace_.slice(deadline - scheduler.now()));
    if (deadline != never)
        return std::min(count, std::max(clock.instructions_at(deadline), now + 1) - now);
    return count;
}

// The CPU waits for an interrupt: lets time pass.
std::optional<RunEnd> EmulatedMachine::idle() {
    const Time now = scheduler.now();
    const Time deadline = scheduler.next_deadline();
    const Time wait = deadline == never ? longest_sleep : std::max<Time>(deadline - now, 0);
    const bool skip = clock.kind() == ClockKind::virtual_instructions && deadline != never;
    if (skip && !environment.gate.expects_host()) {
        clock.skip(wait);
        return {};
    }
    const runtime::ActivityScope sleeping(loop_->times(), runtime::Activity::idle);
    const auto began = std::chrono::steady_clock::now();
    const Time nap = skip ? std::min(wait, millisecond) : std::min(wait, longest_sleep);
    environment.gate.wait(std::chrono::nanoseconds(nap));
    if (skip) {
        const Time passed =
            std::chrono::nanoseconds(std::chrono::steady_clock::now() - began).count();
        clock.skip(std::min(passed, wait));
    }
    return {};
}

// The CPU asks again and again whether something has happened: nothing will before the next event.
// Under the virtual clock its instructions are time; they are counted without being run.
void EmulatedMachine::let_poll(std::uint64_t limit) {
    if (clock.kind() == ClockKind::host) {
        // A run to some number of instructions has to come there.
        if (limit != no_instruction_limit) return;
        if (scheduler.next_deadline() - scheduler.now() >= shortest_sleep) idle();
    } else if (!environment.gate.expects_host()) {
        const std::uint64_t ahead = std::max<std::uint64_t>(slice(limit), 1);
        loop_->go_around((ahead - 1) / loop_->polling_period());
    }
}

RunEnd EmulatedMachine::run(std::uint64_t limit) {
    VESTIGE_ASSERT(loop_ != nullptr);
    clock.start();
    loop_->times().resume();
    std::optional<RunEnd> end;
    while (!end) {
        if (interrupted_.exchange(false)) {
            end = RunEnd::interrupted;
            break;
        }
        if (environment.gate.pending()) environment.gate.deliver();
        environment.gate.output().pass();
        scheduler.run_due();
        if (end_) {
            end = std::exchange(end_, std::nullopt);
            break;
        }
        if (loop_->instructions() >= limit) {
            end = RunEnd::instruction_limit;
            break;
        }
        slice_generation_ = scheduler.generation();
        const std::uint64_t before = loop_->instructions();
        const Time began = scheduler.now();
        in_run_ = true;
        const runtime::StopCause cause = loop_->run(slice(limit));
        in_run_ = false;
        host_pace_.measured(loop_->instructions() - before, scheduler.now() - began);
        if (end_) continue;
        if (cause == runtime::StopCause::idle) end = idle();
        if (cause == runtime::StopCause::polling) let_poll(limit);
        if (cause == runtime::StopCause::checkstop) end = RunEnd::fatal_fault;
    }
    environment.gate.output().release();
    clock.stop();
    loop_->times().change(runtime::Activity::machine);
    return *end;
}

void EmulatedMachine::end_run(RunEnd why) {
    if (!end_) end_ = why;
    if (in_run_) loop_->request_attention();
}

void EmulatedMachine::interrupt() {
    interrupted_.store(true);
    environment.gate.wake();
}

void EmulatedMachine::reset() {
    for (auto& device : devices_)
        device->reset();
    reset_cpu();
    loop_->forget_everything();
    end_.reset();
}

std::uint64_t EmulatedMachine::instructions() const { return loop_ ? loop_->instructions() : 0; }

// ---- the CPU's view of the machine

// A device has changed its timers: the slice may end too late now.
void EmulatedMachine::after_device_access() {
    if (in_run_ && scheduler.generation() != slice_generation_) loop_->request_attention();
}

runtime::HostPage EmulatedMachine::page(std::uint64_t physical) {
    const AddressSpace::Page found = memory.page(physical);
    return {found.host, found.writable};
}

runtime::HostBacking EmulatedMachine::backing(const std::byte* host) {
    for (const auto& ram : rams_)
        if (host >= ram->data() && host < ram->data() + ram->size())
            return {ram->file_descriptor(), static_cast<std::uint64_t>(host - ram->data())};
    return {};
}

bool EmulatedMachine::read(std::uint64_t physical, unsigned size, Endian endian,
                           std::uint64_t& value) {
    const runtime::ActivityScope scope(loop_->times(), runtime::Activity::devices);
    const BusResult result = memory.read(physical, size, endian, value);
    after_device_access();
    return result == BusResult::ok || ends_unanswered(physical, runtime::Access::load);
}

bool EmulatedMachine::write(std::uint64_t physical, unsigned size, Endian endian,
                            std::uint64_t value) {
    const runtime::ActivityScope scope(loop_->times(), runtime::Activity::devices);
    const BusResult result = memory.write(physical, size, endian, value);
    after_device_access();
    return result == BusResult::ok || ends_unanswered(physical, runtime::Access::store);
}

void EmulatedMachine::arm_cpu_timer(std::int64_t deadline_ns) {
    cpu_timer_.arm_at(deadline_ns);
    after_device_access();
}

bool EmulatedMachine::read_physical(std::uint64_t address, unsigned size, std::uint64_t& value) {
    const AddressSpace::Page found = memory.page(address);
    if (!found.host) return memory.read(address, size, Endian::big, value) == BusResult::ok;
    value = load_sized(found.host + address % 4096, size, Endian::big);
    return true;
}

void EmulatedMachine::write_physical(std::uint64_t address, unsigned size, std::uint64_t value) {
    memory.write(address, size, Endian::big, value);
    loop_->memory_written(address, size);
}

void EmulatedMachine::memory_written(std::uint64_t address, std::uint64_t size) {
    if (loop_) loop_->memory_written(address, size);
}

void EmulatedMachine::map_changed() {
    if (loop_) loop_->map_changed();
}

// ---- snapshots

void EmulatedMachine::visit(StateVisitor& state) {
    state.section("machine", 1, [&] {
        std::uint64_t count = loop_->instructions();
        state.field("instructions", count);
        if (state.loading()) loop_->set_instructions(count);
        clock.visit(state);
        cpu_timer_.visit(state, "cpu_timer");
    });
    state.section("cpu", 1, [&] { visit_cpu(state); });
    for (auto& ram : rams_)
        state.section(ram->name(), 1, [&] { state.bytes("contents", ram->span()); });
    for (auto& device : devices_)
        state.section(device->name(), 1, [&] { device->visit(state); });
}

void EmulatedMachine::save_snapshot(const std::string& path) {
    SnapshotWriter writer(path, identity_);
    visit(writer);
    writer.finish();
}

void EmulatedMachine::load_snapshot(const std::string& path) {
    SnapshotReader reader(path, identity_);
    reset();
    visit(reader);
    reader.finish();
    loop_->forget_everything();
}

// ---- looking inside

namespace {

std::string memory_tree(const AddressSpace& space, unsigned depth) {
    std::string text;
    for (const auto& region : space.regions()) {
        text += fmt::format("{:{}}{:016x}-{:016x} {} {}{}\n", "", 2 * depth, region.base,
                            region.base + region.size - 1, region.kind, region.name,
                            region.enabled ? "" : " [disabled]");
        if (region.target && depth < 4) text += memory_tree(*region.target, depth + 1);
    }
    return text;
}

} // namespace

std::string EmulatedMachine::describe(MachineView view) {
    switch (view) {
    case MachineView::memory_tree: return memory_tree(memory, 0);
    case MachineView::jit:
    case MachineView::statistics: return StatisticsReport(*loop_, *cpu_, memory, clock).as_text();
    case MachineView::statistics_json:
        return StatisticsReport(*loop_, *cpu_, memory, clock).as_json();
    case MachineView::registers:
    case MachineView::translations:
    case MachineView::fault: return describe_cpu(view);
    }
    return {};
}

std::size_t EmulatedMachine::peek(AddressKind kind, std::uint64_t address,
                                  std::span<std::byte> to) {
    std::size_t done = 0;
    while (done < to.size()) {
        std::uint64_t physical = address + done;
        if (kind == AddressKind::effective) {
            const auto found = cpu_->probe(physical, runtime::Access::load);
            if (found.fault != runtime::FaultKind::none) break;
            physical = found.physical;
        }
        const AddressSpace::Page found = memory.page(physical);
        if (!found.host) break;
        const std::size_t here = std::min<std::size_t>(to.size() - done, 4096 - physical % 4096);
        std::copy_n(found.host + physical % 4096, here, to.data() + done);
        done += here;
    }
    return done;
}

std::vector<std::string> EmulatedMachine::disassemble(AddressKind kind, std::uint64_t address,
                                                      unsigned count) {
    std::vector<std::string> lines;
    for (unsigned i = 0; i < count; ++i, address += 4) {
        std::byte word[4];
        if (peek(kind, address, word) < 4) break;
        std::string line = cpu_->disassemble(address, word);
        while (!line.empty() && line.back() == '\n')
            line.pop_back();
        lines.push_back(std::move(line));
    }
    return lines;
}

} // namespace vestige
