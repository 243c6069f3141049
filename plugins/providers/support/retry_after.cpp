#include "support/retry_after.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <string>
#include <utility>

namespace troupe::providers {
namespace {

constexpr double kLongestMs = 366.0 * 24 * 3600 * 1000;  // What asks for more is a mistake.

// The plain number that the text begins with, and takes it away: std::from_chars knows no locale, but also "inf".
std::optional<double> takeNumber(std::string_view& text) {
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  double number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (fault != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

std::optional<std::int64_t> wholeMs(double ms) {
  if (!(ms >= 0 && ms <= kLongestMs)) return std::nullopt;
  return std::llround(std::ceil(ms));  // Rather a millisecond late than early.
}

std::optional<std::int64_t> scaled(std::string_view text, double unit_ms) {
  const auto number = takeNumber(text);
  if (!number || !text.empty()) return std::nullopt;
  return wholeMs(*number * unit_ms);
}

// The unit that the text begins with in milliseconds, and takes it away; 0 when there is none.
double takeUnit(std::string_view& text) {
  static constexpr std::array<std::pair<std::string_view, double>, 5> kUnits = {
      {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};
  for (const auto& [name, ms] : kUnits) {
    if (text.substr(0, name.size()) != name) continue;
    text.remove_prefix(name.size());
    return ms;
  }
  return 0;
}

}  // namespace

std::optional<std::int64_t> secondsMs(std::string_view text) { return scaled(text, 1000); }

std::optional<std::int64_t> httpDateMs(std::string_view text) {
  static constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  std::array<char, 4> month{};
  std::tm time{};
  int read = 0;
  const std::string copy(text.substr(0, 64));
  if (std::sscanf(copy.c_str(), "%*3[A-Za-z], %2d %3[A-Za-z] %4d %2d:%2d:%2d GMT%n", &time.tm_mday, month.data(),
                  &time.tm_year, &time.tm_hour, &time.tm_min, &time.tm_sec, &read) != 6 ||
      read == 0)
    return std::nullopt;
  const auto at = kMonths.find(month.data());
  if (at == std::string_view::npos || at % 3 != 0) return std::nullopt;
  time.tm_mon = static_cast<int>(at / 3);
  time.tm_year -= 1900;
  return static_cast<std::int64_t>(::timegm(&time)) * 1000;
}

std::optional<std::int64_t> rfc3339Ms(std::string_view text) {
  std::tm time{};
  int read = 0;
  const std::string copy(text.substr(0, 64));
  if (std::sscanf(copy.c_str(), "%4d-%2d-%2d%*1[Tt ]%2d:%2d:%2d%n", &time.tm_year, &time.tm_mon, &time.tm_mday,
                  &time.tm_hour, &time.tm_min, &time.tm_sec, &read) != 6 ||
      read == 0)
    return std::nullopt;
  auto rest = std::string_view(copy).substr(static_cast<std::size_t>(read));
  if (!rest.empty() && rest.front() == '.')  // A fraction of a second is no more than that.
    rest.remove_prefix(std::min(rest.find_first_not_of("0123456789", 1), rest.size()));
  int hours = 0, minutes = 0, end = 0;
  char sign = '+';
  if (rest != "Z" && rest != "z" &&
      (std::sscanf(std::string(rest).c_str(), "%c%2d:%2d%n", &sign, &hours, &minutes, &end) != 3 ||
       static_cast<std::size_t>(end) != rest.size() || (sign != '+' && sign != '-')))
    return std::nullopt;
  time.tm_year -= 1900;
  time.tm_mon -= 1;
  const std::int64_t offset = (hours * 60 + minutes) * (sign == '-' ? -60 : 60);
  return (static_cast<std::int64_t>(::timegm(&time)) - offset) * 1000;
}

std::optional<std::int64_t> durationMs(std::string_view text) {
  double total = 0;
  bool any = false;
  while (const auto number = takeNumber(text)) {
    const double unit = takeUnit(text);
    if (unit == 0) break;
    total += *number * unit;
    any = true;
    if (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  }
  return any ? wholeMs(total) : std::nullopt;
}

std::optional<std::int64_t> retryAfterMs(const HttpResponse& answer, std::int64_t now_ms) {
  if (const auto ms = scaled(answer.header("retry-after-ms"), 1)) return ms;
  const auto text = answer.header("retry-after");
  if (const auto ms = secondsMs(text)) return ms;
  const auto date = httpDateMs(text);
  return date ? wholeMs(std::max(0.0, static_cast<double>(*date - now_ms))) : std::nullopt;
}

}  // namespace troupe::providers
