#include "app/console/gate_backend.h"

namespace vestige {

GateBackend::GateBackend(std::string name, InputGate& gate)
    : gate_(gate), channel_(gate.add_channel(std::move(name), [this](auto data) {
          pending_.insert(pending_.end(), data.begin(), data.end());
          resume();
      })) {}

void GateBackend::post(std::span<const std::byte> data) {
    waiting_.fetch_add(data.size(), std::memory_order_relaxed);
    gate_.post(channel_, data);
}

void GateBackend::resume() {
    if (taken_ == pending_.size() || offering_) return;
    offering_ = true;
    const std::size_t count = receive(std::span(pending_).subspan(taken_));
    offering_ = false;
    if (count == 0) return;
    taken_ += count;
    if (taken_ == pending_.size()) {
        pending_.clear();
        taken_ = 0;
    }
    const bool had_room = room();
    waiting_.fetch_sub(count, std::memory_order_relaxed);
    if (!had_room && room() && drained_) drained_();
}

} // namespace vestige
