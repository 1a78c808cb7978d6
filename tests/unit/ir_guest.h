// A made-up guest for tests of the IR: slots of every type, helpers of every effect, 64 KiB of
// memory.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "common/assertion.h"
#include "common/bits.h"
#include "common/endian.h"
#include "tests/unit/shared_memory.h"
#include "translator/ir/layout.h"
#include "translator/runtime/cpu_header.h"
#include "translator/runtime/memory_path.h"
#include "translator/runtime/slot_address.h"

namespace vestige::test {

// A bank's upper two registers are the lower two of the next one.
inline constexpr unsigned bank_count = 4, bank_registers = 4, bank_stride = 2;

struct GuestState {
    runtime::CpuHeader header;
    std::uint32_t pc = 0;
    std::uint32_t r[8] = {};
    std::uint64_t cr[2] = {}; // orderings
    std::uint64_t x[2] = {};
    std::uint8_t ca = 0;
    std::uint8_t byte = 0;
    std::uint16_t half = 0;
    double f[4] = {};
    alignas(16) std::uint64_t v[2][2] = {};
    // memory_only
    std::uint32_t counter = 0;
    std::uint32_t seen = 0;
    // The current one is at header.bank.
    std::uint32_t banks[(bank_count - 1) * bank_stride + bank_registers] = {};
    std::uint32_t behind_banks = 0; // where a test does harm to an offset

