#include "machine/boards/sparc_board.h"

#include <bit>
#include <span>

#include <fmt/format.h>

#include "common/assertion.h"
#include "frontend/sparc/cpu/windows.h"
#include "frontend/sparc/disasm/disassembler.h"
#include "machine/boards/find_cpu.h"

namespace vestige {

namespace {

const sparc::CpuModel& cpu_model(const char* board, const char* usual,
                                 const MachineConfig& config) {
    return find_cpu(board, config, usual, sparc::find_cpu_model, sparc::cpu_models());
}

// Where no-fault mode sends what has faulted. That is no mistake of the guest's, to be logged:
// Linux moves windows to user stacks in this mode, and looks at the fault status afterwards.
class Nowhere final : public MmioHandler {
  public:
    static constexpr MmioTraits traits{.endian = Endian::big, .min_size = 1, .max_size = 8};
    std::uint64_t read(std::uint64_t, unsigned) override { return ~std::uint64_t{0}; }
    void write(std::uint64_t, unsigned, std::uint64_t) override {}
};

} // namespace

SparcBoard::SparcBoard(const Facts& facts, const MachineConfig& its_config,
                       MachineEnvironment its_environment)
    : Board(facts.name, its_config, std::move(its_environment),
            cpu_model(facts.name, facts.usual_cpu, its_config).mips),
      model_(cpu_model(facts.name, facts.usual_cpu, config)),
      state_(model_.windows),
      mmu_(*state_, *this,
           {.boot_mode = model_.mmu.boot_mode,
            .prom_base = facts.prom_base,
            .prom_mask = facts.prom_mask,
            .fault_address_of_fetches = model_.mmu.fault_address_of_fetches}),
      cpu_(model_, *state_,
           {.host = *this,
            .bus = *this,
            .mmu = mmu_,
            .log = log,
            .disassemble = [](std::uint32_t word,
                              std::uint32_t pc) { return sparc::disassemble(word, pc); },
            .interrupt_taken = [this](unsigned level) { interrupt_taken(level); },
            .program_ended = [this] { end_run(RunEnd::powered_off); }}) {
    memory.map_mmio("no-fault mode", sparc::ReferenceMmu::nowhere, runtime::page_size,
                    own<Nowhere>(), Nowhere::traits);
}

void SparcBoard::power_down_cpu() {
    cpu_.power_down();
    cpu_needs_attention();
}

// ---- interrupts

void SparcBoard::Levels::set_irq(unsigned input, bool level) {
    VESTIGE_ASSERT(input >= 1 && input <= 15);
    up_ = level ? up_ | 1u << input : up_ & ~(1u << input);
    board_.cpu_.set_interrupt_level(static_cast<unsigned>(std::bit_width(up_ >> 1)));
    if (level) board_.cpu_needs_attention();
}

void SparcBoard::Levels::visit(StateVisitor& state) { state.field("interrupt_levels", up_); }

// ---- state

void SparcBoard::visit_cpu(StateVisitor& state) {
    // Everything after the header, and of that what the guest can tell.
    state.field("sticky_float_flags", state_->header.guest_mxcsr);
    auto* first = reinterpret_cast<std::byte*>(&state_->pc);
    auto* end = reinterpret_cast<std::byte*>(&*state_ + 1);
    state.bytes("registers", {first, end});
    for (unsigned window = 0; window < model_.windows; ++window)
        state.bytes("window", std::as_writable_bytes(
                                  std::span(sparc::row_of(*state_, window), sparc::window_words)));
    levels_.visit(state);
    sparc::update_bank(*state_, model_.windows);
}

std::string SparcBoard::describe_cpu(MachineView view) {
    switch (view) {
    case MachineView::registers: return cpu_.dump_registers();
    case MachineView::fault:
        return fmt::format("the CPU has stopped: {}\n{}", cpu_.checkstop(), cpu_.dump_registers());
    case MachineView::translations: return cpu_.dump_translations();
    default: return {};
    }
}

} // namespace vestige
