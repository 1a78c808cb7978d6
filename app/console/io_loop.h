// The thread on which the program waits for the outside: terminal, sockets, signals, alarms.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace vestige {

// Callbacks run on the loop's own thread, one at a time. Stop the loop before what they use goes
// away.
class IoLoop {
  public:
    using Ready = std::function<void(short events)>;
    using SteadyTime = std::chrono::steady_clock::time_point;

    IoLoop();
    ~IoLoop();
    IoLoop(const IoLoop&) = delete;
    IoLoop& operator=(const IoLoop&) = delete;

    void start();
    // Waits for a running callback; none runs afterwards. Not from a callback.
    void stop();

    // -- from any thread. `events` as poll(2) has them; with none the descriptor rests.
    void watch(int fd, short events, Ready ready);
    void set_events(int fd, short events);
    void forget(int fd);
    void call_at(SteadyTime when, std::function<void()> action);

  private:
    struct Watch {
        short events;
        std::shared_ptr<Ready> ready;
    };
    struct Alarm {
        SteadyTime when;
        std::function<void()> action;
    };
    void run();
    void wake();
    int wait_milliseconds();
    void run_alarms();

    std::mutex mutex_;
    std::map<int, Watch> watches_;
    std::vector<Alarm> alarms_;
    bool stopping_ = false;
    int wake_fd_;
    std::thread thread_;
};

} // namespace vestige
