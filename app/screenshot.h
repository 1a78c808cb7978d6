// The screen as a picture file.
#pragma once

#include <string>

#include "hw/display/picture.h"

namespace vestige {

// PNG, or PPM where the name ends in .ppm. Throws UserError if it cannot be written whole.
void write_picture(const hw::Picture& picture, const std::string& path);

// What `display` shows now. Throws UserError if there is no screen (null) or it shows nothing.
void save_screen(const hw::DisplaySource* display, const std::string& path);

} // namespace vestige
