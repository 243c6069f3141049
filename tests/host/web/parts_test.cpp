// The small parts of web sinks, each by itself.
#include <catch2/catch.hpp>
#include <string>

#include "server/stream_start.hpp"
#include "server/web_asset.hpp"
#include "server/web_streams.hpp"
#include "support/json_schema.hpp"
#include "support/json_text.hpp"
#include "support/temp_dir.hpp"

namespace troupe::test {
namespace {

using namespace troupe::server;

TEST_CASE("a stream begins where the client says it is", "[web]") {
  using Row = std::tuple<std::string, std::optional<std::int64_t>, std::string>;
  const auto [id, after, reset] = GENERATE(values<Row>({
      {"", std::nullopt, ""},
      {"earliest", 0, ""},
      {"a1-5", 5, ""},
      {"a1-0", 0, ""},
      {"a1-7", 7, ""},
      {"a1-8", std::nullopt, "does not have"},
      {"b2-5", std::nullopt, "another one"},
      {"a1", std::nullopt, "none of this server's"},
      {"a1-", std::nullopt, "none of this server's"},
      {"a1-5x", std::nullopt, "none of this server's"},
      {"a1--5", std::nullopt, "another one"},
      {"a1-99999999999999999999", std::nullopt, "none of this server's"},
      {"-5", std::nullopt, "another one"},
  }));
  CAPTURE(id);
  const auto start = streamStart(id, "a1", 7);
  CHECK(start.after == after);
  CHECK(start.reset.empty() == reset.empty());
  CHECK_THAT(start.reset, Catch::Contains(reset));
}

TEST_CASE("an entity tag is found in any form of If-None-Match", "[web]") {
  CHECK(matchesTag("\"a\"", "\"a\""));
  CHECK(matchesTag("W/\"a\"", "\"a\""));
  CHECK(matchesTag("\"b\", \"a\"", "\"a\""));
  CHECK(matchesTag("*", "\"a\""));
  CHECK_FALSE(matchesTag("\"b\"", "\"a\""));
  CHECK_FALSE(matchesTag("", "\"a\""));
  CHECK_FALSE(matchesTag(",,", "\"a\""));
}

TEST_CASE("what a stream tells of itself fits the schema of events", "[web]") {
  std::vector<Problem> problems;
  const auto schema = JsonSchema::compile(readFile(TROUPE_SOURCE_DIR "/sdk/schemas/event.schema.json"), problems);
  REQUIRE(schema);
  for (const std::string run : {"", "stories-7f3a"}) {
    const StreamEvents tell{run, 1700000000000};
    for (const auto& json : {tell.hello("a1", 7, std::nullopt, 10000), tell.hello("a1", 7, 5, 10000), tell.reset("why"),
                             tell.heartbeat(7), tell.bye("why", 1500)}) {
      CAPTURE(json);
      const auto event = parseJson(json, problems);
      REQUIRE(event);
      CHECK(schema->check(*event).empty());
    }
  }
}

TEST_CASE("frames are read strictly", "[web]") {
  CHECK(readFrame(R"({"stream":"a","text":"b\u0000c"})")->text == std::string("b\0c", 3));
  CHECK_FALSE(readFrame(R"({"stream":"a"})"));
  CHECK_FALSE(readFrame(R"({"stream":1,"text":""})"));
  CHECK_FALSE(readFrame("[]"));
  CHECK_FALSE(readFrame("{\"stream\":\"a\",\"text\":\"\xff\"}"));
  CHECK(snapshotHead(R"({"head":12,"runs":[]})") == 12);
  CHECK_THROWS_AS(snapshotHead("{}"), HttpError);
}

}  // namespace
}  // namespace troupe::test
