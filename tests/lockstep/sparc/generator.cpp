#include "tests/lockstep/sparc/generator.h"

#include "common/assertion.h"

namespace vestige::sparc::lockstep {

namespace {

constexpr std::uint32_t min_words = 8, max_words = 24;
// The quiet NaN that operations make, or the signalling one that becomes it.
std::uint32_t one_nan_of(std::uint32_t bits) {
    if ((bits & 0x7fffffff) <= 0x7f800000) return bits;
    return bits & 0x00400000 ? 0x7fffffff : 0x7fbfffff;
}
std::uint64_t one_nan_of(std::uint64_t bits) {
    if ((bits & 0x7fffffffffffffff) <= 0x7ff0000000000000) return bits;
    return bits & 0x0008000000000000 ? 0x7fffffffffffffff : 0x7ff7ffffffffffff;
}

constexpr std::uint32_t restore_nothing = 0x81e80000, save_nothing = 0x81e00000;

} // namespace

Generator::Generator(std::uint64_t seed, std::vector<Family> families, std::uint32_t features)
    : CaseBuilder(seed, std::move(families)), features_(features) {}

std::uint32_t Generator::encode_arithmetic(Opcode opcode, unsigned rd) {
    return encode_arithmetic(opcode, any_reg(), rd);
}

std::uint32_t Generator::encode_arithmetic(Opcode opcode, unsigned rs1, unsigned rd) {
    const bool immediate = random.one_in(2);
    // Bits 5 to 12 mean nothing with a register.
    const std::uint32_t operand =
        immediate ? random.word() : (random.one_in(8) ? random.below(256) << 5 : 0) | any_reg();
    return encode(opcode, {{'d', rd}, {'s', rs1}, {'i', immediate}, {'o', operand}});
}

void Generator::emit_slot() {
    in_slot_ = true;
    for (const std::uint32_t slot = position();;) {
        emit_something();
        if (position() == slot + 1) break;
        truncate(slot);
    }
    in_slot_ = false;
}

void Generator::end_shadows() {
    while (in_shadow())
        emit(nop);
}

bool Generator::is_free(unsigned reg) const {
    return !known_[index(reg)] && !reserved_[index(reg)];
}

unsigned Generator::free_reg() {
    for (;;) {
        const unsigned n = any_reg();
        if (is_free(n)) return n;
    }
}

std::optional<Generator::Place> Generator::displaced_to(std::uint32_t address) {
    for (unsigned attempt = 0; attempt < 20; ++attempt) {
        const unsigned rs1 = any_reg();
        if (rs1 != 0 && !known_[index(rs1)]) continue;
        const std::uint32_t displacement = address - (rs1 == 0 ? 0 : *known_[index(rs1)]);
        if (displacement + 0x1000 >= 0x2000) continue;
        return Place{address, rs1, true, displacement & 0x1fff};
    }
    return std::nullopt;
}

std::optional<Generator::Place> Generator::indexed(std::uint32_t size) {
    for (unsigned attempt = 0; attempt < 60; ++attempt) {
        const unsigned rs1 = any_reg(), rs2 = any_reg();
        if ((rs1 != 0 && !known_[index(rs1)]) || (rs2 != 0 && !known_[index(rs2)])) continue;
        const std::uint32_t address =
            (rs1 == 0 ? 0 : *known_[index(rs1)]) + (rs2 == 0 ? 0 : *known_[index(rs2)]);
        if (address % size == 0 && address >= SPARC_WINDOW &&
            address - SPARC_WINDOW <= SPARC_WINDOW_BYTES - size)
            return Place{address, rs1, false, rs2};
    }
    return std::nullopt;
}

std::optional<Generator::Place> Generator::place(std::uint32_t size) {
    if (random.one_in(3)) return indexed(size);
    const std::uint32_t offset = random.below(SPARC_WINDOW_BYTES - size + 1);
    return displaced_to(SPARC_WINDOW + offset / size * size);
}

std::uint32_t Generator::encode_at(Opcode opcode, const Place& place, unsigned rd) {
    std::uint32_t word =
        encode(opcode, {{'s', place.rs1}, {'i', place.immediate}, {'o', place.operand}});
    if (const decode::BitField* field = info(opcode).pattern.find('d')) word |= rd << field->low;
    return word;
}

// %sp in every window, and %fp in the outermost.
void Generator::keep_stack_pointers() {
    constexpr unsigned sp = 14, fp = 30;
    const auto keep = [&](int depth, unsigned reg, std::uint32_t value) {
        known_[8 + file_index(depth, reg)] = value;
        case_.input.file[file_index(depth, reg)] = value;
    };
    std::uint32_t address = SPARC_STACK;
    keep(-SPARC_DEPTH, fp, address);
    for (int depth = -SPARC_DEPTH; depth <= SPARC_DEPTH; ++depth)
        keep(depth, sp, address -= SPARC_FRAME);
}

// Two pointers, a small index, and a pair whose sum points into the window. Half of them globals,
// which are there in every window.
void Generator::choose_known_registers() {
    known_.fill(std::nullopt);
    reserved_.reset();
    if (features_ & SPARC_DEEP) keep_stack_pointers();
    const auto choose = [&](std::uint32_t value, unsigned least, unsigned most) {
        unsigned n;
        do
            n = random.between(least, most);
        while (known_[index(n)]);
        known_[index(n)] = value;
        input(index(n)) = value;
    };
    const auto pointer = [&] { return SPARC_WINDOW + random.below(SPARC_WINDOW_BYTES); };
    choose(pointer() & ~7u, 1, 7);
    choose((random.below(17) - 8) * 8, 1, 7);
    choose(pointer(), 1, 31);
    const auto base = static_cast<std::uint32_t>(random.next());
    choose(base, 8, 31);
    choose((pointer() & ~3u) - base, 8, 31);
}

// No exception is enabled: the oracle has no way to tell of one.
void Generator::begin_float_state() {
    Registers& in = case_.input;
    in.fsr = random.below(4) << 30 | random.below(4) << 10 | random.below(1 << 10);
    if (random.one_in(2)) in.fsr &= ~0x3ffu;
    case_.precision = random.one_in(2)   ? Precision::mixed
                      : random.one_in(2) ? Precision::single_alone
                                         : Precision::double_alone;
    for (unsigned n = 0; n < 32; n += 2) {
        const bool twice = case_.precision == Precision::mixed
                               ? random.one_in(2)
                               : case_.precision == Precision::double_alone;
        if (twice) {
            const std::uint64_t bits = one_nan_of(random.float_bits());
            in.fpr[n] = static_cast<std::uint32_t>(bits >> 32);
            in.fpr[n + 1] = static_cast<std::uint32_t>(bits);
        } else {
            in.fpr[n] = one_nan_of(random.single_bits());
            in.fpr[n + 1] = one_nan_of(random.single_bits());
        }
    }
}

void Generator::begin_case(std::uint32_t address) {
    begin_case_at(address);
    case_.features = features_;
    depth_ = 0;
    in_slot_ = false;
    Registers& in = case_.input;
    for (unsigned n = 1; n < 8; ++n)
        in.global[n] = random.word();
    for (std::uint32_t& value : in.file)
        value = random.word();
    choose_known_registers();
    do
        in.icc = random.below(16);
    while (!can_be_made(in.icc));
    in.y = random.word();
    for (std::uint8_t& byte : in.memory)
        byte = static_cast<std::uint8_t>(random.next());
    if (features_ & SPARC_FLOAT) begin_float_state();
}

std::vector<Case> Generator::batch(std::size_t count) {
    std::vector<Case> cases;
    cases.reserve(count);
    std::uint32_t address = SPARC_CODE;
    for (std::size_t i = 0; i < count; ++i) {
        begin_case(address + 4 * SPARC_PROLOGUE_WORDS);
        emit_case(random.between(min_words, max_words));
        for (; depth_ > 0; --depth_)
            emit_pinned(restore_nothing);
        for (; depth_ < 0; ++depth_)
            emit_pinned(save_nothing);
        VESTIGE_ASSERT(case_.words.size() <= case_.pinned.size());
        address = case_.end() + 4 * SPARC_EPILOGUE_WORDS;
        cases.push_back(std::move(case_));
    }
    VESTIGE_ASSERT(address <= SPARC_CODE + SPARC_CODE_BYTES);
    return cases;
}

} // namespace vestige::sparc::lockstep
