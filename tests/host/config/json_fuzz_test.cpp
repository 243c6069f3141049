#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "config/json_text.hpp"
#include "config/pipeline_config.hpp"
#include "host/config/test_types.hpp"

using namespace troupe;
using namespace troupe::config;

namespace {

std::vector<std::string> examplePipelines() {
  std::vector<std::filesystem::path> files;
  for (const auto* folder : {TROUPE_TEST_DATA "/config/valid", TROUPE_SOURCE_DIR "/config"})
    if (std::filesystem::is_directory(folder))
      for (const auto& entry : std::filesystem::directory_iterator(folder))
        if (entry.path().extension() == ".json") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<std::string> texts;
  for (const auto& file : files) {
    std::ifstream in(file, std::ios::binary);
    texts.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return texts;
}

/// One to four small changes: a byte flipped, a piece removed, doubled or moved in from elsewhere, a telling piece put
/// in.
std::string mutated(std::string text, std::mt19937& random) {
  static const std::vector<std::string> kPieces = {
      "{",       "}",       "[",    "]",     "\"", ",",  ":",  "//",   "/*",           "*/", "\\",
      "\\u",     "\\ud800", "null", "1e999", "-",  "\n", "\t", "\xFF", "\xEF\xBB\xBF", "é",  "18446744073709551616",
      "[[[[[[[["};
  const auto below = [&](std::size_t bound) { return bound == 0 ? 0 : random() % bound; };
  for (std::size_t changes = 1 + below(4); changes > 0; --changes) {
    const auto at = below(text.size() + 1);
    const auto length = below(20);
    switch (below(5)) {
      case 0:
        if (at < text.size()) text[at] = static_cast<char>(random() & 0xFF);
        break;
      case 1:
        text.erase(at, length);
        break;
      case 2:
        text.insert(at, text.substr(below(text.size() + 1), length));
        break;
      case 3:
        text.insert(at, kPieces[below(kPieces.size())]);
        break;
      default:
        text.resize(at);
        break;
    }
  }
  return text;
}

}  // namespace

TEST_CASE("20,000 mutated pipelines give a document or problems, never both or neither", "[config]") {
  const auto texts = examplePipelines();
  REQUIRE_FALSE(texts.empty());
  const unsigned seed = 20240607;
  CAPTURE(seed);
  std::mt19937 random(seed);
  std::size_t documents = 0;
  std::size_t faults = 0;
  for (int i = 0; i < 20'000; ++i) {
    const auto text = mutated(texts[static_cast<std::size_t>(i) % texts.size()], random);
    std::vector<Problem> problems;
    const auto json = JsonText::parse(text, problems);
    if (json) ++documents;
    if (json.has_value() != problems.empty()) ++faults;
    for (const auto& problem : problems)
      if (problem.fact.empty() || problem.line < 0 || (problem.line > 0 && problem.column < 1)) ++faults;
  }
  CHECK(faults == 0);
  CHECK(documents > 0);
  CHECK(documents < 20'000);
}

TEST_CASE("1,000 mutated pipelines are accepted or refused with problems", "[config]") {
  const auto texts = examplePipelines();
  REQUIRE_FALSE(texts.empty());
  const unsigned seed = 20240608;
  CAPTURE(seed);
  std::mt19937 random(seed);
  const test::TestTypes types;
  std::size_t refused = 0;
  for (int i = 0; i < 1'000; ++i) {
    const auto text = mutated(texts[static_cast<std::size_t>(i) % texts.size()], random);
    try {
      const auto pipeline = config::checkPipeline(text, "p.json", types, {"/base", {}, false});
      CHECK_FALSE(pipeline.nodes.empty());
    } catch (const Problems& problems) {
      ++refused;
      CHECK_FALSE(problems.problems().empty());
    }
  }
  CHECK(refused > 0);
}
