#ifndef TROUPE_TEXT_SIGNAL_HPP
#define TROUPE_TEXT_SIGNAL_HPP

#include <initializer_list>
#include <string>
#include <string_view>

#include "document.hpp"

namespace troupe::text {

/// What one signal says about a text.
struct Part {
  double value = 0;     // 0 (worst) to 10
  std::string reason;   // one clause, without capital letter and period
  double cap = 10;      // the total may not be above this: below 10 only for a hard fault
  bool counted = true;  // false: the signal has nothing to say here and takes no part in the mean
};

/// A part that takes no share in the mean, with why.
Part notCounted(std::string reason);

struct Point {
  double x;
  double y;
};

/// The line through the points (ascending x), level before the first and behind the last. Never NaN: that gives the
/// lowest y.
double curve(double x, std::initializer_list<Point> points);

/// part / whole, and 0 when the whole is 0.
double share(double part, double whole);

/// A number for a sentence, with a decimal point whatever the locale says: fixed(3.14159, 2) is "3.14".
std::string fixed(double value, int decimals);
std::string percent(double share_of_one);

}  // namespace troupe::text

#endif
