// The MMU of 32-bit PowerPC: block address translation, segments, the hashed page table, and the
// 603's software-loaded TLBs (Programming Environments Manual, chapter 7; MPC603e UM, chapter 5).
#pragma once

#include "frontend/ppc/state.h"
#include "translator/runtime/guest_cpu.h"

namespace vestige {

enum class TableSearch : std::uint8_t {
    hardware, // the chip walks the hashed page table
    software, // 603: a miss is an exception, tlbld and tlbli load the TLB
};

class PpcMmu final : public runtime::AddressTranslator {
  public:
    PpcMmu(ppc::State& state, runtime::CpuHost& host, TableSearch search)
        : state_(state), host_(host), search_(search) {}

    runtime::Translation translate(std::uint64_t address, runtime::Access access,
                                   runtime::SideEffects effects) override;

  private:
    struct Request {
        std::uint32_t address;
        runtime::Access access;
        runtime::SideEffects effects;
    };
    bool block(const Request& request, runtime::Translation& found) const;
    runtime::Translation paged(const Request& request, std::uint32_t segment);
    runtime::Translation search_tables(const Request& request, std::uint32_t segment);
    runtime::Translation search_tlb(const Request& request, std::uint32_t segment);
    runtime::Translation use_entry(const Request& request, std::uint32_t segment, std::uint32_t pte,
                                   std::uint64_t pte_address);
    bool watched(const Request& request) const;
    bool privileged() const { return !(state_.msr & ppc::msr::pr); }

    ppc::State& state_;
    runtime::CpuHost& host_;
    TableSearch search_;
};

} // namespace vestige
