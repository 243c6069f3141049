// The machine's clock is set while a run goes on: libfaketime moves it, and leaves the steady clock alone as a real
// jump does.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>

#include "program/served.hpp"

namespace {

using namespace troupe::test;

// Debian keeps it below the folder of the architecture.
std::string libfaketime() {
  for (const auto& folder : std::filesystem::directory_iterator("/usr/lib"))
    if (const auto file = folder.path() / "faketime" / "libfaketimeMT.so.1"; std::filesystem::exists(file))
      return file.string();
  FAIL("libfaketimeMT.so.1 is missing: apt-get install libfaketime");
  return {};
}

class Clock {
 public:
  explicit Clock(const Sandbox& sandbox) : sandbox_(sandbox) { jump(0); }
  /// From now on the clock is this far from the true time.
  void jump(long seconds) const {
    sandbox_.write("clock.new", (seconds < 0 ? "" : "+") + std::to_string(seconds) + "\n");
    std::filesystem::rename(sandbox_ / "clock.new", sandbox_ / "clock");  // Never half written.
  }
  std::vector<std::string> environment() const {
    return {"LD_PRELOAD=" + libfaketime(), "FAKETIME_TIMESTAMP_FILE=" + (sandbox_ / "clock").string(),
            "FAKETIME_NO_CACHE=1", "FAKETIME_DONT_FAKE_MONOTONIC=1"};
  }

 private:
  const Sandbox& sandbox_;
};

rapidjson::Document parse(const std::string& text) {
  rapidjson::Document document;
  document.Parse(text.c_str());
  REQUIRE(document.IsObject());
  return document;
}

}  // namespace

TEST_CASE("a clock that jumps an hour ahead and a day back changes nothing but the times shown", "[program][serve]") {
  const Sandbox sandbox;
  const Clock clock(sandbox);
  Served server(sandbox, {}, 0, clock.environment());
  const auto began = std::chrono::steady_clock::now();
  const auto run = server.begin(witnessed(60, 40));
  EventReader reader(server.port(), "/api/v1/runs/" + run + "/events?last_event_id=earliest");
  REQUIRE(reader.status() == 200);
  std::int64_t next = 1, at = 0, ahead = 0, back = 0, samples = 0;
  bool complete = false;
  while (!complete) {
    const auto event = reader.next();
    REQUIRE(event);
    const auto data = parse(event->data);
    if (!data.HasMember("n")) continue;
    CHECK(data["n"].GetInt64() == next++);
    const auto passed = data["at"].GetInt64() - (at == 0 ? data["at"].GetInt64() : at);
    at = data["at"].GetInt64();
    ahead = std::max(ahead, passed);
    back = std::min(back, passed);
    if (event->name == "sample") {
      const auto& progress = data["progress"];
      CHECK(progress["current"].GetInt64() == ++samples);
      CHECK(progress["elapsed_s"].GetDouble() >= 0);
      CHECK(progress["elapsed_s"].GetDouble() < 600);
      if (samples > 1) {  // From one sample alone nothing can be foretold.
        REQUIRE(progress.HasMember("eta_high_s"));
        CHECK(progress["eta_low_s"].GetDouble() >= 0);
        CHECK(progress["eta_high_s"].GetDouble() < 600);
      }
      if (samples == 15) clock.jump(3600);
      if (samples == 35) clock.jump(-86400);
    }
    complete = event->name == "complete";
    if (!complete) continue;
    const auto truth = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    CHECK(data["result"]["elapsed_s"].GetDouble() > 0);
    CHECK(data["result"]["elapsed_s"].GetDouble() <= truth + 0.05);  // It is told in tenths.
    CHECK(data["result"]["samples"].GetInt64() == 60);
  }
  CHECK(samples == 60);
  CHECK(ahead > 3'000'000);  // Else the clock has not jumped.
  CHECK(back < -80'000'000);
  // The server goes on, and knows the newest run though an older one has the later time.
  CHECK(server.get("/readyz").status == 200);
  const auto second = server.begin(witnessed(3, 0));
  server.process().waitUntil([&] { return server.state(second) == "complete"; });
  CHECK(parse(server.get("/api/v1/runs/latest").body)["id"].GetString() == second);
  server.process().signal(SIGTERM);
  CHECK(server.process().wait().code == 0);
}
