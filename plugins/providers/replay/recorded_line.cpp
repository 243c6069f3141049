#include "recorded_line.hpp"

#include <troupe/troupe.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace troupe::replay {
namespace {

using Json = rapidjson::Value;

constexpr std::array<std::pair<std::string_view, int>, 11> kCodes = {{
    {"permanent_request", TROUPE_E_PERMANENT_REQUEST},
    {"auth", TROUPE_E_AUTH},
    {"quota_gone", TROUPE_E_QUOTA_GONE},
    {"rate_limited", TROUPE_E_RATE_LIMITED},
    {"overloaded", TROUPE_E_OVERLOADED},
    {"transient", TROUPE_E_TRANSIENT},
    {"content", TROUPE_E_CONTENT},
    {"truncated", TROUPE_E_TRUNCATED},
    {"malformed", TROUPE_E_MALFORMED},
    {"unsupported", TROUPE_E_UNSUPPORTED},
    {"internal", TROUPE_E_INTERNAL},
}};

[[noreturn]] void wrong(const std::string& what) { throw std::invalid_argument(what); }

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

std::string_view view(const Json& string) { return {string.GetString(), string.GetStringLength()}; }

const Json* find(const Json& object, std::string_view name) {
  const auto it = object.FindMember(Json(rapidjson::StringRef(name.data(), name.size())));
  return it == object.MemberEnd() ? nullptr : &it->value;
}

const Json* text(const Json& object, std::string_view name) {
  const Json* value = find(object, name);
  if (value != nullptr && !value->IsString()) wrong(quoted(name) + " is not a string");
  return value;
}

const Json* count(const Json& object, std::string_view name) {
  const Json* value = find(object, name);
  if (value != nullptr && (!value->IsInt64() || value->GetInt64() < 0)) wrong(quoted(name) + " is no integer >= 0");
  return value;
}

template <std::size_t N>
void allowOnly(const Json& object, const std::array<std::string_view, N>& names, std::string_view where) {
  for (const auto& member : object.GetObject()) {
    if (std::find(names.begin(), names.end(), view(member.name)) == names.end())
      wrong("unknown key " + quoted(view(member.name)) + std::string(where));
  }
}

Answer readError(const Json& error) {
  if (!error.IsObject()) wrong("\"error\" is not an object");
  allowOnly(error, std::array<std::string_view, 3>{"code", "message", "retry_after_ms"}, " in \"error\"");
  const Json* code = text(error, "code");
  if (code == nullptr) wrong("\"error\" has no \"code\"");
  const auto* known = std::find_if(kCodes.begin(), kCodes.end(), [&](const auto& c) { return c.first == view(*code); });
  if (known == kCodes.end()) wrong("unknown error code " + quoted(view(*code)));
  Answer answer;
  answer.code = known->second;
  const Json* message = text(error, "message");
  answer.message = message == nullptr ? "recorded error " + std::string(known->first) : std::string(view(*message));
  if (const Json* after = count(error, "retry_after_ms"); after != nullptr) answer.retry_after_ms = after->GetInt64();
  return answer;
}

Answer readCandidate(const Json& line) {
  const Json* words = text(line, "text");
  if (words == nullptr) wrong("neither \"text\" nor \"error\"");
  JsonWriter json;
  json.beginObject().member("text", *words);
  if (const Json* finish = text(line, "finish"); finish != nullptr) {
    const auto name = view(*finish);
    if (name != "stop" && name != "length" && name != "content") wrong("\"finish\" is not stop, length or content");
    json.member("finish", *finish);
  }
  if (const Json* model = text(line, "model"); model != nullptr) json.member("model", *model);
  if (const Json* usage = find(line, "usage"); usage != nullptr) {
    if (!usage->IsObject()) wrong("\"usage\" is not an object");
    for (const auto& member : usage->GetObject()) count(*usage, view(member.name));
    json.member("usage", *usage);
  }
  json.endObject();
  return {std::string(json.text()), TROUPE_OK, {}, -1};
}

void readMatch(const Json& line, RecordedLine& out) {
  constexpr std::array<std::pair<std::string_view, Match>, 3> kTexts = {
      {{"prompt", Match::kPrompt}, {"key", Match::kKey}, {"genre", Match::kGenre}}};
  int matches = 0;
  for (const auto& [name, match] : kTexts) {
    const Json* value = text(line, name);
    if (value == nullptr) continue;
    out.match = match;
    out.text = view(*value);
    ++matches;
  }
  if (const Json* index = count(line, "index"); index != nullptr) {
    out.match = Match::kIndex;
    out.index = index->GetInt64();
    ++matches;
  }
  if (matches > 1) wrong("more than one of \"prompt\", \"key\", \"index\" and \"genre\"");
}

}  // namespace

RecordedLine readLine(std::string_view json) {
  rapidjson::Document line;
  line.Parse<rapidjson::kParseFullPrecisionFlag | rapidjson::kParseIterativeFlag |
             rapidjson::kParseValidateEncodingFlag>(json.data(), json.size());
  if (line.HasParseError())
    wrong("no JSON: " + std::string(rapidjson::GetParseError_En(line.GetParseError())) + " (column " +
          std::to_string(line.GetErrorOffset() + 1) + ")");
  if (!line.IsObject()) wrong("not a JSON object");
  allowOnly(
      line,
      std::array<std::string_view, 9>{"prompt", "key", "index", "genre", "text", "model", "finish", "usage", "error"},
      "");
  RecordedLine out;
  readMatch(line, out);
  const Json* error = find(line, "error");
  if (error != nullptr && find(line, "text") != nullptr) wrong("both \"text\" and \"error\"");
  out.answer = error == nullptr ? readCandidate(line) : readError(*error);
  return out;
}

}  // namespace troupe::replay
