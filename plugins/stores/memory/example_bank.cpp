#include "example_bank.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

namespace troupe::memory_store {
namespace {

std::size_t characters(const std::string& utf8) {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

bool better(const Example& a, const Example& b) {
  constexpr double kUnscored = -std::numeric_limits<double>::infinity();
  const double qa = a.quality.value_or(kUnscored);
  const double qb = b.quality.value_or(kUnscored);
  return qa != qb ? qa > qb : a.index < b.index;
}

bool later(const Example& a, const Example& b) { return a.index > b.index; }

std::string_view lastOfUser(const Object& prompt) {
  std::string_view content;
  for (const auto& value : prompt.array("messages")) {
    const Object message(value);
    if (message.text("role") == "user") content = message.text("content");
  }
  return content;
}

}  // namespace

Example Example::of(const Object& sample) {
  const Object prompt = sample.object("prompt");
  const std::string_view winner = sample.text("winner");
  for (const auto& value : sample.array("candidates")) {
    const Object candidate(value);
    if (candidate.text("id") != winner) continue;
    Example example;
    if (prompt.has("vars")) example.genre = prompt.object("vars").text("genre", "");
    example.prompt = lastOfUser(prompt);
    example.text = candidate.text("text");
    if (sample.has("quality")) example.quality = sample.number("quality");
    example.index = sample.integer("index");
    return example;
  }
  throw Error(TROUPE_E_INTERNAL,
              "the winner \"" + std::string(winner) + "\" is not among the candidates of the sample");
}

std::vector<Example> add(std::vector<Example> bank, Example example, const BankRules& rules) {
  const auto same = [&](const Example& e) { return e.index == example.index; };
  bank.erase(std::remove_if(bank.begin(), bank.end(), same), bank.end());
  bank.push_back(std::move(example));
  std::sort(bank.begin(), bank.end(), rules.policy == BankRules::Policy::kBest ? better : later);

  std::vector<Example> kept;
  std::map<std::string, std::size_t> of_genre;
  std::size_t chars = 0;
  for (auto& e : bank) {
    const std::size_t own = characters(e.prompt) + characters(e.text);
    if (kept.size() == rules.keep) break;
    if (chars + own > rules.max_chars) continue;
    if (rules.per_genre != 0 && of_genre[e.genre] == rules.per_genre) continue;
    ++of_genre[e.genre];
    chars += own;
    kept.push_back(std::move(e));
  }
  return kept;
}

void write(JsonWriter& json, const std::vector<Example>& bank) {
  json.beginObject().key("examples").beginArray();
  for (const auto& e : bank) {
    json.beginObject().member("genre", e.genre).member("prompt", e.prompt).member("text", e.text).key("quality");
    if (e.quality) {
      json.value(*e.quality);
    } else {
      json.null();
    }
    json.member("index", e.index).endObject();
  }
  json.endArray().endObject();
}

std::vector<Example> read(const rapidjson::Value* bank) {
  std::vector<Example> examples;
  if (bank == nullptr || bank->IsNull()) return examples;
  for (const auto& value : Object(*bank).array("examples")) {
    const Object object(value);
    Example e;
    e.genre = object.text("genre", "");
    e.prompt = object.text("prompt");
    e.text = object.text("text");
    if (object.has("quality")) e.quality = object.number("quality");
    e.index = object.integer("index");
    examples.push_back(std::move(e));
  }
  return examples;
}

}  // namespace troupe::memory_store
