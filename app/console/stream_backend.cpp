#include "app/console/stream_backend.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include <fmt/format.h>

#include "common/error.h"

namespace vestige {

StreamBackend::StreamBackend(std::string name, InputGate& gate, IoLoop& loop)
    : GateBackend(std::move(name), gate), loop_(loop) {
    set_drained([this] {
        const std::lock_guard lock(mutex_);
        if (fd_ >= 0) loop_.set_events(fd_, wanted_events());
    });
}

StreamBackend::~StreamBackend() {
    if (fd_ < 0) return;
    loop_.forget(fd_);
    ::close(fd_);
}

short StreamBackend::wanted_events() const {
    return static_cast<short>((room() ? POLLIN : 0) | (unsent_.empty() ? 0 : POLLOUT));
}

void StreamBackend::attach(int fd) {
    ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
    const std::lock_guard lock(mutex_);
    fd_ = fd;
    unsent_.clear();
    loop_.watch(fd, wanted_events(), [this](short events) { ready(events); });
}

std::size_t StreamBackend::send_some(int fd, std::span<const std::byte> data) {
    std::size_t sent = 0;
    while (sent < data.size()) {
        const auto rest = data.subspan(sent);
        ssize_t count = ::send(fd, rest.data(), rest.size(), MSG_NOSIGNAL);
        if (count < 0 && errno == ENOTSOCK) count = ::write(fd, rest.data(), rest.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
        if (count < 0) return data.size(); // gone: reading will notice
        sent += static_cast<std::size_t>(count);
    }
    return sent;
}

void StreamBackend::write(std::span<const std::byte> data) {
    const std::lock_guard lock(mutex_);
    if (fd_ < 0) return;
    const std::size_t sent = unsent_.empty() ? send_some(fd_, data) : 0;
    const auto rest = data.subspan(sent);
    if (rest.empty() || unsent_.size() + rest.size() > most_buffered) return;
    unsent_.insert(unsent_.end(), rest.begin(), rest.end());
    loop_.set_events(fd_, wanted_events());
}

void StreamBackend::ready(short events) {
    if (events & POLLOUT) {
        const std::lock_guard lock(mutex_);
        const auto sent = static_cast<std::ptrdiff_t>(send_some(fd_, unsent_));
        unsent_.erase(unsent_.begin(), unsent_.begin() + sent);
        loop_.set_events(fd_, wanted_events());
    }
    if (!(events & (POLLIN | POLLHUP | POLLERR))) return;
    std::array<std::byte, 4096> buffer;
    const ssize_t count = ::read(fd_, buffer.data(), buffer.size());
    if (count > 0) {
        post(std::span(buffer).first(static_cast<std::size_t>(count)));
        const std::lock_guard lock(mutex_);
        loop_.set_events(fd_, wanted_events());
    } else if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
        drop_connection();
    }
}

void StreamBackend::drop_connection() {
    {
        const std::lock_guard lock(mutex_);
        loop_.forget(fd_);
        ::close(fd_);
        fd_ = -1;
        unsent_.clear();
    }
    detached();
}

PtyBackend::PtyBackend(const std::string& name, InputGate& gate, IoLoop& loop)
    : StreamBackend(name, gate, loop) {
    const int master = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    std::array<char, 128> path{};
    if (master < 0 || ::grantpt(master) != 0 || ::unlockpt(master) != 0 ||
        ::ptsname_r(master, path.data(), path.size()) != 0)
        throw UserError(
            fmt::format("{}: cannot make a pseudo terminal: {}", name, strerror(errno)));
    held_open_ = ::open(path.data(), O_RDWR | O_NOCTTY | O_CLOEXEC);
    termios mode{};
    if (held_open_ >= 0 && ::tcgetattr(held_open_, &mode) == 0) {
        ::cfmakeraw(&mode);
        ::tcsetattr(held_open_, TCSANOW, &mode);
    }
    fmt::print(stderr, "vestige: {} is on {}\n", name, path.data());
    attach(master);
}

PtyBackend::~PtyBackend() {
    if (held_open_ >= 0) ::close(held_open_);
}

namespace {

enum class TcpRole { client, server };

// A connected or listening socket, or a UserError.
int open_tcp(const std::string& name, const TcpPlace& place, TcpRole role) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = role == TcpRole::server ? AI_PASSIVE : 0;
    addrinfo* found = nullptr;
    const int failure = ::getaddrinfo(place.host.empty() ? nullptr : place.host.c_str(),
                                      std::to_string(place.port).c_str(), &hints, &found);
    if (failure != 0)
        throw UserError(
            fmt::format("{}: no host '{}': {}", name, place.host, ::gai_strerror(failure)));
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, ::freeaddrinfo);
    int error = 0;
    for (const addrinfo* address = found; address; address = address->ai_next) {
        const int fd =
            ::socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC, address->ai_protocol);
        if (fd >= 0) {
            const int one = 1;
            ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
            const bool done =
                role == TcpRole::server
                    ? ::bind(fd, address->ai_addr, address->ai_addrlen) == 0 && ::listen(fd, 1) == 0
                    : ::connect(fd, address->ai_addr, address->ai_addrlen) == 0;
            if (done) return fd;
        }
        error = errno;
        if (fd >= 0) ::close(fd);
    }
    if (role == TcpRole::server)
        throw UserError(fmt::format("{}: cannot listen on {}:{}: {} (choose another port)", name,
                                    place.host, place.port, strerror(error)));
    throw UserError(
        fmt::format("{}: cannot connect to {}:{}: {} (start the server first, or listen "
                    "here with server=on)",
                    name, place.host, place.port, strerror(error)));
}

} // namespace

TcpClientBackend::TcpClientBackend(const std::string& name, InputGate& gate, IoLoop& loop,
                                   const TcpPlace& place)
    : StreamBackend(name, gate, loop) {
    attach(open_tcp(name, place, TcpRole::client));
}

TcpServerBackend::TcpServerBackend(const std::string& name, InputGate& gate, IoLoop& loop,
                                   const TcpPlace& place, Start start)
    : StreamBackend(name, gate, loop), listener_(open_tcp(name, place, TcpRole::server)) {
    const bool waits = start == Start::wait_for_client;
    if (waits) {
        fmt::print(stderr, "vestige: {} waits for a client on {}:{}\n", name, place.host, port());
        accept_client();
    }
    loop_.watch(listener_, waits ? 0 : POLLIN, [this](short) { accept_client(); });
}

TcpServerBackend::~TcpServerBackend() {
    loop_.forget(listener_);
    ::close(listener_);
}

std::uint16_t TcpServerBackend::port() const {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    return ntohs(address.ss_family == AF_INET6
                     ? reinterpret_cast<const sockaddr_in6&>(address).sin6_port
                     : reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

void TcpServerBackend::accept_client() {
    int client = -1;
    do
        client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    while (client < 0 && errno == EINTR);
    if (client < 0) return;
    loop_.set_events(listener_, 0);
    attach(client);
}

void TcpServerBackend::detached() { loop_.set_events(listener_, POLLIN); }

} // namespace vestige
