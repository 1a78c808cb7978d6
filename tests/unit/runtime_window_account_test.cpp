// When a context gets a window, and when it loses it again.
#include <catch2/catch.hpp>

#include "translator/runtime/window.h"

using vestige::runtime::WindowAccount;

TEST_CASE("a window is due after some time, and later after each that did not pay") {
    WindowAccount account;
    std::uint64_t waited = 1;
    while (!account.due())
        ++waited;
    CHECK(waited == WindowAccount{}.wait);

    // All pages come and go without end.
    std::uint64_t operations = 0;
    while (account.affords(operations))
        operations += 1000;
    std::uint64_t waited_again = 1;
    while (!account.due())
        ++waited_again;
    CHECK(waited_again == 16 * waited);
}

TEST_CASE("a window that pays stays") {
    WindowAccount account;
    // A working set at once, then an operation a sample.
    std::uint64_t operations = 4000;
    bool affords = true;
    for (unsigned sample = 0; sample < 100'000; ++sample)
        affords = affords && account.affords(++operations);
    CHECK(affords);
    // A long quiet time does not buy more than a working set.
    for (unsigned sample = 0; sample < 100'000; ++sample)
        account.affords(operations);
    CHECK_FALSE(account.affords(operations + 2 * WindowAccount::most_credit));
}
