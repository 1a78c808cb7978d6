#include "roms/shared/menu.h"

#include "roms/shared/platform.h"
#include "roms/shared/print.h"

#include <stddef.h>

void menu_show(const struct menu* menu) {
    print("\n%s\n\n", menu->title);
    for (unsigned i = 0; i < menu->item_count; ++i)
        print("  %c  %s\n", menu->items[i].key, menu->items[i].title);
    print("  h  this list\n");
}

static const struct menu_item* find_item(const struct menu* menu, char key) {
    for (unsigned i = 0; i < menu->item_count; ++i) {
        if (menu->items[i].key == key) return &menu->items[i];
    }
    return NULL;
}

void menu_run(const struct menu* menu) {
    for (;;) {
        print("\n%s> ", menu->prompt);
        int key = platform_wait_for_key();
        if (key >= 'A' && key <= 'Z') key += 'a' - 'A';
        if (key <= ' ' || key >= 127) continue; // Enter and the like: just a new prompt
        print("%c\n\n", key);
        const struct menu_item* item = find_item(menu, (char)key);
        if (key == 'h' || key == '?')
            menu_show(menu);
        else if (item == NULL)
            print("There is no item '%c'; h shows the menu.\n", key);
        else if (item->run == NULL)
            return;
        else
            item->run();
    }
}
