// Values that live across blocks: where they are live and how far their next uses are.
//
// Distances count instructions along the nearest way (Braun and Hack, "Register Spilling and Live-
// Range Splitting for SSA-Form Programs", 2009). Leaving a loop adds more than any way within it,
// so that what a loop uses comes before what is used behind it. A recovery map wants a value to
// exist: that is `far`.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "translator/ir/control_flow.h"
#include "translator/ir/function.h"

namespace vestige::x64 {

inline constexpr std::uint32_t never = ~0u;
inline constexpr std::uint32_t far = 1u << 30;
inline constexpr std::uint32_t loop_exit_distance = 1u << 20;

class GlobalLiveness {
  public:
    void begin(const ir::Function& function, const ir::ControlFlow& flow);
    // A parameter of a block, or a value that is used in other blocks than its own. Returns its
    // index.
    enum class Kind : std::uint8_t { parameter, value };
    std::uint32_t add(ir::Value value, ir::BlockId defined_in, Kind kind);
    // A use in a block that does not define it, by an instruction `distance` from the block's
    // beginning or by a recovery map: far. In the order of instructions.
    void use(std::uint32_t index, ir::BlockId block, std::uint32_t distance);
    void solve();

    std::uint32_t count() const { return static_cast<std::uint32_t>(values_.size()); }
    ir::Value value(std::uint32_t index) const { return values_[index].value; }
    // From the beginning of a block; its own parameters are live there. never: dead.
    std::uint32_t at_entry(ir::BlockId block, std::uint32_t index) const {
        return entry_[std::size_t{block} * count() + index];
    }
    // From the end of a block.
    struct BlockEnd {
        struct Way {
            const std::uint32_t* there; // by index: distances from the next block's beginning
            ir::BlockId next;
            std::uint32_t length;
        };
        Way ways[2];
        unsigned count = 0;
    };
    BlockEnd end_of(ir::BlockId block) const;
    std::uint32_t at_end(const BlockEnd& end, std::uint32_t index) const {
        std::uint32_t nearest = never;
        for (unsigned i = 0; i < end.count; ++i) {
            const auto& [there, next, length] = end.ways[i];
            if (there[index] == never || values_[index].defined_in == next) continue;
            nearest = std::min({nearest, there[index] + length, far});
        }
        return nearest;
    }
    // Whether a value that is live at the block's entry is not one of its parameters.
    bool comes_from_before(ir::BlockId block, std::uint32_t index) const {
        return values_[index].defined_in != block;
    }

  private:
    struct GlobalValue {
        ir::Value value;
        ir::BlockId defined_in;
        Kind kind;
        std::uint32_t last_use; // index in uses_
    };
    struct Use {
        std::uint32_t index;
        ir::BlockId block;
        std::uint32_t distance;
    };
    bool flow_back(ir::BlockId block);

    const ir::Function* function_ = nullptr;
    const ir::ControlFlow* flow_ = nullptr;
    std::vector<GlobalValue> values_;
    std::vector<Use> uses_;
    std::vector<std::uint32_t> entry_; // by block and index
};

} // namespace vestige::x64
