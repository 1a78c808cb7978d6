// A serial port that leads nowhere.
#pragma once

#include "hw/char/char_backend.h"

namespace vestige::hw {

class NullCharBackend final : public CharBackend {
  public:
    void write(std::span<const std::byte>) override {}
    void resume() override {}
};

} // namespace vestige::hw
