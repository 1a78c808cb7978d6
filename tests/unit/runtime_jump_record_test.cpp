#include <vector>

#include <catch2/catch.hpp>

#include "translator/runtime/jump_record.h"

using vestige::runtime::JumpRecord;

namespace {

std::vector<std::uint64_t> targets(const JumpRecord& record, std::uint64_t jump) {
    const auto found = record.targets(jump);
    return {found.begin(), found.end()};
}

} // namespace

TEST_CASE("targets come in the order of how often they were seen") {
    JumpRecord record;
    for (const std::uint64_t target : {1, 2, 3, 3, 2, 3})
        record.note(0x100, target);
    record.note(0x200, 9);
    CHECK(targets(record, 0x100) == std::vector<std::uint64_t>{3, 2, 1});
    CHECK(targets(record, 0x200) == std::vector<std::uint64_t>{9});
    CHECK(targets(record, 0x300).empty());
}

TEST_CASE("a jump that was looked for has a record, if an empty one") {
    JumpRecord record;
    CHECK_FALSE(record.has(0x100));
    record.look_for(0x100);
    CHECK(record.has(0x100));
    CHECK(record.targets(0x100).empty());
    record.note(0x100, 7);
    record.look_for(0x100);
    CHECK(targets(record, 0x100) == std::vector<std::uint64_t>{7});
    record.clear();
    CHECK_FALSE(record.has(0x100));
}

TEST_CASE("a record is bounded") {
    JumpRecord record;
    for (std::uint64_t target = 0; target < 100; ++target)
        record.note(0x100, target);
    CHECK(record.targets(0x100).size() == JumpRecord::most_targets);
    for (std::uint64_t jump = 0; jump < JumpRecord::most_jumps; ++jump)
        record.look_for(0x1000 + jump); // one too many with that above
    CHECK_FALSE(record.has(0x100));
    CHECK(record.has(0x1000 + JumpRecord::most_jumps - 1));
}
