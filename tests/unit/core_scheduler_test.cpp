#include <catch2/catch.hpp>

#include <string>

#include "machine/core/scheduler.h"

using namespace vestige;

namespace {

struct ManualClock : Clock {
    Time time = 0;
    Time now() const override { return time; }
};

} // namespace

TEST_CASE("Timers fire in order of time, then of construction") {
    ManualClock clock;
    Scheduler scheduler(clock);
    std::string fired;
    Timer a(scheduler, [&] { fired += 'a'; });
    Timer b(scheduler, [&] { fired += 'b'; });
    Timer c(scheduler, [&] { fired += 'c'; });
    c.arm_at(20);
    b.arm_at(10);
    a.arm_at(20);
    CHECK(scheduler.next_deadline() == 10);
    clock.time = 9;
    scheduler.run_due();
    CHECK(fired.empty());
    clock.time = 30;
    scheduler.run_due();
    CHECK(fired == "bac");
    CHECK(scheduler.next_deadline() == never);
}

TEST_CASE("An action may arm its own timer again") {
    ManualClock clock;
    Scheduler scheduler(clock);
    int fired = 0;
    Timer* self = nullptr;
    Timer timer(scheduler, [&] {
        ++fired;
        self->arm_at(self->armed() ? never : 10 * (fired + 1));
    });
    self = &timer;
    timer.arm_at(10);
    clock.time = 35;
    scheduler.run_due();
    CHECK(fired == 3);
    CHECK(timer.deadline() == 40);
}

TEST_CASE("The generation tells of a new deadline") {
    ManualClock clock;
    Scheduler scheduler(clock);
    Timer timer(scheduler, [] {});
    const auto before = scheduler.generation();
    timer.arm_at(10);
    CHECK(scheduler.generation() != before);
    const auto armed = scheduler.generation();
    timer.arm_at(10);
    CHECK(scheduler.generation() == armed);
    {
        Timer earlier(scheduler, [] {});
        earlier.arm_at(5);
        CHECK(scheduler.next_deadline() == 5);
    }
    CHECK(scheduler.next_deadline() == 10);
    timer.cancel();
    CHECK(scheduler.next_deadline() == never);
}

TEST_CASE("Delays and counts that no clock can hold mean never") {
    ManualClock clock;
    clock.time = second;
    Scheduler scheduler(clock);
    Timer timer(scheduler, [] {});
    timer.arm_in(never - 1);
    CHECK_FALSE(timer.armed());
    CHECK(ticks_to_time(UINT64_MAX, 1) == never);
    CHECK(ticks_to_time(1, 3) == 333333334);
    CHECK(time_to_ticks(333333334, 3) == 1);
    CHECK(time_to_ticks(333333333, 3) == 0);
    CHECK(time_to_ticks(never - 1, 100'000'000) == 922337203685477580);
}

TEST_CASE("Scaling is exact, with factors of 32 bits and of more") {
    __extension__ typedef unsigned __int128 Wide;
    std::uint64_t seed = 88172645463325252;
    const auto random = [&] {
        seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
        return seed >> seed % 64;
    };
    for (unsigned i = 0; i < 100'000; ++i) {
        const std::uint64_t value = random();
        const std::uint64_t times = i % 2 ? random() : random() & 0xffffffff;
        const std::uint64_t over = (i % 4 ? random() & 0xffffffff : random()) | 1;
        REQUIRE(scale(value, times, over) ==
                static_cast<std::uint64_t>(static_cast<Wide>(value) * times / over));
    }
    CHECK(scale(UINT64_MAX, 0xffffffff, 0xffffffff) == UINT64_MAX);
    CHECK(time_to_ticks(never, 16'600'000) == 153'107'975'811'789'278u);
}
