// Registers of devices that are not modelled: software that looks whether they are there, or sets
// them up and forgets them, finds a few bytes of memory. Their use is logged as unimplemented.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "common/log.h"
#include "machine/core/device.h"
#include "machine/core/mmio.h"

namespace vestige::hw {

class StubRegisters final : public Device, public MmioHandler {
  public:
    enum class Writes : std::uint8_t { ignored, kept };
    static constexpr MmioTraits traits{.endian = Endian::big, .min_size = 1, .max_size = 8};

    // `size` bytes that start with `contents` and are zeros for the rest.
    StubRegisters(std::string name, std::uint64_t size,
                  std::initializer_list<std::uint8_t> contents, Writes writes, Log& log);

    std::uint64_t size() const { return contents_.size(); }

    std::uint64_t read(std::uint64_t offset, unsigned size) override;
    void write(std::uint64_t offset, unsigned size, std::uint64_t value) override;
    void reset() override { contents_ = initial_; }
    void visit(StateVisitor& state) override;

  private:
    std::vector<std::byte> initial_, contents_;
    Writes writes_;
    Log& log_;
};

} // namespace vestige::hw
