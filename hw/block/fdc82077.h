// Intel 82077AA floppy disk controller with one 3.5-inch drive, wired as on sun4m machines: no DMA,
// the CPU moves every byte, and the terminal count comes from an auxiliary register.
//
// What is simplified:
// * Seeks take no time. A sector comes as one burst, and the next one shortly afterwards.
// * The drive is always ready; whether its motor runs does not matter.
// * A transfer that is not ended by a terminal count ends as if it had been, after the last sector.
// * Absent: read track, verify, scan, deleted data, relative seeks. They are refused as invalid.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "common/log.h"
#include "hw/block/floppy_medium.h"
#include "machine/core/device.h"
#include "machine/core/irq.h"
#include "machine/core/mmio.h"
#include "machine/core/scheduler.h"

namespace vestige::hw {

class Fdc82077 final : public Device, public MmioHandler {
  public:
    static constexpr std::uint64_t size = 8;
    static constexpr MmioTraits traits{.endian = Endian::big, .min_size = 1, .max_size = 1};

    // Without an image the drive is empty.
    Fdc82077(std::string name, Scheduler& scheduler, IrqLine irq,
             std::unique_ptr<BlockBackend> image, Log& log);

    void terminal_count();

    std::uint64_t read(std::uint64_t offset, unsigned size) override;
    void write(std::uint64_t offset, unsigned size, std::uint64_t value) override;
    void reset() override;
    void visit(StateVisitor& state) override;

    struct Command;

  private:
    enum class Phase : std::uint8_t {
        command,  // takes the bytes of a command
        seeking,  // looks for a sector
        transfer, // moves the bytes of one
        result,   // gives its result away
    };
    enum class Work : std::uint8_t { none, read, write, format, read_id };
    // What a command ends with, beside the drive and head in ST0.
    struct Outcome {
        std::uint8_t status_0 = 0, status_1 = 0, status_2 = 0;
    };
    static constexpr std::size_t longest_command = 9;
    static constexpr std::size_t longest_result = 10;

    std::uint8_t main_status() const;
    std::uint8_t read_data();
    void write_data(std::uint8_t value);
    void run_command();
    void give(std::span<const std::uint8_t> result);
    void controller_reset();
    bool irq_level() const;
    void update_irq();

    // -- the commands
    void invalid();
    void specify();
    void sense_drive();
    void sense_interrupt();
    void recalibrate();
    void seek();
    void version();
    void dump_registers();
    void configure();
    void lock();
    void perpendicular();
    void read_id();
    void read_sectors() { start(Work::read); }
    void write_sectors() { start(Work::write); }
    void format_track();

    // -- moving data
    void move_to(unsigned cylinder);
    void start(Work work);
    std::optional<Outcome> obstacle() const;
    void step();
    void burst_done();
    bool next_sector();
    void finish(const Outcome& outcome);

    std::optional<FloppyMedium> medium_;
    IrqLine irq_;
    Log& log_;
    Timer timer_; // armed while seeking

    std::uint8_t output_;        // DOR
    std::uint8_t tape_ = 0;      // TDR
    std::uint8_t data_rate_ = 2; // of DSR and CCR
    std::uint8_t specify_1_ = 0, specify_2_ = 0;
    std::uint8_t configuration_ = 0, precompensation_ = 0, perpendicular_ = 0;
    bool locked_ = false;
    bool changed_ = true; // the disk, since the head moved last
    bool interrupt_ = false;
    bool seek_ended_ = false;
    std::uint8_t seek_status_ = 0;
    std::uint8_t resets_told_ = 4; // sense interrupts since a reset: one a drive

    Phase phase_ = Phase::command;
    Work work_ = Work::none;
    std::array<std::uint8_t, longest_command> command_{};
    std::uint8_t command_count_ = 0;
    std::array<std::uint8_t, longest_result> result_{};
    std::uint8_t result_count_ = 0, result_given_ = 0;

    std::uint8_t track_ = 0; // where the head is
    std::uint8_t side_ = 0;  // which head moved the last byte
    // The sector under way, or the next one.
    std::uint8_t cylinder_ = 0, head_ = 0, sector_ = 1;
    std::uint8_t to_format_ = 0; // sectors left
    std::array<std::byte, FloppyMedium::sector_size> buffer_{};
    std::uint16_t position_ = 0;
};

} // namespace vestige::hw
