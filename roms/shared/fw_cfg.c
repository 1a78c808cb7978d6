#include "roms/shared/fw_cfg.h"

#include "roms/shared/platform.h"

static uintptr_t selector_address, data_address;

bool fw_cfg_start(uintptr_t selector) {
    static const char signature[] = {'Q', 'E', 'M', 'U'};
    selector_address = selector;
    data_address = selector + 2;
    if (!platform_answers(data_address)) return false;
    platform_io_write16(selector_address, fw_cfg_signature);
    for (unsigned i = 0; i < sizeof signature; ++i) {
        if (platform_io_read8(data_address) != signature[i]) return false;
    }
    return true;
}

uint64_t fw_cfg_number(enum fw_cfg_key key, unsigned size) {
    uint32_t halves[2] = {0, 0}; // low, high
    platform_io_write16(selector_address, (uint16_t)key);
    for (unsigned i = 0; i < size; ++i)
        halves[i / 4] |= (uint32_t)platform_io_read8(data_address) << (8 * (i % 4));
    return (uint64_t)halves[1] << 32 | halves[0];
}
