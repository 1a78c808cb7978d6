// A PowerPC that is only lifted from.
#pragma once

#include "frontend/ppc/cpu_models.h"
#include "frontend/ppc/helpers.h"
#include "frontend/ppc/lift/lift_unit.h"
#include "frontend/ppc/slots.h"
#include "tests/lockstep/lifting_cpu.h"

namespace vestige::ppc::lockstep {

class LiftingCpu final : public vestige::lockstep::LiftingCpu {
  public:
    explicit LiftingCpu(const CpuModel& model) : model_(model) {}

    const ir::StateLayout& layout() const override { return state_layout(); }
    const ir::HelperTable& helpers() const override { return helper_table(); }

  private:
    void lift_within(const runtime::LiftRequest& request, ir::Function& function) override {
        lift_unit(model_, request, function);
    }

    const CpuModel& model_;
};

} // namespace vestige::ppc::lockstep
