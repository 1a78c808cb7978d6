#include "machine/core/input_gate.h"

#include <utility>

#include "common/assertion.h"

namespace vestige {

InputGate::Channel InputGate::add_channel(std::string name, Handler handler) {
    channels_.push_back({std::move(name), std::move(handler)});
    return static_cast<Channel>(channels_.size() - 1);
}

void InputGate::post(Channel channel, std::span<const std::byte> data) {
    const std::lock_guard lock(mutex_);
    queue_.push_back({channel, std::vector<std::byte>(data.begin(), data.end())});
    pending_.store(true, std::memory_order_release);
    posted_.notify_one();
}

void InputGate::deliver() {
    std::vector<Item> items;
    {
        const std::lock_guard lock(mutex_);
        items.swap(queue_);
        pending_.store(false, std::memory_order_release);
    }
    for (const Item& item : items) {
        VESTIGE_ASSERT(item.channel < channels_.size());
        if (observer_) observer_(item.channel, item.data);
        channels_[item.channel].handler(item.data);
    }
}

void InputGate::wait(std::chrono::nanoseconds longest) {
    output_.release();
    std::unique_lock lock(mutex_);
    posted_.wait_for(lock, longest, [this] { return woken_ || !queue_.empty(); });
    woken_ = false;
}

void InputGate::wake() {
    const std::scoped_lock lock(mutex_);
    woken_ = true;
    posted_.notify_one();
}

} // namespace vestige
