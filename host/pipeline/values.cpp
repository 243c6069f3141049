#include "pipeline/values.hpp"

#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/internal/dtoa.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>
#include <utility>

#include "pipeline/compact_json.hpp"
#include "pipeline/json_view.hpp"
#include "pipeline/judgement_checks.hpp"

namespace troupe::pipeline {
namespace {

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

// Values are written by recursion, so their depth is bounded.
void checkDepth(std::string_view json) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_string) {
      if (c == '\\') ++i;
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kMaxDepth) throw BadValue("nested deeper than " + std::to_string(kMaxDepth));
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
}

// Checks the text and writes it anew, compact.
std::string rewritten(std::string_view json) {
  checkDepth(json);
  rapidjson::Document document;
  document.Parse<rapidjson::kParseFullPrecisionFlag | rapidjson::kParseValidateEncodingFlag |
                 rapidjson::kParseIterativeFlag>(json.data() ? json.data() : "", json.size());
  if (document.HasParseError())
    throw BadValue(std::string("no JSON: ") + rapidjson::GetParseError_En(document.GetParseError()) + " at byte " +
                   std::to_string(document.GetErrorOffset()));
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  document.Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

// An emission as compact JSON. What our own writer wrote, as most plugins do, is that already.
class Compact {
 public:
  explicit Compact(std::string_view emitted)
      : rewritten_(isCompactJson(emitted) ? std::string() : rewritten(emitted)),
        value_(rewritten_.empty() ? emitted : rewritten_) {}
  Compact(const Compact&) = delete;
  Compact& operator=(const Compact&) = delete;
  JsonView value() const { return value_; }
  JsonMembers object() const {
    if (!value_.isObject()) throw BadValue("no JSON object");
    return JsonMembers(value_);
  }

 private:
  const std::string rewritten_;
  const JsonView value_;
};

// A member that is null counts as absent.
JsonView given(const JsonMembers& object, std::string_view name) {
  const auto value = object.at(name);
  return value.isNull() ? JsonView() : value;
}

JsonView givenText(const JsonMembers& object, std::string_view name) {
  const auto value = given(object, name);
  if (value && !value.isString()) throw BadValue("\"" + std::string(name) + "\" is no string");
  return value;
}

// `,"name":json`
void member(std::string& out, std::string_view name, std::string_view json) {
  ((out += ",\"") += name) += "\":";
  out += json;
}

void copyOthers(std::string& out, const JsonMembers& object, std::initializer_list<std::string_view> taken) {
  for (const auto& [name, value] : object)
    if (!value.isNull() && std::find(taken.begin(), taken.end(), name) == taken.end()) member(out, name, value.json());
}

// The number as one with a fraction, as all of its kind flow.
std::string fraction(JsonView number) {
  return number.json().find_first_of(".e") == std::string_view::npos ? jsonNumber(number.number())
                                                                     : std::string(number.json());
}

void checkMessages(const JsonMembers& object) {
  const auto messages = given(object, "messages").elements();
  if (messages.empty()) throw BadValue("\"messages\" is missing or no array with a message");
  for (const auto& value : messages) {
    const JsonMembers message(value);
    const auto role = givenText(message, "role");
    if (!role || !givenText(message, "content")) throw BadValue("a message needs \"role\" and \"content\"");
    const auto word = role.text();
    if (word != "system" && word != "user" && word != "assistant")
      throw BadValue("role \"" + word + "\" is none of system, user, assistant");
  }
}

// Of members that flow on as they are, so that a null is a mistake as well.
bool isOptionalNumber(JsonView value) { return !value || (value.isNumber() && value.number() >= 0); }
bool oneOf(JsonView value, std::initializer_list<std::string_view> words) {
  return value.isString() && std::find(words.begin(), words.end(), value.text()) != words.end();
}

void checkUsage(JsonView value) {
  if (!value.isObject()) throw BadValue("\"usage\" is no object");
  const JsonMembers usage(value);
  for (const auto name : {"input", "output"}) {
    const auto tokens = usage.at(name);
    if (tokens && !tokens.integer<std::uint64_t>())
      throw BadValue("\"" + std::string(name) + "\" is no number of tokens");
  }
}

void checkCost(JsonView value) {
  if (!value.isObject()) throw BadValue("\"cost\" is no object");
  const JsonMembers cost(value);
  const auto usd = cost.at("usd");
  if (!usd || !isOptionalNumber(usd)) throw BadValue("\"usd\" is missing or no amount");
  if (!oneOf(cost.at("source"), {"reported", "estimated", "unknown"}))
    throw BadValue("\"source\" is none of reported, estimated, unknown");
}

void checkParts(JsonView parts) {
  checkArray(parts, "parts");
  for (const auto& element : parts.elements()) {
    const JsonMembers part(element);
    const auto name = part.at("name");
    const auto value = part.at("value");
    if (!name.isString() || name.json() == "\"\"" || !isGrade(value))
      throw BadValue("a part needs \"name\", and \"value\" within 0 and 10");
    if (!isOptionalNumber(part.at("weight"))) throw BadValue("\"weight\" of a part is no number from 0");
    if (!isOptionalText(part.at("reason"))) throw BadValue("\"reason\" is no string");
  }
}

void checkVotes(JsonView votes) {
  checkArray(votes, "votes");
  for (const auto& element : votes.elements()) {
    const JsonMembers vote(element);
    if (!vote.at("scorer").isString() || !vote.at("for").isString())
      throw BadValue("a vote needs \"scorer\" and \"for\"");
    if (!isOptionalNumber(vote.at("margin"))) throw BadValue("\"margin\" is no number from 0");
  }
}

template <typename Good>
bool allOf(JsonView array, Good good) {
  const auto elements = array.elements();
  return array.isArray() && std::all_of(elements.begin(), elements.end(), good);
}

}  // namespace

