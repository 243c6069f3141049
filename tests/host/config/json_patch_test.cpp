#include "config/json_patch.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <tuple>

#include "config/json_text.hpp"
#include "support/json_text.hpp"

using namespace troupe;
using namespace troupe::config;

namespace {

const std::string kPipeline = R"(// The demo.
{
  "name": "stories", // what it is called
  "run": { "samples": 50, "seed": 7 },

  "nodes": {
    // Where prompts come from.
    "genres": { "type": "a" }, // the shelf

    // The cast.
    "wren": {
      "type": "b", /* why b */ "inputs": ["genres"]
    },
    "quill": { "type": "b", "inputs": ["genres", ], }, // the second
  }
}
)";

std::string patched(const std::string& text, const std::string& patch) {
  std::vector<Problem> problems;
  const auto document = parseJson(patch, problems);
  REQUIRE(document);
  const auto operations = readPatch(*document, problems);
  const auto result = operations ? applyPatch(text, *operations, problems) : std::nullopt;
  REQUIRE(result.has_value() == problems.empty());
  if (result) return *result;
  std::string all;
  for (const auto& problem : problems) all += (all.empty() ? "" : "\n") + format("", problem);
  return "refused: " + all;
}

std::string with(std::string text, const std::string& old_piece, const std::string& new_piece) {
  const auto at = text.find(old_piece);
  REQUIRE(at != std::string::npos);
  return text.replace(at, old_piece.size(), new_piece);
}

}  // namespace

TEST_CASE("a patch changes a pipeline where it says so and nowhere else", "[config][patch]") {
  using Row = std::tuple<std::string, std::string, std::string, std::string>;
  const auto [name, patch, before, after] = GENERATE(values<Row>({
      {"replace", R"([{"op":"replace","path":"/run/samples","value":9}])", "50", "9"},
      {"add over what is there", R"([{"op":"add","path":"/name","value":"x"}])", "\"stories\"", "\"x\""},
      {"a member on one line", R"([{"op":"add","path":"/run/in_flight","value":4}])", "\"seed\": 7 }",
       "\"seed\": 7, \"in_flight\": 4 }"},
      {"a member after the last, with its trailing comma",
       R"([{"op":"add","path":"/nodes/new","value":{"type":"c","inputs":["wren"]}}])", "// the second\n",
       "// the second\n    \"new\": { \"type\": \"c\", \"inputs\": [\"wren\"] },\n"},
      {"a member after the last, without", R"([{"op":"add","path":"/ui","value":{}}])", "// the second\n  }\n",
       "// the second\n  },\n  \"ui\": {}\n"},
      {"a member beside a comment on the line", R"([{"op":"add","path":"/nodes/wren/weight","value":2}])",
       "[\"genres\"]\n", "[\"genres\"], \"weight\": 2\n"},
      {"an element in front", R"([{"op":"add","path":"/nodes/wren/inputs/0","value":"x"}])", "[\"genres\"]",
       "[\"x\", \"genres\"]"},
      {"an element behind", R"([{"op":"add","path":"/nodes/wren/inputs/-","value":"x"}])", "[\"genres\"]",
       "[\"genres\", \"x\"]"},
      {"an element behind a trailing comma", R"([{"op":"add","path":"/nodes/quill/inputs/1","value":"x"}])",
       "[\"genres\", ]", "[\"genres\", \"x\", ]"},
      {"remove a line with its comment", R"([{"op":"remove","path":"/nodes/genres"}])",
       "    \"genres\": { \"type\": \"a\" }, // the shelf\n", ""},
      {"remove lines", R"([{"op":"remove","path":"/nodes/wren"}])",
       "    \"wren\": {\n      \"type\": \"b\", /* why b */ \"inputs\": [\"genres\"]\n    },\n", ""},
      {"remove the last, which has a comma", R"([{"op":"remove","path":"/nodes/quill"}])",
       "    \"quill\": { \"type\": \"b\", \"inputs\": [\"genres\", ], }, // the second\n", ""},
      {"remove the last on a line", R"([{"op":"remove","path":"/run/seed"}])", ", \"seed\": 7", ""},
      {"remove the first on a line", R"([{"op":"remove","path":"/run/samples"}])", "\"samples\": 50, ", ""},
      {"remove the only element", R"([{"op":"remove","path":"/nodes/wren/inputs/0"}])", "[\"genres\"]", "[]"},
      {"remove the only element and its comma", R"([{"op":"remove","path":"/nodes/quill/inputs/0"}])", "[\"genres\", ]",
       "[]"},
      {"move takes the text", R"([{"op":"move","from":"/run","path":"/later"}])",
       "  \"run\": { \"samples\": 50, \"seed\": 7 },\n\n  \"nodes\": {\n    // Where",
       "\n  \"nodes\": {\n    // Where"},
      {"a test that holds", R"([{"op":"test","path":"/run","value":{"seed":7.0,"samples":50}}])", "50", "50"},
  }));
  CAPTURE(name);
  auto expected = with(kPipeline, before, after);
  if (name == "move takes the text")
    expected =
        with(expected, "// the second\n  }\n", "// the second\n  },\n  \"later\": { \"samples\": 50, \"seed\": 7 }\n");
  CHECK(patched(kPipeline, patch) == expected);
}