    GuestState() { header.bank = bank_offset(0); }
    static constexpr std::uint32_t bank_offset(unsigned bank);
};
constexpr std::uint32_t GuestState::bank_offset(unsigned bank) {
    return static_cast<std::uint32_t>(offsetof(GuestState, banks) +
                                      sizeof(banks[0]) * bank_stride * bank);
}

// The order is that of test_layout().
enum GuestSlot : ir::SlotId {
    slot_pc,
    slot_r0,
    slot_cr0 = slot_r0 + 8,
    slot_x0 = slot_cr0 + 2,
    slot_ca = slot_x0 + 2,
    slot_byte,
    slot_half,
    slot_f0,
    slot_v0 = slot_f0 + 4,
    slot_counter = slot_v0 + 2,
    slot_seen,
    slot_b0,
    slot_count = slot_b0 + bank_registers,
};

inline const ir::StateLayout& test_layout() {
    static const ir::StateLayout layout = [] {
        ir::StateLayout made;
        const auto add = [&](std::string name, std::size_t offset, ir::Type type,
                             ir::Promotion promotion = ir::Promotion::promotable) {
            made.slots.push_back(
                {std::move(name), static_cast<std::uint32_t>(offset), type, promotion});
        };
        const auto add_array = [&](std::string name, unsigned count, std::size_t offset,
                                   ir::Type type) {
            for (unsigned i = 0; i < count; ++i)
                add(name + std::to_string(i), offset + i * ir::info(type).bytes, type);
        };
        add("pc", offsetof(GuestState, pc), ir::Type::i32);
        add_array("r", 8, offsetof(GuestState, r), ir::Type::i32);
        add_array("cr", 2, offsetof(GuestState, cr), ir::Type::i64);
        add_array("x", 2, offsetof(GuestState, x), ir::Type::i64);
        add("ca", offsetof(GuestState, ca), ir::Type::i1);
        add("byte", offsetof(GuestState, byte), ir::Type::i8);
        add("half", offsetof(GuestState, half), ir::Type::i16);
        add_array("f", 4, offsetof(GuestState, f), ir::Type::f64);
        add_array("v", 2, offsetof(GuestState, v), ir::Type::v128);
        add("counter", offsetof(GuestState, counter), ir::Type::i32, ir::Promotion::memory_only);
        add("seen", offsetof(GuestState, seen), ir::Type::i32, ir::Promotion::memory_only);
        add_array("b", bank_registers, ir::banked_state, ir::Type::i32);
        made.has_banks = true;
        made.pc = slot_pc;
        made.size = sizeof(GuestState);
        VESTIGE_ASSERT(made.slots.size() == slot_count);
        return made;
    }();
    return layout;
}

inline const std::byte* slot_of(const GuestState& state, const ir::Slot& slot) {
    auto* const bytes = reinterpret_cast<std::byte*>(const_cast<GuestState*>(&state));
    return runtime::slot_in(bytes, slot.offset);
}

inline constexpr std::uint32_t leave_odd = ir::leave::guest_first + 1;

enum GuestHelper : ir::HelperId {
    helper_mix,          // pure: i32 (i32, i64, f64, i32)
    helper_count,        // memory_only_slots: none (i32)
    helper_turn,         // all_state: i64 (): r0 and r1 change places, x0 counts
    helper_odd,          // may_leave: none (i32): leaves if odd, with pc one instruction on
    helper_add,          // float: f64 (f64, f64)
    helper_sqrt,         // float: f64 (f64)
    helper_mul_add,      // float: f64 (f64, f64, f64)
    helper_int,          // float: i32 (f64)
    helper_half,         // pure: f64 (f64)
    helper_vector_two,   // float: v128 (v128, v128)
    helper_vector_three, // float: v128 (v128, v128, v128)
    helper_single_two,   // float: f32 (f32, f32)
    helper_single_one,   // float: f32 (f32)
    helper_to_single,    // float: f32 (f64)
    helper_to_double,    // float: f64 (f32)
};

inline GuestState& state_of(void* state) { return *static_cast<GuestState*>(state); }

inline std::uint32_t call_mix(void*, std::uint32_t a, std::uint64_t b, double c, std::uint32_t d) {
    return a * 3 + static_cast<std::uint32_t>(b >> 7) + d * 5 +
           static_cast<std::uint32_t>(std::bit_cast<std::uint64_t>(c) >> 40);
}
inline void call_count(void* state, std::uint32_t amount) {
    state_of(state).counter += amount;
    state_of(state).seen = amount;
}
// CpuHeader::cpu has what a side's budget is less than the other's.
inline std::int64_t left_of_budget(const runtime::CpuHeader& header) {
    return header.budget + header.budget_ahead + reinterpret_cast<std::intptr_t>(header.cpu);
}
inline std::uint64_t call_turn(void* state) {
    GuestState& guest = state_of(state);
    std::swap(guest.r[0], guest.r[1]);
    // What is left of the budget is exact in raw and optimised IR.
    const auto left = static_cast<std::uint64_t>(left_of_budget(guest.header));
    return ++guest.x[0] + left;
}
inline void call_odd(void* state, std::uint32_t value) {
    if (value % 2 == 0) return;
    state_of(state).pc += 4;
    state_of(state).header.leave_code = leave_odd;
}
// Not the mathematical results, so that an engine that computes by itself is found out.
inline double call_add(void* state, double a, double b) {
    ++state_of(state).seen;
    return std::bit_cast<double>(std::bit_cast<std::uint64_t>(a) * 3 +
                                 std::bit_cast<std::uint64_t>(b));
}
inline double call_sqrt(void* state, double a) {
    ++state_of(state).seen;
    return std::bit_cast<double>(std::bit_cast<std::uint64_t>(a) * 5 + 1);
}
inline double call_mul_add(void* state, double a, double b, double c) {
    ++state_of(state).seen;
    return std::bit_cast<double>(std::bit_cast<std::uint64_t>(a) * 7 +
                                 std::bit_cast<std::uint64_t>(b) * 3 +
                                 std::bit_cast<std::uint64_t>(c));
}
typedef std::uint64_t HelperVector __attribute__((vector_size(16)));
inline HelperVector call_vector_two(void* state, HelperVector a, HelperVector b) {
    ++state_of(state).seen;
    return a * 3 + b;
}
inline HelperVector call_vector_three(void* state, HelperVector a, HelperVector b, HelperVector c) {
    ++state_of(state).seen;
    return a * 7 + b * 3 + c;
}
inline float call_single_two(void* state, float a, float b) {
    ++state_of(state).seen;
    return std::bit_cast<float>(std::bit_cast<std::uint32_t>(a) * 3 +
                                std::bit_cast<std::uint32_t>(b));
}
inline float call_single_one(void* state, float a) {
    ++state_of(state).seen;
    return std::bit_cast<float>(std::bit_cast<std::uint32_t>(a) * 5 + 1);
}
inline float call_to_single(void* state, double a) {
    ++state_of(state).seen;
    return std::bit_cast<float>(static_cast<std::uint32_t>(std::bit_cast<std::uint64_t>(a) >> 11));
}
inline double call_to_double(void* state, float a) {
    ++state_of(state).seen;
    return std::bit_cast<double>(std::bit_cast<std::uint32_t>(a) * std::uint64_t{0x100000007});
}
inline std::uint32_t call_int(void* state, double a) {
    ++state_of(state).seen;
    return static_cast<std::uint32_t>(std::bit_cast<std::uint64_t>(a) >> 13);
}
inline double call_half(void*, double a) {
    return std::bit_cast<double>(std::bit_cast<std::uint64_t>(a) ^ 0x1234);
}

inline const ir::HelperTable& test_helpers() {
    using enum ir::HelperEffect;
    using enum ir::Type;
    const auto address = [](auto* function) { return reinterpret_cast<const void*>(function); };
    static const ir::HelperTable table = {
        {"mix", address(call_mix), i32, {i32, i64, f64, i32}, pure},
        {"count", address(call_count), none, {i32}, memory_only_slots},
        {"turn", address(call_turn), i64, {}, all_state},
        {"odd", address(call_odd), none, {i32}, may_leave},
        {"add", address(call_add), f64, {f64, f64}, memory_only_slots},
        {"sqrt", address(call_sqrt), f64, {f64}, memory_only_slots},
        {"mul_add", address(call_mul_add), f64, {f64, f64, f64}, memory_only_slots},
        {"int", address(call_int), i32, {f64}, memory_only_slots},
        {"half", address(call_half), f64, {f64}, pure},
        {"vector_two", address(call_vector_two), v128, {v128, v128}, memory_only_slots},
        {"vector_three", address(call_vector_three), v128, {v128, v128, v128}, memory_only_slots},
        {"single_two", address(call_single_two), f32, {f32, f32}, memory_only_slots},
        {"single_one", address(call_single_one), f32, {f32}, memory_only_slots},
        {"to_single", address(call_to_single), f32, {f64}, memory_only_slots},
        {"to_double", address(call_to_double), f64, {f32}, memory_only_slots},
    };
    return table;
}

// 64 KiB of memory at address 0; above it accesses fault, but for one page of "devices", which are
// only accessed by an instruction run alone.
class GuestMemory final : public runtime::MemoryPath {
  public:
    static constexpr std::uint32_t size = 0x10000;
    static constexpr std::uint32_t devices = 0x20000;

