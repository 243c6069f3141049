#include <catch2/catch.hpp>

#include "dataset_support.hpp"

using namespace troupe;
using namespace troupe::reports;
using namespace troupe::test;

TEST_CASE("of rows with the same text the best stays, of equals the first", "[reports]") {
  DatasetFixture fixture;
  fixture.add(0, "g", user("p0"), "a", {{"a", "The end.", 7}});
  fixture.add(1, "g", user("p1"), "a", {{"a", R"(\n the\tEND. )", 9}});
  fixture.add(2, "g", user("p2"), "a", {{"a", "The end.", 9}});
  fixture.add(3, "g", user("p3"), "a", {{"a", "Another.", 5}});
  fixture.add(4, "g", user("p4"), "a", {{"a", "The end", 5}});
  fixture.add(5, "g", user("p5"), "a", {{"a", "ANOTHER.", 4}});
  fixture.journal->flush();
  auto options = DatasetFixture::options(ExportFormat::sft_prompt);
  options.without_duplicates = true;
  std::string text;
  const auto summary = fixture.write(options, text);
  std::string kept;
  for (const auto& row : rowsOf(text)) kept += row["prompt"][0]["content"].GetString();
  CHECK(kept == "p1p3p4");
  CHECK(summaryText(options.format, summary) ==
        "sft-prompt: 3 rows of 6 samples; left out: duplicates (3: 2 of sample 1, 1 of sample 3)");
}

TEST_CASE("duplicates are those among what the filters let through", "[reports]") {
  DatasetFixture fixture;
  fixture.fill();
  auto options = DatasetFixture::options(ExportFormat::sft);
  options.without_duplicates = true;
  CHECK(linesOf(fixture.text(options)).size() == 5);
  options.filters.genre = "mystery";
  CHECK(linesOf(fixture.text(options)).size() == 2);
}

TEST_CASE("duplicates of kto are answers, of dpo chosen ones", "[reports]") {
  DatasetFixture fixture;
  fixture.add(0, "g", user("p0"), "a", {{"a", "A", 9}, {"b", "B", 5}, {"c", "a", 9}});
  fixture.add(1, "g", user("p1"), "a", {{"a", "A", 8}, {"b", "B", 6}});
  fixture.journal->flush();
  auto options = DatasetFixture::options(ExportFormat::kto);
  options.without_duplicates = true;
  std::string text;
  const auto summary = fixture.write(options, text);
  std::string kept;
  for (const auto& row : rowsOf(text))
    kept += std::string(row["prompt"][0]["content"].GetString()) + row["completion"][0]["content"].GetString() + " ";
  CHECK(kept == "p0A p1B ");
  CHECK(summary.left_out.of(LeftOut::duplicate) == 3);
  options.format = ExportFormat::dpo;
  CHECK(linesOf(fixture.text(options)).size() == 1);
}

TEST_CASE("a report of many duplicates stays short", "[reports]") {
  DatasetFixture fixture;
  for (int i = 0; i < 24; ++i) fixture.add(i, "g", user("p"), "a", {{"a", "T" + std::to_string(i / 2), 9}});
  fixture.journal->flush();
  auto options = DatasetFixture::options(ExportFormat::sft);
  options.without_duplicates = true;
  std::string text;
  const auto told = summaryText(options.format, fixture.write(options, text));
  CHECK_THAT(told, Catch::EndsWith("1 of sample 14, and of 4 more)"));
}

TEST_CASE("texts are compared without case and white space", "[reports]") {
  CHECK(comparable(" \t\r\n\v\f").empty());
  CHECK(comparable("  The\n\n End.\t") == "the end.");
  CHECK(comparable("Ärger") ==
        "Ärger");  // Letters of ASCII alone: any other folding would depend on a Unicode version.
}
