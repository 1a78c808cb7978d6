// The C++ functions behind helpers_system.inc: thin, each names the method that does the work.
//
// The pc slot is that of the instruction when a may_leave helper is called. Those that do not
// always leave a new pc behind advance it if they leave.
#pragma once

#include <cstdint>

namespace vestige::sparc {

// ---- with a new pc
void helper_raise_trap(void* state, std::uint32_t type);
void helper_write_psr(void* state, std::uint32_t value);
void helper_return_from_trap(void* state, std::uint32_t target_pc, std::uint32_t target_npc);
void helper_power_down(void* state);

// ---- others
// Of the MMU, at an aligned address.
std::uint32_t helper_read_mmu_register(void* state, std::uint32_t address);
// 0: not done, for the write changes how addresses map.
std::uint32_t helper_write_mmu_register(void* state, std::uint32_t address, std::uint32_t value);
// `word`: the instruction, which says what is loaded or stored.
void helper_load_alternate(void* state, std::uint32_t word, std::uint32_t address);
void helper_store_alternate(void* state, std::uint32_t word, std::uint32_t address);
// A word to physical memory, to which `word`'s ASI leads past the MMU. 0: not done, for it is not
// aligned, or something but plain memory is there.
std::uint32_t helper_store_open(void* state, std::uint32_t word, std::uint32_t address,
                                std::uint32_t value);
void helper_exchange_alternate(void* state, std::uint32_t word, std::uint32_t address);

} // namespace vestige::sparc
