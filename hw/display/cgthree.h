// Sun's cgthree ("cg3"): a plain framebuffer of 8 bits a pixel.
//
// Sources: Linux drivers/video/fbdev/cg3.c, NetBSD sys/dev/sbus/cgthree.c (registers and how the
// palette is loaded); QEMU 7.2's memory tree.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>

#include "common/log.h"
#include "hw/display/bt458.h"
#include "hw/display/picture.h"
#include "hw/display/scanout.h"
#include "hw/display/sun_framebuffer.h"
#include "machine/core/address_space.h"
#include "machine/core/device.h"
#include "machine/core/irq.h"
#include "machine/core/mmio.h"
#include "machine/core/scheduler.h"

namespace vestige::hw {

class CgThree final : public Device, public DisplaySource, public MmioHandler {
  public:
    static constexpr std::uint64_t card_size = 0x90'0000; // from the card's start, with gaps

    // `fcode`: the contents of QEMU,cgthree.bin. `interrupt`: vertical retrace. Throws UserError
    // for a screen that the card has not.
    CgThree(std::string name, Scheduler& scheduler, const SunScreen& screen,
            std::span<const std::byte> fcode, IrqLine interrupt, Log& log);

    // Puts the card's banks into an address space; wiring, once.
    void map(AddressSpace& space, std::uint64_t base);

    // The registers alone.
    std::uint64_t read(std::uint64_t offset, unsigned size) override;
    void write(std::uint64_t offset, unsigned size, std::uint64_t value) override;

    void draw(Picture& picture) const override;

    void reset() override;
    void visit(StateVisitor& state) override;

  private:
    // Control, status and video timing, a byte each.
    static constexpr unsigned byte_registers = 16;

    std::uint8_t read_byte(unsigned index) const;
    void write_byte(unsigned index, std::uint8_t value);
    bool interrupts_enabled() const;
    void retrace();
    void schedule_retrace();
    void update_irq();
    void publish();

    const SunScreen screen_;
    FcodeRom rom_;
    RamBlock memory_;
    Bt458 ramdac_;
    std::array<std::uint8_t, byte_registers> registers_{};
    bool retrace_pending_ = false;
    Timer retrace_timer_;
    IrqLine interrupt_;
    Log& log_;

    mutable std::mutex published_mutex_;
    Scanout published_;
};

} // namespace vestige::hw
