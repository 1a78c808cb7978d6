// SDL's keys in neutral terms.
#pragma once

#include <cstdint>
#include <optional>

#include <SDL_scancode.h>

namespace vestige::hw {

// The KEY_* of <linux/input-event-codes.h> at the same place of the keyboard.
std::optional<std::uint16_t> neutral_key(SDL_Scancode scancode);

} // namespace vestige::hw
