#include <catch2/catch.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "loader/schemas.hpp"
#include "support/json_schema.hpp"
#include "support/json_text.hpp"
#include "support/temp_dir.hpp"

namespace {

using Lines = std::vector<std::string>;

Lines check(const std::string& schema_name, const std::string& value) {
  std::vector<troupe::Problem> problems;
  const auto schema = troupe::JsonSchema::compile(troupe::loader::schemaText(schema_name + ".schema.json"), problems);
  const auto json = troupe::parseJson(value, problems);
  Lines lines;
  for (const auto& problem : problems) lines.push_back("schema: " + troupe::format("", problem));
  if (!schema || !json) return lines;
  for (const auto& problem : schema->check(*json)) lines.push_back(troupe::format("", problem));
  return lines;
}

}  // namespace

TEST_CASE("every schema of the SDK compiles and is the one inside the program", "[schemas]") {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(TROUPE_SOURCE_DIR "/sdk/schemas")) {
    const auto name = entry.path().filename().string();
    const auto text = troupe::test::readFile(entry.path());
    CAPTURE(name);
    CHECK(troupe::loader::schemaText(name) == text);
    std::vector<troupe::Problem> problems;
    CHECK(troupe::JsonSchema::compile(text, problems).has_value());
    CHECK(problems.empty());
    ++files;
  }
  CHECK(files == 17);
}

TEST_CASE("values as they flow fit their schemas", "[schemas]") {
  const std::string prompt =
      R"({"id":"17","index":17,"seed":5,"messages":[{"role":"user","content":"Tell me"}],"vars":{"genre":"fantasy","n":3}})";
  const std::string candidate =
      R"({"id":"17/wren","node":"wren","model":"m","text":"Once","finish":"stop","usage":{"input":12,"output":300},)"
      R"("cost":{"usd":0,"source":"unknown"},"latency_ms":12,"attempts":1)";
  const std::string score =
      R"({"candidate":"17/wren","scorer":"craft","value":7.25,"reason":"r","abstained":false,"parts":[{"name":"a","value":9.1,"weight":1.0,"reason":"r"}]})";
  using Row = std::tuple<std::string, std::string>;
  const auto [schema, value] = GENERATE_COPY(values<Row>({
      {"prompt", prompt},
      {"candidate", candidate + "}"},
      {"score", score},
      {"score", R"({"candidate":"17/wren","scorer":"judge","reason":"r","abstained":true})"},
      {"sample",
       R"({"run":"stories-7f3a","index":17,"seed":5,"prompt":)" + prompt + R"(,"candidates":[)" + candidate +
           R"(,"quality":8.43,"scores":[)" + score +
           R"(]}],"winner":"17/wren","quality":8.43,"ranking":["17/wren"],"margin":0.4,"ties":[],"abstained":[],"votes":[{"scorer":"craft","for":"17/wren","margin":0.4}],"reason":"r"})"},
      {"event", R"({"type":"progress","run":"r","at":1,"current":5,"total":50,"eta_s":null})"},
      {"event", R"({"type":"hello","at":1,"epoch":"a1","head":7,"replay_from":null,"hb_ms":10000,"schema":1})"},
      {"event", R"({"type":"snapshot","run":"r","at":1,"head":7,"runs":[{"id":"r","state":"running","progress":{}}]})"},
      {"event", R"({"type":"reset","at":1,"reason":"another journal"})"},
      {"event", R"({"type":"hb","at":1,"time":1,"head":7})"},
      {"event", R"({"type":"bye","at":1,"reason":"the server stops","retry_ms":2500})"},
      {"event", R"({"type":"node","run":"r","at":1,"node":"wren","state":"running"})"},
      {"event", R"({"type":"delta","run":"r","at":1,"node":"wren","index":3,"text":"Once"})"},
      {"frame", R"({"stream":"sse","text":"data: {}\n\n"})"},
      {"request",
       R"({"method":"GET","path":"/x/1","params":{"id":"1"},"query":{},"headers":{"accept":"*/*"},"body":"","base":"","right":"watch"})"},
      {"response", R"({"status":200,"headers":{"Content-Type":"text/plain"},"body":"hi"})"},
      {"event",
       R"({"type":"sample","run":"r","at":1,"id":7,"n":3,"number":5,"index":4,"ok":false,"quality":null,"model":null,"reason":"all failed"})"},
      {"emit-prompt", R"({"messages":[{"role":"system","content":""}]})"},
      {"emit-candidate", R"({"text":""})"},
      {"emit-score", R"({"abstained":true})"},
      {"emit-score", R"({"value":10})"},
      {"emit-selection", R"({"winner":"17/wren"})"},
      {"emit-verdict", R"({"pass":false,"reason":"quality 7.9 < 8"})"},
      {"emit-hold", R"({"until":null,"default":"drop","why":"a person decides"})"},
      {"emit-saved", R"({"id":123,"where":"stories.db"})"},
      {"emit-models", R"({"models":[]})"},
      {"emit-models", R"({"models":[{"id":"m-1"},{"id":"m-2","name":"M 2","context":8192,"owner":"me"}]})"},
  }));
  CAPTURE(schema, value);
  CHECK(check(schema, value) == Lines{});
}

TEST_CASE("values that would mislead what follows do not fit", "[schemas]") {
  using Row = std::tuple<std::string, std::string, Lines>;
  const auto [schema, value, expected] = GENERATE(values<Row>({
      {"emit-prompt", "{}", {R"(required key "messages" is missing; it is an array)"}},
      {"emit-prompt",
       R"({"messages":[{"role":"bot","content":"x"}]})",
       {R"(/messages/0/role: "role" is "bot", not one of "system", "user", "assistant")"}},
      {"emit-candidate",
       R"({"text":5,"finish":"halt"})",
       {R"(/text: "text" is 5, not a string)",
        R"(/finish: "finish" is "halt", not one of "stop", "length", "content")"}},
      {"emit-candidate",
       R"({"text":"x","usage":{"input":-1}})",
       {R"(/usage/input: "input" is -1, less than its minimum 0)"}},
      {"emit-score", R"({"value":10.5})", {R"(/value: "value" is 10.5, more than its maximum 10)"}},
      {"emit-score", R"({"reason":"none"})", {R"(required key "value" is missing)"}},
      {"emit-score", R"({"abstained":false})", {R"(required key "value" is missing)"}},
      {"emit-verdict", R"({"pass":"yes"})", {R"(/pass: "pass" is "yes", not true or false)"}},
      {"emit-models", R"({"models":[{"name":"m"}]})", {R"(/models/0: required key "id" is missing; it is a string)"}},
      {"emit-models",
       R"({"models":[{"id":"","context":0}]})",
       {R"(/models/0/id: "id" is empty)", R"(/models/0/context: "context" is 0, less than its minimum 1)"}},
      {"emit-hold",
       R"({"until":"soon","default":"pass","why":""})",
       {R"(/until: "until" is "soon", not an integer or null)"}},
  }));
  CAPTURE(schema, value);
  CHECK(check(schema, value) == expected);
}
