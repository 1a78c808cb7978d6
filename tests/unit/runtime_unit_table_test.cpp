// The table of units against a std::map, with hashes that collide and wrap round its end.
#include <catch2/catch.hpp>

#include <map>
#include <memory>
#include <random>

#include "translator/runtime/unit_table.h"

namespace {

struct Thing {
    std::uint32_t key = 0;
};

struct FewHashes {
    std::uint64_t operator()(std::uint32_t key) const { return std::uint64_t{key % 7} - 3; }
};

struct OneForEach {
    std::uint64_t operator()(std::uint32_t key) const { return key; }
};

template <typename Hash> void compare(std::uint32_t keys, unsigned steps) {
    vestige::runtime::UnitTable<Thing, std::uint32_t, Hash> table;
    std::map<std::uint32_t, const Thing*> expected;
    std::mt19937 random(1);
    for (unsigned step = 0; step < steps; ++step) {
        const std::uint32_t key = static_cast<std::uint32_t>(random()) % keys;
        const auto known = expected.find(key);
        REQUIRE(table.find(key) == (known == expected.end() ? nullptr : known->second));
        if (known == expected.end()) {
            auto made = std::make_unique<Thing>(Thing{key});
            expected[key] = made.get();
            table.insert(std::move(made));
        } else if (random() % 2) {
            const auto taken = table.take(*known->second);
            REQUIRE(taken.get() == known->second);
            expected.erase(known);
        }
        REQUIRE(table.size() == expected.size());
    }
    for (const auto& [key, thing] : expected)
        REQUIRE(table.find(key) == thing);
    CHECK(table.all().size() == expected.size());
    CHECK(table.take(Thing{keys}) == nullptr);
}

} // namespace

TEST_CASE("Units that collide are found whatever was taken out before", "[runtime]") {
    compare<FewHashes>(100, 20'000);
}

TEST_CASE("The table of units grows", "[runtime]") { compare<OneForEach>(60'000, 100'000); }
