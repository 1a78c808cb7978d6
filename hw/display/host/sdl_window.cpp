#include "hw/display/host/sdl_window.h"

#include <future>
#include <set>
#include <utility>

#include <SDL.h>
#include <fmt/format.h>
#include <linux/input-event-codes.h>

#include "common/error.h"
#include "hw/display/host/sdl_keys.h"

namespace vestige::hw {

namespace {

constexpr int frame_milliseconds = 33;
constexpr unsigned first_width = 800, first_height = 600; // before the guest sets a mode

[[noreturn]] void refuse() {
    throw UserError(
        fmt::format("no window: {} (run it on a desktop, or with -nographic)", SDL_GetError()));
}

} // namespace

class SdlWindow::Screen {
  public:
    Screen(std::string title, const DisplaySource& source, InputHub* input,
           std::function<void()> closed)
        : title_(std::move(title)), source_(source), input_(input), closed_(std::move(closed)) {
        // Ctrl-C at the terminal is the program's own business.
        SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
        SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "1");
        if (SDL_Init(SDL_INIT_VIDEO) != 0) refuse();
        window_ = SDL_CreateWindow(title_.c_str(), SDL_WINDOWPOS_UNDEFINED, SDL_WINDOWPOS_UNDEFINED,
                                   first_width, first_height, SDL_WINDOW_RESIZABLE);
        renderer_ = window_ ? SDL_CreateRenderer(window_, -1, 0) : nullptr;
        if (!renderer_) {
            close();
            refuse();
        }
    }
    ~Screen() { close(); }
    Screen(const Screen&) = delete;
    Screen& operator=(const Screen&) = delete;

    void run(const std::atomic<bool>& ending) {
        while (!ending) {
            SDL_Event event;
            const Uint32 frame_end = SDL_GetTicks() + frame_milliseconds;
            for (int left = frame_milliseconds; left > 0 && !ending;
                 left = static_cast<int>(frame_end - SDL_GetTicks()))
                if (SDL_WaitEventTimeout(&event, left)) handle(event);
            show();
        }
    }

  private:
    void close() {
        if (texture_) SDL_DestroyTexture(texture_);
        if (renderer_) SDL_DestroyRenderer(renderer_);
        if (window_) SDL_DestroyWindow(window_);
        SDL_Quit();
    }

    void show() {
        Picture picture = std::move(next_);
        source_.draw(picture);
        const bool same_size = picture.width == shown_.width && picture.height == shown_.height;
        if (same_size && picture.pixels == shown_.pixels && !redraw_) {
            next_ = std::move(picture);
            return;
        }
        if (!same_size) change_size(picture);
        if (texture_)
            SDL_UpdateTexture(texture_, nullptr, picture.pixels.data(),
                              static_cast<int>(picture.width * sizeof(std::uint32_t)));
        SDL_SetRenderDrawColor(renderer_, 0, 0, 0, SDL_ALPHA_OPAQUE);
        SDL_RenderClear(renderer_);
        if (texture_) SDL_RenderCopy(renderer_, texture_, nullptr, nullptr);
        SDL_RenderPresent(renderer_);
        next_ = std::exchange(shown_, std::move(picture));
        redraw_ = false;
    }

    void change_size(const Picture& picture) {
        if (texture_) SDL_DestroyTexture(texture_);
        texture_ = nullptr;
        if (picture.width == 0) return;
        const int width = static_cast<int>(picture.width),
                  height = static_cast<int>(picture.height);
        texture_ = SDL_CreateTexture(renderer_, SDL_PIXELFORMAT_RGB888, SDL_TEXTUREACCESS_STREAMING,
                                     width, height);
        if (!(SDL_GetWindowFlags(window_) & SDL_WINDOW_FULLSCREEN_DESKTOP))
            SDL_SetWindowSize(window_, width, height);
        SDL_RenderSetLogicalSize(renderer_, width, height);
    }

