#include "brief.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <tuple>

using namespace troupe::storyteller;

namespace {

Brief briefOf(const std::string& json) {
  rapidjson::Document document;
  document.Parse(json.c_str());
  REQUIRE_FALSE(document.HasParseError());
  return readBrief(document);
}

}  // namespace

TEST_CASE("the genre comes from vars, else from the last message of the user", "[storyteller]") {
  using Row = std::tuple<std::string, std::string>;
  const auto [prompt, expected] = GENERATE(values<Row>({
      {R"({"vars":{"genre":"Mystery"},"messages":[{"role":"user","content":"a western"}]})", "mystery"},
      {R"({"vars":{"genre":"knitting"},"messages":[{"role":"user","content":"a western"}]})", "general"},
      {R"({"vars":{"genre":"-"},"messages":[{"role":"user","content":"a western"}]})", "western"},
      {R"({"messages":[{"role":"user","content":"a western"},{"role":"assistant","content":"romance"}]})", "western"},
      {R"({"messages":[{"role":"user","content":"a western"},{"role":"user","content":"now horror"}]})", "horror"},
      {R"({"messages":[{"role":"user","content":"tell me something"}]})", "general"},
      {R"({"vars":{"genre":5},"messages":"none"})", "general"},
      {R"({})", "general"},
      {R"([])", "general"},
  }));
  CAPTURE(prompt);
  CHECK(briefOf(prompt).genre->id == expected);
}

TEST_CASE("idea, length and words of the prompt are read", "[storyteller]") {
  const auto brief =
      briefOf(R"({"messages":[{"role":"system","content":"You write."},{"role":"user","content":"One two three"}],
    "vars":{"theme":"a debt.","object":"two\nlines","character":"a judge","place":"at sea","words":"150"}})");
  CHECK(brief.prompt_words == 5);
  CHECK(brief.words == 150);
  CHECK(brief.idea.theme == "a debt");
  CHECK(brief.idea.object.empty());
  CHECK(brief.idea.character == "a judge");
  CHECK(brief.idea.place == "at sea");
  CHECK(briefOf(R"({"vars":{"words":200}})").words == 200);
  CHECK(briefOf(R"({"vars":{"words":"about 200"}})").words == 0);
  CHECK(briefOf(R"({"vars":{"words":"99999999999999999999"}})").words == 100000);
}
