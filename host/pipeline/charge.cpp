#include "pipeline/charge.hpp"

#include <troupe/troupe.h>

#include <algorithm>
#include <string>

#include "pipeline/compact_json.hpp"
#include "pipeline/json_view.hpp"
#include "pipeline/values.hpp"

namespace troupe::pipeline {
namespace {

// What servers put around a request: the template of a chat, a prompt of their own, a schema in words.
constexpr std::int64_t kAround = 512;
// More than this of one call is no report but a mistake; sums of it stay within 64 bits.
constexpr std::int64_t kMostTokens = 10'000'000'000;
constexpr money::Nano kMostUsd = 10'000'000'000'000;

std::optional<std::int64_t> tokensAt(const JsonMembers& usage, std::string_view name) {
  const auto value = usage.at(name);
  const auto number = value.isNumber() ? value.integer<std::int64_t>() : std::nullopt;
  if (!number || *number < 0) return std::nullopt;
  return std::min(*number, kMostTokens);
}

/// Whether the provider has refused it before a model had anything to do with it.
bool wasRefused(const AttemptEnd& end) {
  if (end.failure == nullptr || end.cut_off) return false;
  if (end.result->unsent) return true;  // Nothing of it has left this machine.
  if (end.result->spoke) return false;
  switch (end.failure->code) {
    case TROUPE_E_AUTH:
    case TROUPE_E_QUOTA_GONE:
    case TROUPE_E_RATE_LIMITED:
    case TROUPE_E_OVERLOADED:
    case TROUPE_E_PERMANENT_REQUEST:
    case TROUPE_E_UNSUPPORTED:
      return true;
    default:
      return false;
  }
}

/// Whether an answer may have been broken off, so that what was reported up to then is not all of it.
bool wasBrokenOff(const AttemptEnd& end) {
  if (end.failure == nullptr) return false;
  switch (end.failure->code) {
    case TROUPE_E_CONTENT:
    case TROUPE_E_TRUNCATED:
    case TROUPE_E_MALFORMED:
      return end.cut_off;
    default:
      return true;
  }
}

}  // namespace

Worst worstCase(const config::Node& node, std::string_view input) {
  Worst worst;
  worst.amount.calls = 1;
  if (!node.charging.metered) return worst;
  auto bytes = static_cast<std::int64_t>(input.size() + node.options.size());
  worst.output = node.charging.max_output.value_or(0);
  if (isCompactJson(input)) {
    const JsonMembers members{JsonView(input)};
    bytes -= static_cast<std::int64_t>(members.at("sample").json().size());  // Is for the plugin, not for the model.
    if (const auto params = members.at("params"); params.isObject())
      if (const auto most = tokensAt(JsonMembers(params), "max_tokens")) worst.output = *most;
  }
  worst.input = bytes + kAround;
  worst.amount.tokens = money::saturatingAdd(worst.input, worst.output);
  if (node.charging.price) worst.amount.usd = config::worstCost(*node.charging.price, worst.input, worst.output);
  return worst;
}

Usage usageOf(std::string_view emitted) {
  Usage usage;
  std::string rewritten;
  if (!isCompactJson(emitted)) {
    try {
      rewritten = normalize(emitted);
    } catch (const BadValue&) {
      return usage;
    }
    emitted = rewritten;
  }
  const JsonView whole(emitted);
  if (!whole.isObject()) return usage;
  const JsonMembers members(whole);
  const auto read = [&](const JsonMembers& from) {
    usage.input = tokensAt(from, "input");
    usage.cached = tokensAt(from, "cached");
    usage.output = tokensAt(from, "output");
  };
  if (members.at("input") || members.at("output")) read(members);
  if (const auto inner = members.at("usage"); inner.isObject()) read(JsonMembers(inner));
  if (const auto json = members.at("cost"); json.isObject()) {
    const JsonMembers cost(json);
    const auto usd = cost.at("usd");
    if (usd.isNumber() && usd.number() >= 0 && cost.at("source").isString() && cost.at("source").text() == "reported")
      usage.usd = std::min(kMostUsd, money::nanoOf(std::min(usd.number(), 1e9)));
  }
  return usage;
}

Charge chargeOf(const config::Node& node, const Amount& worst, const Usage& usage) {
  Charge charge;
  charge.usage = usage;
  charge.amount.calls = 1;
  charge.mark = "none";
  if (!node.charging.metered) return charge;
  charge.at_worst = !usage.counted();
  const config::Tokens tokens{usage.input.value_or(0), usage.cached.value_or(0), usage.output.value_or(0)};
  charge.amount.tokens = usage.counted() ? tokens.sum() : worst.tokens;
  if (usage.usd) {
    charge.amount.usd = *usage.usd;
    charge.mark = "reported";
  } else if (!node.charging.price) {
    charge.mark = "unknown";
  } else if (usage.counted()) {
    charge.amount.usd = std::min(kMostUsd, config::costOf(*node.charging.price, tokens));
    charge.mark = "reported";
  } else {
    charge.amount.usd = worst.usd;
    charge.mark = "estimated";
  }
  return charge;
}

Charge chargeOf(const config::Node& node, const Amount& worst, const AttemptEnd& end) {
  Charge charge;
  if (!end.sent) {
    charge.mark = "released";
    return charge;
  }
  auto usage = end.result->usage ? usageOf(*end.result->usage) : Usage();
  if (!end.result->values.empty()) {
    const auto candidate = usageOf(end.result->values.front().json);
    if (candidate.usd) usage.usd = candidate.usd;
    if (candidate.counted()) usage = candidate;
  }
  if (!usage.output && wasRefused(end)) {
    charge.amount.calls = 1;
    charge.mark = "none";
    return charge;
  }
  charge = chargeOf(node, worst, usage);
  if (!usage.output || !wasBrokenOff(end) || !node.charging.metered) return charge;
  // The model may have written more than was told of before the answer broke off.
  charge.at_worst = true;
  charge.amount.tokens = std::max(charge.amount.tokens, worst.tokens);
  if (!node.charging.price) return charge;
  charge.amount.usd = std::max(charge.amount.usd, worst.usd);
  charge.mark = "estimated";
  return charge;
}

std::string costJson(const config::Node& node, const std::function<std::string()>& input, std::string_view emitted) {
  const auto usage = usageOf(emitted);
  const auto charge = chargeOf(node, usage.counted() || usage.usd ? Amount() : worstCase(node, input()).amount, usage);
  return "{\"usd\":" + jsonNumber(money::usdOf(charge.amount.usd)) + ",\"source\":\"" + std::string(charge.mark) +
         "\"}";
}

}  // namespace troupe::pipeline
