// Reads the text form of printer.h back.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "translator/ir/function.h"

namespace vestige::ir {

class ParseError : public std::runtime_error {
  public:
    ParseError(unsigned line, const std::string& reason);
    unsigned line() const { return line_; } // from 1

  private:
    unsigned line_;
};

// Replaces what the function holds; slots and helpers go by the names in its tables. Values keep
// their numbers: print() gives the same text again. A `;` and what follows it on its line is a
// comment. Throws ParseError. Text that parses may still be refused by the verifier.
void parse(std::string_view text, Function& function);

} // namespace vestige::ir
