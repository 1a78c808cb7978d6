// A physical address space: what answers at which address.
//
// Regions are RAM, ROM, device registers, or windows onto another address space (a PCI bus behind a
// host bridge). Where regions overlap, the later mapped wins. Reads of nothing give all ones and
// are logged as the guest's error, writes to nothing are dropped.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "common/endian.h"
#include "common/log.h"
#include "machine/core/mmio.h"
#include "machine/core/ram.h"

namespace vestige {

// Hears what translated code depends on. Called on the machine's thread.
class MemoryListener {
  public:
    virtual ~MemoryListener() = default;
    // Something other than the CPU's own stores wrote to [address, address + size) of RAM.
    virtual void memory_written(std::uint64_t address, std::uint64_t size) = 0;
    // Regions came, went or moved: every host pointer learned before is void.
    virtual void map_changed() = 0;
};

enum class BusResult : std::uint8_t {
    ok,
    nothing_there, // no device answered: a machine check on boards that have one
};

class AddressSpace {
  public:
    using RegionId = std::uint32_t;

    AddressSpace(std::string name, Log& log);
    ~AddressSpace();
    AddressSpace(const AddressSpace&) = delete;
    AddressSpace& operator=(const AddressSpace&) = delete;

    // -- wiring (a region may be disabled, moved and enabled again while the machine runs)
    // Addresses, sizes and offsets of RAM and ROM are multiples of 4096.
    RegionId map_ram(std::string name, std::uint64_t base, RamBlock& ram, std::uint64_t offset,
                     std::uint64_t size);
    RegionId map_rom(std::string name, std::uint64_t base, RamBlock& ram, std::uint64_t offset,
                     std::uint64_t size);
    RegionId map_mmio(std::string name, std::uint64_t base, std::uint64_t size,
                      MmioHandler& handler, MmioTraits traits);
    // [base, base + size) shows [target_base, ...) of another space.
    RegionId map_window(std::string name, std::uint64_t base, std::uint64_t size,
                        AddressSpace& target, std::uint64_t target_base);
    void move(RegionId region, std::uint64_t base);
    void set_enabled(RegionId region, bool enabled);

    // -- the CPU's accesses (size 1, 2, 4 or 8, not across a 4096-byte page)
    BusResult read(std::uint64_t address, unsigned size, Endian endian, std::uint64_t& value);
    BusResult write(std::uint64_t address, unsigned size, Endian endian, std::uint64_t value);
    // As MmioHandler::is_steady; memory is not.
    bool is_steady(std::uint64_t address);

    // The host address of the 4096-byte page that holds `address`, if it is plain memory and all
    // one region; null otherwise.
    struct Page {
        std::byte* host = nullptr;
        bool writable = false;
    };
    Page page(std::uint64_t address);

    // -- DMA: any length, any address, RAM and registers alike. What nobody answers reads as ones.
    void dma_read(std::uint64_t address, std::span<std::byte> to);
    void dma_write(std::uint64_t address, std::span<const std::byte> from);

    void add_listener(MemoryListener& listener) { listeners_.push_back(&listener); }

    // -- for the monitor's `info mtree` and for --stats
    struct RegionInfo {
        std::uint64_t base, size;
        std::string name;
        std::string kind; // ram, rom, i/o, window
        bool enabled;
        const AddressSpace* target; // of a window
        std::uint64_t target_base;
        std::uint64_t accesses; // of registers, by the CPU and by DMA
    };
    std::vector<RegionInfo> regions() const;
    const std::string& name() const { return name_; }

  private:
    struct Region;
    // What answers at an address, windows followed.
    struct Hit {
        AddressSpace* space;   // where it was found
        std::uint64_t address; // in that space
        Region* region;        // null: nothing there
        std::uint64_t offset;  // in the region (for RAM and ROM: in the block)
        std::uint64_t after;   // how many bytes after this one have the same answer
        std::uint64_t before;  // and how many before it
    };
    // Registers that answered lately, by page: an access that fits them needs no search.
    struct Recent {
        std::uint64_t first = 1, last = 0;
        std::uint64_t offset = 0; // of `first` in the region
        Region* region = nullptr;
    };
    static constexpr std::size_t recent_pages = 16;

    RegionId add(Region region);
    Region& region(RegionId id);
    void flatten();
    Hit hit_here(std::uint64_t address);
    Hit resolve(std::uint64_t address);
    Region* recent_registers(std::uint64_t address, unsigned size, std::uint64_t& offset);
    void forget_recent();
    BusResult read_bytes(std::uint64_t address, std::span<std::byte> to);
    BusResult write_bytes(std::uint64_t address, std::span<const std::byte> from);
    void tell_map_changed();
    void tell_written(const Hit& hit, std::uint64_t size);
    void tell_written_here(std::uint64_t address, std::uint64_t size);

    std::string name_;
    Log& log_;
    std::vector<Region> regions_; // in order of mapping
    // The regions flattened: sorted, disjoint spans with the winner of each.
    struct Span {
        std::uint64_t base, end; // end is the last address
        RegionId region;
    };
    std::vector<Span> flat_;
    std::size_t last_hit_ = 0; // index into flat_
    std::array<Recent, recent_pages> recent_;
    bool forgetting_ = false; // as telling_
    std::vector<MemoryListener*> listeners_;
    std::vector<AddressSpace*> parents_; // spaces that have a window onto this one
    // Spaces may show each other (a PCI bus shows system memory, which shows the bus): set while
    // this one is telling, so that a ring ends.
    bool telling_ = false;
};

} // namespace vestige
