// Bytes for the outside that wait a moment, so that they go together: a console's come one by one,
// and a system call for each costs more than all that the chip does for it.
#pragma once

#include <chrono>
#include <functional>
#include <utility>

namespace vestige {

// All calls are made on the machine's thread.
class OutputHold {
  public:
    // Nobody sees that a byte is so late.
    static constexpr std::chrono::milliseconds longest{1};

    // Wiring: `release` sends what is held. Empty: nobody holds anything.
    void set_release(std::function<void()> release) { release_ = std::move(release); }

    // Something is held.
    void note() {
        if (std::exchange(holds_, true)) return;
        since_ = std::chrono::steady_clock::now();
    }
    // Between two slices of a run.
    void pass() {
        if (holds_ && std::chrono::steady_clock::now() - since_ >= longest) release();
    }
    // Before the thread sleeps, or ends a run.
    void release() {
        if (std::exchange(holds_, false) && release_) release_();
    }

  private:
    std::function<void()> release_;
    bool holds_ = false;
    std::chrono::steady_clock::time_point since_;
};

} // namespace vestige
