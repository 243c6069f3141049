#pragma once

#include <cstdint>

namespace troupe {

/// SplitMix64 (Steele, Lea, Flood 2014): a step of its sequence, and a good mixer of 64 bits. Seeds of samples and
/// calls rest on it, so it must never change.
constexpr std::uint64_t kSplitMixStep = 0x9e3779b97f4a7c15ULL;
constexpr std::uint64_t splitMix64(std::uint64_t z) {
  z += kSplitMixStep;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

}  // namespace troupe
