#pragma once

#include <string>
#include <string_view>

#include "../support/asking.hpp"

namespace troupe::judging {

/// Which of two texts is better.
Question pairQuestion(const Rubric& rubric, const std::string& fence, std::string_view prompt, std::string_view first,
                      std::string_view second);

}  // namespace troupe::judging
