#include <catch2/catch.hpp>

#include "support/prompt_template.hpp"

using troupe::prompts::nearest;
using troupe::prompts::PromptTemplate;

namespace {
const std::vector<std::string> kKnown = {"genre", "theme", "first name"};
const std::vector<std::string> kValues = {"fantasy", "{{genre}}", "Ann"};
}  // namespace

TEST_CASE("a template is filled in", "[prompts][template]") {
  const auto [text, expected] = GENERATE(table<std::string, std::string>({
      {"", ""},
      {"plain", "plain"},
      {"{{genre}}", "fantasy"},
      {"a {{ genre }} and {{genre}}{{first name}}.", "a fantasy and fantasyAnn."},
      {"values are not read again: {{theme}}", "values are not read again: {{genre}}"},
      {"{single} }} {", "{single} }} {"},
      {R"(\{{genre}} {{genre}})", "{{genre}} fantasy"},
  }));
  const PromptTemplate filled(text, "x");
  filled.check(kKnown, "placeholder");
  const auto value = [](const std::string& name) {
    return kValues[static_cast<std::size_t>(std::find(kKnown.begin(), kKnown.end(), name) - kKnown.begin())];
  };
  CHECK(filled.fill(value) == expected);
}

TEST_CASE("a template with a mistake is refused with the repair", "[prompts][template]") {
  const auto [text, expected] = GENERATE(table<std::string, std::string>({
      {"{{gnre}}", R"(templates/0: unknown placeholder "gnre"; did you mean "genre"? Known: genre, theme, first name)"},
      {"{{Theme}}",
       R"(templates/0: unknown placeholder "Theme"; did you mean "theme"? Known: genre, theme, first name)"},
      {"{{publisher}}", R"(templates/0: unknown placeholder "publisher"; known: genre, theme, first name)"},
      {"{{}}", R"(templates/0: unknown placeholder ""; known: genre, theme, first name)"},
      {"a {{genre", R"(templates/0: "{{" without "}}"; write "\{{" for the braces themselves)"},
  }));
  CHECK_THROWS_WITH(PromptTemplate(text, "templates/0").check(kKnown, "placeholder"), expected);
}

TEST_CASE("the nearest name", "[prompts][template]") {
  CHECK(nearest("first_name", kKnown) == "first name");
  CHECK(nearest("genres", kKnown) == "genre");
  CHECK(nearest("zzzzzz", kKnown).empty());
  CHECK(nearest("x", {}).empty());
}
