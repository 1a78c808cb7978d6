#include "translator/runtime/window.h"

#include <sys/mman.h>

#include "common/assertion.h"
#include "translator/runtime/cpu_header.h"

namespace vestige::runtime {

namespace {

constexpr std::size_t guest_bytes = std::size_t{1} << 32;
constexpr std::size_t margin = std::size_t{1} << 31; // displacements are signed 32-bit numbers
constexpr std::size_t reserved_bytes = guest_bytes + 2 * margin;

// An address range that faults and costs nothing.
constexpr int nothing_there = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;

} // namespace

std::unique_ptr<Window> Window::reserve() {
    void* memory = mmap(nullptr, reserved_bytes, PROT_NONE, nothing_there, -1, 0);
    if (memory == MAP_FAILED) return nullptr;
    return std::unique_ptr<Window>(new Window(static_cast<std::byte*>(memory)));
}

Window::Window(std::byte* reserved) : reserved_(reserved), rights_(page_map_entries) {}

Window::~Window() { munmap(reserved_, reserved_bytes); }

std::uint64_t Window::base() const { return reinterpret_cast<std::uint64_t>(reserved_) + margin; }

std::byte* Window::at(std::uint32_t page) const {
    return reserved_ + margin + std::uint64_t{page} * page_size;
}

bool Window::show(std::uint32_t page, const HostBacking& backing, Rights rights) {
    VESTIGE_ASSERT(page < page_map_entries && rights != Rights::none);
    if (rights_[page] >= static_cast<std::uint16_t>(rights)) return true;
    if (backing.file < 0 || (rights_[page] == 0 && shown_ >= most_pages)) return false;
    ++operations_;
    const int protection = rights == Rights::write ? PROT_READ | PROT_WRITE : PROT_READ;
    void* shown = mmap(at(page), page_size, protection, MAP_SHARED | MAP_FIXED | MAP_POPULATE,
                       backing.file, static_cast<off_t>(backing.offset));
    // It fails where the process has as many mappings as the host allows it.
    if (shown == MAP_FAILED) return false;
    if (rights_[page] == 0) ++shown_;
    rights_[page] = static_cast<std::uint16_t>(rights);
    return true;
}

void Window::make_read_only(std::uint32_t page) {
    if (rights_[page] != static_cast<std::uint16_t>(Rights::write)) return;
    ++operations_;
    if (mprotect(at(page), page_size, PROT_READ) != 0) {
        hide(page);
        return;
    }
    rights_[page] = static_cast<std::uint16_t>(Rights::read);
}

void Window::hide(std::uint32_t page) {
    if (rights_[page] == 0) return;
    ++operations_;
    rights_[page] = 0;
    --shown_;
    void* hidden = mmap(at(page), page_size, PROT_NONE, nothing_there | MAP_FIXED, -1, 0);
    // To take a mapping out of the middle of another makes one more of them; there is no going on
    // without it.
    VESTIGE_ASSERT(hidden != MAP_FAILED);
}

void Window::hide_all() {
    if (shown_ == 0) return;
    ++operations_;
    void* hidden = mmap(at(0), guest_bytes, PROT_NONE, nothing_there | MAP_FIXED, -1, 0);
    VESTIGE_ASSERT(hidden != MAP_FAILED);
    shown_ = 0;
    rights_.clear();
}

} // namespace vestige::runtime
