// The PCI buses: what is on them, and where the ROM put it.
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { pci_bar_count = 6, pci_device_limit = 32 };

enum host_bridge_kind { host_bridge_grackle, host_bridge_uninorth };

struct pci_bus {
    const char* name;
    enum host_bridge_kind kind;
    uint32_t config_address, config_data;
    bool assign; // the ROM gives addresses to the devices of this bus
};

struct pci_bar {
    uint32_t size;    // 0: not there
    uint32_t address; // 0: the ROM gave none
    bool is_io;
};

struct pci_device {
    const struct pci_bus* bus;
    uint8_t slot, function;
    uint16_t vendor, device;
    uint32_t class_and_revision;
    struct pci_bar bars[pci_bar_count];
};

// True when the machine's host bridge is of this kind. Asks the bridge itself.
bool pci_host_bridge_answers(enum host_bridge_kind kind);

// Finds the devices of the machine's buses; gives those of the first bus addresses from 80000000
// up (I/O: from 1000 up within the I/O window) and lets them decode.
void pci_start(enum host_bridge_kind kind);

// The first device that matches, or null.
const struct pci_device* pci_find(uint16_t vendor, uint16_t device);

// The device and BAR that an address belongs to, or null.
const struct pci_device* pci_find_owner(uint32_t address, unsigned* bar);

// Where the I/O ports of the first bus lie in memory.
uint32_t pci_io_window(void);

void pci_print(void);
