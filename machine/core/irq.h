// Interrupt wires: an output of one device, connected at construction to an input of another.
#pragma once

#include "common/assertion.h"

namespace vestige {

// A chip with numbered interrupt inputs.
class IrqSink {
  public:
    virtual ~IrqSink() = default;
    virtual void set_irq(unsigned input, bool level) = 0;
};

// One wire. A device takes it in its constructor and drives it; the sink hears of changes only. The
// level is a function of the driver's registers, so a driver recomputes it after loading a snapshot
// (`restore`, which does not tell the sink: that has saved its own inputs).
class IrqLine {
  public:
    IrqLine(IrqSink& sink, unsigned input) : sink_(&sink), input_(input) {}

    // A wire that leads nowhere, said so on purpose.
    static IrqLine unconnected() { return IrqLine(); }

    void set(bool level) {
        if (level == level_) return;
        level_ = level;
        if (sink_) sink_->set_irq(input_, level);
    }
    void restore(bool level) { level_ = level; }
    bool level() const { return level_; }

  private:
    IrqLine() = default;
    IrqSink* sink_ = nullptr;
    unsigned input_ = 0;
    bool level_ = false;
};

} // namespace vestige
