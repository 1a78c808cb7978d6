// Sources: PCI Local Bus Specification 2.2, chapter 6; MPC106 User's Manual, section 3.1
// (configuration through an address and a data register); for UniNorth, whose manual is not public,
// the access method of the Linux kernel's powermac platform.
#include "roms/powermac/pci.h"

#include "roms/powermac/exceptions.h"
#include "roms/powermac/io.h"
#include "roms/shared/pci_names.h"
#include "roms/shared/print.h"

enum {
    offset_vendor = 0x00,
    offset_command = 0x04,
    offset_class = 0x08,
    offset_header = 0x0c,
    offset_bar = 0x10,
    command_io = 1,
    command_memory = 2,
    slot_count = 32,
    function_count = 8,
    uninorth_first_slot = 11, // address lines AD11 to AD31 select the device
};

static const struct pci_bus grackle_buses[] = {
    {"PCI", host_bridge_grackle, 0xfec00000, 0xfee00000, true},
};
static const struct pci_bus uninorth_buses[] = {
    {"PCI", host_bridge_uninorth, 0xf2800000, 0xf2c00000, true},
    {"AGP", host_bridge_uninorth, 0xf0800000, 0xf0c00000, false},
    {"internal PCI", host_bridge_uninorth, 0xf4800000, 0xf4c00000, false},
};

static struct pci_device devices[pci_device_limit];
static unsigned device_count;
static uint32_t next_memory = 0x80000000;
static uint32_t next_io = 0x1000; // above the ports of ISA, where VGA lives

// Selects a configuration register; the result is where to read or write it.
static uint32_t select_register(const struct pci_bus* bus, unsigned slot, unsigned function,
                                unsigned offset) {
    if (bus->kind == host_bridge_grackle) {
        io_write32_little(bus->config_address,
                          0x80000000u | slot << 11 | function << 8 | (offset & 0xfc));
        return bus->config_data + (offset & 3);
    }
    io_write32_little(bus->config_address, 1u << slot | function << 8 | (offset & 0xfc));
    return bus->config_data + (offset & 7);
}

static uint32_t read_config(const struct pci_device* device, unsigned offset) {
    return io_read32_little(select_register(device->bus, device->slot, device->function, offset));
}

static void write_config(const struct pci_device* device, unsigned offset, uint32_t value) {
    io_write32_little(select_register(device->bus, device->slot, device->function, offset), value);
}

bool pci_host_bridge_answers(enum host_bridge_kind kind) {
    const bool grackle = kind == host_bridge_grackle;
    const struct pci_bus* bus = grackle ? &grackle_buses[0] : &uninorth_buses[0];
    uint32_t word = 0;
    if (!probe_word(bus->config_address, &word)) return false;
    const uint32_t identity =
        io_read32_little(select_register(bus, grackle ? 0 : uninorth_first_slot, 0, offset_vendor));
    return identity == (grackle ? 0x00021057 : 0x001f106b);
}

static uint32_t align_up(uint32_t value, uint32_t size) { return (value + size - 1) & ~(size - 1); }

// Sizes a BAR in the usual way: write ones and see which stay. Returns how many registers it takes.
static unsigned set_up_bar(struct pci_device* device, unsigned index) {
    const unsigned offset = offset_bar + 4 * index;
    struct pci_bar* bar = &device->bars[index];
    const uint32_t before = read_config(device, offset);
    write_config(device, offset, 0xffffffff);
    const uint32_t mask = read_config(device, offset);
    write_config(device, offset, before);
    if (mask == 0 || mask == 0xffffffff) return 1;
    bar->is_io = (mask & 1) != 0;
    const uint32_t significant = mask & ~(bar->is_io ? 0x3u : 0xfu);
    bar->size = significant & -significant;
    const bool wide = !bar->is_io && (mask & 6) == 4;
    if (device->bus->assign) {
        uint32_t* next = bar->is_io ? &next_io : &next_memory;
        bar->address = align_up(*next, bar->size);
        *next = bar->address + bar->size;
        write_config(device, offset, bar->address);
        if (wide) write_config(device, offset + 4, 0);
    }
    return wide ? 2 : 1;
}

