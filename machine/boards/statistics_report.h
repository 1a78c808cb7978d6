// --stats: what the machine's counters say, for people and for programs.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "machine/boards/machine_clock.h"
#include "machine/core/address_space.h"
#include "translator/runtime/exec_loop.h"
#include "translator/runtime/guest_cpu.h"

namespace vestige {

class StatisticsReport {
  public:
    StatisticsReport(const runtime::ExecLoop& loop, const runtime::GuestCpu& cpu,
                     const AddressSpace& memory, const MachineClock& clock);

    // One subject a line; the first is "instructions: N".
    std::string as_text() const;
    // An object of objects, by section and row, with numbers as numbers; times in seconds.
    std::string as_json() const;

  private:
    using Value = std::variant<std::uint64_t, double>;
    struct Row {
        std::string name;
        Value value;
        std::string remark; // behind the value, for people
    };
    struct Section {
        std::string title;
        std::vector<Row> rows;
    };
    void begin(std::string title) { sections_.push_back({std::move(title), {}}); }
    void row(std::string name, Value value, std::string remark = {}) {
        sections_.back().rows.push_back({std::move(name), value, std::move(remark)});
    }

    void add_summary(const runtime::ExecLoop& loop, const MachineClock& clock);
    void add_times(const runtime::TimeAccount& times);
    void add_translation(const runtime::ExecLoop& loop);
    void add_exits(const runtime::ExecStats& stats, const runtime::GuestCpu& cpu);
    void add_memory(const runtime::ExecLoop& loop);
    void add_devices(const AddressSpace& memory);
    void add_hot_spots(const runtime::PcSamples& spots);

    std::vector<Section> sections_;
};

} // namespace vestige
