#include "tests/unit/bare_machine.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "backend/interp/reference_engine.h"
#include "backend/x64/backend.h"
#include "common/assertion.h"
#include "common/endian.h"

namespace vestige::test {

std::string_view name(Variant variant) {
    switch (variant) {
    case Variant::reference: return "reference";
    case Variant::x64: return "x64";
    case Variant::x64_hot: return "x64, all of it hot";
    case Variant::x64_in_parts: return "x64 in parts";
    }
    VESTIGE_UNREACHABLE("no such variant");
}

void BareMachine::make_loop(runtime::GuestCpu& cpu) {
    runtime::BackendFactory backend;
    if (variant_ != Variant::reference)
        backend = [&cpu](runtime::MemoryPath& path) {
            return std::make_unique<x64::X64Backend>(
                path, x64::X64Options{.arena_bytes = std::size_t{1} << 20,
                                      .banks = x64::banks_of(cpu.layout())});
        };
    runtime::ExecOptions options;
    if (variant_ == Variant::x64_hot) {
        options.sample_interval = 7;
        options.finds_polling = true;
    }
    loop_ = std::make_unique<runtime::ExecLoop>(
        cpu, *this, backend, std::make_unique<interp::ReferenceEngine>(), log_, options);
}

runtime::StopCause BareMachine::run(std::uint64_t count) {
    const std::uint64_t end = loop_->instructions() + count;
    unsigned turn = 0;
    for (;;) {
        const std::uint64_t now = loop_->instructions();
        if (now >= end) return runtime::StopCause::budget_used;
        std::uint64_t slice = serve_events(end - now);
        if (variant_ == Variant::x64_in_parts) {
            slice = std::min<std::uint64_t>(slice, 1 + turn++ % 5);
            if (turn % 64 == 0) loop_->forget_everything();
        }
        running_ = true;
        const runtime::StopCause cause = loop_->run(slice);
        running_ = false;
        if (cause == runtime::StopCause::polling) {
            const std::uint64_t left = now + slice - loop_->instructions();
            loop_->go_around(left / loop_->polling_period());
        }
        if (cause == runtime::StopCause::idle || cause == runtime::StopCause::checkstop)
            return cause;
    }
}

void BareMachine::store_behind_cpu(std::uint32_t physical, std::uint32_t value) {
    store_be(ram_.data() + physical, value);
    loop_->memory_written(physical, 4);
}

std::byte* BareMachine::find(std::uint64_t physical, unsigned size) {
    return physical + size <= ram_.size() ? ram_.data() + physical : nullptr;
}

runtime::HostPage BareMachine::page(std::uint64_t physical) {
    return {find(physical & ~runtime::page_mask, runtime::page_size), true};
}

runtime::HostBacking BareMachine::backing(const std::byte* host) {
    const auto offset = static_cast<std::uint64_t>(host - ram_.data());
    return offset < ram_.size() ? ram_.backing(offset) : runtime::HostBacking{};
}

void BareMachine::remember(std::uint64_t value) {
    device_history = (device_history ^ value) * 0x9e3779b97f4a7c15 + loop_->instructions();
}

bool BareMachine::read(std::uint64_t physical, unsigned, Endian, std::uint64_t& value) {
    if (physical == steady_at) {
        value = steady_value;
        return true;
    }
    if (physical != device_at) return false;
    value = ++device_reads;
    remember(value);
    return true;
}

bool BareMachine::write(std::uint64_t physical, unsigned, Endian, std::uint64_t value) {
    if (!device_takes(physical)) return false;
    ++device_writes;
    remember(physical << 32 | value);
    device_stored(value);
    loop_->request_attention();
    return true;
}

bool BareMachine::read_physical(std::uint64_t address, unsigned size, std::uint64_t& value) {
    const std::byte* from = find(address, size);
    if (!from) return false;
    value = load_sized(from, size, Endian::big);
    return true;
}

void BareMachine::write_physical(std::uint64_t address, unsigned size, std::uint64_t value) {
    std::byte* to = find(address, size);
    VESTIGE_ASSERT(to);
    store_sized(to, size, value, Endian::big);
    loop_->memory_written(address, size);
}

std::string common_differences(BareMachine& expected, BareMachine& actual) {
    std::string text;
    const auto compare = [&](const char* what, std::uint64_t x, std::uint64_t y) {
        if (x != y) text += fmt::format("{}: {:x}, {:x}\n", what, x, y);
    };
    compare("instructions", expected.loop().instructions(), actual.loop().instructions());
    compare("device reads", expected.device_reads, actual.device_reads);
    compare("device writes", expected.device_writes, actual.device_writes);
    compare("device history", expected.device_history, actual.device_history);
    if (std::memcmp(expected.ram(), actual.ram(), expected.ram_bytes()) == 0) return text;
    for (std::size_t i = 0; i < expected.ram_bytes(); i += 4)
        if (std::memcmp(expected.ram() + i, actual.ram() + i, 4) != 0)
            text += fmt::format("[{:x}]: {:08x}, {:08x}\n", i,
                                load_be<std::uint32_t>(expected.ram() + i),
                                load_be<std::uint32_t>(actual.ram() + i));
    return text;
}

} // namespace vestige::test