static void set_up_bars(struct pci_device* device) {
    if ((read_config(device, offset_header) >> 16 & 0x7f) != 0) return; // a bridge has others
    if (device->class_and_revision >> 16 == 0x0600) return; // host bridge: not ours to place
    const uint32_t command = read_config(device, offset_command) & 0xffff;
    write_config(device, offset_command, command & ~(uint32_t)(command_io | command_memory));
    uint32_t decode = 0;
    for (unsigned i = 0; i < pci_bar_count;) {
        const unsigned used = set_up_bar(device, i);
        if (device->bars[i].address != 0)
            decode |= device->bars[i].is_io ? command_io : command_memory;
        i += used;
    }
    if (!device->bus->assign) return;
    // A VGA also answers at its old ports.
    if (device->class_and_revision >> 16 == 0x0300) decode |= command_io;
    write_config(device, offset_command, command | decode);
}

static void scan_slot(const struct pci_bus* bus, unsigned slot) {
    for (unsigned function = 0; function < function_count; ++function) {
        if (device_count == pci_device_limit) return;
        struct pci_device* device = &devices[device_count];
        *device =
            (struct pci_device){.bus = bus, .slot = (uint8_t)slot, .function = (uint8_t)function};
        const uint32_t identity = read_config(device, offset_vendor);
        const bool there = (identity & 0xffff) != 0xffff && identity != 0;
        if (there) {
            device->vendor = (uint16_t)identity;
            device->device = (uint16_t)(identity >> 16);
            device->class_and_revision = read_config(device, offset_class);
            set_up_bars(device);
            ++device_count;
        }
        if (function != 0) continue;
        if (!there || (read_config(device, offset_header) & 0x00800000) == 0) return;
    }
}

void pci_start(enum host_bridge_kind kind) {
    const bool grackle = kind == host_bridge_grackle;
    const struct pci_bus* buses = grackle ? grackle_buses : uninorth_buses;
    const unsigned bus_count = grackle ? 1 : sizeof uninorth_buses / sizeof uninorth_buses[0];
    for (unsigned i = 0; i < bus_count; ++i) {
        for (unsigned slot = grackle ? 0 : uninorth_first_slot; slot < slot_count; ++slot)
            scan_slot(&buses[i], slot);
    }
}

const struct pci_device* pci_find(uint16_t vendor, uint16_t device) {
    for (unsigned i = 0; i < device_count; ++i) {
        if (devices[i].vendor == vendor && devices[i].device == device) return &devices[i];
    }
    return NULL;
}

const struct pci_device* pci_find_owner(uint32_t address, unsigned* bar) {
    for (unsigned i = 0; i < device_count; ++i) {
        for (unsigned j = 0; j < pci_bar_count; ++j) {
            const struct pci_bar* candidate = &devices[i].bars[j];
            if (candidate->address == 0 || candidate->is_io) continue;
            if (address - candidate->address >= candidate->size) continue;
            *bar = j;
            return &devices[i];
        }
    }
    return NULL;
}

uint32_t pci_io_window(void) {
    const bool grackle = device_count == 0 || devices[0].bus->kind == host_bridge_grackle;
    return grackle ? 0xfe000000 : 0xf2000000;
}

static void print_size(uint32_t size) {
    if (size >= 1 << 20)
        print("%u MB", (unsigned)(size >> 20));
    else if (size >= 1 << 10)
        print("%u KB", (unsigned)(size >> 10));
    else
        print("%u bytes", (unsigned)size);
}

void pci_print(void) {
    const struct pci_bus* bus = NULL;
    for (unsigned i = 0; i < device_count; ++i) {
        const struct pci_device* device = &devices[i];
        if (device->bus != bus) {
            bus = device->bus;
            print("%s bus (configuration: address at %08x, data at %08x)\n", bus->name,
                  (unsigned)bus->config_address, (unsigned)bus->config_data);
        }
        const uint16_t class_code = (uint16_t)(device->class_and_revision >> 16);
        const char* name = pci_device_name(device->vendor, device->device);
        print("  %02x.%u  %04x:%04x  %s\n", device->slot, device->function, device->vendor,
              device->device, name != NULL ? name : pci_class_name(class_code));
        for (unsigned j = 0; j < pci_bar_count; ++j) {
            const struct pci_bar* bar = &device->bars[j];
            if (bar->size == 0 || bar->address == 0) continue;
            print("                     BAR%u: ", j);
            print_size(bar->size);
            print(bar->is_io ? " of I/O ports at %04x\n" : " of memory at %08x\n",
                  (unsigned)bar->address);
        }
    }
}
