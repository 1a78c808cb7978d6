// What the Power Macintosh boards have in common: the CPU and its MMU, RAM, ROM, firmware and what
// it is told, the serial ports, and how -kernel and -initrd get into memory.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "frontend/ppc/cpu/ppc_cpu.h"
#include "frontend/ppc/cpu_models.h"
#include "frontend/ppc/disasm/disassembler.h"
#include "frontend/ppc/state.h"
#include "hw/dma/dbdma.h"
#include "hw/ide/ide_drive.h"
#include "hw/input/adb.h"
#include "hw/misc/fw_cfg.h"
#include "hw/pci/pci_bus.h"
#include "machine/boards/board.h"
#include "machine/mmu/ppc_mmu.h"

namespace vestige {

// What differs between the boards before any device.
struct PowerMacBoard {
    const char* name;
    const char* default_cpu;
    std::uint64_t default_memory;
    std::uint64_t timebase_hertz;
    std::uint64_t bus_hertz;
    std::uint64_t cpu_hertz;
    std::uint64_t rom_base;
    std::uint64_t rom_size;
    std::uint16_t firmware_machine_id; // fw_cfg key 06
    const char* default_nic;
    std::uint64_t nvram_address; // fw_cfg key 8008; 0: the firmware finds it
};

class PowerMac : public Board {
  protected:
    PowerMac(const PowerMacBoard& board, const MachineConfig& config,
             MachineEnvironment environment);

    // ---- for the board's constructor, in this order
    // The CPU's external interrupt pin.
    IrqLine cpu_interrupt() { return IrqLine(cpu_pin_, 0); }
    hw::FwCfg& add_fw_cfg();
    // Seconds since 1904 at power-on.
    std::uint32_t mac_time() const;

    // ---- cells of a MacIO chip and cards, in power_mac_devices.cpp
    void add_escc(AddressSpace& cells, IrqLine a, IrqLine b);
    void add_cuda(AddressSpace& cells, IrqLine irq);
    struct IdeCell {
        std::uint64_t offset;
        IrqLine irq, dma_irq;
        unsigned dma_channel;
    };
    // The drives of -drive, -hda and -cdrom go to these two channels in turn.
    void add_ide(AddressSpace& cells, hw::Dbdma& dbdma, const std::array<IdeCell, 2>& channels);
    void add_screen(hw::PciBus& pci, hw::PciAddress address);
    void add_network(hw::PciBus& pci, hw::PciAddress address);

    // Firmware into the ROM, kernel and initrd into RAM; then the machine is ready.
    void finish();

    const PowerMacBoard& board;

    void cpu_timer_due() override { cpu_.decrementer_due(); }
    void reset_cpu() override;
    void visit_cpu(StateVisitor& state) override;
    std::string describe_cpu(MachineView view) override;

  private:
    // Where the parts of -kernel lie in RAM, for the firmware.
    struct Boot {
        std::uint64_t kernel = 0, kernel_size = 0;
        std::uint64_t initrd = 0, initrd_size = 0;
        std::uint64_t command_line = 0;
    };
    class CpuPin final : public IrqSink {
      public:
        explicit CpuPin(PowerMac& machine) : machine_(machine) {}
        void set_irq(unsigned, bool level) override {
            machine_.cpu_.set_external_interrupt(level);
            if (level) machine_.cpu_needs_attention();
        }

      private:
        PowerMac& machine_;
    };

    hw::IdeDrive* make_drive(const DriveConfig& drive, unsigned place);
    Boot load_kernel();
    void tell_firmware(const Boot& boot);
    void write_boot_images();

    std::unique_ptr<ppc::State> state_;
    PpcMmu mmu_;
    ppc::Disassembler disassembler_;
    ppc::PpcCpu cpu_;
    CpuPin cpu_pin_{*this};
    hw::FwCfg* fw_cfg_ = nullptr;
};

} // namespace vestige
