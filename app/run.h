// One run of one machine, from the command line to the exit status.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/console/io_loop.h"
#include "app/console/terminal_mux.h"
#include "app/console/watched_backend.h"
#include "app/monitor/monitor.h"
#include "app/monitor/run_control.h"
#include "app/options.h"
#include "common/log.h"
#include "hw/char/char_backend.h"
#include "machine/boards/machine.h"
#include "machine/core/input_gate.h"

namespace vestige {

enum class ExitStatus : int {
    finished = 0, // the guest powered off, the stop text came, the user quit
    user_error = 1,
    guest_fault = 2,
    limit_reached = 3,
};

// Something on the user's desktop for as long as it lives.
class HostWindow {
  public:
    virtual ~HostWindow() = default;
};

// What a session needs from outside, so that tests can bring their own.
struct SessionParts {
    std::function<std::unique_ptr<Machine>(const MachineConfig&, MachineEnvironment)> make_machine;
    // Null result: no window, and no harm. Throws UserError.
    std::function<std::unique_ptr<HostWindow>(Machine&, const Options&, RunControl&)> open_window;
};

class Session final : public RunControl {
  public:
    // Builds everything; the machine has not run yet. Throws UserError.
    Session(const Options& options, const SessionParts& parts);
    ~Session() override;

    // Runs the machine until something ends it, then does what was asked for the end. To standard
    // error goes why it ended, where that is not what the user waited for.
    int run();

    // A signal of the host's ends the run: status 128 + number.
    void end_by_signal(int signal);

    void quit() override;
    void attend() override;
    void pause() override { paused_ = true; }
    void resume() override { paused_ = false; }
    bool paused() const override { return paused_; }
    bool ending() const override { return quit_; }

  private:
    void open_consoles();
    hw::CharBackend* open_unless_stdio(const CharOption& option, const std::string& name);
    void watch_signals();
    std::uint64_t next_limit() const;
    std::optional<int> step();
    std::optional<int> after_run(RunEnd end);
    void take_due_snapshot();
    int finish(int status);
    void write_statistics();

    Options options_;
    Log log_;
    InputGate gate_;
    IoLoop loop_;
    std::unique_ptr<TerminalMux> terminal_;
    std::vector<std::unique_ptr<hw::CharBackend>> places_;
    std::vector<std::unique_ptr<hw::CharBackend>>
        ports_; // what the machine gets, before the places
    hw::CharBackend* monitor_backend_ = nullptr;
    Monitor::Greeting monitor_greeting_ = Monitor::Greeting::at_once;
    std::unique_ptr<Machine> machine_;
    std::unique_ptr<Monitor> monitor_;
    std::unique_ptr<HostWindow> window_;
    int signal_fd_ = -1;

    // Asked for by other threads.
    std::atomic<bool> quit_ = false;
    std::atomic<bool> timed_out_ = false;
    std::atomic<int> signal_ = 0;
    std::atomic<Machine*> running_ = nullptr; // whom to interrupt
    bool paused_ = false;
    bool snapshot_taken_ = false;
};

// Where -display was left open: a window if the host has a desktop, else as -nographic.
void settle_display(Options& options, bool host_has_desktop);

// The program: options, then a session. `arguments` without the program's name.
int run_program(const std::vector<std::string>& arguments);

} // namespace vestige
