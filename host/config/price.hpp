#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "support/money.hpp"

namespace troupe::config {

/// What a model costs.
struct Price {
  struct Rates {
    money::Pico input = 0;   ///< per token
    money::Pico cached = 0;  ///< of those that come from the provider's cache
    money::Pico output = 0;
  };
  Rates rates;
  money::Nano request = 0;
  /// Beyond so many input tokens the whole request has other rates.
  std::optional<std::int64_t> long_above;
  Rates long_rates;
  std::optional<std::int64_t> context;     ///< tokens that the model takes in all
  std::optional<std::int64_t> max_output;  ///< tokens of one answer
  std::string origin;                      ///< "gpt-4o-mini at api.openai.com, as of 2026-05-27", or "the pipeline"
};

/// Tokens of one call. `cached` is a part of `input`.
struct Tokens {
  std::int64_t input = 0;
  std::int64_t cached = 0;
  std::int64_t output = 0;
  std::int64_t sum() const { return money::saturatingAdd(input, output); }
};

/// What these tokens cost, rounded up to a nano-dollar.
money::Nano costOf(const Price& price, const Tokens& tokens);
/// The most that a call of at most these tokens can cost, whatever comes from a cache.
money::Nano worstCost(const Price& price, std::int64_t input, std::int64_t output);

}  // namespace troupe::config
