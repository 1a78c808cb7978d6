// The C++ functions behind helpers_system.inc: thin, each names the method that does the work.
#pragma once

#include <cstdint>

namespace vestige::ppc {

std::uint32_t helper_write_msr(void* state, std::uint32_t value);
void helper_system_call(void* state);
void helper_return_from_interrupt(void* state);
std::uint32_t helper_read_spr(void* state, std::uint32_t number);
void helper_write_spr(void* state, std::uint32_t number, std::uint32_t value);
// `address`: bits 0-3 select the segment, as mtsrin's rB.
void helper_write_segment(void* state, std::uint32_t address, std::uint32_t value);
std::uint32_t helper_read_segment(void* state, std::uint32_t address);
void helper_tlbie(void* state, std::uint32_t address);
void helper_tlbia(void* state);
void helper_tlbld(void* state, std::uint32_t address);
void helper_tlbli(void* state, std::uint32_t address);
void helper_check_breakpoint(void* state, std::uint32_t pc);
void helper_begin_traced(void* state);

} // namespace vestige::ppc
