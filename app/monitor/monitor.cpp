#include "app/monitor/monitor.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "app/monitor/commands.h"
#include "app/option_values.h"
#include "app/version.h"
#include "common/error.h"

namespace vestige {

namespace {

constexpr std::string_view prompt = "(vestige) ";
constexpr std::size_t longest_line = 1024;

enum : char {
    ctrl_c = 3,
    backspace = 8,
    redraw = 12,
    ctrl_u = 21,
    escape = 27,
    erase = 127,
};

std::vector<std::string> split_words(std::string_view line) {
    std::vector<std::string> words;
    std::string word;
    bool quoted = false, started = false;
    for (const char character : line) {
        if (character == '"') {
            quoted = !quoted;
            started = true;
        } else if (!quoted && std::isspace(static_cast<unsigned char>(character))) {
            if (started) words.push_back(word);
            word.clear();
            started = false;
        } else {
            word += character;
            started = true;
        }
    }
    if (started) words.push_back(word);
    // "x/4i" is "x /4i".
    if (!words.empty()) {
        const auto slash = words[0].find('/');
        if (slash != std::string::npos && slash > 0) {
            words.insert(words.begin() + 1, words[0].substr(slash));
            words[0].resize(slash);
        }
    }
    return words;
}

} // namespace

Monitor::Monitor(hw::CharBackend& terminal, Machine& machine, RunControl& control,
                 Greeting greeting)
    : terminal_(terminal), machine_(machine), control_(control) {
    terminal_.set_receiver([this](std::span<const std::byte> data) {
        for (const std::byte byte : data)
            take_key(static_cast<char>(byte));
        return data.size();
    });
    if (greeting == Greeting::at_once) {
        greet();
        print(prompt);
    }
}

Monitor::~Monitor() { terminal_.set_receiver({}); }

void Monitor::print(std::string_view text) { terminal_.write(std::as_bytes(std::span(text))); }

void Monitor::greet() {
    if (greeted_) return;
    greeted_ = true;
    print(fmt::format("{} monitor - type 'help' for more information\n", version_text));
}

void Monitor::take_key(char key) {
    if (!greeted_) {
        print("\n");
        greet();
        if (key != redraw) print(prompt);
    }
    if (!escape_.empty()) {
        // ESC [ A, the up arrow; other sequences are swallowed.
        escape_ += key;
        if (escape_.size() < 3 && (key == '[' || key == 'O')) return;
        const bool up = escape_.size() == 3 && key == 'A';
        if (!std::isalpha(static_cast<unsigned char>(key)) && key != '~' && escape_.size() < 8)
            return;
        escape_.clear();
        if (up) {
            line_ = last_line_;
            print(fmt::format("\r\x1b[K{}{}", prompt, line_));
        }
        return;
    }
    switch (key) {
    case '\r':
    case '\n':
        print("\n");
        lines_.push_back(std::exchange(line_, {}));
        if (!lines_.back().empty()) last_line_ = lines_.back();
        control_.attend();
        return;
    case backspace:
    case erase:
        if (line_.empty()) return;
        line_.pop_back();
        print("\b \b");
        return;
    case ctrl_u:
    case ctrl_c:
        line_.clear();
        print(fmt::format("\r\x1b[K{}", prompt));
        return;
    case redraw: print(fmt::format("\n{}{}", prompt, line_)); return;
    case escape: escape_ = key; return;
    default: break;
    }
    if (!std::isprint(static_cast<unsigned char>(key)) || line_.size() == longest_line) return;
    line_ += key;
    print({&key, 1});
}

void Monitor::run_pending_lines() {
    while (!lines_.empty()) {
        const std::string line = std::move(lines_.front());
        lines_.pop_front();
        print(execute(line));
        if (control_.ending()) return;
        print(prompt);
    }
}

std::string Monitor::execute(std::string_view line) {
    std::vector<std::string> words = split_words(line);
    if (words.empty()) return "";
    const std::string name = words.front();
    words.erase(words.begin());
    std::vector<std::string> known;
    for (const auto& command : monitor_commands()) {
        known.insert(known.end(), command.names.begin(), command.names.end());
        if (std::find(command.names.begin(), command.names.end(), name) == command.names.end())
            continue;
        if (words.size() < command.least || words.size() > command.most)
            return fmt::format("usage: {}{}{}\n", name, command.arguments.empty() ? "" : " ",
                               command.arguments);
        try {
            return command.run({machine_, control_}, words);
        } catch (const UserError& error) {
            return fmt::format("Error: {}\n", error.what());
        }
    }
    const std::string near = nearest_word(name, known);
    return fmt::format("unknown command: '{}'{}\n", name,
                       near.empty() ? " (help lists them)"
                                    : fmt::format(", did you mean '{}'?", near));
}

} // namespace vestige
