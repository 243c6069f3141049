#include "pace.hpp"

#include <algorithm>

#include "english.hpp"

namespace troupe::storyteller {

std::vector<Piece> pacePieces(std::string_view story, std::int64_t total_ms) {
  constexpr std::int64_t kShortestWaitMs = 40;
  const std::int64_t words = std::max(countWords(story), 1);
  const std::int64_t count = std::clamp<std::int64_t>(total_ms / kShortestWaitMs, 1, words);
  std::vector<Piece> pieces;
  pieces.reserve(static_cast<std::size_t>(count));
  std::size_t begin = 0;
  std::size_t end = 0;
  std::int64_t told = 0;  // words before `end`
  for (std::int64_t i = 1; i <= count; ++i) {
    // A piece ends before the space that follows its last word, and begins with the space before its first.
    for (const std::int64_t until = words * i / count; told < until; ++told) {
      end = story.find_first_not_of(" \n", end);
      end = std::min(story.find_first_of(" \n", end), story.size());
    }
    if (i == count) end = story.size();
    pieces.push_back({story.substr(begin, end - begin), total_ms * i / count - total_ms * (i - 1) / count});
    begin = end;
  }
  return pieces;
}

std::int64_t storyTime(std::int64_t pace_ms, Random& random) {
  return static_cast<std::int64_t>(static_cast<double>(pace_ms) * (0.7 + 0.6 * random.uniform()));
}

}  // namespace troupe::storyteller
