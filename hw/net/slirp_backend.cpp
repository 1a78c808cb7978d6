#include "hw/net/slirp_backend.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <map>

#include <poll.h>
#include <slirp/libslirp.h>
#include <sys/socket.h>

#include <fmt/format.h>

#include "common/error.h"
#include "hw/net/ethernet.h"
#include "machine/core/state.h"

namespace vestige::hw {

namespace {

// How long a frame from the router is under way.
constexpr Time wire_time = 20 * microsecond;
// How often sockets are looked at: with traffic, and where only forwarded ports listen.
constexpr Time poll_interval = millisecond;
constexpr Time listen_interval = 20 * millisecond;
// A datagram's answer is waited for in real time so long; then the guest's own timeout may run.
constexpr Time datagram_patience = 2 * second;

// What libslirp answers, in milliseconds, when it has nothing to do.
constexpr std::uint32_t idle_timeout = 1000;

constexpr std::size_t most_frames_waiting = 256;

// Ethernet and IPv4 over it (RFC 826): offsets in an ARP frame.
constexpr std::size_t arp_frame_size = 42;
constexpr std::size_t arp_sender = 22; // its Ethernet and IP addresses, 10 bytes
constexpr std::size_t arp_sender_ip = 28;
constexpr std::size_t arp_target_ip = 38;
// In an IPv4 frame.
constexpr std::size_t ip_protocol = 23;
constexpr std::byte udp{17};

in_addr ipv4(const char* text) {
    in_addr address{};
    ::inet_pton(AF_INET, text, &address);
    return address;
}

in_addr parse_ipv4(const std::string& text, const char* fallback, const char* whose) {
    in_addr address = ipv4(fallback);
    if (!text.empty() && ::inet_pton(AF_INET, text.c_str(), &address) != 1)
        throw UserError(fmt::format("hostfwd: '{}' is no IPv4 address for the {}", text, whose));
    return address;
}

} // namespace

class SlirpBackend::Router {
  public:
    Router(SlirpBackend& owner, const UserNetworkSettings& settings) : owner_(owner) {
        SlirpConfig config{};
        config.version = SLIRP_CONFIG_VERSION_MAX;
        config.restricted = settings.restricted;
        config.in_enabled = true;
        config.vnetwork = ipv4("10.0.2.0");
        config.vnetmask = ipv4("255.255.255.0");
        config.vhost = ipv4("10.0.2.2");
        config.vdhcp_start = ipv4("10.0.2.15");
        config.vnameserver = ipv4("10.0.2.3");
        slirp_ = slirp_new(&config, &callbacks, this);
        if (!slirp_) throw UserError("libslirp does not start: run with -nic none");
        try {
            for (const auto& forward : settings.forwards)
                add_forward(forward);
        } catch (...) {
            slirp_cleanup(slirp_);
            throw;
        }
    }
    ~Router() { slirp_cleanup(slirp_); }
    Router(const Router&) = delete;
    Router& operator=(const Router&) = delete;

    void input(std::span<const std::byte> frame) {
        if (is_arp(frame)) {
            remember_neighbour(frame);
            // Packets may have waited for this address; libslirp sends them when it is polled.
            owner_.poll_soon();
        } else if (frame.size() > ip_protocol && frame[ip_protocol] == udp) {
            last_datagram_ = owner_.scheduler_.now();
        }
        slirp_input(slirp_, reinterpret_cast<const std::uint8_t*>(frame.data()),
                    static_cast<int>(frame.size()));
    }

    // Looks at the sockets without waiting, lets libslirp work on what it finds and on its own
    // clock.
    Outlook poll() {
        std::uint32_t timeout = UINT32_MAX;
        fill(timeout);
        const bool failed = !polled_.empty() && ::poll(polled_.data(), polled_.size(), 0) < 0;
        slirp_pollfds_poll(
            slirp_, failed,
            [](int index, void* self) { return static_cast<Router*>(self)->events_at(index); },
            this);
        return outlook();
    }

    // What poll() would say, without looking.
    Outlook outlook() {
        std::uint32_t timeout = UINT32_MAX;
        fill(timeout);
        Outlook result;
        if (timeout < idle_timeout) result.next = std::max<Time>(timeout, 1) * millisecond;
        for (const auto& entry : polled_) {
            const Socket& socket = socket_of(entry.fd);
            const bool quiet =
                socket.listening ||
                (socket.datagram && owner_.scheduler_.now() > last_datagram_ + datagram_patience);
            result.waits_for_host |= !quiet;
            result.next = std::min(result.next, quiet ? listen_interval : poll_interval);
        }
        return result;
    }

    void visit(StateVisitor& state) {
        std::vector<std::uint8_t> saved;
        std::int32_t version = slirp_state_version();
        if (!state.loading())
            slirp_state_save(
                slirp_,
                [](const void* data, std::size_t size, void* to) {
                    const auto* first = static_cast<const std::uint8_t*>(data);
                    auto& bytes = *static_cast<std::vector<std::uint8_t>*>(to);
                    bytes.insert(bytes.end(), first, first + size);
                    return static_cast<ssize_t>(size);
                },
                &saved);
        state.field("version", version);
        state.field("router", saved);
        state.field("neighbours", neighbours_);
        state.field("last_datagram", last_datagram_);
        if (state.loading()) load(version, saved);
    }

