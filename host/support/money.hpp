#pragma once

#include <cstdint>
#include <string>

/// US dollars without rounding surprises: amounts are whole nano-dollars, prices whole pico-dollars per token (which
/// are micro-dollars per million tokens). What does not fit is the largest amount, which no budget has.
namespace troupe::money {

using Nano = std::int64_t;  ///< 1 USD = 1e9
using Pico = std::int64_t;  ///< 1 USD = 1e12

inline constexpr Nano kMost = INT64_MAX;

std::int64_t saturatingAdd(std::int64_t a, std::int64_t b);
std::int64_t saturatingMultiply(std::int64_t a, std::int64_t b);

/// The amount, to the nearest nano-dollar. `usd` is finite and not negative.
Nano nanoOf(double usd);
/// The price per token of a price in US dollars per million tokens.
Pico perToken(double usd_per_million);
double usdOf(Nano amount);
/// In whole nano-dollars, never less.
Nano roundedUp(Pico amount);

/// "$0.0123": cents where that says it all, else up to six decimals, never rounded down to nothing.
std::string usdText(Nano amount);

}  // namespace troupe::money
