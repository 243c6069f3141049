#include "cli/model_check.hpp"

#include <algorithm>

#include <troupe/troupe.hpp>

#include "cli/model_list.hpp"
#include "cli/trial_models.hpp"
#include "config/json_value.hpp"
#include "pipeline/charge.hpp"
#include "support/json_text.hpp"
#include "support/near_name.hpp"

namespace troupe::cli {
namespace {

constexpr std::uint64_t kSeed = 1;
constexpr const char* kQuestion = "Say OK.";

std::string modelOf(const config::Node& node) {
  rapidjson::Document options;
  options.Parse(node.options.data(), node.options.size());
  return options.HasParseError() ? std::string() : std::string(config::textMember(options, "model"));
}

// References stand as "${secret:NAME}", and nowhere but where a secret is meant.
std::vector<std::string> secretsOf(const config::Node& node) {
  static constexpr std::string_view kBegin = "${secret:";
  std::vector<std::string> names;
  for (auto at = node.options.find(kBegin); at != std::string::npos; at = node.options.find(kBegin, at)) {
    at += kBegin.size();
    names.push_back(node.options.substr(at, node.options.find('}', at) - at));
  }
  return names;
}

// A text to judge for each port that takes one; nothing when a port wants anything else.
std::optional<std::string> inputOf(const loader::NodeType& type, const std::string& prompt, const std::string& params) {
  const auto candidate = [](const std::string& name, const char* text) {
    return R"({"id":"0/)" + name + R"(","node":")" + name + R"(","model":")" + name + R"(","text":")" + text +
           R"(","finish":"stop"})";
  };
  const auto one = candidate("first", "The bridge was old. It waited for her.");
  const auto other = candidate("second", "She crossed the bridge. Nobody saw her.");
  std::string input = "{";
  for (const auto& port : type.in) {
    if (port.optional || port.previous || port.delayed) continue;
    std::string value;
    if (port.type == "troupe:prompt/1")
      value = prompt;
    else if (port.type == "troupe:candidate/1")
      value = port.many ? "[" + one + "," + other + "]" : one;
    else
      return std::nullopt;
    input += troupe::quoted(port.name) + ":" + value + ",";
  }
  return input + params + sampleMember(prompt, 0, static_cast<std::int64_t>(kSeed)) + "}";
}

std::string said(const pipeline::FailureInfo& failure) {
  return std::string(pipeline::codeName(failure.code)) + ": " + failure.message;
}

std::string perMillion(money::Pico rate) { return money::usdText(money::saturatingMultiply(rate, 1000)); }

// What helps against a call that failed.
std::string repairOf(const config::Node& node, int code) {
  const auto secrets = secretsOf(node);
  switch (code) {
    case TROUPE_E_AUTH:
      return secrets.empty() ? R"(give the node a key: "api_key": {"secret": "NAME"})"
                             : "set the key anew: troupe secrets set " + secrets.front();
    case TROUPE_E_QUOTA_GONE:
      return "top the account up, or wait for its reset";
    case TROUPE_E_RATE_LIMITED:
    case TROUPE_E_OVERLOADED:
      return "check again later";
    case TROUPE_E_TRANSIENT:
      return node.hosts.empty() ? "check again later" : "see whether the server runs and its address is right";
    default:
      return "see its options";
  }
}

}  // namespace

void ModelCheck::fault(const config::Node& node, const std::string& fact, ExitCode code) {
  ModelFinding finding;
  finding.node = node.name;
  finding.model = modelOf(node);
  finding.well = false;
  finding.fact = fact;
  finding.code = code;
  report_(std::move(finding));
}

bool ModelCheck::hasKeys(const config::Node& node, const std::string&) {
  if (!keys_ || !network_.secrets) return true;
  bool all = true;
  for (const auto& name : secretsOf(node)) {
    if (network_.secrets->find(name)) continue;
    fault(node,
          "the secret " + troupe::quoted(name) + " is not set; set the environment variable " + name +
              ", or: troupe secrets set " + name,
          ExitCode::invalid_pipeline);
    all = false;
  }
  return all;
}