    runtime::AccessOutcome load(std::uint64_t address, ir::MemoryAccess access,
                                runtime::AccessFrom from, runtime::WideValue& value) override {
        note_access();
        if (const auto outcome = check(address, access, from);
            outcome != runtime::AccessOutcome::done)
            return outcome;
        if (address >= size) {
            value.low = 0x5a;
            return runtime::AccessOutcome::done;
        }
        if (access.size == 16) {
            value = {load_sized(&bytes[address], 8, Endian::little),
                     load_sized(&bytes[address + 8], 8, Endian::little)};
            if (access.endian == Endian::big) value = {byte_swap(value.high), byte_swap(value.low)};
            return runtime::AccessOutcome::done;
        }
        value.low = load_sized(&bytes[address], access.size, access.endian);
        if (access.extend == ir::Extend::sign)
            value.low = static_cast<std::uint64_t>(sign_extend(value.low, 8 * access.size));
        return runtime::AccessOutcome::done;
    }

    runtime::AccessOutcome store(std::uint64_t address, ir::MemoryAccess access,
                                 runtime::AccessFrom from, runtime::WideValue value) override {
        note_access();
        if (const auto outcome = check(address, access, from);
            outcome != runtime::AccessOutcome::done)
            return outcome;
        if (address >= size) return runtime::AccessOutcome::done;
        if (access.size == 16) {
            if (access.endian == Endian::big) value = {byte_swap(value.high), byte_swap(value.low)};
            store_sized(&bytes[address], 8, value.low, Endian::little);
            store_sized(&bytes[address + 8], 8, value.high, Endian::little);
            return runtime::AccessOutcome::done;
        }
        store_sized(&bytes[address], access.size, value.low, access.endian);
        return runtime::AccessOutcome::done;
    }

    // A page map of the first `pages` pages.
    std::vector<runtime::PageMapEntry> map(unsigned pages) {
        std::vector<runtime::PageMapEntry> entries(runtime::page_map_entries);
        for (unsigned i = 0; i < pages; ++i)
            entries[i] = reinterpret_cast<runtime::PageMapEntry>(bytes.data());
        return entries;
    }

    const SharedMemory file{size};
    const std::span<std::byte> bytes = file.bytes();
    std::uint64_t slow_accesses = 0;
    // With a clock: the sum of the times of slow accesses, by what is left of the budget.
    const runtime::CpuHeader* clock = nullptr;
    std::int64_t times = 0;

    void take_bytes(const GuestMemory& other) {
        std::memcpy(bytes.data(), other.bytes.data(), size);
    }
    bool same_bytes(const GuestMemory& other) const {
        return std::memcmp(bytes.data(), other.bytes.data(), size) == 0;
    }

  private:
    void note_access() {
        ++slow_accesses;
        if (clock) times += left_of_budget(*clock);
    }
    static runtime::AccessOutcome check(std::uint64_t address, ir::MemoryAccess access,
                                        runtime::AccessFrom from) {
        if (address % access.alignment != 0) return runtime::AccessOutcome::fault;
        if (address + access.size <= size) return runtime::AccessOutcome::done;
        if (address < devices || address + access.size > devices + runtime::page_size)
            return runtime::AccessOutcome::fault;
        return from == runtime::AccessFrom::single_step ? runtime::AccessOutcome::done
                                                        : runtime::AccessOutcome::alone;
    }
};

} // namespace vestige::test
