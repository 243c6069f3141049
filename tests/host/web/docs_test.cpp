// docs/events.md against the schema of events: an example of each type, and each fits.
#include <catch2/catch.hpp>
#include <set>
#include <string>

#include "support/json_schema.hpp"
#include "support/json_text.hpp"
#include "support/temp_dir.hpp"

namespace troupe::test {
namespace {

TEST_CASE("the examples of docs/events.md fit the schema, one of each type", "[docs]") {
  std::vector<Problem> problems;
  const auto text = readFile(TROUPE_SOURCE_DIR "/sdk/schemas/event.schema.json");
  const auto schema = JsonSchema::compile(text, problems);
  const auto schema_json = parseJson(text, problems);
  REQUIRE(schema);
  std::set<std::string> wanted;
  for (const auto& type : (*schema_json)["properties"]["type"]["enum"].GetArray()) wanted.insert(type.GetString());

  const auto page = readFile(TROUPE_SOURCE_DIR "/docs/events.md");
  std::set<std::string> shown;
  for (auto at = page.find("\n### `"); at != std::string::npos; at = page.find("\n### `", at + 1)) {
    const auto name = page.substr(at + 6, page.find('`', at + 6) - at - 6);
    CAPTURE(name);
    const auto begin = page.find("```json\n", at) + 8;
    const auto example = parseJson(page.substr(begin, page.find("\n```", begin) - begin), problems);
    REQUIRE(example);
    CHECK((*example)["type"] == name.c_str());
    for (const auto& problem : schema->check(*example)) FAIL_CHECK(format("", problem));
    shown.insert(name);
  }
  CHECK(shown == wanted);
}

}  // namespace
}  // namespace troupe::test
