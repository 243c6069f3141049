#include "pipeline/model_desk.hpp"
#include "pipeline/charge.hpp"

#include <algorithm>
#include <atomic>
#include <optional>
#include <utility>

#include <troupe/troupe.hpp>

#include "pipeline/call_seed.hpp"
#include "pipeline/flow_helpers.hpp"
#include "pipeline/lent_thread.hpp"
#include "pipeline/model_cast.hpp"
#include "pipeline/model_request.hpp"
#include "services/model/model_calls.hpp"
#include "support/json_text.hpp"
#include "support/problem.hpp"
#include "support/unix_time.hpp"

namespace troupe::pipeline {
namespace {

using services::ModelFailure;

constexpr std::size_t kMaxSchemas = 64;  // Kept compiled; nodes ask with one or two.

// The option response_schema: an object, or its text.
std::string schemaOption(const config::Node& node) {
  rapidjson::Document options;
  options.Parse(node.options.data(), node.options.size());
  if (options.HasParseError()) return {};
  const auto* schema = Object(options).find("response_schema");
  if (schema == nullptr || schema->IsNull()) return {};
  return schema->IsString() ? std::string(schema->GetString(), schema->GetStringLength()) : toJson(*schema);
}

}  // namespace

/// Of one attempt of one call.
class ModelDesk::Calls final : public services::ModelCalls {
 public:
  Calls(ModelDesk& desk, std::shared_ptr<Sample> sample, int node, int about, std::weak_ptr<Call> caller)
      : desk_(desk), sample_(std::move(sample)), node_(node), about_(about), caller_(std::move(caller)) {}

  std::string cast() const override { return castJson(desk_.graph_, node_); }

  std::string complete(std::string_view json) override {
    const auto caller = caller_.lock();
    // Whoever comes after the end may find no run any more.
    if (!caller || caller->isCancelled()) throw ModelFailure(TROUPE_E_CANCELLED, "the call is cancelled");
    const auto request = readModelRequest(json);
    const int asked = player(request);
    const auto key = keyOf(request, asked);
    if (auto known = sample_->models.find(key)) return std::move(*known);
    const auto schema =
        request.schema.empty() ? desk_.own_schemas_[at(asked)] : desk_.schema(request.schema);  // The request's wins.
    return ask(caller, request, key, asked, schema);
  }

 private:
  struct Asked {
    NodeRunner::Outcome outcome;
    std::string answer;
  };

  int player(const ModelRequest& request) const {
    const auto& roles = desk_.graph_.nodes[at(node_)].roles;
    const auto role = std::find_if(roles.begin(), roles.end(), [&](const auto& r) { return r.name == request.role; });
    if (role == roles.end())
      throw ModelFailure(TROUPE_E_PERMANENT_REQUEST, "the node has no role " + troupe::quoted(request.role));
    if (at(request.at) >= role->players.size())
      throw ModelFailure(TROUPE_E_PERMANENT_REQUEST, "the role " + troupe::quoted(request.role) + " has " +
                                                         std::to_string(role->players.size()) +
                                                         " providers; there is none at " + std::to_string(request.at));
    return role->players[at(request.at)];
  }

  // Equal requests are told apart by their order, whatever other requests come between them.
  journal::ModelCallKey keyOf(const ModelRequest& request, int asked) {
    journal::ModelCallKey key{desk_.run_.key,
                              sample_->index,
                              desk_.graph_.name(node_),
                              about_ >= 0 ? desk_.graph_.name(about_) : std::string(),
                              desk_.graph_.name(asked),
                              request.hash(),
                              0};
    const std::lock_guard lock(mutex_);
    key.nth = counts_[key.node + '\n' + key.request_hash]++;
    return key;
  }

  std::string inputFor(const ModelRequest& request, const journal::ModelCallKey& key, int asked) const {
    const auto place = key.caller + (key.about.empty() ? "" : "/" + key.about);
    const auto seed = splitMix64(splitMix64(static_cast<std::uint64_t>(sample_->seed)) ^ seedHash(place) ^
                                 splitMix64(static_cast<std::uint64_t>(key.nth)));
    const auto id = std::to_string(key.index) + "/" + place + "/" + std::to_string(key.nth);
    const auto prompt = completePrompt("{\"id\":" + jsonString(id) + ",\"messages\":" + request.messages + "}",
                                       key.index, static_cast<std::int64_t>(seed >> 33));
    auto input = "{" + jsonString(promptPort(*desk_.graph_.nodes[at(asked)].type)) + ":" + prompt.json + ",";
    if (!request.params.empty()) input += "\"params\":" + request.params + ",";
    return input + sample_->context + "}";
  }