std::string jsonString(std::string_view text) {
  const bool plain = std::none_of(text.begin(), text.end(),
                                  [](char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20; });
  std::string json;
  if (plain) {
    json.reserve(text.size() + 2);
    ((json += '"') += text) += '"';
  } else {
    rapidjson::StringBuffer buffer;
    Writer writer(buffer);
    writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
    json.assign(buffer.GetString(), buffer.GetSize());
  }
  return json;
}

std::string jsonNumber(double value) {
  if (!std::isfinite(value)) throw BadValue("a number that is not finite");
  std::array<char, 32> digits;
  return {digits.data(), rapidjson::internal::dtoa(value, digits.data())};
}

std::string normalize(std::string_view emitted) { return std::string(Compact(emitted).value().json()); }

PromptValue completePrompt(std::string_view emitted, std::int64_t index, std::int64_t seed) {
  const Compact compact(emitted);
  const auto object = compact.object();
  checkMessages(object);
  const auto id = givenText(object, "id");
  if (id && id.json() == "\"\"") throw BadValue("\"id\" is empty");
  const auto vars = given(object, "vars");
  if (vars && !vars.isObject()) throw BadValue("\"vars\" is no object");
  const auto genre = vars ? JsonMembers(vars).at("genre") : JsonView();
  if (!isOptionalText(genre)) throw BadValue("\"genre\" is no string");
  PromptValue prompt;
  prompt.genre = genre ? genre.text() : std::string();
  if (prompt.genre.empty()) prompt.genre = "-";
  auto& json = prompt.json;
  json.reserve(emitted.size() + 64);
  json = "{\"id\":";
  json += id ? std::string(id.json()) : "\"" + std::to_string(index) + "\"";
  member(json, "index", std::to_string(index));
  member(json, "seed", std::to_string(seed));
  member(json, "messages", given(object, "messages").json());
  member(json, "vars", vars ? vars.json() : "{}");
  copyOthers(json, object, {"id", "index", "seed", "messages", "vars"});
  json += '}';
  return prompt;
}

