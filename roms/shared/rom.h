// What a ROM is, seen from shared/main.c: how it starts, its console and its menu.
#pragma once

#include "roms/shared/menu.h"

#include <stdbool.h>

// Makes translation, the console and the timer work, and finds out about the machine.
void rom_start(void);
extern const char rom_title[]; // of the machine, for the banner

// The console, and sleep while nothing comes from it, a hundredth of a second at most.
void console_put(char byte);
bool console_has_byte(void);
char console_get(void);
void timer_sleep(void);

// The machine in words, and the menu's items.
void machine_print(void);
extern const struct menu_item rom_items[];
extern const unsigned rom_item_count;

// Called by start.S; neither returns.
void rom_main(void);
void rom_menu(void);
