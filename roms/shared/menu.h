// A menu of single keys.
#pragma once

struct menu_item {
    char key; // a lower-case letter; capitals are accepted too
    const char* title;
    void (*run)(void); // null: the item leaves the menu
};

struct menu {
    const char* title;
    const char* prompt;
    const struct menu_item* items;
    unsigned item_count;
};

void menu_show(const struct menu* menu);

// Serves keys until an item without a function is chosen. 'h' and '?' show the menu.
void menu_run(const struct menu* menu);
