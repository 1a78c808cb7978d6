// vrefp, vrsqrtefp, vlogefp and vexptefp on one lane. The manual promises a relative error of
// 1/4096 for the first two and 1/16 for vexptefp, and an absolute one of 1/32 for vlogefp; what the
// 7400's tables hold is not known, so these are as good as a single can be, which is what QEMU
// gives too.
#pragma once

#include <cstdint>

#include "common/softfloat/environment.h"

namespace vestige::ppc::vector {

std::uint32_t reciprocal_estimate(std::uint32_t value, const softfloat::Environment& environment);
std::uint32_t reciprocal_root_estimate(std::uint32_t value,
                                       const softfloat::Environment& environment);
std::uint32_t logarithm_estimate(std::uint32_t value, const softfloat::Environment& environment);
std::uint32_t power_estimate(std::uint32_t value, const softfloat::Environment& environment);

} // namespace vestige::ppc::vector
