#include <charconv>

#include "config/json_value.hpp"
#include "reports/run_json.hpp"
#include "server/api_support.hpp"
#include "server/run_answer.hpp"
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

bool ended(const std::string& state) { return state == "complete" || state == "failed" || state == "cancelled"; }

void list(const Api& api, Exchange& exchange) {
  const auto limit = static_cast<std::size_t>(exchange.queryInteger("limit", 50, 1, 200));
  const auto wanted = exchange.query("state");
  journal::RunKey before = exchange.queryInteger("before", 0, 0, INT64_MAX);
  rapidjson::Document answer(rapidjson::kObjectType);
  auto& memory = answer.GetAllocator();
  rapidjson::Value runs(rapidjson::kArrayType);
  std::size_t looked = 0;
  bool more = true;
  while (more && runs.Size() < limit && looked < kLooked) {
    const auto page = api.journal.runs(50, before);
    more = page.size() == 50;
    for (const auto& run : page) {
      if (runs.Size() == limit) {
        more = true;
        break;
      }
      before = run.key;
      ++looked;
      const auto state = api.runs.state(run);
      if (wanted && *wanted != state) continue;
      runs.PushBack(reports::runJson(run, reports::countsOf(api.journal, run), state, memory), memory);
    }
  }
  answer.AddMember("runs", runs, memory);
  answer.AddMember("next", more ? rapidjson::Value(std::to_string(before), memory) : rapidjson::Value(), memory);
  exchange.json(200, toJson(answer));
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
  auto answer = reports::runDetails(run, api.journal.totals(run.key), api.runs.state(run));
  auto& memory = answer.GetAllocator();
  std::vector<Problem> ignored;
  const auto add = [&](const char* name, const std::string& json) {
    const auto value = json.empty() ? std::nullopt : parseJson(json, ignored);
    answer.AddMember(rapidjson::StringRef(name), value ? rapidjson::Value(*value, memory) : rapidjson::Value(), memory);
  };
  add("progress", api.runs.progress(run));
  add("result", run.result_json);
  const auto ahead = api.runs.ahead(run.key);
  answer.AddMember("ahead", ahead ? rapidjson::Value(static_cast<std::uint64_t>(*ahead)) : rapidjson::Value(), memory);
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
