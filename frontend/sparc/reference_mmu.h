// The SPARC Reference MMU (V8 appendix H) as the processor sees it: what it asks beyond plain
// translation, and the bits of the registers that both know. machine/mmu/srmmu implements it.
#pragma once

#include <cstdint>
#include <string>

#include "translator/runtime/guest_cpu.h"

namespace vestige::sparc {

// Control register: bits that every chip has. The boot mode bit's place is the model's.
namespace mmu_control {
inline constexpr std::uint32_t enable = 1 << 0;
inline constexpr std::uint32_t no_fault = 1 << 1;
} // namespace mmu_control

// Synchronous fault status (V8 appendix H).
namespace fault_status {
inline constexpr std::uint32_t overwrite = 1 << 0;
inline constexpr std::uint32_t address_valid = 1 << 1;
inline constexpr unsigned type_shift = 2, access_shift = 5, level_shift = 8;
inline constexpr std::uint32_t type_mask = 7 << type_shift;
inline constexpr std::uint32_t supervisor = 1 << 5; // of the access type
inline constexpr std::uint32_t fetch = 1 << 6;
inline constexpr std::uint32_t store = 1 << 7;
inline constexpr std::uint32_t control_space = 1 << 16; // an ASI that nothing is at
} // namespace fault_status

// What a context key of SparcCpu holds, by word (runtime::ContextKey).
namespace context_words {
inline constexpr unsigned control = 0, supervisor = 1, context_table = 2, context = 3;
inline bool translated(const runtime::ContextKey& key) {
    return (key.words[control] & mmu_control::enable) != 0;
}
} // namespace context_words

enum class FaultType : std::uint32_t {
    none,
    invalid_address,
    protection,
    privilege,
    translation, // the tables themselves are wrong
    bus,         // nothing answered
    internal,
};

enum class Privilege : std::uint8_t { user, supervisor };
enum class Space : std::uint8_t { memory, control };
enum class FaultEffect : std::uint8_t { trap, none };

class ReferenceMmu : public runtime::AddressTranslator {
  public:
    // As if in that mode: the alternate spaces 8 to b.
    virtual runtime::Translation translate_as(Privilege privilege, std::uint32_t address,
                                              runtime::Access access,
                                              runtime::SideEffects effects) = 0;
    // A probe of the current context: type 0 to 4 as address bits 8 to 11 have it, page to entire.
    // The entry found, or 0 (V8 appendix H).
    virtual std::uint32_t probe(std::uint32_t address, unsigned type) = 0;
    // Records that nothing answered an access that the processor made in its current mode. Whether
    // that is a trap: not with the MMU off or in no-fault mode.
    virtual FaultEffect record_bus_error(std::uint32_t address, runtime::Access access,
                                         Space space) = 0;
    // What a bus error would do now.
    virtual FaultEffect bus_error_effect() const = 0;
    // What the current context maps, for the monitor.
    virtual std::string describe() const = 0;

    // The physical page where an access goes that has faulted in no-fault mode: nothing is there.
    static constexpr std::uint64_t nowhere = 0xffff'ffff'ffff'f000;
};

} // namespace vestige::sparc
