#include "services/http/message.hpp"

#include <troupe/troupe.hpp>

#include <rapidjson/memorystream.h>

#include <Poco/Base64Decoder.h>
#include <Poco/Exception.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <map>
#include <sstream>

#include "support/json_text.hpp"

namespace troupe::services {
namespace {

constexpr std::size_t kMaxHeaders = 128;
constexpr std::size_t kMaxHeaderBytes = std::size_t{64} << 10;
constexpr std::size_t kMaxUrlBytes = std::size_t{16} << 10;
constexpr std::size_t kMaxBodyBytes = std::size_t{64} << 20;
constexpr std::int64_t kMaxTimeoutMs = 24 * 3600 * 1000;

[[noreturn]] void refuse(const std::string& fact) {
  throw HttpFailure(TROUPE_E_PERMANENT_REQUEST, "the request: " + fact);
}

bool isToken(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string_view::npos;
  });
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

std::string textOf(const rapidjson::Value& value, const char* what) {
  if (!value.IsString()) refuse("\"" + std::string(what) + "\" is no text");
  return {value.GetString(), value.GetStringLength()};
}

std::chrono::milliseconds timeOf(const rapidjson::Value& value, const char* what) {
  if (!value.IsInt64() || value.GetInt64() < 1 || value.GetInt64() > kMaxTimeoutMs)
    refuse("\"" + std::string(what) + "\" is no whole number from 1 to " + std::to_string(kMaxTimeoutMs));
  return std::chrono::milliseconds(value.GetInt64());
}

HttpMode modeOf(const std::string& name) {
  if (name == "body") return HttpMode::body;
  if (name == "lines") return HttpMode::lines;
  if (name == "sse") return HttpMode::sse;
  throw HttpFailure(TROUPE_E_UNSUPPORTED, "the request: mode " + troupe::quoted(name) +
                                              " is unknown to this host; it knows \"body\", \"lines\" and \"sse\"");
}

std::string decoded(const std::string& base64) try {
  std::istringstream in(base64);
  Poco::Base64Decoder decoder(in);
  std::string bytes{std::istreambuf_iterator<char>(decoder), {}};
  if (decoder.bad()) refuse("\"body_base64\" is no Base64");
  return bytes;
} catch (const Poco::Exception&) {
  refuse("\"body_base64\" is no Base64");
}

void readHeaders(const rapidjson::Value& json, HttpRequest& request) {
  if (!json.IsObject()) refuse("\"headers\" is no object");
  if (json.MemberCount() > kMaxHeaders) refuse("it has more than " + std::to_string(kMaxHeaders) + " headers");
  std::size_t bytes = 0;
  for (const auto& entry : json.GetObject()) {
    request.headers.emplace_back(textOf(entry.name, "headers"), textOf(entry.value, entry.name.GetString()));
    bytes += request.headers.back().first.size() + request.headers.back().second.size();
    checkHeader(request.headers.back().first, request.headers.back().second);
  }
  if (bytes > kMaxHeaderBytes) refuse("its headers are larger than " + std::to_string(kMaxHeaderBytes) + " bytes");
}

void readSignatures(const rapidjson::Value& json, HttpRequest& request) {
  if (!json.IsArray()) refuse("\"sign\" is no array");
  for (const auto& entry : json.GetArray()) {
    HttpRequest::Signature signature;
    if (!entry.IsObject()) refuse("\"sign\" holds something that is no object");
    for (const auto& item : entry.GetObject()) {
      const auto name = textOf(item.name, "sign");
      if (name == "header")
        signature.header = textOf(item.value, "header");
      else if (name == "secret")
        signature.secret = textOf(item.value, "secret");
      else if (name == "prefix")
        signature.prefix = textOf(item.value, "prefix");
      else
        refuse("\"sign\" has no member " + troupe::quoted(name));
    }
    if (signature.secret.empty()) refuse("\"sign\" has an entry without \"secret\"");
    checkHeader(signature.header, signature.prefix);
    request.sign.push_back(std::move(signature));
  }
}

void readMember(const std::string& name, const rapidjson::Value& value, HttpRequest& request) {
  if (name == "method") {
    request.method = textOf(value, "method");
    if (!isToken(request.method) || request.method.size() > 32)
      refuse(troupe::quoted(request.method) + " is no method");
    if (request.method == "CONNECT" || request.method == "TRACE") refuse("method " + request.method + " is not sent");
  } else if (name == "url") {
    request.url = textOf(value, "url");
    if (request.url.size() > kMaxUrlBytes) refuse("its url is longer than " + std::to_string(kMaxUrlBytes) + " bytes");
  } else if (name == "headers") {
    readHeaders(value, request);
  } else if (name == "body" || name == "body_base64") {
    if (request.has_body) refuse("it has both \"body\" and \"body_base64\"");
    request.body = name == "body" ? textOf(value, "body") : decoded(textOf(value, "body_base64"));
    request.has_body = true;
    if (request.body.size() > kMaxBodyBytes) refuse("its body is larger than 64 MiB");
  } else if (name == "timeout_ms") {
    request.timeout = timeOf(value, "timeout_ms");
  } else if (name == "first_byte_ms") {
    request.first_byte = timeOf(value, "first_byte_ms");
  } else if (name == "idle_ms") {
    request.idle = timeOf(value, "idle_ms");
  } else if (name == "sign") {
    readSignatures(value, request);
  } else if (name == "mode") {
    request.mode = modeOf(textOf(value, "mode"));
  } else {
    refuse("it has no member " + troupe::quoted(name));
  }
}

}  // namespace