  private:
    struct Socket {
        bool listening = false;
        bool datagram = false;
    };
    // What libslirp learnt by ARP, which its own state does not keep: Ethernet address, IP address.
    using Neighbour = std::array<std::byte, 10>;
    static constexpr std::size_t most_neighbours = 16; // as libslirp's own table

    static Router& from(void* self) { return *static_cast<Router*>(self); }

    static const SlirpCb callbacks;

    static SlirpCb make_callbacks() {
        SlirpCb table{};
        table.send_packet = [](const void* data, std::size_t size, void* self) {
            from(self).owner_.frame_from_router({static_cast<const std::byte*>(data), size});
            return static_cast<ssize_t>(size);
        };
        table.guest_error = [](const char* text, void* self) {
            from(self).owner_.log_.write(LogItem::guest_error, "{}: {}", from(self).owner_.name(),
                                         text);
        };
        table.clock_get_ns = [](void* self) { return from(self).owner_.scheduler_.now(); };
        // Timers serve IPv6 router advertisements alone, and IPv6 is off.
        table.timer_new_opaque = [](SlirpTimerId, void*, void*) -> void* { return nullptr; };
        table.timer_free = [](void*, void*) {};
        table.timer_mod = [](void*, std::int64_t, void*) {};
        table.register_poll_fd = [](int, void*) {};
        table.unregister_poll_fd = [](int fd, void* self) { from(self).sockets_.erase(fd); };
        table.notify = [](void* self) { from(self).owner_.poll_soon(); };
        return table;
    }

    void add_forward(const HostForward& forward) {
        const in_addr host = parse_ipv4(forward.host_address, "0.0.0.0", "host");
        const in_addr guest = parse_ipv4(forward.guest_address, "10.0.2.15", "guest");
        if (slirp_add_hostfwd(slirp_, forward.protocol == IpProtocol::udp, host, forward.host_port,
                              guest, forward.guest_port) != 0)
            throw UserError(fmt::format("hostfwd: cannot listen on port {} of the host: {} (choose "
                                        "another port)",
                                        forward.host_port, std::strerror(errno)));
    }

    void fill(std::uint32_t& timeout) {
        polled_.clear();
        slirp_pollfds_fill(
            slirp_, &timeout,
            [](int fd, int events, void* self) { return from(self).add_polled(fd, events); }, this);
    }

    int add_polled(int fd, int events) {
        short wanted = 0;
        if (events & SLIRP_POLL_IN) wanted |= POLLIN;
        if (events & SLIRP_POLL_OUT) wanted |= POLLOUT;
        if (events & SLIRP_POLL_PRI) wanted |= POLLPRI;
        polled_.push_back({fd, wanted, 0});
        return static_cast<int>(polled_.size() - 1);
    }

    int events_at(int index) const {
        const short seen = polled_[static_cast<std::size_t>(index)].revents;
        int events = 0;
        if (seen & POLLIN) events |= SLIRP_POLL_IN;
        if (seen & POLLOUT) events |= SLIRP_POLL_OUT;
        if (seen & POLLPRI) events |= SLIRP_POLL_PRI;
        if (seen & POLLERR) events |= SLIRP_POLL_ERR;
        if (seen & POLLHUP) events |= SLIRP_POLL_HUP;
        return events;
    }

    const Socket& socket_of(int fd) {
        const auto found = sockets_.find(fd);
        if (found != sockets_.end()) return found->second;
        const auto option = [fd](int which) {
            int value = 0;
            socklen_t size = sizeof value;
            ::getsockopt(fd, SOL_SOCKET, which, &value, &size);
            return value;
        };
        Socket socket;
        socket.listening = option(SO_ACCEPTCONN) != 0;
        socket.datagram = option(SO_TYPE) == SOCK_DGRAM;
        // A new datagram socket is one that has just sent.
        if (socket.datagram) last_datagram_ = owner_.scheduler_.now();
        return sockets_.emplace(fd, socket).first->second;
    }

    static bool is_arp(std::span<const std::byte> frame) {
        return frame.size() >= arp_frame_size && frame[12] == std::byte{0x08} &&
               frame[13] == std::byte{0x06};
    }

    void remember_neighbour(std::span<const std::byte> frame) {
        Neighbour neighbour;
        std::copy_n(frame.begin() + arp_sender, neighbour.size(), neighbour.begin());
        std::erase_if(neighbours_, [&](const Neighbour& other) {
            return std::equal(other.begin() + 6, other.end(), neighbour.begin() + 6);
        });
        if (neighbours_.size() == most_neighbours) neighbours_.erase(neighbours_.begin());
        neighbours_.push_back(neighbour);
    }

