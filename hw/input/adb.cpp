// Apple, Guide to the Macintosh Family Hardware, 2nd edition, chapter 8.
#include "hw/input/adb.h"

#include "machine/core/state.h"

namespace vestige::hw {

namespace {

constexpr std::uint8_t command_reset = 0;
constexpr std::uint8_t command_flush = 1;
constexpr std::uint8_t command_listen = 8;
constexpr std::uint8_t command_talk = 12;
constexpr unsigned register_identity = 3;

// Register 3, high byte: no exceptional event, may ask for service, address.
constexpr std::uint8_t identity_flags = 0x60;

// Handler values in Listen register 3 that are commands (table 8-9).
enum : std::uint8_t {
    handler_change_address_and_enable = 0x00,
    handler_change_address_if_activated = 0xfd,
    handler_change_address = 0xfe,
    handler_self_test = 0xff,
};

} // namespace

AdbDevice::AdbDevice(std::string name, std::uint8_t default_address, std::uint8_t default_handler)
    : Device(std::move(name)),
      default_address_(default_address),
      default_handler_(default_handler),
      address_(default_address),
      handler_(default_handler) {}

AdbData AdbDevice::talk(unsigned index) {
    if (index == register_identity) return AdbData::pair(identity_flags | address_, handler_);
    return talk_register(index);
}

void AdbDevice::listen(unsigned index, std::span<const std::uint8_t> data) {
    if (index != register_identity) {
        listen_register(index, data);
        return;
    }
    // Mac OS 9 sends a third, shorter one after it has set up the bus, which must not move anybody.
    if (data.size() != 2) return;
    switch (data[1]) {
    case handler_self_test: return;
    case handler_change_address_if_activated: // no device here has an activator, as on QEMU it
                                              // moves
    case handler_change_address:
    case handler_change_address_and_enable: address_ = data[0] & 0x0f; return;
    default:
        address_ = data[0] & 0x0f;
        if (supports_handler(data[1])) handler_ = data[1];
    }
}

void AdbDevice::reset() {
    address_ = default_address_;
    handler_ = default_handler_;
    reset_device();
}

void AdbDevice::visit(StateVisitor& state) {
    state.section(name(), 1, [&] {
        state.field("address", address_);
        state.field("handler", handler_);
        visit_device(state);
    });
    if (state.loading()) address_ &= 0x0f;
}

void AdbBus::attach(AdbDevice& device) {
    devices_.push_back(&device);
    device.service_request_ = [this] {
        if (service_handler_) service_handler_();
    };
}

std::optional<AdbData> AdbBus::transact(std::uint8_t command, std::span<const std::uint8_t> data) {
    if ((command & 0x0f) == command_reset) {
        for (AdbDevice* device : devices_)
            device->reset();
        return AdbData{};
    }
    for (AdbDevice* device : devices_) {
        if (device->address() != command >> 4) continue;
        if ((command & 0x0f) == command_flush)
            device->flush();
        else if ((command & 0x0c) == command_talk)
            return device->talk(command & 3);
        else if ((command & 0x0c) == command_listen)
            device->listen(command & 3, data.first(std::min<std::size_t>(data.size(), 8)));
        return AdbData{};
    }
    return std::nullopt;
}

std::optional<AdbBus::Polled> AdbBus::poll(std::uint16_t addresses) {
    for (std::size_t i = 0; i < devices_.size(); i++) {
        next_ %= static_cast<std::uint32_t>(devices_.size());
        AdbDevice& device = *devices_[next_];
        if (device.has_data() && (addresses >> device.address() & 1))
            return Polled{static_cast<std::uint8_t>(device.address() << 4 | command_talk),
                          device.talk(0)};
        next_++;
    }
    return std::nullopt;
}

bool AdbBus::wants_service(std::uint16_t addresses) const {
    for (const AdbDevice* device : devices_)
        if (device->has_data() && (addresses >> device->address() & 1)) return true;
    return false;
}

void AdbBus::visit(StateVisitor& state) { state.field("next", next_); }

} // namespace vestige::hw
