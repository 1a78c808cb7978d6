#include "backend/x64/unit_emitter.h"

#include <algorithm>
#include <cstring>

#include "common/assertion.h"
#include "common/bits.h"
#include "translator/ir/effects.h"

namespace vestige::x64 {

void EncodingErrors::handleError(asmjit::Error, const char* message, asmjit::BaseEmitter*) {
    assertion_failed(message, __FILE__, __LINE__);
}

const UnitEmitter::Emit UnitEmitter::emit_table[ir::op_count] = {
#define OP(name, result, arguments, effects) &UnitEmitter::emit_##name,
#include "translator/ir/opcodes.inc"
#undef OP
};

UnitEmitter::UnitEmitter(const HostFeatures& features, const Thunks& thunks)
    : features_(features),
      thunks_(thunks),
      regs_(as_, live_, features.avx),
      entry_planner_(live_, regs_),
      edge_moves_(as_, regs_) {}

void UnitEmitter::emit(const ir::Function& function, runtime::MemoryView view,
                       std::string* listing) {
    VESTIGE_ASSERT(banks_of(*function.layout) == thunks_.banks);
    function_ = &function;
    view_ = view;
    code_.reset();
    code_.init(asmjit::Environment::host());
    code_.setErrorHandler(&errors_);
    asmjit::StringLogger logger;
    logger.addFlags(asmjit::FormatFlags::kMachineCode);
    if (listing) code_.setLogger(&logger);
    code_.attach(&as_);
    sites_.clear();
    window_accesses_.clear();
    site_words_.clear();
    links_.clear();
    fixups_.clear();
    jump_tables_.clear();

    has_vectors_ = std::any_of(function.instructions.begin(), function.instructions.end(),
                               [](const Instruction& op) { return op.type >= ir::Type::f32; });
    const bool in_window = view == runtime::MemoryView::window;
    window_in_gs_ = in_window && features_.fsgsbase;
    if (in_window) alignment_.analyse(function);
    live_.analyse(function, view,
                  window_in_gs_ ? Liveness::Addresses::indexed : Liveness::Addresses::displaced,
                  in_window ? &alignment_ : nullptr);
    charges_.analyse(function);
    first_charge_ = charges_.most_at(function.start_pc);
    // Code for windows goes on in code for windows, unless a helper changes the mode.
    const bool looks_at_map =
        !in_window ||
        std::any_of(function.instructions.begin(), function.instructions.end(),
                    [&](const Instruction& op) { return ir::calls_with_all_state(function, op); });
    regs_.begin_function(function, looks_at_map    ? FixedRegisters::maps
                                   : window_in_gs_ ? FixedRegisters::none
                                                   : FixedRegisters::window);
    entry_planner_.begin_function(function);
    edge_moves_.begin_function();
    block_labels_.clear();
    for (std::size_t i = 0; i < function.blocks.size(); ++i)
        block_labels_.push_back(new_label());
    if (entries_.size() < function.blocks.size()) entries_.resize(function.blocks.size());
    for (std::size_t i = 0; i < function.blocks.size(); ++i) {
        entries_[i].items.clear();
        entries_[i].fixed = false;
    }

    emit_entry();
    std::uint32_t position = 1;
    live_.flow().emission_order(block_order_);
    const std::vector<ir::BlockId>& order = block_order_;
    // Instead of a bare exit or a passage, its predecessors jump to its target.
    const auto next = [&](std::size_t i) {
        while (i < order.size() && (is_bare_exit(order[i]) || live_.flow().is_passage(order[i])))
            ++i;
        return i;
    };
    for (std::size_t i = 0; i < order.size(); i = next(i + 1)) {
        block_ = order[i];
        next_block_ = next(i + 1) < order.size() ? order[next(i + 1)] : ir::no_block;
        emit_block(position);
        position += static_cast<std::uint32_t>(function.blocks[block_].body.size());
    }
    cold_.run_all();
    VESTIGE_ASSERT(!code_.hasUnresolvedLinks());
    lay_out_data();
    if (listing) listing->append(logger.data(), logger.dataSize());
}

void UnitEmitter::emit_block(std::uint32_t position) {
    live_.enter_block(block_, position);
    run_ = charges_.run_at_start(block_);
    ahead_ = charges_.ahead_at_start(block_);
    as_.bind(at(block_labels_[block_]));
    regs_.begin_block(entries_[block_]);
    flags_value_ = {}; // others may jump here
    for (const Value value : function_->blocks[block_].body) {
        if (!live_.skipped(value)) {
            const Instruction& op = instruction(value);
            live_.start(op, position);
            regs_.begin_instruction(position);
            (this->*emit_table[static_cast<unsigned>(op.op)])(value, op);
            regs_.end_instruction(value);
        }
        ++position;
    }
}

// The unit's length leaves the budget at once; if that is more than there is, nothing is run.
void UnitEmitter::emit_entry() {
    if (function_->instruction_count == 0) return; // its runs do that
    const auto count = static_cast<std::int32_t>(function_->instruction_count);
    as_.sub(gp64(budget_register), count);
    const LabelId used_up = new_label();
    as_.js(at(used_up));
    cold_.add([this, used_up, count] {
        as_.bind(at(used_up));
        as_.add(gp64(budget_register), count);
        write_pc(function_->start_pc);
        jump_to_thunk(thunks_.leave_plainly);
    });
}

// ---- distances to what is elsewhere

void UnitEmitter::jump_to_thunk(const std::byte* thunk) {
    as_.db(0xe9);
    fixups_.push_back({static_cast<std::uint32_t>(as_.offset()), Target::absolute, 0, thunk});
    as_.dd(0);
}

void UnitEmitter::call_thunk(const std::byte* thunk) {
    as_.db(0xe8);
    fixups_.push_back({static_cast<std::uint32_t>(as_.offset()), Target::absolute, 0, thunk});
    as_.dd(0);
}

x86::Mem UnitEmitter::constant_memory(const std::byte* constant) {
    fixups_.push_back({0, Target::absolute, 0, constant});
    return x86::ptr(x86::rip, 0);
}

// The distance is the last field of the instruction.
void UnitEmitter::constant_used() {
    fixups_.back().offset = static_cast<std::uint32_t>(as_.offset()) - 4;
}

// ---- sites

UnitEmitter::SiteId UnitEmitter::new_site(SiteKind kind, const Instruction& op,
                                          std::uint64_t attribute) {
    const ir::Slot& pc = (*function_->layout)[function_->layout->pc];
    SiteRecord record{};
    record.kind = kind;
    record.has_window_in_gs = window_in_gs_;
    record.index_shift = SiteRecord::no_index;
    record.attribute = attribute;
    record.pc_offset = static_cast<std::uint16_t>(pc.offset);
    record.pc_bytes = ir::info(pc.type).bytes;
    if (op.recovery != ir::no_recovery) {
        const ir::Recovery& recovery = function_->recoveries[op.recovery];
        record.pc = recovery.pc;
        const bool begins = op.op == ir::Op::begin_run;
        record.ahead = not_started(begins ? 0 : recovery.instruction_index + 1);
    }
    sites_.push_back({record, static_cast<std::uint32_t>(site_words_.size()), 0, 0});
    return static_cast<SiteId>(sites_.size() - 1);
}

SiteRecord& UnitEmitter::record(SiteId site) { return sites_[site].record; }

void UnitEmitter::set_result(SiteId site, HostRegister reg, ir::Type type) {
    record(site).result = reg;
    record(site).result_bits = ir::info(type).bits;
}

void UnitEmitter::add_operand(SiteId site, Value value) {
    append_location(site_words_, regs_.location(value), 0, ir::info(type(value)).bytes);
    ++record(site).operand_count;
    record(site).operand_words =
        static_cast<std::uint16_t>(site_words_.size() - sites_[site].first_word);
}

// Behind the operands: where the pointers of spans lie that an access may make invalid.
void UnitEmitter::add_pointers(SiteId site) {
    for (const Span& span : live_.spans()) {
        if (!span.pointer.valid()) continue;
        regs_.for_each_copy(span.pointer, [&](const Location& place) {
            append_location(site_words_, place, 0, 8);
            ++record(site).pointer_places;
        });
    }
    record(site).operand_words =
        static_cast<std::uint16_t>(site_words_.size() - sites_[site].first_word);
}

// Values lie where they are at this moment: all registers of the op have been taken, none given up.
void UnitEmitter::add_recovery(SiteId site, const Instruction& op) {
    VESTIGE_ASSERT(op.recovery != ir::no_recovery);
    const std::size_t first = site_words_.size();
    for (const auto& entry : function_->entries(function_->recoveries[op.recovery])) {
        const ir::Slot& slot = (*function_->layout)[entry.slot];
        const unsigned bytes = ir::info(slot.type).bytes;
        if (entry.op == ir::Op::copy) {
            append_location(site_words_, regs_.location(entry.value), slot.offset, bytes);
            continue;
        }
        append_derived(site_words_, entry, slot.offset, bytes);
        entry.for_each_value([&](Value value) { // i32
            append_location(site_words_, regs_.location(value), 0, 4);
        });
    }
    record(site).recovery_words = static_cast<std::uint16_t>(site_words_.size() - first);
}

void UnitEmitter::call_slow_path(SiteId site, LabelId resume) {
    call_thunk(has_vectors_ ? thunks_.slow_path : thunks_.slow_path_of_integers);
    const auto here = static_cast<std::uint32_t>(as_.offset());
    fixups_.push_back({here, Target::site, site, nullptr});
    as_.dd(0);
    record(site).resume = resume == asmjit::Globals::kInvalidId
                              ? 0
                              : static_cast<std::int32_t>(code_.labelOffset(at(resume))) -
                                    static_cast<std::int32_t>(here);
}

std::vector<UnitEmitter::FaultPoint> UnitEmitter::fault_points() const {
    std::vector<FaultPoint> points;
    points.reserve(window_accesses_.size());
    for (const auto& [offset, slow] : window_accesses_)
        points.push_back({offset, static_cast<std::uint32_t>(code_.labelOffset(at(slow)))});
    return points;
}

// ---- side tables

void UnitEmitter::lay_out_data() {
    data_start_ = align_up<std::size_t>(as_.offset(), 8);
    const auto room = [this](std::size_t bytes) {
        const std::size_t offset = data_.size();
        data_.resize(offset + align_up<std::size_t>(bytes, 8));
        return offset;
    };
    data_.clear();
    room(links_.size() * sizeof(LinkRecord)); // written by place(), which knows addresses
    for (Site& site : sites_) {
        const auto next = static_cast<std::size_t>(&site - sites_.data()) + 1;
        const std::uint32_t end = next < sites_.size()
                                      ? sites_[next].first_word
                                      : static_cast<std::uint32_t>(site_words_.size());
        site.word_count = end - site.first_word;
        const std::size_t offset = room(sizeof(SiteRecord) + 4 * std::size_t{site.word_count});
        site.data_offset = static_cast<std::uint32_t>(offset);
        std::memcpy(&data_[offset], &site.record, sizeof(SiteRecord));
        if (site.word_count != 0)
            std::memcpy(&data_[offset + sizeof(SiteRecord)], &site_words_[site.first_word],
                        4 * std::size_t{site.word_count});
    }
}

void UnitEmitter::place(const std::byte* block, std::byte* writable,
                        runtime::CompiledUnit& unit) const {
    const std::size_t code_bytes = code_.textSection()->bufferSize();
    std::memcpy(writable, code_.textSection()->data(), code_bytes);
    if (!data_.empty()) std::memcpy(writable + data_start_, data_.data(), data_.size());

    const auto link_offset = [&](std::size_t index) {
        return static_cast<std::int64_t>(data_start_ + index * sizeof(LinkRecord));
    };
    unit.links.clear();
    unit.entry = block;
    unit.code_bytes = static_cast<std::uint32_t>(bytes());
    unit.first_charge = first_charge_;
    unit.first_site = static_cast<std::uint32_t>(data_start_);
    unit.site_count = static_cast<std::uint32_t>(sites_.size());
    for (std::size_t i = 0; i < links_.size(); ++i) {
        const std::int64_t at = link_offset(i);
        const LinkRecord record{
            .site = {links_[i].pc, block + at, unit.owner, static_cast<std::uint32_t>(i)},
            .displacement = static_cast<std::int32_t>(links_[i].displacement - at),
            .stub = static_cast<std::int32_t>(links_[i].stub - at),
            .probe = links_[i].probe == 0 ? 0 : static_cast<std::int32_t>(links_[i].probe - at)};
        std::memcpy(writable + at, &record, sizeof record);
        unit.links.push_back(record.site);
    }
    for (const Link& link : links_) {
        const std::uint32_t distance = link.stub - (link.displacement + 4);
        std::memcpy(writable + link.displacement, &distance, sizeof distance);
    }
    for (const Fixup& fixup : fixups_) {
        std::int64_t distance = 0;
        switch (fixup.kind) {
        case Target::absolute: distance = fixup.absolute - (block + fixup.offset + 4); break;
        case Target::link: distance = link_offset(fixup.index) - fixup.offset - 4; break;
        case Target::site:
            distance = static_cast<std::int64_t>(data_start_) + sites_[fixup.index].data_offset -
                       fixup.offset;
            break;
        }
        VESTIGE_ASSERT(distance == static_cast<std::int32_t>(distance));
        const auto word = static_cast<std::int32_t>(distance);
        std::memcpy(writable + fixup.offset, &word, sizeof word);
    }
}

} // namespace vestige::x64
