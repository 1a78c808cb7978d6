// The Apple Desktop Bus, as a controller (CUDA, PMU) sees it.
//
// Source: Apple, Guide to the Macintosh Family Hardware, 2nd edition, chapter 8.
// A command byte is address << 4 | command; commands are Reset 0, Flush 1, Listen 8 + r, Talk 12 +
// r.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "machine/core/device.h"

namespace vestige::hw {

inline constexpr std::uint8_t adb_address_keyboard = 2;
inline constexpr std::uint8_t adb_address_mouse = 3;

// What a register holds: nothing, or 2 to 8 bytes.
struct AdbData {
    std::array<std::uint8_t, 8> bytes{};
    std::uint8_t size = 0;

    static AdbData pair(unsigned first, unsigned second) {
        return {{static_cast<std::uint8_t>(first), static_cast<std::uint8_t>(second)}, 2};
    }
    std::span<const std::uint8_t> span() const { return {bytes.data(), size}; }
};

class AdbDevice : public Device {
  public:
    // Throughout, `address` is the one that the device answers to now.
    std::uint8_t address() const { return address_; }

    AdbData talk(unsigned index);
    void listen(unsigned index, std::span<const std::uint8_t> data);
    virtual void flush() = 0;
    // It has something to say on Talk register 0, and asks for service until it was asked.
    virtual bool has_data() const = 0;

    void reset() final;
    void visit(StateVisitor& state) final;

  protected:
    AdbDevice(std::string name, std::uint8_t default_address, std::uint8_t default_handler);

    std::uint8_t handler() const { return handler_; }
    void data_arrived() const {
        if (service_request_) service_request_();
    }

    virtual AdbData talk_register(unsigned index) = 0; // 0 to 2
    virtual void listen_register(unsigned index, std::span<const std::uint8_t> data) = 0;
    virtual bool supports_handler(std::uint8_t handler) const = 0;
    virtual void reset_device() = 0;
    virtual void visit_device(StateVisitor& state) = 0;

  private:
    friend class AdbBus;

    const std::uint8_t default_address_;
    const std::uint8_t default_handler_;
    std::uint8_t address_;
    std::uint8_t handler_;
    std::function<void()> service_request_;
};

class AdbBus {
  public:
    // Wiring: devices outlive the bus's use; the controller hears when a device begins to have
    // data.
    void attach(AdbDevice& device);
    void set_service_handler(std::function<void()> handler) {
        service_handler_ = std::move(handler);
    }

    // One transaction. Nothing if no device took part (a timeout on the wire).
    std::optional<AdbData> transact(std::uint8_t command, std::span<const std::uint8_t> data);

    // Talk register 0 to the next device, in turn, that has data; `addresses` has a bit for each
    // address that may be asked.
    struct Polled {
        std::uint8_t command;
        AdbData data;
    };
    std::optional<Polled> poll(std::uint16_t addresses);
    bool wants_service(std::uint16_t addresses) const;

    // The controller's, which owns the bus.
    void visit(StateVisitor& state);

  private:
    std::vector<AdbDevice*> devices_;
    std::uint32_t next_ = 0; // whose turn it is
    std::function<void()> service_handler_;
};

} // namespace vestige::hw
