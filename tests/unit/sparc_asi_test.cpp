// Alternate spaces by themselves: a processor and its MMU on a little memory, without a loop.
#include <map>
#include <vector>

#include <catch2/catch.hpp>

#include "common/endian.h"
#include "frontend/sparc/cpu/sparc_cpu.h"
#include "frontend/sparc/state_memory.h"
#include "machine/mmu/srmmu.h"

namespace vestige::sparc {

using runtime::Access;

namespace {

constexpr std::uint32_t memory_bytes = 0x10000;
constexpr std::uint64_t device_at = 0xe00000000; // a register of any size

class Bench final : public runtime::Bus, public runtime::CpuHost, public runtime::CpuRuntime {
  public:
    explicit Bench(const char* model)
        : memory_(memory_bytes),
          state_memory(find_cpu_model(model)->windows),
          mmu{state, *this, {find_cpu_model(model)->mmu.boot_mode, 0x70000000, 0x7ffff, true}},
          cpu(*find_cpu_model(model), state, {*this, *this, mmu, log_, {}, {}}) {
        state.header.runtime = static_cast<runtime::CpuRuntime*>(this);
    }

    // ---- what a test says
    AsiResult load(unsigned asi, std::uint32_t address, unsigned size = 4) {
        return cpu.read_alternate(asi, address, size, value);
    }
    AsiResult store(unsigned asi, std::uint32_t address, std::uint64_t what, unsigned size = 4) {
        return cpu.write_alternate(asi, address, size, what);
    }
    std::uint64_t get(unsigned asi, std::uint32_t address, unsigned size = 4) {
        CHECK(load(asi, address, size).kind == AsiResult::Kind::done);
        return value;
    }
    void put(std::uint32_t address, std::uint32_t what) {
        store_be(memory_.data() + address, what);
    }
    std::uint32_t word(std::uint32_t address) {
        return load_be<std::uint32_t>(memory_.data() + address);
    }
    // Context 0 with 4 KB at virtual 0000f000 -> 5000.
    void map(std::uint32_t acc) {
        put(0x1000, 0x2000 >> 4 | 1);
        put(0x2000, 0x3000 >> 4 | 1);
        put(0x3000, 0x4000 >> 4 | 1);
        put(0x4000 + 4 * 15, 0x5000 >> 4 | acc << 2 | 2);
        state.mmu.context_table = 0x1000 >> 4;
        state.mmu.control |= mmu_control::enable;
    }

    // ---- what became of it
    std::uint64_t value = 0;
    std::vector<std::uint64_t> dropped; // pages
    std::vector<runtime::ContextKey> known, dropped_contexts;
    unsigned dropped_all = 0, context_changes = 0;
    std::uint64_t device = 0;

  private:
    Log log_;
    std::vector<std::byte> memory_;

  public:
    StateMemory state_memory;
    State& state = *state_memory;
    Srmmu mmu;
    SparcCpu cpu;

    // ---- Bus, CpuHost
    runtime::HostPage page(std::uint64_t physical) override {
        return physical < memory_bytes ? runtime::HostPage{memory_.data() + physical, true}
                                       : runtime::HostPage{};
    }
    bool read(std::uint64_t physical, unsigned, Endian, std::uint64_t& to) override {
        to = device;
        return physical == device_at;
    }
    bool write(std::uint64_t physical, unsigned, Endian, std::uint64_t from) override {
        device = from;
        return physical == device_at;
    }
    std::int64_t now_ns() const override { return 0; }
    void arm_cpu_timer(std::int64_t) override {}
    bool read_physical(std::uint64_t address, unsigned size, std::uint64_t& to) override {
        if (address + size > memory_bytes) return false;
        to = load_sized(memory_.data() + address, size, Endian::big);
        return true;
    }
    void write_physical(std::uint64_t address, unsigned size, std::uint64_t from) override {
        store_sized(memory_.data() + address, size, from, Endian::big);
    }

