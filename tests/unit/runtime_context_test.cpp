// Contexts that are dropped by their keys.
#include <array>

#include <catch2/catch.hpp>

#include "translator/runtime/context.h"

using namespace vestige::runtime;

TEST_CASE("contexts: those dropped by key are empty when they are found again, others are not") {
    ContextCache contexts(4);
    std::array<std::byte, page_size> page{};
    const auto key = [](std::uint32_t word) {
        ContextKey made;
        made.words[3] = word;
        return made;
    };
    Context& first = contexts.find(key(1));
    Context& second = contexts.find(key(2));
    for (Context* context : {&first, &second}) {
        context->map_read(7, page.data());
        context->map_write(7, page.data());
        context->add_fetch_page(7, {0x7000, page.data(), false});
        context->cache_jump(0x7000, 0, page.data());
    }
    contexts.drop_contexts([](const ContextKey& which) { return which.words[3] == 1; });
    CHECK(&contexts.find(key(2)) == &second);
    CHECK(second.read_map()[7] != 0);
    CHECK(second.fetch_page(7) != nullptr);
    CHECK(&contexts.find(key(1)) == &first);
    CHECK(first.read_map()[7] == 0);
    CHECK(first.write_map()[7] == 0);
    CHECK(first.fetch_page(7) == nullptr);
    CHECK(first.jump_cache()[(0x7000 >> 2) % jump_cache_size].entry == nullptr);
    // Once only.
    first.map_read(7, page.data());
    CHECK(contexts.find(key(1)).read_map()[7] != 0);
}
