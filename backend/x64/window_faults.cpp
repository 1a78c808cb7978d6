#include "backend/x64/window_faults.h"

#include <algorithm>
#include <csignal>
#include <mutex>

#include <ucontext.h>

#include "common/assertion.h"

namespace vestige::x64 {

namespace {

// A signal handler is given nothing but what the process and the thread know.
thread_local const WindowFaults* current_faults = nullptr;
struct sigaction handler_before;
std::mutex setting_handler;

void handle_fault(int signal, siginfo_t* information, void* context) {
    greg_t& pc = static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_RIP];
    if (current_faults) {
        if (const std::byte* stub =
                current_faults->stub_of(reinterpret_cast<const std::byte*>(pc))) {
            pc = reinterpret_cast<greg_t>(stub);
            return;
        }
    }
    if (handler_before.sa_flags & SA_SIGINFO) {
        handler_before.sa_sigaction(signal, information, context);
        return;
    }
    // The default: the instruction faults again and ends the program, with a core where that is
    // wanted.
    sigaction(signal, &handler_before, nullptr);
}

} // namespace

// Somebody else may have set a handler since the last one of us came to be.
WindowFaults::WindowFaults() {
    const std::lock_guard lock(setting_handler);
    struct sigaction now {};
    sigaction(SIGSEGV, nullptr, &now);
    if ((now.sa_flags & SA_SIGINFO) && now.sa_sigaction == handle_fault) return;
    handler_before = now;
    struct sigaction action {};
    action.sa_sigaction = handle_fault;
    action.sa_flags = SA_SIGINFO;
    const int failed = sigaction(SIGSEGV, &action, nullptr);
    VESTIGE_ASSERT(failed == 0);
}

void WindowFaults::add(const std::byte* code, std::vector<UnitEmitter::FaultPoint> points) {
    if (!points.empty()) units_[code] = std::move(points);
}

const std::byte* WindowFaults::stub_of(const std::byte* access) const {
    auto unit = units_.upper_bound(access);
    if (unit == units_.begin()) return nullptr;
    --unit;
    const auto& [code, points] = *unit;
    const auto distance = static_cast<std::uint64_t>(access - code);
    const auto point = std::lower_bound(points.begin(), points.end(), distance,
                                        [](const auto& a, auto b) { return a.access < b; });
    if (point == points.end() || point->access != distance) return nullptr;
    return code + point->stub;
}

WindowFaults::Scope::Scope(const WindowFaults& faults)
    : before_(std::exchange(current_faults, &faults)) {}

WindowFaults::Scope::~Scope() { current_faults = before_; }

} // namespace vestige::x64
