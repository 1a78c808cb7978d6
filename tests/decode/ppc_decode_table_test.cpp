// The table's own properties, the operand fields, the features of the chips and the text.
#include "frontend/ppc/decode/decoder.h"
#include "frontend/ppc/decode/dispatch_table.h"
#include "frontend/ppc/disasm/disassembler.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>
#include <vector>

using namespace vestige::ppc;
using vestige::decode::BitPattern;
using vestige::decode::parse_bit_pattern;

TEST_CASE("a bit string becomes masks and fields", "[decode]") {
    constexpr BitPattern pattern = parse_bit_pattern("011111 ddddd aaaaa bbbbb o 100001010 -");
    STATIC_REQUIRE(pattern.mask == 0xfc0003fe);
    STATIC_REQUIRE(pattern.value == 0x7c000214);
    STATIC_REQUIRE(pattern.ignored == 1);
    STATIC_REQUIRE(pattern.field_count == 4);
    STATIC_REQUIRE(*pattern.find('b') == vestige::decode::BitField{'b', 11, 5});
    STATIC_REQUIRE(pattern.find('r') == nullptr);
}

TEST_CASE("a wrong bit string is refused", "[decode]") {
    CHECK_THROWS_AS(parse_bit_pattern("0101"), std::logic_error);
    CHECK_THROWS_AS(parse_bit_pattern("000000000000000000000000000000000"), std::logic_error);
    CHECK_THROWS_AS(parse_bit_pattern("aaaa0000aaaa00000000000000000000"), std::logic_error);
    CHECK_THROWS_AS(parse_bit_pattern("abcdefghi00000000000000000000000"), std::logic_error);
}

TEST_CASE("a wrong table is refused", "[decode][ppc]") {
    const std::array overlapping = {
        parse_bit_pattern("011111 --------------- 0000000000 -"),
        parse_bit_pattern("011111 --------------- ---------- 1"),
    };
    CHECK_THROWS_AS(DispatchTable(overlapping), std::logic_error);
    const std::array outside = {parse_bit_pattern("011111 1-------------- 0000000000 -")};
    CHECK_THROWS_AS(DispatchTable(outside), std::logic_error);
    const std::array no_primary = {parse_bit_pattern("01111- --------------- 0000000000 -")};
    CHECK_THROWS_AS(DispatchTable(no_primary), std::logic_error);
}

TEST_CASE("the table has the AltiVec manual's 162 instructions", "[decode][ppc]") {
    const auto rows = all_instructions();
    const auto count = std::ranges::count(rows, Feature::altivec, &InstructionInfo::feature);
    CHECK(count + 3 == 162); // dstt, dststt and dssall share the rows of dst, dstst and dss
    CHECK(rows.size() - 1 - static_cast<std::size_t>(count) == 190);
}

// The words are the binutils assembler's.
TEST_CASE("fields have the manual's values", "[decode][ppc]") {
    constexpr Fields mtspr{0x7c7f43a6}; // mtspr 287,r3
    STATIC_REQUIRE(mtspr.spr() == 287);
    STATIC_REQUIRE(mtspr.rs() == 3);
    STATIC_REQUIRE(mtspr.spr_is_privileged());
    STATIC_REQUIRE(!Fields{0x7c8102a6}.spr_is_privileged()); // mfxer r4
    STATIC_REQUIRE(Fields{0x7c6d42e6}.tbr() == 269);         // mftbu r3
    STATIC_REQUIRE(Fields{0x7ce81120}.crm() == 0x81);        // mtcrf 0x81,r7
    STATIC_REQUIRE(Fields{0xfd4a4d8e}.fm() == 0xa5);         // mtfsf 0xa5,f9
    STATIC_REQUIRE(Fields{0xfd4a4d8e}.frb() == 9);
    STATIC_REQUIRE(Fields{0xfd80b10c}.crfd() == 3); // mtfsfi 3,11
    STATIC_REQUIRE(Fields{0xfd80b10c}.imm() == 11);
    STATIC_REQUIRE(Fields{0x7cad01a4}.sr() == 13); // mtsr 13,r5
    STATIC_REQUIRE(Fields{0x7ca4fcaa}.nb() == 31); // lswi r5,r4,31

    constexpr Fields rlwinm{0x5441193d}; // rlwinm. r1,r2,3,4,30
    STATIC_REQUIRE(rlwinm.ra() == 1);
    STATIC_REQUIRE(rlwinm.rs() == 2);
    STATIC_REQUIRE(rlwinm.sh() == 3);
    STATIC_REQUIRE(rlwinm.mb() == 4);
    STATIC_REQUIRE(rlwinm.me() == 30);
    STATIC_REQUIRE(rlwinm.rc_bit());

    constexpr Fields bc{0x419e8000}; // bc 12,30,.-32768
    STATIC_REQUIRE(bc.bo() == 12);
    STATIC_REQUIRE(bc.bi() == 30);
    STATIC_REQUIRE(bc.bd() == -32768);
    STATIC_REQUIRE(Fields{0x49fffffe}.li() == 0x1fffffc); // ba 0x1fffffc
    STATIC_REQUIRE(Fields{0x49fffffe}.aa());
    STATIC_REQUIRE(Fields{0x4a000001}.li() == -0x2000000); // bl .-0x2000000
    STATIC_REQUIRE(Fields{0x4a000001}.lk());

    STATIC_REQUIRE(Fields{0x807ffffc}.d() == -4); // lwz r3,-4(r31)
    STATIC_REQUIRE(Fields{0x6483ffff}.uimm() == 0xffff);
    STATIC_REQUIRE(Fields{0x2f83ffff}.simm() == -1); // cmpwi cr7,r3,-1
    STATIC_REQUIRE(Fields{0x2f83ffff}.crfd() == 7);
    STATIC_REQUIRE(Fields{0x0fe07fff}.to() == 31); // twui r0,32767
    STATIC_REQUIRE(Fields{0x7c221e15}.oe());       // addo. r1,r2,r3

    constexpr Fields fmadd{0xfc2220fa}; // fmadd f1,f2,f3,f4: frC is the third operand
    STATIC_REQUIRE(fmadd.frd() == 1);
    STATIC_REQUIRE(fmadd.fra() == 2);
    STATIC_REQUIRE(fmadd.frc() == 3);
    STATIC_REQUIRE(fmadd.frb() == 4);

    constexpr Fields crand{0x4ffeea02}; // crand 31,30,29
    STATIC_REQUIRE(crand.crbd() == 31);
    STATIC_REQUIRE(crand.crba() == 30);
    STATIC_REQUIRE(crand.crbb() == 29);
    STATIC_REQUIRE(Fields{0x4f140000}.crfs() == 5); // mcrf cr6,cr5

    STATIC_REQUIRE(Fields{0x10221bac}.shb() == 14);    // vsldoi v1,v2,v3,14
    STATIC_REQUIRE(Fields{0x1090030c}.simm5() == -16); // vspltisb v4,-16
    STATIC_REQUIRE(Fields{0x1023128c}.uimm5() == 3);   // vspltw v1,v2,3
    STATIC_REQUIRE(Fields{0x7c4322ec}.strm() == 2);    // dstst r3,r4,2
    STATIC_REQUIRE(!Fields{0x7c4322ec}.stream_bit());
    STATIC_REQUIRE(Fields{0x7e00066c}.stream_bit());    // dssall
    STATIC_REQUIRE(Fields{0x10221c06}.vector_rc_bit()); // vcmpequb. v1,v2,v3
    STATIC_REQUIRE(Fields{0x1022192b}.vc() == 4);       // vperm v1,v2,v3,v4
}

