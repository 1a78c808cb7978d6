#include "hw/block/overlay.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "common/error.h"
#include "machine/core/state.h"

namespace vestige::hw {

Overlay::Overlay(std::unique_ptr<BlockBackend> base) : base_(std::move(base)) {}

BlockResult Overlay::read(std::uint64_t offset, std::span<std::byte> to) {
    // Whole, then patched: an overlay is mostly holes.
    if (const BlockResult result = base_->read(offset, to); result != BlockResult::ok)
        return result;
    const std::uint64_t end = offset + to.size();
    for (auto it = chunks_.lower_bound(offset / chunk_size);
         it != chunks_.end() && it->first * chunk_size < end; ++it) {
        const std::uint64_t chunk_start = it->first * chunk_size;
        const std::uint64_t from = std::max(offset, chunk_start);
        const std::uint64_t until = std::min(end, chunk_start + chunk_size);
        std::memcpy(to.data() + (from - offset), it->second->data() + (from - chunk_start),
                    until - from);
    }
    return BlockResult::ok;
}

BlockResult Overlay::write(std::uint64_t offset, std::span<const std::byte> from) {
    if (!in_range(offset, from.size())) return BlockResult::out_of_range;
    while (!from.empty()) {
        const std::uint64_t start = offset / chunk_size * chunk_size;
        const std::size_t length = std::min<std::size_t>(from.size(), start + chunk_size - offset);
        auto& chunk = chunks_[offset / chunk_size];
        if (!chunk) {
            auto fresh = std::make_unique<Chunk>();
            const auto old = std::span(*fresh).first(std::min(chunk_size, size() - start));
            if (length < old.size()) {
                if (const BlockResult result = base_->read(start, old); result != BlockResult::ok) {
                    chunks_.erase(offset / chunk_size);
                    return result;
                }
            }
            chunk = std::move(fresh);
        }
        std::memcpy(chunk->data() + (offset - start), from.data(), length);
        from = from.subspan(length);
        offset += length;
    }
    return BlockResult::ok;
}

void Overlay::visit(StateVisitor& state) {
    base_->visit(state);
    std::vector<std::uint64_t> indexes;
    for (const auto& [index, chunk] : chunks_)
        indexes.push_back(index);
    state.field("overlay_chunks", indexes);
    if (state.loading()) chunks_.clear();
    for (const std::uint64_t index : indexes) {
        if (index > (size() - 1) / chunk_size)
            throw UserError("the snapshot holds disk contents beyond the end of the disk image");
        auto& chunk = chunks_[index];
        if (!chunk) chunk = std::make_unique<Chunk>();
        state.bytes("overlay_data", *chunk);
    }
}

} // namespace vestige::hw
