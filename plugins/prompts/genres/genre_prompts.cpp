#include "genre_prompts.hpp"

#include <algorithm>

#include "shelf.hpp"
#include "support/random.hpp"

namespace troupe::genre_prompts {
namespace {

/// What a template may name, in the order of the values.
const std::vector<std::string>& placeholders() {
  static const std::vector<std::string> names = {"genre", "theme", "words", "character", "place", "object", "number"};
  return names;
}

std::string_view pick(prompts::Random& random, const Texts& texts) { return texts[random.below(texts.size())]; }

/// A length in [min, max], in tens where there is one.
std::uint64_t pickWords(prompts::Random& random, std::uint64_t min, std::uint64_t max) {
  const std::uint64_t words = min + random.below(max - min + 1);
  const std::uint64_t tens = words / 10 * 10;
  return tens >= min ? tens : words;
}

/// The examples to show: those of the genre first, else in the bank's order.
std::vector<const Example*> choose(const std::vector<Example>& examples, const std::string& genre, std::size_t count) {
  std::vector<const Example*> chosen;
  for (const auto& example : examples) chosen.push_back(&example);
  std::stable_partition(chosen.begin(), chosen.end(), [&](const Example* e) { return e->genre == genre; });
  chosen.resize(std::min(chosen.size(), count));
  return chosen;
}

void message(JsonWriter& json, std::string_view role, std::string_view content) {
  json.beginObject().member("role", role).member("content", content).endObject();
}

}  // namespace

std::vector<Example> readExamples(const rapidjson::Value* bank) {
  std::vector<Example> examples;
  if (bank == nullptr || bank->IsNull()) return examples;
  const auto list = bank->IsArray() ? bank->GetArray() : Object(*bank).array("examples");
  for (const auto& value : list) {
    const Object object(value);
    examples.push_back(
        {std::string(object.text("genre", "")), std::string(object.text("prompt")), std::string(object.text("text"))});
  }
  return examples;
}

GenrePrompts::GenrePrompts(const Options& options)
    : genres_(options.texts("genres")),
      shuffled_(options.text("order") == "shuffled"),
      shuffle_seed_(static_cast<std::uint64_t>(options.integer("shuffle_seed"))),
      min_words_(static_cast<std::uint64_t>(options.integer("min_words"))),
      max_words_(static_cast<std::uint64_t>(options.integer("max_words"))),
      max_examples_(static_cast<std::size_t>(options.integer("max_examples"))) {
  if (min_words_ > max_words_) throw Error(TROUPE_E_PERMANENT_REQUEST, "min_words is larger than max_words");
  if (genres_.empty()) {
    for (const auto& genre : shelf()) genres_.emplace_back(genre.name);
  }
  const auto texts = options.texts("templates");
  for (std::size_t i = 0; i < texts.size(); ++i) templates_.emplace_back(texts[i], "templates/" + std::to_string(i));
  if (texts.empty()) {
    for (const auto text : builtInTemplates()) templates_.emplace_back(text, "built-in template");
  }
  for (const auto& entry : templates_) entry.check(placeholders(), "placeholder");
  has_system_ = !options.text("system").empty();
  system_ = prompts::PromptTemplate(options.text("system"), "system");
  system_.check(placeholders(), "placeholder");
}

const std::string& GenrePrompts::genreOf(std::uint64_t index) const {
  const std::uint64_t count = genres_.size();
  const std::uint64_t position = index % count;
  return genres_[shuffled_ ? prompts::shuffled(position, count, shuffle_seed_, index / count) : position];
}

std::string GenrePrompts::make(std::uint64_t index, std::uint64_t seed, const std::vector<Example>& examples) const {
  prompts::Random random(seed);
  const std::string& genre = genreOf(index);
  const std::size_t number = random.below(templates_.size());
  const std::vector<std::string> values = {genre,
                                           std::string(pick(random, themesOf(genre))),
                                           std::to_string(pickWords(random, min_words_, max_words_)),
                                           std::string(pick(random, characters())),
                                           std::string(pick(random, places())),
                                           std::string(pick(random, objects())),
                                           std::to_string(index + 1)};
  const auto value = [&](const std::string& name) -> const std::string& {
    const auto it = std::find(placeholders().begin(), placeholders().end(), name);
    return values[static_cast<std::size_t>(it - placeholders().begin())];
  };
  JsonWriter json;
  json.beginObject().key("messages").beginArray();
  if (has_system_) message(json, "system", system_.fill(value));
  for (const auto* example : choose(examples, genre, max_examples_)) {
    message(json, "user", example->prompt);
    message(json, "assistant", example->text);
  }
  message(json, "user", templates_[number].fill(value));
  json.endArray().key("vars").beginObject().member("genre", genre).member("template", std::to_string(number + 1));
  // Beside the theme only what the prompt speaks of: a scorer may ask whether the story has it.
  json.member("theme", value("theme"));
  for (const auto& name : templates_[number].names()) {
    if (name != "genre" && name != "theme") json.member(name, value(name));
  }
  json.endObject().endObject();
  return std::string(json.text());
}

}  // namespace troupe::genre_prompts
