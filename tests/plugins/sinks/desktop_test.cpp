#include <catch2/catch.hpp>

#include <stdexcept>

#include "desktop_sink.hpp"
#include "json_value.hpp"

using namespace troupe::desktop;
using troupe::test::JsonValue;

namespace {

std::string sample(int number) {
  return R"({"type":"sample","run":"r","at":1,"number":)" + std::to_string(number) + R"(,"ok":true,"genre":"g)" +
         std::to_string(number) + R"(","quality":8,"model":"wren"})";
}
const char* const kComplete =
    R"({"type":"complete","run":"r","at":1,"id":9,"n":9,"result":{"samples":50,"successful":48,"failed":2,"stories_saved":30}})";

/// A desktop without a bus: what would be shown, and a clock.
struct Desk {
  explicit Desk(std::set<std::string> events = {"sample", "complete", "failed", "paused"}) {
    settings.events = std::move(events);
  }
  DesktopSink sink() {
    return DesktopSink(settings,
                       {[this](const Notification& notification) {
                          ++asked;
                          if (broken) throw std::runtime_error("there is no session bus: No such file or directory");
                          shown.push_back(notification);
                          return ++last_id;
                        },
                        [this] { return now; }, [this](const std::string& message) { warnings.push_back(message); }});
  }
  Settings settings;
  std::vector<Notification> shown;
  std::vector<std::string> warnings;
  std::int64_t now = 1'000'000;
  std::uint32_t last_id = 40;
  int asked = 0;
  bool broken = false;
};

void give(DesktopSink& sink, const std::string& json) {
  const JsonValue event(json);
  sink.handle(event.object());
}

}  // namespace

TEST_CASE("the end of a run is shown with its counts", "[desktop]") {
  Desk desk;
  auto sink = desk.sink();
  give(sink, kComplete);
  REQUIRE(desk.shown.size() == 1);
  CHECK(desk.shown[0].title == "Run r is complete");
  CHECK(desk.shown[0].body == "48 of 50 generated, 30 saved, 2 failed");
  CHECK(desk.shown[0].urgency == Urgency::normal);
  CHECK(desk.shown[0].replaces == 0);
}

TEST_CASE("only chosen events are shown", "[desktop]") {
  Desk desk({"complete"});
  auto sink = desk.sink();
  give(sink, sample(1));
  give(sink, R"({"type":"run","state":"paused","run":"r","at":1})");
  CHECK(desk.asked == 0);
}

TEST_CASE("one run has one notification, which the next replaces", "[desktop]") {
  Desk desk;
  desk.settings.min_interval_ms = 0;
  auto sink = desk.sink();
  give(sink, sample(1));
  give(sink, sample(2));
  give(sink, R"({"type":"run","state":"paused","run":"other","at":1})");
  give(sink, kComplete);
  REQUIRE(desk.shown.size() == 4);
  CHECK(desk.shown[0].replaces == 0);
  CHECK(desk.shown[1].replaces == 41);
  CHECK(desk.shown[2].replaces == 0);
  CHECK(desk.shown[3].replaces == 42);
}

TEST_CASE("what comes too soon is merged into the next, the end is not kept waiting", "[desktop]") {
  Desk desk;
  desk.settings.min_interval_ms = 5000;
  auto sink = desk.sink();
  for (int number = 1; number <= 3; ++number) give(sink, sample(number));
  REQUIRE(desk.shown.size() == 1);
  desk.now += 4999;
  give(sink, sample(4));
  REQUIRE(desk.shown.size() == 1);
  desk.now += 1;
  give(sink, sample(5));
  REQUIRE(desk.shown.size() == 2);
  CHECK(desk.shown[1].body ==
        "g5, quality 8.0/10, by wren\ng4, quality 8.0/10, by wren\ng3, quality 8.0/10, by wren\ng2, quality 8.0/10, by "
        "wren");
  for (int number = 6; number <= 15; ++number) give(sink, sample(number));
  give(sink, kComplete);
  REQUIRE(desk.shown.size() == 3);
  CHECK_THAT(desk.shown[2].body,
             Catch::StartsWith("48 of 50 generated, 30 saved, 2 failed\ng15, ") && Catch::EndsWith("\nand 6 more"));
}

TEST_CASE("a run that is over is forgotten", "[desktop]") {
  Desk desk;
  auto sink = desk.sink();
  give(sink, kComplete);
  give(sink, sample(1));
  REQUIRE(desk.shown.size() == 2);
  CHECK(desk.shown[1].replaces == 0);
}

TEST_CASE("urgency and sound", "[desktop]") {
  Desk desk;
  desk.settings.min_interval_ms = 0;
  desk.settings.sound = "complete";
  desk.settings.urgency["paused"] = Urgency::critical;
  auto sink = desk.sink();
  give(sink, sample(1));
  give(sink, R"({"type":"failed","run":"r","at":1,"error":"every sample failed"})");
  give(sink, R"({"type":"run","state":"paused","run":"r","at":1,"reason":"x"})");
  REQUIRE(desk.shown.size() == 3);
  CHECK(desk.shown[0].urgency == Urgency::low);
  CHECK(desk.shown[1].urgency == Urgency::critical);
  CHECK(desk.shown[2].urgency == Urgency::critical);
  CHECK(desk.shown[2].sound == "complete");
}

TEST_CASE("a desktop that is not there is told once, left alone, and tried again for the end", "[desktop]") {
  Desk desk;
  desk.settings.min_interval_ms = 0;
  desk.broken = true;
  auto sink = desk.sink();
  for (int number = 1; number <= 100; ++number) give(sink, sample(number));
  CHECK(desk.asked == 1);
  CHECK(
      desk.warnings ==
      std::vector<std::string>{
          "no notification can be shown: there is no session bus: No such file or directory; the run goes on without"});
  desk.now += 30'000;
  give(sink, sample(101));
  CHECK(desk.asked == 2);
  CHECK(desk.warnings.size() == 1);
  desk.broken = false;
  give(sink, kComplete);
  REQUIRE(desk.shown.size() == 1);
  CHECK_THAT(desk.shown[0].body, Catch::EndsWith("and 97 more"));
}

TEST_CASE("markup is escaped", "[desktop]") { CHECK(escapedMarkup("a<b>&\"c\"") == "a&lt;b&gt;&amp;\"c\""); }
