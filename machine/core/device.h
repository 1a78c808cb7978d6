// What every device model has: a name, a reset and a state.
#pragma once

#include <string>
#include <utility>

namespace vestige {

class StateVisitor;

class Device {
  public:
    explicit Device(std::string name) : name_(std::move(name)) {}
    virtual ~Device() = default;
    Device(const Device&) = delete;
    Device& operator=(const Device&) = delete;

    // Unique within its machine: the section name in a snapshot.
    const std::string& name() const { return name_; }

    // Power-on and system_reset: back to the documented reset values.
    virtual void reset() = 0;

    // Saves or loads everything that the guest can tell, armed timers and output levels included.
    virtual void visit(StateVisitor& state) = 0;

  private:
    std::string name_;
};

} // namespace vestige
