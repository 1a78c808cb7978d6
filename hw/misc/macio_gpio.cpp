// Source: Linux arch/powerpc/include/asm/keylargo.h (KEYLARGO_GPIO_*).
#include "hw/misc/macio_gpio.h"

#include <utility>

#include "common/assertion.h"
#include "machine/core/state.h"

namespace vestige::hw {

namespace {

constexpr std::uint64_t first_pin = 8; // before it, the levels of all pins, a bit each

// A pin's register.
constexpr std::uint8_t output_value = 1 << 0;
constexpr std::uint8_t input_value = 1 << 1; // read-only: the pin as it is
constexpr std::uint8_t output_enable = 1 << 2;

} // namespace

MacIoGpio::MacIoGpio(std::string name, std::vector<Interrupt> interrupts)
    : Device(std::move(name)), interrupts_(std::move(interrupts)) {
    for (const Interrupt& interrupt : interrupts_)
        VESTIGE_ASSERT(interrupt.pin < pins);
}

bool MacIoGpio::high(unsigned pin) const {
    if ((control_[pin] & output_enable) != 0) return (control_[pin] & output_value) != 0;
    return !asserted_[pin];
}

void MacIoGpio::set_irq(unsigned pin, bool asserted) {
    VESTIGE_ASSERT(pin < pins);
    asserted_[pin] = asserted;
    for (Interrupt& interrupt : interrupts_)
        if (interrupt.pin == pin) interrupt.line.set(asserted);
}

std::uint64_t MacIoGpio::read(std::uint64_t offset, unsigned) {
    if (offset < first_pin) {
        unsigned levels = 0;
        for (unsigned i = 0; i < 8; ++i)
            if (const auto pin = static_cast<unsigned>(offset) * 8 + i; pin < pins && high(pin))
                levels |= 1u << i;
        return levels;
    }
    const auto pin = static_cast<unsigned>(offset - first_pin);
    if (pin >= pins) return 0;
    return control_[pin] | (high(pin) ? input_value : 0u);
}

void MacIoGpio::write(std::uint64_t offset, unsigned, std::uint64_t value) {
    const std::uint64_t pin = offset - first_pin;
    if (offset >= first_pin && pin < pins)
        control_[pin] = static_cast<std::uint8_t>(value & ~std::uint64_t{input_value});
}

void MacIoGpio::reset() { control_ = {}; }

void MacIoGpio::visit(StateVisitor& state) {
    state.field("control", control_);
    state.field("asserted", asserted_);
    if (state.loading())
        for (Interrupt& interrupt : interrupts_)
            interrupt.line.restore(asserted_[interrupt.pin]);
}

} // namespace vestige::hw
