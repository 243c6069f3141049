#include <map>
#include <mutex>

#include "config/json_patch.hpp"
#include "config/json_scan.hpp"
#include "config/json_text.hpp"
#include "server/api_support.hpp"
#include "server/precondition.hpp"
#include "support/json_text.hpp"

namespace troupe::server {
namespace {

constexpr const char* kJsonc = "application/jsonc; charset=utf-8";  // JSON with comments

/// How many mistakes a stored pipeline has, looked at again only when the file is another one. [any thread]
class Verdicts {
 public:
  std::size_t mistakes(const Api& api, const PipelineStore::Entry& entry) {
    const Stamp stamp{entry.bytes, entry.mtime_ms};
    {
      const std::lock_guard lock(mutex_);
      if (const auto found = known_.find(entry.name); found != known_.end() && found->second.first == stamp)
        return found->second.second;
    }
    const auto stored = api.pipelines.read(entry.name);
    const auto count = stored ? mistakesOf(api, stored->text, entry.name, checkOptions(api, {}, false)).size() : 0;
    const std::lock_guard lock(mutex_);
    if (known_.size() > 2000) known_.clear();
    known_[entry.name] = {stamp, count};
    return count;
  }

 private:
  using Stamp = std::pair<std::uintmax_t, std::int64_t>;
  std::mutex mutex_;  // Guards all below.
  std::map<std::string, std::pair<Stamp, std::size_t>> known_;
};

std::string nameOf(const Exchange& exchange) {
  auto name = exchange.param("name");
  if (!PipelineStore::isName(name))
    throw HttpError(404, troupe::quoted(name) +
                             " is no name of a pipeline; it has 1 to 100 letters, digits, dots, dashes and "
                             "underscores, and no dot in front");
  return name;
}

PipelineStore::Stored storedOf(const Api& api, const std::string& name) {
  auto stored = api.pipelines.read(name);
  if (!stored)
    throw HttpError(404, "no pipeline is called " + troupe::quoted(name) + "; " + api.pipelines.suggestion(name));
  return std::move(*stored);
}

void list(const Api& api, Exchange& exchange, Verdicts& verdicts) {
  rapidjson::Document answer(rapidjson::kObjectType);
  auto& memory = answer.GetAllocator();
  rapidjson::Value pipelines(rapidjson::kArrayType);
  for (const auto& entry : api.pipelines.list()) {
    const auto mistakes = verdicts.mistakes(api, entry);
    rapidjson::Value pipeline(rapidjson::kObjectType);
    pipeline.AddMember("name", rapidjson::Value(entry.name, memory), memory);
    pipeline.AddMember("bytes", static_cast<std::uint64_t>(entry.bytes), memory);
    pipeline.AddMember("mtime", entry.mtime_ms, memory);
    pipeline.AddMember("valid", mistakes == 0, memory);
    pipeline.AddMember("mistakes", static_cast<std::uint64_t>(mistakes), memory);
    pipelines.PushBack(pipeline, memory);
  }
  answer.AddMember("pipelines", pipelines, memory);
  exchange.json(200, toJson(answer));
}

void show(const Api& api, Exchange& exchange) {
  const auto stored = storedOf(api, nameOf(exchange));
  const Headers headers = {{"ETag", stored.etag}, {"Cache-Control", "no-cache"}};
  if (matches(exchange.header("If-None-Match"), stored.etag)) return exchange.empty(304, headers);
  exchange.send(200, kJsonc, stored.text, headers);
}

[[noreturn]] void refuseCondition(const std::string& name) {
  throw HttpError(412, troupe::quoted(name) + " is no longer what you have read, or is there already; read it again");
}

// Checks and saves; the answer is what is stored then.
void save(const Api& api, Exchange& exchange, const std::string& name, const std::string& text,
          const PipelineStore::Condition& condition) {
  if (text.size() > config::kMaxBytes)
    throw HttpError(413, "the pipeline has " + std::to_string(text.size()) + " bytes; at most 16 MiB are kept");
  if (const auto at = config::firstInvalidUtf8(text); at != std::string::npos)
    throw HttpError(422, "the pipeline is no text",
                    {{"", 0, 0, "byte " + std::to_string(at) + " is not valid UTF-8", "save it as UTF-8"}});
  auto mistakes = mistakesOf(api, text, name, checkOptions(api, {}, false));
  const auto count = mistakes.size();
  if (count > 0 && !queryFlag(exchange, "draft"))
    throw HttpError(422, "the pipeline has mistakes and was not saved; ?draft=true saves it all the same",
                    std::move(mistakes));
  const auto change = orRefuse([&] { return api.pipelines.write(name, text, condition); });
  if (change == PipelineStore::Change::refused) refuseCondition(name);
  const auto etag = etagOf(text);
  rapidjson::Document answer(rapidjson::kObjectType);
  auto& memory = answer.GetAllocator();
  answer.AddMember("name", rapidjson::Value(name, memory), memory);
  answer.AddMember("etag", rapidjson::Value(etag, memory), memory);
  answer.AddMember("valid", count == 0, memory);
  answer.AddMember("mistakes", static_cast<std::uint64_t>(count), memory);
  const bool made = change == PipelineStore::Change::made;
  Headers headers = {{"ETag", etag}};
  if (made) headers.emplace_back("Location", exchange.base() + "/api/v1/pipelines/" + name);
  exchange.json(made ? 201 : 200, toJson(answer), headers);
}

void put(const Api& api, Exchange& exchange) {
  const auto name = nameOf(exchange);
  const auto condition = conditionOf(exchange, true);
  save(api, exchange, name, exchange.body(), condition);
}

void patch(const Api& api, Exchange& exchange) {
  const auto name = nameOf(exchange);
  const auto condition = conditionOf(exchange, false);
  expectMediaType(exchange, {"application/json-patch+json"});
  std::vector<Problem> problems;
  const auto document = parseJson(exchange.body(), problems);
  const auto operations = document ? config::readPatch(*document, problems) : std::nullopt;
  if (!operations) throw HttpError(400, "the body is no JSON Patch", std::move(problems));
  const auto stored = storedOf(api, name);
  if (!condition.holds(stored)) refuseCondition(name);
  const auto text = config::applyPatch(stored.text, *operations, problems);
  if (!text) throw HttpError(409, "the patch does not apply to " + troupe::quoted(name), std::move(problems));
  PipelineStore::Condition unchanged;
  unchanged.etags = {stored.etag};
  save(api, exchange, name, *text, unchanged);
}

void remove(const Api& api, Exchange& exchange) {
  const auto name = nameOf(exchange);
  const auto condition = conditionOf(exchange, false);
  storedOf(api, name);
  if (orRefuse([&] { return api.pipelines.remove(name, condition); }) == PipelineStore::Change::refused)
    refuseCondition(name);
  exchange.empty(204);
}

void validate(const Api& api, Exchange& exchange) {
  const bool environment = !queryFlag(exchange, "portable");
  exchange.json(200, verdictJson(mistakesOf(api, exchange.body(), "pipeline", checkOptions(api, {}, environment))));
}

}  // namespace

void addPipelineRoutes(Router& router, const ApiPtr& api) {
  const std::string pipelines = "/api/v1/pipelines", one = pipelines + "/{name}";
  const auto verdicts = std::make_shared<Verdicts>();
  router.add(
      {"GET", pipelines, Right::watch, [api, verdicts](Exchange& exchange) { list(*api, exchange, *verdicts); }});
  router.add(
      {"POST", pipelines + "/validate", Right::operate, [api](Exchange& exchange) { validate(*api, exchange); }});
  router.add({"GET", one, Right::watch, [api](Exchange& exchange) { show(*api, exchange); }});
  router.add({"PUT", one, Right::operate, [api](Exchange& exchange) { put(*api, exchange); }});
  router.add({"PATCH", one, Right::operate, [api](Exchange& exchange) { patch(*api, exchange); }});
  router.add({"DELETE", one, Right::operate, [api](Exchange& exchange) { remove(*api, exchange); }});
}

}  // namespace troupe::server
