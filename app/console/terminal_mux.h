// Standard input and output, shared by a serial port and the monitor: QEMU's mon:stdio.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "app/console/escape_filter.h"
#include "app/console/gate_backend.h"
#include "app/console/io_loop.h"
#include "app/console/terminal.h"

namespace vestige {

enum class TerminalUse : std::uint8_t { console, monitor, both };

class TerminalMux {
  public:
    // `quit` is called on the loop's thread for Ctrl-a x.
    TerminalMux(InputGate& gate, IoLoop& loop, TerminalUse use, std::function<void()> quit);
    ~TerminalMux();

    // Null where `use` does not have it. The monitor's end receives redraw_key when the user turns
    // to it.
    hw::CharBackend* console();
    hw::CharBackend* monitor();

    static constexpr char redraw_key = 12; // Ctrl-L

  private:
    class End;
    void read_keys();
    void command(EscapeCommand command);
    void notice(std::string_view text);
    void hold(std::span<const std::byte> data);
    void release();

    RawTerminal raw_;
    InputGate& gate_;
    IoLoop& loop_;
    std::function<void()> quit_;
    std::vector<std::byte> held_; // of both ends, the machine's thread only
    std::unique_ptr<End> console_, monitor_;
    End* focus_;          // the loop's thread only
    EscapeFilter filter_; // likewise
};

} // namespace vestige
