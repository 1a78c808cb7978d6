#include "roms/shared/demonstrate.h"

#include "roms/shared/exceptions.h"
#include "roms/shared/print.h"

void demonstrate(const char* text, void (*body)(uintptr_t), uintptr_t argument) {
    print("%s\n\n", text);
    if (run_guarded(body, argument)) {
        explain_exception(exception_caught());
        print("\n  The handler was entered at %08x and came back here: all is well.\n",
              (unsigned)exception_entry(exception_caught()));
    } else {
        print("  Nothing happened: this processor let it pass.\n");
    }
}

void demonstrate_jump_to(uintptr_t address) { ((void (*)(void))address)(); }

void demonstrate_user_mode(uintptr_t code) { run_in_user_mode(code); }
