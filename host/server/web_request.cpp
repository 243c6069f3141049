#include "server/web_request.hpp"

#include <algorithm>
#include <array>
#include <troupe/troupe.hpp>

#include "loader/schemas.hpp"
#include "server/target.hpp"
#include "support/json_schema.hpp"
#include "support/json_text.hpp"

namespace troupe::server {
namespace {

constexpr std::array<std::string_view, 3> kSecret = {"authorization", "cookie", "proxy-authorization"};
// The connection is the host's, and so are the headers that keep browsers safe.
constexpr std::array<std::string_view, 12> kHosts = {"connection",
                                                     "content-length",
                                                     "transfer-encoding",
                                                     "upgrade",
                                                     "trailer",
                                                     "te",
                                                     "keep-alive",
                                                     "date",
                                                     "set-cookie",
                                                     "access-control-allow-origin",
                                                     "access-control-allow-credentials",
                                                     "content-type"};

template <typename List>
bool among(const List& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

std::string_view nameOf(Right right) {
  return right == Right::operate ? "operate" : right == Right::watch ? "watch" : "none";
}

const JsonSchema& responseSchema() {
  static const JsonSchema kSchema = [] {
    std::vector<Problem> problems;
    auto schema = JsonSchema::compile(loader::schemaText("response.schema.json"), problems);
    if (!schema) throw Problems(ExitCode::internal, "response.schema.json", problems);
    return *schema;
  }();
  return kSchema;
}

int statusOf(int code) {
  switch (code) {
    case TROUPE_E_PERMANENT_REQUEST:
      return 400;
    case TROUPE_E_AUTH:
      return 403;
    case TROUPE_E_RATE_LIMITED:
      return 429;
    case TROUPE_E_OVERLOADED:
    case TROUPE_E_TRANSIENT:
      return 503;
    case TROUPE_E_UNSUPPORTED:
      return 501;
    default:
      return 500;
  }
}

bool isToken(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string_view::npos;
  });
}

}  // namespace

std::string webRequestInput(Exchange& exchange, const std::string& pattern) {
  JsonWriter json;
  json.beginObject().key("request").beginObject();
  json.member("method", exchange.method()).member("path", exchange.path()).key("params").beginObject();
  for (auto from = pattern.find('{'); from != std::string::npos; from = pattern.find('{', from + 1)) {
    auto name = pattern.substr(from + 1, pattern.find('}', from) - from - 1);
    if (!name.empty() && name.back() == '*') name.pop_back();
    json.member(name, exchange.param(name));
  }
  json.endObject().key("query").beginObject();
  for (const auto& [name, value] : readTarget(exchange.head().target).query) json.member(name, value);
  json.endObject().key("headers").beginObject();
  std::vector<std::string> told;
  for (const auto& header : exchange.head().headers) {
    if (among(kSecret, header.first) || among(told, header.first)) continue;
    told.push_back(header.first);
    json.member(header.first, exchange.header(header.first));
  }
  json.endObject()
      .member("body", exchange.body())
      .member("base", exchange.base())
      .member("right", nameOf(exchange.principal().right));
  json.endObject().endObject();
  return std::string(json.text());
}

void answerWebRequest(Exchange& exchange, pipeline::Call::Result result) {
  if (result.failure) throw HttpError(statusOf(result.failure->code), result.failure->message);
  if (result.values.size() != 1 || result.values.front().port->type != "troupe:response/1")
    throw HttpError(500, "the plugin gave " + std::to_string(result.values.size()) + " answers, not one");
  std::vector<Problem> problems;
  const auto response = parseJson(result.values.front().json, problems);
  if (response) problems = responseSchema().check(*response);
  if (!problems.empty()) throw HttpError(500, "the plugin's answer is none: " + format("", problems.front()));
  const Object object(*response);
  Headers headers;
  std::string content_type;
  if (object.has("headers"))
    for (const auto& member : object.object("headers").json().GetObject()) {
      const std::string name(member.name.GetString(), member.name.GetStringLength());
      std::string value(member.value.GetString(), member.value.GetStringLength());
      if (!isToken(name) || value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos)
        throw HttpError(500, "the plugin's header " + troupe::quoted(name) + " is none");
      if (lowered(name) == "content-type") content_type = value;
      if (!among(kHosts, lowered(name))) headers.emplace_back(name, std::move(value));
    }
  exchange.send(static_cast<int>(object.integer("status")), content_type, object.text("body", ""), headers);
}

}  // namespace troupe::server
