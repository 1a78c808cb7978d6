// Who wants to know which host code stands for what: profilers and debuggers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace vestige::runtime {

struct NamedCode {
    const void* start = nullptr;
    std::size_t bytes = 0;
    std::string name; // letters, digits and underscores: every tool takes that
};

// Called on the machine's thread.
class CodeObserver {
  public:
    virtual ~CodeObserver() = default;
    // The code is complete and not running yet.
    virtual void code_added(const NamedCode& code) = 0;
    // What began at `start` is gone; other code may be put there.
    virtual void code_removed(const void* start) = 0;
};

// Tells several.
class CodeObservers final : public CodeObserver {
  public:
    void add(std::unique_ptr<CodeObserver> observer) {
        observers_.push_back(observer.get());
        owned_.push_back(std::move(observer));
    }
    // One that somebody else owns, for as long as code comes and goes.
    void add(CodeObserver& observer) { observers_.push_back(&observer); }
    bool empty() const { return observers_.empty(); }

    void code_added(const NamedCode& code) override {
        for (CodeObserver* observer : observers_)
            observer->code_added(code);
    }
    void code_removed(const void* start) override {
        for (CodeObserver* observer : observers_)
            observer->code_removed(start);
    }

  private:
    std::vector<std::unique_ptr<CodeObserver>> owned_;
    std::vector<CodeObserver*> observers_;
};

} // namespace vestige::runtime
