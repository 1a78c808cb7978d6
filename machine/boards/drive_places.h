// Which of the user's drives goes to which place of a board.
#pragma once

#include <span>
#include <vector>

#include "machine/boards/machine_config.h"

namespace vestige {

// The drives of one interface that a board has places for.
struct DriveRoom {
    DriveInterface interface; // not automatic
    unsigned buses, units;    // units on each bus
    unsigned first_cdrom;     // the place where CD-ROM drives begin that name none
};

class DrivePlaces {
  public:
    // The first of `rooms` is for drives that name no interface. Places asked for come first; the
    // other drives take the free ones in order. Throws UserError for drives that find no place.
    DrivePlaces(const char* board, const std::vector<DriveConfig>& drives,
                std::span<const DriveRoom> rooms);

    // By place, bus * units + unit; null where no drive is. The board has such a room.
    const std::vector<const DriveConfig*>& at(DriveInterface interface) const;

  private:
    struct Room {
        DriveRoom its;
        std::vector<const DriveConfig*> places;
    };
    Room& room_for(const char* board, const DriveConfig& drive);

    std::vector<Room> rooms_;
};

} // namespace vestige
