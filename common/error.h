// What the user did that cannot be done, said so that they know what to do instead.
#pragma once

#include <stdexcept>

namespace vestige {

// Caught by the program alone, which prints "vestige: <what>" and ends with status 1.
class UserError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

} // namespace vestige
