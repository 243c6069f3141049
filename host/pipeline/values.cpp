#include "pipeline/values.hpp"

#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>

namespace troupe::pipeline {
namespace {

using rapidjson::Value;
using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

// Values are written by recursion, so their depth is bounded.
void checkDepth(std::string_view json) {
  constexpr int kMaxDepth = 128;
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

// A parsed emission. Small ones live in the buffer, without an allocation.
class Parsed {
 public:
  explicit Parsed(std::string_view json) : pool_(buffer_.data(), buffer_.size()), document_(&pool_, 256, &stack_pool_) {
    checkDepth(json);
    document_.Parse<rapidjson::kParseFullPrecisionFlag | rapidjson::kParseValidateEncodingFlag |
                    rapidjson::kParseIterativeFlag>(json.data() ? json.data() : "", json.size());
    if (document_.HasParseError())
      throw BadValue(std::string("no JSON: ") + rapidjson::GetParseError_En(document_.GetParseError()) + " at byte " +
                     std::to_string(document_.GetErrorOffset()));
  }
  const Value& root() const { return document_; }
  const Value& object() const {
    if (!document_.IsObject()) throw BadValue("no JSON object");
    return document_;
  }

 private:
  using Pool = rapidjson::MemoryPoolAllocator<>;
  std::array<char, 4096> buffer_;
  std::array<char, 1024> stack_buffer_;
  Pool pool_;
  Pool stack_pool_{stack_buffer_.data(), stack_buffer_.size()};
  rapidjson::GenericDocument<rapidjson::UTF8<>, Pool, Pool> document_;
};

std::string_view textOf(const Value& v) { return {v.GetString(), v.GetStringLength()}; }

const Value* find(const Value& object, std::string_view name) {
  const auto it = object.FindMember(Value(rapidjson::StringRef(name.data(), name.size())));
  return it == object.MemberEnd() || it->value.IsNull() ? nullptr : &it->value;
}

const Value* findText(const Value& object, std::string_view name) {
  const auto* v = find(object, name);
  if (v != nullptr && !v->IsString()) throw BadValue("\"" + std::string(name) + "\" is no string");
  return v;
}

void key(Writer& writer, std::string_view name) {
  writer.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
}
void string(Writer& writer, std::string_view text) {
  writer.String(text.data() ? text.data() : "", static_cast<rapidjson::SizeType>(text.size()));
}

// A member that is null counts as absent.
void copyOthers(Writer& writer, const Value& object, std::initializer_list<std::string_view> taken) {
  for (const auto& member : object.GetObject()) {
    if (member.value.IsNull() || std::find(taken.begin(), taken.end(), textOf(member.name)) != taken.end()) continue;
    key(writer, textOf(member.name));
    member.value.Accept(writer);
  }
}

std::string take(const rapidjson::StringBuffer& buffer) { return {buffer.GetString(), buffer.GetSize()}; }

void checkMessages(const Value& object) {
  const auto* messages = find(object, "messages");
  if (messages == nullptr || !messages->IsArray() || messages->Empty())
    throw BadValue("\"messages\" is missing or no array with a message");
  for (const auto& message : messages->GetArray()) {
    if (!message.IsObject() || findText(message, "role") == nullptr || findText(message, "content") == nullptr)
      throw BadValue("a message needs \"role\" and \"content\"");
    const auto role = textOf(*find(message, "role"));
    if (role != "system" && role != "user" && role != "assistant")
      throw BadValue("role \"" + std::string(role) + "\" is none of system, user, assistant");
  }
}

void checkArray(const Value& value, std::string_view name) {
  if (!value.IsArray()) throw BadValue("\"" + std::string(name) + "\" is no array");
}

// The member of an object that flows on as it is, so that a null in it is a mistake as well.
const Value* member(const Value& object, std::string_view name) {
  const auto it = object.FindMember(Value(rapidjson::StringRef(name.data(), name.size())));
  return it == object.MemberEnd() ? nullptr : &it->value;
}

bool isText(const Value* value) { return value != nullptr && value->IsString(); }
bool isOptionalText(const Value* value) { return value == nullptr || value->IsString(); }
bool isOptionalNumber(const Value* value) { return value == nullptr || (value->IsNumber() && value->GetDouble() >= 0); }
bool oneOf(const Value* value, std::initializer_list<std::string_view> words) {
  return isText(value) && std::find(words.begin(), words.end(), textOf(*value)) != words.end();
}

void checkUsage(const Value& usage) {
  if (!usage.IsObject()) throw BadValue("\"usage\" is no object");
  for (const auto name : {"input", "output"}) {
    const auto* tokens = member(usage, name);
    if (tokens != nullptr && !tokens->IsUint64())
      throw BadValue("\"" + std::string(name) + "\" is no number of tokens");
  }
}

void checkCost(const Value& cost) {
  if (!cost.IsObject()) throw BadValue("\"cost\" is no object");
  const auto* usd = member(cost, "usd");
  if (usd == nullptr || !isOptionalNumber(usd)) throw BadValue("\"usd\" is missing or no amount");
  if (!oneOf(member(cost, "source"), {"reported", "estimated", "unknown"}))
    throw BadValue("\"source\" is none of reported, estimated, unknown");
}

void checkParts(const Value& parts) {
  checkArray(parts, "parts");
  for (const auto& part : parts.GetArray()) {
    const auto* name = part.IsObject() ? member(part, "name") : nullptr;
    const auto* value = part.IsObject() ? member(part, "value") : nullptr;
    if (!isText(name) || name->GetStringLength() == 0 || value == nullptr || !value->IsNumber() ||
        !(value->GetDouble() >= 0 && value->GetDouble() <= 10))
      throw BadValue("a part needs \"name\", and \"value\" within 0 and 10");
    if (!isOptionalNumber(member(part, "weight"))) throw BadValue("\"weight\" of a part is no number from 0");
    if (!isOptionalText(member(part, "reason"))) throw BadValue("\"reason\" is no string");
  }
}

void checkVotes(const Value& votes) {
  checkArray(votes, "votes");
  for (const auto& vote : votes.GetArray()) {
    if (!vote.IsObject() || !isText(member(vote, "scorer")) || !isText(member(vote, "for")))
      throw BadValue("a vote needs \"scorer\" and \"for\"");
    if (!isOptionalNumber(member(vote, "margin"))) throw BadValue("\"margin\" is no number from 0");
  }
}

}  // namespace

std::string jsonString(std::string_view text) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  string(writer, text);
  return take(buffer);
}

std::string jsonNumber(double value) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  if (!writer.Double(value)) throw BadValue("a number that is not finite");
  return take(buffer);
}

