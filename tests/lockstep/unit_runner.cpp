#include "tests/lockstep/unit_runner.h"

#include <algorithm>
#include <cstring>

#include "common/assertion.h"
#include "common/endian.h"
#include "translator/ir/printer.h"
#include "translator/ir/verifier.h"

namespace vestige::lockstep {

namespace {

// A case that starts more instructions has gone astray.
constexpr std::int64_t most_instructions = 10'000;
// The window changes every so many cases.
constexpr unsigned window_changes_every = 256;
// The verifier costs more than the rest: every so many units.
constexpr unsigned verify_every = 64;

} // namespace

std::string_view name(Engine engine) {
    switch (engine) {
    case Engine::raw: return "interpreter, raw IR";
    case Engine::optimised: return "interpreter, optimised IR";
    case Engine::x64: return "x64 code";
    case Engine::x64_baseline: return "x64 code in baseline instructions";
    case Engine::x64_regions: return "x64 code of regions";
    case Engine::x64_window: return "x64 code of regions, in a window";
    }
    VESTIGE_UNREACHABLE("no such engine");
}

UnitRunner::UnitRunner(Engine engine, LiftingCpu& cpu, runtime::CpuHeader& header,
                       SubjectMemory& memory)
    : engine_(engine),
      cpu_(cpu),
      header_(header),
      memory_(memory),
      function_(cpu.layout(), cpu.helpers()),
      region_former_(cpu) {
    if (in_window())
        header_.window = memory_.open_window();
    else
        header_.read_map = header_.write_map = memory_.page_map();
    // Helpers find the runtime by its base class.
    header_.runtime = static_cast<runtime::CpuRuntime*>(&memory_);
    header_.jump_cache = jump_cache_.data();
    x64::X64Options options{.banks = x64::banks_of(cpu.layout())};
    if (engine_ == Engine::x64_baseline) options.features = x64::HostFeatures::baseline();
    if (generates_code()) backend_ = std::make_unique<x64::X64Backend>(memory_, options);
}

void UnitRunner::begin(std::uint32_t address, std::span<const std::uint32_t> words,
                       Mutation mutation) {
    if (in_window() && cases_++ % window_changes_every == 0) memory_.change_window();
    address_ = address;
    first_word_ = words[0];
    code_.resize(4 * words.size());
    for (std::size_t i = 0; i < words.size(); ++i)
        store_be(code_.data() + 4 * i, mutation(words[i]));
    header_.leave_code = 0;
    header_.budget = given_ = 0;
    has_refused_ = false;
}

void UnitRunner::translate(std::uint32_t pc, std::uint32_t mode) {
    const bool checked = units_++ % verify_every == 0;
    workspace_.checks = checked ? opt::Checks::every_pass : opt::Checks::none;
    if (forms_regions() && form_region(pc, mode)) {
        if (checked) ir::verify(function_, ir::Stage::raw);
        opt::optimise_region(function_, workspace_);
        return;
    }
    function_.clear();
    cpu_.code_end = end();
    runtime::LiftRequest request{
        .pc = pc, .mode = mode, .code = std::span(code_).subspan(pc - address_)};
    if (step_ == Step::instruction) request.max_instructions = 1;
    cpu_.lift(request, function_);
    if (checked) ir::verify(function_, ir::Stage::raw);
    if (engine_ != Engine::raw) opt::optimise(function_, workspace_);
}

// A page with what of the case lies in it; empty if that is nothing.
std::span<const std::byte> UnitRunner::page_of(std::uint64_t number) {
    const std::uint64_t start = number * runtime::page_size, behind = start + runtime::page_size;
    const std::uint64_t first = std::max<std::uint64_t>(start, address_);
    const std::uint64_t last = std::min<std::uint64_t>(behind, end());
    if (first >= last) return {};
    std::vector<std::byte>& page = pages_[number];
    page.resize(runtime::page_size);
    std::memcpy(page.data() + (first - start), code_.data() + (first - address_), last - first);
    return page;
}

// As if every computed jump had been seen to go to a few places of the case, or to many, of which
// one may be right; in one case of three, none has been seen.
std::span<const std::uint64_t> UnitRunner::seen_targets(std::uint64_t behind) {
    const std::uint64_t words = code_.size() / 4, at = (behind - address_) / 4;
    const std::uint64_t number = words % 3 == 0 ? 0 : words % 3 == 1 ? 3 : 12;
    seen_targets_.clear();
    for (std::uint64_t i = 0; i < number; ++i)
        if (const std::uint64_t word = at + i * (words / number + 1); word < words + at)
            seen_targets_.push_back(address_ + 4 * (word % words));
    return seen_targets_;
}

// All of the case; every other case in blocks of a few words.
bool UnitRunner::form_region(std::uint32_t pc, std::uint32_t mode) {
    cpu_.code_end = end();
    const auto was_run = [&](std::uint64_t at) {
        return at % 4 == 0 && at >= address_ && at < end();
    };
    const bool short_blocks = code_.size() / 4 % 2 == 0;
    if (!region_former_.form({.root = pc,
                              .mode = mode,
                              .page = [&](auto number) { return page_of(number); },
                              .max_instructions = short_blocks ? 3u : 64u,
                              .was_run = was_run,
                              .seen_targets = [&](auto end) { return seen_targets(end); }},
                             function_)) {
        ++regions_.refused;
        return false;
    }
    ++regions_.regions;
    regions_.blocks += region_former_.blocks().size();
    regions_.loops += jumps_back() ? 1 : 0;
    for (const auto& block : region_former_.blocks())
        regions_.calls += in_region(block.returns_to) ? 1 : 0;
    return true;
}

bool UnitRunner::in_region(std::uint64_t pc) const {
    const auto blocks = region_former_.blocks();
    return std::any_of(blocks.begin(), blocks.end(), [&](auto& one) { return one.pc == pc; });
}

bool UnitRunner::jumps_back() const {
    for (const auto& block : region_former_.blocks())
        for (const std::uint64_t next : block.successors)
            if (next <= block.pc && in_region(next)) return true;
    return false;
}

bool UnitRunner::refill() {
    const auto words = code_.size() / 4;
    const auto longest = static_cast<std::int64_t>(words);
    // A region may want more before it begins.
    if (header_.budget >= longest && !has_refused_) return true;
    if (given_ >= most_instructions) return false;
    const std::int64_t more =
        words % 3 == 0 ? longest + static_cast<std::int64_t>(first_word_ % 8) : most_instructions;
    given_ += more;
    header_.budget += more;
    return true;
}

runtime::UnitExit UnitRunner::run(std::uint32_t pc, std::uint32_t mode) {
    translate(pc, mode);
    if (!generates_code()) {
        program_.prepare(function_, engine_ == Engine::raw ? ir::Stage::raw : ir::Stage::optimised);
        return interpreter_.run(program_, &header_, memory_, runtime::AccessFrom::unit);
    }
    const auto view = in_window() ? runtime::MemoryView::window : runtime::MemoryView::page_map;
    runtime::CompiledUnit unit;
    if (!backend_->compile(function_, unit, view)) {
        backend_->release_all();
        VESTIGE_ASSERT(backend_->compile(function_, unit, view));
    }
    const std::int64_t before = header_.budget;
    const runtime::UnitExit exit = backend_->enter(&header_, unit.entry);
    has_refused_ = header_.budget == before && unit.first_charge > before;
    return exit;
}

std::string UnitRunner::print() const { return ir::print(function_); }

} // namespace vestige::lockstep
