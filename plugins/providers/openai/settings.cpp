#include "settings.hpp"

#include <strings.h>

#include <algorithm>
#include <array>

namespace troupe::openai {
namespace {

using rapidjson::Value;

[[noreturn]] void refuse(const std::string& what) { throw Error(TROUPE_E_PERMANENT_REQUEST, what); }

// Two headers of one name, and a server may read either.
void refuseOwnHeader(const std::string& name) {
  if (::strcasecmp(name.c_str(), "Authorization") == 0)
    refuse(R"("headers" must not hold "Authorization"; it is made of "api_key")");
  if (::strcasecmp(name.c_str(), "Content-Type") == 0) refuse(R"("headers" must not hold "Content-Type")");
}

// OpenAI's newer models refuse the old name, and many other servers know no other.
const char* tokensField(const Options& options, std::string_view url) {
  const auto wanted = options.text("max_tokens_field", "auto");
  static constexpr std::string_view kOpenAi = "api.openai.com";
  const auto host = authorityOf(url).substr(0, authorityOf(url).find(':'));
  const bool openai = host == kOpenAi || (host.size() > kOpenAi.size() &&
                                          host.substr(host.size() - kOpenAi.size() - 1) == ".api.openai.com");
  return wanted == "max_completion_tokens" || (wanted == "auto" && openai) ? "max_completion_tokens" : "max_tokens";
}

class Members {
 public:
  /// The value of an option, where it is given, as a member of the body.
  void copy(const Options& options, const char* option, const char* name) {
    if (options.has(option)) set(name, Value(*options.find(option), pool()));
  }
  /// A member of the same name is replaced.
  void set(std::string_view name, Value value) {
    Value key(name.data(), static_cast<rapidjson::SizeType>(name.size()), pool());
    if (const auto known = json_->FindMember(key); known != json_->MemberEnd())
      known->value = std::move(value);
    else
      json_->AddMember(std::move(key), std::move(value), pool());
  }
  rapidjson::Document::AllocatorType& pool() { return json_->GetAllocator(); }
  bool has(std::string_view name) const { return Object(*json_).find(name) != nullptr; }
  std::shared_ptr<const rapidjson::Document> json() const { return json_; }

 private:
  const std::shared_ptr<rapidjson::Document> json_ = std::make_shared<rapidjson::Document>(rapidjson::kObjectType);
};

// The schema may be an object, or its text, as a text field of an editor gives it.
void setSchema(const Options& options, Members& members) {
  const auto& given = *options.find("response_schema");
  rapidjson::Document parsed;
  if (given.IsString()) parsed.Parse<rapidjson::kParseIterativeFlag>(given.GetString(), given.GetStringLength());
  if (given.IsString() && (parsed.HasParseError() || !parsed.IsObject()))
    refuse(R"("response_schema" is no JSON object)");
  auto& pool = members.pool();
  Value json_schema(rapidjson::kObjectType);
  json_schema.AddMember("name", "answer", pool).AddMember("strict", true, pool);
  json_schema.AddMember("schema", Value(given.IsString() ? static_cast<const Value&>(parsed) : given, pool), pool);
  Value format(rapidjson::kObjectType);
  format.AddMember("type", "json_schema", pool).AddMember("json_schema", json_schema, pool);
  members.set("response_format", std::move(format));
}

void setFormat(const Options& options, Members& members) {
  if (options.has("response_schema")) {
    if (options.has("response_format")) refuse(R"(give either "response_format" or "response_schema")");
    return setSchema(options, members);
  }
  if (!options.has("response_format")) return;
  Value format(rapidjson::kObjectType);
  format.AddMember("type", Value(*options.find("response_format"), members.pool()), members.pool());
  members.set("response_format", std::move(format));
}

void mergeExtra(const Options& options, Members& members) {
  static constexpr std::array<std::string_view, 5> kOwn = {"messages", "model", "n", "stream", "stream_options"};
  if (!options.has("extra")) return;
  for (const auto& entry : options.object("extra").json().GetObject()) {
    const std::string_view name(entry.name.GetString(), entry.name.GetStringLength());
    if (std::find(kOwn.begin(), kOwn.end(), name) != kOwn.end())
      refuse("\"extra\" must not hold \"" + std::string(name) + "\"");
    members.set(name, Value(entry.value, members.pool()));
  }
}

}  // namespace

Settings settingsOf(const Options& options) {
  Settings settings;
  const auto base = options.text("base_url");
  settings.url = endpointOf(base);
  settings.model = options.text("model");
  settings.place = settings.model + " at " + std::string(authorityOf(settings.url));
  settings.api_key = options.text("api_key", "");
  settings.system = options.text("system", "");
  if (options.has("headers")) {
    const auto headers = options.object("headers");
    for (const auto& entry : headers.json().GetObject()) {
      const std::string name(entry.name.GetString(), entry.name.GetStringLength());
      refuseOwnHeader(name);
      settings.headers.emplace_back(name, headers.text(name));
    }
  }
  Members members;
  for (const char* name : {"temperature", "top_p", "stop", "reasoning_effort", "service_tier"})
    members.copy(options, name, name);
  members.copy(options, "max_tokens", tokensField(options, base));
  setFormat(options, members);
  mergeExtra(options, members);
  settings.seed = options.boolean("seed", true) && !members.has("seed");
  settings.stream = options.boolean("stream", false);
  settings.members = members.json();
  return settings;
}

std::string endpointOf(std::string_view base_url) {
  static constexpr std::string_view kPath = "/chat/completions";
  const auto query = std::min(base_url.find_first_of("?#"), base_url.size());
  auto path = base_url.substr(0, query);
  while (!path.empty() && path.back() == '/') path.remove_suffix(1);
  std::string url(path);
  if (path.size() < kPath.size() || path.substr(path.size() - kPath.size()) != kPath) url += kPath;
  return url.append(base_url.substr(query));
}

std::string_view authorityOf(std::string_view url) {
  if (const auto scheme = url.find("://"); scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  return url.substr(0, url.find_first_of("/?#"));
}

}  // namespace troupe::openai
