#include "app/run.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fstream>

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <fmt/format.h>

#include "app/console/places.h"
#include "app/screenshot.h"
#include "common/assertion.h"
#include "common/error.h"

namespace vestige {

namespace {

// More than any machine has; the rest lead nowhere.
constexpr std::size_t serial_ports = 4;

constexpr auto paused_wait = std::chrono::milliseconds(100);

constexpr int ending_signals[] = {SIGINT, SIGTERM, SIGHUP};

int to_int(ExitStatus status) { return static_cast<int>(status); }

void say(const std::string& text) { fmt::print(stderr, "vestige: {}\n", text); }

} // namespace

Session::Session(const Options& options, const SessionParts& parts) : options_(options) {
    if (!options_.log_file.empty()) log_.open(options_.log_file);
    if (!options_.log_items.empty()) log_.enable(options_.log_items);
    open_consoles();
    watch_signals();

    MachineEnvironment environment{log_, gate_, {}};
    for (const auto& backend : ports_)
        environment.serial.push_back(backend.get());
    machine_ = parts.make_machine(options_.machine, std::move(environment));
    if (!options_.loadvm_file.empty()) machine_->load_snapshot(options_.loadvm_file);
    if (monitor_backend_)
        monitor_ =
            std::make_unique<Monitor>(*monitor_backend_, *machine_, *this, monitor_greeting_);
    if (options_.display == DisplayKind::sdl && parts.open_window)
        window_ = parts.open_window(*machine_, options_, *this);
    paused_ = options_.start_paused;
}

Session::~Session() {
    // The other threads first: they call into everything else.
    loop_.stop();
    window_.reset();
    monitor_.reset();
    machine_.reset();
    if (signal_fd_ >= 0) ::close(signal_fd_);
    // Watchers let go of the places that they watch.
    ports_.clear();
}

// Null for stdio, which is the terminal's.
hw::CharBackend* Session::open_unless_stdio(const CharOption& option, const std::string& name) {
    if (option.kind == CharKind::stdio) return nullptr;
    places_.push_back(open_place(option, name, gate_, loop_));
    return places_.back().get();
}

void Session::open_consoles() {
    const auto is_stdio = [](const CharOption& option) { return option.kind == CharKind::stdio; };
    std::vector<CharOption> ports = options_.serial;
    ports.resize(std::max(serial_ports, ports.size()));
    // A server may wait for its client here: the terminal is still the user's, Ctrl-C works.
    std::vector<hw::CharBackend*> opened;
    for (std::size_t port = 0; port < ports.size(); ++port)
        opened.push_back(open_unless_stdio(ports[port], fmt::format("serial{}", port)));
    const CharOption& monitor = options_.monitor;
    if (monitor.kind != CharKind::none && monitor.kind != CharKind::null)
        monitor_backend_ = open_unless_stdio(monitor, "monitor");

    const bool console_on_stdio = std::any_of(ports.begin(), ports.end(), is_stdio);
    if (console_on_stdio || is_stdio(monitor)) {
        const auto use = !console_on_stdio   ? TerminalUse::monitor
                         : is_stdio(monitor) ? TerminalUse::both
                                             : TerminalUse::console;
        terminal_ = std::make_unique<TerminalMux>(gate_, loop_, use, [this] { quit(); });
        if (use == TerminalUse::both) monitor_greeting_ = Monitor::Greeting::when_addressed;
        if (is_stdio(monitor)) monitor_backend_ = terminal_->monitor();
    }
    // Also without a text to stop on, so that every port is owned here.
    for (hw::CharBackend* backend : opened)
        ports_.push_back(std::make_unique<WatchedBackend>(
            backend ? *backend : *terminal_->console(), options_.stop_on,
            [this] { machine_->end_run(RunEnd::stop_text); }));
}

void Session::watch_signals() {
    // The I/O thread takes them, as a file: nothing is interrupted half-way.
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : ending_signals)
        sigaddset(&set, signal);
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    signal_fd_ = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (signal_fd_ < 0) return;
    loop_.watch(signal_fd_, POLLIN, [this](short) {
        signalfd_siginfo info{};
        if (::read(signal_fd_, &info, sizeof info) != sizeof info) return;
        const int signal = static_cast<int>(info.ssi_signo);
        if (signal_.load() != 0) {
            // The second one: the machine's thread does not come back.
            RawTerminal::restore();
            ::_exit(128 + signal);
        }
        end_by_signal(signal);
    });
}

