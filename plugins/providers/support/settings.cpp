#include "support/settings.hpp"

#include <strings.h>

#include <algorithm>

namespace troupe::providers {
namespace {

// Two headers of one name, and a server may read either.
void refuseOwnHeader(const std::string& name, std::initializer_list<OwnHeader> own_headers) {
  for (const auto& own : own_headers) {
    if (::strcasecmp(name.c_str(), own.first) != 0) continue;
    refuse("\"headers\" must not hold \"" + std::string(own.first) + "\"" +
           (own.second == nullptr ? "" : "; it is made of \"" + std::string(own.second) + "\""));
  }
}

bool endsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

}  // namespace

void refuse(const std::string& what) { throw Error(TROUPE_E_PERMANENT_REQUEST, what); }

void readSettings(const Options& options, std::initializer_list<OwnHeader> own_headers, Settings& settings) {
  settings.base = options.text("base_url");
  settings.model = options.text("model");
  settings.place = settings.model + " at " + std::string(authorityOf(settings.base));
  settings.api_key = options.text("api_key", "");
  settings.system = options.text("system", "");
  settings.seed = options.boolean("seed", true);
  settings.stream = options.boolean("stream", false);
  settings.schema_in_prompt = options.text("schema_by", "native") == "prompt";
  if (options.has("leave_out")) settings.leave_out = options.texts("leave_out");
  if (options.has("response_schema")) {
    const auto schema = std::make_shared<rapidjson::Document>();
    parseSchema(*options.find("response_schema"), *schema);
    settings.schema = schema;
  }
  if (!options.has("headers")) return;
  const auto headers = options.object("headers");
  for (const auto& entry : headers.json().GetObject()) {
    const std::string name(entry.name.GetString(), entry.name.GetStringLength());
    refuseOwnHeader(name, own_headers);
    settings.headers.emplace_back(name, headers.text(name));
  }
}

void parseSchema(const Json& given, rapidjson::Document& schema) {
  if (given.IsString())
    schema.Parse<rapidjson::kParseFullPrecisionFlag | rapidjson::kParseIterativeFlag>(given.GetString(),
                                                                                      given.GetStringLength());
  else
    schema.CopyFrom(given, schema.GetAllocator());
  if (schema.HasParseError() || !schema.IsObject()) refuse(R"("response_schema" is no JSON object)");
}

const Json* extraOf(const Options& options, std::initializer_list<std::string_view> own) {
  if (!options.has("extra")) return nullptr;
  const auto extra = options.object("extra");
  for (const auto name : own)
    if (extra.find(name) != nullptr) refuse("\"extra\" must not hold \"" + std::string(name) + "\"");
  return &extra.json();
}

std::string urlOf(std::string_view base_url, std::string_view prefix, std::string_view main, std::string_view path) {
  const auto query = std::min(base_url.find_first_of("?#"), base_url.size());
  auto base = base_url.substr(0, query);
  while (!base.empty() && base.back() == '/') base.remove_suffix(1);
  if (!main.empty() && endsWith(base, main)) base.remove_suffix(main.size());
  std::string url(base);
  if (!endsWith(base, prefix)) url += prefix;
  url += path;
  if (query == base_url.size()) return url;
  return url.append(path.find('?') == std::string_view::npos ? "?" : "&").append(base_url.substr(query + 1));
}

std::string percentEncoded(std::string_view text, std::string_view keep) {
  static constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~").find(c) != std::string_view::npos;
    if (plain || keep.find(c) != std::string_view::npos)
      encoded += c;
    else
      encoded.append("%").append(1, kHex[byte >> 4U]).append(1, kHex[byte & 15U]);
  }
  return encoded;
}

std::string_view authorityOf(std::string_view url) {
  if (const auto scheme = url.find("://"); scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  return url.substr(0, url.find_first_of("/?#"));
}

bool leadsTo(std::string_view url, std::string_view host) {
  const auto authority = authorityOf(url);
  const auto own = authority.substr(0, authority.find(':'));
  return own == host || endsWith(own, "." + std::string(host));
}

}  // namespace troupe::providers
