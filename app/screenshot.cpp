#include "app/screenshot.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

#include <fmt/format.h>
#include <png.h>

#include "common/error.h"

namespace vestige {

namespace {

std::vector<std::uint8_t> to_rgb(const hw::Picture& picture) {
    std::vector<std::uint8_t> rgb;
    rgb.reserve(picture.pixels.size() * 3);
    for (const std::uint32_t pixel : picture.pixels)
        for (const unsigned shift : {16u, 8u, 0u})
            rgb.push_back(static_cast<std::uint8_t>(pixel >> shift));
    return rgb;
}

bool write_ppm(std::FILE* file, const hw::Picture& picture, const std::vector<std::uint8_t>& rgb) {
    return std::fprintf(file, "P6\n%u %u\n255\n", picture.width, picture.height) > 0 &&
           std::fwrite(rgb.data(), 1, rgb.size(), file) == rgb.size();
}

bool write_png(std::FILE* file, const hw::Picture& picture, const std::vector<std::uint8_t>& rgb) {
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    image.width = picture.width;
    image.height = picture.height;
    image.format = PNG_FORMAT_RGB;
    return png_image_write_to_stdio(&image, file, 0, rgb.data(), 0, nullptr) != 0;
}

} // namespace

void write_picture(const hw::Picture& picture, const std::string& path) {
    std::FILE* file = std::fopen(path.c_str(), "wb");
    if (!file)
        throw UserError(
            fmt::format("cannot write the picture '{}': {}", path, std::strerror(errno)));
    const auto rgb = to_rgb(picture);
    errno = 0;
    const bool written =
        path.ends_with(".ppm") ? write_ppm(file, picture, rgb) : write_png(file, picture, rgb);
    const int write_error = errno;
    if (std::fclose(file) != 0 || !written) {
        const int error = write_error ? write_error : errno;
        // Half a picture helps nobody; but a device that is full stays.
        if (std::filesystem::is_regular_file(path)) std::remove(path.c_str());
        throw UserError(fmt::format("cannot write the picture '{}': {}", path,
                                    error ? std::strerror(error) : "the encoder failed"));
    }
}

void save_screen(const hw::DisplaySource* display, const std::string& path) {
    if (!display) throw UserError("no picture saved: this machine has no screen");
    hw::Picture picture;
    display->draw(picture);
    if (picture.width == 0 || picture.height == 0)
        throw UserError("no picture saved: the guest has not switched its screen on");
    write_picture(picture, path);
}

} // namespace vestige
