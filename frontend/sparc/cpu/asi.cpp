// Alternate spaces, until they are done: no ASI answers.
#include "frontend/sparc/cpu/sparc_cpu.h"

namespace vestige::sparc {

AsiResult SparcCpu::read_alternate(unsigned, std::uint32_t, unsigned, std::uint64_t&) {
    return {AsiResult::Kind::trap, tt::data_access_exception};
}

AsiResult SparcCpu::write_alternate(unsigned, std::uint32_t, unsigned, std::uint64_t) {
    return {AsiResult::Kind::trap, tt::data_access_exception};
}

unsigned SparcCpu::fault_trap(const runtime::MemoryFault& fault) {
    return fault.access == runtime::Access::fetch ? tt::instruction_access_exception
                                                  : tt::data_access_exception;
}

std::string SparcCpu::dump_translations() const { return {}; }

} // namespace vestige::sparc
