// The user's own network, by libslirp: a virtual router that speaks DHCP, DNS and TCP for the guest
// with the host's ordinary sockets. No privileges needed.
//
// 10.0.2.0/24; the host is 10.0.2.2, the name server 10.0.2.3, DHCP hands out 10.0.2.15 and up.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "common/log.h"
#include "hw/net/net_backend.h"
#include "hw/net/port_forward.h"
#include "machine/core/input_gate.h"
#include "machine/core/scheduler.h"

namespace vestige::hw {

struct UserNetworkSettings {
    std::vector<HostForward> forwards;
    bool restricted = false; // the guest reaches the router and nothing behind it
};

// libslirp runs on the machine's thread and on the machine's time: what it answers by itself (ARP,
// DHCP, a ping of the router) comes at the same instruction each time. Its sockets are looked at
// every millisecond of machine time while there are any, and while one waits for the host the gate
// is told.
class SlirpBackend final : public NetBackend {
  public:
    // Throws UserError if a port cannot be forwarded.
    SlirpBackend(std::string name, Scheduler& scheduler, InputGate& gate,
                 const UserNetworkSettings& settings, Log& log);
    ~SlirpBackend() override;

    void send(std::span<const std::byte> frame) override;
    void resume() override;

    // The network outlives the machine's reset, as a real one does.
    void reset() override {}
    // Connections to the host end with the process that had them: after loading, the guest's are
    // reset by the router.
    void visit(StateVisitor& state) override;

  private:
    class Router; // all that is libslirp's
    friend class Router;

    void frame_from_router(std::span<const std::byte> frame);
    void deliver();
    struct Outlook {
        Time next = never; // how soon to poll again
        bool waits_for_host = false;
    };
    void poll();
    void poll_soon();
    void poll_by(Time deadline);
    void plan(const Outlook& outlook);
    void expect_host(bool expected);

    Scheduler& scheduler_;
    InputGate& gate_;
    Log& log_;
    std::unique_ptr<Router> router_;
    std::deque<std::vector<std::byte>> towards_guest_;
    bool expecting_host_ = false;
    Timer delivery_timer_;
    Timer poll_timer_;
};

} // namespace vestige::hw
