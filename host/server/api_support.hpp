#pragma once

#include <rapidjson/document.h>

#include <optional>
#include <string>
#include <string_view>

#include "config/pipeline_config.hpp"
#include "server/api.hpp"
#include "server/exchange.hpp"
#include "support/json_schema.hpp"

/// What the handlers of /api/v1 share.
namespace troupe::server {

/// The run that {run} names: an id, the beginning of one, "last" or "latest". Throws HttpError(404).
journal::Run runOf(const Api& api, const Exchange& exchange);

/// {index} of the path. Throws HttpError(404) when it is no index.
std::int64_t indexOf(const Exchange& exchange);

/// A query parameter that is on or off: "" and "true", "1", or "false", "0". Throws HttpError(400).
bool queryFlag(const Exchange& exchange, std::string_view name);

/// A query parameter that is a number. Throws HttpError(400).
std::optional<double> queryNumber(const Exchange& exchange, std::string_view name);

/// The JSON object of the body, checked against a schema: throws HttpError 415 for another media type, 400 for what is
/// no JSON, 422 with every mistake. An empty body reads as {} when `may_be_empty`.
rapidjson::Document bodyObject(Exchange& exchange, const JsonSchema& schema, bool may_be_empty = false);
/// Compiles a schema of this program; throws std::logic_error when it is wrong.
JsonSchema compiled(std::string_view schema);
/// Throws HttpError(415) unless the body's media type, without parameters, is one of those.
void expectMediaType(const Exchange& exchange, std::initializer_list<std::string_view> types);

/// "overrides" of a body: [{"path", "value"}], the values any JSON.
std::vector<config::Override> overridesOf(const rapidjson::Document& body);

/// How pipelines that come over HTTP are checked.
config::CheckOptions checkOptions(const Api& api, std::vector<config::Override> overrides = {},
                                  bool environment = true);
/// Every mistake of a pipeline, what it may not do over HTTP included; none: it is good.
std::vector<Problem> mistakesOf(const Api& api, std::string_view text, const std::string& name,
                                const config::CheckOptions& options);

/// What went wrong with a run, as an answer: 409 for its state, 422 with every mistake, 503 when it cannot be now.
template <typename Do>
auto orRefuse(Do&& work) -> decltype(work());
[[noreturn]] void refuse(const Failure& failure);

/// {"valid", "errors": [{pointer, line, column, detail, repair}]}.
std::string verdictJson(const std::vector<Problem>& mistakes);

template <typename Do>
auto orRefuse(Do&& work) -> decltype(work()) {
  try {
    return work();
  } catch (const Failure& failure) {
    refuse(failure);
  }
}

}  // namespace troupe::server
