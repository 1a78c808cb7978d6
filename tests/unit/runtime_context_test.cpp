// Contexts that are flushed by their keys, and what a flush keeps.
#include <array>

#include <catch2/catch.hpp>

#include "common/endian.h"
#include "translator/runtime/context.h"

using namespace vestige::runtime;

namespace {

// Tables in one page of memory, and a context that has had pages 7 and 8 translated through them.
struct Tables final : Bus {
    static constexpr std::uint64_t base = 0x5000;
    static constexpr std::uint64_t root = base, leaf_7 = base + 0x100, leaf_8 = base + 0x104;

    alignas(page_size) std::array<std::byte, page_size> words{};
    alignas(page_size) std::array<std::byte, page_size> data{};
    ContextCache contexts{4};
    Context& context = contexts.find({});

    Tables() {
        set(root, 0x51);
        set(leaf_7, 0x71);
        set(leaf_8, 0x81);
        fill(7, walk(leaf_7));
        fill(8, walk(leaf_8));
        context.cache_jump(0x7000, 0, data.data());
        context.cache_jump(0x8000, 0, data.data());
    }
    HostPage page(std::uint64_t physical) override {
        return physical == base ? HostPage{words.data(), true} : HostPage{};
    }
    bool read(std::uint64_t, unsigned, vestige::Endian, std::uint64_t&) override { return false; }
    bool write(std::uint64_t, unsigned, vestige::Endian, std::uint64_t) override { return false; }

    void set(std::uint64_t at, std::uint32_t value) {
        vestige::store_sized(words.data() + (at - base), 4, value, vestige::Endian::big);
    }
    std::uint32_t get(std::uint64_t at) {
        return static_cast<std::uint32_t>(
            vestige::load_sized(words.data() + (at - base), 4, vestige::Endian::big));
    }
    TableWalk walk(std::uint64_t leaf) {
        TableWalk made;
        made.words[0] = {root, get(root), get(root)};
        made.words[1] = {leaf, get(leaf), get(leaf)};
        made.depth = 2;
        made.last_is_of_page = true;
        return made;
    }
    void fill(std::uint32_t page, const TableWalk& walk) {
        context.note_walk(page, walk, *this);
        context.map_read(page, data.data());
        context.add_fetch_page(page, {page << page_bits, data.data(), false});
    }
    void flush() {
        contexts.flush_contexts([](const ContextKey&) { return true; });
        contexts.find({});
    }
    bool knows(std::uint32_t page) const {
        const bool read = context.read_map()[page] != 0;
        CHECK(read == (context.fetch_page(page) != nullptr));
        const auto& jump = context.jump_cache()[(page << page_bits >> 2) % jump_cache_size];
        CHECK(read == (jump.entry != nullptr));
        return read;
    }
};

} // namespace

TEST_CASE("contexts: those flushed by key, if nothing is known of their tables, are empty when "
          "they are found again, others are not") {
    ContextCache contexts(4);
    std::array<std::byte, page_size> page{};
    const auto key = [](std::uint32_t word) {
        ContextKey made;
        made.words[3] = word;
        return made;
    };
    Tables memory; // of which the walks below say nothing
    Context& first = contexts.find(key(1));
    Context& second = contexts.find(key(2));
    for (Context* context : {&first, &second}) {
        context->note_walk(7, {}, memory);
        context->map_read(7, page.data());
        context->map_write(7, page.data());
        context->add_fetch_page(7, {0x7000, page.data(), false});
        context->cache_jump(0x7000, 0, page.data());
    }
    contexts.flush_contexts([](const ContextKey& which) { return which.words[3] == 1; });
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

TEST_CASE("contexts: a flush keeps the pages whose words in the tables are as they were") {
    Tables t;
    t.flush();
    CHECK(t.knows(7));
    CHECK(t.knows(8));
    t.set(t.leaf_8, 0x82);
    CHECK(t.knows(8)); // until the guest says so
    t.flush();
    CHECK(t.knows(7));
    CHECK_FALSE(t.knows(8));
    t.set(t.root, 0x52);
    t.flush();
    CHECK_FALSE(t.knows(7));
}

TEST_CASE("contexts: a word that the walk itself has changed is no change") {
    Tables t;
    TableWalk store = t.walk(t.leaf_7);
    store.words[1].after |= 0x100; // the modified bit
    t.set(t.leaf_7, store.words[1].after);
    t.context.note_walk(7, store, t);
    t.flush();
    CHECK(t.knows(7));
}

TEST_CASE("contexts: what was known through another word goes as soon as that is seen") {
    Tables t;
    t.set(t.leaf_7, 0x72);
    t.context.note_walk(7, t.walk(t.leaf_7), t);
    CHECK_FALSE(t.knows(7));
    // And does not come back where the word does.
    t.set(t.leaf_7, 0x71);
    t.flush();
    CHECK_FALSE(t.knows(7));
    CHECK(t.knows(8));
    // A word that many pages depend on, there and back again.
    t.set(t.root, 0x52);
    t.context.note_walk(9, t.walk(t.leaf_8), t);
    t.set(t.root, 0x51);
    t.context.note_walk(10, t.walk(t.leaf_8), t);
    t.flush();
    CHECK_FALSE(t.knows(8));
}

TEST_CASE("contexts: translations from tables that are not known go with a flush") {
    Tables t;
    t.context.note_walk(9, {}, t);
    t.flush();
    CHECK_FALSE(t.knows(7));
    // From then on it is as new.
    t.fill(8, t.walk(t.leaf_8));
    t.context.cache_jump(0x8000, 0, t.data.data());
    t.flush();
    CHECK(t.knows(8));
}
