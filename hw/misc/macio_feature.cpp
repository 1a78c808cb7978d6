// Source: Linux arch/powerpc/include/asm/heathrow.h and keylargo.h (offsets and bits).
#include "hw/misc/macio_feature.h"

#include <utility>

#include "common/endian.h"
#include "machine/core/state.h"

namespace vestige::hw {

MacIoFeature::MacIoFeature(std::string name) : Device(std::move(name)) {}

std::uint64_t MacIoFeature::read(std::uint64_t offset, unsigned bytes) {
    return load_sized(registers_.data() + offset, bytes, Endian::little);
}

void MacIoFeature::write(std::uint64_t offset, unsigned bytes, std::uint64_t value) {
    store_sized(registers_.data() + offset, bytes, value, Endian::little);
}

void MacIoFeature::reset() { registers_ = {}; }

void MacIoFeature::visit(StateVisitor& state) { state.field("registers", registers_); }

} // namespace vestige::hw
