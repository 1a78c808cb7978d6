// Apple, Macintosh Technology in the Common Hardware Reference Platform, "Descriptor-Based DMA".
#include "hw/dma/dbdma.h"

#include <algorithm>

#include "common/assertion.h"
#include "common/bits.h"
#include "machine/core/state.h"

namespace vestige::hw {

namespace {

enum Register : unsigned { // byte offsets within a channel
    register_control = 0x00,
    register_status = 0x04,
    register_command_pointer_high = 0x08,
    register_command_pointer = 0x0c,
    register_interrupt_select = 0x10,
    register_branch_select = 0x14,
    register_wait_select = 0x18,
};

enum Status : std::uint16_t { // and the control register's low half; its high half is a mask
    status_run = 0x8000,
    status_pause = 0x4000,
    status_flush = 0x2000,
    status_wake = 0x1000,
    status_dead = 0x0800,
    status_active = 0x0400,
    status_branch_taken = 0x0100,
    status_general = 0x00ff, // s7 to s0, the conditions
    status_writable = status_run | status_pause | status_flush | status_wake | status_general,
};

enum Command : unsigned { // bits 15 to 12 of the command
    command_output_more,
    command_output_last,
    command_input_more,
    command_input_last,
    command_store_quad,
    command_load_quad,
    command_nop,
    command_stop,
};

enum Key : unsigned { // bits 10 to 8: where the data is
    key_system = 6,
    key_streams = 4, // below: the peer's data streams
};

enum When : unsigned { // the two-bit fields interrupt (4), branch (2) and wait (0)
    when_never,
    when_true,
    when_false,
    when_always,
};

struct Descriptor {
    static constexpr std::size_t size = 16;
    static constexpr unsigned data_offset = 8; // the quad of STORE and LOAD, or the branch address
    static constexpr unsigned result_offset = 12; // residual count and status, written back

    std::uint16_t count, operation;
    std::uint32_t address, data;

    unsigned command() const { return operation >> 12; }
    unsigned key() const { return operation >> 8 & 7; }
    When interrupt() const { return static_cast<When>(operation >> 4 & 3); }
    When branch() const { return static_cast<When>(operation >> 2 & 3); }
    When wait() const { return static_cast<When>(operation & 3); }
};

constexpr Time kick_time = microsecond;
constexpr Time continue_time = 10 * microsecond;
constexpr unsigned steps_per_kick = 64; // descriptors, or pieces of data
constexpr std::size_t piece_size = 4096;

} // namespace

// -- one channel

class Dbdma::Channel {
  public:
    Channel(std::string name, AddressSpace& memory, Timer& timer, Log& log)
        : name_(std::move(name)), memory_(memory), timer_(timer), log_(log) {}

    void connect(IrqLine irq, DbdmaPeer& peer) {
        irq_ = irq;
        peer_ = &peer;
    }

    void kick() {
        if (!active()) return;
        due_ = true;
        if (!timer_.armed()) timer_.arm_in(kick_time);
    }
    void run_if_due();
    bool due() const { return due_; }

    std::uint32_t read(unsigned offset) const;
    void write(unsigned offset, std::uint32_t value);
    void reset();
    void visit(StateVisitor& state);

  private:
    enum class Stage : std::uint8_t {
        fetch,    // the next descriptor is not read yet
        transfer, // data is moving
        finish,   // done but for the wait condition
    };
    enum class Step : std::uint8_t { again, blocked };

    bool active() const {
        return (status_ & (status_run | status_active)) == (status_run | status_active);
    }
    bool applies(When when, std::uint32_t select) const;
    void control(std::uint32_t value);
    void die(const char* why);
    Step step();
    Step fetch();
    Step transfer();
    Step finish();
    void store_quad();
    void load_quad();
    unsigned quad_size() const { return current_.count & 4 ? 4 : current_.count & 2 ? 2 : 1; }
    std::uint32_t quad_address() const { return current_.address & ~(quad_size() - 1); }
    void write_result();
    void pulse_irq() {
        irq_.set(true);
        irq_.set(false);
    }

    std::string name_;
    AddressSpace& memory_;
    Timer& timer_;
    Log& log_;
    IrqLine irq_ = IrqLine::unconnected();
    DbdmaPeer* peer_ = nullptr;