    void load(std::int32_t version, std::span<const std::uint8_t> saved) {
        const auto read = [](void* to, std::size_t size, void* from_span) {
            auto& left = *static_cast<std::span<const std::uint8_t>*>(from_span);
            const std::size_t count = std::min(size, left.size());
            std::memcpy(to, left.data(), count);
            std::memset(static_cast<std::uint8_t*>(to) + count, 0, size - count);
            left = left.subspan(count);
            return static_cast<ssize_t>(count);
        };
        if (version > slirp_state_version() || slirp_state_load(slirp_, version, read, &saved) != 0)
            throw UserError(fmt::format("the snapshot's user network ('{}') was saved by another "
                                        "libslirp",
                                        owner_.name()));
        if (neighbours_.size() > most_neighbours) neighbours_.resize(most_neighbours);
        for (const Neighbour& neighbour : neighbours_)
            announce(neighbour);
    }

    // Tells the router what it knew, by a gratuitous ARP request, which it does not answer.
    void announce(const Neighbour& neighbour) {
        constexpr std::array<std::uint8_t, 10> head = {0x08, 0x06, 0, 1, 8, 0, 6, 4, 0, 1};
        std::array<std::byte, ethernet_shortest> frame{};
        std::fill_n(frame.begin(), 6, std::byte{0xff});
        std::copy_n(neighbour.begin(), 6, frame.begin() + 6);
        std::copy_n(std::as_bytes(std::span(head)).begin(), head.size(), frame.begin() + 12);
        std::copy(neighbour.begin(), neighbour.end(), frame.begin() + arp_sender);
        std::copy_n(frame.begin() + arp_sender_ip, 4, frame.begin() + arp_target_ip);
        slirp_input(slirp_, reinterpret_cast<const std::uint8_t*>(frame.data()),
                    static_cast<int>(frame.size()));
    }

    SlirpBackend& owner_;
    Slirp* slirp_;
    std::vector<pollfd> polled_;
    std::map<int, Socket> sockets_; // by descriptor; libslirp says when one closes
    std::vector<Neighbour> neighbours_;
    Time last_datagram_ = -datagram_patience;
};

const SlirpCb SlirpBackend::Router::callbacks = make_callbacks();

SlirpBackend::SlirpBackend(std::string name, Scheduler& scheduler, InputGate& gate,
                           const UserNetworkSettings& settings, Log& log)
    : NetBackend(std::move(name)),
      scheduler_(scheduler),
      gate_(gate),
      log_(log),
      delivery_timer_(scheduler, [this] { deliver(); }),
      poll_timer_(scheduler, [this] { poll(); }) {
    router_ = std::make_unique<Router>(*this, settings);
    if (!settings.forwards.empty()) poll_timer_.arm_in(listen_interval);
}

SlirpBackend::~SlirpBackend() {
    // Closing connections may make the router speak: the timers must still be there.
    router_.reset();
    expect_host(false);
}

void SlirpBackend::expect_host(bool expected) {
    if (expected == expecting_host_) return;
    expecting_host_ = expected;
    gate_.expect_host(expected ? 1 : -1);
}

void SlirpBackend::send(std::span<const std::byte> frame) {
    if (frame.size() < ethernet_header_size || frame.size() > ethernet_longest) return;
    router_->input(frame);
    plan(router_->outlook());
}

void SlirpBackend::poll() { plan(router_->poll()); }

void SlirpBackend::poll_soon() { poll_by(scheduler_.now() + wire_time); }

void SlirpBackend::poll_by(Time deadline) {
    if (poll_timer_.deadline() > deadline) poll_timer_.arm_at(deadline);
}

void SlirpBackend::plan(const Outlook& outlook) {
    expect_host(outlook.waits_for_host);
    if (outlook.next != never) poll_by(scheduler_.now() + outlook.next);
}

void SlirpBackend::frame_from_router(std::span<const std::byte> frame) {
    // A guest that does not listen loses frames, as on any wire; TCP sends them again.
    if (towards_guest_.size() == most_frames_waiting || frame.size() > ethernet_longest) return;
    towards_guest_.emplace_back(frame.begin(), frame.end());
    if (!delivery_timer_.armed()) delivery_timer_.arm_in(wire_time);
}

void SlirpBackend::deliver() {
    while (!towards_guest_.empty() && receive(towards_guest_.front()) == Receipt::taken)
        towards_guest_.pop_front();
}

void SlirpBackend::resume() {
    if (!towards_guest_.empty() && !delivery_timer_.armed()) delivery_timer_.arm_in(wire_time);
}

void SlirpBackend::visit(StateVisitor& state) {
    router_->visit(state);
    std::uint64_t count = towards_guest_.size();
    state.field("frames", count);
    if (state.loading()) {
        // What announcing the neighbours called forth is not the snapshot's.
        towards_guest_.clear();
        towards_guest_.resize(std::min<std::uint64_t>(count, most_frames_waiting));
    }
    for (auto& frame : towards_guest_)
        state.field("frame", frame);
    delivery_timer_.visit(state, "delivery");
    poll_timer_.visit(state, "poll");
    if (!state.loading()) return;
    for (auto& frame : towards_guest_)
        frame.resize(std::min<std::size_t>(frame.size(), ethernet_longest));
    expect_host(false);
}

} // namespace vestige::hw
