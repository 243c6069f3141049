#include "config/budget_check.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "config/json_value.hpp"
#include "support/json_text.hpp"
#include "support/near_name.hpp"

namespace troupe::config {
namespace {

using rapidjson::Value;

double number(const Value& object, std::string_view name, double otherwise) {
  const auto* value = member(object, name);
  return value != nullptr && value->IsNumber() ? value->GetDouble() : otherwise;
}

std::optional<std::int64_t> integer(const Value& object, std::string_view name) {
  const auto* value = member(object, name);
  return value != nullptr && value->IsInt64() ? std::optional(value->GetInt64()) : std::nullopt;
}

BudgetLimits limitsOf(const Value& json) {
  BudgetLimits limits;
  if (const auto* usd = member(json, "usd"); usd != nullptr && usd->IsNumber())
    limits.usd = money::nanoOf(usd->GetDouble());
  limits.tokens = integer(json, "tokens");
  limits.calls = integer(json, "calls");
  return limits;
}

bool usesNetwork(const loader::NodeType& type) {
  const auto isHttp = [](const std::string& id) { return id.starts_with("troupe.http/"); };
  return !type.net.empty() || std::any_of(type.required.begin(), type.required.end(), isHttp) ||
         std::any_of(type.wanted.begin(), type.wanted.end(), isHttp);
}

/// What the options of a provider say about the length of an answer. Members that are sent on as they are (`extra`)
/// count too, and what asks for several answers makes it unknown.
class AnswerLength {
 public:
  explicit AnswerLength(const Value& options) { look(options, false); }
  /// `otherwise` is the model's own limit.
  std::optional<std::int64_t> most(std::optional<std::int64_t> otherwise) const {
    return unbounded_ ? std::nullopt : most_ ? most_ : otherwise;
  }

 private:
  static bool isLimit(std::string_view name) {
    static const std::set<std::string_view> kNames = {"max_tokens", "max_completion_tokens", "max_output_tokens",
                                                      "maxOutputTokens", "num_predict"};
    return kNames.count(name) > 0;
  }
  static bool isNumberOfAnswers(std::string_view name) {
    return name == "n" || name == "best_of" || name == "candidateCount";
  }
  void look(const Value& object, bool below) {
    if (!object.IsObject()) return;
    for (const auto& entry : object.GetObject()) {
      const auto name = textOf(entry.name);
      if (isLimit(name)) {
        if (entry.value.IsInt64() && entry.value.GetInt64() > 0)
          most_ = std::max(most_.value_or(0), entry.value.GetInt64());
        else
          unbounded_ = true;
      } else if (below && isNumberOfAnswers(name)) {
        unbounded_ = unbounded_ || !entry.value.IsInt64() || entry.value.GetInt64() != 1;
      } else if (name == "extra" || below) {
        look(entry.value, true);
      }
    }
  }
  std::optional<std::int64_t> most_;
  bool unbounded_ = false;
};

class BudgetCheck {
 public:
  BudgetCheck(const Value& pipeline, Drafts& drafts, const Prices& prices, Report& report)
      : drafts_(drafts), prices_(prices), report_(report) {
    if (const auto* json = member(pipeline, "budget"); json != nullptr && json->IsObject()) json_ = json;
  }

  Budget check() {
    Budget budget;
    if (json_ != nullptr) {
      budget.run = limitsOf(*json_);
      budget.unknown_allowed = textMember(*json_, "unknown_prices") == "allow";
      singleProviders(budget);
    }
    for (auto& draft : drafts_.nodes) {
      if (!isProvider(draft)) {
        if (draft.node.info != nullptr && member(*draft.json, "price") != nullptr)
          report_.add(draft.pointer + "/price", "only a provider has a price", "leave it out");
        continue;
      }
      charging(draft);
      if (draft.node.enabled) keepable(draft, budget);
    }
    return budget;
  }

 private:
  static bool isProvider(const Draft& draft) {
    return draft.node.info != nullptr && draft.node.info->kind == loader::Kind::provider;
  }

  void singleProviders(Budget& budget) {
    const auto* nodes = member(*json_, "per_provider");
    if (nodes == nullptr || !nodes->IsObject()) return;
    std::vector<std::string> known;
    for (const auto& draft : drafts_.nodes)
      if (isProvider(draft)) known.push_back(draft.node.name);
    for (const auto& entry : nodes->GetObject()) {
      const auto name = std::string(textOf(entry.name));
      const auto* draft = drafts_.find(name);
      const auto pointer = pointerTo("/budget/per_provider", name);
      if (draft == nullptr)
        report_.add(pointer, "no node is called " + troupe::quoted(name), suggest(name, known, "providers"));
      else if (draft->node.info != nullptr && !isProvider(*draft))
        report_.add(pointer, troupe::quoted(name) + " is no provider", suggest(name, known, "providers"));
      else if (auto limits = limitsOf(entry.value); limits.any())
        budget.nodes.emplace(name, limits);
    }
  }

