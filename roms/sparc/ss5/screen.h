// The framebuffer: TCX or cgthree.
#pragma once

#include <stdbool.h>

// Looks which of them there is, and asks fw_cfg how large the screen is, if there is one.
void screen_find(bool has_fw_cfg);

const char* screen_name(void);
