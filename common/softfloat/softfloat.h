// Exact IEEE 754 arithmetic in integer instructions, independent of the host's FPU and its state:
// the reference engine's floating point, and the slow path of translated code.
//
//   environment.h  Rounding, Tininess, Environment; Fact, Facts, Result
//   format.h       F32, F64, F64Single; classify
//   nan.h          the guest's NaN policy
//   arithmetic.h   add, subtract, multiply, divide, square_root, fused_multiply_add
//   conversion.h   convert, widen_exactly, to_integer, from_integer, round_to_integral
//   comparison.h   compare
#pragma once

#include "common/softfloat/arithmetic.h"
#include "common/softfloat/comparison.h"
#include "common/softfloat/conversion.h"
#include "common/softfloat/environment.h"
#include "common/softfloat/format.h"
#include "common/softfloat/nan.h"
