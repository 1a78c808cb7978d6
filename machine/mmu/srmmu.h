// The SPARC Reference MMU (The SPARC Architecture Manual, Version 8, appendix H): contexts, tables
// of three levels below the context table, exact referenced and modified bits, fault status.
#pragma once

#include <string>

#include "frontend/sparc/reference_mmu.h"
#include "frontend/sparc/state.h"

namespace vestige {

class Srmmu final : public sparc::ReferenceMmu {
  public:
    struct Config {
        std::uint32_t boot_mode = 0; // the control register's bit, or 0
        // Where fetches go in boot mode: the PROM, and the address bits that it decodes.
        std::uint64_t prom_base = 0;
        std::uint32_t prom_mask = 0;
        bool fault_address_of_fetches = true;
    };

    Srmmu(sparc::State& state, runtime::CpuHost& host, Config config)
        : state_(state), host_(host), config_(config) {}

    runtime::Translation translate(std::uint64_t address, runtime::Access access,
                                   runtime::SideEffects effects) override;
    runtime::Translation translate_as(sparc::Privilege privilege, std::uint32_t address,
                                      runtime::Access access,
                                      runtime::SideEffects effects) override;
    std::uint32_t probe(std::uint32_t address, unsigned type) override;
    sparc::FaultEffect record_bus_error(std::uint32_t address, runtime::Access access,
                                        sparc::Space space) override;
    sparc::FaultEffect bus_error_effect() const override;

    std::string describe() const override; // neighbours joined

  private:
    struct Request {
        std::uint32_t address;
        runtime::Access access;
        sparc::Privilege privilege;
        runtime::SideEffects effects;
    };
    // Where a walk ended.
    struct Entry {
        std::uint32_t word = 0;
        std::uint64_t address = 0; // physical
        unsigned level = 0;        // 0: context table ... 3: page table
        bool readable = true;      // memory answered there
        runtime::TableWalk walk;   // as far as it went
    };
    // Down to an entry that is no table pointer, or to `last_level`.
    Entry walk(std::uint32_t address, unsigned last_level) const;
    runtime::Translation walked(const Request& request);
    runtime::Translation fail(const Request& request, sparc::FaultType type, unsigned level);
    void record(std::uint32_t address, runtime::Access access, std::uint32_t status);
    bool on() const { return (state_.mmu.control & sparc::mmu_control::enable) != 0; }
    bool no_fault() const { return (state_.mmu.control & sparc::mmu_control::no_fault) != 0; }

    sparc::State& state_;
    runtime::CpuHost& host_;
    Config config_;
};

} // namespace vestige
