#include "machine/boards/drive_places.h"

#include <optional>
#include <string>

#include <fmt/format.h>

#include "common/assertion.h"
#include "common/error.h"

namespace vestige {

namespace {

const char* word_of(DriveInterface interface) {
    switch (interface) {
    case DriveInterface::automatic: break;
    case DriveInterface::ide: return "ide";
    case DriveInterface::scsi: return "scsi";
    case DriveInterface::floppy: return "floppy";
    }
    VESTIGE_UNREACHABLE("no such interface");
}

std::optional<unsigned> place_asked_for(const char* board, const DriveConfig& drive,
                                        const DriveRoom& room) {
    if (drive.index) return drive.index;
    if (!drive.bus && !drive.unit) return {};
    if (drive.unit.value_or(0) >= room.units)
        throw UserError(fmt::format("-drive unit={}: a bus of {} has the {} units 0 to {}",
                                    *drive.unit, board, word_of(room.interface), room.units - 1));
    return drive.bus.value_or(0) * room.units + drive.unit.value_or(0);
}

} // namespace

DrivePlaces::DrivePlaces(const char* board, const std::vector<DriveConfig>& drives,
                         std::span<const DriveRoom> rooms) {
    for (const DriveRoom& room : rooms)
        rooms_.push_back({room, std::vector<const DriveConfig*>(room.buses * room.units)});
    std::vector<std::pair<Room*, const DriveConfig*>> anywhere;
    for (const DriveConfig& drive : drives) {
        Room& room = room_for(board, drive);
        const auto place = place_asked_for(board, drive, room.its);
        if (!place) {
            anywhere.emplace_back(&room, &drive);
            continue;
        }
        if (*place >= room.places.size() || room.places[*place])
            throw UserError(fmt::format(
                "-drive if={},index={}: {} has such places from 0 to {}, one drive each",
                word_of(room.its.interface), *place, board, room.places.size() - 1));
        room.places[*place] = &drive;
    }
    for (const auto& [room, drive] : anywhere) {
        auto& places = room->places;
        std::size_t place = drive->media == DriveMedia::cdrom ? room->its.first_cdrom : 0;
        for (std::size_t tried = 0; tried < places.size() && places[place]; ++tried)
            place = (place + 1) % places.size();
        if (places[place])
            throw UserError(
                fmt::format("{} has no place left for the drive '{}' (if={}: {} in all)", board,
                            drive->file, word_of(room->its.interface), places.size()));
        places[place] = drive;
    }
}

DrivePlaces::Room& DrivePlaces::room_for(const char* board, const DriveConfig& drive) {
    if (drive.interface == DriveInterface::automatic) return rooms_.front();
    std::string known;
    for (Room& room : rooms_) {
        if (room.its.interface == drive.interface) return room;
        known += fmt::format("{}if={}", known.empty() ? "" : ", ", word_of(room.its.interface));
    }
    throw UserError(
        fmt::format("-drive if={}: {} takes {}", word_of(drive.interface), board, known));
}

const std::vector<const DriveConfig*>& DrivePlaces::at(DriveInterface interface) const {
    for (const Room& room : rooms_)
        if (room.its.interface == interface) return room.places;
    VESTIGE_UNREACHABLE("the board has no such room");
}

} // namespace vestige
