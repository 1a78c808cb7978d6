#include "frontend/ppc/cpu/spr.h"

#include <array>

#include "frontend/ppc/state.h"

namespace vestige::ppc {

namespace {

constexpr std::uint8_t f603 = 1 << static_cast<int>(Family::ppc603);
constexpr std::uint8_t plain604 = 1 << static_cast<int>(Family::ppc604);
constexpr std::uint8_t f750 = 1 << static_cast<int>(Family::ppc750);
constexpr std::uint8_t f7400 = 1 << static_cast<int>(Family::ppc7400);
constexpr std::uint8_t f604e = 1 << 4; // of the same family, with more counters
constexpr std::uint8_t f604 = plain604 | f604e;
constexpr std::uint8_t all = f603 | f604 | f750 | f7400;
constexpr std::uint8_t monitored = f604 | f750 | f7400;
constexpr std::uint8_t four_counters = f604e | f750 | f7400;

constexpr std::uint32_t version_604 = 0x0004; // PVR[0-15]

std::uint8_t bit_of(const CpuModel& model) {
    if (model.family == Family::ppc604 && model.pvr >> 16 != version_604) return f604e;
    return static_cast<std::uint8_t>(1 << static_cast<int>(model.family));
}

using enum SprAccess;

#define PLAIN(field) SprKind::plain, offsetof(State, field)
#define SPECIAL SprKind::special, 0
#define OTHER(number) SprKind::plain, offsetof(State, other_spr) + 4 * (number)

// PowerPC Programming Environments table 8-9; MPC603e, MPC604, MPC750, MPC7400 UM, section 2.1.
constexpr SprInfo table[] = {
    {1, "XER", read_write, read_write, all, SPECIAL},
    {8, "LR", read_write, read_write, all, PLAIN(lr)},
    {9, "CTR", read_write, read_write, all, PLAIN(ctr)},
    {18, "DSISR", none, read_write, all, PLAIN(dsisr)},
    {19, "DAR", none, read_write, all, PLAIN(dar)},
    {22, "DEC", none, read_write, all, SPECIAL},
    {25, "SDR1", none, read_write, all, SPECIAL},
    {26, "SRR0", none, read_write, all, PLAIN(srr0)},
    {27, "SRR1", none, read_write, all, PLAIN(srr1)},
    {256, "VRSAVE", read_write, read_write, f7400, PLAIN(vrsave)},
    {268, "TBL", read, read, all, SPECIAL},
    {269, "TBU", read, read, all, SPECIAL},
    {272, "SPRG0", none, read_write, all, PLAIN(sprg[0])},
    {273, "SPRG1", none, read_write, all, PLAIN(sprg[1])},
    {274, "SPRG2", none, read_write, all, PLAIN(sprg[2])},
    {275, "SPRG3", none, read_write, all, PLAIN(sprg[3])},
    {282, "EAR", none, read_write, all, PLAIN(ear)},
    {284, "TBL", none, write, all, SPECIAL},
    {285, "TBU", none, write, all, SPECIAL},
    {287, "PVR", none, read, all, SPECIAL},
    {528, "IBAT0U", none, read_write, all, SPECIAL},
    {529, "IBAT0L", none, read_write, all, SPECIAL},
    {530, "IBAT1U", none, read_write, all, SPECIAL},
    {531, "IBAT1L", none, read_write, all, SPECIAL},
    {532, "IBAT2U", none, read_write, all, SPECIAL},
    {533, "IBAT2L", none, read_write, all, SPECIAL},
    {534, "IBAT3U", none, read_write, all, SPECIAL},
    {535, "IBAT3L", none, read_write, all, SPECIAL},
    {536, "DBAT0U", none, read_write, all, SPECIAL},
    {537, "DBAT0L", none, read_write, all, SPECIAL},
    {538, "DBAT1U", none, read_write, all, SPECIAL},
    {539, "DBAT1L", none, read_write, all, SPECIAL},
    {540, "DBAT2U", none, read_write, all, SPECIAL},
    {541, "DBAT2L", none, read_write, all, SPECIAL},
    {542, "DBAT3U", none, read_write, all, SPECIAL},
    {543, "DBAT3L", none, read_write, all, SPECIAL},
    {928, "UMMCR2", read, read, f7400, OTHER(944)},
    {935, "UBAMR", read, read, f7400, OTHER(951)},
    {936, "UMMCR0", read, read, f750 | f7400, OTHER(952)},
    {937, "UPMC1", read, read, f750 | f7400, OTHER(953)},
    {938, "UPMC2", read, read, f750 | f7400, OTHER(954)},
    {939, "USIA", read, read, f750 | f7400, OTHER(955)},
    {940, "UMMCR1", read, read, f750 | f7400, OTHER(956)},
    {941, "UPMC3", read, read, f750 | f7400, OTHER(957)},
    {942, "UPMC4", read, read, f750 | f7400, OTHER(958)},
    {944, "MMCR2", none, read_write, f7400, OTHER(944)},
    {951, "BAMR", none, read_write, f7400, OTHER(951)},
    {952, "MMCR0", none, read_write, monitored, OTHER(952)},
    {953, "PMC1", none, read_write, monitored, OTHER(953)},
    {954, "PMC2", none, read_write, monitored, OTHER(954)},
    {955, "SIA", none, read_write, monitored, OTHER(955)},
    {956, "MMCR1", none, read_write, four_counters, OTHER(956)},
    {957, "PMC3", none, read_write, four_counters, OTHER(957)},
    {958, "PMC4", none, read_write, four_counters, OTHER(958)},
    {959, "SDA", none, read_write, f604, OTHER(959)},
    {976, "DMISS", none, read, f603, PLAIN(dmiss)},
    {977, "DCMP", none, read_write, f603, PLAIN(dcmp)},
    {978, "HASH1", none, read, f603, PLAIN(hash1)},
    {979, "HASH2", none, read, f603, PLAIN(hash2)},
    {980, "IMISS", none, read, f603, PLAIN(imiss)},
    {981, "ICMP", none, read_write, f603, PLAIN(icmp)},
    {982, "RPA", none, read_write, f603, PLAIN(rpa)},
    {1008, "HID0", none, read_write, all, SPECIAL},
    {1009, "HID1", none, read_write, f603 | four_counters, PLAIN(hid1)},
    {1010, "IABR", none, read_write, all, SPECIAL},
    {1013, "DABR", none, read_write, monitored, SPECIAL},
    {1014, "MSSCR0", none, read_write, f7400, OTHER(1014)},
    {1015, "MSSCR1", none, read_write, f7400, OTHER(1015)},
    {1017, "L2CR", none, read_write, f750 | f7400, SPECIAL},
    {1019, "ICTC", none, read_write, f750 | f7400, OTHER(1019)},
    {1020, "THRM1", none, read_write, f750 | f7400, SPECIAL},
    {1021, "THRM2", none, read_write, f750 | f7400, SPECIAL},
    {1022, "THRM3", none, read_write, f750 | f7400, OTHER(1022)},
    {1023, "PIR", none, read_write, f604 | f7400, PLAIN(pir)},
};

#undef PLAIN
#undef SPECIAL
#undef OTHER

constexpr auto rows_by_number = [] {
    std::array<std::uint8_t, 1024> rows{};
    for (std::size_t i = 0; i < std::size(table); ++i)
        rows[table[i].number] = static_cast<std::uint8_t>(i + 1);
    return rows;
}();

} // namespace

const SprInfo* find_spr(const CpuModel& model, unsigned number) {
    const unsigned row = rows_by_number[number & 1023];
    if (row == 0) return nullptr;
    const SprInfo& info = table[row - 1];
    return info.families & bit_of(model) ? &info : nullptr;
}

} // namespace vestige::ppc
