// From an optimised IR function to host code: one pass over its blocks, one emitter an op.
//
// What is seldom run (faults, exits, exact floating point) is emitted as a cold stub behind the
// unit's straight code. Its functions are in emit_*.cpp, a family of ops a file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "backend/x64/edge_moves.h"
#include "backend/x64/host_features.h"
#include "backend/x64/jump_table.h"
#include "backend/x64/known_alignment.h"
#include "backend/x64/liveness.h"
#include "backend/x64/register_allocator.h"
#include "backend/x64/site.h"
#include "backend/x64/thunks.h"
#include "translator/ir/function.h"
#include "translator/ir/run_charges.h"
#include "translator/runtime/backend.h"

namespace vestige::x64 {

// Labels as numbers, so that cold stubs are plain data.
using LabelId = std::uint32_t;

// What asmjit refuses to encode is a bug of an emitter.
class EncodingErrors : public asmjit::ErrorHandler {
  public:
    void handleError(asmjit::Error, const char* message, asmjit::BaseEmitter*) override;
};

// Emitters leave functions here that are called when the straight code is complete.
class ColdCode {
  public:
    template <typename Function> void add(const Function& function) {
        static_assert(std::is_trivially_copyable_v<Function> && sizeof(Function) <= capacity);
        Stub& stub = stubs_.emplace_back();
        stub.run = [](const std::byte* data) { (*reinterpret_cast<const Function*>(data))(); };
        new (stub.data) Function(function);
    }
    void run_all() {
        for (std::size_t i = 0; i < stubs_.size(); ++i) {
            const Stub stub = stubs_[i]; // it may add others
            stub.run(stub.data);
        }
        stubs_.clear();
    }

  private:
    static constexpr std::size_t capacity = 120;
    struct Stub {
        void (*run)(const std::byte* data);
        alignas(8) std::byte data[capacity];
    };
    std::vector<Stub> stubs_;
};

class UnitEmitter {
  public:
    UnitEmitter(const HostFeatures& features, const Thunks& thunks);

    // Generates code for `function`, to be placed next. Its text is appended to `listing` if that
    // is not null.
    void emit(const ir::Function& function, runtime::MemoryView view, std::string* listing);
    // Of code and side tables.
    std::size_t bytes() const { return data_start_ + data_.size(); }
    // Copies the code to `block`, which is written through `writable`, and describes it.
    void place(const std::byte* block, std::byte* writable, runtime::CompiledUnit& unit) const;

    // Where the unit's code may fault in a window, in order, and the stub that then takes the slow
    // path: offsets in the code.
    struct FaultPoint {
        std::uint32_t access, stub;
    };
    std::vector<FaultPoint> fault_points() const;

  private:
    using Value = ir::Value;
    using Instruction = ir::Instruction;
    using SiteId = std::uint32_t;
    using Emit = void (UnitEmitter::*)(Value, const Instruction&);
    static const Emit emit_table[ir::op_count];

    // ---- one for each op
#define OP(name, result, arguments, effects) void emit_##name(Value value, const Instruction& op);
#include "translator/ir/opcodes.inc"
#undef OP

    // ---- unit
    void emit_entry();
    void emit_block(std::uint32_t first_position);
    const Instruction& instruction(Value value) const { return (*function_)[value]; }
    ir::Type type(Value value) const { return (*function_)[value].type; }
    // What is paid for, when so many of the current run have started.
    std::uint32_t not_started(std::uint32_t started) const { return run_ - started + ahead_; }

    // ---- labels and distances to what is not in the unit's straight code
    LabelId new_label() { return as_.newLabel().id(); }
    asmjit::Label at(LabelId id) const { return asmjit::Label(id); }
    LabelId bind_new() {
        const LabelId id = new_label();
        as_.bind(at(id));
        return id;
    }
    void jump_to_thunk(const std::byte* thunk);
    void call_thunk(const std::byte* thunk);
    // A memory operand that is one of Thunks' constants. Its instruction has no immediate, and
    // is followed by constant_used().
    x86::Mem constant_memory(const std::byte* constant);
    void constant_used();

    // ---- integers
    void emit_alu(asmjit::InstId id, Value value, const Instruction& op, bool commutative);
    void normalise(const Held& reg, ir::Type type);
    // The host instruction just emitted set the flags as a comparison of `value` with zero does,
    // but for overflow.
    void flags_are_of(Value value) {
        flags_value_ = value;
        flags_offset_ = as_.offset();
    }
    bool has_flags_of(Value value) const {
        return flags_value_ == value && flags_offset_ == as_.offset();
    }
    void zero_extend(HostRegister to, HostRegister from, ir::Type type);
    void sign_extend(HostRegister reg, ir::Type from, ir::Type to);
    enum class Shift : std::uint8_t { left, right, right_signed, rotate_left };
    void emit_shift(Shift shift, Value value, const Instruction& op);
    void emit_shift_by_constant(Shift shift, unsigned count, Value value, const Instruction& op);
    void emit_multiply_high(Value value, const Instruction& op, bool is_signed);
    void emit_divide(Value value, const Instruction& op, bool is_signed);
    void emit_sum(const x86::Gp& sum, const Instruction& op);
    void add_with_carry(const x86::Gp& sum, const Instruction& op);