    // ---- CpuRuntime
    std::uint64_t instructions() const override { return 0; }
    void context_changed() override { ++context_changes; }
    void look_mode_up() override {}
    void drop_page(std::uint64_t guest_page, unsigned bits) override {
        CHECK(bits == 20);
        dropped.push_back(guest_page);
    }
    void flush_contexts(const std::function<bool(const runtime::ContextKey&)>& which) override {
        for (const auto& key : known)
            if (which(key)) dropped_contexts.push_back(key);
    }
    void drop_all_pages() override { ++dropped_all; }
    bool read_guest(std::uint64_t address, unsigned size, std::uint64_t& to) override {
        return read_physical(address, size, to);
    }
    bool write_guest(std::uint64_t address, unsigned size, std::uint64_t from) override {
        if (address + size > memory_bytes) return false;
        write_physical(address, size, from);
        return true;
    }
};

using Kind = AsiResult::Kind;

} // namespace

TEST_CASE("asi: the MMU's registers") {
    Bench b("Fujitsu MB86904");
    CHECK(b.get(4, 0x000) == 0x04004000); // version, boot mode
    CHECK(b.store(4, 0x000, 0xff000101).kind == Kind::look_again);
    CHECK(b.get(4, 0x000) == 0x04000101);
    CHECK(b.dropped_all == 1);
    CHECK(b.store(4, 0x000, 0x00000103).kind == Kind::done); // no-fault mode moves nothing
    CHECK(b.dropped_all == 1);

    CHECK(b.store(4, 0x100, 0xffffffff).kind == Kind::look_again);
    CHECK(b.get(4, 0x100) == 0x00ffffc0);
    CHECK(b.store(4, 0x200, 0xfff).kind == Kind::look_again);
    CHECK(b.get(4, 0x200) == 0xff);
    const unsigned changes = b.context_changes;
    CHECK(b.store(4, 0x200, 0xff).kind == Kind::done);
    CHECK(b.context_changes == changes);

    b.state.mmu.fault_status = 0x3a6;
    b.state.mmu.fault_address = 0x12345678;
    b.store(4, 0x300, 0);
    b.store(4, 0x400, 0);
    CHECK(b.get(4, 0x400) == 0x12345678);
    CHECK(b.get(4, 0x1300) == 0x3a6);
    CHECK(b.get(4, 0x300) == 0x3a6);
    CHECK(b.get(4, 0x300) == 0); // reading clears it
    b.store(4, 0x1300, 0xffffffff);
    CHECK(b.get(4, 0x1300) == 0x16fff);
    b.store(4, 0x1400, 0x55aa55aa);
    CHECK(b.get(4, 0x400) == 0x55aa55aa);
    b.store(4, 0x1000, 0xffffffff);
    CHECK(b.get(4, 0x1000) == 0x00ffffff);
}

TEST_CASE("asi: LEON has the MMU at 18, 19 and 1c, sun4m does not") {
    Bench leon("LEON3");
    CHECK(leon.get(0x19, 0) == 0xf3000000);
    leon.map(3);
    CHECK(leon.get(0x18, 0xf000 | 0x400) == leon.word(0x403c));
    leon.put(0x100, 0x1234);
    CHECK(leon.get(0x1c, 0x100) == 0x1234);
    CHECK(leon.get(2, 8) == 0x10220000);
    leon.store(2, 0, 0x00e1c00f);
    CHECK(leon.get(2, 0) == 0x0080000f);

    Bench sun("TI MicroSparc I");
    sun.map(3);
    const AsiResult result = sun.load(0x19, 0);
    CHECK(result.kind == Kind::trap);
    CHECK(result.trap_type == tt::data_access_exception);
    CHECK(sun.state.mmu.fault_status == (0x10000 | 1 << 5 | 5 << 2 | 2));
}

TEST_CASE("asi: a flush drops as little as it can") {
    Bench b("TI SuperSparc II");
    b.map(3);
    b.state.mmu.context = 7;
    const auto key = [&](std::uint32_t control, std::uint32_t context) {
        runtime::ContextKey made;
        made.words[context_words::control] = control;
        made.words[context_words::context_table] = b.state.mmu.context_table;
        made.words[context_words::context] = context;
        return made;
    };
    b.known = {key(0, 0), key(1, 6), key(1, 7)};
    CHECK(b.store(3, 0x12345000, 0).kind == Kind::look_again);
    CHECK(b.dropped == std::vector<std::uint64_t>{0x12345});
    b.dropped.clear();
    b.store(3, 0x12345100, 0);
    CHECK(b.dropped.size() == 64);
    CHECK((b.dropped.front() == 0x12340 && b.dropped.back() == 0x1237f));
    b.dropped.clear();
    b.store(3, 0x12345200, 0);
    CHECK(b.dropped.size() == 4096);
    CHECK((b.dropped.front() == 0x12000 && b.dropped.back() == 0x12fff));
    b.dropped.clear();
    b.store(3, 0x300, 0);
    CHECK(b.dropped_contexts == std::vector{key(1, 7)});
    b.dropped_contexts.clear();
    b.store(3, 0x400, 0);
    CHECK(b.dropped_contexts == std::vector{key(1, 6), key(1, 7)});
    b.dropped_contexts.clear();
    CHECK(b.store(3, 0x500, 0).kind == Kind::done);
    CHECK((b.dropped.empty() && b.dropped_contexts.empty() && b.dropped_all == 0));
}

TEST_CASE("asi: the key of a context has what decides how it maps") {
    Bench b("TI SuperSparc II");
    const auto key = [&] { return b.cpu.context_key(); };
    const auto off = key();
    b.state.mmu.context = 1; // means nothing while the MMU is off
    CHECK(key() == off);
    b.map(3);
    const auto on = key();
    CHECK(context_words::translated(on));
    CHECK(on.words[context_words::context] == 1);
    b.state.mmu.control |= mmu_control::no_fault | 0x100; // nor do cache enables
    CHECK(key() == on);
    b.state.supervisor ^= 1;
    CHECK(!(key() == on));
}

TEST_CASE("asi: the four translated spaces") {
    Bench b("Fujitsu MB86904");
    b.map(5); // user: read; supervisor: read and write
    b.put(0x5010, 0xcafe1234);
    CHECK(b.get(0xa, 0xf010) == 0xcafe1234);
    CHECK(b.get(0xb, 0xf012, 2) == 0x1234);
    CHECK(b.get(0xb, 0xf010, 1) == 0xca);
    CHECK((b.word(0x403c) & 0x60) == 0x20); // referenced
    CHECK(b.store(0xb, 0xf014, 0x55, 1).kind == Kind::done);
    CHECK(b.word(0x5014) == 0x55000000);
    CHECK((b.word(0x403c) & 0x60) == 0x60);
    AsiResult result = b.store(0xa, 0xf014, 0x66, 1);
    CHECK(result.kind == Kind::trap);
    CHECK(result.trap_type == tt::data_access_exception);
    CHECK(b.word(0x5014) == 0x55000000);
    CHECK(b.state.mmu.fault_address == 0xf014);
    CHECK(b.load(8, 0xf010).kind == Kind::trap); // not executable
    b.map(4);                                    // by no one readable
    CHECK(b.get(9, 0xf010) == 0xcafe1234);
    CHECK(b.load(0xb, 0xf010).kind == Kind::trap);
}

TEST_CASE("asi: bypass goes to 36 bits of physical address") {
    Bench b("TI SuperSparc II");
    b.store(0x20, 0x200, 0x0123456789abcdef, 8);
    CHECK(b.word(0x200) == 0x01234567);
    CHECK(b.get(0x20, 0x204) == 0x89abcdef);
    b.store(0x2e, 0, 0x42);
    CHECK(b.device == 0x42);
    CHECK(b.get(0x2e, 0) == 0x42);
    AsiResult result = b.load(0x2d, 0x44);
    CHECK(result.kind == Kind::trap);
    CHECK(result.trap_type == tt::data_access_error);
    CHECK(b.state.mmu.fault_status == (1 << 5 | 5 << 2 | 2));
    CHECK(b.state.mmu.fault_address == 0x44);
    result = b.store(0x2d, 0x48, 0);
    CHECK(result.trap_type == tt::data_access_error);
}

TEST_CASE("asi: the external cache controller's streams copy a line") {
    Bench b("TI SuperSparc II");
    for (unsigned i = 0; i < 8; ++i)
        b.put(0x300 + 4 * i, 0x11110000 + i);
    CHECK(b.store(2, 0x01c00100, 0x1000000300, 8).kind == Kind::done); // bit 36: cacheable
    CHECK(b.store(2, 0x01c00200, 0x1000000400, 8).kind == Kind::done);
    for (unsigned i = 0; i < 8; ++i)
        CHECK(b.word(0x400 + 4 * i) == 0x11110000 + i);
    CHECK(b.get(2, 0x01c00f00, 8) == 0x08000104);
    b.store(2, 0x01c00a00, 0x1'0000'0002, 8);
    b.store(2, 0x01c00a04, 7);
    CHECK(b.get(2, 0x01c00a00, 8) == 0x1'0000'0007);
    CHECK(b.get(2, 0x01c00a04) == 7);
    Bench without("TI SuperSparc 50");
    without.map(3);
    CHECK(without.get(2, 0x01c00f00, 8) == 0x08000000); // its number all the same
    CHECK(without.load(2, 0x01c00a00, 8).kind == Kind::trap);
    CHECK(without.store(2, 0x01c00f00, 0, 8).kind == Kind::trap);
}

TEST_CASE("asi: breakpoint registers keep what they have bits for") {
    Bench b("TI SuperSparc II");
    b.store(0x38, 0x000, ~0ull, 8);
    CHECK(b.get(0x38, 0x000, 8) == 0xfffffffff);
    b.store(0x38, 0x300, ~0ull, 8);
    CHECK(b.get(0x38, 0x300, 8) == 0xf);
    CHECK(b.get(0x38, 0x300, 8) == 0);
    b.store(0x4c, 0, 0xffffffff);
    CHECK(b.get(0x4c, 0) == 0x1fff);
}

TEST_CASE("asi: block copy and fill of hyperSPARC") {
    Bench b("hypersparc");
    for (unsigned i = 0; i < 8; ++i)
        b.put(0x600 + 4 * i, i);
    CHECK(b.store(0x17, 0x720, 0x604).kind == Kind::done);
    for (unsigned i = 0; i < 8; ++i)
        CHECK(b.word(0x720 + 4 * i) == i);
    CHECK(b.store(0x1f, 0x728, 0x0000000100000002, 8).kind == Kind::done);
    CHECK((b.word(0x720) == 1 && b.word(0x724) == 2 && b.word(0x73c) == 2));
    CHECK(b.word(0x740) == 0);
    CHECK(b.store(0x17, 0x20000, 0x604).kind == Kind::fault);
}

TEST_CASE("asi: faults become traps") {
    Bench b("Fujitsu MB86904");
    b.map(3);
    b.state.enable_traps = 1;
    const auto trap_of = [&](runtime::FaultKind kind, Access access) {
        b.state.enable_traps = 1;
        b.cpu.raise_fault({kind, access, 0x40001234, {}});
        return b.state.tbr >> 4 & 0xff;
    };
    using runtime::FaultKind;
    CHECK(trap_of(FaultKind::no_translation, Access::load) == tt::data_access_exception);
    CHECK(trap_of(FaultKind::protection, Access::fetch) == tt::instruction_access_exception);
    CHECK(b.state.mmu.fault_status == 0); // the MMU writes it when it translates
    CHECK(trap_of(FaultKind::bus, Access::store) == tt::data_access_error);
    CHECK(b.state.mmu.fault_status == (5 << 5 | 5 << 2 | 2));
    CHECK(b.state.mmu.fault_address == 0x40001234);
    b.state.mmu.fault_status = 0;
    CHECK(trap_of(FaultKind::bus, Access::fetch) == tt::instruction_access_error);

    CHECK(!b.cpu.absorbs_bus_error(0x40000000, Access::load));
    b.state.mmu.control |= mmu_control::no_fault;
    b.state.mmu.fault_status = 0x123;
    CHECK(b.cpu.absorbs_bus_error(ReferenceMmu::nowhere + 4, Access::load));
    CHECK(b.state.mmu.fault_status == 0x123);
    b.state.mmu.fault_status = 0;
    CHECK(b.cpu.absorbs_bus_error(0x40000000, Access::load));
    CHECK(b.state.mmu.fault_status == (1 << 5 | 5 << 2 | 2));
}

} // namespace vestige::sparc
