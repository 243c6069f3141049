#pragma once

#include <cstdint>

namespace troupe::prompts {

/// One step of splitmix64: a good 64-bit number for each input, the same on every machine.
inline std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31U);
}

/// A repeatable sequence from a seed.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(mix(seed)) {}
  std::uint64_t next() { return mix(state_++); }
  /// In [0, n), n > 0. The bias of the remainder is below n / 2^64.
  std::uint64_t below(std::uint64_t n) { return next() % n; }

 private:
  std::uint64_t state_;
};

/// The place of item `position` of `count` in a shuffled order; each (seed, round) has its own. In constant memory and
/// time: a four-round Feistel network over the next even power of two, walked until it lands below `count` (four steps
/// at most on average).
inline std::uint64_t shuffled(std::uint64_t position, std::uint64_t count, std::uint64_t seed, std::uint64_t round) {
  unsigned half = 1;
  while (half < 32 && (1ULL << (2 * half)) < count) ++half;
  const std::uint64_t mask = (1ULL << half) - 1;
  const std::uint64_t key = mix(mix(seed) ^ round);
  do {
    std::uint64_t left = position >> half;
    std::uint64_t right = position & mask;
    for (std::uint64_t i = 0; i < 4; ++i) {
      const std::uint64_t next = left ^ (mix(right ^ (key + i * 0x9e3779b97f4a7c15ULL)) & mask);
      left = right;
      right = next;
    }
    position = (left << half) | right;
  } while (position >= count);
  return position;
}

}  // namespace troupe::prompts