TEST_CASE("a chip lacks what its manual says it lacks", "[decode][ppc]") {
    struct Case {
        std::uint32_t word;
        bool on_603e, on_604, on_750, on_7400;
    };
    constexpr auto cases = std::to_array<Case>({
        {0x38600001, true, true, true, true},     // li r3,1
        {0xec201030, true, true, true, true},     // fres f1,f2
        {0x7c22026c, true, true, true, true},     // eciwx r1,r2,r0
        {0xfc20102c, false, false, false, false}, // fsqrt f1,f2
        {0x7c0002e4, false, false, false, false}, // tlbia
        {0x7c001fa4, true, false, false, false},  // tlbld r3
        {0x7c001fe4, true, false, false, false},  // tlbli r3
        {0x7c001dec, false, false, false, true},  // dcba 0,r3
        {0x10000484, false, false, false, true},  // vor v0,v0,v0
        {0x7c00066c, false, false, false, true},  // dss 0
    });
    const auto has = [](std::uint32_t word, FeatureSet features) {
        return decode(word, features) != Opcode::invalid;
    };
    for (const Case& chip : cases) {
        INFO(disassemble(chip.word, 0));
        REQUIRE(decode(chip.word) != Opcode::invalid);
        CHECK(has(chip.word, features_603e) == chip.on_603e);
        CHECK(has(chip.word, features_604) == chip.on_604);
        CHECK(has(chip.word, features_750) == chip.on_750);
        CHECK(has(chip.word, features_7400) == chip.on_7400);
    }
    CHECK(decode(0, features_7400) == Opcode::invalid);
}

TEST_CASE("reserved bits are ignored and opcode bits are not", "[decode][ppc]") {
    CHECK(decode(0x7c0004ac) == Opcode::sync);
    CHECK(decode(0x7c2004ac) == Opcode::sync); // lwsync
    CHECK(decode(0x7c701026) == Opcode::mfcr); // mfocrf
    CHECK(decode(0x7c00012d) == Opcode::stwcx_rc);
    CHECK(decode(0x7c00012c) == Opcode::invalid);
    CHECK(decode(0x44000002) == Opcode::sc);
    CHECK(decode(0x44000000) == Opcode::invalid);
    CHECK(decode(0x7c221896) == Opcode::mulhw);
    CHECK(decode(0x7c221c96) == Opcode::invalid); // mulhw has no OE
}

TEST_CASE("instructions of the operating environment are marked", "[decode][ppc]") {
    std::vector<std::string_view> marked;
    for (const InstructionInfo& row : all_instructions())
        if (row.privilege == Privilege::supervisor) marked.push_back(row.mnemonic);
    std::ranges::sort(marked);
    CHECK(marked == std::vector<std::string_view>{"dcbi", "mfmsr", "mfsr", "mfsrin", "mtmsr",
                                                  "mtsr", "mtsrin", "rfi", "tlbia", "tlbie",
                                                  "tlbld", "tlbli", "tlbsync"});
}

TEST_CASE("words become text", "[decode][ppc]") {
    const Disassembler disassembler;
    CHECK(disassembler.disassemble(0x38600001, 0) == "li r3, 1");
    CHECK(disassembler.disassemble(0x48000011, 0xc0001000) == "bl 0xc0001010");
    CHECK(disassembler.disassemble(0x7d800400, 0) == "mcrxr D=0x3"); // Capstone 4 lacks it
    CHECK(disassembler.disassemble(0, 0) == ".long 0x00000000");
    CHECK(disassembler.disassemble(0xe8610000, 0) == ".long 0xe8610000"); // ld, 64-bit only
    CHECK(disassemble(0x7c221e15, 0) == "addo. d=0x1, a=0x2, b=0x3, o=0x1, r=0x1");
}
