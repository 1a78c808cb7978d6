// Wires that join: several outputs on one input of the next chip, which is up while any of them is.
#pragma once

#include <cstdint>
#include <string>

#include "machine/core/device.h"
#include "machine/core/irq.h"

namespace vestige::hw {

class IrqOr final : public Device, public IrqSink {
  public:
    static constexpr unsigned max_inputs = 32;

    IrqOr(std::string name, IrqLine output);

    void set_irq(unsigned input, bool level) override;
    void reset() override {} // the inputs are their drivers'
    void visit(StateVisitor& state) override;

  private:
    std::uint32_t inputs_ = 0;
    IrqLine output_;
};

} // namespace vestige::hw
