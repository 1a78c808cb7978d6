#include "app/console/terminal.h"

#include <atomic>
#include <csignal>
#include <cstdlib>

#include <termios.h>
#include <unistd.h>

#include "common/assertion.h"

namespace vestige {

namespace {

// The terminal belongs to the process, and signal handlers take no arguments: the one place where
// state is global on purpose.
termios saved_mode;
std::atomic<bool> mode_is_saved = false;

constexpr int deadly_signals[] = {SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGFPE,
                                  SIGQUIT, SIGTERM, SIGINT, SIGHUP};

void restore_and_die(int signal) {
    RawTerminal::restore();
    std::signal(signal, SIG_DFL);
    std::raise(signal);
}

void handle_unless_taken(int signal) {
    struct sigaction now {};
    if (::sigaction(signal, nullptr, &now) != 0 || now.sa_handler != SIG_DFL) return;
    now.sa_handler = restore_and_die;
    ::sigaction(signal, &now, nullptr);
}

} // namespace

RawTerminal::RawTerminal() {
    VESTIGE_ASSERT(!mode_is_saved);
    if (!::isatty(STDIN_FILENO) || ::tcgetattr(STDIN_FILENO, &saved_mode) != 0) return;
    mode_is_saved = true;
    std::atexit(restore);
    for (const int signal : deadly_signals)
        handle_unless_taken(signal);

    termios raw = saved_mode;
    raw.c_iflag &=
        ~static_cast<tcflag_t>(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
    raw.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHONL | ICANON | IEXTEN | ISIG);
    raw.c_cflag &= ~static_cast<tcflag_t>(CSIZE | PARENB);
    raw.c_cflag |= CS8;
    // Output processing stays on, so that what the program itself prints starts at the left.
    raw.c_oflag |= OPOST;
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    ::tcsetattr(STDIN_FILENO, TCSANOW, &raw);
}

RawTerminal::~RawTerminal() { restore(); }

void RawTerminal::restore() {
    if (mode_is_saved.exchange(false)) ::tcsetattr(STDIN_FILENO, TCSANOW, &saved_mode);
}

} // namespace vestige
