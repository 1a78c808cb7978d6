// An ATA hard disk over a block back end.
//
// Source: ATA/ATAPI-6 (INCITS 361-2002), clause 8 (commands).
#pragma once

#include <memory>

#include "hw/block/block_backend.h"
#include "hw/ide/ide_drive.h"

namespace vestige::hw {

class AtaDisk final : public IdeDrive {
  public:
    AtaDisk(std::string name, Scheduler& scheduler, std::unique_ptr<BlockBackend> backend,
            DriveIdentity identity, Log& log);

  private:
    enum class Kind : std::uint8_t {
        none, // the command only takes its time
        read_pio,
        write_pio,
        read_dma,
        write_dma,
        done, // the data has moved; the interrupt is due
        flush,
    };
    enum class Address : std::uint8_t { bits_28, bits_48 }; // or cylinder, head, sector
    using Handler = void (AtaDisk::*)();
    struct Command;
    static const Command command_table[];

    void execute(std::uint8_t code) override;
    bool interrupts_a_command(std::uint8_t) const override { return false; }
    void continue_command() override;
    void data_done() override;
    void set_signature() override;
    void reset_drive() override;
    void visit_drive(StateVisitor& state) override;

    // -- commands
    void ok();
    void abort() { fail(ata_error_aborted); }
    void identify();
    void initialize_parameters();
    void set_features();
    void set_multiple();
    void check_power();
    void read_native_max();
    void read_native_max_48();
    void flush();
    void verify();
    void smart();
    void read_sectors() { start(Kind::read_pio, Address::bits_28, 1); }
    void read_sectors_48() { start(Kind::read_pio, Address::bits_48, 1); }
    void read_multiple() { start(Kind::read_pio, Address::bits_28, multiple_); }
    void read_multiple_48() { start(Kind::read_pio, Address::bits_48, multiple_); }
    void read_dma() { start(Kind::read_dma, Address::bits_28, dma_chunk); }
    void read_dma_48() { start(Kind::read_dma, Address::bits_48, dma_chunk); }
    void write_sectors() { start(Kind::write_pio, Address::bits_28, 1); }
    void write_sectors_48() { start(Kind::write_pio, Address::bits_48, 1); }
    void write_multiple() { start(Kind::write_pio, Address::bits_28, multiple_); }
    void write_multiple_48() { start(Kind::write_pio, Address::bits_48, multiple_); }
    void write_dma() { start(Kind::write_dma, Address::bits_28, dma_chunk); }
    void write_dma_48() { start(Kind::write_dma, Address::bits_48, dma_chunk); }
    void verify_48() { check_range(Address::bits_48) ? ok() : fail(ata_error_not_found); }

    // -- data transfers
    void start(Kind kind, Address address, std::uint32_t sectors_per_block);
    bool check_range(Address address);
    void set_address(std::uint64_t lba);
    std::uint32_t chunk() const;
    bool read_chunk();
    bool write_chunk();
    void transfer_failed(const char* what, BlockResult result, std::uint8_t error);

    static constexpr std::uint32_t dma_chunk = 128; // sectors
    static constexpr std::uint32_t most_multiple = 16;

    std::unique_ptr<BlockBackend> backend_;
    const DriveIdentity identity_;
    const std::uint64_t sectors_;

    // Geometry as the host set it (INITIALIZE DEVICE PARAMETERS); what it shows to IDENTIFY.
    std::uint32_t heads_ = 16;
    std::uint32_t sectors_per_track_ = 63;
    std::uint32_t multiple_ = 0;
    std::uint8_t transfer_mode_ = 0; // SET FEATURES 03
    bool write_cache_ = true;
    bool smart_enabled_ = true;

    Kind kind_ = Kind::none;
    Address address_ = Address::bits_28;
    std::uint64_t lba_ = 0;
    std::uint32_t remaining_ = 0;
    std::uint32_t block_ = 1; // sectors a block of PIO, or a piece of DMA
    bool complained_ = false; // told the user of an error of the host
};

} // namespace vestige::hw
