// Alternate spaces 3 and 4 (LEON: 18 and 19 too): MMU flush and probe, MMU registers.
#include "frontend/sparc/cpu/asi.h"

namespace vestige::sparc {

namespace {

// Address bits 8 to 11 of a flush or probe.
enum class Match : unsigned { page, segment, region, context, entire };

Match match_of(std::uint32_t address) { return static_cast<Match>(address >> 8 & 0xf); }

// Address bits 8 to 12 of a register. V8 appendix H has those below 10.
namespace mmu_register {
constexpr unsigned control = 0x00, context_table = 0x01, context = 0x02, fault_status = 0x03,
                   fault_address = 0x04, replacement = 0x10, fault_status_kept = 0x13,
                   fault_address_written = 0x14;
} // namespace mmu_register

unsigned register_of(std::uint32_t address) { return address >> 8 & 0x1f; }

constexpr unsigned page_number_bits = 32 - runtime::page_bits;
constexpr std::uint32_t pages_a_segment = 64, pages_a_region = 64 * 64;

void drop_pages(AsiBench& bench, std::uint32_t address, std::uint32_t count) {
    const std::uint32_t first = address >> runtime::page_bits & ~(count - 1);
    for (std::uint32_t i = 0; i < count; ++i)
        bench.runtime.drop_page(first + i, page_number_bits);
}

// A change of what decides how addresses map.
AsiResult remapped(AsiBench& bench) {
    bench.runtime.context_changed();
    return {AsiResult::Kind::look_again, 0};
}

} // namespace

AsiResult read_probe(AsiBench& bench, const AsiRequest& request, std::uint64_t& value) {
    value =
        bench.wiring.mmu.probe(request.address, static_cast<unsigned>(match_of(request.address)));
    return {};
}

// V8 appendix H: pages of the supervisor alone go in every context, so those of the three smaller
// kinds are dropped in all of them.
AsiResult write_flush(AsiBench& bench, const AsiRequest& request, std::uint64_t) {
    const State::Mmu& mmu = bench.state.mmu;
    switch (match_of(request.address)) {
    case Match::page: drop_pages(bench, request.address, 1); break;
    case Match::segment: drop_pages(bench, request.address, pages_a_segment); break;
    case Match::region: drop_pages(bench, request.address, pages_a_region); break;
    case Match::context:
        bench.runtime.flush_contexts([&](const runtime::ContextKey& key) {
            return context_words::translated(key) &&
                   key.words[context_words::context] == mmu.context &&
                   key.words[context_words::context_table] == mmu.context_table;
        });
        break;
    case Match::entire: bench.runtime.flush_contexts(context_words::translated); break;
    default: return {};
    }
    return {AsiResult::Kind::look_again, 0};
}

AsiResult read_mmu_register(AsiBench& bench, const AsiRequest& request, std::uint64_t& value) {
    State::Mmu& mmu = bench.state.mmu;
    const unsigned number = register_of(request.address);
    switch (number) {
    case mmu_register::control: value = mmu.control; break;
    case mmu_register::context_table: value = mmu.context_table; break;
    case mmu_register::context: value = mmu.context; break;
    case mmu_register::fault_status:
        value = mmu.fault_status;
        mmu.fault_status = 0;
        break;
    case mmu_register::fault_status_kept: value = mmu.fault_status; break;
    case mmu_register::fault_address:
    case mmu_register::fault_address_written: value = mmu.fault_address; break;
    default: value = mmu.other[number];
    }
    return {};
}

AsiResult write_mmu_register(AsiBench& bench, const AsiRequest& request, std::uint64_t wide) {
    State::Mmu& mmu = bench.state.mmu;
    const MmuModel& model = bench.model.mmu;
    const auto value = static_cast<std::uint32_t>(wide);
    const unsigned number = register_of(request.address);
    const bool was_on = (mmu.control & mmu_control::enable) != 0;
    // True if it has become another.
    const auto changed = [](std::uint32_t& held, std::uint32_t wanted) {
        const std::uint32_t old = held;
        held = wanted;
        return old != wanted;
    };
    switch (number) {
    case mmu_register::control: {
        const std::uint32_t old = mmu.control;
        mmu.control = model.fixed_bits | (value & ~model.fixed_mask);
        if (!((old ^ mmu.control) & (mmu_control::enable | model.boot_mode))) return {};
        // Stable mappings are those of the MMU when it is off.
        bench.runtime.drop_all_pages();
        return remapped(bench);
    }
    case mmu_register::context_table:
        if (changed(mmu.context_table, value & model.context_table_mask) && was_on)
            return remapped(bench);
        return {};
    case mmu_register::context:
        if (changed(mmu.context, value & model.context_mask) && was_on) return remapped(bench);
        return {};
    case mmu_register::fault_status:
    case mmu_register::fault_address: return {}; // for reading
    case mmu_register::fault_status_kept:
        mmu.fault_status = value & model.fault_status_mask;
        return {};
    case mmu_register::fault_address_written: mmu.fault_address = value; return {};
    case mmu_register::replacement: mmu.other[number] = value & model.replacement_mask; return {};
    default: mmu.other[number] = value; return {};
    }
}

} // namespace vestige::sparc
