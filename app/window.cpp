#include "app/window.h"

#include "hw/display/host/sdl_window.h"

namespace vestige {

namespace {

class Window final : public HostWindow {
  public:
    Window(std::string title, const hw::DisplaySource& source, hw::InputHub* input,
           RunControl& control)
        : window_(std::move(title), source, input, [&control] { control.quit(); }) {}

  private:
    hw::SdlWindow window_;
};

} // namespace

std::unique_ptr<HostWindow> open_sdl_window(Machine& machine, const Options& options,
                                            RunControl& control) {
    const hw::DisplaySource* display = machine.display();
    if (!display) return nullptr;
    std::string title = "Vestige";
    title += options.name.empty() ? " (" + options.machine.machine + ")" : " - " + options.name;
    return std::make_unique<Window>(std::move(title), *display, machine.input(), control);
}

} // namespace vestige
