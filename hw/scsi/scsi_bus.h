// A SCSI bus with one initiator and up to seven targets: phases and messages between the
// initiator's chip and the targets' commands.
//
// Source: SCSI-2 (ANSI X3.131-1994), clauses 6 (phases, conditions) and 6.6 (messages).
//
// Targets never disconnect and transfer asynchronously: offers of anything else are rejected.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "hw/scsi/scsi_target.h"

namespace vestige::hw {

class ScsiBus {
  public:
    static constexpr unsigned most_targets = 8;
    // By SCSI ID, null where none is. They outlive the bus, and the machine resets and saves them.
    using Targets = std::array<ScsiTarget*, most_targets>;

    // The values are those of the lines MSG, C/D and I/O.
    enum class Phase : std::uint8_t {
        data_out = 0,
        data_in = 1,
        command = 2,
        status = 3,
        message_out = 6,
        message_in = 7,
        free = 8,
    };

    explicit ScsiBus(const Targets& targets) : targets_(targets) {}

    // -- the initiator's chip
    // False if nobody answers. Who was connected before is forgotten.
    bool select(unsigned id);
    Phase phase() const { return phase_; }
    bool connected() const { return phase_ != Phase::free; }
    // ATN. The target looks at it when a phase ends.
    void set_attention(bool attention) { attention_ = attention; }

    // How many bytes the target takes, or gives, before the phase may change; zero if the phase
    // goes the other way.
    std::uint64_t wanted() const;
    std::uint64_t offered() const;
    // At most so many bytes.
    void send(std::span<const std::byte> bytes);
    // Returns how many it gave: all, or none if the medium failed. Of a message it gives the same
    // byte until that is accepted.
    std::size_t receive(std::span<std::byte> bytes);
    void accept_message();

    void release(); // everybody lets go of the lines
    void reset();   // RST: the targets hear of it

    void visit(StateVisitor& state);

  private:
    ScsiTarget& target() { return *targets_[selected_]; }
    const ScsiTarget& target() const { return *targets_[selected_]; }
    void proceed();
    void take_message(std::byte byte);
    void obey_message();
    void take_command(std::span<const std::byte> bytes);

    Targets targets_;
    Phase phase_ = Phase::free;
    unsigned selected_ = 0;
    bool attention_ = false;
    std::vector<std::uint8_t> message_out_; // as far as it has come
    std::vector<std::uint8_t> message_in_;  // what is still to be accepted
    std::array<std::uint8_t, 16> command_bytes_{};
    std::uint32_t command_size_ = 0; // bytes that have come
    bool command_given_ = false;
    bool status_given_ = false;
    bool identified_ = false;
    std::uint32_t logical_unit_ = 0;
};

} // namespace vestige::hw
