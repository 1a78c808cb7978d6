// What the machines of the unit tests share: a CPU and its loop on a little RAM, without a board.
//
// RAM is at physical address 0. Nothing answers elsewhere but two device registers: one whose reads
// count up and whose stores ask for attention, and one to be waited for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "common/log.h"
#include "tests/unit/shared_memory.h"
#include "translator/runtime/bus.h"
#include "translator/runtime/exec_loop.h"

namespace vestige::test {

enum class Variant : std::uint8_t {
    reference, // the interpreter alone
    x64,       // host code
    x64_hot,   // host code, in which everything soon is hot: regions and windows; loops that wait
               // are not run
    x64_in_parts, // host code, a few instructions at a time, and now and then all of it forgotten
};
inline constexpr Variant all_variants[] = {Variant::reference, Variant::x64, Variant::x64_hot,
                                           Variant::x64_in_parts};
std::string_view name(Variant variant);

inline constexpr std::uint32_t device_at = 0x80000000;
inline constexpr std::uint32_t steady_at = device_at + 8;
inline constexpr std::uint32_t nothing_at = 0x40000000;

class BareMachine : public runtime::Bus, public runtime::CpuHost {
  public:
    Variant variant() const { return variant_; }
    runtime::ExecLoop& loop() { return *loop_; }
    Log& log() { return log_; }
    std::byte* ram() { return ram_.data(); }
    std::size_t ram_bytes() const { return ram_.size(); }

    // Starts `count` instructions, or fewer if the CPU stops; returns why it ended.
    runtime::StopCause run(std::uint64_t count);
    void store_behind_cpu(std::uint32_t physical, std::uint32_t value); // as DMA does

    std::uint64_t steady_value = 0;
    unsigned device_reads = 0, device_writes = 0;
    std::uint64_t device_history = 0; // of what was asked when

    runtime::HostPage page(std::uint64_t physical) override;
    runtime::HostBacking backing(const std::byte* host) override;
    bool read(std::uint64_t physical, unsigned size, Endian endian, std::uint64_t& value) override;
    bool write(std::uint64_t physical, unsigned size, Endian endian, std::uint64_t value) override;
    bool is_steady(std::uint64_t physical) override { return physical == steady_at; }
    std::int64_t now_ns() const override { return 0; }
    void arm_cpu_timer(std::int64_t) override {}
    bool read_physical(std::uint64_t address, unsigned size, std::uint64_t& value) override;
    void write_physical(std::uint64_t address, unsigned size, std::uint64_t value) override;

  protected:
    BareMachine(Variant variant, std::size_t ram_bytes) : variant_(variant), ram_(ram_bytes) {}

    // Once the CPU is there.
    void make_loop(runtime::GuestCpu& cpu);
    std::uint64_t instructions() const { return loop_ ? loop_->instructions() : 0; }
    bool running() const { return running_; }

    // Plain memory, or null.
    virtual std::byte* find(std::uint64_t physical, unsigned size);
    virtual bool device_takes(std::uint64_t physical) const { return physical == device_at; }
    virtual void device_stored(std::uint64_t value) = 0;
    // What is due is done; how many of `most` instructions the CPU may run before the next event.
    virtual std::uint64_t serve_events(std::uint64_t most) { return most; }

  private:
    void remember(std::uint64_t value);

    Variant variant_;
    Log log_;
    SharedMemory ram_;
    std::unique_ptr<runtime::ExecLoop> loop_;
    bool running_ = false;
};

// What differs in memory, clock and device.
std::string common_differences(BareMachine& expected, BareMachine& actual);

} // namespace vestige::test
