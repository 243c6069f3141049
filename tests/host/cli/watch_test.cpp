#include "cli/watch.hpp"

#include <catch2/catch.hpp>

#include "support/problem.hpp"

using namespace troupe::cli;

TEST_CASE("a user's address leads to a stream") {
  CHECK(streamAddress("http://127.0.0.1:7878").toString() == "http://127.0.0.1:7878/api/v1/runs/latest/events");
  CHECK(streamAddress("http://127.0.0.1:7878/").toString() == "http://127.0.0.1:7878/api/v1/runs/latest/events");
  CHECK(streamAddress("https://example.org/troupe/").toString() ==
        "https://example.org/troupe/api/v1/runs/latest/events");
  CHECK(streamAddress("http://h/api/v1/runs/stories-a6").getPath() == "/api/v1/runs/stories-a6/events");
  CHECK(streamAddress("http://h/api/v1/runs/stories-a6/events?ticket=x").toString() ==
        "http://h/api/v1/runs/stories-a6/events?ticket=x");
  CHECK(streamAddress("http://h/x/api/v1/events").getPath() == "/x/api/v1/events");
  CHECK(streamAddress("http://[::1]:80/").getHost() == "::1");
  for (const auto* bad : {"http://", "http:///api/v1/events"}) CHECK_THROWS_AS(streamAddress(bad), troupe::Failure);
}

TEST_CASE("an event says whether its run has ended") {
  CHECK(readEventHead(R"({"type":"complete","run":"a","id":3})")->end == "complete");
  CHECK(readEventHead(R"({"type":"failed","run":"a"})")->end == "failed");
  CHECK(readEventHead(R"({"type":"run","run":"a","state":"paused"})")->end == "paused");
  CHECK(readEventHead(R"({"type":"run","run":"a","state":"cancelled"})")->end == "cancelled");
  CHECK(readEventHead(R"({"type":"run","run":"a","state":"running"})")->end == std::nullopt);
  CHECK(readEventHead(R"({"type":"sample","run":"a","state":"failed"})")->end == std::nullopt);
  for (const auto* no : {"", "{}", "[]", "null", R"({"type":"run"})", R"({"type":7,"run":"a"})", "{", "\xff"})
    CHECK_FALSE(readEventHead(no));
}
