#include "tests/lockstep/subject_memory.h"

#include "common/assertion.h"
#include "common/bits.h"
#include "common/endian.h"

namespace vestige::lockstep {

using runtime::AccessFrom;
using runtime::AccessOutcome;
using runtime::WideValue;

SubjectMemory::SubjectMemory(MemoryPlan plan)
    : plan_(plan), low_(plan.end - plan.start), page_map_(runtime::page_map_entries) {
    const auto host = reinterpret_cast<std::uintptr_t>(low_.data()) - plan_.start;
    for (std::uint32_t address = plan_.start; address < plan_.end; address += runtime::page_size)
        page_map_[address >> runtime::page_bits] = host;
}

std::uint64_t SubjectMemory::open_window() {
    window_ = runtime::Window::reserve();
    VESTIGE_ASSERT(window_);
    const bool shown = window_->show(first_page(), low_.backing(file_offset(first_page())),
                                     runtime::Window::Rights::write);
    VESTIGE_ASSERT(shown);
    return window_->base();
}

void SubjectMemory::change_window() {
    using enum runtime::Window::Rights;
    const std::uint32_t second_page = first_page() + 1;
    if (second_page_ == write) {
        window_->hide(second_page);
        second_page_ = none;
        return;
    }
    second_page_ = second_page_ == none ? read : write;
    const bool shown =
        window_->show(second_page, low_.backing(file_offset(second_page)), second_page_);
    VESTIGE_ASSERT(shown);
}

std::byte* SubjectMemory::find(std::uint64_t address, ir::MemoryAccess access) {
    const auto guest = static_cast<std::uint32_t>(address);
    if (guest < plan_.start || guest >= plan_.end || access.size > plan_.end - guest ||
        guest % access.alignment != 0)
        return nullptr;
    return low_.data() + (guest - plan_.start);
}

AccessOutcome SubjectMemory::load(std::uint64_t address, ir::MemoryAccess access, AccessFrom,
                                  WideValue& value) {
    const std::byte* at = find(address, access);
    if (!at) return AccessOutcome::fault;
    if (access.size == 16) {
        const bool big = access.endian == Endian::big;
        value.high = load_sized(big ? at : at + 8, 8, access.endian);
        value.low = load_sized(big ? at + 8 : at, 8, access.endian);
        return AccessOutcome::done;
    }
    value.low = load_sized(at, access.size, access.endian);
    if (access.extend == ir::Extend::sign)
        value.low = static_cast<std::uint64_t>(sign_extend(value.low, 8 * access.size));
    return AccessOutcome::done;
}

AccessOutcome SubjectMemory::store(std::uint64_t address, ir::MemoryAccess access, AccessFrom,
                                   WideValue value) {
    std::byte* at = find(address, access);
    if (!at) return AccessOutcome::fault;
    if (access.size == 16) {
        const bool big = access.endian == Endian::big;
        store_sized(big ? at : at + 8, 8, value.high, access.endian);
        store_sized(big ? at + 8 : at, 8, value.low, access.endian);
        return AccessOutcome::done;
    }
    store_sized(at, access.size, value.low, access.endian);
    return AccessOutcome::done;
}

bool SubjectMemory::read_guest(std::uint64_t address, unsigned size, std::uint64_t& value) {
    WideValue wide;
    const ir::MemoryAccess access{.size = static_cast<std::uint8_t>(size)};
    if (load(address, access, AccessFrom::single_step, wide) != AccessOutcome::done) return false;
    value = wide.low;
    return true;
}

bool SubjectMemory::write_guest(std::uint64_t address, unsigned size, std::uint64_t value) {
    const ir::MemoryAccess access{.size = static_cast<std::uint8_t>(size)};
    return store(address, access, AccessFrom::single_step, {value, 0}) == AccessOutcome::done;
}

} // namespace vestige::lockstep