  std::string ask(const std::shared_ptr<Call>& caller, const ModelRequest& request, const journal::ModelCallKey& key,
                  int asked, std::shared_ptr<const AnswerSchema> schema) {
    auto& runner = desk_.runner(asked);
    const auto lender = std::make_shared<LentThread>([caller, node = key.node] {
      caller->loseThread("it asked " + troupe::quoted(node) + ", which never came back");
    });
    const auto state = std::make_shared<Asked>();
    NodeRunner::Request call;
    call.index = key.index;
    call.random_seed = callSeed(desk_.run_.seed, key.index, key.node) ^ seedHash(key.caller + '/' + key.about) ^
                       seedHash(key.request_hash) ^ splitMix64(static_cast<std::uint64_t>(key.nth));
    call.input = inputFor(request, key, asked);
    call.lender = lender;
    call.models = desk_.callsOf(sample_, asked, about_);
    CostOf cost_of;
    if (const auto& config = *desk_.graph_.nodes[at(asked)].config; config.charging.price)
      cost_of = [&config, input = call.input](std::string_view emitted) {
        return costJson(
            config, [&] { return input; }, emitted);
      };
    call.accept = [state, key, schema, cost_of](Call::Result& result, std::int64_t latency_ms, int attempts) {
      state->answer =
          completeCandidate(single(result, "candidate"), key.index, key.node, latency_ms, attempts, cost_of).json;
      if (schema) schema->checkCandidate(state->answer);
    };
    call.done = [&desk = desk_, sample = sample_, state, key, lender, role = request.role,
                 asked_runner = &runner](NodeRunner::Outcome& outcome) {
      const auto& by = outcome.answered_by != nullptr ? *outcome.answered_by : *asked_runner;
      if (&by != asked_runner && !outcome.suspended && !outcome.failure) {
        state->answer.pop_back();
        state->answer += ",\"via\":" + jsonString(by.node().config->name) + "}";
      }
      if (!outcome.suspended) desk.keep(*sample, key, role, by.plugin(), outcome, state->answer);
      state->outcome = std::move(outcome);
      lender->finish();
    };
    try {
      const services::CancelHook hook(*caller, [&runner, lender] {
        lender->withdraw();
        runner.cancel(*lender, {TROUPE_E_CANCELLED, "whoever asked is cancelled", -1});
      });
      const WaitClock::Wait wait(caller->waits());
      runner.run(std::move(call), true);
      lender->serve();
    } catch (const TaskPool::Abandoned&) {
      // Given up while it was in the other plugin: the run may be over, so it goes back without touching it.
      throw ModelFailure(TROUPE_E_CANCELLED, "the call is cancelled");
    }
    if (state->outcome.suspended) {
      const FailureInfo why{TROUPE_E_CANCELLED, "the run pauses", -1};
      caller->suspend(why);
      throw ModelFailure(why.code, why.message);
    }
    if (!state->outcome.failure) return std::move(state->answer);
    caller->repeatsInVain(state->outcome.failure->code);
    throw ModelFailure(state->outcome.failure->code, key.node + ": " + state->outcome.failure->message);
  }

  ModelDesk& desk_;
  const std::shared_ptr<Sample> sample_;
  const int node_, about_;
  const std::weak_ptr<Call> caller_;  // Which owns this.

  std::mutex mutex_;  // Guards all below.
  std::map<std::string, int> counts_;
};

ModelDesk::ModelDesk(const Graph& graph, const std::vector<std::unique_ptr<NodeRunner>>& runners,
                     journal::Journal& journal, const journal::Run& run, std::function<void()> parked)
    : graph_(graph), runners_(runners), journal_(journal), run_(run), parked_(std::move(parked)) {
  for (const auto& node : graph.nodes) {
    const auto text = node.type->kind == loader::Kind::provider ? schemaOption(*node.config) : std::string();
    try {
      own_schemas_.push_back(text.empty() ? nullptr : std::make_shared<const AnswerSchema>(text));
    } catch (const BadValue& e) {
      throw Failure(ExitCode::invalid_pipeline, "node \"" + node.config->name + "\": " + e.what());
    }
  }
}

NodeRunner::MakeModels ModelDesk::callsOf(const std::shared_ptr<Sample>& sample, int node, int about) {
  const auto& plan = graph_.nodes[at(node)];
  if (plan.roles.empty() && plan.config->fallback.empty()) return nullptr;
  return [this, sample, about](const std::shared_ptr<Call>& caller,
                               const Graph::Node& by) -> std::unique_ptr<services::ModelCalls> {
    if (by.roles.empty()) return nullptr;
    return std::make_unique<Calls>(*this, sample, static_cast<int>(&by - graph_.nodes.data()), about, caller);
  };
}

// Throws ModelFailure for a text that is no schema.
std::shared_ptr<const AnswerSchema> ModelDesk::schema(const std::string& text) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = schemas_.find(text); found != schemas_.end()) return found->second;
  }
  std::shared_ptr<const AnswerSchema> compiled;
  try {
    compiled = std::make_shared<const AnswerSchema>(text);
  } catch (const BadValue& e) {
    throw ModelFailure(TROUPE_E_PERMANENT_REQUEST, e.what());
  }
  const std::lock_guard lock(mutex_);
  if (schemas_.size() >= kMaxSchemas) schemas_.clear();
  return schemas_.emplace(text, std::move(compiled)).first->second;
}

void ModelDesk::keep(Sample& sample, const journal::ModelCallKey& key, const std::string& role,
                     journal::PluginKey plugin, const NodeRunner::Outcome& outcome, const std::string& answer) {
  const auto& failure = outcome.failure;
  std::vector<journal::Row> rows;
  for (const auto& failed : outcome.failed)
    rows.emplace_back(journal::ModelAttempt{key, failed.attempt, failed.failure.code, failed.failure.message,
                                            failed.latency_ms, failed.at});
  rows.emplace_back(journal::ModelCallSettled{
      key, role, !failure, failure ? std::string() : answer, failure ? failure->code : TROUPE_OK,
      failure ? failure->message : std::string(), outcome.attempts, outcome.latency_ms, unixMs(), plugin});
  if (!failure) sample.models.put(key, answer);
  journal_.append(std::move(rows));
  if (failure && (failure->code == TROUPE_E_AUTH || failure->code == TROUPE_E_QUOTA_GONE)) parked_();
}

}  // namespace troupe::pipeline
