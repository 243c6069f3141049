#pragma once

#include <cstdlib>
#include <ctime>
#include <optional>
#include <string>

namespace troupe::test {

/// TZ for one test. Times of the tests are given in UTC unless the test is about zones.
class TimeZone {
 public:
  explicit TimeZone(const char* zone) {
    if (const char* before = std::getenv("TZ")) before_ = before;
    ::setenv("TZ", zone, 1);
    ::tzset();
  }
  TimeZone(const TimeZone&) = delete;
  TimeZone& operator=(const TimeZone&) = delete;
  ~TimeZone() {
    if (before_) {
      ::setenv("TZ", before_->c_str(), 1);
    } else {
      ::unsetenv("TZ");
    }
    ::tzset();
  }

 private:
  std::optional<std::string> before_;
};

/// 2023-11-14 15:45:23 UTC, "3:45:23 PM".
constexpr long long kAfternoonMs = 1699976723000;

}  // namespace troupe::test
