#include "backend/x64/arena.h"

#include <sys/mman.h>
#include <unistd.h>

#include <iterator>

#include "common/assertion.h"
#include "common/bits.h"
#include "common/error.h"

namespace vestige::x64 {

namespace {

constexpr std::size_t granularity = 16;
constexpr std::size_t largest_arena = std::size_t{1} << 30;

std::size_t rounded(std::size_t bytes) { return align_up(bytes, granularity); }

} // namespace

Arena::Arena(std::size_t bytes) {
    size_ = align_up(bytes, static_cast<std::size_t>(sysconf(_SC_PAGESIZE)));
    VESTIGE_ASSERT(size_ > 0 && size_ <= largest_arena);
    // Shared memory without a file of its own: perf takes names from its map only for what it holds
    // to be anonymous, and a memfd is not. An old size of zero maps the same pages once more.
    void* const write =
        mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    void* const execute =
        write == MAP_FAILED ? MAP_FAILED : mremap(write, 0, size_, MREMAP_MAYMOVE);
    if (execute == MAP_FAILED || mprotect(execute, size_, PROT_READ | PROT_EXEC) != 0) {
        if (write != MAP_FAILED) munmap(write, size_);
        if (execute != MAP_FAILED) munmap(execute, size_);
        throw UserError("The host does not map memory for generated code. Check that shared "
                        "memory may be executable and that address space is not limited.");
    }
    write_base_ = static_cast<std::byte*>(write);
    execute_base_ = static_cast<const std::byte*>(execute);
    current_ = {0, size_};
}

Arena::~Arena() {
    munmap(write_base_, size_);
    munmap(const_cast<std::byte*>(execute_base_), size_);
}

const std::byte* Arena::allocate(std::size_t bytes) {
    bytes = rounded(bytes);
    if (current_.end - current_.begin < bytes && !find_room(bytes)) return nullptr;
    const std::byte* const block = execute_base_ + current_.begin;
    current_.begin += bytes;
    used_ += bytes;
    return block;
}

// Makes the next free range that is large enough the current one: first behind the current one,
// then from the start.
bool Arena::find_room(std::size_t bytes) {
    const auto take = [&](auto from, auto to) {
        for (auto at = from; at != to; ++at) {
            if (at->second < bytes) continue;
            const Range found{at->first, at->first + at->second};
            free_.erase(at);
            const Range rest = current_;
            current_ = found;
            give_back(rest);
            return true;
        }
        return false;
    };
    const auto behind = free_.lower_bound(current_.end);
    return take(behind, free_.end()) || take(free_.begin(), behind);
}

void Arena::release(const std::byte* block, std::size_t bytes) {
    VESTIGE_ASSERT(contains(block));
    bytes = rounded(bytes);
    const auto begin = static_cast<std::size_t>(block - execute_base_);
    used_ -= bytes;
    give_back({begin, begin + bytes});
}

void Arena::give_back(Range range) {
    if (range.begin == range.end) return;
    if (range.end == current_.begin) {
        current_.begin = range.begin;
        return;
    }
    auto next = free_.lower_bound(range.begin);
    if (next != free_.begin()) {
        const auto before = std::prev(next);
        VESTIGE_ASSERT(before->first + before->second <= range.begin);
        if (before->first + before->second == range.begin) {
            range.begin = before->first;
            free_.erase(before);
        }
    }
    if (next != free_.end() && next->first == range.end) {
        range.end = next->first + next->second;
        free_.erase(next);
    }
    free_.emplace(range.begin, range.end - range.begin);
}

void Arena::release_all_behind(std::size_t kept_bytes) {
    used_ = rounded(kept_bytes);
    current_ = {used_, size_};
    free_.clear();
}

} // namespace vestige::x64
