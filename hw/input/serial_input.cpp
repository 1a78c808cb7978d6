#include "hw/input/serial_input.h"

namespace vestige::hw {

void SerialInput::resume() {
    while (!queue_.empty()) {
        const auto byte = static_cast<std::byte>(queue_.front());
        if (receive({&byte, 1}) == 0) return;
        queue_.pop_front();
        if (queue_.empty()) sent();
    }
}

void SerialInput::send(std::initializer_list<std::uint8_t> bytes) {
    const bool was_empty = queue_.empty();
    queue_.insert(queue_.end(), bytes);
    if (was_empty) resume();
}

} // namespace vestige::hw
