// The half of a character back end that brings the outside's bytes to the machine.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "hw/char/char_backend.h"
#include "machine/core/input_gate.h"

namespace vestige {

// Bytes are posted on any thread, cross the input gate, and wait on the machine's thread until the
// chip has room for them.
class GateBackend : public hw::CharBackend {
  public:
    GateBackend(std::string name, InputGate& gate);

    void resume() override;

    // From any thread. Once room() is false the sender should rest until `drained` is called (on
    // the machine's thread): a file piped into a slow guest must not fill the host's memory.
    void post(std::span<const std::byte> data);
    bool room() const { return waiting_.load(std::memory_order_relaxed) < most_waiting; }
    void set_drained(std::function<void()> drained) { drained_ = std::move(drained); }

  private:
    static constexpr std::size_t most_waiting = 64 * 1024;

    InputGate& gate_;
    InputGate::Channel channel_;
    std::vector<std::byte> pending_;
    std::size_t taken_ = 0; // from the front of pending_
    bool offering_ = false; // a chip that calls resume() from within receive() gets no second offer
    std::atomic<std::size_t> waiting_ = 0;
    std::function<void()> drained_;
};

// Where nothing comes from and everything vanishes.
class NullBackend final : public hw::CharBackend {
  public:
    void write(std::span<const std::byte>) override {}
    void resume() override {}
};

} // namespace vestige
