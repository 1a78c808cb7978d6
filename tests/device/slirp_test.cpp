#include <catch2/catch.hpp>

#include <chrono>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/error.h"
#include "hw/net/slirp_backend.h"
#include "tests/device/io_fixture.h"

using namespace vestige;
using namespace vestige::hw;

namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::uint8_t guest_mac[6] = {0x52, 0x54, 0, 0x12, 0x34, 0x56};
constexpr std::uint8_t router_mac[6] = {0x52, 0x55, 10, 0, 2, 2};

Bytes operator+(Bytes left, const Bytes& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

Bytes ethernet(bool broadcast, unsigned type, const Bytes& payload) {
    Bytes frame;
    for (unsigned i = 0; i < 6; ++i)
        frame.push_back(broadcast ? 0xff : router_mac[i]);
    frame.insert(frame.end(), guest_mac, guest_mac + 6);
    return frame + Bytes{static_cast<std::uint8_t>(type >> 8), static_cast<std::uint8_t>(type)} +
           payload;
}

unsigned sum_words(const Bytes& data, unsigned sum = 0) {
    for (std::size_t i = 0; i < data.size(); ++i)
        sum += i % 2 ? data[i] : data[i] << 8;
    return sum;
}

Bytes checksum(unsigned sum) {
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return {static_cast<std::uint8_t>(~sum >> 8), static_cast<std::uint8_t>(~sum)};
}

Bytes put16(unsigned value) {
    return {static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
}

Bytes ip(unsigned protocol, const Bytes& source, const Bytes& target, const Bytes& payload) {
    Bytes header = Bytes{0x45, 0} + put16(20 + static_cast<unsigned>(payload.size())) +
                   Bytes{0, 1, 0, 0, 64, static_cast<std::uint8_t>(protocol), 0, 0} + source +
                   target;
    const Bytes check = checksum(sum_words(header));
    header[10] = check[0];
    header[11] = check[1];
    return header + payload;
}

Bytes arp_request(std::uint8_t target) {
    return ethernet(true, 0x806,
                    Bytes{0, 1, 8, 0, 6, 4, 0, 1} + Bytes(guest_mac, guest_mac + 6) +
                        Bytes{10, 0, 2, 15, 0, 0, 0, 0, 0, 0, 10, 0, 2, target});
}

Bytes dhcp_discover() {
    Bytes bootp(236);
    bootp[0] = 1;
    bootp[1] = 1;
    bootp[2] = 6;
    std::copy(guest_mac, guest_mac + 6, bootp.begin() + 28);
    bootp = bootp + Bytes{0x63, 0x82, 0x53, 0x63, 53, 1, 1, 255} + Bytes(60);
    const Bytes udp = put16(68) + put16(67) + put16(8 + static_cast<unsigned>(bootp.size())) +
                      Bytes{0, 0} + bootp;
    return ethernet(true, 0x800, ip(17, {0, 0, 0, 0}, {255, 255, 255, 255}, udp));
}

Bytes ping(std::uint8_t target) {
    Bytes icmp = {8, 0, 0, 0, 0, 7, 0, 1, 'h', 'e', 'l', 'l', 'o', '!'};
    const Bytes check = checksum(sum_words(icmp));
    icmp[2] = check[0];
    icmp[3] = check[1];
    return ethernet(false, 0x800, ip(1, {10, 0, 2, 15}, {10, 0, 2, target}, icmp));
}

Bytes tcp_segment(unsigned from, unsigned to, std::uint8_t flags, std::uint8_t sequence = 100,
                  const Bytes& acknowledged = Bytes(4)) {
    Bytes tcp = put16(from) + put16(to) + Bytes{0, 0, 0, sequence} + acknowledged +
                Bytes{0x50, flags} + put16(8192) + Bytes{0, 0, 0, 0};
    const Bytes pseudo = Bytes{10, 0, 2, 15, 10, 0, 2, 2, 0, 6} + put16(20);
    const Bytes check = checksum(sum_words(tcp, sum_words(pseudo)));
    tcp[16] = check[0];
    tcp[17] = check[1];
    return ethernet(false, 0x800, ip(6, {10, 0, 2, 15}, {10, 0, 2, 2}, tcp));
}

struct Fixture {
    explicit Fixture(UserNetworkSettings settings = {})
        : net("net", scheduler, gate, settings, log) {
        net.set_receiver([this](std::span<const std::byte> frame) {
            if (full) return NetBackend::Receipt::no_room;
            const auto* first = reinterpret_cast<const std::uint8_t*>(frame.data());
            received.push_back({first, first + frame.size()});
            return NetBackend::Receipt::taken;
        });
    }
    void send(const Bytes& frame) { net.send(std::as_bytes(std::span(frame))); }
    void run(Time time) { clock.advance(scheduler, time); }
    // Lets real time pass with the machine's, until a frame is there.
    bool wait_for_frame() {
        for (unsigned i = 0; i < 2000 && received.empty(); ++i) {
            run(millisecond);
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        return !received.empty();
    }

    test::ManualClock clock;
    Scheduler scheduler{clock};
    InputGate gate;
    Log log;
    SlirpBackend net;
    bool full = false;
    std::vector<Bytes> received;
};

struct Listener {
    Listener() : fd(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address);
        ::listen(fd, 1);
        socklen_t size = sizeof address;
        ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
        port = ntohs(address.sin_port);
    }
    ~Listener() { ::close(fd); }
    int fd;
    unsigned port = 0;
};

} // namespace

TEST_CASE("user network: DHCP, ARP and a ping of the router, at the same time each time") {
    std::vector<std::vector<Bytes>> runs;
    for (unsigned run = 0; run < 2; ++run) {
        Fixture f;
        f.send(dhcp_discover());
        CHECK(f.received.empty()); // never from within send()
        f.run(100 * microsecond);
        REQUIRE(f.received.size() == 1);
        const Bytes offer = f.received[0];
        const std::size_t bootp = 14 + 20 + 8;
        REQUIRE(offer.size() > bootp + 240);
        CHECK(Bytes(offer.begin() + bootp + 16, offer.begin() + bootp + 20) == Bytes{10, 0, 2, 15});
        f.send(arp_request(2));
        f.run(100 * microsecond);
        REQUIRE(f.received.size() == 2);
        CHECK(Bytes(f.received[1].begin() + 22, f.received[1].begin() + 28) ==
              Bytes(router_mac, router_mac + 6));
        f.send(ping(2));
        f.run(100 * microsecond);
        REQUIRE(f.received.size() == 3);
        CHECK(f.received[2][34] == 0); // echo reply
        CHECK(Bytes(f.received[2].begin() + 42, f.received[2].begin() + 48) ==
              Bytes{'h', 'e', 'l', 'l', 'o', '!'});
        CHECK_FALSE(f.gate.expects_host());
        CHECK(f.scheduler.next_deadline() == never);
        runs.push_back(f.received);
    }
    // The answers' identification aside, the runs agree to the byte.
    REQUIRE(runs[0].size() == runs[1].size());
    for (std::size_t i = 0; i < runs[0].size(); ++i) {
        REQUIRE(runs[0][i].size() == runs[1][i].size());
        if (i != 1) {
            for (auto* run : {&runs[0][i], &runs[1][i]})
                for (const std::size_t at : {18, 19, 24, 25})
                    (*run)[at] = 0;
        }
        CHECK(runs[0][i] == runs[1][i]);
    }
}

TEST_CASE("user network: a connection to the host holds the clock to real time") {
    Listener listener;
    Fixture f;
    f.send(arp_request(2));
    f.run(millisecond);
    f.received.clear();
    f.send(tcp_segment(1025, listener.port, 0x02));
    CHECK(f.gate.expects_host());
    REQUIRE(f.wait_for_frame());
    CHECK((f.received[0][47] & 0x3f) == 0x12); // SYN and ACK
    Bytes acknowledged(f.received[0].begin() + 38, f.received[0].begin() + 42);
    ++acknowledged[3];
    f.send(tcp_segment(1025, listener.port, 0x10, 101, acknowledged));
    CHECK(f.gate.expects_host());
    CHECK(f.scheduler.next_deadline() - f.clock.now() <= millisecond);
    // The guest gives up: nothing holds the clock any more.
    f.send(tcp_segment(1025, listener.port, 0x04, 101));
    f.run(10 * millisecond);
    CHECK_FALSE(f.gate.expects_host());
}

TEST_CASE("user network: restricted, the host is out of reach") {
    Listener listener;
    UserNetworkSettings settings;
    settings.restricted = true;
    Fixture f(settings);
    f.send(arp_request(2));
    f.run(millisecond);
    f.received.clear();
    f.send(tcp_segment(1025, listener.port, 0x02));
    f.run(50 * millisecond);
    CHECK_FALSE(f.gate.expects_host());
    CHECK((f.received.empty() || (f.received[0][47] & 0x3f) != 0x12));
}

TEST_CASE("user network: forwarded ports") {
    UserNetworkSettings settings;
    std::uint16_t port = 0;
    {
        Listener free_port;
        port = static_cast<std::uint16_t>(free_port.port);
        settings.forwards.push_back({IpProtocol::tcp, "127.0.0.1", port, "", 80});
        CHECK_THROWS_WITH(Fixture(settings), Catch::Contains("cannot listen on port"));
    }
    Fixture f(settings);
    f.send(dhcp_discover());
    f.send(arp_request(2));
    f.run(millisecond);
    f.received.clear();
    const int client = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(client, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(f.wait_for_frame());
    CHECK((f.received[0][47] & 0x3f) == 0x02); // a SYN for the guest's port 80
    CHECK(f.received[0][37] == 80);
    ::close(client);
    settings.forwards[0].host_address = "nowhere";
    CHECK_THROWS_WITH(Fixture(settings), Catch::Contains("no IPv4 address"));
}

TEST_CASE("user network: frames wait for a card without room") {
    Fixture f;
    f.full = true;
    f.send(arp_request(2));
    f.run(millisecond);
    CHECK(f.received.empty());
    f.full = false;
    f.net.resume();
    f.run(millisecond);
    CHECK(f.received.size() == 1);
}

TEST_CASE("user network: a loaded router knows its neighbours and what is under way") {
    Fixture before;
    before.send(dhcp_discover());
    before.send(arp_request(2));
    before.run(millisecond);
    before.send(ping(2));
    test::MemoryState state;
    before.net.visit(state);

    Fixture after;
    after.run(millisecond);
    state.start_loading();
    after.net.visit(state);
    CHECK(state.exhausted());
    after.run(millisecond);
    REQUIRE(after.received.size() == 1); // the answer that was on the wire
    CHECK(after.received[0][34] == 0);
    after.send(ping(2));
    after.run(millisecond);
    REQUIRE(after.received.size() == 2); // an answer at once, no ARP question before it
    CHECK(after.received[1][12] == 0x08);
    CHECK(after.received[1][13] == 0x00);
}

TEST_CASE("user network: no frame of the guest's brings it down") {
    Fixture f;
    std::uint32_t seed = 99;
    const auto random = [&] { return seed = seed * 1664525 + 1013904223, seed >> 8; };
    const std::vector<Bytes> seeds = {dhcp_discover(), arp_request(2), ping(2), ping(3)};
    for (unsigned round = 0; round < 3000; ++round) {
        Bytes frame = seeds[random() % seeds.size()];
        for (unsigned i = random() % 6; i > 0; --i)
            frame[random() % frame.size()] = static_cast<std::uint8_t>(random());
        // Nothing that would leave for the real network: the addresses stay the router's.
        if (frame[12] == 8 && frame[13] == 0 && frame.size() > 34) {
            frame[30] = 10;
            frame[31] = 0;
            frame[32] = 2;
            frame[33] = 2;
            if (frame[23] == 17 || frame[23] == 6) frame[23] = 1;
        }
        frame.resize(1 + random() % frame.size());
        f.send(frame);
        f.run(50 * microsecond);
    }
    SUCCEED();
}
