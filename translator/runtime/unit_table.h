// Units by key: open addressing, so that a look-up is one line of the table and the unit itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace vestige::runtime {

// Owns its units. `Unit` has a `key`, which `Hash` turns into 64 well mixed bits.
template <typename Unit, typename Key, typename Hash> class UnitTable {
  public:
    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }

    Unit* find(const Key& key) const {
        const std::uint64_t hash = Hash{}(key);
        for (std::size_t at = hash & mask();; at = (at + 1) & mask()) {
            const Cell& cell = cells_[at];
            if (!cell.unit) return nullptr;
            if (cell.hash == hash && cell.unit->key == key) return cell.unit.get();
        }
    }

    // There is none with its key.
    void insert(std::unique_ptr<Unit> unit) {
        if (2 * (size_ + 1) > cells_.size()) grow();
        const std::uint64_t hash = Hash{}(unit->key);
        place(hash, std::move(unit));
        ++size_;
    }

    // The unit, out of the table; null if it is not there.
    std::unique_ptr<Unit> take(const Unit& unit) {
        std::size_t hole = Hash{}(unit.key) & mask();
        while (cells_[hole].unit.get() != &unit) {
            if (!cells_[hole].unit) return nullptr;
            hole = (hole + 1) & mask();
        }
        std::unique_ptr<Unit> taken = std::move(cells_[hole].unit);
        --size_;
        // Those behind it that would not be found across the hole move into it.
        for (std::size_t at = (hole + 1) & mask(); cells_[at].unit; at = (at + 1) & mask()) {
            const std::size_t wanted = cells_[at].hash & mask();
            if (((at - wanted) & mask()) < ((at - hole) & mask())) continue;
            cells_[hole] = std::move(cells_[at]);
            hole = at;
        }
        return taken;
    }

    // The units of this moment: they may be taken out while one walks over them.
    std::vector<Unit*> all() const {
        std::vector<Unit*> units;
        units.reserve(size_);
        for (const Cell& cell : cells_)
            if (cell.unit) units.push_back(cell.unit.get());
        return units;
    }

  private:
    struct Cell {
        std::uint64_t hash = 0;
        std::unique_ptr<Unit> unit;
    };
    std::size_t mask() const { return cells_.size() - 1; }

    void place(std::uint64_t hash, std::unique_ptr<Unit> unit) {
        std::size_t at = hash & mask();
        while (cells_[at].unit)
            at = (at + 1) & mask();
        cells_[at] = {hash, std::move(unit)};
    }

    void grow() {
        std::vector<Cell> old(2 * cells_.size());
        old.swap(cells_);
        for (Cell& cell : old)
            if (cell.unit) place(cell.hash, std::move(cell.unit));
    }

    static constexpr std::size_t first_cells = 1 << 14;
    std::vector<Cell> cells_ = std::vector<Cell>(first_cells); // a power of two, half of it free
    std::size_t size_ = 0;
};

} // namespace vestige::runtime
