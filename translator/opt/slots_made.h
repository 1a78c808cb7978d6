// Slots that hold, on all ways to a join, the same simple function of what another slot holds that
// is read behind it, such as a shift by one constant: there a recovery map can make them of what is
// passed on anyway (ir/derived.h).
#pragma once

#include <cstdint>
#include <vector>

#include "translator/ir/function.h"
#include "translator/opt/workspace.h"

namespace vestige::opt {

class SlotFlow;

class SlotsMade {
  public:
    // Of raw IR whose blocks tidy_flow has ordered, and whose live slots the flow knows.
    void analyse(const ir::Function& function, const Workspace& workspace, const SlotFlow& flow);

    // Whether that holds where the block begins, of a slot by its index in SlotFlow::tracked().
    bool alike(ir::BlockId block, std::size_t index) const {
        return at_start_[block].empty() ? false : at_start_[block][index].op != ir::Op::copy;
    }

  private:
    struct Made {
        ir::Op op = ir::Op::copy; // copy: by anything
        std::uint64_t constant = 0;
        bool operator==(const Made&) const = default;
    };
    Made made_by(const ir::Function& function, const ir::Instruction& set) const;

    std::vector<std::vector<Made>> at_start_; // by block and index; empty: not come to yet
};

} // namespace vestige::opt
