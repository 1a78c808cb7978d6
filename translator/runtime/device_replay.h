// Device accesses that the instruction in progress has made from within a unit.
//
// A device answers at once, in the slow path of the access. If it then asks for the loop (a wire or
// a timer changed, memory moved), the unit has to end behind this very instruction, where it has no
// way out. So the unit is left in front of the instruction, which runs once more, alone: each of
// the accesses noted here gets the answer that it has had, and no device hears of it twice.
#pragma once

#include <array>
#include <cstdint>

#include "translator/ir/op.h"
#include "translator/runtime/memory_path.h"

namespace vestige::runtime {

enum class AccessDirection : std::uint8_t { load, store };

class DeviceReplay {
  public:
    // `started`: the instructions since power-on, which tells the one in progress. False: there is
    // no room for another access.
    bool has_room(std::uint64_t started) {
        if (started != started_) {
            started_ = started;
            count_ = 0;
        }
        return count_ < noted_.size();
    }
    void note(AccessDirection direction, std::uint64_t address, WideValue value) {
        noted_[count_++] = {direction, address, value};
    }
    void forget() {
        started_ = ~std::uint64_t{0};
        count_ = 0;
        position_ = 0;
        running_ = false;
    }

    // The instruction of that number runs again from its beginning.
    void begin(std::uint64_t started) {
        running_ = started == started_ && count_ != 0;
        position_ = 0;
    }
    bool running() const { return running_; }
    // The answer to the next access; null: it has not been made yet, nor has any after it.
    const WideValue* next(AccessDirection direction, std::uint64_t address) {
        if (position_ == count_) return nullptr;
        const Noted& noted = noted_[position_];
        if (noted.direction != direction || noted.address != address) return nullptr;
        ++position_;
        return &noted.value;
    }

  private:
    struct Noted {
        AccessDirection direction;
        std::uint64_t address;
        WideValue value;
    };
    std::array<Noted, 32> noted_{}; // lmw reads 32 registers
    std::size_t count_ = 0, position_ = 0;
    std::uint64_t started_ = ~std::uint64_t{0};
    bool running_ = false;
};

} // namespace vestige::runtime
