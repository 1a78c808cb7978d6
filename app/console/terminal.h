// The user's terminal in raw mode, and back again whatever happens.
#pragma once

namespace vestige {

// While one of these lives, standard input hands over each key at once, unechoed, Ctrl-C included.
// The old mode returns with the destructor, with exit(), and when a signal or an assertion ends the
// program. Does nothing where standard input is no terminal. At most one at a time.
class RawTerminal {
  public:
    RawTerminal();
    ~RawTerminal();
    RawTerminal(const RawTerminal&) = delete;
    RawTerminal& operator=(const RawTerminal&) = delete;

    // The old mode, now: for who must end without destructors. Safe in a signal handler.
    static void restore();
};

} // namespace vestige
