#include "backend/x64/slow_path.h"

#include <bit>
#include <cstring>
#include <vector>

#include "backend/x64/site.h"
#include "common/assertion.h"
#include "translator/runtime/cpu_header.h"
#include "translator/runtime/slot_address.h"

namespace vestige::x64 {

using ir::MemoryAccess;
using runtime::AccessFrom;
using runtime::AccessOutcome;
using runtime::CpuHeader;
using runtime::WideValue;

namespace {

class SlowPath {
  public:
    SlowPath(runtime::MemoryPath& memory, SlowFrame& frame)
        : memory_(memory),
          frame_(frame),
          state_(reinterpret_cast<std::byte*>(frame.general[state_register]) - state_bias),
          header_(*reinterpret_cast<CpuHeader*>(state_)),
          here_(reinterpret_cast<const std::byte*>(frame.return_address)) {
        std::int32_t distance;
        std::memcpy(&distance, here_, sizeof distance);
        record_ = reinterpret_cast<const SiteRecord*>(here_ + distance);
        words_ = reinterpret_cast<const std::uint32_t*>(record_ + 1);
    }

    std::uint64_t run() {
        switch (record_->kind) {
        case SiteKind::load: return load();
        case SiteKind::store: return store();
        case SiteKind::leave:
            return leave(static_cast<std::uint32_t>(record_->attribute), record_->ahead);
        case SiteKind::float_call: return call_float_helper();
        }
        VESTIGE_UNREACHABLE("no such site");
    }

  private:
    std::uint64_t load();
    std::uint64_t store();
    std::uint64_t call_float_helper();
    std::uint64_t read_address(LocationReader& operands) const;
    void forget_pages(LocationReader& operands) const;
    std::uint64_t after_access(AccessOutcome outcome);
    std::uint64_t resume();
    std::uint64_t leave(std::uint32_t code, std::uint32_t instructions_given_back);
    void set_result(XmmValue value);
    void rebuild_state();

