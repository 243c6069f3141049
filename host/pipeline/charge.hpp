#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "config/pipeline_config.hpp"
#include "pipeline/attempt_gate.hpp"
#include "pipeline/ledger.hpp"

/// What an attempt of a provider may cost, and what it has cost. docs/budget.md says why it is so.
namespace troupe::pipeline {

/// At worst.
struct Worst {
  std::int64_t input = 0, output = 0;  ///< tokens
  Amount amount;
};
/// `input` is what the plugin will be given. A token stands for at least one byte, so the bytes that can reach the
/// model, and what servers put around them, are more than its tokens.
Worst worstCase(const config::Node& node, std::string_view input);

/// What a provider says that it has used.
struct Usage {
  std::optional<std::int64_t> input, cached, output;
  std::optional<money::Nano> usd;
  bool counted() const { return input && output; }
};
/// Of what it emitted as a candidate, or as TROUPE_USAGE; empty where it is malformed.
Usage usageOf(std::string_view emitted);

struct Charge {
  Amount amount;
  Usage usage;
  std::string_view mark;  ///< as in journal::Charged
  bool at_worst = false;  ///< the amount is, in whole or in part, the worst case
};
/// `worst` is what was reserved, or could have been.
Charge chargeOf(const config::Node& node, const Amount& worst, const AttemptEnd& end);
/// Of an answer.
Charge chargeOf(const config::Node& node, const Amount& worst, const Usage& usage);

/// The member `cost` of a candidate whose provider does not tell it, as JSON; `emitted` is what it emitted for the
/// input that `input` gives, which is asked for when there was no usage.
std::string costJson(const config::Node& node, const std::function<std::string()>& input, std::string_view emitted);

}  // namespace troupe::pipeline
