#include "machine/core/address_space.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "common/assertion.h"
#include "common/bits.h"

namespace vestige {

namespace {

constexpr std::uint64_t page_size = 4096;

// The guest can aim bridges at each other in a ring: an access that has passed this many windows
// has reached nothing.
constexpr int max_windows = 8;

enum class Kind : std::uint8_t { ram, rom, mmio, window };
constexpr std::array<const char*, 4> kind_names = {"ram", "rom", "i/o", "window"};

} // namespace

struct AddressSpace::Region {
    std::string name;
    Kind kind;
    std::uint64_t base;
    std::uint64_t size;
    bool enabled = true;
    RamBlock* ram = nullptr; // of ram and rom
    std::uint64_t ram_offset = 0;
    MmioHandler* handler = nullptr; // of mmio
    MmioTraits traits = {};
    AddressSpace* target = nullptr; // of a window; null once that space is gone
    std::uint64_t target_base = 0;
    std::uint64_t accesses = 0; // of mmio

    bool is_memory() const { return kind == Kind::ram || kind == Kind::rom; }
    // The last address; a region does not wrap around the end of the space.
    std::uint64_t end() const { return base + (size - 1) < base ? UINT64_MAX : base + (size - 1); }
};

AddressSpace::AddressSpace(std::string name, Log& log) : name_(std::move(name)), log_(log) {}

AddressSpace::~AddressSpace() {
    for (Region& region : regions_)
        if (region.target) std::erase(region.target->parents_, this);
    for (AddressSpace* parent : parents_) {
        for (Region& region : parent->regions_)
            if (region.target == this) {
                region.target = nullptr;
                region.enabled = false;
            }
        parent->flatten();
        parent->forget_recent();
    }
}

// -- wiring

AddressSpace::RegionId AddressSpace::map_ram(std::string name, std::uint64_t base, RamBlock& ram,
                                             std::uint64_t offset, std::uint64_t size) {
    VESTIGE_ASSERT(base % page_size == 0 && offset % page_size == 0 && size % page_size == 0);
    VESTIGE_ASSERT(offset <= ram.size() && size <= ram.size() - offset);
    return add({.name = std::move(name),
                .kind = Kind::ram,
                .base = base,
                .size = size,
                .ram = &ram,
                .ram_offset = offset});
}

AddressSpace::RegionId AddressSpace::map_rom(std::string name, std::uint64_t base, RamBlock& ram,
                                             std::uint64_t offset, std::uint64_t size) {
    const RegionId id = map_ram(std::move(name), base, ram, offset, size);
    regions_[id].kind = Kind::rom;
    return id;
}

AddressSpace::RegionId AddressSpace::map_mmio(std::string name, std::uint64_t base,
                                              std::uint64_t size, MmioHandler& handler,
                                              MmioTraits traits) {
    VESTIGE_ASSERT(size % traits.min_size == 0 && traits.min_size <= traits.max_size &&
                   traits.max_size <= 8);
    return add({.name = std::move(name),
                .kind = Kind::mmio,
                .base = base,
                .size = size,
                .handler = &handler,
                .traits = traits});
}

AddressSpace::RegionId AddressSpace::map_window(std::string name, std::uint64_t base,
                                                std::uint64_t size, AddressSpace& target,
                                                std::uint64_t target_base) {
    if (std::find(target.parents_.begin(), target.parents_.end(), this) == target.parents_.end())
        target.parents_.push_back(this);
    return add({.name = std::move(name),
                .kind = Kind::window,
                .base = base,
                .size = size,
                .target = &target,
                .target_base = target_base});
}

AddressSpace::RegionId AddressSpace::add(Region region) {
    VESTIGE_ASSERT(region.size != 0);
    regions_.push_back(std::move(region));
    flatten();
    tell_map_changed();
    return static_cast<RegionId>(regions_.size() - 1);
}

AddressSpace::Region& AddressSpace::region(RegionId id) {
    VESTIGE_ASSERT(id < regions_.size());
    return regions_[id];
}

void AddressSpace::move(RegionId id, std::uint64_t base) {
    Region& moved = region(id);
    VESTIGE_ASSERT(!moved.is_memory() || base % page_size == 0);
    if (moved.base == base) return;
    moved.base = base;
    if (!moved.enabled) return;
    flatten();
    tell_map_changed();
}

void AddressSpace::set_enabled(RegionId id, bool enabled) {
    Region& changed = region(id);
    if (changed.enabled == enabled) return;
    changed.enabled = enabled;
    flatten();
    tell_map_changed();
}

// Paints the last mapped first and lets each earlier region have what is still free.
void AddressSpace::flatten() {
    flat_.clear();
    last_hit_ = 0;
    for (std::size_t id = regions_.size(); id-- > 0;) {
        const Region& painted = regions_[id];
        if (!painted.enabled) continue;
        std::vector<Span> pieces;
        std::uint64_t from = painted.base;
        bool open = true; // is something left from `from` on?
        for (const Span& taken : flat_) {
            if (taken.end < from) continue;
            if (taken.base > painted.end()) break;
            if (taken.base > from)
                pieces.push_back({from, taken.base - 1, static_cast<RegionId>(id)});
            if (taken.end >= painted.end()) {
                open = false;
                break;
            }
            from = taken.end + 1;
        }
        if (open) pieces.push_back({from, painted.end(), static_cast<RegionId>(id)});
        flat_.insert(flat_.end(), pieces.begin(), pieces.end());
        std::sort(flat_.begin(), flat_.end(),
                  [](const Span& a, const Span& b) { return a.base < b.base; });
    }
}

// -- finding

AddressSpace::Hit AddressSpace::hit_here(std::uint64_t address) {
    const auto contains = [address](const Span& span) {
        return span.base <= address && address <= span.end;
    };
    if (last_hit_ >= flat_.size() || !contains(flat_[last_hit_])) {
        const auto next =
            std::upper_bound(flat_.begin(), flat_.end(), address,
                             [](std::uint64_t wanted, const Span& s) { return wanted < s.base; });
        if (next == flat_.begin() || !contains(*(next - 1))) {
            const std::uint64_t last = next == flat_.end() ? UINT64_MAX : next->base - 1;
            return {this, address, nullptr, 0, last - address, 0};
        }
        last_hit_ = static_cast<std::size_t>(next - flat_.begin()) - 1;
    }
    const Span& span = flat_[last_hit_];
    Region& found = regions_[span.region];
    return {this,
            address,
            &found,
            found.ram_offset + (address - found.base),
            span.end - address,
            address - span.base};
}

AddressSpace::Hit AddressSpace::resolve(std::uint64_t address) {
    Hit hit = hit_here(address);
    for (int windows = 0; hit.region && hit.region->kind == Kind::window; ++windows) {
        if (windows == max_windows || !hit.region->target) {
            hit.region = nullptr;
            break;
        }
        const std::uint64_t after = hit.after, before = hit.before;
        hit = hit.region->target->hit_here(hit.region->target_base + hit.offset);
        hit.after = std::min(hit.after, after);
        hit.before = std::min(hit.before, before);
    }
    return hit;
}

AddressSpace::Page AddressSpace::page(std::uint64_t address) {
    const Hit hit = resolve(align_down(address, page_size));
    // A window may show a page of memory out of step: that is no page here.
    if (!hit.region || !hit.region->is_memory() || hit.after < page_size - 1 ||
        hit.offset % page_size != 0)
        return {};
    return {hit.region->ram->data() + hit.offset, hit.region->kind == Kind::ram};
}

// Null: the access is not one of a register as it is, or nobody has asked for that yet.
AddressSpace::Region* AddressSpace::recent_registers(std::uint64_t address, unsigned size,
                                                     std::uint64_t& offset) {
    Recent& recent = recent_[address / page_size % recent_pages];
    if (address < recent.first || address > recent.last || recent.last - address < size - 1) {
        const Hit hit = resolve(address);
        if (!hit.region || hit.region->kind != Kind::mmio || hit.after < size - 1) return nullptr;
        recent = {address - hit.before, address + hit.after, hit.offset - hit.before, hit.region};
    }
    offset = recent.offset + (address - recent.first);
    const MmioTraits& traits = recent.region->traits;
    const bool fits =
        size >= traits.min_size && size <= traits.max_size && (offset & (size - 1)) == 0;
    return fits ? recent.region : nullptr;
}

// Also in the spaces that show this one.
void AddressSpace::forget_recent() {
    if (forgetting_) return;
    forgetting_ = true;
    recent_.fill({});
    for (AddressSpace* parent : parents_)
        parent->forget_recent();
    forgetting_ = false;
}

// -- accesses

namespace {

std::uint64_t as_seen(std::uint64_t value, unsigned size, Endian from, Endian to) {
    const unsigned unused = 64 - 8 * size;
    return from == to ? value << unused >> unused : byte_swap(value) >> unused;
}

} // namespace

BusResult AddressSpace::read(std::uint64_t address, unsigned size, Endian endian,
                             std::uint64_t& value) {
    std::uint64_t offset;
    if (Region* const region = recent_registers(address, size, offset)) {
        ++region->accesses;
        const MmioTraits traits = region->traits; // the region may move as it answers
        value = as_seen(region->handler->read(offset, size), size, traits.endian, endian);
        return BusResult::ok;
    }
    std::array<std::byte, 8> lanes;
    const BusResult result = read_bytes(address, std::span(lanes).first(size));
    value = load_sized(lanes.data(), size, endian);
    return result;
}

BusResult AddressSpace::write(std::uint64_t address, unsigned size, Endian endian,
                              std::uint64_t value) {
    std::uint64_t offset;
    if (Region* const region = recent_registers(address, size, offset)) {
        ++region->accesses;
        region->handler->write(offset, size, as_seen(value, size, endian, region->traits.endian));
        return BusResult::ok;
    }
    std::array<std::byte, 8> lanes;
    store_sized(lanes.data(), size, value, endian);
    return write_bytes(address, std::span(lanes).first(size));
}

bool AddressSpace::is_steady(std::uint64_t address) {
    const Hit hit = resolve(address);
    return hit.region && hit.region->kind == Kind::mmio &&
           hit.region->handler->is_steady(hit.offset);
}

void AddressSpace::dma_read(std::uint64_t address, std::span<std::byte> to) {
    read_bytes(address, to);
}

void AddressSpace::dma_write(std::uint64_t address, std::span<const std::byte> from) {
    while (!from.empty()) {
        const Hit hit = resolve(address);
        const std::size_t count =
            hit.after < from.size() ? static_cast<std::size_t>(hit.after) + 1 : from.size();
        const bool to_ram = hit.region && hit.region->kind == Kind::ram;
        write_bytes(address, from.first(count));
        if (to_ram) tell_written(hit, count);
        from = from.subspan(count);
        address += count;
    }
}

BusResult AddressSpace::read_bytes(std::uint64_t address, std::span<std::byte> to) {
    BusResult result = BusResult::ok;
    while (!to.empty()) {
        const Hit hit = resolve(address);
        const auto part =
            to.first(hit.after < to.size() ? static_cast<std::size_t>(hit.after) + 1 : to.size());
        if (!hit.region) {
            std::memset(part.data(), 0xff, part.size());
            log_.write(LogItem::guest_error, "{}: read of {:#x}, {} bytes: nothing there", name_,
                       address, part.size());
            result = BusResult::nothing_there;
        } else if (hit.region->is_memory()) {
            std::memcpy(part.data(), hit.region->ram->data() + hit.offset, part.size());
        } else {
            ++hit.region->accesses;
            mmio_read(*hit.region->handler, hit.region->traits, hit.offset, part);
        }
        to = to.subspan(part.size());
        address += part.size();
    }
    return result;
}

BusResult AddressSpace::write_bytes(std::uint64_t address, std::span<const std::byte> from) {
    BusResult result = BusResult::ok;
    while (!from.empty()) {
        const Hit hit = resolve(address);
        const auto part = from.first(
            hit.after < from.size() ? static_cast<std::size_t>(hit.after) + 1 : from.size());
        if (!hit.region) {
            log_.write(LogItem::guest_error, "{}: write to {:#x}, {} bytes: nothing there", name_,
                       address, part.size());
            result = BusResult::nothing_there;
        } else if (hit.region->kind == Kind::ram) {
            std::memcpy(hit.region->ram->data() + hit.offset, part.data(), part.size());
        } else if (hit.region->kind == Kind::rom) {
            log_.write(LogItem::guest_error, "{}: write to {:#x}, {} bytes: '{}' is read-only",
                       name_, address, part.size(), hit.region->name);
        } else {
            ++hit.region->accesses;
            mmio_write(*hit.region->handler, hit.region->traits, hit.offset, part);
        }
        from = from.subspan(part.size());
        address += part.size();
    }
    return result;
}

// -- telling

void AddressSpace::tell_map_changed() {
    forget_recent();
    if (telling_) return;
    telling_ = true;
    for (MemoryListener* listener : listeners_)
        listener->map_changed();
    for (AddressSpace* parent : parents_)
        parent->tell_map_changed();
    telling_ = false;
}

// The same memory may answer at several addresses of the space it was found in.
void AddressSpace::tell_written(const Hit& hit, std::uint64_t size) {
    AddressSpace& space = *hit.space;
    const RamBlock* ram = hit.region->ram;
    for (const Region& alias : space.regions_) {
        if (!alias.enabled || alias.ram != ram) continue;
        const std::uint64_t from = std::max(hit.offset, alias.ram_offset);
        const std::uint64_t to = std::min(hit.offset + size, alias.ram_offset + alias.size);
        if (from < to) space.tell_written_here(alias.base + (from - alias.ram_offset), to - from);
    }
}

void AddressSpace::tell_written_here(std::uint64_t address, std::uint64_t size) {
    if (telling_) return;
    telling_ = true;
    for (MemoryListener* listener : listeners_)
        listener->memory_written(address, size);
    for (AddressSpace* parent : parents_)
        for (const Region& window : parent->regions_) {
            if (!window.enabled || window.target != this) continue;
            const std::uint64_t from = std::max(address, window.target_base);
            const std::uint64_t last =
                std::min(address + (size - 1), window.target_base + (window.size - 1));
            if (from <= last)
                parent->tell_written_here(window.base + (from - window.target_base),
                                          last - from + 1);
        }
    telling_ = false;
}

// -- the monitor

std::vector<AddressSpace::RegionInfo> AddressSpace::regions() const {
    std::vector<RegionInfo> all;
    for (const Region& one : regions_)
        all.push_back({one.base, one.size, one.name, kind_names[static_cast<std::size_t>(one.kind)],
                       one.enabled, one.target, one.target_base, one.accesses});
    return all;
}

} // namespace vestige
