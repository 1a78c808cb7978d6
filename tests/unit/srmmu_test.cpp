// The SPARC Reference MMU by itself: tables in a little memory, registers set by hand.
#include <map>

#include <catch2/catch.hpp>

#include "common/endian.h"
#include "frontend/sparc/cpu_models.h"
#include "machine/mmu/srmmu.h"

namespace vestige {

using runtime::Access;
using runtime::FaultKind;
using runtime::SideEffects;
using runtime::Translation;
using sparc::Privilege;

namespace {

constexpr std::uint32_t context_table = 0x1000, region_table = 0x2000, segment_table = 0x3000,
                        page_table = 0x4000;
constexpr std::uint32_t no_memory = 0x00f00000; // from here on nothing answers the walker

class Memory final : public runtime::CpuHost {
  public:
    std::uint32_t& word(std::uint64_t address) { return words_[address]; }
    unsigned writes = 0;

    std::int64_t now_ns() const override { return 0; }
    void arm_cpu_timer(std::int64_t) override {}
    bool read_physical(std::uint64_t address, unsigned size, std::uint64_t& value) override {
        REQUIRE(size == 4);
        value = words_[address];
        return address < no_memory;
    }
    void write_physical(std::uint64_t address, unsigned size, std::uint64_t value) override {
        REQUIRE(size == 4);
        ++writes;
        words_[address] = static_cast<std::uint32_t>(value);
    }

  private:
    std::map<std::uint64_t, std::uint32_t> words_;
};

constexpr std::uint32_t pointer_to(std::uint32_t table) { return table >> 4 | 1; }
constexpr std::uint32_t modified = 0x40, referenced = 0x20;
constexpr std::uint32_t entry_for(std::uint64_t physical, std::uint32_t acc) {
    return static_cast<std::uint32_t>(physical >> 12) << 8 | acc << 2 | 2;
}

// Context 3; an address 12345678 goes through region 12, segment 0d, page 05.
struct Bench {
    sparc::State state;
    Memory memory;
    Srmmu mmu{state, memory, {0x4000, 0x70000000, 0x7ffff, true}};

    static constexpr std::uint32_t address = 0x12345678;
    static constexpr std::uint32_t root = context_table + 4 * 3;
    static constexpr std::uint32_t region = region_table + 4 * 0x12;
    static constexpr std::uint32_t segment = segment_table + 4 * 0x0d;
    static constexpr std::uint32_t page = page_table + 4 * 0x05;

