// Names of PCI devices and classes, for people.
#pragma once

#include <stdint.h>

// The device's name, or null when the table does not have it.
const char* pci_device_name(uint16_t vendor, uint16_t device);

// The class's name ("network controller"), never null. class_code is the upper 16 bits of the class
// register: base class and sub-class.
const char* pci_class_name(uint16_t class_code);
