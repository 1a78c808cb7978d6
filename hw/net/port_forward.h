// A port of the host that leads to one of the guest: what the user asks of a user network.
#pragma once

#include <cstdint>
#include <string>

namespace vestige::hw {

enum class IpProtocol : std::uint8_t { tcp, udp };

struct HostForward {
    IpProtocol protocol = IpProtocol::tcp;
    std::string host_address; // empty: every address of the host
    std::uint16_t host_port = 0;
    std::string guest_address; // empty: the first address that DHCP hands out
    std::uint16_t guest_port = 0;
};

} // namespace vestige::hw
