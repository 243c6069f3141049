#pragma once

#include <cstdint>
#include <string_view>

#include "support/split_mix.hpp"

/// Where random numbers come from. What runs have used must never change.
namespace troupe::pipeline {

constexpr std::uint64_t seedHash(std::string_view text) {  // FNV-1a
  std::uint64_t h = 0xcbf29ce484222325ULL;
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return h;
}

/// Seed of a call's random numbers: of the run, the sample and the node alone.
constexpr std::uint64_t callSeed(std::int64_t run_seed, std::int64_t index, std::string_view node) {
  return splitMix64(splitMix64(static_cast<std::uint64_t>(run_seed)) ^ splitMix64(static_cast<std::uint64_t>(index)) ^
                    seedHash(node));
}

}  // namespace troupe::pipeline
