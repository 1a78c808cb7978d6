// What the runtime asks of a guest CPU: the one interface between a frontend and everything else.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "translator/ir/function.h"
#include "translator/runtime/cpu_header.h"

namespace vestige::runtime {

enum class Access : std::uint8_t { fetch, load, store };

enum class FaultKind : std::uint8_t {
    none,
    no_translation, // no mapping: page fault
    protection,     // mapped, but not for this access
    no_execute,     // a fetch from a page or segment that holds no code (guarded, no-execute)
    direct_store,   // PowerPC: a direct-store segment
    alignment,      // the access's own alignment rule (MemoryAccess::alignment)
    bus,            // translated, but nothing answers there
    software_walk,  // the CPU has no table walker: software must load the TLB (603)
    watchpoint,     // a data breakpoint register of the guest matches
};

// A word of the guest's tables as a walk found it and left it (4 bytes, as CpuHost::read_physical
// has them).
struct TableWord {
    std::uint64_t physical = 0;
    std::uint32_t before = 0;
    std::uint32_t after = 0;
};

// All words that a walk read, from the root down. Another walk that finds the same gives the same.
struct TableWalk {
    std::array<TableWord, 4> words;
    unsigned depth = 0; // 0: the translation does not come from such words, or they are not known
    bool last_is_of_page = false; // the last word maps this page alone
};

// A guest address translated for one kind of access, good for its whole page.
struct Translation {
    FaultKind fault = FaultKind::none;
    std::uint64_t physical = 0;
    // What the page map may cache. `writable` only once the page's changed bit is set, so that the
    // first store comes through the walker.
    bool readable = false;
    bool writable = false;
    // The mapping does not depend on the context's tables but on registers that announce every
    // change (block address translation, real mode): units may be chained across pages through it.
    bool stable = false;
    TableWalk walk;
};

// A translation context: whatever decides how guest addresses map, compared exactly.
struct ContextKey {
    std::array<std::uint32_t, 18> words{};
    bool operator==(const ContextKey&) const = default;
};

// The guest's MMU: tables to translations. Works on the registers in the CPU's state.
enum class SideEffects : std::uint8_t { as_architected, none };

class AddressTranslator {
  public:
    virtual ~AddressTranslator() = default;
    virtual Translation translate(std::uint64_t address, Access access, SideEffects effects) = 0;
};

struct MemoryFault {
    FaultKind kind = FaultKind::none;
    Access access = Access::load;
    std::uint64_t address = 0;
    ir::MemoryAccess attributes;
};

struct LiftRequest {
    std::uint64_t pc = 0;
    std::uint32_t mode = 0;
    std::span<const std::byte> code; // from pc to the end of its page
    std::uint32_t max_instructions = 64;
};

class GuestCpu {
  public:
    virtual ~GuestCpu() = default;

    virtual CpuHeader* header() = 0;
    virtual const ir::StateLayout& layout() const = 0;
    virtual const ir::HelperTable& helpers() const = 0;

    virtual std::uint64_t pc() const = 0;
    // The mode bits that change translation to IR: part of every block key.
    virtual std::uint32_t mode() const = 0;
    virtual ContextKey context_key() const = 0;
    // No instruction in this mode changes the context without leaving its unit (user mode). Such
    // contexts may get windows.
    virtual bool keeps_context(std::uint32_t mode) const {
        (void)mode;
        return false;
    }

    // Writes raw IR for the guest code at request.pc; at least one instruction, ending in a
    // terminator on every path. Does not depend on state other than request.mode.
    virtual void lift(const LiftRequest& request, ir::Function& function) = 0;

    // Walks the guest's tables, updating referenced and changed bits as the architecture says.
    virtual Translation translate(std::uint64_t address, Access access) = 0;
    // The same without side effects (debuggers, the monitor).
    virtual Translation probe(std::uint64_t address, Access access) = 0;

    // Raises the guest's exception for a fault; the state is complete, pc that of the instruction.
    virtual void raise_fault(const MemoryFault& fault) = 0;
    // Code at or above ir::leave::guest_first.
    virtual void on_leave(std::uint32_t code) = 0;
    // What such a code stands for, in a word or two.
    virtual std::string leave_name(std::uint32_t code) const = 0;

    // Takes the most urgent pending and enabled interrupt, if any.
    virtual void take_interrupt() = 0;
    // Waits for an interrupt (power-saving mode) with none pending.
    virtual bool idle() const = 0;
    // The CPU has stopped for good (checkstop): why, else empty.
    virtual const std::string& checkstop() const = 0;

    virtual std::string disassemble(std::uint64_t pc, std::span<const std::byte> code) const = 0;
};

// What a CPU asks of the runtime that drives it (header->runtime).
class CpuRuntime {
  public:
    virtual ~CpuRuntime() = default;
    // Instructions started since power-on, exact at the current instruction.
    virtual std::uint64_t instructions() const = 0;
    // The current context is not what context_key() says any more; looked up again before the next
    // access. Call from helpers that leave with leave::look_again.
    virtual void context_changed() = 0;
    // GuestCpu::mode() is `mode` from now on, and with it perhaps the context: generated code goes
    // on there, by the jump cache, without a look at the loop.
    void enter_mode(CpuHeader& header, std::uint32_t mode) {
        const KnownMode& known = known_mode(mode);
        if (known.jump_cache_mode == std::uint64_t{mode} << 32)
            header.enter(known);
        else
            look_mode_up();
    }
    // Drops the translation of a page (a guest page number) in every context, and of all pages that
    // agree with it in their low `significant_bits`.
    virtual void drop_page(std::uint64_t guest_page, unsigned significant_bits) = 0;
    // The tables of the contexts with such keys may be others, the current one's among them
    // perhaps: drops every translation that walks do not confirm. Not for stable ones.
    virtual void flush_contexts(const std::function<bool(const ContextKey&)>& which) = 0;
    // Drops every translation in every context, and the chains that depend on stable ones.
    virtual void drop_all_pages() = 0;
    // Guest memory for helpers (string moves, cache lines): as the memory path's, single step.
    // False: a fault is noted; the helper sets header->leave_code = ir::leave::fault and returns.
    virtual bool read_guest(std::uint64_t address, unsigned size, std::uint64_t& value) = 0;
    virtual bool write_guest(std::uint64_t address, unsigned size, std::uint64_t value) = 0;
    // Host memory of a physical page that may be stored to as it is: plain memory without
    // translated code. Null otherwise. Good until the helper returns.
    virtual std::byte* open_page(std::uint64_t physical) {
        (void)physical;
        return nullptr;
    }

  protected:
    // Enters the mode that the CPU is in.
    virtual void look_mode_up() = 0;

    // Of the modes seen since the context changed the last ones.
    KnownMode& known_mode(std::uint32_t mode) {
        return known_modes_[(mode ^ mode >> 4) % known_modes_.size()];
    }
    std::array<KnownMode, 16> known_modes_{};
};

// What a CPU asks of the machine around it.
class CpuHost {
  public:
    virtual ~CpuHost() = default;
    virtual std::int64_t now_ns() const = 0;
    // One alarm a CPU (its decrementer or tick compare); the machine calls GuestCpu back through
    // the function that the board gave. A deadline of INT64_MAX disarms.
    virtual void arm_cpu_timer(std::int64_t deadline_ns) = 0;
    // Physical memory as the table walker sees it: 4 or 8 bytes, big-endian.
    virtual bool read_physical(std::uint64_t address, unsigned size, std::uint64_t& value) = 0;
    virtual void write_physical(std::uint64_t address, unsigned size, std::uint64_t value) = 0;
};

} // namespace vestige::runtime