CandidateValue completeCandidate(std::string_view emitted, std::int64_t index, std::string_view node,
                                 std::int64_t latency_ms, int attempts, const CostOf& cost_of) {
  const Compact compact(emitted);
  const auto object = compact.object();
  const auto text = givenText(object, "text");
  if (!text) throw BadValue("\"text\" is missing");
  const auto model = givenText(object, "model");
  const auto finish = givenText(object, "finish");
  if (finish && !oneOf(finish, {"stop", "length", "content"}))
    throw BadValue("\"finish\" is \"" + finish.text().substr(0, 64) + "\", none of stop, length, content");
  const auto usage = given(object, "usage");
  if (usage) checkUsage(usage);
  const auto cost = given(object, "cost");
  if (cost) checkCost(cost);
  const auto name = jsonString(node);
  std::string json;
  json.reserve(emitted.size() + 192);
  ((json += "{\"id\":\"") += std::to_string(index)) += '/';
  json += std::string_view(name).substr(1);
  member(json, "node", name);
  member(json, "model", model ? model.json() : name);
  member(json, "text", text.json());
  member(json, "finish", finish ? finish.json() : "\"stop\"");
  member(json, "usage", usage ? usage.json() : "{}");
  const auto found = cost || !cost_of ? std::string() : cost_of(compact.value().json());
  member(json, "cost", cost ? cost.json() : found.empty() ? R"({"usd":0,"source":"unknown"})" : found);
  member(json, "latency_ms", std::to_string(latency_ms));
  member(json, "attempts", std::to_string(attempts));
  copyOthers(json, object, {"id", "node", "model", "text", "finish", "usage", "cost", "latency_ms", "attempts"});
  json += '}';
  return {std::move(json)};
}

ScoreValue completeScore(std::string_view emitted, std::string_view candidate, std::string_view scorer) {
  const Compact compact(emitted);
  const auto object = compact.object();
  ScoreValue score;
  score.candidate = candidate;
  if (score.candidate.empty()) {
    const auto id = givenText(object, "candidate");
    if (!id) throw BadValue("\"candidate\" is missing; a scorer of whole samples says whose score it is");
    score.candidate = id.text();
  }
  const auto abstained = given(object, "abstained");
  if (abstained && !abstained.isBool()) throw BadValue("\"abstained\" is neither true nor false");
  const auto value = abstained.truth() ? JsonView() : given(object, "value");
  if (!abstained.truth()) {
    if (!value.isNumber()) throw BadValue("\"value\" is missing or no number; to abstain say \"abstained\": true");
    score.value = value.number();
    if (!(*score.value >= 0.0 && *score.value <= 10.0))
      throw BadValue("\"value\" is " + fraction(value) + ", not within 0 and 10");
  }
  if (const auto parts = given(object, "parts")) checkParts(parts);
  if (const auto pairs = given(object, "pairs")) score.compared = checkPairs(pairs);
  if (const auto votes = given(object, "votes")) checkJudgements(votes);
  const auto reason = givenText(object, "reason");
  if (reason) score.reason = reason.text();
  auto& json = score.json;
  json.reserve(emitted.size() + score.candidate.size() + scorer.size() + 64);
  (json += "{\"candidate\":") += jsonString(score.candidate);
  member(json, "scorer", jsonString(scorer));
  if (value) member(json, "value", fraction(value));
  member(json, "reason", reason ? reason.json() : "\"\"");
  member(json, "abstained", score.value ? "false" : "true");
  copyOthers(json, object, {"candidate", "scorer", "value", "reason", "abstained"});
  json += '}';
  return score;
}

ScoreValue abstention(std::string_view candidate, std::string_view scorer, std::string_view reason) {
  ScoreValue score;
  score.candidate = candidate;
  score.reason = reason;
  score.json = "{\"candidate\":" + jsonString(candidate) + ",\"scorer\":" + jsonString(scorer) +
               ",\"reason\":" + jsonString(reason) + ",\"abstained\":true}";
  return score;
}

