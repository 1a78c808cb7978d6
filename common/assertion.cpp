#include "common/assertion.h"

#include <cstdio>
#include <cstdlib>

namespace vestige {

void assertion_failed(const char* condition, const char* file, int line) {
    std::fprintf(stderr, "vestige: internal error: %s (%s:%d). Please report it.\n", condition,
                 file, line);
    std::abort();
}

} // namespace vestige
