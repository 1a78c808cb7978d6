#include "app/monitor/memory_dump.h"

#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/format.h>

#include "app/option_values.h"
#include "common/bits.h"
#include "common/error.h"

namespace vestige {

namespace {

constexpr unsigned most_items = 65536;

std::string format_character(std::uint64_t value) {
    const char character = static_cast<char>(value);
    switch (character) {
    case '\n': return "'\\n'";
    case '\r': return "'\\r'";
    case '\'': return "'\\''";
    case '\\': return "'\\\\'";
    default: break;
    }
    if (value < 256 && std::isprint(static_cast<unsigned char>(character)))
        return fmt::format("'{}'", character);
    return fmt::format("'\\x{:02x}'", value & 0xff);
}

std::string format_value(std::uint64_t value, const DumpFormat& format) {
    const unsigned width = format.size * 8;
    switch (format.format) {
    case 'd': return fmt::format("{:>{}}", sign_extend(value, width), format.size * 5 / 2 + 1);
    case 'u': return fmt::format("{:>{}}", value, format.size * 5 / 2 + 1);
    case 'o': return fmt::format("0{:0{}o}", value, (width + 2) / 3);
    case 'c': return format_character(value);
    default: return fmt::format("0x{:0{}x}", value, format.size * 2);
    }
}

} // namespace

DumpFormat parse_dump_format(std::string_view text) {
    DumpFormat format;
    const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits > 0)
        format.count =
            static_cast<unsigned>(parse_number({"the count"}, text.substr(0, digits), most_items));
    bool size_named = false;
    for (const char letter : text.substr(digits)) {
        constexpr std::string_view sizes = "bhwg";
        if (const auto place = sizes.find(letter); place != sizes.npos) {
            format.size = 1u << place;
            size_named = true;
        } else if (std::string_view("xduoci").find(letter) != std::string_view::npos) {
            format.format = letter;
        } else {
            throw UserError(
                fmt::format("'/{}': a count, one of x d u o c i, and b, h, w or g", text));
        }
    }
    if (format.format == 'c' && !size_named) format.size = 1;
    return format;
}

std::uint64_t parse_address(std::string_view text) {
    std::uint64_t sum = 0;
    char sign = '+';
    while (true) {
        while (text.starts_with(' '))
            text.remove_prefix(1);
        const auto end = std::min(text.find_first_of("+-"), text.size());
        auto term = text.substr(0, end);
        while (term.ends_with(' '))
            term.remove_suffix(1);
        const std::uint64_t value = parse_number({"the address"}, term, ~std::uint64_t{0});
        sum = sign == '+' ? sum + value : sum - value;
        if (end == text.size()) return sum;
        sign = text[end];
        text.remove_prefix(end + 1);
    }
}

std::string dump_memory(Machine& machine, AddressKind kind, std::uint64_t address,
                        const DumpFormat& format) {
    std::string out;
    if (format.format == 'i') {
        for (const auto& line : machine.disassemble(kind, address, format.count))
            out += line + '\n';
        return out.empty() ? "Cannot access memory\n" : out;
    }
    const unsigned line_bytes = format.size == 1 ? 8 : 16;
    const unsigned address_digits = kind == AddressKind::physical || address >> 32 ? 16 : 8;
    const Endian order = machine.endian();
    std::uint64_t left = std::uint64_t{format.count} * format.size;
    while (left > 0) {
        std::array<std::byte, 16> bytes{};
        const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left, line_bytes));
        if (machine.peek(kind, address, std::span(bytes).first(count)) < count)
            return out + "Cannot access memory\n";
        out += fmt::format("{:0{}x}:", address, address_digits);
        for (std::size_t at = 0; at < count; at += format.size)
            (out += ' ') += format_value(load_sized(bytes.data() + at, format.size, order), format);
        out += '\n';
        address += count;
        left -= count;
    }
    return out;
}

} // namespace vestige