    Bench() {
        state.mmu.control = sparc::mmu_control::enable;
        state.mmu.context_table = context_table >> 4;
        state.mmu.context = 3;
        state.supervisor = 1;
        memory.word(root) = pointer_to(region_table);
        memory.word(region) = pointer_to(segment_table);
        memory.word(segment) = pointer_to(page_table);
        memory.word(page) = entry_for(0xabcdef000, 3);
    }
    Translation go(Access access, std::uint32_t where = address) {
        return mmu.translate(where, access, SideEffects::as_architected);
    }
    std::uint32_t status() { return state.mmu.fault_status; }
};

// L, AT, FT, FAV, OW
constexpr std::uint32_t fsr(unsigned level, unsigned at, unsigned ft, unsigned fav = 1,
                            unsigned ow = 0) {
    return level << 8 | at << 5 | ft << 2 | fav << 1 | ow;
}

} // namespace

TEST_CASE("srmmu: a walk through three levels gives 36 bits of address") {
    Bench b;
    const Translation found = b.go(Access::load);
    CHECK(found.fault == FaultKind::none);
    CHECK(found.physical == 0xabcdef678);
    CHECK(!found.stable);
    // The next page, and another context, are others' business.
    CHECK(b.go(Access::load, 0x12346678).fault == FaultKind::no_translation);
    b.state.mmu.context = 2;
    CHECK(b.go(Access::load).fault == FaultKind::no_translation);
}

TEST_CASE("srmmu: a page table entry may stand at every level") {
    Bench b;
    b.memory.word(Bench::segment) = entry_for(0x300000000 + (5 << 18), 3);
    CHECK(b.go(Access::load).physical == 0x300000000 + (5 << 18) + (0x12345678 & 0x3ffff));
    b.memory.word(Bench::region) = entry_for(0x405000000, 3);
    CHECK(b.go(Access::load).physical == 0x405345678);
    b.memory.word(Bench::root) = entry_for(0x700000000, 3);
    CHECK(b.go(Access::load).physical == 0x712345678);
    // Address bits below a large page's size are the offset's, whatever the entry has there.
    b.memory.word(Bench::root) = entry_for(0x7fffff000, 3);
    CHECK(b.go(Access::load).physical == 0x712345678);
}

TEST_CASE("srmmu: off, addresses are physical, and boot mode fetches from the PROM") {
    Bench b;
    b.state.mmu.control = 0;
    Translation found = b.go(Access::load, 0xfff01234);
    CHECK(found.physical == 0xfff01234);
    CHECK((found.readable && found.writable && found.stable));
    b.state.mmu.control = 0x4000;
    CHECK(b.go(Access::fetch, 0xffd81234).physical == 0x70001234);
    CHECK(b.go(Access::load, 0xffd81234).physical == 0xffd81234);
    b.state.mmu.control = 0x4001; // boot mode means nothing once the MMU is on
    CHECK(b.go(Access::fetch).physical == 0xabcdef678);
}

TEST_CASE("srmmu: access permissions, each of the eight") {
    struct Row {
        const char* user;
        const char* supervisor;
    };
    constexpr Row rows[8] = {{"r--", "r--"}, {"rw-", "rw-"}, {"r-x", "r-x"}, {"rwx", "rwx"},
                             {"--x", "--x"}, {"r--", "rw-"}, {"---", "r-x"}, {"---", "rwx"}};
    for (unsigned acc = 0; acc < 8; ++acc)
        for (const bool user : {false, true}) {
            const char* rights = user ? rows[acc].user : rows[acc].supervisor;
            for (unsigned i = 0; i < 3; ++i) {
                CAPTURE(acc, user, i);
                Bench b;
                b.state.supervisor = !user;
                b.memory.word(Bench::page) = entry_for(0x5000, acc);
                const Access access = std::array{Access::load, Access::store, Access::fetch}[i];
                const Translation found = b.go(access);
                CHECK((found.fault == FaultKind::none) == (rights[i] != '-'));
                if (rights[i] != '-') {
                    CHECK(b.status() == 0);
                    CHECK(found.readable == (rights[0] == 'r'));
                    CHECK(found.writable == (i == 1));
                    continue;
                }
                CHECK(found.fault == FaultKind::protection);
                const unsigned at = (i == 1 ? 4 : 0) + (i == 2 ? 2 : 0) + (user ? 0 : 1);
                CHECK(b.status() == fsr(3, at, user && acc >= 6 ? 3 : 2));
                CHECK(b.state.mmu.fault_address == Bench::address);
                CHECK(b.memory.writes == 0); // no R for what did not happen
            }
        }
}

TEST_CASE("srmmu: referenced and modified are set exactly when they must be") {
    Bench b;
    CHECK(b.mmu.translate(Bench::address, Access::store, SideEffects::none).fault ==
          FaultKind::none);
    CHECK(b.memory.writes == 0);
    const std::uint32_t fresh = b.memory.word(Bench::page);
    CHECK(!b.go(Access::load).writable); // the first store must come this way
    CHECK(b.memory.word(Bench::page) == (fresh | referenced));
    CHECK(b.memory.writes == 1);
    b.go(Access::load);
    b.go(Access::fetch);
    CHECK(b.memory.writes == 1);
    CHECK(b.go(Access::store).writable);
    CHECK(b.memory.word(Bench::page) == (fresh | referenced | modified));
    CHECK(b.memory.writes == 2);
    b.go(Access::store);
    CHECK(b.memory.writes == 2);
    CHECK(b.go(Access::load).writable);
    // A read-only page that is modified already stays read-only.
    b.memory.word(Bench::page) = entry_for(0x5000, 2) | modified | referenced;
    CHECK(!b.go(Access::load).writable);
}

TEST_CASE("srmmu: fault status tells the level, the access and what was wrong") {
    Bench b;
    SECTION("invalid entries by level") {
        const std::uint32_t places[4] = {Bench::root, Bench::region, Bench::segment, Bench::page};
        for (unsigned level = 0; level < 4; ++level) {
            b.memory.word(places[3 - level]) = 0; // from the page upwards
            b.state.mmu.fault_status = 0;
            CHECK(b.go(Access::load).fault == FaultKind::no_translation);
            CHECK(b.status() == fsr(3 - level, 1, 1));
        }
    }
    SECTION("reserved types and pointers that lead nowhere are translation errors") {
        b.memory.word(Bench::page) |= 3;
        CHECK(b.go(Access::store).fault == FaultKind::no_translation);
        CHECK(b.status() == fsr(3, 5, 4));
        b.state.mmu.fault_status = 0;
        b.memory.word(Bench::page) = pointer_to(page_table); // a pointer in the last table
        b.go(Access::load);
        CHECK(b.status() == fsr(3, 1, 4));
        b.state.mmu.fault_status = 0;
        b.memory.word(Bench::region) = pointer_to(no_memory);
        b.state.supervisor = 0;
        b.go(Access::fetch);
        CHECK(b.status() == fsr(2, 2, 4));
    }
    SECTION("a look without side effects records nothing") {
        b.memory.word(Bench::page) = 0;
        CHECK(b.mmu.translate(Bench::address, Access::load, SideEffects::none).fault ==
              FaultKind::no_translation);
        CHECK(b.status() == 0);
    }
}

TEST_CASE("srmmu: which of two unread faults the status register keeps") {
    Bench b;
    b.memory.word(Bench::page) = 0;
    b.go(Access::load, 0x12345000);
    b.go(Access::store, 0x12345004); // same class: the newer one, and OW
    CHECK(b.status() == fsr(3, 5, 1, 1, 1));
    CHECK(b.state.mmu.fault_address == 0x12345004);
    b.go(Access::fetch, 0x12345008); // a fetch yields to data
    CHECK(b.status() == fsr(3, 5, 1, 1, 1));
    CHECK(b.state.mmu.fault_address == 0x12345004);
    b.memory.word(Bench::page) = 3;
    b.go(Access::load, 0x12345010); // a translation error wins
    CHECK(b.status() == fsr(3, 1, 4));
    b.memory.word(Bench::page) = 0;
    b.go(Access::load, 0x12345014); // and stays
    CHECK(b.status() == fsr(3, 1, 4));
    CHECK(b.state.mmu.fault_address == 0x12345010);
    b.state.mmu.fault_status = 0;
    b.go(Access::fetch, 0x12345018);
    CHECK(b.status() == fsr(3, 3, 1));
    b.go(Access::load, 0x1234501c);
    CHECK(b.status() == fsr(3, 1, 1));
}

TEST_CASE("srmmu: SuperSPARC keeps addresses of fetches out of the fault address register") {
    Bench b;
    Srmmu viking(b.state, b.memory, {0x2000, 0xff0000000, 0x7ffff, false});
    b.memory.word(Bench::page) = 0;
    viking.translate(Bench::address, Access::fetch, SideEffects::as_architected);
    CHECK(b.status() == fsr(3, 3, 1, 0));
    CHECK(b.state.mmu.fault_address == 0);
}

TEST_CASE("srmmu: no-fault mode records, and only the supervisor's fetches trap") {
    Bench b;
    b.state.mmu.control |= sparc::mmu_control::no_fault;
    b.memory.word(Bench::page) = 0;
    const Translation found = b.go(Access::load);
    CHECK(found.fault == FaultKind::none);
    CHECK(found.physical == (Srmmu::nowhere | 0x678));
    CHECK((!found.readable && !found.writable));
    CHECK(b.status() == fsr(3, 1, 1));
    CHECK(b.go(Access::fetch).fault == FaultKind::no_translation);
    b.state.supervisor = 0;
    CHECK(b.go(Access::fetch).fault == FaultKind::none);
}

TEST_CASE("srmmu: bus errors trap with the MMU on and faults enabled") {
    Bench b;
    using sparc::FaultEffect;
    using sparc::Space;
    CHECK(b.mmu.record_bus_error(0x40000000, Access::store, Space::memory) == FaultEffect::trap);
    CHECK(b.status() == fsr(0, 5, 5));
    CHECK(b.state.mmu.fault_address == 0x40000000);
    b.state.mmu.control |= sparc::mmu_control::no_fault;
    CHECK(b.mmu.bus_error_effect() == FaultEffect::none);
    b.state.mmu.control = 0;
    b.state.mmu.fault_status = 0;
    CHECK(b.mmu.record_bus_error(0, Access::load, Space::control) == FaultEffect::none);
    CHECK(b.status() == (fsr(0, 1, 5) | 0x10000));
}

TEST_CASE("srmmu: as if in the other mode") {
    Bench b;
    b.memory.word(Bench::page) = entry_for(0x5000, 5);
    const auto as = [&](Privilege privilege) {
        return b.mmu.translate_as(privilege, Bench::address, Access::store,
                                  SideEffects::as_architected);
    };
    CHECK(as(Privilege::user).fault == FaultKind::protection);
    CHECK(b.status() == fsr(3, 4, 2));
    CHECK(as(Privilege::supervisor).physical == 0x5678);
}

TEST_CASE("srmmu: probes") {
    Bench b;
    const std::uint32_t pte = b.memory.word(Bench::page);
    CHECK(b.mmu.probe(Bench::address, 0) == pte);
    CHECK(b.mmu.probe(Bench::address, 1) == pointer_to(page_table));
    CHECK(b.mmu.probe(Bench::address, 2) == pointer_to(segment_table));
    CHECK(b.mmu.probe(Bench::address, 3) == pointer_to(region_table));
    CHECK(b.mmu.probe(Bench::address, 4) == pte);
    for (unsigned type = 5; type < 16; ++type)
        CHECK(b.mmu.probe(Bench::address, type) == 0);
    CHECK(b.memory.writes == 0);

    b.memory.word(Bench::page) = pointer_to(page_table); // no table is below the third
    CHECK(b.mmu.probe(Bench::address, 0) == 0);
    CHECK(b.mmu.probe(Bench::address, 4) == 0);
    const std::uint32_t large = entry_for(0x80000, 3);
    b.memory.word(Bench::segment) = large;
    CHECK(b.mmu.probe(Bench::address, 0) == 0); // there is no page table
    CHECK(b.mmu.probe(Bench::address, 1) == large);
    CHECK(b.mmu.probe(Bench::address, 4) == large);
    b.memory.word(Bench::segment) = 0x1230; // invalid, with bits of software's
    CHECK(b.mmu.probe(Bench::address, 1) == 0x1230);
    CHECK(b.mmu.probe(Bench::address, 4) == 0);
    CHECK(b.status() == 0);
    b.memory.word(Bench::region) = pointer_to(no_memory);
    CHECK(b.mmu.probe(Bench::address, 4) == 0);
    CHECK(b.status() == fsr(2, 1, 4));
}

TEST_CASE("srmmu: the monitor's text joins what is side by side") {
    Bench b;
    b.memory.word(Bench::page) = entry_for(0x8000, 7) | 0x80;
    b.memory.word(Bench::page + 4) = entry_for(0x9000, 7) | 0x80 | modified | referenced;
    b.memory.word(Bench::page + 8) = entry_for(0xb000, 5);
    CHECK(b.mmu.describe() ==
          "MMU on, context table at 000001000, context 3\n"
          "12345000-12346fff -> 000008000  supervisor rwx user ---\n"
          "12347000-12347fff -> 00000b000  supervisor rw- user r--  not cached\n");
    b.state.mmu.control = 0;
    CHECK(b.mmu.describe() == "MMU off, context table at 000001000, context 3\n");
}

// ---- models

TEST_CASE("sparc models: names as QEMU's -cpu has them, and short ones") {
    using sparc::find_cpu_model;
    for (const sparc::CpuModel& model : sparc::cpu_models()) {
        CAPTURE(model.name);
        CHECK(find_cpu_model(model.name) == &model);
        CHECK((model.windows >= 2 && model.windows <= sparc::most_windows));
        CHECK(model.mips > 0);
        CHECK((model.mmu.fixed_bits & ~model.mmu.fixed_mask) == 0);
        CHECK(model.asis.has(sparc::AsiGroup::mxcc) == (model.mxcc_version != 0));
    }
    REQUIRE(find_cpu_model("fujitsu-mb86904") != nullptr);
    CHECK(find_cpu_model("fujitsu-mb86904")->psr_version == 0x04);
    CHECK(find_cpu_model("microSPARC-II") == find_cpu_model("Fujitsu MB86904"));
    CHECK(find_cpu_model("TI-SuperSparc-II")->mmu.fixed_bits == 0x08000000);
    CHECK(find_cpu_model("leon3")->features.has(sparc::Feature::casa));
    CHECK(find_cpu_model("UltraSparc") == nullptr);
}

} // namespace vestige