// -- from other threads

void Session::attend() {
    if (Machine* machine = running_.load()) machine->interrupt();
}

void Session::quit() {
    quit_ = true;
    attend();
    gate_.wake();
}

void Session::end_by_signal(int signal) {
    signal_ = signal;
    attend();
    gate_.wake();
}

// -- the machine's thread

std::uint64_t Session::next_limit() const {
    std::uint64_t limit = options_.max_instructions.value_or(no_instruction_limit);
    if (options_.savevm_at && !snapshot_taken_)
        limit = std::min(limit, options_.savevm_at->instructions);
    return limit;
}

void Session::take_due_snapshot() {
    if (!options_.savevm_at || snapshot_taken_ ||
        machine_->instructions() < options_.savevm_at->instructions)
        return;
    snapshot_taken_ = true;
    machine_->save_snapshot(options_.savevm_at->file);
}

std::optional<int> Session::after_run(RunEnd end) {
    switch (end) {
    case RunEnd::powered_off:
    case RunEnd::stop_text: return to_int(ExitStatus::finished);
    case RunEnd::reset_asked:
        if (options_.end_on_reboot) return to_int(ExitStatus::finished);
        machine_->reset();
        return {};
    case RunEnd::fatal_fault:
        log_.flush();
        fmt::print(stderr, "{}", machine_->describe(MachineView::fault));
        return to_int(ExitStatus::guest_fault);
    case RunEnd::instruction_limit:
        take_due_snapshot();
        if (machine_->instructions() < next_limit()) return {};
        say(fmt::format("limit reached: {} instructions", machine_->instructions()));
        return to_int(ExitStatus::limit_reached);
    case RunEnd::interrupted: return {};
    }
    VESTIGE_UNREACHABLE("no such reason to end");
}

std::optional<int> Session::step() {
    if (signal_ != 0) {
        say(fmt::format("ended by signal {}", signal_.load()));
        return 128 + signal_;
    }
    if (quit_) return to_int(ExitStatus::finished);
    if (timed_out_) {
        say(fmt::format("limit reached: {} seconds, after {} instructions",
                        *options_.timeout_seconds, machine_->instructions()));
        return to_int(ExitStatus::limit_reached);
    }
    if (monitor_ && monitor_->line_pending()) {
        monitor_->run_pending_lines();
        return {};
    }
    if (paused_) {
        if (gate_.pending())
            gate_.deliver();
        else
            gate_.wait(paused_wait);
        return {};
    }
    return after_run(machine_->run(next_limit()));
}

int Session::run() {
    running_ = machine_.get();
    if (options_.timeout_seconds) {
        const auto patience = std::chrono::duration<double>(*options_.timeout_seconds);
        loop_.call_at(std::chrono::steady_clock::now() +
                          std::chrono::duration_cast<std::chrono::steady_clock::duration>(patience),
                      [this] {
                          timed_out_ = true;
                          attend();
                          gate_.wake();
                      });
    }
    loop_.start();
    std::optional<int> status;
    while (!status)
        status = step();
    return finish(*status);
}

void Session::write_statistics() {
    std::ofstream file(options_.statistics_file);
    file << machine_->describe(MachineView::statistics_json);
    file.close();
    if (!file)
        throw UserError(fmt::format("--stats-json: cannot write '{}': {}", options_.statistics_file,
                                    std::strerror(errno)));
}

int Session::finish(int status) {
    log_.flush();
    if (options_.statistics) fmt::print(stderr, "{}", machine_->describe(MachineView::statistics));
    if (!options_.statistics_file.empty()) write_statistics();
    if (!options_.screenshot_file.empty())
        save_screen(machine_->display(), options_.screenshot_file);
    return status;
}

void settle_display(Options& options, bool host_has_desktop) {
    if (options.display != DisplayKind::automatic) return;
    options.display = host_has_desktop && options.machine.screen_card != "none" ? DisplayKind::sdl
                                                                                : DisplayKind::none;
    // Nobody would see the screen, unless a picture of it is wanted.
    if (options.display == DisplayKind::none && options.screenshot_file.empty())
        options.machine.firmware_console = FirmwareConsole::serial;
}

} // namespace vestige