  void charging(Draft& draft) {
    std::vector<Problem> ignored;
    const auto options = parseJson(draft.node.options, ignored);
    auto& charging = draft.node.charging;
    const auto* own = member(*draft.json, "price");
    charging.metered = own != nullptr || usesNetwork(*draft.node.info);
    if (!charging.metered) return;
    const Price* listed = options ? listedPrice(draft.node, *options) : nullptr;
    if (own != nullptr) {
      Price price;
      const double input = number(*own, "input", 0);
      price.rates = {money::perToken(input), money::perToken(number(*own, "cached_input", input)),
                     money::perToken(number(*own, "output", 0))};
      price.request = money::nanoOf(number(*own, "request", 0));
      price.origin = "the pipeline";
      if (listed != nullptr) price.max_output = listed->max_output;
      charging.price = std::move(price);
    } else if (listed != nullptr && !hasOtherTier(*options)) {
      charging.price = *listed;
    }
    if (options)
      charging.max_output = AnswerLength(*options).most(listed != nullptr ? listed->max_output : std::nullopt);
  }

  /// A tier of service that costs more than the list says.
  static bool hasOtherTier(const Value& options) {
    static const std::set<std::string_view> kAsListed = {"",          "auto", "default", "standard", "standard_only",
                                                         "on_demand", "flex"};
    const auto* extra = member(options, "extra");
    return kAsListed.count(textMember(options, "service_tier")) == 0 ||
           (extra != nullptr && kAsListed.count(textMember(*extra, "service_tier")) == 0);
  }

  const std::vector<std::string>& hostsOf(const Node& node) const {
    return node.hosts.empty() ? node.info->net : node.hosts;
  }

  const Price* listedPrice(const Node& node, const Value& options) const {
    const auto model = textMember(options, "model");
    for (const auto& host : hostsOf(node))
      if (const auto* price = prices_.find(host, model)) return price;
    return nullptr;
  }

  bool limitsUsd(const Draft& draft, const Budget& budget) const {
    const auto own = budget.nodes.find(draft.node.name);
    return budget.run.usd || (own != budget.nodes.end() && own->second.usd);
  }
  bool limitsTokens(const Draft& draft, const Budget& budget) const {
    const auto own = budget.nodes.find(draft.node.name);
    return budget.run.tokens || (own != budget.nodes.end() && own->second.tokens);
  }

  /// Whether the budget can be kept with this provider.
  void keepable(const Draft& draft, const Budget& budget) {
    const auto& charging = draft.node.charging;
    if (!charging.metered) return;
    const bool usd = limitsUsd(draft, budget);
    if (usd && !charging.price && !budget.unknown_allowed) unknownPrice(draft);
    const bool output_counts =
        limitsTokens(draft, budget) || (usd && charging.price && charging.price->rates.output > 0);
    if (output_counts && !charging.max_output)
      report_.add(draft.pointer + "/options/max_tokens",
                  "nobody knows how long an answer of " + troupe::quoted(draft.node.name) +
                      " may be, so the budget cannot be kept",
                  "set max_tokens");
  }

  void unknownPrice(const Draft& draft) {
    std::vector<Problem> ignored;
    const auto options = parseJson(draft.node.options, ignored);
    const auto model = std::string(options ? textMember(*options, "model") : std::string_view());
    const bool tier = options && hasOtherTier(*options);
    std::string at, near;
    for (const auto& host : hostsOf(draft.node)) {
      at = " at " + host;
      if (near.empty() && !tier) near = nearName(model, prices_.modelsOf(host));
    }
    report_.add(
        draft.pointer + "/options" + (tier ? "/service_tier" : "/model"),
        tier ? "the list of prices does not know what this tier costs, so the budget cannot be kept"
             : "the price of " + troupe::quoted(model) + at + " is unknown, so the budget cannot be kept",
        (near.empty() ? "" : "did you mean \"" + near + "\"? Else ") +
            R"(add it to prices.json, give the node "price": {"input": …, "output": …} (0 for a model of your own), )"
            R"(or set "unknown_prices": "allow" in the budget)");
  }

  const Value* json_ = nullptr;
  Drafts& drafts_;
  const Prices& prices_;
  Report& report_;
};

}  // namespace

Budget checkBudget(const Value& pipeline, Drafts& drafts, const Prices& prices, Report& report) {
  return BudgetCheck(pipeline, drafts, prices, report).check();
}

}  // namespace troupe::config
