#include "machine/mmu/ppc_mmu.h"

namespace vestige {

using ppc::State;
using runtime::Access;
using runtime::FaultKind;
using runtime::SideEffects;
using runtime::Translation;

namespace {

// ---- registers and table entries (PEM figures 7-11 to 7-20)

namespace segment_bits {
constexpr std::uint32_t direct_store = 0x80000000;
constexpr std::uint32_t supervisor_key = 0x40000000;
constexpr std::uint32_t user_key = 0x20000000;
constexpr std::uint32_t no_execute = 0x10000000;
constexpr std::uint32_t vsid = 0x00ffffff;
} // namespace segment_bits

namespace pte_bits {
constexpr std::uint32_t valid = 0x80000000; // word 0
constexpr std::uint32_t secondary = 0x00000040;
constexpr std::uint32_t page = 0xfffff000; // word 1
constexpr std::uint32_t referenced = 0x00000100;
constexpr std::uint32_t changed = 0x00000080;
constexpr std::uint32_t guarded = 0x00000008;
constexpr std::uint32_t protection = 0x00000003;
} // namespace pte_bits

namespace bat_bits {
constexpr std::uint32_t block_index = 0xfffe0000; // both words
constexpr std::uint32_t supervisor_valid = 2;     // upper
constexpr std::uint32_t user_valid = 1;
constexpr std::uint32_t protection = 3; // lower
} // namespace bat_bits

// DABR (MPC750 UM 2.1.2.3 does not have all of it; Programming Environments table 2-19).
namespace dabr_bits {
constexpr std::uint32_t address = 0xfffffff8;
constexpr std::uint32_t translated = 4;
constexpr std::uint32_t store = 2;
constexpr std::uint32_t load = 1;
} // namespace dabr_bits

struct Rights {
    bool read, write;
};

// PEM table 7-12: by key and PP.
constexpr Rights page_rights[2][4] = {
    {{true, true}, {true, true}, {true, true}, {true, false}},
    {{false, false}, {true, false}, {true, true}, {true, false}},
};
// PEM table 7-9: by PP.
constexpr Rights block_rights[4] = {{false, false}, {true, false}, {true, true}, {true, false}};

Translation fault(FaultKind kind) { return {.fault = kind}; }

bool permitted(Rights rights, Access access) {
    return access == Access::store ? rights.write : rights.read;
}

} // namespace

Translation PpcMmu::translate(std::uint64_t wide_address, Access access, SideEffects effects) {
    Request request{static_cast<std::uint32_t>(wide_address), access, effects};
    const bool stopped = access != Access::fetch && watched(request);
    // An access that does not happen changes no table.
    if (stopped) request.effects = SideEffects::none;
    const std::uint32_t enable = access == Access::fetch ? ppc::msr::ir : ppc::msr::dr;

    Translation found;
    if (!(state_.msr & enable)) {
        found = {.physical = request.address, .readable = true, .writable = true, .stable = true};
    } else if (!block(request, found)) {
        const std::uint32_t segment = state_.sr[request.address >> 28];
        if (segment & segment_bits::direct_store)
            return fault(access == Access::fetch ? FaultKind::no_execute : FaultKind::direct_store);
        found = paged(request, segment);
    }
    if (found.fault == FaultKind::none && state_.dabr & 3 && access != Access::fetch) {
        if (stopped) return fault(FaultKind::watchpoint);
        // Other accesses to the page must come this way too.
        if ((request.address ^ state_.dabr) >> 12 == 0) found.readable = found.writable = false;
    }
    return found;
}

bool PpcMmu::watched(const Request& request) const {
    const std::uint32_t dabr = state_.dabr;
    if ((request.address ^ dabr) & dabr_bits::address) return false;
    if (((dabr & dabr_bits::translated) != 0) != ((state_.msr & ppc::msr::dr) != 0)) return false;
    return (dabr & (request.access == Access::store ? dabr_bits::store : dabr_bits::load)) != 0;
}

// True if a block covers the address; `found` then says what it gives.
bool PpcMmu::block(const Request& request, Translation& found) const {
    const auto& bats = request.access == Access::fetch ? state_.ibat : state_.dbat;
    const std::uint32_t valid = privileged() ? bat_bits::supervisor_valid : bat_bits::user_valid;
    for (unsigned i = 0; i < 4; ++i) {
        const std::uint32_t upper = bats[i][0], lower = bats[i][1];
        if (!(upper & valid)) continue;
        const std::uint32_t length = (upper >> 2 & 0x7ff) << 17; // ones where the offset goes on
        if ((request.address ^ upper) & bat_bits::block_index & ~length) continue;
        const Rights rights = block_rights[lower & bat_bits::protection];
        if (!permitted(rights, request.access)) {
            found = fault(FaultKind::protection);
            return true;
        }
        const std::uint32_t base = lower & bat_bits::block_index & ~length;
        found = {.physical = base | (request.address & (length | ~bat_bits::block_index)),
                 .readable = rights.read,
                 .writable = rights.write,
                 .stable = true};
        return true;
    }
    return false;
}

Translation PpcMmu::paged(const Request& request, std::uint32_t segment) {
    if (request.access == Access::fetch && segment & segment_bits::no_execute)
        return fault(FaultKind::no_execute);
    return search_ == TableSearch::hardware ? search_tables(request, segment)
                                            : search_tlb(request, segment);
}

// PEM 7.6: the primary and the secondary group of eight entries.
Translation PpcMmu::search_tables(const Request& request, std::uint32_t segment) {
    const std::uint32_t vsid = segment & segment_bits::vsid;
    const std::uint32_t page_index = request.address >> 12 & 0xffff;
    const std::uint32_t base = state_.sdr1 & 0xffff0000;
    const std::uint32_t mask = (state_.sdr1 & 0x1ff) << 16 | 0xffff;
    const std::uint32_t primary = (vsid & 0x7ffff) ^ page_index;
    const std::uint32_t tag = pte_bits::valid | vsid << 7 | page_index >> 10;

    for (unsigned attempt = 0; attempt < 2; ++attempt) {
        const std::uint32_t hash = attempt == 0 ? primary : ~primary;
        const std::uint32_t wanted = attempt == 0 ? tag : tag | pte_bits::secondary;
        const std::uint32_t group = base | (hash << 6 & mask & 0x01ffffc0);
        for (unsigned i = 0; i < 8; ++i) {
            std::uint64_t entry = 0;
            const std::uint64_t address = group + 8 * i;
            if (!host_.read_physical(address, 8, entry)) return fault(FaultKind::bus);
            if (static_cast<std::uint32_t>(entry >> 32) == wanted)
                return use_entry(request, segment, static_cast<std::uint32_t>(entry), address + 4);
        }
    }
    return fault(FaultKind::no_translation);
}

// `pte_address` 0: a TLB entry, whose changed bit software keeps.
Translation PpcMmu::use_entry(const Request& request, std::uint32_t segment, std::uint32_t pte,
                              std::uint64_t pte_address) {
    const std::uint32_t key_bit =
        privileged() ? segment_bits::supervisor_key : segment_bits::user_key;
    const Rights rights = page_rights[segment & key_bit ? 1 : 0][pte & pte_bits::protection];
    if (request.access == Access::fetch && pte & pte_bits::guarded)
        return fault(FaultKind::no_execute);
    if (!permitted(rights, request.access)) return fault(FaultKind::protection);

    std::uint32_t updated = pte | pte_bits::referenced;
    if (request.access == Access::store) {
        // 603e UM 5.5.2.2: a store to a page not yet changed traps so that software sets C.
        if (pte_address == 0 && !(pte & pte_bits::changed)) return fault(FaultKind::software_walk);
        updated |= pte_bits::changed;
    }
    if (pte_address != 0 && updated != pte && request.effects == SideEffects::as_architected)
        host_.write_physical(pte_address, 4, updated);
    return {.physical = (pte & pte_bits::page) | (request.address & ~pte_bits::page),
            .readable = rights.read,
            .writable = rights.write && (updated & pte_bits::changed) != 0};
}

Translation PpcMmu::search_tlb(const Request& request, std::uint32_t segment) {
    const std::uint32_t page = request.address >> 12;
    const std::uint32_t tag =
        pte_bits::valid | (segment & segment_bits::vsid) << 7 | (page & 0xffff) >> 10;
    const unsigned set = page & 31;
    const bool fetch = request.access == Access::fetch;
    for (unsigned way = 0; way < 2; ++way) {
        const State::TlbEntry& entry = fetch ? state_.itlb[way][set] : state_.dtlb[way][set];
        if (entry.page != page || (entry.tag & ~pte_bits::secondary) != tag) continue;
        const Translation found = use_entry(request, segment, entry.pte, 0);
        // A store to a page not yet changed: the handler loads this very entry anew (603e UM
        // 5.5.2.1). Plain hits do not turn SRR1[WAY]: most never come here (page maps serve them),
        // and the way must be the same whoever ran the code.
        if (found.fault == FaultKind::software_walk &&
            request.effects == SideEffects::as_architected)
            state_.dtlb_lru[set] = static_cast<std::uint8_t>(way);
        return found;
    }
    return fault(FaultKind::software_walk);
}

} // namespace vestige
