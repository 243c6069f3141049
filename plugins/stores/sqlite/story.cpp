#include "story.hpp"

namespace troupe::sqlite_store {
namespace {

std::optional<std::string> optionalText(const Fields& object, std::string_view name) {
  if (!object.has(name)) return std::nullopt;
  return object.text(name);
}
std::optional<double> optionalNumber(const Fields& object, std::string_view name) {
  if (!object.has(name)) return std::nullopt;
  return object.number(name);
}

/// The member as the host wrote it; an empty list when it is missing.
std::string json(const Fields& object, std::string_view name) {
  return object.has(name) ? std::string(object.json(name)) : "[]";
}

Fields candidate(const Fields& sample, std::string_view id) {
  for (const auto value : sample.array("candidates")) {
    if (value.front() != '{') throw Error(TROUPE_E_INTERNAL, "a candidate of the sample is not an object");
    Fields found(value);
    if (found.text("id") == id) return found;
  }
  throw Error(TROUPE_E_INTERNAL, "the winner \"" + std::string(id) + "\" is not among the candidates of the sample");
}

std::string lastOfUser(const Fields& prompt) {
  std::string content;
  for (const auto value : prompt.array("messages")) {
    if (value.front() != '{') throw Error(TROUPE_E_INTERNAL, "a message of the prompt is not an object");
    const Fields message(value);
    if (message.text("role") == "user") content = message.text("content");
  }
  return content;
}

}  // namespace

Story Story::of(const Fields& sample) {
  const Fields prompt = sample.object("prompt");
  const Fields winner = candidate(sample, sample.text("winner"));
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