    runtime::MemoryPath& memory_;
    SlowFrame& frame_;
    std::byte* state_;
    CpuHeader& header_;
    const std::byte* here_; // the word behind the stub's call
    const SiteRecord* record_;
    const std::uint32_t* words_;
};

std::uint64_t SlowPath::resume() {
    frame_.return_address = reinterpret_cast<std::uint64_t>(here_ + record_->resume);
    frame_.general[budget_register] = static_cast<std::uint64_t>(header_.budget);
    if (record_->has_window_in_gs) return 0; // the maps' registers may hold anything
    if (header_.window != 0) {               // the write map's register may hold anything
        frame_.general[window_register] = header_.window;
        return 0;
    }
    frame_.general[read_map_register] = reinterpret_cast<std::uint64_t>(header_.read_map);
    frame_.general[write_map_register] = reinterpret_cast<std::uint64_t>(header_.write_map);
    return 0;
}

void SlowPath::set_result(XmmValue value) {
    if (is_xmm(record_->result)) {
        frame_.xmm[record_->result - first_xmm] = value;
        return;
    }
    const unsigned unused = 64u - record_->result_bits;
    frame_.general[record_->result] = value.low << unused >> unused;
}

std::uint64_t SlowPath::read_address(LocationReader& operands) const {
    const std::uint64_t address = operands.next().value.low;
    std::uint64_t distance = record_->address_offset;
    if (record_->index_shift != SiteRecord::no_index)
        distance += operands.next().value.low << record_->index_shift;
    else if (distance == 0)
        return address;
    return static_cast<std::uint32_t>(address + distance); // of a 32-bit guest
}

// A device may have changed what lies where.
void SlowPath::forget_pages(LocationReader& operands) const {
    for (unsigned i = 0; i < record_->pointer_places; ++i)
        operands.clear_next();
}

std::uint64_t SlowPath::load() {
    LocationReader operands(words_, frame_, state_);
    const std::uint64_t address = read_address(operands);
    WideValue value;
    header_.budget_ahead = record_->ahead;
    const AccessOutcome outcome =
        memory_.load(address, MemoryAccess::unpack(record_->attribute), AccessFrom::unit, value);
    header_.budget_ahead = 0;
    forget_pages(operands);
    if (outcome == AccessOutcome::done) set_result({value.low, value.high});
    return after_access(outcome);
}

std::uint64_t SlowPath::store() {
    const MemoryAccess access = MemoryAccess::unpack(record_->attribute);
    LocationReader operands(words_, frame_, state_);
    const std::uint64_t address = read_address(operands);
    const XmmValue source = operands.next().value;
    WideValue value{source.low, source.high};
    if (access.size < 16) value = {source.low & ~std::uint64_t{0} >> (64 - 8 * access.size), 0};
    header_.budget_ahead = record_->ahead;
    const AccessOutcome outcome = memory_.store(address, access, AccessFrom::unit, value);
    header_.budget_ahead = 0;
    forget_pages(operands);
    return after_access(outcome);
}

std::uint64_t SlowPath::after_access(AccessOutcome outcome) {
    switch (outcome) {
    case AccessOutcome::done: return resume();
    case AccessOutcome::fault: return leave(ir::leave::fault, record_->ahead);
    // The access' own instruction has not been run.
    case AccessOutcome::alone: return leave(ir::leave::alone, record_->ahead + 1);
    }
    VESTIGE_UNREACHABLE("no such outcome");
}

// A helper of fewer arguments does not look at the registers that further ones pass in.
std::uint64_t SlowPath::call_float_helper() {
    LocationReader operands(words_, frame_, state_);
    if (record_->result_bits == 128) {
        typedef std::uint64_t HelperVector __attribute__((vector_size(16)));
        HelperVector vectors[3] = {};
        for (unsigned i = 0; i < record_->operand_count; ++i) {
            const XmmValue value = operands.next().value;
            vectors[i] = HelperVector{value.low, value.high};
        }
        const auto helper =
            reinterpret_cast<HelperVector (*)(void*, HelperVector, HelperVector, HelperVector)>(
                record_->attribute);
        const HelperVector result = helper(state_, vectors[0], vectors[1], vectors[2]);
        set_result({result[0], result[1]});
        return resume();
    }
    double arguments[3] = {};
    for (unsigned i = 0; i < record_->operand_count; ++i)
        arguments[i] = std::bit_cast<double>(operands.next().value.low);
    if (is_xmm(record_->result)) {
        const auto helper =
            reinterpret_cast<double (*)(void*, double, double, double)>(record_->attribute);
        const double result = helper(state_, arguments[0], arguments[1], arguments[2]);
        set_result({std::bit_cast<std::uint64_t>(result), 0});
    } else {
        const auto helper =
            reinterpret_cast<std::uint32_t (*)(void*, double, double, double)>(record_->attribute);
        set_result({helper(state_, arguments[0], arguments[1], arguments[2]), 0});
    }
    return resume();
}

// All values are read before a slot is written: one may lie in another's slot.
void SlowPath::rebuild_state() {
    LocationReader reader(words_ + record_->operand_words, frame_, state_);
    const std::uint32_t* const end = reader.position() + record_->recovery_words;
    std::vector<LocationReader::Item> items;
    items.reserve(record_->recovery_words);
    while (reader.position() != end)
        items.push_back(reader.next());
    for (const LocationReader::Item& item : items)
        std::memcpy(runtime::slot_in(state_, item.slot_offset), &item.value, item.slot_bytes);
}

std::uint64_t SlowPath::leave(std::uint32_t code, std::uint32_t instructions_given_back) {
    rebuild_state();
    std::memcpy(state_ + record_->pc_offset, &record_->pc, record_->pc_bytes);
    header_.budget += instructions_given_back;
    return std::uint64_t{code} + 1;
}

} // namespace

std::uint64_t enter_slow_path(void* memory, SlowFrame* frame) {
    return SlowPath(*static_cast<runtime::MemoryPath*>(memory), *frame).run();
}

} // namespace vestige::x64