    void handle(const SDL_Event& event) {
        switch (event.type) {
        case SDL_QUIT: closed_(); break;
        case SDL_WINDOWEVENT:
            redraw_ = true;
            if (event.window.event == SDL_WINDOWEVENT_FOCUS_LOST) let_go();
            break;
        case SDL_KEYDOWN:
        case SDL_KEYUP: handle_key(event.key); break;
        case SDL_MOUSEMOTION:
            if (grabbed_) send_mouse(event.motion.xrel, event.motion.yrel, 0);
            break;
        case SDL_MOUSEBUTTONDOWN:
            if (!grabbed_) {
                grab(true); // the click that takes the mouse is not the guest's
                break;
            }
            change_button(event.button.button, true);
            break;
        case SDL_MOUSEBUTTONUP:
            if (grabbed_) change_button(event.button.button, false);
            break;
        case SDL_MOUSEWHEEL:
            if (grabbed_) send_mouse(0, 0, event.wheel.y);
            break;
        default: break;
        }
    }

    void handle_key(const SDL_KeyboardEvent& event) {
        const bool pressed = event.type == SDL_KEYDOWN;
        const bool command = (event.keysym.mod & KMOD_CTRL) && (event.keysym.mod & KMOD_ALT);
        if (command && pressed && !event.repeat) {
            if (event.keysym.scancode == SDL_SCANCODE_G) {
                grab(!grabbed_);
                return;
            }
            if (event.keysym.scancode == SDL_SCANCODE_F) {
                const bool full = SDL_GetWindowFlags(window_) & SDL_WINDOW_FULLSCREEN_DESKTOP;
                SDL_SetWindowFullscreen(window_, full ? 0 : SDL_WINDOW_FULLSCREEN_DESKTOP);
                return;
            }
        }
        // The guest repeats keys by itself.
        if (event.repeat) return;
        if (const auto key = neutral_key(event.keysym.scancode)) send_key(*key, pressed);
    }

    void send_key(std::uint16_t key, bool pressed) {
        if (pressed)
            held_.insert(key);
        else if (held_.erase(key) == 0)
            return; // its press was not the guest's
        if (input_)
            input_->post(
                KeyEvent{key, pressed ? KeyEvent::Action::press : KeyEvent::Action::release});
    }

    void change_button(unsigned button, bool pressed) {
        const unsigned bit = button == SDL_BUTTON_LEFT     ? MouseEvent::left
                             : button == SDL_BUTTON_RIGHT  ? MouseEvent::right
                             : button == SDL_BUTTON_MIDDLE ? MouseEvent::middle
                                                           : 0u;
        buttons_ = pressed ? buttons_ | bit : buttons_ & ~bit;
        send_mouse(0, 0, 0);
    }

    void send_mouse(int dx, int dy, int wheel) {
        if (input_) input_->post(MouseEvent{dx, dy, wheel, static_cast<std::uint8_t>(buttons_)});
    }

    void grab(bool on) {
        grabbed_ = on;
        SDL_SetRelativeMouseMode(on ? SDL_TRUE : SDL_FALSE);
        SDL_SetWindowTitle(window_,
                           (on ? title_ + " - Ctrl-Alt-G gives the mouse back" : title_).c_str());
        if (!on) let_go();
    }

    // Nothing stays pressed in a guest that no longer hears of it.
    void let_go() {
        for (const std::uint16_t key : std::set<std::uint16_t>(held_))
            send_key(key, false);
        if (buttons_ != 0) {
            buttons_ = 0;
            send_mouse(0, 0, 0);
        }
        if (grabbed_) grab(false);
    }

    std::string title_;
    const DisplaySource& source_;
    InputHub* input_;
    std::function<void()> closed_;
    SDL_Window* window_ = nullptr;
    SDL_Renderer* renderer_ = nullptr;
    SDL_Texture* texture_ = nullptr;
    Picture shown_, next_;
    bool redraw_ = true;
    bool grabbed_ = false;
    unsigned buttons_ = 0;
    std::set<std::uint16_t> held_;
};

SdlWindow::SdlWindow(std::string title, const DisplaySource& source, InputHub* input,
                     std::function<void()> closed) {
    std::promise<void> opened;
    auto result = opened.get_future();
    thread_ = std::thread([this, opened = std::move(opened), title = std::move(title), &source,
                           input, closed = std::move(closed)]() mutable {
        std::unique_ptr<Screen> screen;
        try {
            screen = std::make_unique<Screen>(std::move(title), source, input, std::move(closed));
        } catch (...) {
            opened.set_exception(std::current_exception());
            return;
        }
        opened.set_value();
        screen->run(ending_);
    });
    try {
        result.get();
    } catch (...) {
        thread_.join();
        throw;
    }
}

SdlWindow::~SdlWindow() {
    ending_ = true;
    thread_.join();
}

} // namespace vestige::hw
