#include "tests/lockstep/generator.h"

#include <algorithm>

#include "common/assertion.h"
#include "common/endian.h"
#include "common/softfloat/format.h"
#include "tests/lockstep/qemu_oracle.h"

namespace vestige::ppc::lockstep {

namespace {

constexpr std::uint32_t min_words = 8, max_words = 24;
// XER bits that every chip and QEMU keep: SO, OV, CA and the byte count.
constexpr std::uint32_t xer_flags = 0xe0000000;
constexpr std::uint32_t fpscr_fx = 1u << 31, fpscr_xx = 1u << 25, fpscr_xe = 1u << 3,
                        fpscr_fr = 1u << 18, fpscr_class = 1u << 16;

} // namespace

Generator::Generator(std::uint64_t seed, std::vector<Family> families, std::uint32_t features)
    : CaseBuilder(seed, std::move(families)), features_(features) {}

void Generator::emit_body(std::uint32_t words, Kept kept) {
    const Kept before = keeps_;
    keeps_ = {before.counter || kept.counter, before.link || kept.link};
    emit_repeated(words);
    keeps_ = before;
}

void Generator::end_shadows() {
    while (in_shadow())
        emit(nop);
}

unsigned Generator::free_gpr() {
    for (;;) {
        const unsigned n = any_gpr();
        if (!is_known(n)) return n;
    }
}

unsigned Generator::highest_known() const {
    for (unsigned n = 32; n-- > 0;)
        if (is_known(n)) return n;
    return 0;
}

bool Generator::in_window(std::uint32_t address, std::uint32_t size,
                          std::uint32_t alignment) const {
    return address >= LOCKSTEP_WINDOW && address % alignment == 0 &&
           address - LOCKSTEP_WINDOW <= LOCKSTEP_WINDOW_BYTES - size;
}

std::optional<Generator::Place> Generator::displaced(std::uint32_t size, std::uint32_t alignment,
                                                     BaseRegister base) {
    // Every other time across the page boundary in the window's middle, or near it.
    constexpr std::uint32_t middle = LOCKSTEP_WINDOW_BYTES / 2;
    std::uint32_t offset = random.below(LOCKSTEP_WINDOW_BYTES - size + 1);
    if (random.one_in(2) && size <= middle) offset = middle - random.below(size + 1);
    return displaced_to(LOCKSTEP_WINDOW + offset / alignment * alignment, base);
}

std::optional<Generator::Place> Generator::displaced_to(std::uint32_t address, BaseRegister base) {
    for (unsigned attempt = 0; attempt < 12; ++attempt) {
        const unsigned ra = any_gpr();
        if (ra == 0 ? base == BaseRegister::not_zero : !is_known(ra)) continue;
        const std::uint32_t displacement = address - (ra == 0 ? 0 : *known_[ra]);
        if (static_cast<std::uint32_t>(static_cast<std::int16_t>(displacement)) != displacement)
            continue;
        return Place{address, ra, 0, displacement & 0xffff};
    }
    if (base == BaseRegister::not_zero || address >= 0x8000) return std::nullopt;
    return Place{address, 0, 0, address};
}

std::optional<Generator::Place> Generator::indexed(std::uint32_t size, std::uint32_t alignment,
                                                   BaseRegister base) {
    for (unsigned attempt = 0; attempt < 60; ++attempt) {
        const unsigned ra = any_gpr(), rb = any_gpr();
        if (ra == 0 ? base == BaseRegister::not_zero : !is_known(ra)) continue;
        if (!is_known(rb)) continue;
        const std::uint32_t address = (ra == 0 ? 0 : *known_[ra]) + *known_[rb];
        if (in_window(address, size, alignment)) return Place{address, ra, rb, 0};
    }
    return std::nullopt;
}

// Two pointers, a small index, and a pair whose sum points into the window.
void Generator::choose_known_registers() {
    known_.fill(std::nullopt);
    const unsigned limit = random.one_in(2) ? 12 : 32;
    const auto choose = [&](std::uint32_t value) {
        unsigned n;
        do
            n = random.below(limit);
        while (is_known(n));
        known_[n] = value;
        case_.input.gpr[n] = value;
    };
    const auto pointer = [&] { return LOCKSTEP_WINDOW + random.below(LOCKSTEP_WINDOW_BYTES); };
    choose(pointer() & ~7u);
    choose(pointer());
    choose(random.below(65) - 32);
    const auto base = static_cast<std::uint32_t>(random.next());
    choose(base);
    choose((pointer() & ~3u) - base);
}

// No exception is enabled but sometimes XE; NI is clear. FR is not QEMU's.
void Generator::begin_float_state() {
    Registers& in = case_.input;
    for (std::uint64_t& value : in.fpr)
        value = random.float_bits();
    if (random.one_in(2))
        for (std::uint64_t& value : in.fpr)
            if (softfloat::is_nan<softfloat::F64>(value)) value |= softfloat::F64::quiet_bit;
    in.fpscr = static_cast<std::uint32_t>(random.next()) & (random.one_in(2) ? 0x9ff9f700 : 0);
    if (in.fpscr != 0) in.fpscr |= fpscr_fx;
    // With XX the harness would not come past its own mtfsf.
    if (random.one_in(8)) in.fpscr = (in.fpscr & ~fpscr_xx) | fpscr_xe;
    in.fpscr |= random.below(4);
    case_.ignored.fpscr |= fpscr_fr | (random.one_in(2) ? fpscr_class : 0);
}

void Generator::begin_vector_state() {
    Registers& in = case_.input;
    for (auto& vector : in.vr) {
        const bool floats = random.one_in(2);
        for (unsigned i = 0; i < 16; i += 4)
            store_be(&vector[i], floats ? random.single_bits() : random.word());
    }
    in.vscr = (random.one_in(2) ? 1u << 16 : 0) | random.below(2);
    in.vrsave = random.word();
}

void Generator::begin_case(std::uint32_t address) {
    begin_case_at(address);
    case_.features = features_;
    Registers& in = case_.input;
    for (std::uint32_t& value : in.gpr)
        value = random.word();
    choose_known_registers();
    in.cr = static_cast<std::uint32_t>(random.next());
    in.xer = (static_cast<std::uint32_t>(random.next()) & xer_flags) |
             (random.one_in(4) ? random.below(128) : random.below(20));
    in.lr = random.word();
    in.ctr = random.word();
    for (std::uint8_t& byte : in.memory)
        byte = static_cast<std::uint8_t>(random.next());
    if (features_ & LOCKSTEP_FLOAT) begin_float_state();
    if (features_ & LOCKSTEP_VECTOR) begin_vector_state();
    lr_is_open = ctr_is_open = true;
}

std::vector<Case> Generator::batch(std::size_t count) {
    std::vector<Case> cases;
    cases.reserve(count);
    std::uint32_t address = LOCKSTEP_CODE;
    for (std::size_t i = 0; i < count; ++i) {
        begin_case(address + 4 * LOCKSTEP_PROLOGUE_WORDS);
        emit_case(random.between(min_words, max_words));
        address = case_.end() + 4;
        cases.push_back(std::move(case_));
    }
    VESTIGE_ASSERT(address <= LOCKSTEP_CODE + LOCKSTEP_CODE_BYTES);
    return cases;
}

} // namespace vestige::ppc::lockstep
