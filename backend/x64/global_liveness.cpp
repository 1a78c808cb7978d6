#include "backend/x64/global_liveness.h"

#include <algorithm>

namespace vestige::x64 {

using ir::BlockId;

namespace {

constexpr std::uint32_t no_use = ~0u;

} // namespace

void GlobalLiveness::begin(const ir::Function& function, const ir::ControlFlow& flow) {
    function_ = &function;
    flow_ = &flow;
    values_.clear();
    uses_.clear();
}

std::uint32_t GlobalLiveness::add(ir::Value value, BlockId defined_in, Kind kind) {
    values_.push_back({value, defined_in, kind, no_use});
    return count() - 1;
}

void GlobalLiveness::use(std::uint32_t index, BlockId block, std::uint32_t distance) {
    GlobalValue& value = values_[index];
    if (value.last_use != no_use && uses_[value.last_use].block == block) {
        Use& known = uses_[value.last_use];
        known.distance = std::min(known.distance, distance);
        return;
    }
    value.last_use = static_cast<std::uint32_t>(uses_.size());
    uses_.push_back({index, block, distance});
}

void GlobalLiveness::solve() {
    entry_.assign(function_->blocks.size() * values_.size(), never);
    for (const Use& use : uses_)
        entry_[std::size_t{use.block} * values_.size() + use.index] = use.distance;
    if (values_.empty()) return;
    const auto order = flow_->order();
    bool again = true;
    while (again) {
        again = false;
        for (std::size_t i = order.size(); i-- > 0;)
            again |= flow_back(order[i]);
        again &= flow_->has_loops();
    }
}

// Whether anything has come nearer.
bool GlobalLiveness::flow_back(BlockId block) {
    bool changed = false;
    std::uint32_t* const here = &entry_[std::size_t{block} * values_.size()];
    const auto length = static_cast<std::uint32_t>(function_->blocks[block].body.size());
    for (const BlockId next : flow_->successors(block)) {
        const std::uint32_t* const there = &entry_[std::size_t{next} * values_.size()];
        const std::uint32_t way = length + loop_exit_distance * flow_->loops_left(block, next);
        for (std::uint32_t i = 0; i < values_.size(); ++i) {
            if (there[i] == never || values_[i].defined_in == next) continue;
            if (values_[i].defined_in == block && values_[i].kind == Kind::value) continue;
            const std::uint32_t distance = std::min(there[i] + way, far);
            if (distance >= here[i]) continue;
            here[i] = distance;
            changed = true;
        }
    }
    return changed;
}

GlobalLiveness::BlockEnd GlobalLiveness::end_of(BlockId block) const {
    BlockEnd end;
    for (const BlockId next : flow_->successors(block))
        end.ways[end.count++] = {entry_.data() + std::size_t{next} * count(), next,
                                 loop_exit_distance * flow_->loops_left(block, next)};
    return end;
}

} // namespace vestige::x64
