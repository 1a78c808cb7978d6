// A whole machine as the program sees it, and how to get one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "common/endian.h"
#include "common/log.h"
#include "machine/boards/machine_config.h"
#include "machine/core/input_gate.h"

namespace vestige {

namespace hw {
class CharBackend;
class DisplaySource;
class InputHub;
} // namespace hw

// Why run() came back.
enum class RunEnd : std::uint8_t {
    powered_off, // the guest switched the machine off
    reset_asked, // the guest wants a restart: reset() does it, or the run is over (-no-reboot)
    stop_text,   // the console printed what the user waits for
    fatal_fault, // a checkstop: describe(MachineView::fault) says which, where, and all registers
    instruction_limit, // the limit given to run()
    interrupted,       // interrupt() was called
};

enum class MachineView : std::uint8_t {
    registers,
    memory_tree,
    translations, // the TLB, BATs and segments
    jit,          // block cache and contexts
    statistics,   // for --stats
    fault,
    statistics_json,
};

enum class AddressKind : std::uint8_t { effective, physical };

inline constexpr std::uint64_t no_instruction_limit = std::numeric_limits<std::uint64_t>::max();

class Machine {
  public:
    virtual ~Machine() = default;

    // -- running. All on the machine's thread, but for interrupt().

    // Runs until one of the reasons, or until instructions() has reached `limit` exactly. Delivers
    // what the input gate holds as it goes.
    virtual RunEnd run(std::uint64_t limit) = 0;

    // Called by a device or back end while it handles an access: run() ends with `why` behind the
    // instruction that is being executed, exactly. The first caller wins.
    virtual void end_run(RunEnd why) = 0;

    // From any thread, and from a signal handler: run() comes back soon with `interrupted`; one
    // that has not begun yet comes back at once.
    virtual void interrupt() = 0;

    // Power-on state again (the monitor's system_reset).
    virtual void reset() = 0;
    // The power switch is pressed (the monitor's system_powerdown): the guest is told, and may shut
    // down. False where the machine has no such switch.
    virtual bool press_power_switch() = 0;

    // Instructions retired since power-on.
    virtual std::uint64_t instructions() const = 0;

    // -- snapshots, between two run()s. Throw UserError.
    virtual void save_snapshot(const std::string& path) = 0;
    virtual void load_snapshot(const std::string& path) = 0;

    // -- looking inside, between two run()s, without any effect on the guest
    virtual std::string describe(MachineView view) = 0;
    virtual Endian endian() const = 0;
    // How many bytes from `address` on could be read; device registers cannot.
    virtual std::size_t peek(AddressKind kind, std::uint64_t address, std::span<std::byte> to) = 0;
    // One line an instruction, at most `count`.
    virtual std::vector<std::string> disassemble(AddressKind kind, std::uint64_t address,
                                                 unsigned count) = 0;

    // -- what is attached. Null where the machine has none.
    virtual hw::DisplaySource* display() = 0;
    virtual hw::InputHub* input() = 0;
};

// What the program hands to a machine. All of it outlives the machine.
struct MachineEnvironment {
    Log& log;
    InputGate& gate;
    // By port, never null; more of them than any machine has ports.
    std::vector<hw::CharBackend*> serial;
};

// Throws UserError for whatever of `config` cannot be: names, sizes, files.
std::unique_ptr<Machine> make_machine(const MachineConfig& config, MachineEnvironment environment);

// What can be named on the command line.
enum class CatalogKind : std::uint8_t { machines, cpus, devices, nics };

struct CatalogEntry {
    std::string name;
    std::string description;
};

std::vector<CatalogEntry> catalog(CatalogKind kind);

} // namespace vestige