TEST_CASE("a patch keeps the line ends and writes long values on several lines", "[config][patch]") {
  CHECK(patched("{\r\n\t\"a\": 1 // one\r\n}\r\n", R"([{"op":"add","path":"/b","value":[1,{"c":null}]}])") ==
        "{\r\n\t\"a\": 1, // one\r\n\t\"b\": [1, { \"c\": null }]\r\n}\r\n");
  const std::string word(70, 'x');
  CHECK(patched("{\n  \"a\": {\n  }\n}\n",
                R"([{"op":"add","path":"/a/b","value":{"c":")" + word + R"(","d":[")" + word + R"("]}}])") ==
        "{\n  \"a\": {\n    \"b\": {\n      \"c\": \"" + word + "\",\n      \"d\": [\"" + word +
            "\"]\n    }\n  }\n}\n");
  CHECK(patched("[\n  // one\n  1, // 1\n  // three\n  3\n]", R"([{"op":"add","path":"/1","value":2}])") ==
        "[\n  // one\n  1, // 1\n  2,\n  // three\n  3\n]");
  CHECK(patched("[\n  // one\n  1, // 1\n  // three\n  3 // 3\n]", R"([{"op":"remove","path":"/1"}])") ==
        "[\n  // one\n  1 // 1\n  // three\n]");
  CHECK(patched("{}", R"([{"op":"add","path":"/a~1b~0","value":"\u0000é"}])") == "{ \"a/b~\": \"\\u0000é\" }");
  CHECK(patched("{ /* none */ }", R"([{"op":"add","path":"/a","value":1}])") == "{ /* none */ \"a\": 1 }");
  CHECK(patched("[/* none */]", R"([{"op":"add","path":"/-","value":1}])") == "[/* none */ 1]");
  CHECK(patched("[]", R"([{"op":"add","path":"","value":{"a":1}}])") == "{ \"a\": 1 }");
}

TEST_CASE("a patch that does not apply changes nothing and says why", "[config][patch]") {
  using Row = std::tuple<std::string, std::string>;
  const auto [patch, expected] = GENERATE(values<Row>({
      {R"([{"op":"remove","path":"/b"}])", "/0: there is nothing at \"/b\""},
      {R"([{"op":"add","path":"/c","value":1},{"op":"replace","path":"/a/9","value":1}])",
       "/1: there is nothing at \"/a/9\""},
      {R"([{"op":"add","path":"/a/4","value":1}])", "/0: \"4\" is no place in the list \"/a\", which has 3"},
      {R"([{"op":"add","path":"/a/01","value":1}])", "/0: \"01\" is no place in the list \"/a\", which has 3"},
      {R"([{"op":"add","path":"/x/y","value":1}])", "/0: there is nothing at \"/x\""},
      {R"([{"op":"add","path":"/a/0/y","value":1}])", "/0: \"/a/0\" is neither an object nor a list"},
      {R"([{"op":"remove","path":""}])", "/0: the whole document cannot be removed"},
      {R"([{"op":"test","path":"/a/0","value":"1"}])", "/0: the test of \"/a/0\" fails: it is \"1\""},
      {R"([{"op":"copy","from":"/no","path":"/c"}])", "/0: there is nothing at \"/no\""},
      {R"({})", "a JSON Patch is a list of operations; write [{\"op\": …, \"path\": …}]"},
      {R"([7])", "/0: an operation is an object; write {\"op\": …, \"path\": …}"},
      {R"([{"path":"/a"}])",
       "/0/op: \"op\" is missing or no text; known: \"add\", \"remove\", \"replace\", \"move\", \"copy\", \"test\""},
      {R"([{"op":"replce","path":"/a","value":1}])", "/0/op: unknown operation \"replce\"; did you mean \"replace\"?"},
      {R"([{"op":"add","path":"/a"}])", "/0: \"value\" is missing"},
      {R"([{"op":"add","value":1}])",
       "/0: \"path\" is missing or no text; write a JSON pointer such as \"/run/samples\""},
      {R"([{"op":"remove","path":"a~2"}])",
       "/0/path: \"a~2\" is no JSON pointer; begin it with /; write ~0 for ~ and ~1 for /"},
      {R"([{"op":"move","from":"/a","path":"/a/0"}])", "/0: a value cannot be moved into itself"},
  }));
  CAPTURE(patch);
  CHECK(patched(R"({"a": [1, 2, 3]})", patch) == "refused: " + expected);
}

TEST_CASE("a patch is bounded", "[config][patch]") {
  std::string many = "[";
  for (std::size_t i = 0; i <= kMaxPatchOperations; ++i)
    many += std::string(i == 0 ? "" : ",") + R"({"op":"test","path":"","value":1})";
  CHECK(patched("1", many + "]") == "refused: it has 1001 operations; send at most 1000");
  std::string deep = "1";
  for (int i = 0; i < 60; ++i) deep = "[" + deep + "]";
  CHECK_THAT(patched("[[[[[[[1]]]]]]]", R"([{"op":"add","path":"/0/0/0/0/0/0","value":)" + deep + "}]"),
             Catch::Contains("nested deeper than 64 levels"));
  const std::string large = "[\"" + std::string(12u << 20, 'x') + "\", 1]";
  std::string tests = "[";
  for (int i = 0; i < 40; ++i) tests += std::string(i == 0 ? "" : ",") + R"({"op":"test","path":"/1","value":1})";
  CHECK(patched(large, tests + "]") ==
        "refused: /21: the text is too large for so many operations; send the whole text");
  CHECK_THAT(patched(large, R"([{"op":"copy","from":"/0","path":"/2"}])"),
             Catch::Contains("at most 16777216 are read"));
}
