#include "tests/unit/x64_machine.h"

#include <fmt/format.h>

namespace vestige::test {

namespace {

// From the pc on: the header's pointers are each side's own.
bool same(const X64Side& a, const X64Side& b) {
    constexpr std::size_t bytes = sizeof(GuestState) - offsetof(GuestState, pc);
    return a.state.header.budget == b.state.header.budget &&
           a.state.header.leave_code == b.state.header.leave_code &&
           a.state.header.bank == b.state.header.bank && b.state.header.budget_ahead == 0 &&
           ((a.state.header.guest_mxcsr ^ b.state.header.guest_mxcsr) & 1 << 5) == 0 &&
           std::memcmp(&a.state.pc, &b.state.pc, bytes) == 0 && a.memory.same_bytes(b.memory);
}

} // namespace

// Every other: the odd pages, every second of them for loads alone.
std::uint64_t X64Side::window_of(Maps maps) {
    std::unique_ptr<runtime::Window>& window = windows_[static_cast<std::size_t>(maps)];
    if (window) return window->base();
    window = runtime::Window::reserve();
    VESTIGE_ASSERT(window);
    if (maps == Maps::none) return window->base();
    for (std::uint32_t page = 0; page < GuestMemory::size >> runtime::page_bits; ++page) {
        if (maps == Maps::every_other && page % 2 == 0) continue;
        const auto rights = maps == Maps::every_other && page % 4 == 1
                                ? runtime::Window::Rights::read
                                : runtime::Window::Rights::write;
        const bool shown =
            window->show(page, memory.file.backing(page << runtime::page_bits), rights);
        VESTIGE_ASSERT(shown);
    }
    return window->base();
}

std::string differences(const X64Side& expected, const X64Side& actual) {
    if (same(expected, actual)) return {};
    std::string text;
    const auto line = [&](const std::string& name, std::uint64_t a, std::uint64_t b) {
        if (a != b) text += fmt::format("  {:<8} {:#x} expected, {:#x} found\n", name, a, b);
    };
    const runtime::CpuHeader &a = expected.state.header, &b = actual.state.header;
    line("budget", static_cast<std::uint64_t>(a.budget), static_cast<std::uint64_t>(b.budget));
    line("leave", a.leave_code, b.leave_code);
    line("bank", a.bank, b.bank);
    line("ahead", 0, static_cast<std::uint64_t>(b.budget_ahead));
    line("inexact", a.guest_mxcsr >> 5 & 1, b.guest_mxcsr >> 5 & 1);
    for (const ir::Slot& slot : test_layout().slots) {
        std::uint64_t x[2] = {}, y[2] = {};
        const unsigned bytes = ir::info(slot.type).bytes;
        std::memcpy(x, slot_of(expected.state, slot), bytes);
        std::memcpy(y, slot_of(actual.state, slot), bytes);
        line(slot.name, x[0], y[0]);
        line(slot.name + ".high", x[1], y[1]);
    }
    if (!expected.memory.same_bytes(actual.memory))
        for (std::size_t i = 0; i < GuestMemory::size; ++i)
            line(fmt::format("[{:#x}]", i), std::to_integer<unsigned>(expected.memory.bytes[i]),
                 std::to_integer<unsigned>(actual.memory.bytes[i]));
    return text;
}

namespace {

x64::X64Options with_banks(x64::X64Options options) {
    options.banks = x64::banks_of(test_layout());
    return options;
}

} // namespace

X64Lockstep::X64Lockstep(x64::X64Options options)
    : backend_(actual_->memory, with_banks(options)) {}

void X64Lockstep::same_memory() { actual_->memory.take_bytes(expected_->memory); }

void X64Lockstep::prepare(const ir::Function& optimised, runtime::MemoryView view) {
    view_ = view;
    program_.prepare(optimised, ir::Stage::optimised);
    if (unit_.entry) backend_.release(unit_);
    VESTIGE_ASSERT(backend_.compile(optimised, unit_, view));
}

std::string X64Lockstep::compare(const GuestState& start, X64Side::Maps maps) {
    expected_->start(start, maps);
    actual_->start(start, maps, view_);
    const runtime::UnitExit wanted = interpreter_.run(program_, &expected_->state.header,
                                                      expected_->memory, runtime::AccessFrom::unit);
    const runtime::UnitExit found = backend_.enter(&actual_->state.header, unit_.entry);
    std::string text = differences(*expected_, *actual_);
    if (wanted.code != found.code)
        text += fmt::format("  code     {} expected, {} found\n", wanted.code, found.code);
    if (found.link && (found.code != ir::leave::none || found.link->target_pc != actual_->state.pc))
        text += "  the link is not the one that was reached\n";
    if (!text.empty()) text += backend_.disassemble(unit_);
    return text;
}

} // namespace vestige::test
