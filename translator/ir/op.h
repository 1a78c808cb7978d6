// Operations, their signatures and effects, and the attributes that some carry in `imm`.
#pragma once

#include <bit>
#include <cstdint>
#include <string_view>

#include "common/endian.h"
#include "translator/ir/types.h"

namespace vestige::ir {

enum class Op : std::uint8_t {
#define OP(name, result, arguments, effects) name,
#include "translator/ir/opcodes.inc"
#undef OP
};

inline constexpr unsigned op_count = 0
#define OP(name, result, arguments, effects) +1
#include "translator/ir/opcodes.inc"
#undef OP
    ;

using Effects = std::uint16_t;
namespace effect {
inline constexpr Effects pure = 0;
inline constexpr Effects reads_state = 1 << 0;
inline constexpr Effects writes_state = 1 << 1;
inline constexpr Effects reads_memory = 1 << 2;
inline constexpr Effects writes_memory = 1 << 3;
inline constexpr Effects may_fault = 1 << 4;   // carries a recovery map
inline constexpr Effects may_leave = 1 << 5;   // carries a recovery map
inline constexpr Effects float_state = 1 << 6; // sticky flags: not dropped, not duplicated, kept in
                                               // order among themselves only
inline constexpr Effects calls = 1 << 7;       // as its helper says
inline constexpr Effects marker = 1 << 8;
inline constexpr Effects terminator = 1 << 9;
} // namespace effect

struct OpInfo {
    std::string_view name;
    char result;                // see opcodes.inc
    std::string_view arguments; // "*": variable
    Effects effects;
};

const OpInfo& info(Op op);

// ---- attributes

enum class Extend : std::uint8_t { zero, sign };

// A guest memory access: the imm of load and store.
struct MemoryAccess {
    std::uint8_t size = 4; // bytes: 1, 2, 4, 8, 16
    Endian endian = Endian::big;
    Extend extend = Extend::zero; // of a load into a wider type
    std::uint8_t alignment = 1;   // an address that is no multiple faults with FaultKind::alignment
    std::uint8_t space = 0; // guest's address-space context: 0 is the current data translation
    std::uint8_t tag = 0;   // guest's own mark, handed to its fault handler

    std::uint64_t pack() const {
        return size | static_cast<std::uint64_t>(endian) << 8 |
               static_cast<std::uint64_t>(extend) << 16 |
               static_cast<std::uint64_t>(alignment) << 24 |
               static_cast<std::uint64_t>(space) << 32 | static_cast<std::uint64_t>(tag) << 40;
    }
    static MemoryAccess unpack(std::uint64_t imm) {
        return {.size = static_cast<std::uint8_t>(imm),
                .endian = static_cast<Endian>(imm >> 8 & 0xff),
                .extend = static_cast<Extend>(imm >> 16 & 0xff),
                .alignment = static_cast<std::uint8_t>(imm >> 24),
                .space = static_cast<std::uint8_t>(imm >> 32),
                .tag = static_cast<std::uint8_t>(imm >> 40)};
    }
    bool operator==(const MemoryAccess&) const = default;
};

// How far the new bank begins behind the old one, in bytes: the imm of set_bank. Banks may overlap
// (register windows): what a banked slot at `x` is behind the move, the one at `x + distance` was
// before it. That holds where a ring of banks closes as well, whose ends show the same memory.
// Text: `up 512`, `down 512`.
struct BankMove {
    std::int32_t distance = 0; // 0: not known

    constexpr std::uint64_t pack() const { return static_cast<std::uint32_t>(distance); }
    static constexpr BankMove unpack(std::uint64_t imm) {
        return {static_cast<std::int32_t>(static_cast<std::uint32_t>(imm))};
    }
};

// What the imm of float_half and float_with_half holds: which 32 bits of a double. Text: `upper`.
enum class Half : std::uint8_t { lower, upper };

// What the imm of an op on lanes holds. Text: `lanes 16 by 3`.
struct LaneAttributes {
    unsigned bits = 0;   // of a lane
    unsigned number = 0; // a count, lane or byte, where the op has one

    constexpr std::uint64_t pack() const { return bits | std::uint64_t{number} << 8; }
    static constexpr LaneAttributes unpack(std::uint64_t imm) {
        return {static_cast<unsigned>(imm & 0xff), static_cast<unsigned>(imm >> 8)};
    }
};

// A floating-point operation that an exact helper defines: the imm of float_add and its kind.
//
// The result is helper(state, arguments...), which may also raise sticky exception flags in the
// guest's state. The interpreter always calls it. A backend may compute on the host instead where
// it can tell from the host's result that the helper would return the same bits and raise nothing
// but the sticky inexact flag, which then gathers in the host's MXCSR (CpuHeader::guest_mxcsr): the
// result is a normal number above the tiny range, or an exact zero, and the rounding to single
// precision did not sit on a double-rounding tie. Everything else calls the helper out of line. The
// helper reads and writes slots that are not promotable only.
enum class Precision : std::uint8_t { double_, single }; // of a result; f32: single

struct FloatOp {
    std::uint16_t helper = 0;
    Precision precision = Precision::double_;

    std::uint64_t pack() const { return helper | static_cast<std::uint64_t>(precision) << 16; }
    static FloatOp unpack(std::uint64_t imm) {
        return {static_cast<std::uint16_t>(imm), static_cast<Precision>(imm >> 16 & 0xff)};
    }
};

// Leave codes below `leave::guest_first` are the translator's own; the others are the guest's: its
// GuestCpu::on_leave gives them a meaning (raise this exception, ...).
namespace leave {
inline constexpr std::uint32_t none = 0;       // budget used up, or an unchained goto_pc / jump_pc
inline constexpr std::uint32_t look_again = 1; // state changed that the loop depends on:
                                               // interrupts, mode, translation context
inline constexpr std::uint32_t alone = 2; // run the instruction at pc by itself, on the interpreter
inline constexpr std::uint32_t fault = 3; // a memory fault has been raised in the guest
inline constexpr std::uint32_t guest_first = 16;
} // namespace leave

} // namespace vestige::ir
