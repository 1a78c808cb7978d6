// A window on the host's desktop: shows what a video card shows, takes keys and mouse for the
// guest.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "hw/display/picture.h"
#include "hw/input/input_events.h"

namespace vestige::hw {

// All of SDL happens on a thread of the window's own. One window a process.
//
// A click takes the mouse, Ctrl-Alt-G gives it back, Ctrl-Alt-F fills the screen.
class SdlWindow {
  public:
    // `input` may be null. `closed` is called on the window's thread when the user closes it.
    // Throws UserError if the host has no desktop.
    SdlWindow(std::string title, const DisplaySource& source, InputHub* input,
              std::function<void()> closed);
    ~SdlWindow();
    SdlWindow(const SdlWindow&) = delete;
    SdlWindow& operator=(const SdlWindow&) = delete;

  private:
    class Screen; // all that is SDL's
    std::atomic<bool> ending_ = false;
    std::thread thread_;
};

} // namespace vestige::hw
