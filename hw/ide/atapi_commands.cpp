// The packets that an ATAPI CD drive obeys. MMC-3 (INCITS 360-2002), SPC-3; the page layouts of
// MODE SENSE are those of SFF-8020i as well, which older drivers follow.
#include <algorithm>
#include <utility>
#include <vector>

#include "common/endian.h"
#include "hw/ide/atapi_cdrom.h"

namespace vestige::hw {

namespace {

constexpr std::uint64_t cooked = 2048;
constexpr std::uint64_t most_cd_sectors = 80 * 60 * 75; // longer discs are DVDs
constexpr std::uint64_t lead_in = 150;                  // frames before sector 0
constexpr std::uint8_t track_lead_out = 0xaa;
constexpr std::uint8_t data_track = 0x14; // ADR 1, data, digital copy prohibited
constexpr std::uint8_t device_type_cd = 5;

// Builds big-endian replies.
struct Writer {
    std::vector<std::uint8_t> bytes;

    Writer& u8(std::uint64_t value) {
        bytes.push_back(static_cast<std::uint8_t>(value));
        return *this;
    }
    Writer& u16(std::uint64_t value) { return u8(value >> 8).u8(value); }
    Writer& u32(std::uint64_t value) { return u16(value >> 16).u16(value); }
    Writer& zeros(std::size_t count) {
        bytes.resize(bytes.size() + count);
        return *this;
    }
    Writer& text(const std::string& value, std::size_t width) {
        for (std::size_t i = 0; i < width; i++)
            u8(i < value.size() ? static_cast<unsigned char>(value[i]) : ' ');
        return *this;
    }
    void set_u16(std::size_t at, std::size_t value) {
        store_be(&bytes[at], static_cast<std::uint16_t>(value));
    }
    void set_u32(std::size_t at, std::size_t value) {
        store_be(&bytes[at], static_cast<std::uint32_t>(value));
    }
    // An address of a table of contents: a sector number, or minutes, seconds and frames.
    Writer& address(std::uint64_t lba, bool minutes) {
        if (!minutes) return u32(lba);
        const std::uint64_t frame = lba + lead_in;
        return u8(0).u8(frame / 75 / 60).u8(frame / 75 % 60).u8(frame % 75);
    }
};

std::uint16_t u16_at(const std::array<std::uint8_t, 12>& packet, std::size_t at) {
    return load_be<std::uint16_t>(&packet[at]);
}
std::uint32_t u32_at(const std::array<std::uint8_t, 12>& packet, std::size_t at) {
    return load_be<std::uint32_t>(&packet[at]);
}

} // namespace

struct AtapiCdrom::Command {
    std::uint8_t code;
    enum : std::uint8_t { always, with_disc } needs;
    // Runs although the disc was changed, and leaves that to be told (MMC-3, "Unit attention").
    enum : std::uint8_t { tells_change, ignores_change } attention;
    Handler handler;
};

const AtapiCdrom::Command AtapiCdrom::command_table[] = {
    {0x00, Command::with_disc, Command::tells_change, &AtapiCdrom::test_unit_ready},
    {0x03, Command::always, Command::ignores_change, &AtapiCdrom::request_sense},
    {0x12, Command::always, Command::ignores_change, &AtapiCdrom::inquiry},
    {0x1b, Command::always, Command::tells_change, &AtapiCdrom::start_stop_unit},
    {0x1e, Command::always, Command::tells_change, &AtapiCdrom::prevent_allow_removal},
    {0x25, Command::with_disc, Command::tells_change, &AtapiCdrom::read_capacity},
    {0x28, Command::with_disc, Command::tells_change, &AtapiCdrom::read_10},
    {0x2b, Command::with_disc, Command::tells_change, &AtapiCdrom::seek},
    {0x43, Command::with_disc, Command::tells_change, &AtapiCdrom::read_toc},
    {0x46, Command::always, Command::ignores_change, &AtapiCdrom::get_configuration},
    {0x4a, Command::always, Command::ignores_change, &AtapiCdrom::get_event_status},
    {0x51, Command::with_disc, Command::tells_change, &AtapiCdrom::read_disc_information},
    {0x5a, Command::always, Command::tells_change, &AtapiCdrom::mode_sense},
    {0xa8, Command::with_disc, Command::tells_change, &AtapiCdrom::read_12},
    {0xad, Command::with_disc, Command::tells_change, &AtapiCdrom::read_dvd_structure},
    {0xbb, Command::always, Command::tells_change, &AtapiCdrom::set_speed},
    {0xbd, Command::always, Command::tells_change, &AtapiCdrom::mechanism_status},
    {0xbe, Command::with_disc, Command::tells_change, &AtapiCdrom::read_cd},
};

void AtapiCdrom::run_packet() {
    log_.write(LogItem::device, "{}: packet {:08x} {:08x} {:08x}", name(), u32_at(packet_, 0),
               u32_at(packet_, 4), u32_at(packet_, 8));
    const auto* const row = std::ranges::find(command_table, packet_[0], &Command::code);
    if (row == std::end(command_table)) return packet_failed(unknown_command);
    if (attention_ && row->attention == Command::tells_change) {
        attention_ = false;
        return packet_failed(medium_changed);
    }
    if (row->needs == Command::with_disc && !ready()) return packet_failed(no_medium);
    (this->*row->handler)(packet_);
}

// -- about the disc

std::uint64_t AtapiCdrom::sectors() const { return (medium_->size() + cooked - 1) / cooked; }

bool AtapiCdrom::is_dvd() const { return sectors() > most_cd_sectors; }

// -- about the drive

void AtapiCdrom::request_sense(const Packet& packet) {
    if (attention_ && sense_.key == 0) {
        sense_ = medium_changed;
        attention_ = false;
    }
    Writer w;
    w.u8(0x70).u8(0).u8(sense_.key).zeros(4).u8(10).zeros(4);
    w.u8(sense_.code).u8(sense_.qualifier).zeros(4);
    sense_ = no_sense;
    reply(w.bytes, packet[4]);
}

void AtapiCdrom::inquiry(const Packet& packet) {
    if (packet[1] & 1) return packet_failed(bad_field); // no vital product data
    constexpr std::uint8_t removable = 0x80, atapi_format = 0x21, rest = 31;
    Writer w;
    w.u8(device_type_cd).u8(removable).u8(0).u8(atapi_format).u8(rest).zeros(3);
    w.text("VESTIGE", 8).text(identity_.model, 16).text(identity_.revision, 4);
    reply(w.bytes, packet[4]);
}

void AtapiCdrom::start_stop_unit(const Packet& packet) {
    const bool power_condition = (packet[4] & 0xf0) != 0;
    const bool load_eject = (packet[4] & 2) != 0, start = (packet[4] & 1) != 0;
    if (!power_condition && load_eject) {
        if (!start && locked_ && !tray_open_) return packet_failed(removal_prevented);
        if (tray_open_ && start && medium_) attention_ = new_media_event_ = true;
        tray_open_ = !start;
    }
    packet_done();
}

void AtapiCdrom::prevent_allow_removal(const Packet& packet) {
    locked_ = (packet[4] & 1) != 0;
    packet_done();
}

void AtapiCdrom::set_speed(const Packet&) { packet_done(); }

void AtapiCdrom::mechanism_status(const Packet& packet) {
    Writer w;
    w.u8(0).u8(tray_open_ ? 0x10 : 0).zeros(3).u8(1).zeros(2);
    reply(w.bytes, u16_at(packet, 8));
}

void AtapiCdrom::get_configuration(const Packet& packet) {
    constexpr std::uint16_t profile_cd = 0x0008, profile_dvd = 0x0010;
    enum Feature : std::uint16_t { list = 0x00, core = 0x01, removable = 0x03, readable = 0x10 };
    enum Wanted : std::uint8_t { wanted_all, wanted_current, wanted_one };
    const std::uint16_t first = u16_at(packet, 2);
    const auto wanted = static_cast<Wanted>(packet[1] & 3);
    const std::uint16_t current = !ready() ? 0 : is_dvd() ? profile_dvd : profile_cd;
    Writer w;
    w.u32(0).u16(0).u16(current);
    const auto feature = [&](Feature code, bool is_current) {
        return (wanted == wanted_one ? code == first : code >= first) &&
               (wanted != wanted_current || is_current);
    };
    constexpr std::uint8_t is_current = 1, persistent = 2;
    if (feature(list, true)) {
        w.u16(list).u8(persistent | is_current).u8(8);
        for (const std::uint16_t profile : {profile_dvd, profile_cd})
            w.u16(profile).u8(profile == current ? 1 : 0).u8(0);
    }
    if (feature(core, true)) w.u16(core).u8(persistent | is_current).u8(4).u32(2); // on ATAPI
    if (feature(removable, true))
        w.u16(removable).u8(persistent | is_current).u8(4).u8(0x29).zeros(3); // a tray, ejects,
                                                                              // locks
    if (feature(readable, ready()))
        w.u16(readable).u8(ready() ? is_current : 0).u8(8).u32(cooked).u16(1).u16(0);
    w.set_u32(0, w.bytes.size() - 4);
    reply(w.bytes, u16_at(packet, 7));
}

void AtapiCdrom::get_event_status(const Packet& packet) {
    constexpr std::uint8_t polled = 1, class_media = 4, none = 0x80;
    enum Event : std::uint8_t { no_event, eject_requested, new_media };
    if (!(packet[1] & polled)) return packet_failed(bad_field);
    Writer w;
    if (packet[4] & 1 << class_media) {
        Event event = no_event;
        if (std::exchange(new_media_event_, false))
            event = new_media;
        else if (std::exchange(eject_event_, false))
            event = eject_requested;
        w.u16(4).u8(class_media).u8(1 << class_media);
        w.u8(event).u8((tray_open_ ? 1 : 0) | (ready() ? 2 : 0)).u16(0);
    } else {
        w.u16(0).u8(none).u8(1 << class_media);
    }
    reply(w.bytes, u16_at(packet, 7));
}

void AtapiCdrom::mode_sense(const Packet& packet) {
    enum Page : std::uint8_t { errors = 0x01, audio = 0x0e, capabilities = 0x2a, all = 0x3f };
    enum Control : std::uint8_t { current, changeable, defaults, saved };
    const std::uint8_t page = packet[2] & 0x3f;
    const auto control = static_cast<Control>(packet[2] >> 6);
    if (control == saved) return packet_failed(no_saved_pages);
    if (page != errors && page != audio && page != capabilities && page != all)
        return packet_failed(bad_field);

    constexpr std::uint8_t disc_data = 0x01, disc_none = 0x70, door_open = 0x71;
    constexpr std::uint16_t speed = 706; // kB/s, as drives of the time say "4x"
    Writer w;
    w.u16(0).u8(tray_open_ ? door_open : medium_ ? disc_data : disc_none).zeros(5);
    if (page == errors || page == all) w.u8(errors).u8(6).u8(0).u8(5).zeros(4);
    if (page == audio || page == all) w.u8(audio).u8(14).u8(4).zeros(13);
    if (page == capabilities || page == all) {
        w.u8(capabilities).u8(20);
        w.u8(0x3b).u8(0);    // reads CD-R, CD-RW, method 2, DVD-ROM, DVD-R
        w.u8(0x71).u8(0x60); // "plays audio" (some mount data discs only then), mode 2, sessions
        w.u8(0x29 | (locked_ ? 2 : 0)); // locks, ejects, has a tray
        w.u8(0).u16(speed).u16(2).u16(512).u16(speed).zeros(6);
    }
    if (control == changeable) {
        // Page by page, all but the two header bytes is fixed.
        for (std::size_t at = 8; at < w.bytes.size(); at += 2u + w.bytes[at + 1])
            std::fill_n(w.bytes.begin() + static_cast<std::ptrdiff_t>(at) + 2, w.bytes[at + 1], 0);
    }
    w.set_u16(0, w.bytes.size() - 2);
    reply(w.bytes, u16_at(packet, 7));
}

// -- reading

void AtapiCdrom::read_capacity(const Packet&) {
    Writer w;
    w.u32(sectors() - 1).u32(cooked);
    reply(w.bytes, w.bytes.size());
}

void AtapiCdrom::read_blocks(std::uint64_t lba, std::uint64_t count) {
    if (lba > sectors() || count > sectors() - lba) return packet_failed(beyond_end);
    reply_sectors(lba, count, cooked);
}

void AtapiCdrom::read_10(const Packet& packet) {
    read_blocks(u32_at(packet, 2), u16_at(packet, 7));
}

void AtapiCdrom::read_12(const Packet& packet) {
    read_blocks(u32_at(packet, 2), u32_at(packet, 6));
}

void AtapiCdrom::read_cd(const Packet& packet) {
    constexpr std::uint8_t user_data = 0x10, everything = 0xf8;
    const std::uint64_t lba = u32_at(packet, 2), count = u32_at(packet, 5) & 0xff'ffff;
    if (lba > sectors() || count > sectors() - lba) return packet_failed(beyond_end);
    switch (packet[9] & 0xf8) {
    case 0: packet_done(); break;
    case user_data: reply_sectors(lba, count, cooked); break;
    case everything: reply_sectors(lba, count, 2352); break;
    default: packet_failed(bad_field);
    }
}

void AtapiCdrom::seek(const Packet& packet) {
    u32_at(packet, 2) < sectors() ? packet_done() : packet_failed(beyond_end);
}

void AtapiCdrom::read_toc(const Packet& packet) {
    enum Format : std::uint8_t { tracks, sessions, full };
    const bool minutes = (packet[1] & 2) != 0;
    // MMC has the format in byte 2; older drives took it from the control byte.
    const unsigned format = packet[2] & 0x0f ? packet[2] & 0x0f : packet[9] >> 6;
    const std::uint8_t first = packet[6];
    Writer w;
    w.u16(0).u8(1).u8(1);
    const auto descriptor = [&](std::uint8_t track, std::uint64_t lba) {
        w.u8(0).u8(data_track).u8(track).u8(0).address(lba, minutes);
    };
    // In the full form the addresses are always minutes, and points A0 to A2 describe the session.
    const auto point = [&](std::uint8_t number, std::uint64_t a, std::uint64_t b, std::uint64_t c) {
        w.u8(1).u8(data_track).u8(0).u8(number).zeros(4).u8(a).u8(b).u8(c);
    };
    const std::uint64_t end = sectors() + lead_in;
    switch (format) {
    case tracks:
        if (first > 1 && first != track_lead_out) return packet_failed(bad_field);
        if (first <= 1) descriptor(1, 0);
        descriptor(track_lead_out, sectors());
        break;
    case sessions: descriptor(1, 0); break;
    case full:
        point(0xa0, 1, 0, 0);
        point(0xa1, 1, 0, 0);
        point(0xa2, end / 75 / 60, end / 75 % 60, end % 75);
        point(1, 0, 2, 0);
        break;
    default: return packet_failed(bad_field);
    }
    w.set_u16(0, w.bytes.size() - 2);
    reply(w.bytes, u16_at(packet, 7));
}

void AtapiCdrom::read_disc_information(const Packet& packet) {
    constexpr std::uint8_t complete = 0x0e, unrestricted = 0x20;
    if (packet[1] & 7) return packet_failed(bad_field);
    Writer w;
    w.u16(32).u8(complete).u8(1).u8(1).u8(1).u8(1).u8(unrestricted).zeros(26);
    reply(w.bytes, u16_at(packet, 7));
}

void AtapiCdrom::read_dvd_structure(const Packet& packet) {
    enum Format : std::uint8_t { physical, copyright };
    if (!is_dvd()) return packet_failed(wrong_medium);
    if (packet[6] != 0) return packet_failed(bad_field); // one layer
    Writer w;
    w.u32(0);
    switch (packet[7]) {
    case physical:
        w.u8(0x01).u8(0x0f).u8(0x01).u8(0x00);
        w.u32(0x30000).u32(0x30000 + sectors() - 1).u32(0).zeros(2048 - 16);
        break;
    case copyright: w.zeros(4); break;
    default: return packet_failed(bad_field);
    }
    w.set_u16(0, w.bytes.size() - 2);
    reply(w.bytes, u16_at(packet, 8));
}

} // namespace vestige::hw
