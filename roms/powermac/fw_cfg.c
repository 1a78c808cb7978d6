#include "roms/powermac/fw_cfg.h"

#include "roms/powermac/exceptions.h"
#include "roms/powermac/io.h"

enum { selector_address = 0xf0000510, data_address = 0xf0000512 };

bool fw_cfg_present(void) {
    static const char signature[] = {'Q', 'E', 'M', 'U'};
    uint32_t word = 0;
    if (!probe_word(selector_address & ~3u, &word, 0)) return false;
    io_write16_big(selector_address, fw_cfg_signature);
    for (unsigned i = 0; i < sizeof signature; ++i) {
        if (io_read8(data_address) != signature[i]) return false;
    }
    return true;
}

uint64_t fw_cfg_number(enum fw_cfg_key key, unsigned size) {
    io_write16_big(selector_address, (uint16_t)key);
    uint64_t value = 0;
    for (unsigned i = 0; i < size; ++i)
        value |= (uint64_t)io_read8(data_address) << 8 * i;
    return value;
}
