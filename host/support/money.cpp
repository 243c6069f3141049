#include "support/money.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace troupe::money {
namespace {

constexpr double kNano = 1e9;

std::int64_t clamped(double value) {
  return value >= static_cast<double>(INT64_MAX) ? INT64_MAX : static_cast<std::int64_t>(std::llround(value));
}

}  // namespace

std::int64_t saturatingAdd(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

std::int64_t saturatingMultiply(std::int64_t a, std::int64_t b) {
  std::int64_t product = 0;
  return __builtin_mul_overflow(a, b, &product) ? INT64_MAX : product;
}

Nano nanoOf(double usd) { return clamped(usd * kNano); }
Pico perToken(double usd_per_million) { return clamped(usd_per_million * 1e6); }
double usdOf(Nano amount) { return static_cast<double>(amount) / kNano; }
Nano roundedUp(Pico amount) { return amount == INT64_MAX ? kMost : amount / 1000 + (amount % 1000 > 0 ? 1 : 0); }

std::string usdText(Nano amount) {
  constexpr Nano kMicro = 1000, kCent = 10'000'000;
  // Rounded up: what is shown as spent is never less than it is.
  const Nano shown = amount % kCent == 0 || amount > kMost - kMicro ? amount : (amount + kMicro - 1) / kMicro * kMicro;
  std::array<char, 48> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "$%lld.%06lld", static_cast<long long>(shown / 1'000'000'000),
                static_cast<long long>(shown % 1'000'000'000 / kMicro));
  std::string text = buffer.data();
  while (text.back() == '0' && text[text.size() - 3] != '.') text.pop_back();
  return text;
}

}  // namespace troupe::money
