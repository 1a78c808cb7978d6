#include "app/console/terminal_mux.h"

#include <array>
#include <cerrno>

#include <poll.h>
#include <unistd.h>

namespace vestige {

namespace {

constexpr std::size_t most_held = 4096;

void write_all(int fd, std::span<const std::byte> data) {
    while (!data.empty()) {
        const ssize_t count = ::write(fd, data.data(), data.size());
        if (count >= 0) {
            data = data.subspan(static_cast<std::size_t>(count));
        } else if (errno == EAGAIN) {
            // Somebody else made the terminal non-blocking: wait as a blocking write would.
            pollfd full{fd, POLLOUT, 0};
            ::poll(&full, 1, -1);
        } else if (errno != EINTR) {
            return; // nobody reads any more
        }
    }
}

} // namespace

class TerminalMux::End final : public GateBackend {
  public:
    End(std::string name, InputGate& gate, TerminalMux& mux)
        : GateBackend(std::move(name), gate), mux_(mux) {}
    void write(std::span<const std::byte> data) override { mux_.hold(data); }

  private:
    TerminalMux& mux_;
};

TerminalMux::TerminalMux(InputGate& gate, IoLoop& loop, TerminalUse use, std::function<void()> quit)
    : gate_(gate), loop_(loop), quit_(std::move(quit)) {
    const auto make = [&](const char* name) {
        auto end = std::make_unique<End>(name, gate, *this);
        end->set_drained([this] { loop_.set_events(STDIN_FILENO, POLLIN); });
        return end;
    };
    if (use != TerminalUse::monitor) console_ = make("terminal");
    if (use != TerminalUse::console) monitor_ = make("monitor");
    focus_ = console_ ? console_.get() : monitor_.get();
    gate_.output().set_release([this] { release(); });
    loop_.watch(STDIN_FILENO, POLLIN, [this](short) { read_keys(); });
}

TerminalMux::~TerminalMux() {
    loop_.forget(STDIN_FILENO);
    gate_.output().set_release({});
    release();
}

void TerminalMux::hold(std::span<const std::byte> data) {
    held_.insert(held_.end(), data.begin(), data.end());
    gate_.output().note();
    if (held_.size() >= most_held) gate_.output().release();
}

void TerminalMux::release() {
    write_all(STDOUT_FILENO, held_);
    held_.clear();
}

hw::CharBackend* TerminalMux::console() { return console_.get(); }
hw::CharBackend* TerminalMux::monitor() { return monitor_.get(); }

void TerminalMux::read_keys() {
    std::array<char, 4096> keys;
    const ssize_t count = ::read(STDIN_FILENO, keys.data(), keys.size());
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) {
        // The input has ended, the machine has not.
        loop_.forget(STDIN_FILENO);
        return;
    }
    std::string passed;
    const auto flush = [&] {
        if (!passed.empty()) focus_->post(std::as_bytes(std::span(passed)));
        passed.clear();
    };
    for (const char key : std::span(keys).first(static_cast<std::size_t>(count))) {
        const auto result = filter_.feed(key);
        if (result.passed) passed += *result.passed;
        if (result.command) {
            flush();
            command(*result.command);
        }
    }
    flush();
    if (!focus_->room()) {
        loop_.set_events(STDIN_FILENO, 0);
        // It may have drained between the two.
        if (focus_->room()) loop_.set_events(STDIN_FILENO, POLLIN);
    }
}

void TerminalMux::command(EscapeCommand command) {
    switch (command) {
    case EscapeCommand::quit: quit_(); return;
    case EscapeCommand::help: notice(EscapeFilter::help_text); return;
    case EscapeCommand::send_break: notice("\n[the port takes no break]\n"); return;
    case EscapeCommand::toggle_monitor:
        if (!console_ || !monitor_) {
            notice("\n[this terminal has no monitor beside the console]\n");
            return;
        }
        focus_ = focus_ == console_.get() ? monitor_.get() : console_.get();
        if (focus_ == monitor_.get()) {
            const std::byte redraw{redraw_key};
            monitor_->post({&redraw, 1});
        } else {
            notice("\n");
        }
        return;
    }
}

void TerminalMux::notice(std::string_view text) {
    write_all(STDOUT_FILENO, std::as_bytes(std::span(text)));
}

} // namespace vestige
