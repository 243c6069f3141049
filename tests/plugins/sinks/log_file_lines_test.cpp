#include <catch2/catch.hpp>
#include <string>
#include <tuple>

#include <troupe/event_lines.hpp>
#include "json_value.hpp"
#include "time_zone.hpp"

using namespace troupe::sinks;
using troupe::test::JsonValue;
using troupe::test::TimeZone;

namespace {

std::string lines(const std::string& json, Level level = Level::kInfo) {
  return eventLines(JsonValue(json).object(), level);
}

}  // namespace

TEST_CASE("each event has its lines", "[log_file]") {
  const TimeZone tz("UTC");
  using Row = std::tuple<std::string, std::string, std::string>;
  const auto [name, event, expected] = GENERATE(table<std::string, std::string, std::string>({
      Row{"a sample",
          R"({"type":"sample","at":1699976723000,"number":1,"index":7,"genre":"fantasy","ok":true,"quality":8.53,"model":"wren","saved":[],
             "kept":true,"progress":{"current":1,"total":50}})",
          "[3:45:23 PM] Sample 1/50 - fantasy - Quality: 8.5/10 - Model: wren\n"},
      Row{"a saved sample",
          R"({"type":"sample","at":1699976723000,"number":2,"genre":"fantasy","ok":true,"quality":8,"model":"wren",
             "saved":[{"node":"stories","id":123},{"node":"files","id":"a-7"}],"kept":true,"progress":{"total":50}})",
          "[3:45:23 PM] Sample 2/50 - fantasy - Quality: 8.0/10 - Model: wren\n"
          "[3:45:23 PM] Saved story #123 to stories\n"
          "[3:45:23 PM] Saved story #a-7 to files\n"},
      Row{"a failed sample",
          R"({"type":"sample","at":1699976723000,"number":3,"genre":"sci-fi","ok":false,"quality":null,"model":null,
             "reason":"no candidate:\n\u001b[2Jquill: 503","progress":{"total":50}})",
          "[3:45:23 PM] Sample 3/50 - sci-fi - Failed: no candidate: \\x1b[2Jquill: 503\n"},
      Row{"a run begins",
          R"({"type":"run","at":1699976723000,"run":"stories-7f3a","state":"running","pipeline":"stories","samples":50,"in_flight":8,"seed":7})",
          "[3:45:23 PM] Run stories-7f3a running: pipeline stories, 50 samples, in_flight 8, seed 7\n"},
      Row{"a run pauses",
          R"({"type":"run","at":1699976723000,"run":"stories-7f3a","state":"paused","reason":"budget: 2.00 usd are spent"})",
          "[3:45:23 PM] Run stories-7f3a paused: budget: 2.00 usd are spent; to go on: troupe resume stories-7f3a\n"},
      Row{"a run goes on", R"({"type":"run","at":1699976723000,"run":"stories-7f3a","state":"resumed"})",
          "[3:45:23 PM] Run stories-7f3a resumed\n"},
      Row{"a warning",
          R"({"type":"log","at":1699976723000,"level":"warning","source":"judge","message":"slow\nanswer"})",
          "[3:45:23 PM] WARNING judge: slow answer\n"},
      Row{"a notice", R"({"type":"notice","at":1699976723000,"level":"info","message":"journal backed up"})",
          "[3:45:23 PM] notice: journal backed up\n"},
      Row{"the end",
          R"({"type":"complete","at":1699976723000,"result":{"samples":50,"successful":48,"failed":2,"stories_saved":31,"below_threshold":17,
             "elapsed_s":150.0,"repeated":1}})",
          "[3:45:23 PM] Training Completed!\n"
          "[3:45:23 PM] Generated 48, saved 31, below the threshold 17, failed 2, calls repeated after a restart 1\n"
          "Successfully generated 48 out of 50 examples in 150.0 seconds\n"},
      Row{"the end of a failed run", R"({"type":"failed","at":1699976723000,"error":"all samples failed"})",
          "[3:45:23 PM] ERROR The run failed: all samples failed\n"},
      Row{"an event of a later version", R"({"type":"applause","at":1699976723000})", ""},
      Row{"members of other types",
          R"({"type":"sample","at":"now","number":"x","genre":5,"ok":1,"quality":"good","saved":[7,{"id":{}}],"progress":[]})",
          "[12:00:00 AM] Sample 0/0 - - - Failed: no reason given\n[12:00:00 AM] Saved story #? to a store\n"
          "[12:00:00 AM] Saved story #? to a store\n"},
  }));
  CAPTURE(name);
  CHECK(lines(event) == expected);
}

TEST_CASE("the level hides less severe lines, never the end", "[log_file]") {
  const TimeZone tz("UTC");
  const std::string kept =
      R"({"type":"sample","at":0,"number":1,"ok":true,"quality":9,"model":"wren","kept":true,"progress":{"total":2}})";
  const std::string dropped =
      R"({"type":"sample","at":0,"number":1,"genre":"horror","ok":true,"quality":7,"model":"wren","kept":false,"dropped":"quality 7 < 8","progress":{"total":2}})";
  const std::string failed = R"({"type":"sample","at":0,"number":2,"ok":false,"reason":"x","progress":{"total":2}})";
  const std::string complete = R"({"type":"complete","at":0,"result":{"samples":2,"successful":1}})";
  CHECK(lines(kept, Level::kWarning).empty());
  CHECK_FALSE(lines(failed, Level::kWarning).empty());
  CHECK(lines(failed, Level::kError).empty());
  CHECK_FALSE(lines(complete, Level::kError).empty());
  CHECK(lines(dropped, Level::kDebug) ==
        "[12:00:00 AM] Sample 1/2 - horror - Quality: 7.0/10 - Model: wren\n[12:00:00 AM] Sample 1 not kept: quality 7 "
        "< 8\n");
  CHECK(lines(dropped, Level::kInfo) == "[12:00:00 AM] Sample 1/2 - horror - Quality: 7.0/10 - Model: wren\n");
}
