#include "config/json_value.hpp"
#include "reports/export.hpp"
#include "reports/sample_details.hpp"
#include "reports/sample_json.hpp"
#include "server/api_support.hpp"
#include "server/sample_filters.hpp"
#include "support/json_text.hpp"

namespace troupe::server {
namespace {

constexpr std::size_t kLooked = 2000;                 // Samples that one request looks through.
constexpr std::size_t kBytes = std::size_t{4} << 20;  // A page ends once it is so large.

const JsonSchema& decisionSchema() {
  static const auto kSchema = compiled(R"({"type":"object","additionalProperties":false,"required":["pass"],
    "properties":{"pass":{"type":"boolean"},"filter":{"type":"string","minLength":1}}})");
  return kSchema;
}

// What a sample carries over HTTP beside what flows: its genre, and how far it is.
void addState(rapidjson::Document& sample, const journal::SampleRecord& record) {
  auto& memory = sample.GetAllocator();
  sample.AddMember("genre", rapidjson::Value(record.genre, memory), memory);
  const char* state = record.settled ? "settled" : !reports::openHolds(record).empty() ? "held" : "running";
  sample.AddMember("state", rapidjson::StringRef(state), memory);
  if (!record.decided) {
    sample.RemoveMember("ok");
    sample.RemoveMember("error");
  }
}

// Goes through the samples after ?after until `take`, which gives JSON or nothing, has filled a page: {"<name>": […],
// "next"}.
template <typename Take>
void page(const Api& api, Exchange& exchange, const char* name,
          std::vector<std::int64_t> (journal::Journal::*indices)(journal::RunKey, std::int64_t, std::size_t) const,
          const journal::Run& run, Take&& take) {
  const auto limit = static_cast<std::size_t>(exchange.queryInteger("limit", 50, 1, 200));
  auto after = exchange.queryInteger("after", -1, -1, INT64_MAX - 1);
  std::string items;
  std::size_t taken = 0, looked = 0;
  bool more = true;
  while (more && taken < limit && looked < kLooked && items.size() < kBytes) {
    constexpr std::size_t kPage = 256;
    const auto found = (api.journal.*indices)(run.key, after + 1, kPage);
    more = found.size() == kPage;
    for (const auto index : found) {
      if (taken == limit || items.size() >= kBytes) {
        more = true;
        break;
      }
      after = index;
      ++looked;
      const auto record = api.journal.sample(run.key, index);
      const auto json = record ? take(*record) : std::string();
      if (json.empty()) continue;
      items += (taken++ == 0 ? "" : ",") + json;
    }
  }
  exchange.json(
      200, "{\"" + std::string(name) + "\":[" + items + "],\"next\":" + (more ? std::to_string(after) : "null") + "}");
}

void list(const Api& api, Exchange& exchange) {
  const auto run = runOf(api, exchange);
  const auto filters = sampleFilters(exchange);
  page(api, exchange, "samples", &journal::Journal::samples, run,
       [&](const journal::SampleRecord& record) -> std::string {
         if (!filters.mayTake(record)) return {};
         auto sample = reports::sampleJson(run, record);
         if (!filters.take(record, sample)) return {};
         addState(sample, record);
         return toJson(sample);
       });
}

void show(const Api& api, Exchange& exchange) {
  const auto run = runOf(api, exchange);
  const auto index = indexOf(exchange);
  auto details = reports::sampleDetails(api.journal, run, index);
  if (!details) throw HttpError(404, run.id + " has no sample " + std::to_string(index));
  const auto record = details->record;
  auto sample = reports::detailsJson(std::move(*details));
  addState(sample, record);
  exchange.json(200, toJson(sample));
}

std::string heldJson(const journal::SampleRecord& record) {
  rapidjson::Document held(rapidjson::kObjectType);
  auto& memory = held.GetAllocator();
  held.AddMember("index", record.index, memory);
  held.AddMember("genre", rapidjson::Value(record.genre, memory), memory);
  held.AddMember("winner", rapidjson::Value(record.winner, memory), memory);
  held.AddMember("quality", record.quality, memory);
  rapidjson::Value holds(rapidjson::kArrayType);
  for (const auto& hold : reports::openHolds(record)) {
    rapidjson::Value entry(rapidjson::kObjectType);
    entry.AddMember("filter", rapidjson::Value(hold.node, memory), memory);
    entry.AddMember("why", rapidjson::Value(hold.why, memory), memory);
    entry.AddMember("until", hold.until ? rapidjson::Value(*hold.until) : rapidjson::Value(), memory);
    entry.AddMember("pass_by_default", hold.pass_by_default, memory);
    holds.PushBack(entry, memory);
  }
  if (holds.Empty()) return {};
  held.AddMember("holds", holds, memory);
  return toJson(held);
}

void decide(const Api& api, Exchange& exchange) {
  const auto run = runOf(api, exchange);
  const auto index = indexOf(exchange);
  const auto body = bodyObject(exchange, decisionSchema());
  const bool pass = body["pass"].GetBool();
  const std::string filter(config::textMember(body, "filter"));
  if (!api.journal.sample(run.key, index)) throw HttpError(404, run.id + " has no sample " + std::to_string(index));
  if (!orRefuse([&] { return api.runs.decide(run.id, index, filter, pass, exchange.principal().name); }))
    throw HttpError(409, "sample " + std::to_string(index) + " of " + run.id + " waits for no decision" +
                             (filter.empty() ? "" : " of " + troupe::quoted(filter)));
  rapidjson::Document answer(rapidjson::kObjectType);
  auto& memory = answer.GetAllocator();
  answer.AddMember("run", rapidjson::Value(run.id, memory), memory);
  answer.AddMember("index", index, memory);
  answer.AddMember("pass", pass, memory);
  exchange.json(200, toJson(answer));
}

}  // namespace

reports::SampleFilters sampleFilters(const Exchange& exchange) {
  reports::SampleFilters filters;
  filters.genre = exchange.query("genre").value_or("");
  filters.model = exchange.query("model").value_or("");
  filters.saved_only = queryFlag(exchange, "saved");
  filters.min_quality = queryNumber(exchange, "min_quality");
  filters.min_margin = queryNumber(exchange, "min_margin");
  return filters;
}

void addSampleRoutes(Router& router, const ApiPtr& api) {
  const std::string run = "/api/v1/runs/{run}";
  router.add({"GET", run + "/samples", Right::watch, [api](Exchange& exchange) { list(*api, exchange); }});
  router.add({"GET", run + "/samples/{index}", Right::watch, [api](Exchange& exchange) { show(*api, exchange); }});
  router.add({"GET", run + "/held", Right::watch, [api](Exchange& exchange) {
                page(*api, exchange, "held", &journal::Journal::unsettled, runOf(*api, exchange), heldJson);
              }});
  router.add({"POST", run + "/samples/{index}/decision", Right::operate,
              [api](Exchange& exchange) { decide(*api, exchange); }});
}

}  // namespace troupe::server
