#include <catch2/catch.hpp>

#include "dataset_support.hpp"

using namespace troupe;
using namespace troupe::reports;
using namespace troupe::test;

namespace {

// The last turn of each row's prompt.
std::vector<std::string> prompts(const std::string& text) {
  std::vector<std::string> found;
  for (const auto& row : rowsOf(text)) {
    const auto& turns = row["prompt"];
    found.emplace_back(turns[turns.Size() - 1]["content"].GetString());
  }
  return found;
}

using Strings = std::vector<std::string>;

}  // namespace

TEST_CASE("what is left out is counted by its reason", "[reports]") {
  DatasetFixture fixture;
  fixture.fill();
  const auto told = [&](ExportFormat format) {
    std::string ignored;
    return summaryText(format, fixture.write(DatasetFixture::options(format), ignored));
  };
  CHECK(told(ExportFormat::sft) ==
        "sft: 6 rows of 10 samples; left out: samples that failed (1), samples whose prompt does not end with the user "
        "(1), empty answers (1), answers cut by a content filter (1)");
  CHECK(
      told(ExportFormat::dpo) ==
      "dpo: 3 rows of 10 samples; left out: samples that failed (1), samples whose prompt does not end with the user "
      "(1), samples without two answers to compare (3), samples whose answers are the same text (1), samples whose "
      "best and worst are equal (1), calls that failed (1), answers without a quality (1), empty answers (1), answers "
      "cut by a content filter (1)");
  CHECK(
      told(ExportFormat::kto) ==
      "kto: 13 rows of 10 samples; left out: samples that failed (1), samples whose prompt does not end with the user "
      "(1), calls that failed (1), answers without a quality (1), empty answers (1), answers cut by a content filter "
      "(1)");
}

TEST_CASE("filters of a data set", "[reports]") {
  DatasetFixture fixture;
  fixture.fill();
  const auto [name, filters, expected] = GENERATE(table<std::string, SampleFilters, Strings>({
      {"none", {}, {"Fantasy?", "Mystery?", "A tie?", "The same?", "Alone?", "Mars?"}},
      {"quality, met exactly", {8.5, false, "", ""}, {"Fantasy?", "Mystery?", "The same?"}},
      {"saved", {{}, true, "", ""}, {"Fantasy?"}},
      {"genre", {{}, false, "noir", ""}, {"The same?", "Alone?"}},
      {"node", {{}, false, "", "quill"}, {"Mystery?"}},
      {"model", {{}, false, "", "teller-quill"}, {"Mystery?"}},
      {"margin of the vote, met exactly", {{}, false, "", "", 2.25}, {"Fantasy?", "The same?", "Mars?"}},
      {"margin from nothing on", {{}, false, "", "", 0.0}, {"Fantasy?", "Mystery?", "A tie?", "The same?", "Mars?"}},
      {"all at once", {9.0, true, "noir", "wren", 1.0}, {}},
  }));
  CAPTURE(name);
  auto options = DatasetFixture::options(ExportFormat::sft_prompt);
  options.filters = filters;
  CHECK(prompts(fixture.text(options)) == expected);
}

TEST_CASE("the least margin of dpo is that of the pair", "[reports]") {
  DatasetFixture fixture;
  fixture.fill();
  // The vote was won by 0.2, the best is 1 above the worst: in doubles a little less.
  fixture.add(11, "g", user("Close?"), "a", {{"a", "A", 8.1}, {"b", "B", 7.9}, {"c", "C", 7.1}}, "0.2");
  fixture.journal->flush();
  auto options = DatasetFixture::options(ExportFormat::dpo);
  options.filters.min_margin = 1;
  CHECK(prompts(fixture.text(options)) == Strings{"Fantasy?", "Mars?", "Close?"});
  options.filters.min_margin = 1.001;
  std::string text;
  const auto summary = fixture.write(options, text);
  CHECK(prompts(text) == Strings{"Fantasy?", "Mars?"});
  CHECK(summary.left_out.of(LeftOut::margin) == 2);
}

