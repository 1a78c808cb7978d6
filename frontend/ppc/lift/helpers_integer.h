// Helpers of the integer instructions. `state` is a State.
#pragma once

#include <cstdint>

namespace vestige::ppc {

// LT, GT, EQ of four CR fields at their places in a half-word, the first one's leftmost; SO bits 0.
std::uint32_t helper_pack_cr_fields(void* state, std::uint64_t field0, std::uint64_t field1,
                                    std::uint64_t field2, std::uint64_t field3);

// lswx, stswx: XER[25-31] bytes at `address`; `word` is the instruction. The pc slot is up to date.
void helper_load_string(void* state, std::uint32_t address, std::uint32_t word);
void helper_store_string(void* state, std::uint32_t address, std::uint32_t word);

// EAR[E]
std::uint32_t helper_external_access_enabled(void* state);

} // namespace vestige::ppc