SelectionValue completeSelection(std::string_view emitted, const std::vector<std::string>& candidates) {
  const Compact compact(emitted);
  const auto object = compact.object();
  const auto known = [&](JsonView id) {
    if (!id.isString() || std::find(candidates.begin(), candidates.end(), id.text()) == candidates.end())
      throw BadValue("names a candidate that the sample does not have");
  };
  const auto winner = givenText(object, "winner");
  if (!winner) throw BadValue("\"winner\" is missing");
  known(winner);
  SelectionValue selection;
  selection.winner = winner.text();
  for (const auto name : {"ranking", "ties"}) {
    const auto ids = given(object, name);
    if (!ids) continue;
    checkArray(ids, name);
    for (const auto& id : ids.elements()) known(id);
  }
  const auto margin = given(object, "margin");
  if (!isOptionalNumber(margin)) throw BadValue("\"margin\" is no number from 0");
  if (margin) selection.margin = margin.number();
  const auto reason = givenText(object, "reason");
  if (reason) selection.reason = reason.text();
  if (const auto votes = given(object, "votes")) checkVotes(votes);
  if (const auto points = given(object, "points")) checkPoints(points);
  if (const auto abstained = given(object, "abstained");
      abstained && !allOf(abstained, [](JsonView who) { return who.isString(); }))
    throw BadValue("\"abstained\" is no array of strings");
  auto& members = selection.members;
  members.reserve(emitted.size() + 64);
  (members += "\"winner\":") += winner.json();
  for (const auto name : {"ranking", "ties", "abstained", "votes"}) {
    const auto list = given(object, name);
    member(members, name, list ? list.json() : "[]");
  }
  if (margin) member(members, "margin", fraction(margin));
  member(members, "reason", reason ? reason.json() : "\"\"");
  copyOthers(members, object,
             {"winner", "ranking", "ties", "abstained", "votes", "margin", "reason", "quality", "qualities", "ensemble",
              "run", "index", "seed", "prompt", "candidates"});
  return selection;
}

VerdictValue readVerdict(std::string_view emitted) {
  const Compact compact(emitted);
  const auto object = compact.object();
  const auto pass = given(object, "pass");
  if (!pass.isBool()) throw BadValue("\"pass\" is missing or neither true nor false");
  const auto reason = givenText(object, "reason");
  return {pass.truth(), reason ? reason.text() : std::string()};
}

HoldValue readHold(std::string_view emitted) {
  const Compact compact(emitted);
  const auto object = compact.object();
  HoldValue hold;
  if (const auto until = given(object, "until")) {
    hold.until = until.integer<std::int64_t>();
    if (!hold.until) throw BadValue("\"until\" is no time in unix milliseconds");
  }
  const auto fallback = givenText(object, "default");
  if (!fallback) throw BadValue("\"default\" is missing; it is \"pass\" or \"drop\"");
  if (!oneOf(fallback, {"pass", "drop"})) throw BadValue("\"default\" is neither \"pass\" nor \"drop\"");
  hold.pass_by_default = fallback.text() == "pass";
  const auto why = givenText(object, "why");
  if (!why) throw BadValue("\"why\" is missing");
  hold.why = why.text();
  return hold;
}

std::string readSavedId(std::string_view emitted) {
  const Compact compact(emitted);
  const auto id = given(JsonMembers(compact.value()), "id");
  return id ? std::string(id.json()) : "null";
}

CandidateView readCandidate(std::string_view json) {
  const JsonMembers candidate{JsonView(json)};
  const auto textOf = [&](std::string_view name) {
    return candidate.at(name).isString() ? candidate.at(name).text() : std::string();
  };
  return {textOf("text"), textOf("model")};
}

}  // namespace troupe::pipeline
