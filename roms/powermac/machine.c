#include "roms/powermac/machine.h"

#include "roms/powermac/special_registers.h"
#include "roms/powermac/timer.h"
#include "roms/powermac/translation.h"
#include "roms/powermac/via.h"
#include "roms/shared/escc.h"
#include "roms/shared/fw_cfg.h"
#include "roms/shared/memory_size.h"
#include "roms/shared/print.h"

#include <stddef.h>

enum {
    apple = 0x106b,
    macio_escc = 0x13000,
    macio_via = 0x16000,
    // Within the ESCC's block, as the Macintosh device trees have it; channel A.
    escc_control = 0x20,
    escc_data = 0x30,
    escc_57600_baud = 0, // of 3.6864 MHz
    time_base_guess = 25000000,
};

#define fw_cfg_selector 0xf0000510u

static struct machine machine;

static const struct {
    uint16_t version;
    const char* name;
} processors[] = {
    {0x0001, "PowerPC 601"},        {0x0003, "PowerPC 603"},        {0x0004, "PowerPC 604"},
    {0x0006, "PowerPC 603e"},       {0x0007, "PowerPC 603ev"},      {0x0008, "PowerPC 750 (G3)"},
    {0x0009, "PowerPC 604e"},       {0x000a, "PowerPC 604ev"},      {0x000c, "PowerPC 7400 (G4)"},
    {0x0039, "PowerPC 970 (G5)"},   {0x7000, "PowerPC 750FX (G3)"}, {0x7002, "PowerPC 750GX (G3)"},
    {0x8000, "PowerPC 7450 (G4)"},  {0x8001, "PowerPC 7455 (G4)"},  {0x8002, "PowerPC 7447 (G4)"},
    {0x8003, "PowerPC 7447A (G4)"}, {0x8004, "PowerPC 7448 (G4)"},  {0x800c, "PowerPC 7410 (G4)"},
};

static const uint16_t macio_devices[] = {0x0010, 0x0017, 0x0022, 0x0002, 0x003e};

static enum host_bridge_kind find_host_bridge(void) {
    if (machine.has_fw_cfg) {
        const uint64_t id = fw_cfg_number(fw_cfg_machine_id, 2);
        if (id == fw_cfg_machine_heathrow) return host_bridge_grackle;
        if (id == fw_cfg_machine_mac99) return host_bridge_uninorth;
    }
    return pci_host_bridge_answers(host_bridge_grackle) ? host_bridge_grackle
                                                        : host_bridge_uninorth;
}

static void find_macio(void) {
    for (unsigned i = 0; i < sizeof macio_devices / sizeof macio_devices[0]; ++i) {
        machine.macio = pci_find(apple, macio_devices[i]);
        if (machine.macio != NULL) return;
    }
    for (;;) { // mute: nothing that we know is on the bus
    }
}

static void find_frequencies(void) {
    if (machine.has_fw_cfg) {
        machine.time_base_frequency = (uint32_t)fw_cfg_number(fw_cfg_time_base_frequency, 4);
        machine.processor_frequency = (uint32_t)fw_cfg_number(fw_cfg_processor_frequency, 4);
        machine.bus_frequency = (uint32_t)fw_cfg_number(fw_cfg_bus_frequency, 4);
    }
    if (machine.time_base_frequency != 0) {
        timer_start(machine.time_base_frequency);
        return;
    }
    // The guess only bounds the time that the measurement may take.
    timer_start(time_base_guess);
    const uint32_t measured = via_measure_time_base();
    machine.time_base_frequency = measured != 0 ? measured : time_base_guess;
    timer_start(machine.time_base_frequency);
}

static void start_console(uint32_t base) {
    const struct escc_wiring wiring = {.control = base + escc_control,
                                       .data = base + escc_data,
                                       .reset = escc_reset_channel_a,
                                       .time_constant = escc_57600_baud};
    escc_start(&wiring);
}

void machine_start(void) {
    machine.has_fw_cfg = fw_cfg_start(fw_cfg_selector);
    machine.host_bridge = find_host_bridge();
    machine.name = machine.host_bridge == host_bridge_grackle ? "Power Macintosh G3, beige"
                                                              : "Power Mac G4 (Core99)";
    machine.has_cuda = !machine.has_fw_cfg || fw_cfg_number(fw_cfg_via_kind, 2) == 0;
    pci_start(machine.host_bridge);
    find_macio();
    start_console(machine.macio->bars[0].address + macio_escc);
    machine.memory_size = machine.has_fw_cfg ? fw_cfg_number(fw_cfg_memory_size, 8)
                                             : probe_memory_size(0, translation_memory_limit);
    translation_limit_memory(machine.memory_size);
    via_start(machine.macio->bars[0].address + macio_via);
    find_frequencies();
}

const struct machine* machine_get(void) { return &machine; }

static void print_megahertz(uint32_t hertz) {
    print("%u.%u MHz", (unsigned)(hertz / 1000000), (unsigned)(hertz / 100000 % 10));
}

static void print_processor(void) {
    const uint32_t pvr = READ_SPECIAL_REGISTER(spr_pvr);
    const char* name = "unknown PowerPC";
    for (unsigned i = 0; i < sizeof processors / sizeof processors[0]; ++i) {
        if (processors[i].version == pvr >> 16) name = processors[i].name;
    }
    print("  Processor    %s, revision %u.%u (PVR %08x)", name, (unsigned)(pvr >> 8 & 15),
          (unsigned)(pvr & 0xff), (unsigned)pvr);
    if (machine.processor_frequency != 0) {
        print(", ");
        print_megahertz(machine.processor_frequency);
    }
    print("\n");
}

void machine_print(void) {
    const bool more = !machine.has_fw_cfg && machine.memory_size == translation_memory_limit;
    const char* source = machine.has_fw_cfg ? "told by fw_cfg"
                         : more             ? "or more; found by trying"
                                            : "found by trying";
    const uint32_t macio = machine.macio->bars[0].address;
    const bool grackle = machine.host_bridge == host_bridge_grackle;
    const struct pci_device* vga = pci_find(0x1234, 0x1111);
    print("  Machine      %s", machine.name);
    if (machine.has_fw_cfg)
        print(" (fw_cfg machine id %u)", (unsigned)fw_cfg_number(fw_cfg_machine_id, 2));
    print("\n");
    print_processor();
    print("  Memory       %u MB at 00000000 (%s)\n", (unsigned)(machine.memory_size >> 20), source);
    print("  Time base    ");
    print_megahertz(machine.time_base_frequency);
    print(machine.has_fw_cfg ? " (told by fw_cfg)" : " (measured)");
    if (machine.bus_frequency != 0) {
        print("; bus ");
        print_megahertz(machine.bus_frequency);
    }
    print("\n  Host bridge  %s: PCI memory at 80000000, PCI I/O at %08x\n",
          grackle ? "Grackle (MPC106)" : "UniNorth", (unsigned)pci_io_window());
    print("  MacIO        %04x:%04x at %08x: serial port +%x, VIA +%x\n", machine.macio->vendor,
          machine.macio->device, (unsigned)macio, macio_escc, macio_via);
    print("  Power        %s\n", machine.has_cuda ? "CUDA" : "PMU (this ROM speaks only CUDA)");
    if (vga != NULL)
        print("  Display      VGA with Bochs display extensions, pixels at %08x\n",
              (unsigned)vga->bars[0].address);
    else
        print("  Display      none that this ROM knows\n");
}
