#include "translator/runtime/guest_memory.h"

#include <algorithm>

#include "common/bits.h"

namespace vestige::runtime {

Context& GuestMemory::context() {
    Context* const known = cpu_.header()->context;
    return known ? *known : resolve_();
}

bool GuestMemory::note(FaultKind kind, Access access_kind, std::uint64_t address,
                       ir::MemoryAccess access) {
    ++stats.faults;
    fault_ = {kind, access_kind, address, access};
    return false;
}

bool GuestMemory::translate(std::uint64_t address, unsigned size, Access kind,
                            ir::MemoryAccess access, Piece& piece) {
    DevicePage& device = device_page(address, kind);
    if (is_known(device, address)) {
        piece = {device.physical | (address & page_mask), size, {}};
        return true;
    }
    const ActivityScope walking(times_, Activity::walking);
    ++stats.walks;
    const Translation found = cpu_.translate(address, kind);
    if (found.fault != FaultKind::none) return note(found.fault, kind, address, access);
    piece.physical = found.physical;
    piece.size = size;
    piece.page = bus_.page(found.physical & ~page_mask);
    if (!piece.page.host) {
        if (kind == Access::store ? found.writable : found.readable)
            device = {device_epoch_, address >> page_bits, found.physical & ~page_mask, &context()};
        return true;
    }

    const auto page = static_cast<std::uint32_t>((address & 0xffffffff) >> page_bits);
    if (found.readable || found.writable) context().note_walk(page, found.walk, bus_);
    if (found.readable) context().map_read(page, piece.page.host);
    if (found.writable && piece.page.writable && !units_.page_has_code(found.physical)) {
        context().map_write(page, piece.page.host);
        auto& references = write_references_[found.physical >> page_bits];
        const WriteReference reference{&context(), page};
        if (std::find(references.begin(), references.end(), reference) == references.end())
            references.push_back(reference);
    }
    if (context().window() && !context().show(page, bus_.backing(piece.page.host)))
        ++context().not_shown;
    return true;
}

bool GuestMemory::split(std::uint64_t address, Access kind, ir::MemoryAccess access,
                        Piece (&pieces)[4], unsigned& count) {
    if (address & (access.alignment - 1)) return note(FaultKind::alignment, kind, address, access);
    count = 0;
    unsigned left = access.size;
    while (left > 0) {
        const auto to_page_end = static_cast<unsigned>(page_size - (address & page_mask));
        const unsigned size = std::min({left, to_page_end, 8u});
        if (!translate(address, size, kind, access, pieces[count++])) return false;
        address = (address + size) & 0xffffffff;
        left -= size;
    }
    return true;
}

bool GuestMemory::load_piece(const Piece& piece, Endian endian, std::uint64_t& value) {
    if (piece.page.host) {
        value = load_sized(piece.page.host + (piece.physical & page_mask), piece.size, endian);
        return true;
    }
    ++stats.device_accesses;
    value = 0;
    // Registers are at aligned addresses; what is not goes byte by byte, lowest address first.
    if (std::has_single_bit(piece.size) && piece.physical % piece.size == 0)
        return bus_.read(piece.physical, piece.size, endian, value);
    for (unsigned i = 0; i < piece.size; ++i) {
        std::uint64_t byte = 0;
        if (!bus_.read(piece.physical + i, 1, endian, byte)) return false;
        value |= byte << 8 * (endian == Endian::big ? piece.size - 1 - i : i);
    }
    return true;
}

bool GuestMemory::store_piece(const Piece& piece, Endian endian, std::uint64_t value) {
    if (piece.page.host) {
        if (!piece.page.writable) return true; // ROM: the store goes nowhere
        store_sized(piece.page.host + (piece.physical & page_mask), piece.size, value, endian);
        return true;
    }
    ++stats.device_accesses;
    if (std::has_single_bit(piece.size) && piece.physical % piece.size == 0)
        return bus_.write(piece.physical, piece.size, endian, value);
    for (unsigned i = 0; i < piece.size; ++i) {
        const unsigned shift = 8 * (endian == Endian::big ? piece.size - 1 - i : i);
        if (!bus_.write(piece.physical + i, 1, endian, value >> shift & 0xff)) return false;
    }
    return true;
}

// After a device has answered an access from a unit: the unit goes on unless the device wants more.
AccessOutcome GuestMemory::performed(AccessFrom from, AccessDirection direction,
                                     std::uint64_t address, WideValue value) {
    if (from == AccessFrom::single_step) return AccessOutcome::done;
    replay_.note(direction, address, value);
    return cpu_.header()->leave_code == ir::leave::none ? AccessOutcome::done
                                                        : AccessOutcome::alone;
}

// The device page of an access to one of its registers, if the walk is remembered; else null.
const GuestMemory::DevicePage* GuestMemory::polled(std::uint64_t address, Access kind,
                                                   ir::MemoryAccess access) {
    const DevicePage& device = device_page(address, kind);
    return is_known(device, address) && access.size <= 8 && address % access.size == 0 ? &device
                                                                                       : nullptr;
}

namespace {

WideValue extended(unsigned __int128 loaded, ir::MemoryAccess access) {
    WideValue value{static_cast<std::uint64_t>(loaded), static_cast<std::uint64_t>(loaded >> 64)};
    if (access.extend == ir::Extend::sign && access.size < 8)
        value.low = static_cast<std::uint64_t>(sign_extend(value.low, 8 * access.size));
    return value;
}

} // namespace

AccessOutcome GuestMemory::load(std::uint64_t address, ir::MemoryAccess access, AccessFrom from,
                                WideValue& value) {
    ++stats.slow_loads;
    if (replay_.running())
        if (const WideValue* known = replay_.next(AccessDirection::load, address)) {
            value = *known;
            return AccessOutcome::done;
        }
    if (const DevicePage* const device = polled(address, Access::load, access)) {
        if (!may_perform(from)) return AccessOutcome::alone;
        ++stats.device_accesses;
        if (!bus_.read(device->physical | (address & page_mask), access.size, access.endian,
                       value.low)) {
            note(FaultKind::bus, Access::load, address, access);
            return AccessOutcome::fault;
        }
        value = extended(value.low, access);
        const std::uint64_t physical = device->physical | (address & page_mask);
        poll_detector_.test(physical, bus_);
        if (poll_detector_.loaded(physical, value.low)) {
            poll_detector_.suspect();
            // The loop looks into it.
            if (cpu_.header()->leave_code == ir::leave::none)
                cpu_.header()->leave_code = ir::leave::look_again;
        }
        return performed(from, AccessDirection::load, address, value);
    }
    Piece pieces[4];
    unsigned count;
    if (!split(address, Access::load, access, pieces, count)) return AccessOutcome::fault;
    bool device = false;
    for (unsigned i = 0; i < count; ++i)
        if (!pieces[i].page.host) device = true;
    if (device && !may_perform(from)) return AccessOutcome::alone;
    if (device) {
        poll_detector_.interrupted();
        for (unsigned i = 0; i < count; ++i)
            if (!pieces[i].page.host) poll_detector_.test(pieces[i].physical, bus_);
    }

    unsigned __int128 all = 0;
    unsigned done = 0;
    for (unsigned i = 0; i < count; ++i) {
        std::uint64_t part = 0;
        if (!load_piece(pieces[i], access.endian, part)) {
            note(FaultKind::bus, Access::load, address + done, access);
            return AccessOutcome::fault;
        }
        const unsigned below =
            access.endian == Endian::big ? access.size - done - pieces[i].size : done;
        all |= static_cast<unsigned __int128>(part) << 8 * below;
        done += pieces[i].size;
    }
    value = extended(all, access);
    return device ? performed(from, AccessDirection::load, address, value) : AccessOutcome::done;
}

AccessOutcome GuestMemory::store(std::uint64_t address, ir::MemoryAccess access, AccessFrom from,
                                 WideValue value) {
    ++stats.slow_stores;
    if (replay_.running() && replay_.next(AccessDirection::store, address))
        return AccessOutcome::done;
    Piece pieces[4];
    unsigned count;
    if (!split(address, Access::store, access, pieces, count)) return AccessOutcome::fault;
    bool device = false;
    for (unsigned i = 0; i < count; ++i) {
        if (!pieces[i].page.host) {
            device = true;
            continue;
        }
        if (!pieces[i].page.writable || !units_.overlaps_code(pieces[i].physical, pieces[i].size))
            continue;
        if (from == AccessFrom::unit) return AccessOutcome::alone;
        ++stats.code_stores;
        units_.invalidate(pieces[i].physical, pieces[i].size);
        // The instructions that follow may be the ones written: leave this unit.
        cpu_.header()->leave_code = ir::leave::look_again;
    }
    if (device && !may_perform(from)) return AccessOutcome::alone;
    if (device) poll_detector_.interrupted();

    const auto all = static_cast<unsigned __int128>(value.high) << 64 | value.low;
    unsigned done = 0;
    for (unsigned i = 0; i < count; ++i) {
        const unsigned below =
            access.endian == Endian::big ? access.size - done - pieces[i].size : done;
        auto part = static_cast<std::uint64_t>(all >> 8 * below);
        if (pieces[i].size < 8) part &= (std::uint64_t{1} << 8 * pieces[i].size) - 1;
        if (!store_piece(pieces[i], access.endian, part)) {
            note(FaultKind::bus, Access::store, address + done, access);
            return AccessOutcome::fault;
        }
        done += pieces[i].size;
    }
    return device ? performed(from, AccessDirection::store, address, value) : AccessOutcome::done;
}

std::byte* GuestMemory::find_open_page(std::uint64_t page) {
    const std::uint64_t physical = page << page_bits;
    const HostPage found = bus_.page(physical);
    if (!found.host || !found.writable || units_.page_has_code(physical)) return nullptr;
    open_page_ = {page, found.host};
    return found.host;
}

void GuestMemory::withdraw_writes(std::uint64_t physical) {
    if (open_page_.page == physical >> page_bits) open_page_ = {};
    const auto found = write_references_.find(physical >> page_bits);
    if (found == write_references_.end()) return;
    // A context may have the page mapped elsewhere by now; it then asks again, which does no harm.
    for (const WriteReference& reference : found->second)
        reference.context->unmap_write(reference.page);
    write_references_.erase(found);
}

} // namespace vestige::runtime
