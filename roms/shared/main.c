#include "roms/shared/platform.h"
#include "roms/shared/print.h"
#include "roms/shared/rom.h"

void platform_put_byte(char byte) { console_put(byte); }

int platform_poll_key(void) { return console_has_byte() ? (unsigned char)console_get() : no_key; }

int platform_wait_for_key(void) {
    while (!console_has_byte())
        timer_sleep();
    return (unsigned char)console_get();
}

static struct menu rom_menu_of_machine(void) {
    return (struct menu){
        "This is the Vestige boot ROM. It runs on the bare machine, without an operating system.\n"
        "Press a key:",
        "vestige",
        rom_items,
        rom_item_count,
    };
}

void rom_menu(void) {
    const struct menu menu = rom_menu_of_machine();
    for (;;)
        menu_run(&menu); // no item leaves it
}

void rom_main(void) {
    rom_start();
    print("\n\nVestige boot ROM for %s\n\n", rom_title);
    machine_print();
    const struct menu menu = rom_menu_of_machine();
    menu_show(&menu);
    rom_menu();
}
