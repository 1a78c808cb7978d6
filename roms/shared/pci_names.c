#include "roms/shared/pci_names.h"

#include <stddef.h>

static const struct {
    uint16_t vendor, device;
    const char* name;
} devices[] = {
    {0x1011, 0x0019, "DEC 21143 Ethernet"},
    {0x106b, 0x0010, "Apple Heathrow MacIO"},
    {0x106b, 0x0017, "Apple Paddington MacIO"},
    {0x106b, 0x001e, "Apple UniNorth host bridge, internal PCI"},
    {0x106b, 0x001f, "Apple UniNorth host bridge, PCI"},
    {0x106b, 0x0020, "Apple UniNorth host bridge, AGP"},
    {0x106b, 0x0021, "Apple UniNorth GMAC Ethernet (sungem)"},
    {0x106b, 0x0022, "Apple KeyLargo MacIO"},
    {0x106b, 0x003f, "Apple OHCI USB host"},
    {0x1057, 0x0002, "Motorola MPC106 Grackle host bridge"},
    {0x1057, 0x4801, "Motorola Raven host bridge"},
    {0x1095, 0x0646, "CMD646 IDE"},
    {0x108e, 0x1000, "Sun EBus"},
    {0x108e, 0x1001, "Sun HME Ethernet"},
    {0x108e, 0x5000, "Sun Simba PCI bridge"},
    {0x10ec, 0x8029, "Realtek 8029 Ethernet (NE2000)"},
    {0x1234, 0x1111, "VGA with Bochs display extensions"},
    {0x8086, 0x100e, "Intel 82540EM Ethernet"},
};

static const struct {
    uint16_t code, mask;
    const char* name;
} classes[] = {
    {0x0000, 0xff00, "device from before the class codes"},
    {0x0100, 0xffff, "SCSI controller"},
    {0x0101, 0xffff, "IDE controller"},
    {0x0100, 0xff00, "storage controller"},
    {0x0200, 0xff00, "network controller"},
    {0x0300, 0xff00, "display controller"},
    {0x0400, 0xff00, "multimedia device"},
    {0x0600, 0xffff, "host bridge"},
    {0x0601, 0xffff, "ISA bridge"},
    {0x0604, 0xffff, "PCI bridge"},
    {0x0600, 0xff00, "bridge"},
    {0x0c03, 0xffff, "USB host"},
    {0x0c00, 0xff00, "serial bus controller"},
    {0xff00, 0xff00, "I/O controller of its own kind"},
};

const char* pci_device_name(uint16_t vendor, uint16_t device) {
    for (unsigned i = 0; i < sizeof devices / sizeof devices[0]; ++i) {
        if (devices[i].vendor == vendor && devices[i].device == device) return devices[i].name;
    }
    return NULL;
}

const char* pci_class_name(uint16_t class_code) {
    for (unsigned i = 0; i < sizeof classes / sizeof classes[0]; ++i) {
        if ((class_code & classes[i].mask) == classes[i].code) return classes[i].name;
    }
    return "device of an unknown class";
}
