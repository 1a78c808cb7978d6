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

std::uint64_t Random::next() {
    state_ += 0x9e3779b97f4a7c15;
    std::uint64_t z = state_;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

std::uint32_t Random::word() {
    static constexpr std::uint32_t edges[] = {
        0,      1,          0xffffffff, 0x7fffffff, 0x80000000, 0x80000001, 0x7ffffffe, 0x8000,
        0x7fff, 0xffff8000, 0xffff,     0xffff0000, 0x80,       0xff,       0xffffff80};
    const auto anything = static_cast<std::uint32_t>(next());
    switch (below(8)) {
    case 0:
    case 1: return pick(std::span<const std::uint32_t>(edges));
    case 2: return below(80);
    case 3: return 1u << below(32);
    case 4: return ~0u << below(32);
    default: return anything;
    }
}

std::uint64_t Random::double_word() {
    return one_in(4) ? std::uint64_t{word()} << 32 : one_in(4) ? word() : next();
}

std::uint64_t Random::float_bits() {
    const std::uint64_t sign = next() & std::uint64_t{1} << 63;
    const auto number = [&](std::uint32_t least, std::uint32_t most, std::uint64_t fraction) {
        return sign | std::uint64_t{between(least, most)} << 52 | (fraction & 0xfffffffffffff);
    };
    // Few ones at the top, the next ones anywhere, what lies below single precision at an edge.
    static constexpr std::uint64_t tails[] = {0,          0,          1,         0x10000000,
                                              0x10000001, 0x0fffffff, 0x1fffffff};
    const std::uint64_t single_fraction =
        (one_in(2) ? next() : std::uint64_t{below(8)} << 49) & 0xfffffe0000000;
    const std::uint64_t near_single = single_fraction | pick(std::span<const std::uint64_t>(tails));
    switch (below(16)) {
    case 0: return sign;
    case 1: return sign | 0x7ff0000000000000;
    case 2: return number(0x7ff, 0x7ff, next() | 1);                   // NaN of either kind
    case 3: return number(0, 0, one_in(2) ? 1u << below(32) : next()); // denormal
    case 4: return number(0, 2, next());                               // smallest normals
    case 5: return number(0x7fc, 0x7fe, one_in(2) ? ~std::uint64_t{0} : next());
    case 6: return number(1023 - 151, 1023 - 120, near_single); // single's lower edge
    case 7: return number(1023 + 124, 1023 + 128, near_single); // single's upper edge
    case 8: return number(1023 + 28, 1023 + 33, next());        // edges of integers
    case 9: return number(1023 - 3, 1023 + 3, std::uint64_t{below(4)} << 50);
    case 10: return number(1, 0x7fe, next());
    case 11: return number(1023 - 60, 1023 + 60, next());
    default: return number(1023 - 25, 1023 + 25, near_single);
    }
}

std::uint32_t Random::single_bits() {
    const auto anything = static_cast<std::uint32_t>(next());
    const std::uint32_t sign = anything & 0x80000000;
    const std::uint32_t fraction = anything & (one_in(3) ? 0x700000 : 0x7fffff);
    const auto number = [&](std::uint32_t least, std::uint32_t most) {
        return sign | between(least, most) << 23 | fraction;
    };
    switch (below(10)) {
    case 0: return sign;
    case 1: return sign | 0x7f800000;
    case 2: return number(255, 255) | 1;
    case 3: return number(0, 2);
    case 4: return number(252, 254);
    case 5: return number(127 + 20, 127 + 33);
    case 6: return anything;
    default: return number(127 - 8, 127 + 8);
    }
}

Generator::Generator(std::uint64_t seed, std::vector<Family> families, std::uint32_t features)
    : random(seed), families_(std::move(families)), features_(features) {
    for (const Family& family : families_)
        total_weight_ += family.weight;
    VESTIGE_ASSERT(total_weight_ != 0);
}

std::uint32_t Generator::encode(Opcode opcode, std::initializer_list<FieldValue> fields) {
    const decode::BitPattern& pattern = info(opcode).pattern;
    std::uint32_t word = pattern.value;
    for (const FieldValue& given : fields) {
        const decode::BitField* field = pattern.find(given.letter);
        VESTIGE_ASSERT(field);
        const std::uint32_t mask = (1u << field->width) - 1;
        word = (word & ~(mask << field->low)) | (given.value & mask) << field->low;
    }
    return word;
}

std::uint32_t Generator::encode_random(Opcode opcode, std::initializer_list<FieldValue> fields) {
    const decode::BitPattern& pattern = info(opcode).pattern;
    std::uint32_t word = 0;
    for (unsigned i = 0; i < pattern.field_count; ++i) {
        const decode::BitField& field = pattern.fields[i];
        const bool given = std::any_of(fields.begin(), fields.end(), [&](const FieldValue& one) {
            return one.letter == field.letter;
        });
        if (given) continue;
        const std::uint32_t value = field.width >= 12 ? random.word() : random.below(1u << 12);
        word |= (value & ((1u << field.width) - 1)) << field.low;
    }
    return word | encode(opcode, fields);
}

void Generator::begin_shadow(std::uint32_t words) {
    shadow_end_ = std::max(shadow_end_, position() + 1 + words);
}

void Generator::emit_body(std::uint32_t words, Kept kept) {
    const Kept before = keeps_;
    keeps_ = {before.counter || kept.counter, before.link || kept.link};
    ++body_depth_;
    for (const std::uint32_t end = position() + words; position() < end;)
        pick_family().emit(*this);
    --body_depth_;
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
    case_ = {};
    case_.address = address;
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
    shadow_end_ = 0;
    finished_ = false;
}

const Family& Generator::pick_family() {
    std::uint32_t at = random.below(total_weight_);
    for (const Family& family : families_) {
        if (at < family.weight) return family;
        at -= family.weight;
    }
    VESTIGE_UNREACHABLE("weights do not add up");
}

std::vector<Case> Generator::batch(std::size_t count) {
    std::vector<Case> cases;
    cases.reserve(count);
    std::uint32_t address = LOCKSTEP_CODE;
    for (std::size_t i = 0; i < count; ++i) {
        begin_case(address + 4 * LOCKSTEP_PROLOGUE_WORDS);
        const std::uint32_t length = random.between(min_words, max_words);
        while ((position() < length && !finished_) || position() < shadow_end_)
            pick_family().emit(*this);
        address = case_.end() + 4;
        cases.push_back(std::move(case_));
    }
    VESTIGE_ASSERT(address <= LOCKSTEP_CODE + LOCKSTEP_CODE_BYTES);
    return cases;
}

} // namespace vestige::ppc::lockstep
