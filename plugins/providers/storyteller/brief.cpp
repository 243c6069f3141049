#include "brief.hpp"

#include <algorithm>
#include <string_view>

#include "english.hpp"

namespace troupe::storyteller {
namespace {

const rapidjson::Value* member(const rapidjson::Value& object, const char* name) {
  if (!object.IsObject()) return nullptr;
  const auto it = object.FindMember(name);
  return it == object.MemberEnd() ? nullptr : &it->value;
}

std::string_view textOf(const rapidjson::Value* value) {
  if (value == nullptr || !value->IsString()) return {};
  return {value->GetString(), value->GetStringLength()};
}

/// A phrase that fits into a sentence: one short line, without the mark that ended it elsewhere. Anything else is left
/// out.
std::string phraseOf(const rapidjson::Value* value) {
  constexpr std::size_t kLongest = 120;
  std::string_view text = textOf(value);
  while (!text.empty() && std::string_view(" .!?,;:").find(text.back()) != std::string_view::npos)
    text.remove_suffix(1);
  if (text.size() > kLongest || text.find('\n') != std::string_view::npos) return {};
  return std::string(text);
}

int lengthAsked(const rapidjson::Value* value) {
  constexpr int kMost = 100000;
  if (value == nullptr) return 0;
  if (value->IsInt()) return std::clamp(value->GetInt(), 0, kMost);
  int words = 0;
  for (const char c : textOf(value)) {
    if (c < '0' || c > '9') return 0;
    words = std::min(words * 10 + (c - '0'), kMost);
  }
  return words;
}

}  // namespace

Brief readBrief(const rapidjson::Value& prompt) {
  Brief brief{};
  std::string_view last_of_user;
  if (const auto* messages = member(prompt, "messages"); messages != nullptr && messages->IsArray()) {
    for (const auto& message : messages->GetArray()) {
      const std::string_view content = textOf(member(message, "content"));
      brief.prompt_words += countWords(content);
      if (textOf(member(message, "role")) == "user") last_of_user = content;
    }
  }
  if (const auto* vars = member(prompt, "vars"); vars != nullptr) {
    const std::string_view named = textOf(member(*vars, "genre"));
    brief.genre = findGenre(named);
    if (brief.genre == nullptr && !named.empty() && named != "-") brief.genre = &generalShelf();
    brief.idea = {phraseOf(member(*vars, "theme")), phraseOf(member(*vars, "character")),
                  phraseOf(member(*vars, "place")), phraseOf(member(*vars, "object"))};
    brief.words = lengthAsked(member(*vars, "words"));
  }
  if (brief.genre == nullptr) brief.genre = genreNamedIn(last_of_user);
  if (brief.genre == nullptr) brief.genre = &generalShelf();
  return brief;
}

}  // namespace troupe::storyteller
