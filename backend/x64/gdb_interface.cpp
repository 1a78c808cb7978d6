#include "backend/x64/gdb_interface.h"

#include <mutex>

namespace {

enum class GdbAction : std::uint32_t { none, added, removed };

struct GdbDescriptor {
    std::uint32_t version;
    GdbAction action;
    vestige::x64::GdbCodeEntry* relevant;
    vestige::x64::GdbCodeEntry* first;
};

std::mutex gdb_list_mutex;

} // namespace

// The names are GDB's: it looks them up, and sets a breakpoint in the function.
extern "C" {
GdbDescriptor __jit_debug_descriptor = {1, GdbAction::none, nullptr, nullptr};

[[gnu::noinline]] void __jit_debug_register_code() {
    // Not to be merged with another empty function, nor left out.
    asm volatile("" ::: "memory");
}
}

namespace vestige::x64 {

void announce_to_gdb(GdbCodeEntry& entry) {
    const std::lock_guard lock(gdb_list_mutex);
    GdbDescriptor& list = __jit_debug_descriptor;
    entry.previous = nullptr;
    entry.next = list.first;
    if (entry.next) entry.next->previous = &entry;
    list.first = &entry;
    list.relevant = &entry;
    list.action = GdbAction::added;
    __jit_debug_register_code();
}

void withdraw_from_gdb(GdbCodeEntry& entry) {
    const std::lock_guard lock(gdb_list_mutex);
    GdbDescriptor& list = __jit_debug_descriptor;
    (entry.previous ? entry.previous->next : list.first) = entry.next;
    if (entry.next) entry.next->previous = entry.previous;
    list.relevant = &entry;
    list.action = GdbAction::removed;
    __jit_debug_register_code();
}

} // namespace vestige::x64
