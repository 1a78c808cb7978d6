// fw_cfg: the machine's answers to questions about itself. Vestige and QEMU have it, real machines
// do not.
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum fw_cfg_key {
    fw_cfg_signature = 0x0000,
    fw_cfg_memory_size = 0x0003, // 64 bits
    fw_cfg_machine_id = 0x0006,  // 16 bits
    // Power Macintosh
    fw_cfg_time_base_frequency = 0x8003,
    fw_cfg_processor_frequency = 0x8004,
    fw_cfg_bus_frequency = 0x8009,
    fw_cfg_via_kind = 0x800b, // 16 bits: 0 CUDA, 1 and 2 PMU
    // SPARCstation, 16 bits each
    fw_cfg_screen_depth = 0x8000,
    fw_cfg_screen_width = 0x8001,
    fw_cfg_screen_height = 0x8002,
};

enum fw_cfg_machine {
    fw_cfg_machine_mac99 = 1,
    fw_cfg_machine_heathrow = 2,
    fw_cfg_machine_ss5 = 32,
};

// `selector`: the address of the selector; the data register is two bytes further. False when
// fw_cfg is not there.
bool fw_cfg_start(uintptr_t selector);

// A little-endian number of `size` bytes (1 to 8) under the key. A key that the machine does not
// have reads as 0.
uint64_t fw_cfg_number(enum fw_cfg_key key, unsigned size);
