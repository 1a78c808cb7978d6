// Where firmware files are found on a host.
#pragma once

#include <string>
#include <vector>

namespace vestige {

// The path of firmware file `name`: `name` itself if it is a path, else the first of `folders` and
// the usual places that has it. Throws UserError that names `package` (Debian's) if none does.
std::string find_firmware(const std::string& name, const std::vector<std::string>& folders,
                          const std::string& package);

} // namespace vestige
