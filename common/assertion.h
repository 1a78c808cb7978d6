// Our own bugs stop the program, loudly, in every build: a wrong emulator is worse than none.
#pragma once

namespace vestige {

[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);

} // namespace vestige

#define VESTIGE_ASSERT(condition)                                                                  \
    (__builtin_expect(!!(condition), 1)                                                            \
         ? static_cast<void>(0)                                                                    \
         : ::vestige::assertion_failed(#condition, __FILE__, __LINE__))

#define VESTIGE_UNREACHABLE(why) ::vestige::assertion_failed(why, __FILE__, __LINE__)
