// Character back ends on a file descriptor: pseudo terminals and TCP connections.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <string>

#include "app/console/gate_backend.h"
#include "app/console/io_loop.h"

namespace vestige {

// One descriptor that may come and go. What the far end does not take at once is buffered, and
// dropped beyond a bound; while there is no far end everything is dropped.
class StreamBackend : public GateBackend {
  public:
    StreamBackend(std::string name, InputGate& gate, IoLoop& loop);
    ~StreamBackend() override;

    void write(std::span<const std::byte> data) override;

  protected:
    // Takes the descriptor over, makes it non-blocking and reads from it.
    void attach(int fd);
    // On the loop's thread: the far end went away and the descriptor is closed.
    virtual void detached() {}

    IoLoop& loop_;

  private:
    static constexpr std::size_t most_buffered = 64 * 1024;

    void ready(short events);
    void drop_connection();
    // What the descriptor takes of `data`; all of it if the far end is gone.
    static std::size_t send_some(int fd, std::span<const std::byte> data);
    short wanted_events() const;

    std::mutex mutex_;
    int fd_ = -1;
    std::vector<std::byte> unsent_;
};

// A pseudo terminal; its name is printed on standard error, as QEMU does.
class PtyBackend final : public StreamBackend {
  public:
    PtyBackend(const std::string& name, InputGate& gate, IoLoop& loop);
    ~PtyBackend() override;

  private:
    int held_open_ = -1; // our own end of the terminal's side: the line never hangs up
};

struct TcpPlace {
    std::string host;
    std::uint16_t port;
};

// Connects at once. Throws UserError.
class TcpClientBackend final : public StreamBackend {
  public:
    TcpClientBackend(const std::string& name, InputGate& gate, IoLoop& loop, const TcpPlace& place);
};

// One client at a time; the next may come when that one has gone.
class TcpServerBackend final : public StreamBackend {
  public:
    enum class Start : std::uint8_t { wait_for_client, at_once };

    TcpServerBackend(const std::string& name, InputGate& gate, IoLoop& loop, const TcpPlace& place,
                     Start start);
    ~TcpServerBackend() override;

    // Useful when port 0 was asked for: any free one.
    std::uint16_t port() const;

  private:
    void detached() override;
    void accept_client();

    int listener_ = -1;
};

} // namespace vestige
