#include "app/console/io_loop.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "common/error.h"

namespace vestige {

IoLoop::IoLoop() : wake_fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (wake_fd_ < 0) throw UserError("out of file descriptors: close some or raise ulimit -n");
}

IoLoop::~IoLoop() {
    stop();
    ::close(wake_fd_);
}

void IoLoop::start() {
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
}

void IoLoop::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake();
    if (thread_.joinable()) thread_.join();
}

void IoLoop::wake() {
    const std::uint64_t one = 1;
    // A full counter already wakes the loop.
    [[maybe_unused]] const auto written = ::write(wake_fd_, &one, sizeof one);
}

void IoLoop::watch(int fd, short events, Ready ready) {
    {
        const std::lock_guard lock(mutex_);
        watches_[fd] = {events, std::make_shared<Ready>(std::move(ready))};
    }
    wake();
}

void IoLoop::set_events(int fd, short events) {
    {
        const std::lock_guard lock(mutex_);
        const auto found = watches_.find(fd);
        if (found == watches_.end() || found->second.events == events) return;
        found->second.events = events;
    }
    wake();
}

void IoLoop::forget(int fd) {
    {
        const std::lock_guard lock(mutex_);
        watches_.erase(fd);
    }
    wake();
}

void IoLoop::call_at(SteadyTime when, std::function<void()> action) {
    {
        const std::lock_guard lock(mutex_);
        alarms_.push_back({when, std::move(action)});
    }
    wake();
}

int IoLoop::wait_milliseconds() {
    if (alarms_.empty()) return -1;
    const auto first =
        std::min_element(alarms_.begin(), alarms_.end(),
                         [](const auto& a, const auto& b) { return a.when < b.when; });
    const auto left = first->when - std::chrono::steady_clock::now();
    const auto count = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    return static_cast<int>(std::clamp<std::int64_t>(count, 0, 1'000'000));
}

void IoLoop::run_alarms() {
    std::vector<Alarm> due;
    {
        const std::lock_guard lock(mutex_);
        const auto now = std::chrono::steady_clock::now();
        const auto split = std::stable_partition(
            alarms_.begin(), alarms_.end(), [&](const auto& alarm) { return alarm.when > now; });
        std::move(split, alarms_.end(), std::back_inserter(due));
        alarms_.erase(split, alarms_.end());
    }
    for (const auto& alarm : due)
        alarm.action();
}

void IoLoop::run() {
    std::vector<pollfd> polled;
    while (true) {
        int timeout = -1;
        polled.assign(1, {wake_fd_, POLLIN, 0});
        {
            const std::lock_guard lock(mutex_);
            if (stopping_) return;
            for (const auto& [fd, watch] : watches_)
                if (watch.events) polled.push_back({fd, watch.events, 0});
            timeout = wait_milliseconds();
        }
        if (::poll(polled.data(), polled.size(), timeout) < 0 && errno != EINTR) return;
        if (polled[0].revents) {
            std::uint64_t count = 0;
            [[maybe_unused]] const auto taken = ::read(wake_fd_, &count, sizeof count);
        }
        for (std::size_t i = 1; i < polled.size(); ++i) {
            if (!polled[i].revents) continue;
            std::shared_ptr<Ready> ready;
            {
                const std::lock_guard lock(mutex_);
                if (stopping_) return;
                const auto found = watches_.find(polled[i].fd);
                // Forgotten or resting since the poll began.
                if (found == watches_.end() || !found->second.events) continue;
                ready = found->second.ready;
            }
            (*ready)(polled[i].revents);
        }
        run_alarms();
    }
}

} // namespace vestige