    // ---- conditions
    // Emits what sets the flags for an i1 value.
    x86::CondCode condition(Value value);
    x86::CondCode compare(const Instruction& op);
    x86::CondCode compare_floats(const Instruction& op);
    x86::CondCode test_order(const Instruction& op);
    void emit_order_of_floats(Value value, const Instruction& op);
    void set_from_flags(x86::CondCode code, Value value, const Instruction& op);

    // ---- memory and sites
    SiteId new_site(SiteKind kind, const Instruction& op, std::uint64_t attribute);
    void set_result(SiteId site, HostRegister reg, ir::Type type);
    void add_operand(SiteId site, Value value);
    void add_pointers(SiteId site);
    void add_recovery(SiteId site, const Instruction& op);
    SiteRecord& record(SiteId site);
    void call_slow_path(SiteId site, LabelId resume);
    struct AccessPath {
        SiteId site;
        LabelId slow, resume;
        bool mapped; // a page map serves it; otherwise always slow
    };
    AccessPath begin_access(SiteKind kind, const Instruction& op, const Held& address,
                            const Held& page);
    void end_access(const AccessPath& path);
    bool never_mapped(Value address, ir::MemoryAccess access) const;
    void emit_alignment_check(const AccessPath& path, ir::MemoryAccess access, HostRegister address,
                              HostRegister page);
    void emit_page_lookup(const x86::Gp& page, const x86::Gp& address, bool stores,
                          std::optional<std::uint64_t> fixed = std::nullopt);
    // base + (index << shift) + offset, in the guest's 32 bits.
    struct WindowAddress {
        Value base, index; // index: or not valid
        unsigned shift = 0;
        std::int32_t offset = 0;
    };
    struct WindowRegisters {
        Held base, index;
    };
    WindowAddress window_address(Value address) const;
    x86::Mem in_window(const WindowAddress& address, const WindowRegisters& registers) const;
    void emit_window_load(Value value, const Instruction& op);
    void emit_window_store(const Instruction& op);
    AccessPath begin_window_access(SiteKind kind, const Instruction& op,
                                   const WindowAddress& source, const Held& base);
    void note_window_access();
    void load_mapped(HostRegister into, const x86::Mem& from, ir::MemoryAccess access,
                     ir::Type type);
    void load_plain(HostRegister into, const x86::Mem& from, ir::MemoryAccess access,
                    ir::Type type);
    void load_big_endian(HostRegister into, const x86::Mem& from, ir::MemoryAccess access,
                         ir::Type type);
    // What is stored, as plain data.
    struct PlainStore {
        std::uint8_t size;
        bool swaps, is_constant;
        std::int32_t constant; // in memory order
        HostRegister from, copy;
    };
    struct StoreSource {
        std::uint8_t size;
        bool swaps;
        bool is_constant = false;
        std::int32_t constant = 0;
        Held from = {}, copy = {};
        HostRegister reg() const { return from.holds() ? from.reg() : no_register; }
        PlainStore plain() const {
            return {size,     swaps, is_constant,
                    constant, reg(), copy.holds() ? copy.reg() : no_register};
        }
    };
    StoreSource store_source(Value value, ir::MemoryAccess access);
    void store_mapped(const x86::Mem& to, const PlainStore& store);
    void swap_copy(const PlainStore& store);

    // ---- accesses in spans
    struct SpanAccess {
        const Span* span;
        Distance source;           // what the address is computed from
        std::int32_t displacement; // from the span's lowest byte
        bool opens;                // the first one
        Held address = {};         // if it opens
        Held pointer = {};
        SiteId site = 0;
        LabelId alone = 0, resume = 0;
        HostRegister temporary = no_register, value = no_register, copy = no_register;
    };
    Distance source_of(Value address) const;
    SpanAccess begin_span_access(const Span& span, const Instruction& op);
    void emit_lookup(SpanAccess& access, SiteKind kind, const Instruction& op,
                     HostRegister temporary);
    x86::Mem span_memory(const SpanAccess& access) const;
    HostRegister borrowed_register(const SpanAccess& access, const Location& source) const;
    template <typename Perform>
    void end_span_access(const SpanAccess& access, ir::MemoryAccess memory_access, Perform perform);
    void emit_span_load(const Span& span, Value value, const Instruction& op);
    void emit_span_store(const Span& span, const Instruction& op);

