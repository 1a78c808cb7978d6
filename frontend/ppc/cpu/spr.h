// The special-purpose registers: which chip has which, who may touch them, and where they live.
#pragma once

#include <cstddef>
#include <cstdint>

#include "frontend/ppc/cpu_models.h"

namespace vestige::ppc {

enum class SprAccess : std::uint8_t { none, read, write, read_write };

enum class SprKind : std::uint8_t {
    plain,   // a word of State
    special, // PpcCpu::read_spr and write_spr know what to do
};

struct SprInfo {
    std::uint16_t number;
    const char* name;
    SprAccess user;
    SprAccess supervisor;
    std::uint8_t families; // a bit a chip, as spr.cpp names them
    SprKind kind;
    std::uint16_t offset; // of a plain one, in State
};

// Null: this chip has no such register.
const SprInfo* find_spr(const CpuModel& model, unsigned number);

namespace spr {
inline constexpr unsigned xer = 1, lr = 8, ctr = 9, dsisr = 18, dar = 19, dec = 22, sdr1 = 25,
                          srr0 = 26, srr1 = 27, vrsave = 256, tbl = 268, tbu = 269, sprg0 = 272,
                          ear = 282, tbl_write = 284, tbu_write = 285, pvr = 287, ibat0u = 528,
                          dbat0u = 536, hid0 = 1008, hid1 = 1009, iabr = 1010, dabr = 1013,
                          l2cr = 1017, thrm1 = 1020, thrm3 = 1022, pir = 1023;
} // namespace spr

} // namespace vestige::ppc
