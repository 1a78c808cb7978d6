// The table's own properties, the operand fields, the features of the chips and the text.
#include "frontend/sparc/decode/decoder.h"
#include "frontend/sparc/decode/dispatch_table.h"
#include "frontend/sparc/disasm/disassembler.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>
#include <vector>

using namespace vestige::sparc;
using vestige::decode::parse_bit_pattern;

TEST_CASE("a wrong SPARC table is refused", "[decode][sparc]") {
    const std::array overlapping = {
        parse_bit_pattern("10 00000 101000 ----- - -------------"),
        parse_bit_pattern("10 ----- 101000 01111 - -------------"),
    };
    CHECK_THROWS_AS(DispatchTable(overlapping), std::logic_error);
    const std::array special = {
        parse_bit_pattern("10 ----- 101000 ----- - -------------"),
        parse_bit_pattern("10 ----- 101000 01111 - -------------"),
    };
    CHECK(DispatchTable(special).lookup(0x8143c000) == 2);
    CHECK(DispatchTable(special).lookup(0x81440000) == 1);
    const std::array open_op3 = {parse_bit_pattern("10 ----- 10100- ----- - -------------")};
    CHECK_THROWS_AS(DispatchTable(open_op3), std::logic_error);
}

// The words are the binutils assembler's.
TEST_CASE("SPARC fields have the manual's values", "[decode][sparc]") {
    constexpr Fields save{0x9de3bfa0}; // save %sp, -96, %sp
    STATIC_REQUIRE(save.op() == 2);
    STATIC_REQUIRE(save.op3() == 0x3c);
    STATIC_REQUIRE(save.rd() == 14);
    STATIC_REQUIRE(save.rs1() == 14);
    STATIC_REQUIRE(save.i());
    STATIC_REQUIRE(save.simm13() == -96);

    constexpr Fields swapa{0xc4f84400}; // swapa [%g1]0x20, %g2
    STATIC_REQUIRE(swapa.asi() == 0x20);
    STATIC_REQUIRE(swapa.rd() == 2);
    STATIC_REQUIRE(swapa.rs1() == 1);
    STATIC_REQUIRE(swapa.rs2() == 0);
    STATIC_REQUIRE(!swapa.i());

    constexpr Fields sethi{0x07001234}; // sethi 0x1234, %g3
    STATIC_REQUIRE(sethi.op2() == 4);
    STATIC_REQUIRE(sethi.imm22() == 0x1234);
    STATIC_REQUIRE(sethi.imm22_high() == 0x48d000);

    constexpr Fields branch{0x32bffffe}; // bne,a .-8
    STATIC_REQUIRE(branch.cond() == 9);
    STATIC_REQUIRE(branch.annul());
    STATIC_REQUIRE(branch.disp22() == -8);
    STATIC_REQUIRE(Fields{0x10a00000}.disp22() == -0x800000);
    STATIC_REQUIRE(Fields{0x40000040}.disp30() == 0x100); // call .+0x100
    STATIC_REQUIRE(Fields{0x7fffffff}.disp30() == -4);

    STATIC_REQUIRE(Fields{0x91d02003}.trap_number() == 3); // ta 3
    STATIC_REQUIRE(Fields{0x91d02003}.cond() == 8);
    STATIC_REQUIRE(Fields{0x932a201f}.shift_count() == 31); // sll %o0, 31, %o1
    STATIC_REQUIRE(Fields{0x8da08844}.opf() == 0x42);       // faddd %f2, %f4, %f6
}

TEST_CASE("a SPARC chip lacks what it lacks", "[decode][sparc]") {
    constexpr std::uint32_t fsmuld = 0x8da08d24, casa = 0xc7e04142, umac = 0x87f04002;
    constexpr std::uint32_t fcmpq = 0x81a80a60, faddq = 0x81a00860, udiv = 0x92722001;
    CHECK(decode(fsmuld, features_microsparc_1) == Opcode::fpop1);
    CHECK(decode(fsmuld, features_microsparc_2) == Opcode::fsmuld);
    CHECK(decode(faddq) == Opcode::faddq);
    CHECK(decode(faddq, features_leon3) == Opcode::fpop1);
    CHECK(decode(fcmpq, features_supersparc) == Opcode::fpop2);
    CHECK(decode(casa, features_supersparc) == Opcode::invalid);
    CHECK(decode(casa, features_leon3) == Opcode::casa);
    CHECK(decode(umac, features_leon3) == Opcode::invalid);
    CHECK(decode(umac) == Opcode::umac);
    CHECK(decode(udiv, Feature::base) == Opcode::invalid);
    CHECK(decode(udiv, features_hypersparc) == Opcode::udiv);
}

TEST_CASE("special rows win over general ones", "[decode][sparc]") {
    CHECK(decode(0x83400000) == Opcode::rdy);
    CHECK(decode(0x83444000) == Opcode::rdasr);
    CHECK(decode(0x8143c000) == Opcode::stbar);
    CHECK(decode(0x8343c000) == Opcode::rdasr); // rs1 is 15, rd is not 0
    CHECK(decode(0x81800001) == Opcode::wry);
    CHECK(decode(0xa7806000) == Opcode::wrasr);
    CHECK(decode(0x81a00000) == Opcode::fpop1);   // an opf that nobody has
    CHECK(decode(0xc4806000) == Opcode::invalid); // lda with i = 1
    CHECK(decode(0x00400000) == Opcode::invalid); // op2 = 1
}

TEST_CASE("privileged, delayed, fpu and coprocessor SPARC rows are marked", "[decode][sparc]") {
    const auto marked = [](Flags flag) {
        std::vector<std::string_view> names;
        for (const InstructionInfo& row : all_instructions())
            if (row.has(flag)) names.push_back(row.name);
        std::ranges::sort(names);
        return names;
    };
    CHECK(marked(Flags::privileged) ==
          std::vector<std::string_view>{"lda",   "ldda",  "ldsba", "ldsha", "ldstuba", "lduba",
                                        "lduha", "rdpsr", "rdtbr", "rdwim", "rett",    "sta",
                                        "stba",  "stda",  "stdcq", "stdfq", "stha",    "swapa",
                                        "wrpsr", "wrtbr", "wrwim"});
    CHECK(marked(Flags::delayed) ==
          std::vector<std::string_view>{"bicc", "call", "cbccc", "fbfcc", "jmpl", "rett"});
    CHECK(marked(Flags::coprocessor).size() == 10);
    for (const InstructionInfo& row : all_instructions()) {
        const bool touches_fpu = row.name.starts_with("f") && row.name != "flush";
        const bool moves_fpu = row.form == Form::memory_fpu || row.form == Form::memory_fsr ||
                               row.form == Form::memory_fq;
        INFO(row.name);
        CHECK(row.has(Flags::fpu) == (touches_fpu || moves_fpu));
    }
}

TEST_CASE("SPARC words become text", "[decode][sparc]") {
    CHECK(disassemble(0x01000000, 0) == "nop");
    CHECK(disassemble(0x32bffffe, 0xf0001000) == "bne,a 0xf0000ff8");
    CHECK(disassemble(0x40000040, 0x1000) == "call 0x1100");
    CHECK(disassemble(0xc4f84400, 0) == "swapa [ %g1 ] 0x20, %g2");
    CHECK(disassemble(0x81a00000, 0) == "fpop1 0x0, %f0, %f0, %f0");
    CHECK(disassemble(0x00400000, 0) == ".word 0x00400000");
    CHECK(disassemble(0x80a24008, 0) == "cmp %o1, %o0");
}
