#pragma once

#include <cstddef>
#include <cstdint>

namespace troupe::storyteller {

/// Mixes two numbers into one that depends on every bit of both (splitmix64's finisher).
inline std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  std::uint64_t z = a + 0x9e3779b97f4a7c15ULL * (b + 1);
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31U);
}

/// Numbers that are the same with every compiler and library, which std::uniform_int_distribution does not promise.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() { return mix(state_, ++count_); }
  /// A number in [0, n); n > 0 and far below 2^32.
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(((next() >> 32U) * n) >> 32U); }
  /// A number in [0, 1).
  double uniform() { return static_cast<double>(next() >> 11U) * 0x1.0p-53; }
  bool chance(double probability) { return uniform() < probability; }
  /// A number between low and high, most often near the middle.
  double around(double low, double high) { return low + (high - low) * (uniform() + uniform()) / 2; }

 private:
  std::uint64_t state_;
  std::uint64_t count_ = 0;
};

}  // namespace troupe::storyteller
