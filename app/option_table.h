// The table behind the parser and the help text: one row an option.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/options.h"

namespace vestige {

enum class OptionGroup : std::uint8_t {
    machine,
    boot,
    drives,
    network,
    console,
    running,
    debugging,
    information,
};

std::string_view group_title(OptionGroup group);

// The options so far, and what the defaults depend on.
struct OptionsInProgress {
    Options options;
    bool machine_named = false;
    bool nographic = false;
    bool drop_writes = false; // -snapshot
    bool no_default_devices = false;
    bool rtc_named = false;
    bool monitor_named = false;
};

// `name` is the option as the user wrote it, for messages.
using ApplyOption = void (*)(OptionsInProgress& state, const std::string& name,
                             std::span<const std::string> values);

struct OptionRow {
    OptionGroup group;
    std::vector<std::string_view> names; // without dashes
    std::string_view placeholder; // a word for each value, separated by spaces; empty: no value
    std::string_view help;        // empty: accepted for QEMU's sake and not shown
    ApplyOption apply;

    unsigned value_count() const;
};

const std::vector<OptionRow>& option_table();

// Options of QEMU's that Vestige does not have, with what to do instead.
struct RefusedOption {
    std::string_view name;
    std::string_view instead;
};

std::span<const RefusedOption> refused_options();

// Null if there is no such option.
const OptionRow* find_option(std::string_view name);

} // namespace vestige
