#include "backend/x64/backend.h"

#include <cstring>
#include <unordered_map>

#include <fmt/format.h>

#include "backend/x64/arena.h"
#include "backend/x64/gate.h"
#include "backend/x64/site.h"
#include "backend/x64/slow_path.h"
#include "backend/x64/thunks.h"
#include "backend/x64/unit_emitter.h"
#include "backend/x64/window_faults.h"
#include "common/assertion.h"

namespace vestige::x64 {

struct X64Backend::Parts {
    Parts(runtime::MemoryPath& memory, const X64Options& options)
        : features(options.features),
          arena(options.arena_bytes),
          thunks(emit_thunks(arena, options.banks, options.features, enter_slow_path, &memory,
                             thunk_bytes)),
          emitter(options.features, thunks),
          listing(options.listing),
          gdb_image(arena.begin(), arena.end(), unwind_ranges(thunks, arena.end())) {
        for (const runtime::NamedCode& code : name_thunks(thunks))
            gdb_image.code_added(code);
    }

    // Aims the jump of a link at `target`, in the same arena. The jump is not being run: one thread
    // runs and links.
    void aim(const LinkRecord& record, const std::byte* target) {
        const std::byte* const field =
            reinterpret_cast<const std::byte*>(&record) + record.displacement;
        const auto distance = static_cast<std::int32_t>(target - (field + 4));
        std::memcpy(arena.writable(field), &distance, sizeof distance);
    }

    // The emitted code of a unit into the arena. False: there is no room.
    bool place(const UnitEmitter& code, runtime::MemoryView view, std::string text,
               runtime::CompiledUnit& unit);

    HostFeatures features;
    Arena arena;
    WindowFaults window_faults;
    std::size_t thunk_bytes = 0;
    Thunks thunks;
    UnitEmitter emitter;
    Listing listing;
    GdbImage gdb_image;
    std::unordered_map<const void*, std::string> texts; // by entry
};

namespace {

const LinkRecord& record_of(const runtime::LinkSite& site) {
    return *reinterpret_cast<const LinkRecord*>(site.patch_address);
}

} // namespace

X64Backend::X64Backend(runtime::MemoryPath& memory, X64Options options)
    : parts_(std::make_unique<Parts>(memory, options)) {
    std::memcpy(&enter_, &parts_->thunks.enter, sizeof enter_);
}

X64Backend::~X64Backend() = default;

bool X64Backend::Parts::place(const UnitEmitter& code, runtime::MemoryView view, std::string text,
                              runtime::CompiledUnit& unit) {
    const std::byte* const block = arena.allocate(code.bytes());
    if (!block) return false;
    code.place(block, arena.writable(block), unit);
    if (view == runtime::MemoryView::window) window_faults.add(block, code.fault_points());
    if (listing == Listing::on) texts[unit.entry] = std::move(text);
    return true;
}

bool X64Backend::compile(const ir::Function& function, runtime::CompiledUnit& unit,
                         runtime::MemoryView view) {
    std::string text;
    parts_->emitter.emit(function, view, parts_->listing == Listing::on ? &text : nullptr);
    return parts_->place(parts_->emitter, view, std::move(text), unit);
}

namespace {

// An emitter of its own, which holds the code until it has a place.
struct EmittedCode final : runtime::PreparedCode {
    EmittedCode(const HostFeatures& features, const Thunks& thunks, runtime::MemoryView its_view)
        : emitter(features, thunks), view(its_view) {}
    UnitEmitter emitter;
    runtime::MemoryView view;
    std::string text;
};

} // namespace

std::unique_ptr<runtime::PreparedCode> X64Backend::prepare(const ir::Function& function,
                                                           runtime::MemoryView view) const {
    auto code = std::make_unique<EmittedCode>(parts_->features, parts_->thunks, view);
    code->emitter.emit(function, view, parts_->listing == Listing::on ? &code->text : nullptr);
    return code;
}

bool X64Backend::install(runtime::PreparedCode& code, runtime::CompiledUnit& unit) {
    auto& emitted = static_cast<EmittedCode&>(code);
    return parts_->place(emitted.emitter, emitted.view, std::move(emitted.text), unit);
}

runtime::UnitExit X64Backend::enter(runtime::CpuHeader* header, const void* entry) {
    const WindowFaults::Scope scope(parts_->window_faults);
    return enter_(header, entry);
}

void X64Backend::link(const runtime::LinkSite& site, const void* entry) {
    VESTIGE_ASSERT(parts_->arena.contains(entry));
    parts_->aim(record_of(site), static_cast<const std::byte*>(entry));
}

void X64Backend::link_by_jump_cache(const runtime::LinkSite& site) {
    const LinkRecord& record = record_of(site);
    if (record.probe != 0)
        parts_->aim(record, reinterpret_cast<const std::byte*>(&record) + record.probe);
}

void X64Backend::unlink(const runtime::LinkSite& site) {
    const LinkRecord& record = record_of(site);
    parts_->aim(record, reinterpret_cast<const std::byte*>(&record) + record.stub);
}

bool X64Backend::add_gate(const ir::StateLayout& layout, std::uint64_t pc,
                          runtime::CompiledUnit& unit) {
    unit.gate = emit_gate(parts_->arena, parts_->thunks, layout, pc);
    return unit.gate != nullptr;
}

void X64Backend::release(runtime::CompiledUnit& unit) {
    if (unit.gate) parts_->arena.release(static_cast<const std::byte*>(unit.gate), gate_bytes);
    parts_->window_faults.remove(static_cast<const std::byte*>(unit.entry));
    parts_->texts.erase(unit.entry);
    parts_->arena.release(static_cast<const std::byte*>(unit.entry), unit.code_bytes);
    unit = {};
}

void X64Backend::release_all() {
    parts_->window_faults.clear();
    parts_->texts.clear();
    parts_->arena.release_all_behind(parts_->thunk_bytes);
}

std::size_t X64Backend::arena_bytes_used() const { return parts_->arena.bytes_used(); }

std::size_t X64Backend::arena_bytes() const { return parts_->arena.size(); }

std::vector<runtime::NamedCode> X64Backend::shared_code() const {
    return name_thunks(parts_->thunks);
}

runtime::CodeObserver& X64Backend::debugger_names() { return parts_->gdb_image; }

std::string X64Backend::disassemble(const runtime::CompiledUnit& unit) const {
    const auto text = parts_->texts.find(unit.entry);
    if (text == parts_->texts.end()) return {};
    return fmt::format("; at {}, {} bytes of code, {} with tables\n{}", unit.entry, unit.first_site,
                       unit.code_bytes, text->second);
}

} // namespace vestige::x64
