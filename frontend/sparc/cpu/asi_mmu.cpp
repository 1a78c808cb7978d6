// Alternate spaces 3 and 4 (LEON: 18 and 19 too): MMU flush and probe, MMU registers.
#include "frontend/sparc/cpu/asi.h"

#include <utility>

namespace vestige::sparc {

namespace {

// Address bits 8 to 11 of a flush or probe.
enum class Match : unsigned { page, segment, region, context, entire };

Match match_of(std::uint32_t address) { return static_cast<Match>(address >> 8 & 0xf); }

unsigned register_of(std::uint32_t address) {
    return (address & mmu_register::address_mask) >> mmu_register::address_shift;
}

constexpr unsigned page_number_bits = 32 - runtime::page_bits;
constexpr std::uint32_t pages_a_segment = 64, pages_a_region = 64 * 64;

void drop_pages(AsiBench& bench, std::uint32_t address, std::uint32_t count) {
    const std::uint32_t first = address >> runtime::page_bits & ~(count - 1);
    for (std::uint32_t i = 0; i < count; ++i)
        bench.runtime.drop_page(first + i, page_number_bits);
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

std::uint32_t read_mmu_register(State& state, std::uint32_t address) {
    State::Mmu& mmu = state.mmu;
    const unsigned number = register_of(address);
    switch (number) {
    case mmu_register::control: return mmu.control;
    case mmu_register::context_table: return mmu.context_table;
    case mmu_register::context: return mmu.context;
    case mmu_register::fault_status: return std::exchange(mmu.fault_status, 0);
    case mmu_register::fault_status_kept: return mmu.fault_status;
    case mmu_register::fault_address:
    case mmu_register::fault_address_written: return mmu.fault_address;
    default: return mmu.other[number];
    }
}

AsiResult read_mmu_space(AsiBench& bench, const AsiRequest& request, std::uint64_t& value) {
    value = read_mmu_register(bench.state, request.address);
    return {};
}

namespace {

std::uint32_t new_control(const CpuModel& model, std::uint32_t value) {
    return model.mmu.fixed_bits | (value & ~model.mmu.fixed_mask);
}

// What a write changes of how addresses map.
enum class Remaps { nothing, contexts, everything };

Remaps effect_of_write(const CpuModel& model, const State::Mmu& mmu, unsigned number,
                       std::uint32_t value) {
    const bool on = (mmu.control & mmu_control::enable) != 0;
    const auto context_if = [&](bool other) {
        return other && on ? Remaps::contexts : Remaps::nothing;
    };
    switch (number) {
    case mmu_register::control: // stable mappings are those of the MMU when it is off
        return (mmu.control ^ new_control(model, value)) &
                       (mmu_control::enable | model.mmu.boot_mode)
                   ? Remaps::everything
                   : Remaps::nothing;
    case mmu_register::context_table:
        return context_if(mmu.context_table != (value & model.mmu.context_table_mask));
    case mmu_register::context: return context_if(mmu.context != (value & model.mmu.context_mask));
    default: return Remaps::nothing;
    }
}

void set_register(const CpuModel& model, State::Mmu& mmu, unsigned number, std::uint32_t value) {
    switch (number) {
    case mmu_register::control: mmu.control = new_control(model, value); return;
    case mmu_register::context_table:
        mmu.context_table = value & model.mmu.context_table_mask;
        return;
    case mmu_register::context: mmu.context = value & model.mmu.context_mask; return;
    case mmu_register::fault_status:
    case mmu_register::fault_address: return; // for reading
    case mmu_register::fault_status_kept:
        mmu.fault_status = value & model.mmu.fault_status_mask;
        return;
    case mmu_register::fault_address_written: mmu.fault_address = value; return;
    case mmu_register::replacement: mmu.other[number] = value & model.mmu.replacement_mask; return;
    default: mmu.other[number] = value;
    }
}

} // namespace

bool write_mmu_register(const CpuModel& model, State& state, std::uint32_t address,
                        std::uint32_t value) {
    const unsigned number = register_of(address);
    if (effect_of_write(model, state.mmu, number, value) != Remaps::nothing) return false;
    set_register(model, state.mmu, number, value);
    return true;
}

AsiResult write_mmu_space(AsiBench& bench, const AsiRequest& request, std::uint64_t wide) {
    State::Mmu& mmu = bench.state.mmu;
    const auto value = static_cast<std::uint32_t>(wide);
    const unsigned number = register_of(request.address);
    const Remaps effect = effect_of_write(bench.model, mmu, number, value);
    set_register(bench.model, mmu, number, value);
    if (effect == Remaps::nothing) return {};
    if (effect == Remaps::everything) bench.runtime.drop_all_pages();
    bench.runtime.context_changed();
    return {AsiResult::Kind::look_again, 0};
}

} // namespace vestige::sparc
