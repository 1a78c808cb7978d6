// What is printed on a drive: IDENTIFY's and INQUIRY's data.
#pragma once

#include <string>

namespace vestige::hw {

struct DriveIdentity {
    std::string model;    // up to 40 characters, 16 on SCSI
    std::string serial;   // up to 20
    std::string revision; // up to 8, 4 on SCSI
};

} // namespace vestige::hw
