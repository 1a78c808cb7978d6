// The little languages inside option values: sizes, comma lists, ranges, addresses. All throw
// UserError that names the option as the user knows it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "machine/boards/machine_config.h"

namespace vestige {

// Where a value came from, for messages.
struct OptionContext {
    std::string option; // with its dash
};

// Bytes out of "256M", "1.5G", "4096K", "123B"; a number alone counts in `default_unit` bytes.
std::uint64_t parse_size(const OptionContext& context, std::string_view text,
                         std::uint64_t default_unit);

// Decimal or 0x hexadecimal, at most `maximum`.
std::uint64_t parse_number(const OptionContext& context, std::string_view text,
                           std::uint64_t maximum);

// A positive number with a fraction.
double parse_decimal(const OptionContext& context, std::string_view text);

// on, off, yes, no, true, false.
bool parse_switch(const OptionContext& context, std::string_view key, std::string_view text);

// "word,key=value,flag" with ",," for a comma. A first word without "=" gets the key `implied`;
// later ones get the value "on".
using KeyValues = std::vector<std::pair<std::string, std::string>>;
KeyValues parse_key_values(std::string_view text, std::string_view implied);

MacAddress parse_mac(const OptionContext& context, std::string_view text);

// QEMU's "tcp:hostaddr:hostport-guestaddr:guestport", where addresses may be empty.
HostForward parse_host_forward(const OptionContext& context, std::string_view text);

// "FIRST+LENGTH", "FIRST-LENGTH" (ending there) and "FIRST..LAST", separated by commas.
std::vector<AddressRange> parse_ranges(const OptionContext& context, std::string_view text);

// "utc", "localtime", "2026-01-31" or "2026-01-31T12:00:00".
RtcConfig parse_rtc_base(const OptionContext& context, std::string_view text);

// The word of `known` nearest to `word`; empty if none is near enough to suggest.
std::string nearest_word(std::string_view word, const std::vector<std::string>& known);

// "a, b, c".
std::string list_words(const std::vector<std::string>& words, std::string_view separator = ", ");

} // namespace vestige
