// Alternate spaces of single chips: SuperSPARC's external cache controller and its breakpoint
// registers, LEON's cache control.
#include "frontend/sparc/cpu/asi.h"

namespace vestige::sparc {

using runtime::Access;

namespace {

// ---- MXCC (STP1090 multi-cache controller), ASI 2, registers of 8 bytes

namespace mxcc_register {
constexpr std::uint32_t stream_data = 0x01c00000, // four of them
    stream_source = 0x01c00100, stream_destination = 0x01c00200, control = 0x01c00a00,
                        control_low = 0x01c00a04, // its lower word
    module_reset = 0x01c00c00, error = 0x01c00e00, port_address = 0x01c00f00;
} // namespace mxcc_register

// Where State::Mmu::mxcc keeps them.
constexpr unsigned kept_source = 0, kept_destination = 1, kept_control = 3, kept_reset = 5,
                   kept_error = 6, kept_port = 7;

constexpr std::uint64_t physical_mask = 0xf'ffff'ffe0; // of a stream's address: 36 bits, a line
constexpr unsigned stream_words = 4;
constexpr unsigned first_module = 8; // of the MBus, in the port address register

AsiResult unknown_mxcc(AsiBench& bench, const AsiRequest& request, Access access) {
    bench.wiring.log.write(LogItem::unimplemented, "MXCC: {} of {} bytes at {:08x}",
                           access == Access::store ? "store" : "load", request.size,
                           request.address);
    return {};
}

// ---- SuperSPARC breakpoints: kept, and never met

struct Breakpoint {
    unsigned index; // in State::Mmu::breakpoint
    std::uint64_t mask;
    bool cleared_by_reading = false;
};

Breakpoint breakpoint_of(const AsiRequest& request) {
    constexpr Breakpoint by_number[4] = {
        {0, 0xf'ffff'ffff}, {1, 0xf'ffff'ffff}, {2, 0x7f}, {3, 0xf, true}};
    switch (request.asi) {
    case 0x49: return {4, 0xffffffff}; // counter
    case 0x4a: return {5, 3};
    case 0x4b: return {6, 3};
    case 0x4c: return {7, 0x1fff}; // action
    default: return by_number[request.address >> 8 & 3];
    }
}

// ---- LEON3's cache registers (GRIP, LEON3 cache control)

namespace leon_cache {
constexpr std::uint32_t control = 0x00, instruction_configuration = 0x08, data_configuration = 0x0c;
// FD, FI, IB, IP, DP: commands and progress, read as 0.
constexpr std::uint32_t commands = 1u << 22 | 1u << 21 | 1u << 16 | 1u << 15 | 1u << 14;
// Direct mapped, 4 KB a way, with snooping of data.
constexpr std::uint32_t instruction_cache = 0x10220000, data_cache = 0x18220000;
} // namespace leon_cache

} // namespace

AsiResult read_module_number(AsiBench& bench, const AsiRequest& request, std::uint64_t& value) {
    value = 0;
    if (request.size != 8 || request.address != mxcc_register::port_address)
        return no_such_register(bench, request, Access::load);
    value = first_module << 24;
    return {};
}

AsiResult read_mxcc(AsiBench& bench, const AsiRequest& request, std::uint64_t& value) {
    const State::Mmu& mmu = bench.state.mmu;
    const auto held = [&](unsigned index) {
        value = mmu.mxcc[index];
        return AsiResult{};
    };
    if (request.size == 4 && request.address == mxcc_register::control_low) {
        value = mmu.mxcc[kept_control] & 0xffffffff;
        return {};
    }
    if (request.size != 8) return unknown_mxcc(bench, request, Access::load);
    switch (request.address) {
    case mxcc_register::control: return held(kept_control);
    case mxcc_register::module_reset: return held(kept_reset);
    case mxcc_register::error: return held(kept_error);
    case mxcc_register::port_address:
        value = mmu.mxcc[kept_port] | first_module << 24 | bench.model.mxcc_version;
        return {};
    default: return unknown_mxcc(bench, request, Access::load);
    }
}

AsiResult write_mxcc(AsiBench& bench, const AsiRequest& request, std::uint64_t value) {
    State::Mmu& mmu = bench.state.mmu;
    const auto keep = [&](unsigned index, std::uint64_t wanted) {
        mmu.mxcc[index] = wanted;
        return AsiResult{};
    };
    if (request.size == 4 && request.address == mxcc_register::control_low)
        return keep(kept_control, mmu.mxcc[kept_control] >> 32 << 32 | (value & 0xffffffff));
    if (request.size != 8) return unknown_mxcc(bench, request, Access::store);
    switch (request.address) {
    case mxcc_register::stream_data:
    case mxcc_register::stream_data + 8:
    case mxcc_register::stream_data + 16:
    case mxcc_register::stream_data + 24:
        mmu.mxcc_data[(request.address - mxcc_register::stream_data) / 8] = value;
        return {};
    case mxcc_register::stream_source:
        keep(kept_source, value);
        for (unsigned i = 0; i < stream_words; ++i) {
            const AsiResult result =
                read_physical(bench, (value & physical_mask) + 8 * i, request, mmu.mxcc_data[i]);
            if (result.kind != AsiResult::Kind::done) return result;
        }
        return {};
    case mxcc_register::stream_destination:
        keep(kept_destination, value);
        for (unsigned i = 0; i < stream_words; ++i) {
            const AsiResult result =
                write_physical(bench, (value & physical_mask) + 8 * i, request, mmu.mxcc_data[i]);
            if (result.kind != AsiResult::Kind::done) return result;
        }
        return {};
    case mxcc_register::control: return keep(kept_control, value);
    case mxcc_register::module_reset: return keep(kept_reset, value);
    case mxcc_register::error: return keep(kept_error, mmu.mxcc[kept_error] & ~value);
    case mxcc_register::port_address: return {}; // the module's place and version
    default: return unknown_mxcc(bench, request, Access::store);
    }
}

AsiResult read_breakpoint(AsiBench& bench, const AsiRequest& request, std::uint64_t& value) {
    const Breakpoint breakpoint = breakpoint_of(request);
    std::uint64_t& held = bench.state.mmu.breakpoint[breakpoint.index];
    value = held;
    if (breakpoint.cleared_by_reading) held = 0;
    return {};
}

AsiResult write_breakpoint(AsiBench& bench, const AsiRequest& request, std::uint64_t value) {
    const Breakpoint breakpoint = breakpoint_of(request);
    bench.state.mmu.breakpoint[breakpoint.index] = value & breakpoint.mask;
    return {};
}

AsiResult read_leon_cache(AsiBench& bench, const AsiRequest& request, std::uint64_t& value) {
    switch (request.address) {
    case leon_cache::control: value = bench.state.mmu.cache_control; return {};
    case leon_cache::instruction_configuration: value = leon_cache::instruction_cache; return {};
    case leon_cache::data_configuration: value = leon_cache::data_cache; return {};
    default: return no_such_register(bench, request, Access::load);
    }
}

AsiResult write_leon_cache(AsiBench& bench, const AsiRequest& request, std::uint64_t value) {
    switch (request.address) {
    case leon_cache::control:
        bench.state.mmu.cache_control = static_cast<std::uint32_t>(value) & ~leon_cache::commands;
        return {};
    case leon_cache::instruction_configuration:
    case leon_cache::data_configuration: return {};
    default: return no_such_register(bench, request, Access::store);
    }
}

} // namespace vestige::sparc
