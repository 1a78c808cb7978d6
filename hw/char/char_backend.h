// What is behind a serial chip: a terminal, a socket, a file, nothing.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <utility>

namespace vestige::hw {

// One two-way stream of bytes. All calls are made on the machine's thread; an implementation that
// reads on another thread brings its bytes through an InputGate channel and calls the receiver from
// that channel's handler.
//
// Towards the guest: the receiver takes as many bytes as the chip has room for, from the front, and
// returns how many it took. The rest stays with the back end, in order, and is offered again when
// the chip calls resume(). A back end without a receiver keeps what it has.
//
// Towards the host: write() never blocks and never fails for the guest. A back end whose far end is
// slow buffers; one whose far end is gone drops.
class CharBackend {
  public:
    // Takes a prefix of the bytes and returns its length.
    using Receiver = std::function<std::size_t(std::span<const std::byte>)>;

    CharBackend() = default;
    virtual ~CharBackend() = default;
    CharBackend(const CharBackend&) = delete;
    CharBackend& operator=(const CharBackend&) = delete;

    // Bytes that the guest sent.
    virtual void write(std::span<const std::byte> data) = 0;

    // The chip has room again: offer what was held back, by calling receive() from within this call
    // or later. Called often (each time that the guest reads a byte), so it must be cheap when
    // there is nothing to offer.
    virtual void resume() = 0;

    // The guest started or ended a break condition on the line.
    virtual void set_break(bool) {}

    // Wiring: the chip sets it in its constructor and clears it (an empty function) in its
    // destructor.
    void set_receiver(Receiver receiver) { receiver_ = std::move(receiver); }

  protected:
    // How many bytes from the front the chip took; 0 if there is no chip.
    std::size_t receive(std::span<const std::byte> data) { return receiver_ ? receiver_(data) : 0; }

  private:
    Receiver receiver_;
};

} // namespace vestige::hw
