// The low area of the PowerPC harness's address space.
#pragma once

#include "tests/lockstep/guest/layout.h"
#include "tests/lockstep/subject_memory.h"

namespace vestige::ppc::lockstep {

class SubjectMemory final : public vestige::lockstep::SubjectMemory {
  public:
    SubjectMemory()
        : vestige::lockstep::SubjectMemory(
              {LOCKSTEP_LOW_START, LOCKSTEP_LOW_END, LOCKSTEP_WINDOW}) {}
};

} // namespace vestige::ppc::lockstep
