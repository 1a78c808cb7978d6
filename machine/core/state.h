// Saving and loading of a machine's whole state, written once for both directions.
//
// A device describes its state in one function:
//     void visit(StateVisitor& state) override {
//         state.field("control", control_);
//         state.field("fifo", fifo_);
//     }
// which runs for saving and for loading alike. Fields are stored with their names; a name or a size
// that differs on loading is a UserError that names the device and the field.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace vestige {

class StateVisitor {
  public:
    virtual ~StateVisitor() = default;

    virtual bool loading() const = 0;

    // Everything visited within `body` belongs to the named section. `version` is that of the code;
    // on loading, a section of another version is refused.
    template <typename Body> void section(std::string_view name, std::uint32_t version, Body body) {
        begin_section(name, version);
        body();
        end_section();
    }

    // Fixed-size plain data: integers, enums, bools, floats.
    template <typename T>
    requires(std::is_arithmetic_v<T> || std::is_enum_v<T>) void field(std::string_view name,
                                                                      T& value) {
        bytes(name, std::as_writable_bytes(std::span(&value, 1)));
    }

    template <typename T, std::size_t n>
    requires(std::is_trivially_copyable_v<T>) void field(std::string_view name,
                                                         std::array<T, n>& value) {
        bytes(name, std::as_writable_bytes(std::span(value)));
    }

    template <typename T>
    requires(std::is_trivially_copyable_v<T> &&
             !std::same_as<T, bool>) void field(std::string_view name, std::vector<T>& value) {
        std::uint64_t count = value.size();
        field(name, count);
        if (loading()) value.resize(checked_count(name, count, sizeof(T)));
        bytes(name, std::as_writable_bytes(std::span(value)));
    }

    template <typename T>
    requires(std::is_trivially_copyable_v<T>) void field(std::string_view name,
                                                         std::deque<T>& value) {
        std::vector<T> copy(value.begin(), value.end());
        field(name, copy);
        if (loading()) value.assign(copy.begin(), copy.end());
    }

    void field(std::string_view name, std::string& value) {
        std::vector<char> copy(value.begin(), value.end());
        field(name, copy);
        if (loading()) value.assign(copy.begin(), copy.end());
    }

    // Raw contents of a fixed size (RAM, tables).
    virtual void bytes(std::string_view name, std::span<std::byte> data) = 0;

  protected:
    virtual void begin_section(std::string_view name, std::uint32_t version) = 0;
    virtual void end_section() = 0;
    // Refuses a count that the rest of the file cannot hold.
    virtual std::size_t checked_count(std::string_view name, std::uint64_t count,
                                      std::size_t element_size) = 0;
};

} // namespace vestige
