// Finds a text in a stream of bytes, each byte looked at once (Knuth, Morris and Pratt).
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace vestige {

class StreamMatcher {
  public:
    // An empty text is never found.
    explicit StreamMatcher(std::string text) : text_(std::move(text)), fallback_(text_.size() + 1) {
        std::size_t length = 0;
        for (std::size_t i = 1; i < text_.size(); ++i) {
            while (length > 0 && text_[i] != text_[length])
                length = fallback_[length];
            if (text_[i] == text_[length]) ++length;
            fallback_[i + 1] = length;
        }
    }

    // Whether `byte` is the last one of an occurrence.
    bool feed(char byte) {
        if (text_.empty()) return false;
        while (matched_ > 0 && byte != text_[matched_])
            matched_ = fallback_[matched_];
        if (byte == text_[matched_]) ++matched_;
        if (matched_ < text_.size()) return false;
        matched_ = fallback_[matched_];
        return true;
    }

  private:
    std::string text_;
    // By length matched: the longest shorter match that also ends here.
    std::vector<std::size_t> fallback_;
    std::size_t matched_ = 0;
};

} // namespace vestige
