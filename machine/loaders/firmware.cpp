#include "machine/loaders/firmware.h"

#include <filesystem>

#include <fmt/format.h>

#include "common/error.h"

namespace vestige {

namespace {

constexpr const char* usual_places[] = {
    "/usr/share/qemu",
    "/usr/local/share/qemu",
    "/usr/share/openbios",
    "/usr/share/vestige",
};

bool is_file(const std::filesystem::path& path) {
    std::error_code ignored;
    return std::filesystem::is_regular_file(path, ignored);
}

} // namespace

std::string find_firmware(const std::string& name, const std::vector<std::string>& folders,
                          const std::string& package) {
    if (name.find('/') != name.npos) {
        if (is_file(name)) return name;
        throw UserError(fmt::format("no firmware file '{}'", name));
    }
    std::vector<std::string> places = folders;
    places.insert(places.end(), std::begin(usual_places), std::end(usual_places));
    for (const std::string& place : places)
        if (const auto path = std::filesystem::path(place) / name; is_file(path))
            return path.string();
    // As QEMU does, a plain name may also mean a file here.
    if (is_file(name)) return name;
    throw UserError(fmt::format(
        "firmware '{}' is not installed: install the package {} (apt-get install {}), or give its "
        "folder with -L, or start Vestige's own ROM with -bios vestige",
        name, package, package));
}

} // namespace vestige
