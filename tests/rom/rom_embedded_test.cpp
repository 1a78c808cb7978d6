// The image that the program carries: what a board relies on when it maps it.
#include <catch2/catch.hpp>

#include "roms/embedded.h"

#include <cstdint>
#include <string>

namespace {

std::uint32_t word_at(std::span<const std::byte> image, std::size_t offset) {
    std::uint32_t word = 0;
    for (std::size_t i = 0; i < 4; ++i)
        word = word << 8 | std::to_integer<unsigned>(image[offset + i]);
    return word;
}

} // namespace

TEST_CASE("the Power Macintosh ROM fills the last megabyte of the address space") {
    const auto image = vestige::embedded_rom_powermac();
    REQUIRE(image.size() == 0x100000);
    std::string trailer;
    for (std::size_t i = image.size() - 16; i < image.size(); ++i)
        trailer += static_cast<char>(image[i]);
    REQUIRE(trailer == "VESTIGE POWERMAC");
}

TEST_CASE("the Power Macintosh ROM's vectors hold code") {
    const auto image = vestige::embedded_rom_powermac();
    const std::uint32_t reset = word_at(image, 0x100);
    REQUIRE(reset >> 26 == 18);                      // b
    REQUIRE((reset & 3) == 0);                       // relative, without link
    REQUIRE(0x100 + (reset & 0x03fffffc) >= 0x8000); // behind the NVRAM
    REQUIRE(0x100 + (reset & 0x03fffffc) < 0x100000 - 16);
    for (const std::size_t vector : {0x200, 0x300, 0x400, 0x500, 0x600, 0x700, 0x800, 0x900, 0xc00})
        REQUIRE(word_at(image, vector) == 0x7c3043a6); // mtsprg 0,r1
}

TEST_CASE("the Power Macintosh ROM leaves the place of mac99's NVRAM empty") {
    const auto image = vestige::embedded_rom_powermac();
    for (std::size_t i = 0x4000; i < 0x8000; ++i)
        REQUIRE(image[i] == std::byte{0xff});
}

TEST_CASE("the SPARC ROMs begin with the trap table") {
    for (const auto image : {vestige::embedded_rom_ss5(), vestige::embedded_rom_leon3()}) {
        REQUIRE(image.size() > 0x1000);
        REQUIRE(image.size() <= 0x80000); // what boot mode shows
        const std::uint32_t reset = word_at(image, 0);
        REQUIRE(reset >> 22 == 0x042); // ba
        REQUIRE(4 * (reset & 0x3fffff) >= 0x1000);
        REQUIRE(4 * (reset & 0x3fffff) < image.size());
        for (std::uint32_t trap = 1; trap < 256; ++trap) {
            const std::uint32_t entry = 16 * trap;
            if (trap == 5 || trap == 6) { // the window traps have handlers of their own
                REQUIRE(word_at(image, entry + 4) == 0xa7500000); // rd %wim, %l3
                continue;
            }
            REQUIRE(word_at(image, entry) == 0xa1480000);            // rd %psr, %l0
            REQUIRE(word_at(image, entry + 8) == 0xa6102000 + trap); // mov number, %l3
        }
    }
}
