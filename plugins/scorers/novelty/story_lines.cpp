#include <deque>
#include <fstream>
#include <iterator>
#include <string_view>
#include <utility>

#include <troupe/troupe.hpp>

#include "known_stories.hpp"

namespace troupe::novelty {

namespace {

std::string_view textAt(const rapidjson::Value& object, std::string_view name) {
  const auto* value = detail::find(object, name);
  return value != nullptr && value->IsString() ? std::string_view(value->GetString(), value->GetStringLength())
                                               : std::string_view();
}

const rapidjson::Value* arrayAt(const rapidjson::Value& object, std::string_view name) {
  const auto* value = detail::find(object, name);
  return value != nullptr && value->IsArray() ? value : nullptr;
}

/// Of a line of any shape: a whole sample, a text, or a chat, of which the last answer counts.
std::string_view storyOf(const rapidjson::Value& line) {
  if (const auto text = textAt(line, "text"); !text.empty()) return text;
  if (const auto* candidates = arrayAt(line, "candidates")) {
    const auto winner = textAt(line, "winner");
    for (const auto& candidate : candidates->GetArray()) {
      if (!winner.empty() && textAt(candidate, "id") == winner) return textAt(candidate, "text");
    }
  }
  if (const auto* messages = arrayAt(line, "messages")) {
    for (rapidjson::SizeType i = messages->Size(); i > 0; --i) {
      const auto& message = (*messages)[i - 1];
      if (textAt(message, "role") == "assistant") return textAt(message, "content");
    }
  }
  return {};
}

std::string nameOf(const rapidjson::Value& line, std::size_t number, const std::string& run) {
  const auto* index = detail::find(line, "index");
  if (run.empty() || index == nullptr || !index->IsInt64()) return "line " + std::to_string(number) + " of the file";
  return "sample " + std::to_string(index->GetInt64()) + " of " + run;
}

}  // namespace

std::vector<FiledStory> readLines(const std::string& path, const std::string& other_than_run, const Bound& bound,
                                  const Progress& progress) {
  std::ifstream file(path, std::ios::binary);
  std::deque<FiledStory> newest;
  std::size_t bytes = 0, number = 0, stories = 0, lines = 0;
  std::string text;
  while (std::getline(file, text)) {
    progress();
    ++number;
    const bool cut = file.eof();  // No newline: the last line may have been cut off by a crash.
    if (text.find_first_not_of(" \t\r") == std::string::npos) continue;
    rapidjson::Document line;
    line.Parse<rapidjson::kParseFullPrecisionFlag | rapidjson::kParseIterativeFlag>(text.data(), text.size());
    if (line.HasParseError() || !line.IsObject()) {
      if (cut) break;
      throw Error(TROUPE_E_PERMANENT_REQUEST,
                  path + ":" + std::to_string(number) + ": is no JSON object; name JSON Lines, one story a line");
    }
    ++lines;
    FiledStory story;
    story.run = textAt(line, "run");
    story.text = storyOf(line);
    if (story.text.empty()) continue;  // A sample that failed.
    ++stories;
    if (!story.run.empty() && story.run == other_than_run) continue;
    story.name = nameOf(line, number, story.run);
    bytes += story.text.size();
    newest.push_back(std::move(story));
    while (newest.size() > bound.stories || (bytes > bound.bytes && !newest.empty())) {
      bytes -= newest.front().text.size();
      newest.pop_front();
    }
  }
  if (file.bad()) throw Error(TROUPE_E_TRANSIENT, path + ": cannot be read to its end");
  if (lines > 0 && stories == 0)
    throw Error(TROUPE_E_PERMANENT_REQUEST,
                path + ": none of its " + std::to_string(lines) +
                    " lines has a story: \"text\", \"candidates\" with a \"winner\", or \"messages\"");
  return {std::make_move_iterator(newest.begin()), std::make_move_iterator(newest.end())};
}

}  // namespace troupe::novelty
