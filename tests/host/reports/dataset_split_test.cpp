#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

#include "dataset_support.hpp"
#include "reports/dataset_split.hpp"

using namespace troupe;
using namespace troupe::reports;
using namespace troupe::test;

namespace {

struct Parts {
  std::string training, validation;
};

Parts parts(const DatasetFixture& fixture, double share, ExportFormat format = ExportFormat::sft_prompt) {
  auto options = DatasetFixture::options(format);
  options.validation = share;
  Parts found;
  const auto summary = fixture.write(options, found.training, &found.validation);
  CHECK(summary.rows[0] == static_cast<std::int64_t>(linesOf(found.training).size()));
  CHECK(summary.rows[1] == static_cast<std::int64_t>(linesOf(found.validation).size()));
  return found;
}

std::set<std::string> promptsOf(const std::string& text) {
  std::set<std::string> prompts;
  for (const auto& row : rowsOf(text)) prompts.insert(row["prompt"][0]["content"].GetString());
  return prompts;
}

// `count` samples with prompts "<first>", "<first + 1>", …, each twice.
void addMany(DatasetFixture& fixture, int first, int count) {
  for (int i = 0; i < 2 * count; ++i)
    fixture.add(i, "g", user("p" + std::to_string(first + i / 2)), "a",
                {{"a", "A" + std::to_string(i), 9}, {"b", "B", 4}});
  fixture.journal->flush();
}

std::set<std::string> common(const std::set<std::string>& a, const std::set<std::string>& b) {
  std::set<std::string> both;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::inserter(both, both.begin()));
  return both;
}

}  // namespace

TEST_CASE("a split puts every prompt on one side, in every run and format", "[reports]") {
  DatasetFixture one, other;
  addMany(one, 0, 300);
  addMany(other, 100, 300);
  const auto a = parts(one, 0.2), b = parts(other, 0.2);
  const auto a_train = promptsOf(a.training), a_valid = promptsOf(a.validation);
  CHECK(common(a_train, a_valid).empty());
  CHECK(a_train.size() + a_valid.size() == 300);
  CHECK(a_valid.size() > 30);
  CHECK(a_valid.size() < 90);
  CHECK(common(a_train, promptsOf(b.validation)).empty());
  CHECK(common(a_valid, promptsOf(b.training)).empty());
  CHECK(common(a_valid, promptsOf(b.validation)).size() > 10);
  CHECK(promptsOf(parts(one, 0.2, ExportFormat::dpo).validation) == a_valid);
  CHECK(promptsOf(parts(one, 0.2, ExportFormat::kto).validation) == a_valid);
  // A greater share takes none out.
  CHECK(common(a_valid, promptsOf(parts(one, 0.4).validation)) == a_valid);
}

TEST_CASE("the two parts are all rows", "[reports]") {
  DatasetFixture fixture;
  fixture.fill();
  const auto both = parts(fixture, 0.5);
  auto lines = linesOf(both.training + both.validation);
  auto all = linesOf(fixture.text(ExportFormat::sft_prompt));
  std::sort(lines.begin(), lines.end());
  std::sort(all.begin(), all.end());
  CHECK(lines == all);
}

TEST_CASE("where a prompt goes never changes", "[reports]") {
  const auto side = [](const std::string& messages) {
    rapidjson::Document document;
    document.Parse(messages.c_str());
    return forValidation(document, 0.5);
  };
  std::string sides;
  for (int i = 0; i < 16; ++i) sides += side(user("p" + std::to_string(i))) ? 'v' : 't';
  CHECK(sides == "ttvttvttvvttttvt");
  // Roles count, what else a message carries does not.
  CHECK(side(R"([{"content":"p0","name":"x","role":"user"}])") == side(user("p0")));
}
