#include "app/option_values.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <chrono>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "common/error.h"

namespace vestige {

namespace {

[[noreturn]] void refuse(const OptionContext& context, const std::string& what) {
    throw UserError(fmt::format("{}: {}", context.option, what));
}

std::optional<std::uint64_t> to_number(std::string_view text) {
    int base = 10;
    if (text.starts_with("0x") || text.starts_with("0X")) {
        text.remove_prefix(2);
        base = 16;
    }
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return {};
    return value;
}

std::optional<double> to_decimal(std::string_view text) {
    double value = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return {};
    return value;
}

// Edits (insert, drop, change, swap of neighbours) from one word to the other.
std::size_t edit_distance(std::string_view from, std::string_view to) {
    std::vector<std::vector<std::size_t>> cost(from.size() + 1,
                                               std::vector<std::size_t>(to.size() + 1));
    for (std::size_t i = 0; i <= from.size(); ++i)
        for (std::size_t j = 0; j <= to.size(); ++j) {
            if (i == 0 || j == 0) {
                cost[i][j] = i + j;
                continue;
            }
            const std::size_t change = from[i - 1] == to[j - 1] ? 0 : 1;
            cost[i][j] =
                std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + change});
            if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
        }
    return cost[from.size()][to.size()];
}

std::uint16_t parse_port(const OptionContext& context, std::string_view text) {
    const auto value = to_number(text);
    if (!value || *value > 65535) refuse(context, fmt::format("'{}' is no port number", text));
    return static_cast<std::uint16_t>(*value);
}

} // namespace

std::uint64_t parse_size(const OptionContext& context, std::string_view text,
                         std::uint64_t default_unit) {
    std::string_view digits = text;
    double unit = static_cast<double>(default_unit);
    if (!digits.empty() && std::isalpha(static_cast<unsigned char>(digits.back()))) {
        constexpr std::string_view suffixes = "BKMGT";
        const char suffix =
            static_cast<char>(std::toupper(static_cast<unsigned char>(digits.back())));
        const auto place = suffixes.find(suffix);
        if (place == suffixes.npos)
            refuse(context, fmt::format("'{}' is no size: use K, M or G, as in 256M", text));
        unit = std::pow(1024.0, static_cast<double>(place));
        digits.remove_suffix(1);
    }
    const auto value = to_decimal(digits);
    if (!value || *value < 0)
        refuse(context, fmt::format("'{}' is no size: write it as 256M or 1G", text));
    const double size = *value * unit;
    if (size > 9.0e18) refuse(context, fmt::format("'{}' is too large", text));
    return static_cast<std::uint64_t>(size);
}

std::uint64_t parse_number(const OptionContext& context, std::string_view text,
                           std::uint64_t maximum) {
    const auto value = to_number(text);
    if (!value) refuse(context, fmt::format("'{}' is no number", text));
    if (*value > maximum)
        refuse(context, fmt::format("{} is too large (at most {})", text, maximum));
    return *value;
}

double parse_decimal(const OptionContext& context, std::string_view text) {
    const auto value = to_decimal(text);
    if (!value || !(*value > 0)) refuse(context, fmt::format("'{}' is no positive number", text));
    return *value;
}

bool parse_switch(const OptionContext& context, std::string_view key, std::string_view text) {
    for (const std::string_view yes : {"on", "yes", "true", "y"})
        if (text == yes) return true;
    for (const std::string_view no : {"off", "no", "false", "n"})
        if (text == no) return false;
    refuse(context, fmt::format("'{}={}': say on or off", key, text));
}

KeyValues parse_key_values(std::string_view text, std::string_view implied) {
    KeyValues result;
    std::string word;
    const auto finish = [&] {
        const auto equals = word.find('=');
        if (equals != word.npos)
            result.emplace_back(word.substr(0, equals), word.substr(equals + 1));
        else if (result.empty() && !implied.empty())
            result.emplace_back(implied, word);
        else
            result.emplace_back(word, "on");
        word.clear();
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != ',')
            word += text[i];
        else if (i + 1 < text.size() && text[i + 1] == ',')
            word += text[++i];
        else
            finish();
    }
    finish();
    return result;
}

MacAddress parse_mac(const OptionContext& context, std::string_view text) {
    MacAddress address{};
    std::string_view rest = text;
    for (std::size_t i = 0; i < address.size(); ++i) {
        unsigned value = 0;
        const auto [end, error] =
            std::from_chars(rest.data(), rest.data() + rest.size(), value, 16);
        const bool last = i + 1 == address.size();
        const auto used = static_cast<std::size_t>(end - rest.data());
        if (error != std::errc{} || used > 2 ||
            (last ? used != rest.size() : rest.size() <= used) ||
            (!last && rest[used] != ':' && rest[used] != '-'))
            refuse(context,
                   fmt::format("'{}' is no MAC address: write it as 52:54:00:12:34:56", text));
        address[i] = static_cast<std::uint8_t>(value);
        rest.remove_prefix(last ? used : used + 1);
    }
    if (address[0] & 1)
        refuse(context, fmt::format("'{}' is a group address: the first byte must be even", text));
    return address;
}

