// IR to host code for x86-64 hosts, units and regions alike, in one pass.
//
// One thread compiles, links and runs; prepare() alone may be called on others.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "backend/x64/host_features.h"
#include "backend/x64/register_banks.h"
#include "translator/runtime/backend.h"
#include "translator/runtime/code_observer.h"

namespace vestige::x64 {

enum class Listing : bool { off, on };

struct X64Options {
    std::size_t arena_bytes = std::size_t{64} << 20; // address space; pages are touched when used
    HostFeatures features = HostFeatures::of_this_host();
    RegisterBanks banks = RegisterBanks::none; // banks_of() the guest's layout
    Listing listing = Listing::off;            // keep the text of each unit for disassemble()
};

class X64Backend final : public runtime::Backend {
  public:
    // `memory` serves what page maps do not. Throws UserError if the host gives no memory that can
    // be executed.
    explicit X64Backend(runtime::MemoryPath& memory, X64Options options = {});
    ~X64Backend() override;

    std::unique_ptr<runtime::PreparedCode> prepare(const ir::Function& function,
                                                   runtime::MemoryView view) const override;
    bool install(runtime::PreparedCode& code, runtime::CompiledUnit& unit) override;
    bool compile(const ir::Function& function, runtime::CompiledUnit& unit,
                 runtime::MemoryView view = runtime::MemoryView::page_map) override;
    runtime::UnitExit enter(runtime::CpuHeader* header, const void* entry) override;
    void link(const runtime::LinkSite& site, const void* entry) override;
    void unlink(const runtime::LinkSite& site) override;
    void link_by_jump_cache(const runtime::LinkSite& site) override;
    bool add_gate(const ir::StateLayout& layout, std::uint64_t pc,
                  runtime::CompiledUnit& unit) override;
    void release(runtime::CompiledUnit& unit) override;
    void release_all() override;
    std::size_t arena_bytes_used() const override;
    std::size_t arena_bytes() const override;

    // What all units share, by name.
    std::vector<runtime::NamedCode> shared_code() const;
    // Gives code that comes names in a debugger. Without it, a debugger knows the shared code, and
    // how to unwind out of all code.
    runtime::CodeObserver& debugger_names();
    // Empty text without Listing::on.
    std::string disassemble(const runtime::CompiledUnit& unit) const override;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
    runtime::UnitExit (*enter_)(runtime::CpuHeader* header, const void* entry) = nullptr;
};

} // namespace vestige::x64
