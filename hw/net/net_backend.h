// What is behind a network card: the network of the host's user, nothing.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <utility>

#include "machine/core/device.h"

namespace vestige::hw {

// Ethernet frames without preamble and checksum, 14 to 1514 bytes, both ways. All calls are made on
// the machine's thread, and no frame arrives from within send(): a card never meets itself.
class NetBackend : public Device {
  public:
    // Whether the card took the frame (or dropped it, as a stopped one does). One that has no room
    // now calls resume() when it has.
    enum class Receipt { taken, no_room };
    using Receiver = std::function<Receipt(std::span<const std::byte>)>;

    using Device::Device;

    // A frame that the guest sent. Never blocks.
    virtual void send(std::span<const std::byte> frame) = 0;

    // The card has room again. Called often, so cheap where nothing waits.
    virtual void resume() = 0;

    // Wiring: the card sets it in its constructor and clears it in its destructor.
    void set_receiver(Receiver receiver) { receiver_ = std::move(receiver); }

  protected:
    Receipt receive(std::span<const std::byte> frame) {
        return receiver_ ? receiver_(frame) : Receipt::taken;
    }

  private:
    Receiver receiver_;
};

// A cable that leads nowhere.
class NoNetwork final : public NetBackend {
  public:
    using NetBackend::NetBackend;
    void send(std::span<const std::byte>) override {}
    void resume() override {}
    void reset() override {}
    void visit(StateVisitor&) override {}
};

} // namespace vestige::hw
