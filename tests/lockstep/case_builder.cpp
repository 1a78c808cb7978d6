#include "tests/lockstep/case_builder.h"

namespace vestige::lockstep {

std::uint32_t encode(const decode::BitPattern& pattern, std::initializer_list<FieldValue> fields) {
    std::uint32_t word = pattern.value;
    for (const FieldValue& given : fields) {
        const decode::BitField* field = pattern.find(given.letter);
        VESTIGE_ASSERT(field);
        const std::uint32_t mask = (1u << field->width) - 1;
        word = (word & ~(mask << field->low)) | (given.value & mask) << field->low;
    }
    return word;
}

std::uint32_t encode_random(const decode::BitPattern& pattern,
                            std::initializer_list<FieldValue> fields, Random& random) {
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
    return word | encode(pattern, fields);
}

} // namespace vestige::lockstep
