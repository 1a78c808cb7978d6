#include "tests/lockstep/generator.h"

#include <algorithm>

#include "common/assertion.h"
#include "tests/lockstep/qemu_oracle.h"

namespace vestige::ppc::lockstep {

namespace {

constexpr std::uint32_t min_words = 8, max_words = 24;
// XER bits that every chip and QEMU keep: SO, OV, CA and the byte count.
constexpr std::uint32_t xer_flags = 0xe0000000;

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
    if (features_ & LOCKSTEP_FLOAT)
        for (std::uint64_t& value : in.fpr)
            value = random.double_word();
    if (features_ & LOCKSTEP_VECTOR)
        for (auto& vector : in.vr)
            for (std::uint8_t& byte : vector)
                byte = static_cast<std::uint8_t>(random.next());
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
