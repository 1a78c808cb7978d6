// The monitor: a small command line beside the guest's console, as QEMU's users know it.
#pragma once

#include <cstddef>
#include <deque>
#include <span>
#include <string>
#include <string_view>

#include "app/monitor/run_control.h"
#include "hw/char/char_backend.h"
#include "machine/boards/machine.h"

namespace vestige {

class Monitor {
  public:
    // Whether the terminal is the monitor's alone, or the user has to turn to it first.
    enum class Greeting { at_once, when_addressed };

    Monitor(hw::CharBackend& terminal, Machine& machine, RunControl& control, Greeting greeting);
    ~Monitor();
    Monitor(const Monitor&) = delete;
    Monitor& operator=(const Monitor&) = delete;

    // Keys are echoed as they come through the input gate; whole lines wait until the machine's
    // thread is between two run()s and calls this.
    void run_pending_lines();
    bool line_pending() const { return !lines_.empty(); }

    // One command, and what it prints (for scripts and tests).
    std::string execute(std::string_view line);

  private:
    void take_key(char key);
    void print(std::string_view text);
    void greet();

    hw::CharBackend& terminal_;
    Machine& machine_;
    RunControl& control_;
    bool greeted_ = false;
    std::string line_;
    std::string last_line_; // an up arrow brings it back
    std::string escape_;    // a terminal's key sequence so far
    std::deque<std::string> lines_;
};

} // namespace vestige
