#include "machine/mmu/srmmu.h"

#include <fmt/format.h>

namespace vestige {

using runtime::Access;
using runtime::FaultKind;
using runtime::SideEffects;
using runtime::Translation;
using sparc::FaultEffect;
using sparc::FaultType;
using sparc::Privilege;
using sparc::Space;

namespace {

// ---- table entries (V8 appendix H)

namespace entry_bits {
constexpr std::uint32_t type = 3;
constexpr std::uint32_t invalid = 0, pointer = 1, pte = 2;
constexpr std::uint32_t modified = 1 << 6;
constexpr std::uint32_t referenced = 1 << 5;
constexpr unsigned access_shift = 2;
constexpr std::uint32_t cacheable = 1 << 7;
} // namespace entry_bits

// By level: how an address selects an entry, and what one entry maps. The context number selects
// the one of level 0.
struct Level {
    unsigned shift;
    std::uint32_t index_mask;
    std::uint64_t page_size;
};
constexpr Level levels[4] = {
    {32, 0, std::uint64_t{1} << 32}, {24, 0xff, 1 << 24}, {18, 0x3f, 1 << 18}, {12, 0x3f, 1 << 12}};
constexpr unsigned last = 3;

struct Rights {
    bool read, write, execute;
};

// V8 appendix H: by user or supervisor and ACC.
constexpr Rights rights_table[2][8] = {
    {{true, false, false},
     {true, true, false},
     {true, false, true},
     {true, true, true},
     {false, false, true},
     {true, false, false},
     {false, false, false},
     {false, false, false}},
    {{true, false, false},
     {true, true, false},
     {true, false, true},
     {true, true, true},
     {false, false, true},
     {true, true, false},
     {true, false, true},
     {true, true, true}},
};
constexpr std::uint32_t first_supervisor_only = 6;

bool permitted(Rights rights, Access access) {
    switch (access) {
    case Access::fetch: return rights.execute;
    case Access::load: return rights.read;
    case Access::store: return rights.write;
    }
    return false;
}

std::uint64_t pointed(std::uint32_t word) { return std::uint64_t{word & ~3u} << 4; }

std::uint64_t mapped(std::uint32_t word, unsigned level, std::uint32_t address) {
    const std::uint64_t offset = levels[level].page_size - 1;
    return (std::uint64_t{word & ~0xffu} << 4 & ~offset) | (address & offset);
}

std::uint32_t access_type(Access access, Privilege privilege) {
    using namespace sparc::fault_status;
    std::uint32_t bits = privilege == Privilege::supervisor ? supervisor : 0;
    if (access == Access::fetch) bits |= fetch;
    if (access == Access::store) bits |= store;
    return bits;
}

std::uint32_t type_bits(FaultType type) {
    return static_cast<std::uint32_t>(type) << sparc::fault_status::type_shift;
}

// V8 appendix H: of two faults, which the register keeps. Higher wins.
unsigned fault_class(std::uint32_t status) {
    using namespace sparc::fault_status;
    if ((status & type_mask) == type_bits(FaultType::translation)) return 2;
    return status & fetch ? 0 : 1;
}

} // namespace

Translation Srmmu::translate(std::uint64_t address, Access access, SideEffects effects) {
    return translate_as(state_.supervisor ? Privilege::supervisor : Privilege::user,
                        static_cast<std::uint32_t>(address), access, effects);
}

Translation Srmmu::translate_as(Privilege privilege, std::uint32_t address, Access access,
                                SideEffects effects) {
    if (on()) return walked({address, access, privilege, effects});
    std::uint64_t physical = address;
    if (access == Access::fetch && state_.mmu.control & config_.boot_mode)
        physical = config_.prom_base | (address & config_.prom_mask);
    return {.physical = physical, .readable = true, .writable = true, .stable = true};
}

Srmmu::Entry Srmmu::walk(std::uint32_t address, unsigned last_level) const {
    Entry entry;
    entry.address = (std::uint64_t{state_.mmu.context_table} << 4) + 4u * state_.mmu.context;
    for (;;) {
        std::uint64_t word = 0;
        entry.readable = host_.read_physical(entry.address, 4, word);
        entry.word = static_cast<std::uint32_t>(word);
        entry.walk.words[entry.walk.depth++] = {entry.address, entry.word, entry.word};
        if (!entry.readable || entry.level == last_level ||
            (entry.word & entry_bits::type) != entry_bits::pointer)
            return entry;
        const Level& next = levels[++entry.level];
        entry.address =
            pointed(entry.word) + 4 * std::uint64_t{address >> next.shift & next.index_mask};
    }
}

Translation Srmmu::walked(const Request& request) {
    Entry entry = walk(request.address, last);
    if (!entry.readable) return fail(request, FaultType::translation, entry.level);
    switch (entry.word & entry_bits::type) {
    case entry_bits::pte: break;
    case entry_bits::invalid: return fail(request, FaultType::invalid_address, entry.level);
    default: return fail(request, FaultType::translation, entry.level);
    }

    const bool user = request.privilege == Privilege::user;
    const std::uint32_t acc = entry.word >> entry_bits::access_shift & 7;
    const Rights rights = rights_table[user ? 0 : 1][acc];
    if (!permitted(rights, request.access))
        return fail(request,
                    user && acc >= first_supervisor_only ? FaultType::privilege
                                                         : FaultType::protection,
                    entry.level);

    std::uint32_t updated = entry.word | entry_bits::referenced;
    if (request.access == Access::store) updated |= entry_bits::modified;
    if (updated != entry.word && request.effects == SideEffects::as_architected)
        host_.write_physical(entry.address, 4, updated);
    entry.walk.words[entry.level].after = updated;
    entry.walk.last_is_of_page = entry.level == last;
    return {.physical = mapped(entry.word, entry.level, request.address),
            .readable = rights.read,
            .writable = rights.write && (updated & entry_bits::modified) != 0,
            .walk = entry.walk};
}

// ---- faults

Translation Srmmu::fail(const Request& request, FaultType type, unsigned level) {
    const FaultKind kind = type == FaultType::protection || type == FaultType::privilege
                               ? FaultKind::protection
                               : FaultKind::no_translation;
    if (request.effects == SideEffects::none) return {.fault = kind};
    record(request.address, request.access,
           type_bits(type) | access_type(request.access, request.privilege) |
               level << sparc::fault_status::level_shift);
    // V8 appendix H: in no-fault mode only what the supervisor fetches traps.
    const bool supervisor_fetch =
        request.access == Access::fetch && request.privilege == Privilege::supervisor;
    if (no_fault() && !supervisor_fetch)
        return {.physical = nowhere | (request.address & runtime::page_mask)};
    return {.fault = kind};
}

void Srmmu::record(std::uint32_t address, Access access, std::uint32_t status) {
    using namespace sparc::fault_status;
    std::uint32_t& held = state_.mmu.fault_status;
    if (held & type_mask) {
        if (fault_class(status) < fault_class(held)) return;
        if (fault_class(status) == fault_class(held)) status |= overwrite;
    }
    if (access != Access::fetch || config_.fault_address_of_fetches) {
        state_.mmu.fault_address = address;
        status |= address_valid;
    }
    held = status;
}

FaultEffect Srmmu::record_bus_error(std::uint32_t address, Access access, Space space) {
    const Privilege privilege = state_.supervisor ? Privilege::supervisor : Privilege::user;
    const std::uint32_t where = space == Space::control ? sparc::fault_status::control_space : 0;
    record(address, access, type_bits(FaultType::bus) | access_type(access, privilege) | where);
    return bus_error_effect();
}

FaultEffect Srmmu::bus_error_effect() const {
    return on() && !no_fault() ? FaultEffect::trap : FaultEffect::none;
}

// ---- V8 appendix H: what a probe returns. Only the entire probe looks for the PTE of whatever
// level; the others return the entry at theirs, and only if the walk gets there.

std::uint32_t Srmmu::probe(std::uint32_t address, unsigned type) {
    constexpr unsigned entire = 4;
    if (type > entire) return 0;
    const unsigned wanted = type == entire ? last : last - type;
    const Entry entry = walk(address, wanted);
    if (!entry.readable) {
        record(address, Access::load,
               type_bits(FaultType::translation) |
                   access_type(Access::load, Privilege::supervisor) |
                   entry.level << sparc::fault_status::level_shift);
        return 0;
    }
    const std::uint32_t kind = entry.word & entry_bits::type;
    if (type == entire) return kind == entry_bits::pte ? entry.word : 0;
    if (entry.level != wanted || kind == entry_bits::type) return 0;
    return wanted == last && kind == entry_bits::pointer ? 0 : entry.word;
}

// ---- text

std::string Srmmu::describe() const {
    std::string text =
        fmt::format("MMU {}, context table at {:09x}, context {}\n", on() ? "on" : "off",
                    std::uint64_t{state_.mmu.context_table} << 4, state_.mmu.context);
    if (!on()) return text;
    struct Run {
        std::uint64_t first = 0, size = 0, physical = 0;
        std::uint32_t attributes = 0;
    } run;
    constexpr std::uint32_t shown = 7 << entry_bits::access_shift | entry_bits::cacheable;
    const auto put = [&] {
        if (run.size == 0) return;
        const auto letters = [&](unsigned privilege) {
            const Rights rights =
                rights_table[privilege][run.attributes >> entry_bits::access_shift & 7];
            return fmt::format("{}{}{}", rights.read ? 'r' : '-', rights.write ? 'w' : '-',
                               rights.execute ? 'x' : '-');
        };
        text += fmt::format("{:08x}-{:08x} -> {:09x}  supervisor {} user {}{}\n", run.first,
                            run.first + run.size - 1, run.physical, letters(1), letters(0),
                            run.attributes & entry_bits::cacheable ? "" : "  not cached");
    };
    for (std::uint64_t address = 0; address < std::uint64_t{1} << 32;) {
        const Entry entry = walk(static_cast<std::uint32_t>(address), last);
        const std::uint64_t size = levels[entry.level].page_size;
        if (entry.readable && (entry.word & entry_bits::type) == entry_bits::pte) {
            const std::uint64_t physical =
                mapped(entry.word, entry.level, static_cast<std::uint32_t>(address));
            const std::uint32_t attributes = entry.word & shown;
            if (run.size > 0 && run.first + run.size == address &&
                run.physical + run.size == physical && run.attributes == attributes) {
                run.size += size;
            } else {
                put();
                run = {address, size, physical, attributes};
            }
        }
        address += size;
    }
    put();
    return text;
}

} // namespace vestige
