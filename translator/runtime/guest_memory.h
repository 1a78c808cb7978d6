// The slow path of guest memory: translation, filling of page maps, devices, stores into code.
#pragma once

#include <cstdint>
#include <functional>
#include <unordered_map>
#include <vector>

#include "translator/runtime/bus.h"
#include "translator/runtime/context.h"
#include "translator/runtime/device_replay.h"
#include "translator/runtime/guest_cpu.h"
#include "translator/runtime/memory_path.h"
#include "translator/runtime/poll_detector.h"
#include "translator/runtime/statistics.h"
#include "translator/runtime/unit_cache.h"

namespace vestige::runtime {

struct MemoryStats {
    std::uint64_t slow_loads = 0, slow_stores = 0; // accesses that no page map served
    std::uint64_t walks = 0;                       // of the guest's tables, fetches included
    std::uint64_t device_accesses = 0;
    std::uint64_t code_stores = 0; // into translated bytes
    std::uint64_t faults = 0;
};

class GuestMemory final : public MemoryPath {
  public:
    GuestMemory(GuestCpu& cpu, Bus& bus, ContextCache& contexts, UnitCache& units,
                TimeAccount& times)
        : cpu_(cpu), bus_(bus), contexts_(contexts), units_(units), times_(times) {}

    // Looks up the context that the next accesses belong to, where the header says none.
    void set_resolver(std::function<Context&()> resolve) { resolve_ = std::move(resolve); }

    AccessOutcome load(std::uint64_t address, ir::MemoryAccess access, AccessFrom from,
                       WideValue& value) override;
    AccessOutcome store(std::uint64_t address, ir::MemoryAccess access, AccessFrom from,
                        WideValue value) override;

    // A translation of some context has changed: look device pages up again.
    void forget_device_pages() { ++device_epoch_; }

    // Around the run of a single instruction that left its unit with ir::leave::alone, before it
    // takes its budget: its device accesses so far are not made again.
    void begin_replay() { replay_.begin(started() + 1); }
    void end_replay() { replay_.forget(); }

    // What the last outcome `fault` was.
    const MemoryFault& fault() const { return fault_; }

    // The page of `physical` holds code from now on: no page map may write to it.
    void withdraw_writes(std::uint64_t physical);
    // Host pointers of RAM have changed: everything learned is void.
    void forget_pages() {
        write_references_.clear();
        open_page_ = {};
    }

    // CpuRuntime::open_page.
    std::byte* open_page(std::uint64_t physical) {
        const std::uint64_t page = physical >> page_bits;
        return page == open_page_.page ? open_page_.host : find_open_page(page);
    }

    PollDetector& poll_detector() { return poll_detector_; }

    MemoryStats stats;

  private:
    struct Piece {
        std::uint64_t physical = 0;
        unsigned size = 0;
        HostPage page;
    };
    // Translates the piece [address, address + size) of an access, within one page.
    bool translate(std::uint64_t address, unsigned size, Access kind, ir::MemoryAccess access,
                   Piece& piece);
    bool load_piece(const Piece& piece, Endian endian, std::uint64_t& value);
    bool store_piece(const Piece& piece, Endian endian, std::uint64_t value);
    // The access as pieces of at most 8 bytes that do not cross a page. False: fault.
    bool split(std::uint64_t address, Access kind, ir::MemoryAccess access, Piece (&pieces)[4],
               unsigned& count);
    bool note(FaultKind kind, Access access_kind, std::uint64_t address, ir::MemoryAccess access);
    Context& context();
    std::uint64_t started() const {
        return static_cast<const CpuRuntime*>(cpu_.header()->runtime)->instructions();
    }
    bool may_perform(AccessFrom from) {
        return from == AccessFrom::single_step || replay_.has_room(started());
    }
    AccessOutcome performed(AccessFrom from, AccessDirection direction, std::uint64_t address,
                            WideValue value);

    GuestCpu& cpu_;
    Bus& bus_;
    ContextCache& contexts_;
    UnitCache& units_;
    TimeAccount& times_;
    std::function<Context&()> resolve_;
    MemoryFault fault_;
    DeviceReplay replay_;
    PollDetector poll_detector_;

    // Pages that no page map can hold because a device answers there: firmware polls such addresses
    // millions of times. Walked once with all side effects, they need no walk while nothing
    // changes.
    struct DevicePage {
        std::uint64_t epoch = 0;
        std::uint64_t page = 0; // of the guest
        std::uint64_t physical = 0;
        const Context* context = nullptr;
    };
    bool is_known(const DevicePage& device, std::uint64_t address) {
        return device.page == address >> page_bits && device.epoch == device_epoch_ &&
               device.context == &context();
    }
    static constexpr unsigned device_pages = 8;
    DevicePage& device_page(std::uint64_t address, Access kind) {
        return device_pages_[kind == Access::store][(address >> page_bits) % device_pages];
    }
    // The last one asked for: firmware clears memory so, a word at a time.
    struct OpenPage {
        std::uint64_t page = ~std::uint64_t{0};
        std::byte* host = nullptr;
    };
    std::byte* find_open_page(std::uint64_t page);
    OpenPage open_page_;

    const DevicePage* polled(std::uint64_t address, Access kind, ir::MemoryAccess access);
    DevicePage device_pages_[2][device_pages];
    std::uint64_t device_epoch_ = 1;

    struct WriteReference {
        Context* context;
        std::uint32_t page;
        bool operator==(const WriteReference&) const = default;
    };
    // Who may write to a physical page without asking.
    std::unordered_map<std::uint64_t, std::vector<WriteReference>> write_references_;
};

} // namespace vestige::runtime
