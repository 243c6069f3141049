#include "story.hpp"

namespace troupe::sqlite_store {
namespace {

std::optional<std::string> optionalText(const Object& object, std::string_view name) {
  if (!object.has(name)) return std::nullopt;
  return std::string(object.text(name));
}
std::optional<double> optionalNumber(const Object& object, std::string_view name) {
  if (!object.has(name)) return std::nullopt;
  return object.number(name);
}

/// The member as JSON text; an empty list when it is missing.
std::string json(const Object& object, std::string_view name) {
  const auto* value = object.find(name);
  if (value == nullptr || value->IsNull()) return "[]";
  JsonWriter writer;
  writer.value(*value);
  return std::string(writer.text());
}

Object candidate(const Object& sample, std::string_view id) {
  for (const auto& value : sample.array("candidates")) {
    if (!value.IsObject()) throw Error(TROUPE_E_INTERNAL, "a candidate of the sample is not an object");
    const Object found(value);
    if (found.text("id") == id) return found;
  }
  throw Error(TROUPE_E_INTERNAL, "the winner \"" + std::string(id) + "\" is not among the candidates of the sample");
}

std::string lastOfUser(const Object& prompt) {
  std::string content;
  for (const auto& value : prompt.array("messages")) {
    if (!value.IsObject()) throw Error(TROUPE_E_INTERNAL, "a message of the prompt is not an object");
    const Object message(value);
    if (message.text("role") == "user") content = message.text("content");
  }
  return content;
}

}  // namespace

Story Story::of(const Object& sample) {
  const Object prompt = sample.object("prompt");
  const Object winner = candidate(sample, sample.text("winner"));
  Story story;
  story.run = sample.text("run");
  story.index = sample.integer("index");
  if (prompt.has("vars")) story.genre = optionalText(prompt.object("vars"), "genre");
  story.prompt = lastOfUser(prompt);
  story.text = winner.text("text");
  story.node = winner.text("node");
  story.model = optionalText(winner, "model");
  story.quality = optionalNumber(sample, "quality");
  story.margin = optionalNumber(sample, "margin");
  story.reason = optionalText(sample, "reason");
  if (sample.has("seed")) story.seed = sample.integer("seed");
  story.messages = json(prompt, "messages");
  story.ranking = json(sample, "ranking");
  story.scores = json(winner, "scores");
  story.candidates = json(sample, "candidates");
  story.votes = json(sample, "votes");
  story.user_id = optionalText(sample, "user_id");
  return story;
}

}  // namespace troupe::sqlite_store