TEST_CASE("a pair is the best and the worst, the vote decides among equals", "[reports]") {
  DatasetFixture fixture;
  fixture.add(0, "g", user("p"), "b", {{"a", "A", 9}, {"b", "B", 9}, {"c", "C", 4}, {"d", "D", 6}});
  // The worst one has the winner's text: the next above it is taken.
  fixture.add(1, "g", user("p"), "a", {{"a", "A", 9}, {"b", "a ", 3}, {"c", "C", 5}, {"d", "D", 7}});
  fixture.journal->flush();
  const auto rows = rowsOf(fixture.text(ExportFormat::dpo));
  REQUIRE(rows.size() == 2);
  CHECK(rows[0]["chosen"][0]["content"] == "B");
  CHECK(rows[0]["rejected"][0]["content"] == "C");
  CHECK(rows[1]["chosen"][0]["content"] == "A");
  CHECK(rows[1]["rejected"][0]["content"] == "C");
  CHECK(rows[1]["margin"].GetDouble() == 4);
}

TEST_CASE("the threshold of kto", "[reports]") {
  DatasetFixture fixture;
  fixture.add(0, "g", user("p"), "a", {{"a", "A", 9}, {"b", "B", 8}, {"c", "C", 7.99}});
  fixture.journal->flush();
  const auto labels = [&](std::optional<double> threshold) {
    auto options = DatasetFixture::options(ExportFormat::kto);
    if (threshold) options.threshold = *threshold;
    std::string signs;
    for (const auto& row : rowsOf(fixture.text(options))) signs += row["label"].GetBool() ? '+' : '-';
    return signs;
  };
  CHECK(labels(std::nullopt) == "++-");
  CHECK(labels(9) == "+--");
  CHECK(labels(7.99) == "+++");
}

TEST_CASE("an empty run is an empty data set", "[reports]") {
  const DatasetFixture fixture;
  const auto format = GENERATE(ExportFormat::sft, ExportFormat::sft_prompt, ExportFormat::sharegpt, ExportFormat::dpo,
                               ExportFormat::kto);
  auto options = DatasetFixture::options(format);
  options.without_duplicates = true;
  std::string text;
  const auto summary = fixture.write(options, text);
  CHECK(text.empty());
  CHECK(summaryText(format, summary) == nameOf(format) + ": 0 rows of 0 samples");
}

TEST_CASE("what stands in the way of a chat template is left out", "[reports]") {
  DatasetFixture fixture;
  fixture.add(0, "g", "[]", "a", {{"a", "A", 9}});
  fixture.add(1, "g", R"([{"role":"system","content":"S"}])", "a", {{"a", "A", 9}});
  fixture.add(2, "g", "null", "a", {{"a", "A", 9}});
  fixture.add(3, "g", user("p"), "a", {{"b", "B", 9}});  // The winner's row is missing.
  fixture.journal->flush();
  std::string text;
  const auto summary = fixture.write(DatasetFixture::options(ExportFormat::sft), text);
  CHECK(text.empty());
  CHECK(summary.left_out.of(LeftOut::prompt) == 3);
  CHECK(summary.left_out.of(LeftOut::lost_winner) == 1);
}

TEST_CASE("names of the formats", "[reports]") {
  for (const auto& name : exportFormats()) CHECK(nameOf(exportFormat(name)) == name);
  CHECK_FALSE(isDataset(exportFormat("canonical")));
  CHECK(isDataset(exportFormat("sft-prompt")));
  CHECK(messageOf([] { exportFormat("parquet"); }, ExitCode::usage).find("load_dataset(\"json\"") != std::string::npos);
  CHECK(messageOf([] { exportFormat("dpoo"); }, ExitCode::usage) ==
        "there is no export format \"dpoo\"; did you mean \"dpo\"?");
}
