// Guest state and guest memory.
#include "backend/interp/preparer.h"
#include "common/assertion.h"
#include "common/bits.h"
#include "common/endian.h"

namespace vestige::interp {

using ir::Instruction;
using ir::MemoryAccess;
using ir::Value;
using runtime::AccessOutcome;
using runtime::WideValue;

namespace {

// ---- slots: imm is the offset, in the state or in the current bank

enum class Place : std::uint8_t { fixed, banked };

template <Place place> std::byte* slot_at(const Step* step, const Frame& frame) {
    return frame.state + (place == Place::banked ? frame.header->bank : 0) + step->imm;
}
template <class T, Place place>
const Step* step_get_slot(const Step* step, Registers registers, Frame& frame) {
    T value;
    std::memcpy(&value, slot_at<place>(step, frame), sizeof value);
    registers[step->result] = value;
    return step + 1;
}
template <class T, Place place>
const Step* step_set_slot(const Step* step, Registers registers, Frame& frame) {
    const T value = static_cast<T>(registers[step->a]);
    std::memcpy(slot_at<place>(step, frame), &value, sizeof value);
    return step + 1;
}
template <Place place>
const Step* step_get_slot_wide(const Step* step, Registers registers, Frame& frame) {
    std::memcpy(registers + step->result, slot_at<place>(step, frame), 16);
    return step + 1;
}
template <Place place>
const Step* step_set_slot_wide(const Step* step, Registers registers, Frame& frame) {
    std::memcpy(slot_at<place>(step, frame), registers + step->a, 16);
    return step + 1;
}
const Step* step_set_bank(const Step* step, Registers registers, Frame& frame) {
    frame.header->bank = static_cast<std::uint32_t>(registers[step->a]);
    return step + 1;
}

template <Place place> Handler get_handler(unsigned bytes) {
    switch (bytes) {
    case 1: return step_get_slot<std::uint8_t, place>;
    case 2: return step_get_slot<std::uint16_t, place>;
    case 4: return step_get_slot<std::uint32_t, place>;
    case 8: return step_get_slot<std::uint64_t, place>;
    default: return step_get_slot_wide<place>;
    }
}
template <Place place> Handler set_handler(unsigned bytes) {
    switch (bytes) {
    case 1: return step_set_slot<std::uint8_t, place>;
    case 2: return step_set_slot<std::uint16_t, place>;
    case 4: return step_set_slot<std::uint32_t, place>;
    case 8: return step_set_slot<std::uint64_t, place>;
    default: return step_set_slot_wide<place>;
    }
}

// ---- memory: a is the address; result or b the value; c the recovery plan; imm the MemoryAccess

const Step* not_done(AccessOutcome outcome, const Step* step, Registers registers, Frame& frame) {
    if (outcome == AccessOutcome::alone) {
        ++frame.header->budget; // the instruction has not been run
        return leave_early(frame, registers, step->c, ir::leave::alone);
    }
    return leave_early(frame, registers, step->c, ir::leave::fault);
}

const Step* step_load_slow(const Step* step, Registers registers, Frame& frame) {
    const MemoryAccess access = MemoryAccess::unpack(step->imm);
    WideValue value;
    const AccessOutcome outcome = frame.memory->load(registers[step->a], access, frame.from, value);
    if (outcome != AccessOutcome::done) return not_done(outcome, step, registers, frame);
    registers[step->result] = value.low & ~std::uint64_t{0} >> step->b;
    return step + 1;
}
const Step* step_load_wide(const Step* step, Registers registers, Frame& frame) {
    const MemoryAccess access = MemoryAccess::unpack(step->imm);
    WideValue value;
    const AccessOutcome outcome = frame.memory->load(registers[step->a], access, frame.from, value);
    if (outcome != AccessOutcome::done) return not_done(outcome, step, registers, frame);
    registers[step->result] = value.low;
    registers[step->result + 1] = value.high;
    return step + 1;
}
const Step* step_store_slow(const Step* step, Registers registers, Frame& frame) {
    const MemoryAccess access = MemoryAccess::unpack(step->imm);
    const std::uint64_t value = registers[step->b] & ~std::uint64_t{0} >> (64 - 8 * access.size);
    const AccessOutcome outcome =
        frame.memory->store(registers[step->a], access, frame.from, {value, 0});
    return outcome == AccessOutcome::done ? step + 1 : not_done(outcome, step, registers, frame);
}
const Step* step_store_wide(const Step* step, Registers registers, Frame& frame) {
    const MemoryAccess access = MemoryAccess::unpack(step->imm);
    const AccessOutcome outcome = frame.memory->store(registers[step->a], access, frame.from,
                                                      {registers[step->b], registers[step->b + 1]});
    return outcome == AccessOutcome::done ? step + 1 : not_done(outcome, step, registers, frame);
}

// The host address behind a page map, or null for the slow path: not mapped, across a page or not
// aligned as the access demands.
template <class T>
std::byte* mapped(const runtime::PageMapEntry* map, std::uint64_t address, std::uint64_t imm) {
    const auto guest = static_cast<std::uint32_t>(address);
    const std::uint64_t alignment = imm >> 24 & 0xff; // MemoryAccess::alignment
    if ((guest & runtime::page_mask) > runtime::page_size - sizeof(T) ||
        (guest & (alignment - 1)) != 0 || !map)
        return nullptr;
    const runtime::PageMapEntry entry = map[guest >> runtime::page_bits];
    return entry ? reinterpret_cast<std::byte*>(entry + guest) : nullptr;
}

template <class T, Endian endian, ir::Extend extend>
const Step* step_load(const Step* step, Registers registers, Frame& frame) {
    const std::uint64_t address = registers[step->a];
    const std::byte* host = mapped<T>(frame.header->read_map, address, step->imm);
    if (!host) return step_load_slow(step, registers, frame);
    const T raw = endian == Endian::big ? load_be<T>(host) : load_le<T>(host);
    std::uint64_t value = raw;
    if constexpr (extend == ir::Extend::sign)
        value = static_cast<std::uint64_t>(sign_extend(value, 8 * sizeof(T))) &
                ~std::uint64_t{0} >> step->b;
    registers[step->result] = value;
    return step + 1;
}
template <class T, Endian endian>
const Step* step_store(const Step* step, Registers registers, Frame& frame) {
    std::byte* host = mapped<T>(frame.header->write_map, registers[step->a], step->imm);
    if (!host) return step_store_slow(step, registers, frame);
    const T value = static_cast<T>(registers[step->b]);
    if constexpr (endian == Endian::big)
        store_be<T>(host, value);
    else
        store_le<T>(host, value);
    return step + 1;
}

template <class T> Handler load_of(MemoryAccess access) {
    using enum Endian;
    if (access.extend == ir::Extend::zero)
        return access.endian == big ? step_load<T, big, ir::Extend::zero>
                                    : step_load<T, little, ir::Extend::zero>;
    return access.endian == big ? step_load<T, big, ir::Extend::sign>
                                : step_load<T, little, ir::Extend::sign>;
}
template <class T> Handler store_of(MemoryAccess access) {
    return access.endian == Endian::big ? step_store<T, Endian::big>
                                        : step_store<T, Endian::little>;
}

// Page maps are those of a 32-bit guest's current data translation.
bool served_by_page_map(MemoryAccess access, ir::Type address) {
    return access.space == 0 && address == ir::Type::i32;
}

} // namespace

void prepare_get_slot(Preparer& p, const Instruction& op, Value value) {
    const ir::Slot& slot = p.slot(op);
    const unsigned bytes = ir::info(slot.type).bytes;
    if (ir::is_banked(slot.offset))
        p.emit(get_handler<Place::banked>(bytes), value).imm = slot.offset - ir::banked_state;
    else
        p.emit(get_handler<Place::fixed>(bytes), value).imm = slot.offset;
}
void prepare_set_slot(Preparer& p, const Instruction& op, Value value) {
    const ir::Slot& slot = p.slot(op);
    const unsigned bytes = ir::info(slot.type).bytes;
    if (ir::is_banked(slot.offset))
        p.emit(set_handler<Place::banked>(bytes), value).imm = slot.offset - ir::banked_state;
    else
        p.emit(set_handler<Place::fixed>(bytes), value).imm = slot.offset;
}
void prepare_set_bank(Preparer& p, const Instruction&, Value value) {
    p.emit(step_set_bank, value);
}

void prepare_load(Preparer& p, const Instruction& op, Value value) {
    const MemoryAccess access = MemoryAccess::unpack(op.imm);
    Handler handler = access.size == 16 ? step_load_wide : step_load_slow;
    if (served_by_page_map(access, p.type(op.arguments[0]))) {
        switch (access.size) {
        case 1: handler = load_of<std::uint8_t>(access); break;
        case 2: handler = load_of<std::uint16_t>(access); break;
        case 4: handler = load_of<std::uint32_t>(access); break;
        case 8: handler = load_of<std::uint64_t>(access); break;
        default: break;
        }
    }
    const std::uint32_t recovery = p.recovery(op);
    Step& step = p.emit(handler, value);
    step.b = op.type == ir::Type::v128 ? 0 : 64 - ir::info(op.type).bits;
    step.c = recovery;
}

void prepare_store(Preparer& p, const Instruction& op, Value value) {
    const MemoryAccess access = MemoryAccess::unpack(op.imm);
    Handler handler = access.size == 16 ? step_store_wide : step_store_slow;
    if (served_by_page_map(access, p.type(op.arguments[0]))) {
        switch (access.size) {
        case 1: handler = store_of<std::uint8_t>(access); break;
        case 2: handler = store_of<std::uint16_t>(access); break;
        case 4: handler = store_of<std::uint32_t>(access); break;
        case 8: handler = store_of<std::uint64_t>(access); break;
        default: break;
        }
    }
    const std::uint32_t recovery = p.recovery(op);
    p.emit(handler, value).c = recovery;
}

} // namespace vestige::interp
