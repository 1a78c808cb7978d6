// What the tests of serial, input and disk devices share: a clock that the test moves by hand,
// wires that remember their level, and a snapshot in memory.
#pragma once

#include <cstring>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "machine/core/irq.h"
#include "machine/core/scheduler.h"
#include "machine/core/state.h"

namespace vestige::test {

class ManualClock final : public Clock {
  public:
    Time now() const override { return now_; }

    // Runs the timers one deadline at a time, as a machine would.
    void advance(Scheduler& scheduler, Time by) {
        const Time end = now_ + by;
        while (scheduler.next_deadline() <= end) {
            now_ = std::max(now_, scheduler.next_deadline());
            scheduler.run_due();
        }
        now_ = end;
    }

    // The host has done something else for so long: what is due runs late.
    void fall_behind(Time by) { now_ += by; }

  private:
    Time now_ = 0;
};

class Wires final : public IrqSink {
  public:
    void set_irq(unsigned input, bool level) override {
        if (level && !levels_[input]) rises_[input]++;
        levels_[input] = level;
    }
    bool level(unsigned input) { return levels_[input]; }
    unsigned rises(unsigned input) { return rises_[input]; }

  private:
    std::map<unsigned, bool> levels_;
    std::map<unsigned, unsigned> rises_;
};

// Saves first, then loads the same bytes back: into the same device or another.
class MemoryState final : public StateVisitor {
  public:
    bool loading() const override { return loading_; }
    void start_loading() {
        loading_ = true;
        position_ = 0;
    }
    bool exhausted() const { return position_ == data_.size(); }
    void bytes(std::string_view name, std::span<std::byte> data) override {
        if (!loading_) {
            put(name);
            data_.insert(data_.end(), data.begin(), data.end());
            return;
        }
        expect(name);
        if (data_.size() - position_ < data.size())
            throw std::runtime_error("state too short at " + std::string(name));
        if (!data.empty()) std::memcpy(data.data(), data_.data() + position_, data.size());
        position_ += data.size();
    }

  protected:
    void begin_section(std::string_view name, std::uint32_t) override {
        if (loading_)
            expect(name);
        else
            put(name);
    }
    void end_section() override {}
    std::size_t checked_count(std::string_view name, std::uint64_t count,
                              std::size_t element_size) override {
        if (count > (data_.size() - position_) / element_size)
            throw std::runtime_error("state count too large at " + std::string(name));
        return static_cast<std::size_t>(count);
    }

  private:
    void put(std::string_view name) {
        for (char c : name)
            data_.push_back(static_cast<std::byte>(c));
    }
    void expect(std::string_view name) {
        for (char c : name)
            if (position_ >= data_.size() || data_[position_++] != static_cast<std::byte>(c))
                throw std::runtime_error("state differs at " + std::string(name));
    }

    bool loading_ = false;
    std::vector<std::byte> data_;
    std::size_t position_ = 0;
};

} // namespace vestige::test
