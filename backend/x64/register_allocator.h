// Which register or memory holds which value, decided while code is emitted, in one pass.
//
// Within a block, a value is loaded where an emitter first asks for it and leaves its register for
// the one whose next use is nearer. It can be in several places at once: a register, a spill slot,
// the guest state slot that it was read from or written to; constants can be made anywhere. Between
// blocks, values lie where the BlockEntry of the next one says.
//
// The protocol for an emitter:
//   1. take registers: use(), operand(), scratch(), claim(); each returns a handle, and what a
//      handle holds stays where it is until the handle goes;
//   2. give up operands that the emitter has finished with (finish()), so that a result may take
//      their place;
//   3. define the result: define(), define_copy(), become();
//   4. emit. Taking and defining may emit moves that leave the flags alone, so none may happen
//      behind a jump within the instruction.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "backend/x64/block_entry.h"
#include "backend/x64/frame.h"
#include "backend/x64/liveness.h"
#include "backend/x64/registers.h"
#include "backend/x64/spill_slots.h"
#include "translator/ir/function.h"

namespace vestige::x64 {

// Where a value can be found, for a recovery map.
struct Location {
    enum class Kind : std::uint8_t { in_register, spill, state, constant };
    Kind kind;
    std::uint32_t index = 0;    // register, spill slot or offset in the state
    std::uint64_t constant = 0; // its bits
};

class RegisterAllocator;

// A register that stays with its holder.
class Held {
  public:
    Held() = default;
    Held(Held&& other) noexcept : allocator_(other.allocator_), reg_(other.reg_) {
        other.allocator_ = nullptr;
    }
    Held& operator=(Held&& other) noexcept {
        release();
        allocator_ = std::exchange(other.allocator_, nullptr);
        reg_ = other.reg_;
        return *this;
    }
    ~Held() { release(); }

    void release();
    bool holds() const { return allocator_ != nullptr; }

    HostRegister reg() const { return reg_; }
    x86::Gp r64() const { return gp64(reg_); }
    x86::Gp r32() const { return gp32(reg_); }
    x86::Gp r16() const { return gp16(reg_); }
    x86::Gp r8() const { return gp8(reg_); }
    x86::Gp of(ir::Type type) const { return gp_of(reg_, type); }
    x86::Xmm xmm() const { return x64::xmm(reg_); }

  private:
    friend class RegisterAllocator;
    Held(RegisterAllocator* allocator, HostRegister reg) : allocator_(allocator), reg_(reg) {}

    RegisterAllocator* allocator_ = nullptr;
    HostRegister reg_ = no_register;
};

// A register, a memory operand or an immediate.
struct HeldOperand {
    asmjit::Operand operand;
    Held held; // if it is a register
};

class RegisterAllocator {
  public:
    RegisterAllocator(x86::Assembler& assembler, Liveness& liveness, bool avx)
        : as_(assembler), live_(liveness), avx_(avx) {}

    // ---- functions, blocks and instructions
    // Without the maps' registers, the code makes no calls behind which they are loaded anew.
    void begin_function(const ir::Function& function, FixedRegisters fixed);
    // Registers that may hold values of the function.
    std::span<const HostRegister> allocatable(Bank bank) const {
        return x64::allocatable(bank, *function_->layout, fixed_);
    }
    void begin_block(const BlockEntry& entry);
    // The values of the entry, and what becomes them, are to be made in the registers that they
    // have there.
    void aim_at(const BlockEntry& entry);
    // no_register: any will do.
    HostRegister aim_of(ir::Value value) const;
    std::int16_t slot_aim_of(ir::Value value) const;
    void begin_instruction(std::uint32_t position) { position_ = position; }
    void end_instruction(ir::Value value);

    // ---- operands
    Held use(ir::Value value);
    // In a register of the emitter's own, which it may change.
    Held use_copy(ir::Value value);
    Held use_copy_in(ir::Value value, HostRegister reg);
    // For instructions with a flexible second operand of the width of the value's type.
    HeldOperand operand(ir::Value value);
    // Without immediates.
    HeldOperand register_or_memory(ir::Value value);
    // A constant that instructions can carry: as a sign-extended 32-bit number of the type's width.
    std::optional<std::int32_t> immediate(ir::Value value) const;
    std::optional<std::uint64_t> constant(ir::Value value) const;
    // The register may be read by the next host instruction, and written by it as a result.
    HostRegister finish(ir::Value value, Held&& held);
    void finish_all(const ir::Instruction& instruction);
    // The same for what the recovery map of the instruction is the last to want.
    void finish_recovered(const ir::Instruction& instruction);
    bool dies_here(ir::Value value) const { return live_[value].last_use <= position_; }
    HostRegister register_of(ir::Value value) const { return values_[value.index].reg; }
    bool in_register(ir::Value value) const { return register_of(value) != no_register; }

