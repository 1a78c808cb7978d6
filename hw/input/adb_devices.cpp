// Apple, Guide to the Macintosh Family Hardware, 2nd edition, chapter 8: "ADB Device Registers",
// "Apple Extended Keyboard" (figure 8-10: key codes) and "Apple Standard Mouse".
#include "hw/input/adb_devices.h"

#include "hw/input/key_table.h"
#include "machine/core/state.h"

namespace vestige::hw {

namespace {

// In the order of the codes.
constexpr KeyRow key_table[] = {
    {KEY_A, 0x00},          {KEY_S, 0x01},          {KEY_D, 0x02},          {KEY_F, 0x03},
    {KEY_H, 0x04},          {KEY_G, 0x05},          {KEY_Z, 0x06},          {KEY_X, 0x07},
    {KEY_C, 0x08},          {KEY_V, 0x09},          {KEY_102ND, 0x0a},      {KEY_B, 0x0b},
    {KEY_Q, 0x0c},          {KEY_W, 0x0d},          {KEY_E, 0x0e},          {KEY_R, 0x0f},
    {KEY_Y, 0x10},          {KEY_T, 0x11},          {KEY_1, 0x12},          {KEY_2, 0x13},
    {KEY_3, 0x14},          {KEY_4, 0x15},          {KEY_6, 0x16},          {KEY_5, 0x17},
    {KEY_EQUAL, 0x18},      {KEY_9, 0x19},          {KEY_7, 0x1a},          {KEY_MINUS, 0x1b},
    {KEY_8, 0x1c},          {KEY_0, 0x1d},          {KEY_RIGHTBRACE, 0x1e}, {KEY_O, 0x1f},
    {KEY_U, 0x20},          {KEY_LEFTBRACE, 0x21},  {KEY_I, 0x22},          {KEY_P, 0x23},
    {KEY_ENTER, 0x24},      {KEY_L, 0x25},          {KEY_J, 0x26},          {KEY_APOSTROPHE, 0x27},
    {KEY_K, 0x28},          {KEY_SEMICOLON, 0x29},  {KEY_BACKSLASH, 0x2a},  {KEY_COMMA, 0x2b},
    {KEY_SLASH, 0x2c},      {KEY_N, 0x2d},          {KEY_M, 0x2e},          {KEY_DOT, 0x2f},
    {KEY_TAB, 0x30},        {KEY_SPACE, 0x31},      {KEY_GRAVE, 0x32},      {KEY_BACKSPACE, 0x33},
    {KEY_ESC, 0x35},        {KEY_LEFTCTRL, 0x36},   {KEY_LEFTMETA, 0x37},   {KEY_RIGHTMETA, 0x37},
    {KEY_LEFTSHIFT, 0x38},  {KEY_CAPSLOCK, 0x39},   {KEY_LEFTALT, 0x3a},    {KEY_LEFT, 0x3b},
    {KEY_RIGHT, 0x3c},      {KEY_DOWN, 0x3d},       {KEY_UP, 0x3e},         {KEY_KPDOT, 0x41},
    {KEY_KPASTERISK, 0x43}, {KEY_KPPLUS, 0x45},     {KEY_NUMLOCK, 0x47},    {KEY_VOLUMEUP, 0x48},
    {KEY_VOLUMEDOWN, 0x49}, {KEY_MUTE, 0x4a},       {KEY_KPSLASH, 0x4b},    {KEY_KPENTER, 0x4c},
    {KEY_KPMINUS, 0x4e},    {KEY_KPEQUAL, 0x51},    {KEY_KP0, 0x52},        {KEY_KP1, 0x53},
    {KEY_KP2, 0x54},        {KEY_KP3, 0x55},        {KEY_KP4, 0x56},        {KEY_KP5, 0x57},
    {KEY_KP6, 0x58},        {KEY_KP7, 0x59},        {KEY_KP8, 0x5b},        {KEY_KP9, 0x5c},
    {KEY_YEN, 0x5d},        {KEY_RO, 0x5e},         {KEY_KPCOMMA, 0x5f},    {KEY_F5, 0x60},
    {KEY_F6, 0x61},         {KEY_F7, 0x62},         {KEY_F3, 0x63},         {KEY_F8, 0x64},
    {KEY_F9, 0x65},         {KEY_F11, 0x67},        {KEY_F13, 0x69},        {KEY_SYSRQ, 0x69},
    {KEY_F14, 0x6b},        {KEY_SCROLLLOCK, 0x6b}, {KEY_F10, 0x6d},        {KEY_F12, 0x6f},
    {KEY_F15, 0x71},        {KEY_PAUSE, 0x71},      {KEY_INSERT, 0x72},     {KEY_HELP, 0x72},
    {KEY_HOME, 0x73},       {KEY_PAGEUP, 0x74},     {KEY_DELETE, 0x75},     {KEY_F4, 0x76},
    {KEY_END, 0x77},        {KEY_F2, 0x78},         {KEY_PAGEDOWN, 0x79},   {KEY_F1, 0x7a},
    {KEY_RIGHTSHIFT, 0x7b}, {KEY_RIGHTALT, 0x7c},   {KEY_RIGHTCTRL, 0x7d},  {KEY_POWER, 0x7f},
};

enum Code : std::uint8_t {
    code_delete = 0x33,
    code_control = 0x36,
    code_command = 0x37,
    code_shift = 0x38,
    code_caps_lock = 0x39,
    code_option = 0x3a,
    code_num_lock = 0x47,
    code_scroll_lock = 0x6b,
    code_right_shift = 0x7b,
    code_right_option = 0x7c,
    code_right_control = 0x7d,
    code_power = 0x7f,
    code_released = 0x80,
    code_none = 0xff,
};

constexpr std::size_t queue_limit = 128; // beyond that a keyboard beeps; ours forgets

constexpr std::uint8_t handler_standard = 1;
constexpr std::uint8_t handler_extended = 2;
constexpr std::uint8_t handler_left_and_right = 3; // right modifiers have codes of their own

// Without that handler, the right-hand modifiers report as the left ones.
std::uint8_t left_of(std::uint8_t code) {
    switch (code) {
    case code_right_shift: return code_shift;
    case code_right_option: return code_option;
    case code_right_control: return code_control;
    default: return code;
    }
}

} // namespace

std::optional<std::uint8_t> adb_key_code(std::uint16_t key) {
    return find_key_code(key_table, key);
}

// -- keyboard

AdbKeyboard::AdbKeyboard(std::string name)
    : AdbDevice(std::move(name), adb_address_keyboard, handler_standard) {}

void AdbKeyboard::key(const KeyEvent& event) {
    const auto code = adb_key_code(event.key);
    if (!code) return;
    bool press = event.action == KeyEvent::Action::press;
    if (*code == code_caps_lock) {
        // A Mac's Caps Lock latches: down at one stroke, up at the next.
        if (!press) return;
        caps_locked_ = !caps_locked_;
        press = caps_locked_;
    } else if (press == (down_[*code] != 0)) {
        return; // the host's auto-repeat, or a release of what went down before the window had
                // focus
    }
    if (queue_.size() >= queue_limit) return;
    down_[*code] = press;
    const std::uint8_t seen = handler() == handler_left_and_right ? *code : left_of(*code);
    queue_.push_back(static_cast<std::uint8_t>(seen | (press ? 0 : code_released)));
    data_arrived();
}

// Register 2, high byte: a clear bit is a modifier that is held.
std::uint8_t AdbKeyboard::modifiers() const {
    const auto held = [&](std::uint8_t a, std::uint8_t b) { return down_[a] || down_[b]; };
    unsigned bits = 0xff;
    if (held(code_delete, code_delete)) bits &= ~0x40u;
    if (caps_locked_) bits &= ~0x20u;
    if (held(code_power, code_power)) bits &= ~0x10u;
    if (held(code_control, code_right_control)) bits &= ~0x08u;
    if (held(code_shift, code_right_shift)) bits &= ~0x04u;
    if (held(code_option, code_right_option)) bits &= ~0x02u;
    if (held(code_command, code_command)) bits &= ~0x01u;
    return static_cast<std::uint8_t>(bits);
}

AdbData AdbKeyboard::talk_register(unsigned index) {
    if (index == 2) {
        const unsigned locks =
            (down_[code_num_lock] ? 0 : 0x80u) | (down_[code_scroll_lock] ? 0 : 0x40u);
        return AdbData::pair(modifiers(), locks | 0x38 | leds_);
    }
    if (index != 0 || queue_.empty()) return {};
    const std::uint8_t first = queue_.front();
    queue_.pop_front();
    // The power key's two bytes are its own: 7f 7f and ff ff.
    if ((first & 0x7f) == code_power) return AdbData::pair(first, first);
    if (queue_.empty() || (queue_.front() & 0x7f) == code_power)
        return AdbData::pair(first, code_none);
    const std::uint8_t second = queue_.front();
    queue_.pop_front();
    return AdbData::pair(first, second);
}

void AdbKeyboard::listen_register(unsigned index, std::span<const std::uint8_t> data) {
    if (index == 2 && data.size() >= 2) leds_ = data[1] & 7;
}

bool AdbKeyboard::supports_handler(std::uint8_t handler) const {
    return handler == handler_standard || handler == handler_extended ||
           handler == handler_left_and_right;
}

void AdbKeyboard::reset_device() {
    queue_.clear();
    down_.fill(0);
    leds_ = 7;
    caps_locked_ = false;
}

void AdbKeyboard::visit_device(StateVisitor& state) {
    state.field("queue", queue_);
    state.field("down", down_);
    state.field("leds", leds_);
    state.field("caps_locked", caps_locked_);
}

// -- mouse

namespace {

constexpr std::uint8_t handler_100_per_inch = 1;
constexpr std::uint8_t handler_200_per_inch = 2;
constexpr std::int32_t most_motion = 63; // of a 7-bit signed field

} // namespace

AdbMouse::AdbMouse(std::string name)
    : AdbDevice(std::move(name), adb_address_mouse, handler_200_per_inch) {}

void AdbMouse::mouse(const MouseEvent& event) {
    motion_.add(event);
    buttons_ = event.buttons & (MouseEvent::left | MouseEvent::right);
    if (has_data()) data_arrived();
}

void AdbMouse::flush() {
    motion_ = {};
    reported_buttons_ = buttons_;
}

bool AdbMouse::has_data() const { return motion_.any() || buttons_ != reported_buttons_; }

// Button up is a set bit 7; the second button's place is the X byte, as on Apple's two-button
// handler.
AdbData AdbMouse::talk_register(unsigned index) {
    if (index != 0 || !has_data()) return {};
    const std::int32_t x = MouseMotion::take(motion_.dx, most_motion);
    const std::int32_t y = MouseMotion::take(motion_.dy, most_motion);
    reported_buttons_ = buttons_;
    return AdbData::pair(
        (static_cast<unsigned>(y) & 0x7f) | (buttons_ & MouseEvent::left ? 0 : 0x80),
        (static_cast<unsigned>(x) & 0x7f) | (buttons_ & MouseEvent::right ? 0 : 0x80));
}

bool AdbMouse::supports_handler(std::uint8_t handler) const {
    return handler == handler_100_per_inch || handler == handler_200_per_inch;
}

void AdbMouse::reset_device() {
    motion_ = {};
    buttons_ = reported_buttons_ = 0;
}

void AdbMouse::visit_device(StateVisitor& state) {
    motion_.visit(state);
    state.field("buttons", buttons_);
    state.field("reported_buttons", reported_buttons_);
}

} // namespace vestige::hw
