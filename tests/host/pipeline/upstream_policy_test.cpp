// When a service may be asked, by a clock that the test moves.
#include <troupe/troupe.h>

#include <catch2/catch.hpp>

#include "pipeline/upstream_policy.hpp"

namespace troupe::test {
namespace {

using namespace std::chrono_literals;
using pipeline::FailureInfo;
using pipeline::UpstreamPolicy;
using Say = UpstreamPolicy::Say;

struct Service {
  UpstreamPolicy policy;
  UpstreamPolicy::Time now = UpstreamPolicy::Time(24h);

  UpstreamPolicy::Answer ask(double tokens = 1) { return policy.ask(now, tokens); }
  UpstreamPolicy::Ticket send(double tokens = 1) {
    REQUIRE(ask(tokens).say == Say::go);
    return policy.sent(now, tokens);
  }
  void answer(const UpstreamPolicy::Ticket& ticket) { policy.ended(now, ticket, nullptr, std::nullopt); }
  void fail(const UpstreamPolicy::Ticket& ticket, int code, std::int64_t retry_after_ms = -1) {
    const FailureInfo failure{code, "connection refused", retry_after_ms};
    policy.ended(now, ticket, &failure, std::nullopt);
  }
  void fall(int code = TROUPE_E_TRANSIENT) {
    for (int i = 0; i < 5; ++i) fail(send(), code);
  }
};

TEST_CASE("five failures in a row open the breaker, one probe decides on it", "[policy]") {
  Service s;
  for (int i = 0; i < 4; ++i) s.fail(s.send(), TROUPE_E_TRANSIENT);
  CHECK_FALSE(s.policy.out(s.now));
  s.fail(s.send(), TROUPE_E_OVERLOADED);
  REQUIRE(s.policy.out(s.now));
  CHECK(s.ask().say == Say::out);
  CHECK(*s.ask().until == s.now + 5s);
  CHECK(s.ask().reason == "connection refused");
  s.now += 4999ms;
  CHECK(s.ask().say == Say::out);
  s.now += 1ms;
  CHECK_FALSE(s.policy.out(s.now));
  const auto probe = s.send();
  CHECK(s.ask().say == Say::wait);
  CHECK_FALSE(s.ask().until);
  s.fail(probe, TROUPE_E_TRANSIENT);
  CHECK(*s.ask().until == s.now + 10s);
  s.now += 10s;
  s.answer(s.send());
  CHECK(s.ask().say == Say::go);
  // From the beginning again.
  s.fall();
  CHECK(*s.ask().until == s.now + 5s);
}

TEST_CASE("the rest of a breaker grows to a minute and no further", "[policy]") {
  Service s;
  s.fall();
  for (const auto rest : {10s, 20s, 40s, 60s, 60s}) {
    s.now = *s.ask().until;
    s.fail(s.send(), TROUPE_E_TRANSIENT);
    CHECK(*s.ask().until == s.now + rest);
  }
}

TEST_CASE("any answer between failures keeps the breaker shut", "[policy]") {
  const auto code = GENERATE(0, TROUPE_E_CONTENT, TROUPE_E_PERMANENT_REQUEST, TROUPE_E_MALFORMED, TROUPE_E_AUTH);
  Service s;
  for (int i = 0; i < 20; ++i) {
    if (i % 5 < 4)
      s.fail(s.send(), TROUPE_E_TRANSIENT);
    else if (code == 0)
      s.answer(s.send());
    else
      s.fail(s.send(), code);
  }
  CHECK_FALSE(s.policy.out(s.now));
}

TEST_CASE("what left before the breaker opened does not open it further, but may close it", "[policy]") {
  Service s;
  const auto early = s.send(), other = s.send();
  s.fall();
  const auto until = *s.ask().until;
  s.now += 1s;
  s.fail(early, TROUPE_E_TRANSIENT);
  CHECK(*s.ask().until == until);
  s.answer(other);
  CHECK(s.ask().say == Say::go);
}

TEST_CASE("a probe that is cancelled leaves its place to another", "[policy]") {
  Service s;
  s.fall();
  s.now += 5s;
  s.fail(s.send(), TROUPE_E_CANCELLED);
  const auto probe = s.send();
  s.policy.unsent(probe);
  s.answer(s.send());
  CHECK(s.ask().say == Say::go);
}

TEST_CASE("an overloaded service gets fewer calls at once, and slowly more again", "[policy]") {
  Service s;
  std::vector<UpstreamPolicy::Ticket> on_way;
  for (int i = 0; i < 10; ++i) on_way.push_back(s.send());
  CHECK(s.policy.concurrency() == 0);
  s.now += 1s;
  s.fail(on_way[0], TROUPE_E_OVERLOADED);
  CHECK(s.policy.concurrency() == 7);
  // The others that left with it say nothing new.
  s.fail(on_way[1], TROUPE_E_OVERLOADED);
  CHECK(s.policy.concurrency() == 7);
  CHECK(s.ask().say == Say::wait);
  for (int i = 2; i < 10; ++i) s.answer(on_way[static_cast<std::size_t>(i)]);
  // One round of answers at the limit makes room for one more.
  on_way.clear();
  while (s.ask().say == Say::go) on_way.push_back(s.send());
  CHECK(on_way.size() == 7);
  for (int round = 0; round < 3; ++round) {
    const auto before = s.policy.concurrency();
    for (auto& ticket : on_way) {
      s.answer(ticket);
      ticket = s.send();
    }
    CHECK(s.policy.concurrency() <= before + 1);
  }
  CHECK(s.policy.concurrency() >= 8);
}

TEST_CASE("there is always one call at once", "[policy]") {
  Service s;
  for (int i = 0; i < 20; ++i) {
    s.now += 1s;
    s.fail(s.send(), TROUPE_E_RATE_LIMITED);
  }
  CHECK(s.policy.concurrency() == 1);
  CHECK(s.ask().say == Say::go);
}

TEST_CASE("a service that says how long is left alone so long", "[policy]") {
  Service s;
  s.fail(s.send(), TROUPE_E_RATE_LIMITED, 20000);
  CHECK(s.ask().say == Say::wait);
  CHECK(*s.ask().until == s.now + 20s);
  CHECK_FALSE(s.policy.out(s.now));
  s.now += 20s;
  CHECK(s.ask().say == Say::go);
  // Beyond two minutes nobody waits for it who has another.
  s.fail(s.send(), TROUPE_E_QUOTA_GONE, 6 * 3600 * 1000);
  REQUIRE(s.policy.out(s.now));
  CHECK(s.policy.out(s.now)->code == TROUPE_E_QUOTA_GONE);
  CHECK(s.ask().say == Say::out);
  s.now += 6h - 1min;
  CHECK(s.ask().say == Say::wait);
}

TEST_CASE("calls a minute are evenly spread", "[policy]") {
  Service s;
  s.policy.limit({60, 0});
  s.send();
  CHECK(*s.ask().until == s.now + 1s);
  s.now += 1s;
  s.send();
  s.now += 10min;  // A rest earns nothing.
  s.send();
  CHECK(s.ask().say == Say::wait);
}

TEST_CASE("tokens a minute may be spent at once, and come back", "[policy]") {
  Service s;
  s.policy.limit({0, 6000});
  const auto ticket = s.send(4000);
  CHECK(s.ask(2000).say == Say::go);
  CHECK(s.ask(3000).say == Say::wait);
  CHECK(*s.ask(3000).until == s.now + 10s);
  // It took less than it was thought to.
  s.policy.ended(s.now, ticket, nullptr, 1000.0);
  CHECK(s.ask(3000).say == Say::go);
  // One that is larger than a minute's tokens goes when all are there.
  CHECK(s.ask(9000).say == Say::wait);
  s.now += 1min;
  CHECK(s.ask(9000).say == Say::go);
}

TEST_CASE("a service that says it has nothing left is not asked until it has", "[policy]") {
  Service s;
  const auto on_way = s.send();
  s.policy.report(s.now,
                  pipeline::readRateReport(R"({"requests":{"limit":60,"remaining":3,"reset_ms":30000},)"
                                           R"("tokens":{"limit":9000,"remaining":7000,"reset_ms":10000},)"
                                           R"("input_tokens":{"remaining":2000,"reset_ms":10000},"output_tokens":7})"));
  CHECK(s.ask(2000).say == Say::wait);
  CHECK(*s.ask(2000).until == s.now + 10s);
  // Three, of which one may be on its way.
  s.send();
  s.send();
  CHECK(s.ask().say == Say::wait);
  CHECK(*s.ask().until == s.now + 30s);
  s.answer(on_way);
  CHECK(s.ask().say == Say::wait);
  s.now += 30s;
  CHECK(s.ask(2000).say == Say::go);
}

TEST_CASE("a service whose day is used up is out until tomorrow", "[policy]") {
  Service s;
  s.policy.report(s.now, pipeline::readRateReport(R"({"requests_day":{"remaining":1,"reset_ms":7200000}})"));
  CHECK_FALSE(s.policy.out(s.now));
  s.send();
  CHECK(s.ask().say == Say::out);
  REQUIRE(s.policy.out(s.now));
  CHECK(*s.policy.out(s.now)->until == s.now + 2h);
  s.now += 2h;
  CHECK(s.ask().say == Say::go);
}

TEST_CASE("a report of another shape says nothing", "[policy]") {
  for (const auto json : {"", "[]", "7", R"({"requests":7})", R"({"requests":{"remaining":"none","reset_ms":5}})",
                          R"({"requests":{"remaining":-1,"reset_ms":5}})", R"({"tokens":{"remaining":5}})"}) {
    const auto report = pipeline::readRateReport(json);
    CHECK_FALSE(report.requests);
    CHECK_FALSE(report.tokens);
  }
}

TEST_CASE("what did not leave after all is given back", "[policy]") {
  Service s;
  s.policy.limit({60, 6000});
  const auto ticket = s.send(6000);
  CHECK(s.ask().say == Say::wait);
  s.policy.unsent(ticket);
  CHECK(s.ask(6000).say == Say::go);
  CHECK(s.policy.inFlight() == 0);
}

}  // namespace
}  // namespace troupe::test
