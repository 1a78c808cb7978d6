// A keyboard or mouse at the end of a serial line: what it sends waits until the chip takes it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <initializer_list>
#include <string>

#include "hw/char/char_backend.h"
#include "machine/core/device.h"
#include "machine/core/state.h"

namespace vestige::hw {

class SerialInput : public Device, public CharBackend {
  public:
    void resume() final;

  protected:
    explicit SerialInput(std::string name) : Device(std::move(name)) {}

    std::size_t waiting() const { return queue_.size(); }
    void send(std::initializer_list<std::uint8_t> bytes);
    void forget() { queue_.clear(); }
    void visit_queue(StateVisitor& state) { state.field("queue", queue_); }

    // The last byte was taken: the device may send more.
    virtual void sent() {}

  private:
    std::deque<std::uint8_t> queue_;
};

} // namespace vestige::hw
