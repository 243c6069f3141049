#include "config/price.hpp"

#include <algorithm>

namespace troupe::config {
namespace {

using money::saturatingAdd;
using money::saturatingMultiply;

money::Nano cost(const Price& price, const Price::Rates& rates, const Tokens& tokens) {
  const auto cached = std::min(tokens.cached, tokens.input);
  auto sum = saturatingMultiply(tokens.input - cached, rates.input);
  sum = saturatingAdd(sum, saturatingMultiply(cached, rates.cached));
  sum = saturatingAdd(sum, saturatingMultiply(tokens.output, rates.output));
  return saturatingAdd(money::roundedUp(sum), price.request);
}

}  // namespace

money::Nano costOf(const Price& price, const Tokens& tokens) {
  const bool is_long = price.long_above && tokens.input > *price.long_above;
  return cost(price, is_long ? price.long_rates : price.rates, tokens);
}

money::Nano worstCost(const Price& price, std::int64_t input, std::int64_t output) {
  auto most = price.rates;
  if (price.long_above && input > *price.long_above)
    most = {std::max(most.input, price.long_rates.input), std::max(most.cached, price.long_rates.cached),
            std::max(most.output, price.long_rates.output)};
  most.input = std::max(most.input, most.cached);
  return cost(price, most, {input, 0, output});
}

}  // namespace troupe::config
