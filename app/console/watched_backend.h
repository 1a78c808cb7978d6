// A back end with somebody reading along: --stop-on.
#pragma once

#include <functional>

#include "app/console/stream_matcher.h"
#include "hw/char/char_backend.h"

namespace vestige {

// Passes everything on, both ways. `found` is called from within write(), on the machine's thread,
// when the guest has printed the last byte of the text.
class WatchedBackend final : public hw::CharBackend {
  public:
    WatchedBackend(hw::CharBackend& inner, std::string text, std::function<void()> found)
        : inner_(inner), matcher_(std::move(text)), found_(std::move(found)) {
        inner_.set_receiver([this](std::span<const std::byte> data) { return receive(data); });
    }
    ~WatchedBackend() override { inner_.set_receiver({}); }

    void write(std::span<const std::byte> data) override {
        inner_.write(data);
        for (const std::byte byte : data)
            if (matcher_.feed(static_cast<char>(byte))) found_();
    }
    void resume() override { inner_.resume(); }
    void set_break(bool on) override { inner_.set_break(on); }

  private:
    hw::CharBackend& inner_;
    StreamMatcher matcher_;
    std::function<void()> found_;
};

} // namespace vestige