HostForward parse_host_forward(const OptionContext& context, std::string_view text) {
    const auto malformed = [&]() {
        refuse(context, fmt::format("hostfwd '{}': write it as tcp::8080-:80", text));
    };
    HostForward forward;
    std::string_view rest = text;
    const auto first = rest.find(':');
    if (first == rest.npos) malformed();
    const auto protocol = rest.substr(0, first);
    if (protocol == "udp")
        forward.protocol = IpProtocol::udp;
    else if (protocol != "tcp" && !protocol.empty())
        malformed();
    rest.remove_prefix(first + 1);
    const auto dash = rest.find('-');
    if (dash == rest.npos) malformed();
    const auto side = [&](std::string_view part, std::string& address, std::uint16_t& port) {
        const auto colon = part.rfind(':');
        if (colon == part.npos) malformed();
        address = part.substr(0, colon);
        port = parse_port(context, part.substr(colon + 1));
    };
    side(rest.substr(0, dash), forward.host_address, forward.host_port);
    side(rest.substr(dash + 1), forward.guest_address, forward.guest_port);
    if (forward.guest_port == 0) malformed();
    return forward;
}

std::vector<AddressRange> parse_ranges(const OptionContext& context, std::string_view text) {
    std::vector<AddressRange> ranges;
    std::string_view rest = text;
    while (true) {
        const auto comma = rest.find(',');
        const auto word = rest.substr(0, comma);
        const auto dots = word.find("..");
        const auto sign = dots == word.npos ? word.find_first_of("+-") : dots;
        const auto first = to_number(word.substr(0, sign));
        const auto rest_of_word = sign == word.npos
                                      ? std::string_view{}
                                      : word.substr(sign + (dots == word.npos ? 1 : 2));
        const auto second = to_number(rest_of_word);
        if (!first || !second)
            refuse(context, fmt::format("'{}' is no range: write it as 0xc0000000+0x1000 or "
                                        "0xc0000000..0xc0000fff",
                                        word));
        AddressRange range{*first, *second};
        if (dots == word.npos) {
            if (*second == 0) refuse(context, fmt::format("'{}' is empty", word));
            if (word[sign] == '+')
                range.last = *first + (*second - 1);
            else
                range = {*first - (*second - 1), *first};
        }
        if (range.last < range.first)
            refuse(context, fmt::format("'{}' ends before it starts", word));
        ranges.push_back(range);
        if (comma == rest.npos) return ranges;
        rest.remove_prefix(comma + 1);
    }
}

RtcConfig parse_rtc_base(const OptionContext& context, std::string_view text) {
    if (text == "utc") return {RtcConfig::Base::host_utc, 0};
    if (text == "localtime") return {RtcConfig::Base::host_local_time, 0};
    const auto malformed = [&]() {
        refuse(context, fmt::format("base={}: say utc, localtime or a date like "
                                    "2026-01-31T12:00:00",
                                    text));
    };
    // Fields at fixed places: YYYY-MM-DD and then, if at all, Thh:mm:ss.
    constexpr std::string_view shape = "0000-00-00T00:00:00";
    if (text.size() != 10 && text.size() != shape.size()) malformed();
    for (std::size_t i = 0; i < text.size(); ++i)
        if (shape[i] == '0' ? !std::isdigit(static_cast<unsigned char>(text[i]))
                            : text[i] != shape[i])
            malformed();
    const auto field = [&](std::size_t place, std::size_t count) {
        int value = 0;
        for (const char digit : text.substr(place, count))
            value = value * 10 + (digit - '0');
        return value;
    };
    namespace chrono = std::chrono;
    const chrono::year_month_day date{chrono::year(field(0, 4)),
                                      chrono::month(static_cast<unsigned>(field(5, 2))),
                                      chrono::day(static_cast<unsigned>(field(8, 2)))};
    if (!date.ok()) malformed();
    std::int64_t seconds = chrono::sys_days(date).time_since_epoch().count() * std::int64_t{86400};
    if (text.size() == shape.size()) {
        const int hour = field(11, 2), minute = field(14, 2), second_of = field(17, 2);
        if (hour > 23 || minute > 59 || second_of > 59) malformed();
        seconds += hour * 3600 + minute * 60 + second_of;
    }
    return {RtcConfig::Base::fixed, seconds};
}

std::string nearest_word(std::string_view word, const std::vector<std::string>& known) {
    std::string best;
    std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
    for (const auto& candidate : known) {
        const std::size_t distance = edit_distance(word, candidate);
        if (distance < best_distance) {
            best_distance = distance;
            best = candidate;
        }
    }
    return best;
}

std::string list_words(const std::vector<std::string>& words, std::string_view separator) {
    std::string list;
    for (const auto& word : words) {
        if (!list.empty()) list += separator;
        list += word;
    }
    return list;
}

} // namespace vestige