void ModelCheck::charge(const config::Node& node, const std::string& input, const Trial::Result& result,
                        ModelFinding& finding) {
  pipeline::AttemptEnd end;
  end.sent = true;
  end.failure = result.failure ? &*result.failure : nullptr;
  end.result = &result;
  const auto charge = pipeline::chargeOf(node, pipeline::worstCase(node, input).amount, end);
  finding.input = charge.usage.input;
  finding.output = charge.usage.output;
  if (charge.mark == "unknown") return;
  finding.cost = money::saturatingAdd(finding.cost.value_or(0), charge.amount.usd);
  cost_ = money::saturatingAdd(cost_, charge.amount.usd);
}

std::string ModelCheck::priceFact(const config::Node& node, const std::string& model, bool reported) {
  if (const auto& price = node.charging.price) {
    const auto& rates = price->rates;
    if (rates.input == 0 && rates.output == 0 && price->request == 0) return "free of charge";
    return perMillion(rates.input) + "/" + perMillion(rates.output) + " per million tokens";
  }
  if (reported) return "the server tells its price";
  if (pipeline_.budget.unknown_allowed) return "price unknown, which the budget allows";
  const auto& hosts = node.hosts.empty() ? node.info->net : node.hosts;
  std::string near, at;
  bool listed = false;
  for (const auto& host : hosts) {
    at = " at " + host;
    listed = listed || prices_.find(host, model) != nullptr;
    if (near.empty()) near = nearName(model, prices_.modelsOf(host));
  }
  fault(node,
        (listed ? "the list of prices does not know what its service tier costs; "
                : "the price of " + troupe::quoted(model) + at + " is unknown; ") +
            (near.empty() || listed ? "" : "did you mean \"" + near + "\"? Else ") +
            R"(add it to prices.json, or give the node "price": {"input": …, "output": …})",
        ExitCode::complete);
  return "price unknown";
}

void ModelCheck::checkProvider(const config::Node& node) try {
  const auto model = modelOf(node);
  if (!hasKeys(node, model)) return;
  Trial trial(node, catalog_, network_);
  const bool outside = node.charging.metered;
  std::optional<ModelList> list;
  if (outside && listsModels(*node.info)) list = askForModels(trial);
  // One that hangs would only hang again.
  if (trial.stuck()) {
    stuck_ = true;
    return fault(node, said(*list->failure), ExitCode::plugin_unusable);
  }
  const bool told = list && !list->failure;
  bool known = false;
  std::vector<std::string> ids;
  if (told)
    for (const auto& one : list->models) {
      known = known || one.id == model || one.id == model + ":latest";
      ids.push_back(one.id);
    }

  const auto prompt = promptJson(kQuestion, "", 0, static_cast<std::int64_t>(kSeed));
  const auto input = inputOf(*node.info, prompt, R"("params":{"max_tokens":16},)");
  if (!input) return fault(node, "cannot be asked alone: it needs other inputs; try it in a run", ExitCode::complete);
  ModelFinding finding;
  finding.node = node.name;
  finding.model = model;
  std::unique_ptr<TrialModels> models;
  if (!node.models.empty())
    models = std::make_unique<TrialModels>(
        node, pipeline_, catalog_, sampleMember(prompt, 0, static_cast<std::int64_t>(kSeed)), kSeed, network_,
        [&](const auto& asked, const auto& with, const auto& result) { charge(asked, with, result, finding); });
  const auto result = trial.call(*input, kSeed, nullptr, std::move(models));
  stuck_ = stuck_ || trial.stuck();
  charge(node, *input, result, finding);
  finding.latency_ms = result.latency_ms;
  // Cut off by so small a limit, or unwilling: the key and the model work all the same.
  const bool answers = result.failure
                           ? result.failure->code == TROUPE_E_TRUNCATED || result.failure->code == TROUPE_E_CONTENT
                           : std::any_of(result.values.begin(), result.values.end(),
                                         [](const auto& value) { return value.port->type == "troupe:candidate/1"; });
  if (!answers) {
    finding.well = false;
    finding.code = ExitCode::plugin_unusable;
    finding.fact = result.failure ? said(*result.failure) : "malformed: it emitted no candidate";
    if (result.failure && result.failure->code == TROUPE_E_AUTH)
      finding.fact = (secretsOf(node).empty() ? "no key is given: " : "the key is refused: ") + finding.fact;
    if (told && !known && !ids.empty() && (!result.failure || result.failure->code != TROUPE_E_AUTH))
      finding.fact += "; the server does not list " + troupe::quoted(model) + ", " + suggest(model, ids);
    else
      finding.fact += "; " + repairOf(node, result.failure ? result.failure->code : TROUPE_E_MALFORMED);
    return report_(std::move(finding));
  }
  answering_.insert(node.name);
  finding.fact =
      (model.empty() ? std::string() : model + " ") + "answers in " + std::to_string(result.latency_ms) + " ms";
  if (outside) {
    if (keys_ && !secretsOf(node).empty()) finding.fact += "; key accepted";
    finding.fact += !told ? "; models not told" : known ? "; model known" : "; not in the server's list of models";
    const bool reported = finding.cost && !node.charging.price;
    finding.fact += "; " + priceFact(node, model, reported);
    if (finding.cost && *finding.cost > 0) finding.fact += "; this call: " + money::usdText(*finding.cost);
  }
  report_(std::move(finding));
} catch (const Failure& e) {
  fault(node, e.what(), e.code());
}

