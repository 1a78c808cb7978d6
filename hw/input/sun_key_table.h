// The codes of a Sun type 5 keyboard.
#pragma once

#include <linux/input-event-codes.h>

#include "hw/input/key_table.h"

namespace vestige::hw {

// In the order of the codes; a PC's right Control sends what the one there is sends. Source: Linux
// drivers/input/keyboard/sunkbd.c.
inline constexpr KeyRow sun_key_table[] = {
    {KEY_STOP, 0x01},       {KEY_VOLUMEDOWN, 0x02}, {KEY_AGAIN, 0x03},      {KEY_VOLUMEUP, 0x04},
    {KEY_F1, 0x05},         {KEY_F2, 0x06},         {KEY_F10, 0x07},        {KEY_F3, 0x08},
    {KEY_F11, 0x09},        {KEY_F4, 0x0a},         {KEY_F12, 0x0b},        {KEY_F5, 0x0c},
    {KEY_RIGHTALT, 0x0d},   {KEY_F6, 0x0e},         {KEY_MACRO, 0x0f},      {KEY_F7, 0x10},
    {KEY_F8, 0x11},         {KEY_F9, 0x12},         {KEY_LEFTALT, 0x13},    {KEY_UP, 0x14},
    {KEY_PAUSE, 0x15},      {KEY_SYSRQ, 0x16},      {KEY_SCROLLLOCK, 0x17}, {KEY_LEFT, 0x18},
    {KEY_PROPS, 0x19},      {KEY_UNDO, 0x1a},       {KEY_DOWN, 0x1b},       {KEY_RIGHT, 0x1c},
    {KEY_ESC, 0x1d},        {KEY_1, 0x1e},          {KEY_2, 0x1f},          {KEY_3, 0x20},
    {KEY_4, 0x21},          {KEY_5, 0x22},          {KEY_6, 0x23},          {KEY_7, 0x24},
    {KEY_8, 0x25},          {KEY_9, 0x26},          {KEY_0, 0x27},          {KEY_MINUS, 0x28},
    {KEY_EQUAL, 0x29},      {KEY_GRAVE, 0x2a},      {KEY_BACKSPACE, 0x2b},  {KEY_INSERT, 0x2c},
    {KEY_MUTE, 0x2d},       {KEY_KPSLASH, 0x2e},    {KEY_KPASTERISK, 0x2f}, {KEY_POWER, 0x30},
    {KEY_FRONT, 0x31},      {KEY_KPDOT, 0x32},      {KEY_COPY, 0x33},       {KEY_HOME, 0x34},
    {KEY_TAB, 0x35},        {KEY_Q, 0x36},          {KEY_W, 0x37},          {KEY_E, 0x38},
    {KEY_R, 0x39},          {KEY_T, 0x3a},          {KEY_Y, 0x3b},          {KEY_U, 0x3c},
    {KEY_I, 0x3d},          {KEY_O, 0x3e},          {KEY_P, 0x3f},          {KEY_LEFTBRACE, 0x40},
    {KEY_RIGHTBRACE, 0x41}, {KEY_DELETE, 0x42},     {KEY_COMPOSE, 0x43},    {KEY_KP7, 0x44},
    {KEY_KP8, 0x45},        {KEY_KP9, 0x46},        {KEY_KPMINUS, 0x47},    {KEY_OPEN, 0x48},
    {KEY_PASTE, 0x49},      {KEY_END, 0x4a},        {KEY_LEFTCTRL, 0x4c},   {KEY_RIGHTCTRL, 0x4c},
    {KEY_A, 0x4d},          {KEY_S, 0x4e},          {KEY_D, 0x4f},          {KEY_F, 0x50},
    {KEY_G, 0x51},          {KEY_H, 0x52},          {KEY_J, 0x53},          {KEY_K, 0x54},
    {KEY_L, 0x55},          {KEY_SEMICOLON, 0x56},  {KEY_APOSTROPHE, 0x57}, {KEY_BACKSLASH, 0x58},
    {KEY_ENTER, 0x59},      {KEY_KPENTER, 0x5a},    {KEY_KP4, 0x5b},        {KEY_KP5, 0x5c},
    {KEY_KP6, 0x5d},        {KEY_KP0, 0x5e},        {KEY_FIND, 0x5f},       {KEY_PAGEUP, 0x60},
    {KEY_CUT, 0x61},        {KEY_NUMLOCK, 0x62},    {KEY_LEFTSHIFT, 0x63},  {KEY_Z, 0x64},
    {KEY_X, 0x65},          {KEY_C, 0x66},          {KEY_V, 0x67},          {KEY_B, 0x68},
    {KEY_N, 0x69},          {KEY_M, 0x6a},          {KEY_COMMA, 0x6b},      {KEY_DOT, 0x6c},
    {KEY_SLASH, 0x6d},      {KEY_RIGHTSHIFT, 0x6e}, {KEY_LINEFEED, 0x6f},   {KEY_KP1, 0x70},
    {KEY_KP2, 0x71},        {KEY_KP3, 0x72},        {KEY_HELP, 0x76},       {KEY_CAPSLOCK, 0x77},
    {KEY_LEFTMETA, 0x78},   {KEY_SPACE, 0x79},      {KEY_RIGHTMETA, 0x7a},  {KEY_PAGEDOWN, 0x7b},
    {KEY_102ND, 0x7c},      {KEY_KPPLUS, 0x7d},
};

} // namespace vestige::hw
