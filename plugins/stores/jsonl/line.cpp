#include "line.hpp"

#include <rapidjson/reader.h>

namespace troupe::jsonl_store {
namespace {

Object winnerOf(const Object& sample) {
  const std::string_view winner = sample.text("winner");
  for (const auto& value : sample.array("candidates")) {
    const Object candidate(value);
    if (candidate.text("id") == winner) return candidate;
  }
  throw Error(TROUPE_E_INTERNAL,
              "the winner \"" + std::string(winner) + "\" is not among the candidates of the sample");
}

void copy(JsonWriter& json, const Object& from, std::string_view name) {
  const auto* value = from.find(name);
  json.key(name);
  if (value == nullptr) {
    json.null();
  } else {
    json.value(*value);
  }
}

/// Finds `run` and `index` at the top of an object without keeping anything else of it.
class KeyHandler : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, KeyHandler> {
 public:
  std::optional<jsonl_store::Key> result() const {
    if (!has_run_ || !has_index_) return std::nullopt;
    return key_;
  }

  bool StartObject() { return open(); }
  bool EndObject(rapidjson::SizeType) { return close(); }
  bool StartArray() { return depth_ > 0 && open(); }  // a line is an object
  bool EndArray(rapidjson::SizeType) { return close(); }
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    if (depth_ != 1) return true;
    const std::string_view name(text, size);
    next_ = name == "run" ? Member::kRun : name == "index" ? Member::kIndex : Member::kOther;
    return true;
  }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    if (depth_ == 1 && next_ == Member::kRun) {
      key_.run.assign(text, size);
      has_run_ = true;
    }
    return Default();
  }
  bool Int(int value) { return number(value); }
  bool Uint(unsigned value) { return number(value); }
  bool Int64(std::int64_t value) { return number(value); }
  bool Default() {
    next_ = Member::kOther;
    return depth_ > 0;
  }

 private:
  enum class Member { kRun, kIndex, kOther };

  bool number(std::int64_t value) {
    if (depth_ == 1 && next_ == Member::kIndex && value >= 0) {
      key_.index = value;
      has_index_ = true;
    }
    return Default();
  }
  bool open() {
    ++depth_;
    next_ = Member::kOther;
    return true;
  }
  bool close() {
    --depth_;
    return true;
  }

  jsonl_store::Key key_;
  Member next_ = Member::kOther;
  int depth_ = 0;
  bool has_run_ = false;
  bool has_index_ = false;
};

}  // namespace

Line Line::of(const Object& sample, Shape shape) {
  const Object winner = winnerOf(sample);
  Line line{{std::string(sample.text("run")), sample.integer("index")}, ""};
  if (line.key.index < 0) throw Error(TROUPE_E_INTERNAL, "\"index\" is negative");
  JsonWriter json;
  json.beginObject().member("run", line.key.run).member("index", line.key.index);
  if (shape == Shape::kFull) {
    for (const auto& member : sample.json().GetObject()) {
      const std::string_view name(member.name.GetString(), member.name.GetStringLength());
      if (name == "run" || name == "index") continue;
      json.key(name).value(member.value);
    }
  } else {
    const Object prompt = sample.object("prompt");
    if (shape == Shape::kText) {
      json.key("genre");
      if (prompt.has("vars") && prompt.object("vars").has("genre")) {
        json.value(prompt.object("vars").text("genre"));
      } else {
        json.null();
      }
      copy(json, winner, "text");
    } else {
      json.key("messages").beginArray();
      for (const auto& message : prompt.array("messages")) json.value(message);
      json.beginObject().member("role", "assistant");
      copy(json.key("content").value(winner.text("text")).endObject().endArray(), winner, "model");
    }
    copy(json, sample, "quality");
  }
  json.endObject();
  line.text = json.text();
  line.text += '\n';
  return line;
}

std::optional<Key> keyOf(std::string_view line) {
  KeyHandler handler;
  rapidjson::MemoryStream stream(line.data(), line.size());
  rapidjson::Reader reader;
  const auto result =
      reader.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag>(stream, handler);
  if (result.IsError()) return std::nullopt;
  return handler.result();
}

}  // namespace troupe::jsonl_store
