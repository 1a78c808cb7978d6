// The same bare machine several times over, each on another engine. Every run ends in a comparison
// of all registers, memory and the clock, so whatever a test looks at in one of them holds for all.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <catch2/catch.hpp>

#include "common/endian.h"
#include "tests/unit/bare_machine.h"

namespace vestige::test {

// Machine: a BareMachine with a constructor from (const Model&, Variant), state(), and a function
// differences(Machine& expected, Machine& actual) in its namespace, which returns text.
template <typename Machine> class EngineRig {
  public:
    // ---- setting up
    template <typename Body> void each(Body body) {
        for (auto& machine : machines_)
            body(*machine);
    }
    void words(std::uint32_t physical, const std::vector<std::uint32_t>& values) {
        each([&](Machine& machine) {
            std::uint32_t to = physical;
            for (const std::uint32_t value : values) {
                machine.store_behind_cpu(to, value);
                to += 4;
            }
        });
    }
    void word(std::uint32_t physical, std::uint32_t value) { words(physical, {value}); }
    std::uint32_t word(std::uint32_t physical) {
        return load_be<std::uint32_t>(machine().ram() + physical);
    }

    // ---- running: afterwards all machines agree
    runtime::StopCause run(std::uint64_t count) {
        std::vector<runtime::StopCause> causes;
        each([&](Machine& machine) { causes.push_back(machine.run(count)); });
        for (std::size_t i = 1; i < machines_.size(); ++i) {
            INFO("reference, " << name(machines_[i]->variant()));
            CHECK(differences(*machines_[0], *machines_[i]) == "");
            CHECK(causes[i] == causes[0]);
        }
        return causes[0];
    }

    // ---- looking
    Machine& machine() { return *machines_[0]; }
    auto& state() { return machine().state(); }

  protected:
    template <typename Model> explicit EngineRig(const Model& model) {
        for (const Variant variant : all_variants)
            machines_.push_back(std::make_unique<Machine>(model, variant));
    }

  private:
    std::vector<std::unique_ptr<Machine>> machines_;
};

} // namespace vestige::test
