// What the boards with one 32-bit SPARC processor have in common: the processor, its MMU, its
// interrupt levels, and what an address that nothing answers at does to it.
#pragma once

#include <memory>
#include <string>

#include "frontend/sparc/cpu/sparc_cpu.h"
#include "frontend/sparc/state_memory.h"
#include "machine/boards/board.h"
#include "machine/core/irq.h"
#include "machine/mmu/srmmu.h"

namespace vestige {

class SparcBoard : public Board {
  protected:
    struct Facts {
        const char* name;
        const char* usual_cpu; // as sparc::find_cpu_model() takes it
        // Where instructions come from in boot mode: the PROM, and the address bits it decodes.
        std::uint64_t prom_base;
        std::uint32_t prom_mask;
    };

    SparcBoard(const Facts& facts, const MachineConfig& config, MachineEnvironment environment);

    sparc::SparcCpu& cpu() { return cpu_; }
    sparc::State& cpu_state() { return *state_; }
    // The processor's interrupt levels as inputs 1 to 15: the highest that is up counts.
    IrqSink& cpu_levels() { return levels_; }
    // A device puts the processor to sleep until the next interrupt.
    void power_down_cpu();
    // An interrupt of that level is being taken.
    virtual void interrupt_taken(unsigned level) { (void)level; }

    void cpu_timer_due() override {} // it has none
    void reset_cpu() override { cpu_.reset(); }
    void visit_cpu(StateVisitor& state) override;
    std::string describe_cpu(MachineView view) override;
    bool ends_unanswered(std::uint64_t physical, runtime::Access access) override {
        return cpu_.absorbs_bus_error(physical, access);
    }

  private:
    class Levels final : public IrqSink {
      public:
        explicit Levels(SparcBoard& board) : board_(board) {}
        void set_irq(unsigned input, bool level) override;
        void visit(StateVisitor& state);

      private:
        SparcBoard& board_;
        std::uint32_t up_ = 0; // a bit a level
    };

    const sparc::CpuModel& model_;
    sparc::StateMemory state_;
    Srmmu mmu_;
    sparc::SparcCpu cpu_;
    Levels levels_{*this};
};

} // namespace vestige
