#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include "text_score.hpp"

namespace troupe::test {

/// A text of tests/data/text: the first two lines are "genre: …" and "prompt: …", then comes a blank line, then the
/// text.
struct CorpusText {
  std::string name;  // of the file, without its ending
  std::string genre;
  std::string prompt;
  std::string text;
  text::TextScore score;  // with the default options
};

inline std::string readFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

inline CorpusText readCorpusText(const std::filesystem::path& path) {
  const std::string genre_key = "genre: ";
  const std::string prompt_key = "prompt: ";
  std::string all = readFile(path);
  const auto line = [&all](const std::string& key) {
    const auto end = all.find('\n');
    if (all.compare(0, key.size(), key) != 0 || end == std::string::npos) throw std::runtime_error("no line " + key);
    std::string value = all.substr(key.size(), end - key.size());
    all.erase(0, end + 1);
    return value;
  };
  CorpusText out;
  out.name = path.stem().string();
  out.genre = line(genre_key);
  out.prompt = line(prompt_key);
  out.text = all.substr(all.find_first_not_of('\n'));
  while (!out.text.empty() && out.text.back() == '\n') out.text.pop_back();
  out.score = text::scoreText({out.text, out.prompt, out.genre}, {});
  return out;
}

/// All texts of one folder ("good", "mediocre", "bad", "random"), by name.
inline std::vector<CorpusText> readCorpus(const std::string& folder) {
  std::vector<CorpusText> out;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(TROUPE_TEST_DATA) + "/text/" + folder)) {
    out.push_back(readCorpusText(entry.path()));
  }
  std::sort(out.begin(), out.end(), [](const CorpusText& a, const CorpusText& b) { return a.name < b.name; });
  return out;
}

}  // namespace troupe::test
