// Disk images: locking, modes, sizes that are no multiple of a sector, a full host.
#include <catch2/catch.hpp>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include <sys/resource.h>

#include "common/error.h"
#include "hw/block/block_backend.h"
#include "tests/device/image_file.h"
#include "tests/device/io_fixture.h"

using namespace vestige;
using namespace vestige::hw;
using vestige::test::ImageFile;
using vestige::test::MemoryState;

namespace {

std::vector<std::byte> bytes(std::size_t count, unsigned value) {
    return std::vector<std::byte>(count, static_cast<std::byte>(value));
}

} // namespace

TEST_CASE("raw image: reads and writes", "[block]") {
    ImageFile file(1 << 20);
    auto image = open_raw_image(file.path(), ImageMode::read_write);
    REQUIRE(image->size() == 1 << 20);
    REQUIRE_FALSE(image->read_only());
    REQUIRE(image->write(512, bytes(1024, 0xa5)) == BlockResult::ok);
    auto got = bytes(512, 0);
    REQUIRE(image->read(1024, got) == BlockResult::ok);
    REQUIRE(got == bytes(512, 0xa5));
    REQUIRE(image->read(1536, got) == BlockResult::ok);
    REQUIRE(got == bytes(512, 0));
    REQUIRE(image->flush() == BlockResult::ok);
    REQUIRE(image->read((1 << 20) - 256, got) == BlockResult::out_of_range);
    REQUIRE(image->read(~0ull - 100, got) == BlockResult::out_of_range);
    REQUIRE(image->write(1 << 20, got) == BlockResult::out_of_range);
}

TEST_CASE("raw image: a written image has one user, a read one many", "[block]") {
    ImageFile file(4096);
    {
        auto image = open_raw_image(file.path(), ImageMode::read_write);
        REQUIRE_THROWS_AS(open_raw_image(file.path(), ImageMode::read_write), UserError);
        REQUIRE_THROWS_WITH(open_raw_image(file.path(), ImageMode::snapshot),
                            Catch::Contains("another program is using it"));
    }
    auto first = open_raw_image(file.path(), ImageMode::read_only);
    auto second = open_raw_image(file.path(), ImageMode::snapshot);
    REQUIRE_THROWS_AS(open_raw_image(file.path(), ImageMode::read_write), UserError);
    REQUIRE(first->read_only());
    REQUIRE(first->write(0, bytes(512, 1)) == BlockResult::read_only);
}

TEST_CASE("raw image: what cannot be used is refused", "[block]") {
    ImageFile empty(0);
    REQUIRE_THROWS_WITH(open_raw_image(empty.path(), ImageMode::read_write),
                        Catch::Contains("truncate"));
    REQUIRE_THROWS_WITH(open_raw_image("/nonexistent/disk.img", ImageMode::read_write),
                        Catch::Contains("/nonexistent/disk.img"));
    REQUIRE_THROWS_AS(open_raw_image("/", ImageMode::read_only), UserError);
    REQUIRE_THROWS_AS(open_raw_image("/dev/null", ImageMode::read_only), UserError);
}

TEST_CASE("raw image: a partial last sector", "[block]") {
    ImageFile file(1000);
    file.fill(0, 1000, 'x');
    auto image = open_raw_image(file.path(), ImageMode::read_write);
    REQUIRE(image->size() == 1024);
    auto got = bytes(512, 0xff);
    REQUIRE(image->read(512, got) == BlockResult::ok);
    REQUIRE(got[487] == std::byte{'x'});
    REQUIRE(got[488] == std::byte{0});
    REQUIRE(image->write(512, bytes(512, 7)) == BlockResult::ok);
    REQUIRE(std::filesystem::file_size(file.path()) == 1024);
    REQUIRE(image->read(512, got) == BlockResult::ok);
    REQUIRE(got == bytes(512, 7));
}

TEST_CASE("raw image: a full host is an error of the write", "[block]") {
    ImageFile file(1 << 20);
    auto image = open_raw_image(file.path(), ImageMode::read_write);
    rlimit before{};
    getrlimit(RLIMIT_FSIZE, &before);
    const rlimit small{.rlim_cur = 512 << 10, .rlim_max = before.rlim_max};
    auto* handler = std::signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    const BlockResult inside = image->write(0, bytes(512, 1));
    const BlockResult outside = image->write(800 << 10, bytes(512, 1));
    setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    REQUIRE(inside == BlockResult::ok);
    REQUIRE(outside == BlockResult::no_space);
}

TEST_CASE("snapshot: writes stay in memory and in the state", "[block]") {
    ImageFile file(10'000);
    file.fill(0, 10'000, 'b');
    auto image = open_raw_image(file.path(), ImageMode::snapshot);
    REQUIRE_FALSE(image->read_only());
    REQUIRE(image->size() == 10'240);
    REQUIRE(image->write(4000, bytes(200, 1)) == BlockResult::ok); // across two chunks
    REQUIRE(image->write(9728, bytes(512, 2)) == BlockResult::ok); // in the partial last one
    REQUIRE(image->write(10'200, bytes(100, 2)) == BlockResult::out_of_range);
    auto all = bytes(10'240, 0xff);
    REQUIRE(image->read(0, all) == BlockResult::ok);
    REQUIRE(all[3999] == std::byte{'b'});
    REQUIRE(all[4000] == std::byte{1});
    REQUIRE(all[4199] == std::byte{1});
    REQUIRE(all[4200] == std::byte{'b'});
    REQUIRE(all[10'239] == std::byte{2});
    auto part = bytes(10, 0);
    REQUIRE(image->read(4095, part) == BlockResult::ok);
    REQUIRE(part == bytes(10, 1));

    MemoryState state;
    image->visit(state);
    auto other = open_raw_image(file.path(), ImageMode::snapshot);
    REQUIRE(other->write(0, bytes(512, 9)) == BlockResult::ok); // is forgotten on loading
    state.start_loading();
    other->visit(state);
    REQUIRE(state.exhausted());
    auto again = bytes(10'240, 0);
    REQUIRE(other->read(0, again) == BlockResult::ok);
    REQUIRE(again == all);
    REQUIRE(file.at(4000) == 'b');
}

TEST_CASE("snapshot: of an image of another size", "[block]") {
    ImageFile small(4096), large(8192);
    MemoryState state;
    open_raw_image(large.path(), ImageMode::snapshot)->visit(state);
    state.start_loading();
    auto image = open_raw_image(small.path(), ImageMode::snapshot);
    REQUIRE_THROWS_AS(image->visit(state), UserError);
}
