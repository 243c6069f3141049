#pragma once

#include <chrono>
#include <string>

namespace troupe::services {

/// "5 s", "1500 ms".
inline std::string durationText(std::chrono::milliseconds time) {
  const auto ms = time.count();
  return ms % 1000 == 0 ? std::to_string(ms / 1000) + " s" : std::to_string(ms) + " ms";
}

}  // namespace troupe::services
