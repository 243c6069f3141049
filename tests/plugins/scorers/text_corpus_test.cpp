#include <algorithm>
#include <catch2/catch.hpp>
#include <iostream>
#include <numeric>
#include <string>
#include <vector>

#include "text_corpus.hpp"

namespace {

using troupe::test::CorpusText;
using troupe::test::readCorpus;

double mean(const std::vector<CorpusText>& texts) {
  return std::accumulate(texts.begin(), texts.end(), 0.0,
                         [](double sum, const CorpusText& t) { return sum + t.score.value; }) /
         static_cast<double>(texts.size());
}

double lowest(const std::vector<CorpusText>& texts) {
  return std::min_element(texts.begin(), texts.end(),
                          [](const auto& a, const auto& b) { return a.score.value < b.score.value; })
      ->score.value;
}

double highest(const std::vector<CorpusText>& texts) {
  return std::max_element(texts.begin(), texts.end(),
                          [](const auto& a, const auto& b) { return a.score.value < b.score.value; })
      ->score.value;
}

/// The table of the plugin's README.
std::string table() {
  std::string out = "| kind | text | score |";
  for (const auto& signal : troupe::text::kSignals) out += " " + std::string(signal.name) + " |";
  out += "\n|---|---|---|";
  for (std::size_t i = 0; i < troupe::text::kSignals.size(); ++i) out += "---|";
  out += "\n";
  for (const std::string kind : {"good", "mediocre", "bad", "random"}) {
    for (const auto& text : readCorpus(kind)) {
      out += "| " + kind + " | " + text.name + " | " + troupe::text::fixed(text.score.value, 2) + " |";
      for (const auto& line : text.score.parts) {
        out += line.part.counted ? " " + troupe::text::fixed(line.part.value, 1) + " |" : " – |";
      }
      out += "\n";
    }
  }
  return out;
}

}  // namespace

TEST_CASE("scorer.text puts good before mediocre before bad before random, with margins", "[scorer][text][corpus]") {
  const auto good = readCorpus("good");
  const auto mediocre = readCorpus("mediocre");
  const auto bad = readCorpus("bad");
  const auto random = readCorpus("random");
  REQUIRE(good.size() >= 6);
  REQUIRE(mediocre.size() >= 4);
  REQUIRE(bad.size() >= 4);
  REQUIRE(random.size() >= 6);
  CHECK(lowest(good) >= 8.0);
  CHECK(highest(good) < 9.9);
  CHECK(lowest(good) > highest(mediocre) + .3);
  CHECK(mean(good) > mean(mediocre) + 1.5);
  CHECK(highest(bad) < 6.0);
  CHECK(mean(mediocre) > mean(bad) + 1.5);
  CHECK(highest(random) < 5.0);
  CHECK(mean(bad) > mean(random) + .3);
}

TEST_CASE("scorer.text tells good texts apart: no two of them score the same", "[scorer][text][corpus]") {
  auto good = readCorpus("good");
  std::sort(good.begin(), good.end(), [](const auto& a, const auto& b) { return a.score.value < b.score.value; });
  for (std::size_t i = 1; i < good.size(); ++i) CHECK(good[i].score.value - good[i - 1].score.value > .001);
  CHECK(good.back().score.value - good.front().score.value > .2);
}

TEST_CASE("the table in scorer.text's README is what the scorer says", "[scorer][text][corpus]") {
  const auto readme = troupe::test::readFile(std::string(TROUPE_SOURCE_DIR) + "/plugins/scorers/text/README.md");
  INFO("print the table anew with: scorers_tests \"[.table]\"");
  CHECK(readme.find(table()) != std::string::npos);
}

TEST_CASE("print the table of scorer.text's README", "[.table]") { std::cout << table(); }
