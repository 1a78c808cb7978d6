// What each option does to the options so far: the functions that the table names.
#pragma once

#include <span>
#include <string>

namespace vestige {

struct OptionsInProgress;

namespace option_appliers {

#define VESTIGE_OPTION(function)                                                                   \
    void function(OptionsInProgress& state, const std::string& option,                             \
                  std::span<const std::string> values);

VESTIGE_OPTION(machine)
VESTIGE_OPTION(cpu)
VESTIGE_OPTION(memory)
VESTIGE_OPTION(smp)
VESTIGE_OPTION(accel)
VESTIGE_OPTION(vga)
VESTIGE_OPTION(screen_mode)
VESTIGE_OPTION(rtc)
VESTIGE_OPTION(engine)
VESTIGE_OPTION(clock)
VESTIGE_OPTION(mips)
VESTIGE_OPTION(no_default_devices)
VESTIGE_OPTION(kernel)
VESTIGE_OPTION(initrd)
VESTIGE_OPTION(append)
VESTIGE_OPTION(firmware)
VESTIGE_OPTION(firmware_folder)
VESTIGE_OPTION(boot)
VESTIGE_OPTION(prom_setting)
VESTIGE_OPTION(hda)
VESTIGE_OPTION(hdb)
VESTIGE_OPTION(hdc)
VESTIGE_OPTION(hdd)
VESTIGE_OPTION(cdrom)
VESTIGE_OPTION(drive)
VESTIGE_OPTION(fda)
VESTIGE_OPTION(drop_writes)
VESTIGE_OPTION(nic)
VESTIGE_OPTION(nographic)
VESTIGE_OPTION(display)
VESTIGE_OPTION(serial)
VESTIGE_OPTION(monitor)
VESTIGE_OPTION(name)
VESTIGE_OPTION(ignored)
VESTIGE_OPTION(screenshot)
VESTIGE_OPTION(start_paused)
VESTIGE_OPTION(no_reboot)
VESTIGE_OPTION(stop_on)
VESTIGE_OPTION(max_instructions)
VESTIGE_OPTION(timeout)
VESTIGE_OPTION(loadvm)
VESTIGE_OPTION(savevm_at)
VESTIGE_OPTION(log_items)
VESTIGE_OPTION(log_file)
VESTIGE_OPTION(log_filter)
VESTIGE_OPTION(statistics)
VESTIGE_OPTION(statistics_file)
VESTIGE_OPTION(perf_map)
VESTIGE_OPTION(perf_dump)
VESTIGE_OPTION(debugger_names)
VESTIGE_OPTION(list)
VESTIGE_OPTION(version)
VESTIGE_OPTION(help)

#undef VESTIGE_OPTION

} // namespace option_appliers
} // namespace vestige
