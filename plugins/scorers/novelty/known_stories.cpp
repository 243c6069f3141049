#include "known_stories.hpp"

#include <troupe/troupe.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

namespace troupe::novelty {

namespace {

std::ifstream opened(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error(TROUPE_E_PERMANENT_REQUEST, path + ": cannot be read: " + std::strerror(errno));
  return file;
}

}  // namespace

bool isDatabase(const std::string& path) {
  constexpr char kMagic[] = "SQLite format 3";
  auto file = opened(path);
  char head[sizeof(kMagic)] = {};
  file.read(head, sizeof(head));
  return std::memcmp(head, kMagic, sizeof(kMagic)) == 0;
}

void checkKnown(const std::string& path) {
  if (isDatabase(path)) {
    checkTable(path);
    return;
  }
  auto file = opened(path);
  const int first = file.get();
  if (first != std::ifstream::traits_type::eof() && first != '{')
    throw Error(TROUPE_E_PERMANENT_REQUEST,
                path + ": is neither a database of troupe.store.sqlite nor JSON Lines, which begin with {");
}

std::vector<Story> knownStories(const std::string& path, const std::string& run, const Bound& bound,
                                const Progress& progress) {
  std::vector<Story> out;
  const auto add = [&](const FiledStory& story) {
    progress();
    if (const auto signature = text::signatureOf(story.text)) out.push_back({story.name, *signature});
  };
  if (isDatabase(path)) {
    std::size_t bytes = 0;
    readTable(path, run, bound.stories, [&](const FiledStory& story) {
      bytes += story.text.size();
      if (bytes > bound.bytes) return false;
      add(story);
      return true;
    });
    std::reverse(out.begin(), out.end());
  } else {
    for (const auto& story : readLines(path, run, bound, progress)) add(story);
  }
  return out;
}

}  // namespace troupe::novelty
