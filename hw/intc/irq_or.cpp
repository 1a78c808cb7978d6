#include "hw/intc/irq_or.h"

#include <utility>

#include "common/assertion.h"
#include "machine/core/state.h"

namespace vestige::hw {

IrqOr::IrqOr(std::string name, IrqLine output) : Device(std::move(name)), output_(output) {}

void IrqOr::set_irq(unsigned input, bool level) {
    VESTIGE_ASSERT(input < max_inputs);
    const std::uint32_t input_bit = 1u << input;
    inputs_ = level ? inputs_ | input_bit : inputs_ & ~input_bit;
    output_.set(inputs_ != 0);
}

void IrqOr::visit(StateVisitor& state) {
    state.field("inputs", inputs_);
    if (state.loading()) output_.restore(inputs_ != 0);
}

} // namespace vestige::hw
