// A device that obeys SCSI commands: what disks and CD drives share, whatever the cable. A SCSI bus
// and the ATAPI side of an IDE drive both speak to it.
//
// Source: SCSI-2 (ANSI X3.131-1994) clauses 7 and 8; SPC-3 for vital product data.
//
// One logical unit, one command at a time, which runs at once: the controller gives it its
// (virtual) duration. A command has at most one data phase, moved in pieces of any size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "common/log.h"
#include "hw/block/block_backend.h"
#include "hw/block/drive_identity.h"
#include "hw/scsi/scsi_data.h"
#include "machine/core/device.h"

namespace vestige::hw {

class ScsiTarget : public Device {
  public:
    enum class Phase : std::uint8_t {
        idle,
        data_in,  // it has left() bytes for the initiator
        data_out, // it wants left() bytes of the initiator
        done,     // status() counts
    };

    // -- the initiator's side
    // Starts a command, and gives up one that is under way. Bytes beyond 16 are ignored.
    void begin(std::span<const std::uint8_t> command, unsigned logical_unit = 0);
    Phase phase() const { return phase_; }
    std::uint64_t left() const { return size_ - position_; }
    // At most left() bytes. If the medium fails in the middle, the phase is `done` after it, and
    // what was read is zeros.
    void read(std::span<std::byte> to);
    void write(std::span<const std::byte> from);
    ScsiStatus status() const { return status_; }
    ScsiSense sense() const { return sense_; }
    bool failed() const { return phase_ == Phase::done && status_ != ScsiStatus::good; }
    // The initiator has the status, or will never ask for it.
    void end() { phase_ = Phase::idle; }
    // The bus's reset line: settings are the default ones again, and the next command hears of it.
    void bus_reset();

    void reset() final;
    void visit(StateVisitor& state) final;

  protected:
    enum class Needs : std::uint8_t { nothing, medium };
    // What ignores an attention runs although there is news for the initiator, and leaves that to
    // be told (SCSI-2 7.9).
    enum class Attention : std::uint8_t { tells, ignores };
    using Handler = void (ScsiTarget::*)(const ScsiCommand&);
    struct Row {
        std::uint8_t code;
        Needs needs;
        Attention attention;
        Handler handler;
    };
    // A row whose handler belongs to the class that has the table.
    template <typename T>
    static constexpr Row row(std::uint8_t code, Needs needs, Attention attention,
                             void (T::*handler)(const ScsiCommand&)) {
        return {code, needs, attention, static_cast<Handler>(handler)};
    }

    struct Traits {
        std::uint8_t device_type;
        bool removable;
        std::uint8_t version;         // INQUIRY byte 2
        std::uint8_t response_format; // INQUIRY byte 3
    };

    ScsiTarget(std::string name, Traits traits, DriveIdentity identity, Log& log)
        : Device(std::move(name)), traits_(traits), identity_(std::move(identity)), log_(log) {}

    virtual std::span<const Row> commands() const = 0;
    // Why a command that needs the medium cannot run; no_sense if it can.
    virtual ScsiSense medium_state() const = 0;
    virtual void reset_settings() {} // what the initiator has set
    virtual void reset_target() = 0; // the rest
    virtual void visit_target(StateVisitor& state) = 0;

    // -- a handler ends with one of these
    void finish();
    void fail(ScsiSense sense);
    void reply(std::span<const std::uint8_t> data, std::size_t allocation);
    void send(std::uint64_t size);    // read_stream() will give the bytes
    void receive(std::uint64_t size); // write_stream() will take them
    void receive_parameters(std::size_t size);

    virtual ScsiSense read_stream(std::uint64_t, std::span<std::byte>) { return scsi::bad_field; }
    virtual ScsiSense write_stream(std::uint64_t, std::span<const std::byte>) {
        return scsi::bad_field;
    }

    // -- mode pages
    struct ModePage {
        std::uint8_t code;
        std::vector<std::uint8_t> data; // after the two bytes of its header
    };
    struct ModeHeader {
        std::uint8_t medium_type = 0;
        std::uint8_t device_specific = 0;
        bool has_block_descriptor = true;
        std::uint64_t blocks = 0;
        std::uint32_t block_size = 0;
    };
    virtual ModeHeader mode_header() const = 0;
    virtual std::vector<ModePage> mode_pages() const = 0;
    virtual bool set_block_size(std::uint32_t size) = 0;

    // -- commands of every target
    void ok(const ScsiCommand&) { finish(); }
    void request_sense(const ScsiCommand& command);
    void inquiry(const ScsiCommand& command);
    void mode_sense_6(const ScsiCommand& command);
    void mode_sense_10(const ScsiCommand& command);
    void mode_select_6(const ScsiCommand& command) { receive_parameters(command[4]); }
    void mode_select_10(const ScsiCommand& command) { receive_parameters(command.u16(7)); }
    void report_luns(const ScsiCommand& command);

    // The initiator is to hear of something with its next command.
    void set_attention(ScsiSense sense) { attention_ = sense; }
    const DriveIdentity& identity() const { return identity_; }
    Log& log() { return log_; }
    // The block where a transfer failed, for the sense data.
    void set_information(std::uint64_t block) { information_ = block; }
    // The user hears of the first error of the host in full, the log of the others.
    void complain(const char* what, std::uint64_t block, BlockResult result);

  private:
    enum class Data : std::uint8_t { none, reply, stream, parameters };
    static constexpr std::uint64_t no_information = ~std::uint64_t{0};

    void clear();
    void run(unsigned logical_unit);
    void start_data(Phase phase, Data data, std::uint64_t size);
    void tell_identity(std::uint8_t device_type);
    void vital_product_data(const ScsiCommand& command);
    void moved(std::size_t count);
    void use_parameters();
    void select_modes(std::span<const std::uint8_t> data, std::size_t header);
    // False if a page cannot be told.
    bool put_pages(ScsiWriter& writer, const ScsiCommand& command);

    const Traits traits_;
    const DriveIdentity identity_;
    Log& log_;

    Phase phase_ = Phase::idle;
    ScsiCommand command_;
    ScsiStatus status_ = ScsiStatus::good;
    ScsiSense sense_;     // of the last command that failed, until it is asked for
    ScsiSense attention_; // news
    std::uint64_t information_ = no_information;
    Data data_ = Data::none;
    std::vector<std::uint8_t> bytes_; // a reply or parameters
    std::uint64_t size_ = 0;          // of the data phase
    std::uint64_t position_ = 0;
    bool complained_ = false;
};

} // namespace vestige::hw
