#include <catch2/catch.hpp>

#include <thread>

#include "translator/runtime/statistics.h"

using namespace vestige::runtime;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t millisecond = 1'000'000;

} // namespace

TEST_CASE("statistics: each moment is charged to the innermost activity, once") {
    TimeAccount account;
    account.enable();
    {
        const ActivityScope outer(account, Activity::dispatching);
        {
            const ActivityScope inner(account, Activity::walking);
            std::this_thread::sleep_for(4ms);
        }
        std::this_thread::sleep_for(2ms);
    }
    account.change(Activity::machine);
    CHECK(account.nanoseconds(Activity::walking) >= 4 * millisecond);
    CHECK(account.nanoseconds(Activity::dispatching) >= 2 * millisecond);
    CHECK(account.nanoseconds(Activity::generated) == 0);
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < activity_count; ++i)
        sum += account.nanoseconds(static_cast<Activity>(i));
    CHECK(sum == account.total_nanoseconds());
    // Neither of the two holds the other's share.
    CHECK(account.nanoseconds(Activity::dispatching) <=
          account.total_nanoseconds() - 4 * millisecond);
}

TEST_CASE("statistics: time while the machine is stopped counts for nothing") {
    TimeAccount account;
    account.enable();
    account.change(Activity::machine);
    const std::uint64_t before = account.total_nanoseconds();
    std::this_thread::sleep_for(50ms);
    account.resume();
    account.change(Activity::machine);
    CHECK(account.total_nanoseconds() - before < 50 * millisecond);
}

TEST_CASE("statistics: an account that is not enabled follows what goes on and keeps no times") {
    TimeAccount account;
    {
        const ActivityScope scope(account, Activity::devices);
        CHECK(account.change(Activity::idle) == Activity::devices);
        CHECK(account.change(Activity::devices) == Activity::idle);
    }
    CHECK(account.change(Activity::machine) == Activity::machine);
    CHECK(account.total_nanoseconds() == 0);
}

TEST_CASE("statistics: samples gather by region, the hottest first") {
    PcSamples spots;
    spots.sample(0x1000);
    CHECK(spots.samples() == 0); // not asked for
    spots.enable();
    for (const std::uint64_t pc : {0x1000, 0x10fc, 0x2040, 0x3000, 0x30ff, 0x3004, 0x1100})
        spots.sample(pc);
    CHECK(spots.samples() == 7);
    const auto hottest = spots.hottest(3);
    REQUIRE(hottest.size() == 3);
    CHECK(hottest[0].first == 0x3000);
    CHECK(hottest[0].samples == 3);
    CHECK(hottest[1].first == 0x1000);
    CHECK(hottest[1].samples == 2);
    CHECK(hottest[2].first == 0x1100);
}