HttpRequest readHttpRequest(std::string_view json) {
  // Not the host's reader of files: a body may be larger than those.
  if (json.size() > 2 * kMaxBodyBytes) refuse("it is larger than 128 MiB");
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag>(
      json.empty() ? "" : json.data(), json.size());
  if (document.HasParseError() || !document.IsObject()) refuse("it is no JSON object");
  HttpRequest request;
  for (const auto& entry : document.GetObject()) readMember(textOf(entry.name, "name"), entry.value, request);
  if (request.url.empty()) refuse("it has no \"url\"");
  return request;
}

void checkHeader(const std::string& name, const std::string& value) {
  static constexpr std::array<std::string_view, 11> kOwn = {
      "host",    "content-length", "transfer-encoding",   "connection",      "keep-alive", "te", "trailer",
      "upgrade", "expect",         "proxy-authorization", "proxy-connection"};
  if (!isToken(name)) refuse(troupe::quoted(name) + " is no name of a header");
  if (std::find(kOwn.begin(), kOwn.end(), lower(name)) != kOwn.end())
    refuse("header " + troupe::quoted(name) + " is set by the host");
  const auto breaks = [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; };
  if (std::any_of(value.begin(), value.end(), breaks))
    refuse("header " + troupe::quoted(name) + " holds a line break or another control character");
}

std::string asUtf8(const std::string& text) {
  rapidjson::MemoryStream in(text.data(), text.size());
  rapidjson::StringBuffer ignored;
  bool valid = true;
  while (valid && in.Tell() < text.size()) valid = rapidjson::UTF8<>::Validate(in, ignored);
  if (valid) return text;
  std::string out;
  for (const unsigned char c : text) {
    if (c < 0x80) {
      out += static_cast<char>(c);
    } else {
      out += static_cast<char>(0xc0 | (c >> 6));
      out += static_cast<char>(0x80 | (c & 0x3f));
    }
  }
  return out;
}

std::string headJson(const HttpHead& head) {
  std::map<std::string, std::string> joined;
  for (const auto& header : head.headers) {
    auto& value = joined[header.first];
    value += (value.empty() ? "" : ", ") + asUtf8(header.second);
  }
  JsonWriter json;
  json.beginObject().member("status", head.status).key("headers").beginObject();
  for (const auto& header : joined) json.member(header.first, std::string_view(header.second));
  json.endObject().endObject();
  return std::string(json.text());
}

}  // namespace troupe::services