std::string normalize(std::string_view emitted) {
  const Parsed parsed(emitted);
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  parsed.root().Accept(writer);
  return take(buffer);
}

PromptValue completePrompt(std::string_view emitted, std::int64_t index, std::int64_t seed) {
  const Parsed parsed(emitted);
  const auto& object = parsed.object();
  checkMessages(object);
  PromptValue prompt;
  prompt.genre = "-";
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartObject();
  key(writer, "id");
  if (const auto* id = findText(object, "id")) {
    if (id->GetStringLength() == 0) throw BadValue("\"id\" is empty");
    id->Accept(writer);
  } else {
    string(writer, std::to_string(index));
  }
  key(writer, "index");
  writer.Int64(index);
  key(writer, "seed");
  writer.Int64(seed);
  key(writer, "messages");
  object["messages"].Accept(writer);
  key(writer, "vars");
  if (const auto* vars = find(object, "vars")) {
    if (!vars->IsObject()) throw BadValue("\"vars\" is no object");
    const auto* genre = member(*vars, "genre");
    if (!isOptionalText(genre)) throw BadValue("\"genre\" is no string");
    if (genre != nullptr && genre->GetStringLength() > 0) prompt.genre = textOf(*genre);
    vars->Accept(writer);
  } else {
    writer.StartObject();
    writer.EndObject();
  }
  copyOthers(writer, object, {"id", "index", "seed", "messages", "vars"});
  writer.EndObject();
  prompt.json = take(buffer);
  return prompt;
}

