// The one gate through which everything enters from outside: keys, serial bytes, packets, requests
// of the monitor. Other threads post; the machine's thread takes what has come between two
// instructions and hands it to its channel. What went through, and at which instruction, is what a
// recording needs.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "machine/core/output_hold.h"

namespace vestige {

class InputGate {
  public:
    using Channel = std::uint32_t;
    using Handler = std::function<void(std::span<const std::byte>)>;

    // Wiring, before the machine runs. The handler runs on the machine's thread.
    Channel add_channel(std::string name, Handler handler);

    // From any thread.
    void post(Channel channel, std::span<const std::byte> data);

    // A cheap look from the machine's thread.
    bool pending() const { return pending_.load(std::memory_order_acquire); }

    // A back end that expects an answer from the host (an open connection) holds a count here:
    // while it is above zero an idle CPU under the virtual clock lets real time pass instead of
    // skipping ahead, or the guest's timeouts would expire before the host can answer.
    void expect_host(int change) { expected_ += change; }
    bool expects_host() const { return expected_ > 0; }

    // What goes the other way and is held up for a moment.
    OutputHold& output() { return output_; }

    // Machine's thread: sleeps until something is pending or the time is over. Nothing is held up
    // for so long.
    void wait(std::chrono::nanoseconds longest);
    // From any thread, also a signal handler's helper thread: ends a wait() early.
    void wake();

    // Machine's thread: hands over everything posted so far, in order.
    void deliver();

    // Called for each delivery, before its handler (recording).
    void set_observer(std::function<void(Channel, std::span<const std::byte>)> observer) {
        observer_ = std::move(observer);
    }

  private:
    struct Item {
        Channel channel;
        std::vector<std::byte> data;
    };
    struct ChannelInfo {
        std::string name;
        Handler handler;
    };
    std::vector<ChannelInfo> channels_;
    std::mutex mutex_;
    std::condition_variable posted_;
    bool woken_ = false;
    std::vector<Item> queue_;
    std::atomic<bool> pending_ = false;
    int expected_ = 0;
    OutputHold output_;
    std::function<void(Channel, std::span<const std::byte>)> observer_;
};

} // namespace vestige
