#pragma once

#include <cstdint>
#include <string>

namespace troupe::pipeline {

/// "3:45:23 PM", as people here read a clock.
std::string localTime(std::int64_t unix_ms);

}  // namespace troupe::pipeline