CandidateValue completeCandidate(std::string_view emitted, std::int64_t index, std::string_view node,
                                 std::int64_t latency_ms, int attempts) {
  const Parsed parsed(emitted);
  const auto& object = parsed.object();
  const auto* text = findText(object, "text");
  if (text == nullptr) throw BadValue("\"text\" is missing");
  rapidjson::StringBuffer buffer(nullptr, emitted.size() + 192);
  Writer writer(buffer);
  writer.StartObject();
  key(writer, "id");
  string(writer, std::to_string(index) + "/" + std::string(node));
  key(writer, "node");
  string(writer, node);
  key(writer, "model");
  if (const auto* model = findText(object, "model")) {
    model->Accept(writer);
  } else {
    string(writer, node);
  }
  key(writer, "text");
  text->Accept(writer);
  key(writer, "finish");
  if (const auto* finish = findText(object, "finish")) {
    if (!oneOf(finish, {"stop", "length", "content"}))
      throw BadValue("\"finish\" is \"" + std::string(textOf(*finish).substr(0, 64)) +
                     "\", none of stop, length, content");
    finish->Accept(writer);
  } else {
    string(writer, "stop");
  }
  key(writer, "usage");
  if (const auto* usage = find(object, "usage")) {
    checkUsage(*usage);
    usage->Accept(writer);
  } else {
    writer.StartObject();
    writer.EndObject();
  }
  key(writer, "cost");
  if (const auto* cost = find(object, "cost")) {
    checkCost(*cost);
    cost->Accept(writer);
  } else {
    writer.StartObject();
    key(writer, "usd");
    writer.Int(0);
    key(writer, "source");
    string(writer, "unknown");
    writer.EndObject();
  }
  key(writer, "latency_ms");
  writer.Int64(latency_ms);
  key(writer, "attempts");
  writer.Int(attempts);
  copyOthers(writer, object, {"id", "node", "model", "text", "finish", "usage", "cost", "latency_ms", "attempts"});
  writer.EndObject();
  return {take(buffer)};
}

