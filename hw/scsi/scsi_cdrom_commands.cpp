// The commands that a CD drive obeys. SCSI-2 clause 14, MMC-3 (INCITS 360-2002), SPC-3; the page
// layouts of MODE SENSE are those of SFF-8020i as well, which older drivers follow.
#include <utility>

#include "hw/scsi/scsi_cdrom.h"

namespace vestige::hw {

namespace {

constexpr std::uint64_t lead_in = 150; // frames before sector 0
constexpr std::uint8_t track_lead_out = 0xaa;
constexpr std::uint8_t data_track = 0x14; // ADR 1, data, digital copy prohibited

// Puts an address of a table of contents: a sector number, or minutes, seconds and frames.
void put_address(ScsiWriter& w, std::uint64_t lba, bool minutes) {
    if (!minutes) {
        w.u32(lba);
        return;
    }
    const std::uint64_t frame = lba + lead_in;
    w.u8(0).u8(frame / 75 / 60).u8(frame / 75 % 60).u8(frame % 75);
}

} // namespace

// In the order of the codes.
const ScsiTarget::Row ScsiCdrom::command_table[] = {
    row(0x00, Needs::medium, Attention::tells, &ScsiCdrom::ok),  // TEST UNIT READY
    row(0x01, Needs::nothing, Attention::tells, &ScsiCdrom::ok), // REZERO UNIT
    row(0x03, Needs::nothing, Attention::ignores, &ScsiCdrom::request_sense),
    row(0x08, Needs::medium, Attention::tells, &ScsiCdrom::read_6),
    row(0x0b, Needs::medium, Attention::tells, &ScsiCdrom::ok), // SEEK(6)
    row(0x12, Needs::nothing, Attention::ignores, &ScsiCdrom::inquiry),
    row(0x15, Needs::nothing, Attention::tells, &ScsiCdrom::mode_select_6),
    row(0x16, Needs::nothing, Attention::tells, &ScsiCdrom::ok), // RESERVE, of the one initiator
    row(0x17, Needs::nothing, Attention::tells, &ScsiCdrom::ok), // RELEASE
    row(0x1a, Needs::nothing, Attention::tells, &ScsiCdrom::mode_sense_6),
    row(0x1b, Needs::nothing, Attention::tells, &ScsiCdrom::start_stop_unit),
    row(0x1d, Needs::nothing, Attention::tells, &ScsiCdrom::ok), // SEND DIAGNOSTIC
    row(0x1e, Needs::nothing, Attention::tells, &ScsiCdrom::prevent_allow_removal),
    row(0x25, Needs::medium, Attention::tells, &ScsiCdrom::read_capacity),
    row(0x28, Needs::medium, Attention::tells, &ScsiCdrom::read_10),
    row(0x2b, Needs::medium, Attention::tells, &ScsiCdrom::seek),
    row(0x2f, Needs::medium, Attention::tells, &ScsiCdrom::verify_10),
    row(0x43, Needs::medium, Attention::tells, &ScsiCdrom::read_toc),
    row(0x46, Needs::nothing, Attention::ignores, &ScsiCdrom::get_configuration),
    row(0x4a, Needs::nothing, Attention::ignores, &ScsiCdrom::get_event_status),
    row(0x51, Needs::medium, Attention::tells, &ScsiCdrom::read_disc_information),
    row(0x55, Needs::nothing, Attention::tells, &ScsiCdrom::mode_select_10),
    row(0x5a, Needs::nothing, Attention::tells, &ScsiCdrom::mode_sense_10),
    row(0xa0, Needs::nothing, Attention::ignores, &ScsiCdrom::report_luns),
    row(0xa8, Needs::medium, Attention::tells, &ScsiCdrom::read_12),
    row(0xad, Needs::medium, Attention::tells, &ScsiCdrom::read_dvd_structure),
    row(0xbb, Needs::nothing, Attention::tells, &ScsiCdrom::ok), // SET CD SPEED
    row(0xbd, Needs::nothing, Attention::tells, &ScsiCdrom::mechanism_status),
    row(0xbe, Needs::medium, Attention::tells, &ScsiCdrom::read_cd),
};

std::span<const ScsiTarget::Row> ScsiCdrom::commands() const { return command_table; }

// -- about the drive

void ScsiCdrom::start_stop_unit(const ScsiCommand& command) {
    const bool power_condition = (command[4] & 0xf0) != 0;
    const bool load_eject = (command[4] & 2) != 0, start = (command[4] & 1) != 0;
    if (!power_condition && load_eject) {
        if (!start && locked_ && !tray_open_) return fail(scsi::removal_prevented);
        if (tray_open_ && start && medium_) {
            set_attention(scsi::medium_changed);
            new_media_event_ = true;
        }
        tray_open_ = !start;
    }
    finish();
}

void ScsiCdrom::prevent_allow_removal(const ScsiCommand& command) {
    locked_ = (command[4] & 1) != 0;
    finish();
}

void ScsiCdrom::mechanism_status(const ScsiCommand& command) {
    ScsiWriter w;
    w.u8(0).u8(tray_open_ ? 0x10 : 0).zeros(3).u8(1).zeros(2);
    reply(w.bytes, command.u16(8));
}

void ScsiCdrom::get_configuration(const ScsiCommand& command) {
    constexpr std::uint16_t profile_cd = 0x0008, profile_dvd = 0x0010;
    enum Feature : std::uint16_t { list = 0x00, core = 0x01, removable = 0x03, readable = 0x10 };
    enum Wanted : std::uint8_t { wanted_all, wanted_current, wanted_one };
    constexpr std::uint32_t on_scsi = 1, on_atapi = 2; // physical interfaces of the core feature
    const std::uint16_t first = command.u16(2);
    const auto wanted = static_cast<Wanted>(command[1] & 3);
    const std::uint16_t current = !ready() ? 0 : is_dvd() ? profile_dvd : profile_cd;
    ScsiWriter w;
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
    if (feature(core, true))
        w.u16(core).u8(persistent | is_current).u8(4).u32(kind_ == Kind::sun ? on_scsi : on_atapi);
    if (feature(removable, true)) // a tray, ejects, locks
        w.u16(removable).u8(persistent | is_current).u8(4).u8(0x29).zeros(3);
    if (feature(readable, ready()))
        w.u16(readable).u8(ready() ? is_current : 0).u8(8).u32(sector_size).u16(1).u16(0);
    w.set_u32(0, w.bytes.size() - 4);
    reply(w.bytes, command.u16(7));
}

void ScsiCdrom::get_event_status(const ScsiCommand& command) {
    constexpr std::uint8_t polled = 1, class_media = 4, none = 0x80;
    enum Event : std::uint8_t { no_event, eject_requested, new_media };
    if (!(command[1] & polled)) return fail(scsi::bad_field);
    ScsiWriter w;
    if (command[4] & 1 << class_media) {
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
    reply(w.bytes, command.u16(7));
}

ScsiTarget::ModeHeader ScsiCdrom::mode_header() const {
    constexpr std::uint8_t disc_data = 0x01, disc_none = 0x70, door_open = 0x71;
    return {.medium_type = tray_open_ ? door_open
                           : medium_  ? disc_data
                                      : disc_none,
            .has_block_descriptor = kind_ == Kind::sun,
            .blocks = medium_ ? blocks() : 0,
            .block_size = block_size_};
}

std::vector<ScsiTarget::ModePage> ScsiCdrom::mode_pages() const {
    constexpr std::uint16_t speed = 706; // kB/s, as drives of the time say "4x"
    ScsiWriter errors, cd, audio, capabilities;
    errors.u8(0).u8(5).zeros(4);
    cd.u8(0).u8(0x0d).u16(60).u16(75); // seconds and frames in an address
    audio.u8(4).zeros(13);
    capabilities.u8(0x3b).u8(0);    // reads CD-R, CD-RW, method 2, DVD-ROM, DVD-R
    capabilities.u8(0x71).u8(0x60); // "plays audio" (some mount data discs only then), mode 2,
                                    // sessions
    capabilities.u8(0x29 | (locked_ ? 2 : 0)); // locks, ejects, has a tray
    capabilities.u8(0).u16(speed).u16(2).u16(512).u16(speed).zeros(6);
    std::vector<ModePage> pages = {{.code = 0x01, .data = errors.bytes}};
    if (kind_ == Kind::sun) pages.push_back({.code = 0x0d, .data = cd.bytes});
    pages.push_back({.code = 0x0e, .data = audio.bytes});
    pages.push_back({.code = 0x2a, .data = capabilities.bytes});
    return pages;
}

// -- reading

void ScsiCdrom::read_capacity(const ScsiCommand&) {
    ScsiWriter w;
    w.u32(blocks() - 1).u32(block_size_);
    reply(w.bytes, w.bytes.size());
}

void ScsiCdrom::read_6(const ScsiCommand& command) {
    read_blocks(command.u24(1) & 0x1f'ffff, command[4] ? command[4] : 256);
}

void ScsiCdrom::read_10(const ScsiCommand& command) { read_blocks(command.u32(2), command.u16(7)); }

void ScsiCdrom::read_12(const ScsiCommand& command) { read_blocks(command.u32(2), command.u32(6)); }

void ScsiCdrom::read_cd(const ScsiCommand& command) {
    constexpr std::uint8_t user_data = 0x10, everything = 0xf8;
    // In sectors, whatever the block size.
    const std::uint64_t lba = command.u32(2), count = command.u24(6);
    if (lba > sectors() || count > sectors() - lba) return fail(scsi::beyond_end);
    first_block_ = lba;
    switch (command[9] & 0xf8) {
    case 0: return finish();
    case user_data: unit_size_ = sector_size; break;
    case everything: unit_size_ = raw_sector_size; break;
    default: return fail(scsi::bad_field);
    }
    send(count * unit_size_);
}

void ScsiCdrom::verify_10(const ScsiCommand& command) {
    constexpr std::uint8_t byte_check = 0x02;
    const std::uint64_t lba = command.u32(2), count = command.u16(7);
    if (command[1] & byte_check) return fail(scsi::bad_field);
    lba <= blocks() && count <= blocks() - lba ? finish() : fail(scsi::beyond_end);
}

void ScsiCdrom::seek(const ScsiCommand& command) {
    command.u32(2) < blocks() ? finish() : fail(scsi::beyond_end);
}

void ScsiCdrom::read_toc(const ScsiCommand& command) {
    enum Format : std::uint8_t { tracks, sessions, full };
    const bool minutes = (command[1] & 2) != 0;
    // MMC has the format in byte 2; older drives took it from the control byte.
    const unsigned format = command[2] & 0x0f ? command[2] & 0x0f : command[9] >> 6;
    const std::uint8_t first = command[6];
    ScsiWriter w;
    w.u16(0).u8(1).u8(1);
    const auto descriptor = [&](std::uint8_t track, std::uint64_t lba) {
        w.u8(0).u8(data_track).u8(track).u8(0);
        put_address(w, lba, minutes);
    };
    // In the full form the addresses are always minutes, and points A0 to A2 describe the session.
    const auto point = [&](std::uint8_t number, std::uint64_t a, std::uint64_t b, std::uint64_t c) {
        w.u8(1).u8(data_track).u8(0).u8(number).zeros(4).u8(a).u8(b).u8(c);
    };
    const std::uint64_t end = sectors() + lead_in;
    switch (format) {
    case tracks:
        if (first > 1 && first != track_lead_out) return fail(scsi::bad_field);
        if (first <= 1) descriptor(1, 0);
        descriptor(track_lead_out, minutes ? sectors() : blocks());
        break;
    case sessions: descriptor(1, 0); break;
    case full:
        point(0xa0, 1, 0, 0);
        point(0xa1, 1, 0, 0);
        point(0xa2, end / 75 / 60, end / 75 % 60, end % 75);
        point(1, 0, 2, 0);
        break;
    default: return fail(scsi::bad_field);
    }
    w.set_u16(0, w.bytes.size() - 2);
    reply(w.bytes, command.u16(7));
}

void ScsiCdrom::read_disc_information(const ScsiCommand& command) {
    constexpr std::uint8_t complete = 0x0e, unrestricted = 0x20;
    if (command[1] & 7) return fail(scsi::bad_field);
    ScsiWriter w;
    w.u16(32).u8(complete).u8(1).u8(1).u8(1).u8(1).u8(unrestricted).zeros(26);
    reply(w.bytes, command.u16(7));
}

void ScsiCdrom::read_dvd_structure(const ScsiCommand& command) {
    enum Format : std::uint8_t { physical, copyright };
    if (!is_dvd()) return fail(scsi::wrong_medium);
    if (command[6] != 0) return fail(scsi::bad_field); // one layer
    ScsiWriter w;
    w.u32(0);
    switch (command[7]) {
    case physical:
        w.u8(0x01).u8(0x0f).u8(0x01).u8(0x00);
        w.u32(0x30000).u32(0x30000 + sectors() - 1).u32(0).zeros(2048 - 16);
        break;
    case copyright: w.zeros(4); break;
    default: return fail(scsi::bad_field);
    }
    w.set_u16(0, w.bytes.size() - 2);
    reply(w.bytes, command.u16(8));
}

} // namespace vestige::hw
