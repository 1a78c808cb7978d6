// The machine that the ROM finds itself in.
#pragma once

#include "roms/powermac/pci.h"
#include "roms/shared/rom.h"

#include <stdbool.h>
#include <stdint.h>

struct machine {
    const char* name;
    enum host_bridge_kind host_bridge;
    bool has_fw_cfg;
    bool has_cuda; // else a PMU has the power switch
    uint64_t memory_size;
    uint32_t time_base_frequency, processor_frequency, bus_frequency; // Hz; 0: not known
    const struct pci_device* macio;                                   // never null
};

// Finds everything out and makes the console work. Does not return when there is no MacIO, since
// then there is no way to say so.
void machine_start(void);

const struct machine* machine_get(void);
