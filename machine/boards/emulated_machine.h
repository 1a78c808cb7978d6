// A machine of any guest: one CPU, its memory and devices, and the loop that keeps time, events and
// instructions in step. Boards derive from it and do the wiring.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "machine/boards/host_pace.h"
#include "machine/boards/machine.h"
#include "machine/boards/machine_clock.h"
#include "machine/core/address_space.h"
#include "machine/core/device.h"
#include "machine/core/scheduler.h"
#include "translator/runtime/bus.h"
#include "translator/runtime/exec_loop.h"
#include "translator/runtime/guest_cpu.h"

namespace vestige {

class EmulatedMachine : public Machine,
                        public InstructionCounter,
                        public runtime::Bus,
                        public runtime::CpuHost,
                        public MemoryListener {
  public:
    ~EmulatedMachine() override;

    RunEnd run(std::uint64_t limit) override;
    void end_run(RunEnd why) override;
    void interrupt() override;
    void reset() override;
    bool press_power_switch() override { return false; }
    std::uint64_t instructions() const override;
    void save_snapshot(const std::string& path) override;
    void load_snapshot(const std::string& path) override;
    std::string describe(MachineView view) override;
    std::size_t peek(AddressKind kind, std::uint64_t address, std::span<std::byte> to) override;
    std::vector<std::string> disassemble(AddressKind kind, std::uint64_t address,
                                         unsigned count) override;

  protected:
    EmulatedMachine(const MachineConfig& config, MachineEnvironment environment,
                    std::uint32_t cpu_mips);

    // ---- for the board's constructor
    // Reset, saved and loaded in the order of these calls.
    template <typename T, typename... Args> T& add(Args&&... args) {
        auto device = std::make_unique<T>(std::forward<Args>(args)...);
        T& reference = *device;
        devices_.push_back(std::move(device));
        return reference;
    }
    // Whatever devices refer to and that is no device itself: outlives them.
    template <typename T, typename... Args> T& own(Args&&... args) {
        auto part = std::make_shared<T>(std::forward<Args>(args)...);
        parts_.push_back(part);
        return *part;
    }
    RamBlock& add_ram(std::string name, std::uint64_t size);
    // What a snapshot of this machine must agree in.
    void set_identity(std::string identity) { identity_ = std::move(identity); }
    // Once the CPU is there. The machine's memory is `memory`.
    void start(runtime::GuestCpu& cpu);
    // Call when a wire to the CPU has changed.
    void cpu_needs_attention() {
        if (loop_ && in_run_) loop_->request_attention();
    }
    // The CPU's alarm: what arm_cpu_timer() armed calls this.
    virtual void cpu_timer_due() = 0;
    virtual void reset_cpu() = 0;
    // What no device answers reads as ones and swallows writes, where the host bridge ends such a
    // cycle by itself. False: the CPU sees a bus error.
    virtual bool ends_unanswered(std::uint64_t physical, runtime::Access access) {
        (void)physical, (void)access;
        return true;
    }
    virtual void visit_cpu(StateVisitor& state) = 0;
    virtual std::string describe_cpu(MachineView view) = 0;

    MachineEnvironment environment;
    Log& log;
    MachineClock clock;
    Scheduler scheduler;
    AddressSpace memory;

    // ---- runtime::Bus
    runtime::HostPage page(std::uint64_t physical) override;
    runtime::HostBacking backing(const std::byte* host) override;
    bool read(std::uint64_t physical, unsigned size, Endian endian, std::uint64_t& value) override;
    bool write(std::uint64_t physical, unsigned size, Endian endian, std::uint64_t value) override;
    bool is_steady(std::uint64_t physical) override { return memory.is_steady(physical); }

    // ---- runtime::CpuHost
    std::int64_t now_ns() const override { return clock.now(); }
    void arm_cpu_timer(std::int64_t deadline_ns) override;
    bool read_physical(std::uint64_t address, unsigned size, std::uint64_t& value) override;
    void write_physical(std::uint64_t address, unsigned size, std::uint64_t value) override;

    // ---- MemoryListener
    void memory_written(std::uint64_t address, std::uint64_t size) override;
    void map_changed() override;

  private:
    std::uint64_t slice(std::uint64_t limit) const;
    std::optional<RunEnd> idle();
    void let_poll(std::uint64_t limit);
    void visit(StateVisitor& state);
    void after_device_access();
    std::unique_ptr<runtime::Backend> make_backend(runtime::MemoryPath& path);

    EngineKind engine_;
    bool keeps_times_;
    std::optional<std::uint64_t> code_cache_bytes_;
    bool regions_, windows_;
    std::vector<CodeListing> code_listings_;
    runtime::CodeObservers code_observers_;
    std::vector<AddressRange> log_filter_;
    std::vector<std::unique_ptr<RamBlock>> rams_;
    std::vector<std::shared_ptr<void>> parts_;
    std::vector<std::unique_ptr<Device>> devices_; // destroyed last to first
    Timer cpu_timer_;
    runtime::GuestCpu* cpu_ = nullptr;
    std::unique_ptr<runtime::ExecLoop> loop_;
    std::string identity_;
    std::optional<RunEnd> end_;
    std::atomic<bool> interrupted_ = false;
    bool in_run_ = false;
    std::uint64_t slice_generation_ = 0;
    HostPace host_pace_;
};

} // namespace vestige
