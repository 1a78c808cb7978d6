// Ctrl-a and the key behind it: what QEMU's -nographic users have in their fingers.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace vestige {

enum class EscapeCommand { quit, toggle_monitor, send_break, help };

class EscapeFilter {
  public:
    static constexpr char escape_key = 1; // Ctrl-a

    struct Result {
        std::optional<char> passed; // goes on to whoever has the keyboard
        std::optional<EscapeCommand> command;
    };

    Result feed(char key) {
        if (!escaped_) {
            escaped_ = key == escape_key;
            return escaped_ ? Result{} : Result{key, {}};
        }
        escaped_ = false;
        switch (key) {
        case escape_key: return {escape_key, {}};
        case 'x': return {{}, EscapeCommand::quit};
        case 'c': return {{}, EscapeCommand::toggle_monitor};
        case 'b': return {{}, EscapeCommand::send_break};
        case 'h':
        case '?': return {{}, EscapeCommand::help};
        default: return {}; // as in QEMU, an unknown one vanishes
        }
    }

    static constexpr std::string_view help_text = "\n"
                                                  "Ctrl-a h    this help\n"
                                                  "Ctrl-a x    end the emulator\n"
                                                  "Ctrl-a c    switch between console and monitor\n"
                                                  "Ctrl-a b    send a break\n"
                                                  "Ctrl-a Ctrl-a  send Ctrl-a\n";

  private:
    bool escaped_ = false;
};

} // namespace vestige
