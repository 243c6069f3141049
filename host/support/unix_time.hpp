#pragma once

#include <chrono>
#include <cstdint>

namespace troupe {

/// Milliseconds since 1970-01-01 UTC.
inline std::int64_t unixMs() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace troupe