void ModelCheck::checkCaller(const config::Node& node) try {
  if (!hasKeys(node, "")) return;
  std::string silent;
  bool any = false;
  for (const auto& role : node.models)
    for (const auto& name : role.second) {
      any = any || answering_.count(name) > 0;
      if (answering_.count(name) == 0) silent += (silent.empty() ? "" : ", ") + troupe::quoted(name);
    }
  if (!any)
    return fault(node, "not asked: of its models none answers (" + silent + "); repair that first",
                 ExitCode::plugin_unusable);
  const auto prompt = promptJson("Write two sentences about a bridge.", "", 0, static_cast<std::int64_t>(kSeed));
  const auto input = inputOf(*node.info, prompt, "");
  ModelFinding finding;
  finding.node = node.name;
  if (!input) {
    finding.fact = "not asked: it takes more than a text; its models answer";
    return report_(std::move(finding));
  }
  Trial trial(node, catalog_, network_);
  std::int64_t tokens_in = 0, tokens_out = 0;
  const auto result =
      trial.call(*input, kSeed, nullptr,
                 std::make_unique<TrialModels>(
                     node, pipeline_, catalog_, sampleMember(prompt, 0, static_cast<std::int64_t>(kSeed)), kSeed,
                     network_, [&](const auto& asked, const auto& with, const auto& answered) {
                       charge(asked, with, answered, finding);
                       tokens_in += finding.input.value_or(0);
                       tokens_out += finding.output.value_or(0);
                     }));
  stuck_ = stuck_ || trial.stuck();
  finding.latency_ms = result.latency_ms;
  finding.input = tokens_in;
  finding.output = tokens_out;
  std::string value, why;
  for (const auto& emitted : result.values) {
    rapidjson::Document score;
    score.Parse(emitted.json.data(), emitted.json.size());
    if (score.HasParseError()) continue;
    if (const auto* number = config::member(score, "value"); number != nullptr && number->IsNumber()) {
      char text[16];
      std::snprintf(text, sizeof text, "%.3g", number->GetDouble());
      value = text;
    }
    why = config::textMember(score, "reason");
  }
  if (result.failure || value.empty()) {
    finding.well = false;
    finding.code = ExitCode::plugin_unusable;
    finding.fact = result.failure ? said(*result.failure) + "; " + repairOf(node, result.failure->code)
                                  : "it abstains: " + (why.empty() ? "it gave no value" : why) +
                                        "; raise max_tokens, or name another model in \"models\"";
    return report_(std::move(finding));
  }
  finding.fact = "judges in " + std::to_string(result.latency_ms) + " ms, " + value + " of 10";
  if (finding.cost && *finding.cost > 0) finding.fact += "; this judgement: " + money::usdText(*finding.cost);
  if (!silent.empty()) finding.fact += "; without " + silent;
  report_(std::move(finding));
} catch (const Failure& e) {
  fault(node, e.what(), e.code());
}

void ModelCheck::run() {
  for (const auto& node : pipeline_.nodes)
    if (node.info->kind == loader::Kind::provider) checkProvider(node);
  for (const auto& node : pipeline_.nodes) {
    if (node.info->kind == loader::Kind::provider) continue;
    if (node.info->kind == loader::Kind::scorer && !node.models.empty())
      checkCaller(node);
    else
      hasKeys(node, "");
  }
}

}  // namespace troupe::cli
