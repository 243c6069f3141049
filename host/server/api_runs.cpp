#include "server/api_support.hpp"
#include "server/run_answer.hpp"
#include "server/snapshot.hpp"
#include "support/json_text.hpp"

namespace troupe::server {
namespace {

constexpr std::size_t kLooked = 2000;  // Runs that one request looks through for a state.

const JsonSchema& resumeSchema() {
  static const auto kSchema = compiled(
      R"({"type":"object","additionalProperties":false,"properties":{"overrides":{"type":"array","maxItems":1000,
    "items":{"type":"object","additionalProperties":false,"required":["path","value"],"properties":{"path":{"type":"string","minLength":1},"value":{}}}}}})");
  return kSchema;
}

rapidjson::Document documentOf(const std::string& json) {
  std::vector<Problem> ignored;
  auto document = parseJson(json, ignored);
  return document ? std::move(*document) : rapidjson::Document();
}

bool ended(const std::string& state) { return state == "complete" || state == "failed" || state == "cancelled"; }

void list(const Api& api, Exchange& exchange) {
  const auto limit = static_cast<std::size_t>(exchange.queryInteger("limit", 50, 1, 200));
  const auto wanted = exchange.query("state");
  journal::RunKey before = exchange.queryInteger("before", 0, 0, INT64_MAX);
  std::string runs;
  std::size_t taken = 0, looked = 0;
  bool more = true;
  while (more && taken < limit && looked < kLooked) {
    auto page = api.journal.runs(50, before);
    more = page.size() == 50;
    for (auto& run : page) {
      if (taken == limit) {
        more = true;
        break;
      }
      before = run.key;
      ++looked;
      if (wanted && *wanted != api.runs.state(run)) continue;
      run.result_json.clear();  // It may hold a whole story.
      runs += (taken++ == 0 ? "" : ",") + runSummary(api.runs, api.journal, run);
    }
  }
  exchange.json(200,
                "{\"runs\":[" + runs + "],\"next\":" + (more ? "\"" + std::to_string(before) + "\"" : "null") + "}");
}

// Cancels, pauses or resumes; the answer is the run as it is then.
template <typename Act>
void act(const Api& api, Exchange& exchange, Act&& change) {
  const auto run = runOf(api, exchange);
  exchange.json(200, runAnswer(api, orRefuse([&] { return change(run); })));
}

void remove(const Api& api, Exchange& exchange) {
  const auto run = runOf(api, exchange);
  const auto state = api.runs.state(run);
  if (!ended(state)) throw HttpError(409, "run " + run.id + " is " + state + "; cancel it before it is deleted");
  api.journal.deleteRun(run.key);
  exchange.empty(204);
}

}  // namespace

std::string runAnswer(const Api& api, const journal::Run& run) {
  auto answer = documentOf(runSummary(api.runs, api.journal, run));
  auto& memory = answer.GetAllocator();
  answer.AddMember("stats", rapidjson::Value(documentOf(api.runs.stats(run)), memory), memory);
  answer.AddMember("overrides", rapidjson::Value(documentOf(run.overrides_json), memory), memory);
  answer.AddMember("pipeline_hash", rapidjson::Value(run.pipeline_hash, memory), memory);
  return toJson(answer);
}

void addRunRoutes(Router& router, const ApiPtr& api) {
  const std::string run = "/api/v1/runs/{run}";
  router.add({"GET", "/api/v1/runs", Right::watch, [api](Exchange& exchange) { list(*api, exchange); }});
  router.add({"GET", run, Right::watch,
              [api](Exchange& exchange) { exchange.json(200, runAnswer(*api, runOf(*api, exchange))); }});
  router.add({"DELETE", run, Right::operate, [api](Exchange& exchange) { remove(*api, exchange); }});
  router.add({"POST", run + "/pause", Right::operate, [api](Exchange& exchange) {
                act(*api, exchange,
                    [&](const auto& found) { return api->runs.pause(found.id, exchange.principal().name); });
              }});
  router.add({"POST", run + "/cancel", Right::operate, [api](Exchange& exchange) {
                act(*api, exchange,
                    [&](const auto& found) { return api->runs.cancel(found.id, exchange.principal().name); });
              }});
  router.add({"POST", run + "/resume", Right::operate, [api](Exchange& exchange) {
                const auto overrides = overridesOf(bodyObject(exchange, resumeSchema(), true));
                act(*api, exchange, [&](const auto& found) { return api->runs.resume(found.id, overrides); });
              }});
}

}  // namespace troupe::server