    bool due_ = false; // runs when the timer fires
    std::uint16_t status_ = 0;
    std::uint32_t command_pointer_ = 0;
    std::uint32_t interrupt_select_ = 0;
    std::uint32_t branch_select_ = 0;
    std::uint32_t wait_select_ = 0;
    Stage stage_ = Stage::fetch;
    Descriptor current_{};
    std::uint32_t done_ = 0; // bytes of the current descriptor
};

// A select register: mask in bits 23-16, value in bits 7-0, compared with s7 to s0.
bool Dbdma::Channel::applies(When when, std::uint32_t select) const {
    if (when == when_never || when == when_always) return when == when_always;
    const std::uint32_t mask = select >> 16 & 0xff;
    const bool condition = (status_ & mask) == (select & mask);
    return condition == (when == when_true);
}

void Dbdma::Channel::die(const char* why) {
    log_.write(LogItem::guest_error, "{}: {} in the descriptor at {:08x}", name_, why,
               command_pointer_);
    status_ = static_cast<std::uint16_t>((status_ | status_dead) & ~status_active);
    pulse_irq();
}

void Dbdma::Channel::run_if_due() {
    if (!due_) return;
    due_ = false;
    for (unsigned i = 0; i < steps_per_kick; i++)
        if (!active() || step() == Step::blocked) return;
    due_ = true;
}

Dbdma::Channel::Step Dbdma::Channel::step() {
    switch (stage_) {
    case Stage::fetch: return fetch();
    case Stage::transfer: return transfer();
    case Stage::finish: break;
    }
    return finish();
}

Dbdma::Channel::Step Dbdma::Channel::fetch() {
    std::array<std::byte, Descriptor::size> raw;
    memory_.dma_read(command_pointer_, raw);
    current_ = {.count = load_le<std::uint16_t>(&raw[0]),
                .operation = load_le<std::uint16_t>(&raw[2]),
                .address = load_le<std::uint32_t>(&raw[4]),
                .data = load_le<std::uint32_t>(&raw[8])};
    log_.write(LogItem::device, "{}: {:08x}: command {:04x} count {:04x} address {:08x}", name_,
               command_pointer_, current_.operation, current_.count, current_.address);
    status_ &= static_cast<std::uint16_t>(~status_wake);
    done_ = 0;
    switch (current_.command()) {
    case command_output_more:
    case command_output_last:
    case command_input_more:
    case command_input_last:
        if (current_.key() >= key_streams) {
            die("a key that is no stream");
            return Step::blocked;
        }
        stage_ = Stage::transfer;
        return Step::again;
    case command_store_quad:
    case command_load_quad:
        if (current_.key() != key_system) {
            die("a key that is not system memory");
            return Step::blocked;
        }
        stage_ = Stage::finish;
        current_.command() == command_store_quad ? store_quad() : load_quad();
        return Step::again;
    case command_nop: stage_ = Stage::finish; return Step::again;
    case command_stop: // does not move on: a later RUN finds it again
        status_ &= static_cast<std::uint16_t>(~(status_active | status_flush));
        return Step::blocked;
    default: die("a reserved command"); return Step::blocked;
    }
}

Dbdma::Channel::Step Dbdma::Channel::transfer() {
    const bool to_memory = current_.command() >= command_input_more;
    const std::size_t left = current_.count - done_;
    if (left == 0) {
        stage_ = Stage::finish;
        return Step::again;
    }
    const std::size_t offered = !peer_      ? 0
                                : to_memory ? peer_->dma_readable()
                                            : peer_->dma_writable();
    const std::size_t length = std::min({left, offered, piece_size});
    if (length == 0) return Step::blocked;
    std::array<std::byte, piece_size> piece;
    const auto part = std::span(piece).first(length);
    const std::uint32_t address = current_.address + done_; // wraps, as 32 address lines do
    done_ += static_cast<std::uint32_t>(length);
    if (to_memory) {
        peer_->dma_read(part);
        memory_.dma_write(address, part);
    } else {
        memory_.dma_read(address, part);
        peer_->dma_write(part);
    }
    return Step::again;
}

void Dbdma::Channel::store_quad() {
    std::array<std::byte, 4> raw;
    store_le(raw.data(), current_.data);
    memory_.dma_write(quad_address(), std::span(raw).first(quad_size()));
}

void Dbdma::Channel::load_quad() {
    std::array<std::byte, 4> raw;
    store_le(raw.data(), current_.data);
    memory_.dma_read(quad_address(), std::span(raw).first(quad_size()));
    memory_.dma_write(std::uint64_t{command_pointer_} + Descriptor::data_offset, raw);
}

void Dbdma::Channel::write_result() {
    std::array<std::byte, 4> raw;
    store_le<std::uint16_t>(&raw[0], static_cast<std::uint16_t>(current_.count - done_));
    store_le<std::uint16_t>(&raw[2], status_);
    memory_.dma_write(std::uint64_t{command_pointer_} + Descriptor::result_offset, raw);
}

Dbdma::Channel::Step Dbdma::Channel::finish() {
    if (applies(current_.wait(), wait_select_))
        return Step::blocked; // a write of s7 to s0 kicks the channel again
    const bool is_quad =
        current_.command() == command_store_quad || current_.command() == command_load_quad;
    const bool branches = !is_quad && applies(current_.branch(), branch_select_);
    status_ = static_cast<std::uint16_t>((status_ & ~status_branch_taken) |
                                         (branches ? status_branch_taken : 0));
    if (is_quad || current_.command() == command_nop) done_ = current_.count;
    write_result();
    // The write may have been to these very registers.
    if (stage_ != Stage::finish) return Step::again;
    stage_ = Stage::fetch;
    command_pointer_ = branches ? current_.data & ~0xfu
                                : command_pointer_ + static_cast<std::uint32_t>(Descriptor::size);
    if (applies(current_.interrupt(), interrupt_select_)) pulse_irq();
    return Step::again;
}

std::uint32_t Dbdma::Channel::read(unsigned offset) const {
    switch (offset) {
    case register_status: return status_;
    case register_command_pointer: return command_pointer_;
    case register_interrupt_select: return interrupt_select_;
    case register_branch_select: return branch_select_;
    case register_wait_select: return wait_select_;
    default: return 0;
    }
}

void Dbdma::Channel::write(unsigned offset, std::uint32_t value) {
    switch (offset) {
    case register_control: control(value); break;
    case register_command_pointer:
        if (status_ & status_active) {
            log_.write(LogItem::guest_error, "{}: command pointer written while active", name_);
            break;
        }
        command_pointer_ = value & ~0xfu;
        stage_ = Stage::fetch;
        break;
    case register_interrupt_select: interrupt_select_ = value; break;
    case register_branch_select: branch_select_ = value; break;
    case register_wait_select:
        wait_select_ = value;
        kick();
        break;
    default: break; // status is read-only, the others are not in these chips
    }
}

void Dbdma::Channel::control(std::uint32_t value) {
    const unsigned mask = value >> 16 & status_writable;
    const unsigned before = status_;
    unsigned status = (before & ~mask) | (value & mask);
    if (!(status & status_run)) {
        status &= ~static_cast<unsigned>(status_active | status_dead | status_flush | status_wake);
        stage_ = Stage::fetch; // what was under way is given up
    } else if (!(status & (status_pause | status_dead)) &&
               (!(before & status_run) || (status & status_wake) || (before & status_pause))) {
        status |= status_active;
    }
    if (status & status_pause) status &= ~static_cast<unsigned>(status_active);
    status_ = static_cast<std::uint16_t>(status);
    if (status_ & status_flush) {
        // Nothing is buffered here: what has moved is in memory, and the descriptor says how much.
        status_ &= static_cast<std::uint16_t>(~status_flush);
        if (stage_ == Stage::transfer && active()) write_result();
    }
    due_ = false;
    kick();
}

void Dbdma::Channel::reset() {
    due_ = false;
    status_ = 0;
    command_pointer_ = interrupt_select_ = branch_select_ = wait_select_ = 0;
    stage_ = Stage::fetch;
    done_ = 0;
}

void Dbdma::Channel::visit(StateVisitor& state) {
    state.field("status", status_);
    state.field("command_pointer", command_pointer_);
    state.field("interrupt_select", interrupt_select_);
    state.field("branch_select", branch_select_);
    state.field("wait_select", wait_select_);
    state.field("stage", stage_);
    state.field("count", current_.count);
    state.field("operation", current_.operation);
    state.field("address", current_.address);
    state.field("data", current_.data);
    state.field("done", done_);
    if (state.loading()) done_ = std::min<std::uint32_t>(done_, current_.count);
}

// -- the controller

Dbdma::Dbdma(std::string name, Scheduler& scheduler, AddressSpace& memory, Log& log)
    : Device(std::move(name)), timer_(scheduler, [this] { run(); }) {
    for (unsigned i = 0; i < channel_count; i++)
        channels_[i] = std::make_unique<Channel>(fmt::format("{} channel {:x}", this->name(), i),
                                                 memory, timer_, log);
}

Dbdma::~Dbdma() = default;

void Dbdma::connect(unsigned channel, IrqLine irq, DbdmaPeer& peer) {
    VESTIGE_ASSERT(channel < channel_count);
    channels_[channel]->connect(irq, peer);
}

void Dbdma::peer_ready(unsigned channel) { channels_[channel]->kick(); }

std::uint64_t Dbdma::read(std::uint64_t offset, unsigned) {
    return channels_[offset / 0x100 % channel_count]->read(offset & 0xfc);
}

void Dbdma::write(std::uint64_t offset, unsigned, std::uint64_t value) {
    channels_[offset / 0x100 % channel_count]->write(offset & 0xfc,
                                                     static_cast<std::uint32_t>(value));
}

void Dbdma::run() {
    for (auto& channel : channels_)
        channel->run_if_due();
    for (auto& channel : channels_)
        if (channel->due() && !timer_.armed()) timer_.arm_in(continue_time);
}

void Dbdma::reset() {
    timer_.cancel();
    for (auto& channel : channels_)
        channel->reset();
}

void Dbdma::visit(StateVisitor& state) {
    state.section(name(), 1, [&] {
        for (auto& channel : channels_)
            channel->visit(state);
        timer_.visit(state, "timer");
    });
}

} // namespace vestige::hw
