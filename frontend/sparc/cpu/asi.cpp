#include "frontend/sparc/cpu/asi.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "common/endian.h"

namespace vestige::sparc {

using runtime::Access;
using runtime::SideEffects;

// ---- memory

AsiResult read_physical(AsiBench& bench, std::uint64_t physical, const AsiRequest& request,
                        std::uint64_t& value) {
    const runtime::HostPage page = bench.wiring.bus.page(physical & ~runtime::page_mask);
    if (page.host) {
        value = load_sized(page.host + (physical & runtime::page_mask), request.size, Endian::big);
        return {};
    }
    value = 0;
    if (bench.wiring.bus.read(physical, request.size, Endian::big, value)) return {};
    bench.wiring.mmu.record_bus_error(request.address, Access::load, Space::memory);
    return {AsiResult::Kind::trap, tt::data_access_error};
}

AsiResult write_physical(AsiBench& bench, std::uint64_t physical, const AsiRequest& request,
                         std::uint64_t value) {
    const runtime::HostPage page = bench.wiring.bus.page(physical & ~runtime::page_mask);
    if (page.host) {
        // Code may be there.
        if (page.writable) bench.wiring.host.write_physical(physical, request.size, value);
        return {};
    }
    if (bench.wiring.bus.write(physical, request.size, Endian::big, value)) return {};
    bench.wiring.mmu.record_bus_error(request.address, Access::store, Space::memory);
    return {AsiResult::Kind::trap, tt::data_access_error};
}

AsiResult no_such_register(AsiBench& bench, const AsiRequest& request, Access access) {
    bench.wiring.log.write(
        LogItem::guest_error, "no such place: {} of {} bytes at {:08x} asi {:02x}",
        access == Access::store ? "store" : "load", request.size, request.address, request.asi);
    if (bench.wiring.mmu.record_bus_error(request.address, access, Space::control) ==
        FaultEffect::none)
        return {};
    return {AsiResult::Kind::trap, tt::data_access_exception};
}

namespace {

// ---- translated spaces. A space of instructions is one of data that fetches may reach too: what
// counts is the right to execute.

struct TranslatedSpace {
    Privilege privilege;
    Access read, write;
};

TranslatedSpace translated_space(const AsiBench& bench, unsigned asi) {
    switch (asi) {
    case 0x08: return {Privilege::user, Access::fetch, Access::store};
    case 0x09: return {Privilege::supervisor, Access::fetch, Access::store};
    case 0x0a: return {Privilege::user, Access::load, Access::store};
    case 0x0b: return {Privilege::supervisor, Access::load, Access::store};
    default:
        return {bench.state.supervisor ? Privilege::supervisor : Privilege::user, Access::load,
                Access::store};
    }
}

AsiResult read_translated(AsiBench& bench, const AsiRequest& request, std::uint64_t& value) {
    const TranslatedSpace space = translated_space(bench, request.asi);
    const runtime::Translation found = bench.wiring.mmu.translate_as(
        space.privilege, request.address, space.read, SideEffects::as_architected);
    if (found.fault != runtime::FaultKind::none)
        return {AsiResult::Kind::trap, tt::data_access_exception};
    return read_physical(bench, found.physical, request, value);
}

AsiResult write_translated(AsiBench& bench, const AsiRequest& request, std::uint64_t value) {
    const TranslatedSpace space = translated_space(bench, request.asi);
    const runtime::Translation found = bench.wiring.mmu.translate_as(
        space.privilege, request.address, space.write, SideEffects::as_architected);
    if (found.fault != runtime::FaultKind::none)
        return {AsiResult::Kind::trap, tt::data_access_exception};
    return write_physical(bench, found.physical, request, value);
}

// ---- 20 to 2f: the ASI has the upper four bits of the physical address. LEON has one, 1c.

AsiResult read_bypass(AsiBench& bench, const AsiRequest& request, std::uint64_t& value) {
    return read_physical(bench, bypass_address(request.asi, request.address), request, value);
}

AsiResult write_bypass(AsiBench& bench, const AsiRequest& request, std::uint64_t value) {
    return write_physical(bench, bypass_address(request.asi, request.address), request, value);
}

// ---- block operations (RT625 User's Guide 4.6): a line of 32 bytes. The copy's source is the
// stored register; the fill repeats the stored pair.

constexpr std::uint32_t line_bytes = 32;

AsiResult store_line(AsiBench& bench, std::uint32_t address,
                     const std::array<std::uint64_t, line_bytes / 8>& line) {
    for (std::uint32_t i = 0; i < line.size(); ++i)
        if (!bench.runtime.write_guest(address + 8 * i, 8, line[i]))
            return {AsiResult::Kind::fault, 0};
    return {};
}

AsiResult copy_block(AsiBench& bench, const AsiRequest& request, std::uint64_t value) {
    std::array<std::uint64_t, line_bytes / 8> line{};
    const auto from = static_cast<std::uint32_t>(value) & ~(line_bytes - 1);
    for (std::uint32_t i = 0; i < line.size(); ++i)
        if (!bench.runtime.read_guest(from + 8 * i, 8, line[i])) return {AsiResult::Kind::fault, 0};
    return store_line(bench, request.address & ~(line_bytes - 1), line);
}

AsiResult fill_block(AsiBench& bench, const AsiRequest& request, std::uint64_t value) {
    if (request.size != 8) return no_such_register(bench, request, Access::store);
    std::array<std::uint64_t, line_bytes / 8> line{};
    line.fill(value);
    return store_line(bench, request.address & ~(line_bytes - 1), line);
}

// ---- caches and what else has no effect on what programs see: reads give 0, writes do nothing.

AsiResult read_zero(AsiBench&, const AsiRequest&, std::uint64_t& value) {
    value = 0;
    return {};
}

AsiResult ignore(AsiBench&, const AsiRequest&, std::uint64_t) { return {}; }

AsiResult refuse_write(AsiBench& bench, const AsiRequest& request, std::uint64_t) {
    return no_such_register(bench, request, Access::store);
}

AsiResult refuse_read(AsiBench& bench, const AsiRequest& request, std::uint64_t& value) {
    value = 0;
    return no_such_register(bench, request, Access::load);
}

// ---- the spaces

struct AsiRow {
    unsigned first, last;
    AsiGroup group;
    AsiRead read;
    AsiWrite write;
};

using enum AsiGroup;

constexpr AsiRow rows[] = {
    {0x01, 0x01, leon, read_translated, write_translated}, // past the cache
    {0x02, 0x02, mxcc, read_mxcc, write_mxcc},
    {0x02, 0x02, module_number, read_module_number, refuse_write},
    {0x02, 0x02, leon, read_leon_cache, write_leon_cache},
    {0x03, 0x03, reference, read_probe, write_flush},
    {0x04, 0x04, reference, read_mmu_space, write_mmu_space},
    {0x05, 0x07, tlb_diagnostics, read_zero, ignore},
    {0x08, 0x0b, reference, read_translated, write_translated},
    {0x0c, 0x0f, cache_arrays, read_zero, ignore},
    {0x0c, 0x0f, leon, read_zero, ignore},
    {0x10, 0x14, cache_flush, read_zero, ignore},
    {0x10, 0x11, leon, read_zero, ignore},
    {0x17, 0x17, block_operations, refuse_read, copy_block},
    {0x18, 0x18, leon, read_probe, write_flush},
    {0x19, 0x19, leon, read_mmu_space, write_mmu_space},
    {0x1c, 0x1c, leon, read_bypass, write_bypass},
    {0x18, 0x1c, instruction_flush, read_zero, ignore},
    {0x1f, 0x1f, block_operations, refuse_read, fill_block},
    {0x20, 0x2f, bypass, read_bypass, write_bypass},
    {0x30, 0x32, turbosparc_extras, read_zero, ignore},
    {0x30, 0x32, supersparc_extras, read_zero, ignore}, // store buffer
    {0x31, 0x31, instruction_flush, read_zero, ignore},
    {0x36, 0x37, flash_clear, read_zero, ignore},
    {0x38, 0x38, supersparc_extras, read_breakpoint, write_breakpoint},
    {0x39, 0x39, microsparc_extras, read_zero, ignore},
    {0x39, 0x39, supersparc_extras, read_zero, ignore},
    {0x49, 0x4c, supersparc_extras, read_breakpoint, write_breakpoint},
};

constexpr AsiRow nothing{0, 0, reference, refuse_read, refuse_write};

const AsiRow& find_row(const CpuModel& model, unsigned asi) {
    for (const AsiRow& row : rows)
        if (asi >= row.first && asi <= row.last && model.asis.has(row.group)) return row;
    return nothing;
}

} // namespace

bool ignores_stores(const CpuModel& model, unsigned asi) {
    return find_row(model, asi).write == ignore;
}

bool is_bypass(const CpuModel& model, unsigned asi) {
    return find_row(model, asi).write == write_bypass;
}

std::uint64_t bypass_address(unsigned asi, std::uint32_t address) {
    const std::uint64_t upper = asi >= 0x20 ? asi & 0xf : 0;
    return upper << 32 | address;
}

bool is_mmu_space(const CpuModel& model, unsigned asi) {
    return find_row(model, asi).write == write_mmu_space;
}

AsiResult SparcCpu::read_alternate(unsigned asi, std::uint32_t address, unsigned size,
                                   std::uint64_t& value) {
    AsiBench bench{model_, state_, wiring_, runtime()};
    value = 0;
    return find_row(model_, asi).read(bench, {asi, address, size}, value);
}

AsiResult SparcCpu::write_alternate(unsigned asi, std::uint32_t address, unsigned size,
                                    std::uint64_t value) {
    AsiBench bench{model_, state_, wiring_, runtime()};
    return find_row(model_, asi).write(bench, {asi, address, size}, value);
}

// V8 7.5: what the tables refuse is an exception, what memory does not answer an error. The MMU has
// put the former on record when it translated.
unsigned SparcCpu::fault_trap(const runtime::MemoryFault& fault) {
    const bool fetch = fault.access == Access::fetch;
    if (fault.kind != runtime::FaultKind::bus)
        return fetch ? tt::instruction_access_exception : tt::data_access_exception;
    wiring_.mmu.record_bus_error(static_cast<std::uint32_t>(fault.address), fault.access,
                                 Space::memory);
    return fetch ? tt::instruction_access_error : tt::data_access_error;
}

std::string SparcCpu::dump_translations() const {
    const State::Mmu& mmu = state_.mmu;
    return fmt::format("control {:08x}  fault status {:08x}  fault address {:08x}\n", mmu.control,
                       mmu.fault_status, mmu.fault_address) +
           wiring_.mmu.describe();
}

bool SparcCpu::absorbs_bus_error(std::uint64_t physical, Access access) {
    if (wiring_.mmu.bus_error_effect() == FaultEffect::trap) return false;
    // What faulted in no-fault mode is on record already.
    if ((physical & ~runtime::page_mask) != ReferenceMmu::nowhere)
        wiring_.mmu.record_bus_error(static_cast<std::uint32_t>(physical), access, Space::memory);
    return true;
}

} // namespace vestige::sparc