ScoreValue completeScore(std::string_view emitted, std::string_view candidate, std::string_view scorer) {
  const Parsed parsed(emitted);
  const auto& object = parsed.object();
  ScoreValue score;
  score.candidate = candidate;
  if (score.candidate.empty()) {
    const auto* id = findText(object, "candidate");
    if (id == nullptr) throw BadValue("\"candidate\" is missing; a scorer of whole samples says whose score it is");
    score.candidate = textOf(*id);
  }
  const auto* abstained = find(object, "abstained");
  if (abstained != nullptr && !abstained->IsBool()) throw BadValue("\"abstained\" is neither true nor false");
  if (abstained == nullptr || !abstained->GetBool()) {
    const auto* value = find(object, "value");
    if (value == nullptr || !value->IsNumber())
      throw BadValue("\"value\" is missing or no number; to abstain say \"abstained\": true");
    score.value = value->GetDouble();
    if (!(*score.value >= 0.0 && *score.value <= 10.0))
      throw BadValue("\"value\" is " + jsonNumber(*score.value) + ", not within 0 and 10");
  }
  if (const auto* parts = find(object, "parts")) checkParts(*parts);
  if (const auto* pairs = find(object, "pairs");
      pairs != nullptr && !(pairs->IsArray() && std::all_of(pairs->Begin(), pairs->End(),
                                                            [](const Value& pair) { return pair.IsObject(); })))
    throw BadValue("\"pairs\" is no array of objects");
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartObject();
  key(writer, "candidate");
  string(writer, score.candidate);
  key(writer, "scorer");
  string(writer, scorer);
  if (score.value) {
    key(writer, "value");
    writer.Double(*score.value);
  }
  key(writer, "reason");
  if (const auto* reason = findText(object, "reason")) score.reason = textOf(*reason);
  string(writer, score.reason);
  key(writer, "abstained");
  writer.Bool(!score.value);
  copyOthers(writer, object, {"candidate", "scorer", "value", "reason", "abstained"});
  writer.EndObject();
  score.json = take(buffer);
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
  const Parsed parsed(emitted);
  const auto& object = parsed.object();
  const auto known = [&](const Value& id) {
    if (!id.IsString() || std::find(candidates.begin(), candidates.end(), textOf(id)) == candidates.end())
      throw BadValue("names a candidate that the sample does not have");
  };
  const auto* winner = findText(object, "winner");
  if (winner == nullptr) throw BadValue("\"winner\" is missing");
  known(*winner);
  SelectionValue selection;
  selection.winner = textOf(*winner);
  for (const auto name : {"ranking", "ties"}) {
    if (const auto* ids = find(object, name)) {
      checkArray(*ids, name);
      for (const auto& id : ids->GetArray()) known(id);
    }
  }
  if (const auto* margin = find(object, "margin")) {
    if (!isOptionalNumber(margin)) throw BadValue("\"margin\" is no number from 0");
    selection.margin = margin->GetDouble();
  }
  if (const auto* reason = findText(object, "reason")) selection.reason = textOf(*reason);
  if (const auto* votes = find(object, "votes")) checkVotes(*votes);
  if (const auto* abstained = find(object, "abstained");
      abstained != nullptr && !(abstained->IsArray() && std::all_of(abstained->Begin(), abstained->End(),
                                                                    [](const Value& who) { return who.IsString(); })))
    throw BadValue("\"abstained\" is no array of strings");
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartObject();
  key(writer, "winner");
  winner->Accept(writer);
  for (const auto name : {"ranking", "ties", "abstained", "votes"}) {
    key(writer, name);
    if (const auto* list = find(object, name)) {
      checkArray(*list, name);
      list->Accept(writer);
    } else {
      writer.StartArray();
      writer.EndArray();
    }
  }
  if (selection.margin) {
    key(writer, "margin");
    writer.Double(*selection.margin);
  }
  key(writer, "reason");
  string(writer, selection.reason);
  copyOthers(writer, object,
             {"winner", "ranking", "ties", "abstained", "votes", "margin", "reason", "quality", "qualities", "run",
              "index", "seed", "prompt", "candidates"});
  writer.EndObject();
  selection.members = std::string(buffer.GetString() + 1, buffer.GetSize() - 2);
  return selection;
}

VerdictValue readVerdict(std::string_view emitted) {
  const Parsed parsed(emitted);
  const auto& object = parsed.object();
  const auto* pass = find(object, "pass");
  if (pass == nullptr || !pass->IsBool()) throw BadValue("\"pass\" is missing or neither true nor false");
  const auto* reason = findText(object, "reason");
  return {pass->GetBool(), reason == nullptr ? std::string() : std::string(textOf(*reason))};
}

HoldValue readHold(std::string_view emitted) {
  const Parsed parsed(emitted);
  const auto& object = parsed.object();
  HoldValue hold;
  if (const auto* until = find(object, "until")) {
    if (!until->IsInt64()) throw BadValue("\"until\" is no time in unix milliseconds");
    hold.until = until->GetInt64();
  }
  const auto* fallback = findText(object, "default");
  if (fallback == nullptr) throw BadValue("\"default\" is missing; it is \"pass\" or \"drop\"");
  if (!oneOf(fallback, {"pass", "drop"})) throw BadValue("\"default\" is neither \"pass\" nor \"drop\"");
  hold.pass_by_default = textOf(*fallback) == "pass";
  const auto* why = findText(object, "why");
  if (why == nullptr) throw BadValue("\"why\" is missing");
  hold.why = textOf(*why);
  return hold;
}

std::string readSavedId(std::string_view emitted) {
  const Parsed parsed(emitted);
  const auto* id = parsed.root().IsObject() ? find(parsed.root(), "id") : nullptr;
  if (id == nullptr) return "null";
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  id->Accept(writer);
  return take(buffer);
}

CandidateView readCandidate(std::string_view json) {
  const Parsed parsed(json);
  CandidateView view;
  if (const auto* text = findText(parsed.object(), "text")) view.text = textOf(*text);
  if (const auto* model = findText(parsed.object(), "model")) view.model = textOf(*model);
  return view;
}

}  // namespace troupe::pipeline
