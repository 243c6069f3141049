#include <catch2/catch.hpp>

#include <fstream>
#include <iterator>

#include "dataset_support.hpp"
#include "reports/dataset_card.hpp"

using namespace troupe;
using namespace troupe::reports;
using namespace troupe::test;

namespace {

std::string golden(const std::string& name) {
  std::ifstream in(TROUPE_TEST_DATA "/reports/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// What differs between two journals of the same content.
std::string plain(std::string card, const journal::Run& run) {
  for (auto at = card.find(run.id); at != std::string::npos; at = card.find(run.id))
    card.replace(at, run.id.size(), "RUN");
  const auto at = card.find("| begun | ") + 10;
  return card.replace(at, card.find(" |", at) - at, "BEGUN");
}

std::string cardOf(const DatasetFixture& fixture, const DatasetOptions& options,
                   const std::vector<DatasetFile>& files = {}) {
  std::string training, validation;
  DatasetStatistics statistics;
  const auto summary = fixture.write(options, training, options.validation ? &validation : nullptr, &statistics);
  return cardText(*fixture.journal, fixture.run, options, summary, statistics, files);
}

}  // namespace

TEST_CASE("the card of a dpo data set", "[reports]") {
  DatasetFixture fixture;
  fixture.fill();
  auto options = DatasetFixture::options(ExportFormat::dpo);
  options.filters.min_margin = 0.1;
  options.without_duplicates = true;
  options.validation = 0.5;
  const std::vector<DatasetFile> files = {{"d.train.jsonl", 1, 100, std::string(64, 'a')},
                                          {"d.validation.jsonl", 1, 50, std::string(64, 'b')}};
  const auto card = cardOf(fixture, options, files);
  CHECK(plain(card, fixture.run) == golden("card_dpo.md"));
  CHECK(cardOf(fixture, options, files) == card);
}

TEST_CASE("the card of a kto data set with every filter", "[reports]") {
  DatasetFixture fixture;
  fixture.fill();
  auto options = DatasetFixture::options(ExportFormat::kto);
  options.filters = {8.5, true, "fantasy", "wren", 2.0};
  options.threshold = 7.25;
  CHECK(plain(cardOf(fixture, options), fixture.run) == golden("card_kto.md"));
}

TEST_CASE("the card of an empty run", "[reports]") {
  const DatasetFixture fixture;
  CHECK(plain(cardOf(fixture, DatasetFixture::options(ExportFormat::sft)), fixture.run) == golden("card_empty.md"));
}

TEST_CASE("names cannot break the tables of a card", "[reports]") {
  DatasetFixture fixture;
  fixture.add(0, "a|b`c\n# d", user("p"), "a", {{"a", "A", 9}});
  fixture.journal->flush();
  CHECK_THAT(cardOf(fixture, DatasetFixture::options(ExportFormat::sft)), Catch::Contains("| `a\\|b'c # d` | 1 |\n"));
}

TEST_CASE("distributions", "[reports]") {
  Distribution odd;
  for (const auto value : {10.0, 0.0, 9.99}) odd.add(value);
  CHECK(odd.least() == 0);
  CHECK(odd.median() == 9.99);
  CHECK(odd.greatest() == 10);
  CHECK(odd.buckets() == std::array<std::int64_t, 10>{1, 0, 0, 0, 0, 0, 0, 0, 0, 2});
  Distribution even;
  for (const auto value : {4.0, 1.0, 2.0, 3.0}) even.add(value);
  CHECK(even.median() == 2.5);
  CHECK(even.mean() == 2.5);
}