    // ---- scratch registers
    Held scratch(Bank bank = Bank::general, HostRegister aim = no_register);
    Held scratch_for(ir::Value result) { return scratch(bank_of(type(result)), aim_of(result)); }
    Held claim(HostRegister reg); // what was there moves away

    // ---- results
    Held define(ir::Value result);
    // Holds a copy of `from`, in its place if it dies here.
    Held define_copy(ir::Value result, ir::Value from);
    Held become(ir::Value result, Held&& scratch);
    void define_from_state(ir::Value result, std::uint32_t offset);
    // A promotable slot's value, not read yet.
    void define_in_state(ir::Value result, std::uint32_t offset);

    // ---- guest state
    // Its bytes are about to change: values that live there alone are read first.
    void state_changes(std::uint32_t offset, std::uint32_t bytes, ir::Value except = {});
    void bank_changes(); // the current one
    void all_state_changes();
    // The value has been written to its slot.
    void now_in_state(ir::Value value, std::uint32_t offset);
    bool is_in_state(ir::Value value, std::uint32_t offset) const {
        return values_[value.index].state_offset == static_cast<std::int32_t>(offset);
    }

    // ---- calls and jumps
    // Before a C++ function is called: what lives on leaves the registers that the callee may
    // change.
    void spill_caller_saved();
    void forget_caller_saved();
    Location location(ir::Value value) const;
    // Calls visit(Location) for each place, of registers and spill slots, that holds the value.
    template <typename Visitor> void for_each_copy(ir::Value value, Visitor&& visit) const {
        const Places& place = values_[value.index];
        if (place.reg != no_register) visit(Location{Location::Kind::in_register, place.reg});
        if (place.slot != SpillSlots::none)
            visit(Location{Location::Kind::spill, static_cast<std::uint32_t>(place.slot)});
    }
    bool is_anywhere(ir::Value value) const {
        const Places& place = values_[value.index];
        return place.reg != no_register || place.slot != SpillSlots::none;
    }
    const Places& places(ir::Value value) const { return values_[value.index]; }
    SpillSlots& slots() { return slots_; }
    unsigned temporary_slot(); // two adjacent ones, which hold nothing for long
    void move(HostRegister to, HostRegister from, ir::Type type);
    void load(ir::Value value, HostRegister into); // of either bank: the value's bits
    void store_to_slot(HostRegister reg, unsigned slot, ir::Type type);
    void load_from_slot(HostRegister reg, unsigned slot, ir::Type type);
    void load_from_state(std::uint32_t offset, ir::Type type, HostRegister into);
    void load_constant(std::uint64_t bits, ir::Type type, HostRegister into);
    ir::Type type(ir::Value value) const {
        return live_.is_pointer(value) ? ir::Type::i64 : (*function_)[value].type;
    }

    // While the flags hold a condition, zero is not made by xor.
    void keep_flags(bool keep) { keep_flags_ = keep; }

  private:
    friend class Held;

    // Where a value is to be if that costs nothing.
    struct Aim {
        std::int16_t slot = SpillSlots::none;
        HostRegister reg = no_register;
    };
    const Aim* aim(ir::Value value) const;

    static constexpr std::uint32_t nobody = ~0u, scratch_user = ~0u - 1;

    bool is_constant(ir::Value value) const {
        return !live_.is_pointer(value) && (*function_)[value].op == ir::Op::constant;
    }
    bool has_memory_copy(ir::Value value) const;
    Held hold(HostRegister reg);
    void unlock(HostRegister reg);
    HostRegister allocate(Bank bank, HostRegister aim = no_register);
    HostRegister free_register(Bank bank, std::uint32_t allowed) const;
    HostRegister victim(Bank bank) const;
    void bind(ir::Value value, HostRegister reg);
    void unbind(HostRegister reg);
    void evict(HostRegister reg);
    void move_away(HostRegister reg);
    asmjit::Operand memory(ir::Value value) const;
    void kill(ir::Value value);
    void forget_everything();
    void spill(ir::Value value);
    void leave_state(ir::Value value);

    x86::Assembler& as_;
    Liveness& live_;
    bool avx_;
    FixedRegisters fixed_ = FixedRegisters::maps;
    bool keep_flags_ = false;
    const ir::Function* function_ = nullptr;
    std::uint32_t position_ = 0;

    std::vector<Places> values_;
    std::uint32_t occupant_[register_count];
    std::uint8_t locks_[register_count] = {};
    std::vector<Aim> aims_; // by value; empty without joins
    SpillSlots slots_;
    std::vector<std::uint32_t> in_state_; // values with a copy in the state
    std::int16_t temporary_slot_ = SpillSlots::none;
};

inline void Held::release() {
    if (allocator_) std::exchange(allocator_, nullptr)->unlock(reg_);
}

} // namespace vestige::x64
