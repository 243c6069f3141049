#include "pipeline/local_time.hpp"

#include <array>
#include <cstdio>
#include <ctime>

namespace troupe::pipeline {

std::string localTime(std::int64_t unix_ms) {
  const auto seconds = static_cast<std::time_t>(unix_ms / 1000);
  std::tm tm{};
  localtime_r(&seconds, &tm);
  const int hour = tm.tm_hour % 12 == 0 ? 12 : tm.tm_hour % 12;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%d:%02d:%02d %s", hour, tm.tm_min, tm.tm_sec, tm.tm_hour < 12 ? "AM" : "PM");
  return text.data();
}

}  // namespace troupe::pipeline
