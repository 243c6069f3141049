#pragma once

#include <algorithm>
#include <chrono>

namespace troupe::pipeline {

/// So many units a minute. Pure: the clock comes as an argument.
class Pace {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::steady_clock::duration;

  /// `burst`: units that may be taken at once after a rest; with 0 they are evenly spread.
  void set(double per_minute, double burst) {
    per_minute_ = per_minute;
    burst_ = burst;
  }
  bool limited() const { return per_minute_ > 0; }
  double perMinute() const { return per_minute_; }

  /// From when on `units` may be taken. More than the burst holds go when it is full.
  Time from(Time now, double units) const {
    return limited() ? std::max(now, next_ - span(burst_ - std::min(units, burst_))) : now;
  }
  void take(Time now, double units) {
    if (limited()) next_ = std::max(next_, now - span(0)) + span(units);
  }
  /// Gives back (units > 0) or takes more (units < 0) than was taken, once it is known.
  void correct(double units) {
    if (limited()) next_ -= span(units);
  }

 private:
  Duration span(double units) const {
    return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(units * 60.0 / per_minute_));
  }

  double per_minute_ = 0, burst_ = 0;
  Time next_{};  // GCRA's theoretical arrival time: when all that was taken would be paid for.
};

}  // namespace troupe::pipeline