    // ---- floating point
    enum class FloatKind : std::uint8_t { add, sub, mul, div, sqrt, mul_add, round };
    struct FloatShape { // of an operation with host instructions
        FloatKind kind;
        bool negate_addend = false, negate_result = false;
    };
    void emit_float(FloatShape shape, Value value, const Instruction& op);
    void emit_float_by_helper(Value value, const Instruction& op);
    SiteId float_helper_site(const Instruction& op);
    void emit_with_constant(asmjit::InstId avx, asmjit::InstId legacy, Value value, Value source,
                            const std::byte* constant);
    void shift_out_fraction(HostRegister bits, HostRegister count);
    bool is_single(Value value) const;
    void sse(asmjit::InstId avx, asmjit::InstId legacy, const x86::Xmm& to, const x86::Xmm& a,
             const asmjit::Operand_& b);
    void move_bits(const x86::Gp& to, const asmjit::Operand_& from);
    void jump_if_zero(const asmjit::Operand_& from, const x86::Gp& temporary, LabelId target);
    void move_double(const x86::Xmm& to, const x86::Xmm& from);
    friend struct FloatEmitter;

    // ---- vectors
    enum class VectorFloat { add, sub, mul_add, neg_mul_sub };
    void emit_vector_float(VectorFloat kind, Value value, const Instruction& op);
    void emit_lanes(Value value, const Instruction& op);
    void emit_lanes_by(Value value, const Instruction& op);
    void emit_lane_shift(Value value, const Instruction& op, asmjit::InstId avx2,
                         asmjit::InstId scalar);
    void splat_half(const x86::Xmm& to, const x86::Xmm& from, unsigned lane);
    void emit_vector(asmjit::InstId avx, asmjit::InstId legacy, Value value, Value a, Value b,
                     bool commutative);

    // ---- calls
    void pass_arguments(const ir::Helper& helper, const Instruction& op);
    struct Move {
        HostRegister to;
        Value value;
    };
    void move_in_parallel(std::vector<Move>& moves);

    // ---- control
    bool is_bare_exit(ir::BlockId block) const;
    std::uint32_t new_link(std::uint64_t pc);
    void emit_link_probe(std::uint32_t link);
    void emit_link_jump(std::uint32_t link);
    void emit_link_branch(x86::CondCode code, std::uint32_t link);
    void end_link_jump(std::uint32_t link);
    void give_back(std::uint32_t instructions);
    void write_pc(std::uint64_t pc);
    struct Edge {
        ir::BlockId target;
        bool is_bare_exit;
        EdgeMoves::Steps moves;
        std::uint32_t gives_back = 0; // of the budget
        bool is_free() const { return moves.empty() && gives_back == 0; }
    };
    Edge edge_to(ir::BlockId target, ir::ValueList arguments);
    void emit_jump_table();
    void lay_out_jump_table(const JumpTable& table, LabelId compare, LabelId words);
    std::uint64_t exit_of(const Edge& edge) const; // the bare one's pc
    void emit_edge(const Edge& edge);
    void branch_to_edge(x86::CondCode code, const Edge& edge);
    bool leaves_loop(const Edge& edge) const;
    bool is_first_in_line(const Edge& first, const Edge& second) const;

    // ---- fixed
    const HostFeatures features_;
    const Thunks& thunks_;

    // ---- of the unit being emitted
    const ir::Function* function_ = nullptr;
    runtime::MemoryView view_ = runtime::MemoryView::page_map;
    bool window_in_gs_ = false; // rather than in window_register
    bool has_vectors_ = false;  // values that live in XMM registers
    EncodingErrors errors_;
    asmjit::CodeHolder code_;
    x86::Assembler as_;
    Liveness live_;
    KnownAlignment alignment_; // of code for windows
    RegisterAllocator regs_;
    ColdCode cold_;
    ir::BlockId block_ = 0, next_block_ = 0; // being emitted, and behind it
    ir::RunCharges charges_;
    std::uint32_t first_charge_ = 0; // see CompiledUnit
    // Where code is being emitted: the length of the current run, and what is paid for of others.
    std::uint32_t run_ = 0, ahead_ = 0;
    Value flags_value_;
    std::size_t flags_offset_ = 0;
    std::vector<ir::BlockId> block_order_;
    std::vector<LabelId> block_labels_;
    std::vector<JumpTable> jump_tables_;
    EntryPlanner entry_planner_;
    EdgeMoves edge_moves_;
    std::vector<BlockEntry> entries_; // by block
    std::vector<Move> moves_;

    struct Site {
        SiteRecord record;
        std::uint32_t first_word, word_count; // in site_words_
        std::uint32_t data_offset;
    };
    struct Link {
        std::uint64_t pc;
        std::uint32_t displacement, stub, probe; // offsets in the code
    };
    enum class Target : std::uint8_t { absolute, site, link };
    // A 32-bit distance in the code, from its own end (site: from its beginning).
    struct Fixup {
        std::uint32_t offset;
        Target kind;
        std::uint32_t index;
        const std::byte* absolute;
    };
    struct WindowAccess {
        std::uint32_t offset;
        LabelId slow;
    };
    std::vector<WindowAccess> window_accesses_;
    LabelId window_slow_ = 0; // of the access being emitted
    std::vector<Site> sites_;
    std::vector<std::uint32_t> site_words_;
    std::vector<Link> links_;
    std::vector<Fixup> fixups_;
    std::vector<std::byte> data_; // side tables behind the code
    std::size_t data_start_ = 0;
    void lay_out_data();
};

} // namespace vestige::x64
