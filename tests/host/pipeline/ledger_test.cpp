// The ledger under random schedules. TROUPE_SCHEDULES says how many (400), TROUPE_SEED with which random numbers.
#include "pipeline/ledger.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <deque>
#include <iostream>
#include <random>

namespace {

using namespace troupe;
using pipeline::Amount;
using pipeline::Ledger;

std::uint64_t numberFrom(const char* name, std::uint64_t fallback) {
  const char* text = std::getenv(name);
  return text == nullptr ? fallback : std::strtoull(text, nullptr, 10);
}

/// Calls, judges and their repeats at random, against limits of every kind, and what they add up to by a reckoning of
/// its own.
class Schedule {
 public:
  Schedule(std::uint64_t seed, bool honest) : random_(seed), honest_(honest), concurrency_(1 + pick(256)) {
    if (pick(4) > 0) budget_.run.usd = static_cast<std::int64_t>(1 + pick(1'000'000));
    if (pick(3) == 0) budget_.run.tokens = static_cast<std::int64_t>(1 + pick(100'000));
    if (pick(3) == 0) budget_.run.calls = static_cast<std::int64_t>(1 + pick(600));
    if (pick(2) == 0) budget_.nodes["judge"].usd = static_cast<std::int64_t>(1 + pick(300'000));
    if (pick(2) == 0) budget_.nodes["a"].calls = static_cast<std::int64_t>(pick(100));
    dearest_ = 1 + static_cast<std::int64_t>(pick(static_cast<std::uint64_t>(budget_.run.usd.value_or(1000)) / 4 + 1));
    ledger_ = std::make_unique<Ledger>(budget_, kNames);
    sums_.resize(kNames.size());
  }

  void run() {
    for (int step = 0; step < 600 && !over_; ++step) {
      if (pick(2) == 0 && open_.size() < concurrency_)
        attempt();
      else if (!open_.empty())
        end(pick(open_.size()));
      check();
    }
    // The run pauses: what is in flight comes to its end, or is cut off; who waits is let in or told that it never
    // fits.
    while (!open_.empty()) {
      end(pick(open_.size()));
      check();
    }
    CHECK(waiting_.empty());
    CHECK(ledger_->run().reserved.usd == 0);
    CHECK(ledger_->run().reserved.tokens == 0);
    CHECK(ledger_->run().reserved.calls == 0);
  }
  std::uint64_t refusals() const { return refusals_; }
  std::uint64_t waits() const { return waits_; }

 private:
  struct Open {
    int account;
    Ledger::Reservation reservation;
  };
  struct Sum {
    Amount spent, reserved, excess;
  };
  static inline const std::vector<std::string> kNames = {"a", "b", "judge"};

  std::uint64_t pick(std::uint64_t below) { return below == 0 ? 0 : random_() % below; }
  std::int64_t upTo(std::int64_t most) { return static_cast<std::int64_t>(pick(static_cast<std::uint64_t>(most) + 1)); }

  void attempt() {
    const int account = static_cast<int>(pick(kNames.size()));
    enter({account, {{1 + upTo(dearest_), 1 + upTo(2000), 1}, {}}});
  }

  bool enter(Open one) {
    const auto fit = ledger_->reserve(one.account, one.reservation);
    if (fit == Ledger::Fit::never) {
      ++refusals_;
      CHECK_FALSE(ledger_->obstacle(one.account, one.reservation.reserved, "it").empty());
      over_ = over_ || pick(3) == 0;  // Others go on for a while: the runner's gate closes a little later.
      return true;
    }
    if (fit == Ledger::Fit::later) {
      CHECK_FALSE(open_.empty());  // Or nobody would ever wake it.
      return false;
    }
    for (auto* sum : {&sums_[static_cast<std::size_t>(one.account)], &run_}) {
      sum->reserved.usd += one.reservation.reserved.usd;
      sum->reserved.tokens += one.reservation.reserved.tokens;
      sum->reserved.calls += 1;
    }
    CHECK(one.reservation.reserved.usd >= one.reservation.worst.usd);
    open_.push_back(one);
    return true;
  }

  void end(std::size_t place) {
    const auto one = open_[place];
    open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(place));
    const auto& kept = one.reservation.reserved;
    Amount actual;
    switch (pick(honest_ ? 5 : 6)) {
      case 0:  // Cut off, or no usage seen.
        actual = kept;
        break;
      case 1:  // Refused.
        actual = {0, 0, 1};
        break;
      case 2:  // It never left.
        break;
      case 5:  // More than it could.
        actual = {kept.usd + upTo(kept.usd * 2), kept.tokens + upTo(500), 1};
        break;
      default:
        actual = {upTo(kept.usd), upTo(kept.tokens), 1};
    }
    const bool more = ledger_->settle(one.account, one.reservation, actual);
    CHECK(more == (actual.usd > kept.usd || actual.tokens > kept.tokens));
    for (auto* sum : {&sums_[static_cast<std::size_t>(one.account)], &run_}) {
      sum->reserved.usd -= kept.usd;
      sum->reserved.tokens -= kept.tokens;
      sum->reserved.calls -= 1;
      sum->spent.usd += actual.usd;
      sum->spent.tokens += actual.tokens;
      sum->spent.calls += actual.calls;
      sum->excess.usd += std::max<std::int64_t>(0, actual.usd - kept.usd);
      sum->excess.tokens += std::max<std::int64_t>(0, actual.tokens - kept.tokens);
    }
    if (actual.calls > 0 && pick(3) == 0) waiting_.push_back({one.account, {one.reservation.worst, {}}});  // A repeat.
    for (auto it = waiting_.begin(); it != waiting_.end();) it = enter(*it) ? waiting_.erase(it) : (++waits_, ++it);
  }

  void checkOne(const Ledger::Balance& is, const Sum& should, const config::BudgetLimits& limits) const {
    REQUIRE(is.spent.usd == should.spent.usd);
    REQUIRE(is.spent.tokens == should.spent.tokens);
    REQUIRE(is.spent.calls == should.spent.calls);
    REQUIRE(is.reserved.usd == should.reserved.usd);
    REQUIRE(is.reserved.tokens == should.reserved.tokens);
    REQUIRE(is.reserved.calls == should.reserved.calls);
    if (limits.usd) REQUIRE(should.spent.usd + should.reserved.usd <= *limits.usd + should.excess.usd);
    if (limits.tokens) REQUIRE(should.spent.tokens + should.reserved.tokens <= *limits.tokens + should.excess.tokens);
    if (limits.calls) REQUIRE(should.spent.calls + should.reserved.calls <= *limits.calls);
    if (honest_) REQUIRE(should.excess.usd + should.excess.tokens == 0);
  }

  void check() const {
    checkOne(ledger_->run(), run_, budget_.run);
    for (std::size_t i = 0; i < kNames.size(); ++i) {
      const auto own = budget_.nodes.find(kNames[i]);
      checkOne(ledger_->account(static_cast<int>(i)), sums_[i],
               own != budget_.nodes.end() ? own->second : config::BudgetLimits());
    }
  }

  std::mt19937_64 random_;
  const bool honest_;
  const std::size_t concurrency_;
  config::Budget budget_;
  std::int64_t dearest_;
  std::unique_ptr<Ledger> ledger_;
  std::vector<Open> open_;
  std::deque<Open> waiting_;
  std::vector<Sum> sums_;
  Sum run_;
  bool over_ = false;
  std::uint64_t refusals_ = 0, waits_ = 0;
};

}  // namespace

TEST_CASE("no schedule spends and reserves more than a limit by a single unit", "[budget]") {
  const auto schedules = numberFrom("TROUPE_SCHEDULES", 400);
  const auto seed = numberFrom("TROUPE_SEED", std::random_device{}());
  std::cout << "ledger test: TROUPE_SCHEDULES=" << schedules << " TROUPE_SEED=" << seed << std::endl;
  std::uint64_t refusals = 0, waits = 0;
  for (std::uint64_t i = 0; i < schedules; ++i) {
    CAPTURE(seed, i);
    Schedule schedule(seed + i, i % 4 != 3);  // One in four has a provider that lies.
    schedule.run();
    refusals += schedule.refusals();
    waits += schedule.waits();
  }
  CHECK(refusals > 0);
  CHECK(waits > 0);
}

TEST_CASE("an attempt waits while others may settle for less and is refused when none can", "[budget]") {
  config::Budget budget;
  budget.run.usd = 100;
  Ledger ledger(budget, {"a"});
  Ledger::Reservation first{{60, 0, 1}, {}}, second{{60, 0, 1}, {}}, huge{{101, 0, 1}, {}};
  CHECK(ledger.reserve(0, huge) == Ledger::Fit::never);
  CHECK(ledger.reserve(0, first) == Ledger::Fit::now);
  CHECK(ledger.reserve(0, second) == Ledger::Fit::later);
  CHECK(ledger.run().reserved.usd == 60);
  CHECK_FALSE(ledger.settle(0, first, {40, 0, 1}));
  CHECK(ledger.reserve(0, second) == Ledger::Fit::now);
  CHECK_FALSE(ledger.settle(0, second, {60, 0, 1}));
  CHECK(ledger.run().spent.usd == 100);
  Ledger::Reservation last{{1, 0, 1}, {}}, free{{0, 0, 1}, {}};
  CHECK(ledger.reserve(0, last) == Ledger::Fit::never);
  CHECK(ledger.obstacle(0, last.reserved, "a call of \"a\"") ==
        "$0.000001 spent and $0.00 reserved of $0.000001 (budget.usd), and a call of \"a\" may take up to $0.000001; "
        "raise it with --set budget.usd=N");
  CHECK(ledger.reserve(0, free) == Ledger::Fit::now);
}

TEST_CASE("a provider whose calls turn out dearer is reserved more for", "[budget]") {
  config::Budget budget;
  budget.run.usd = 1'000'000;
  Ledger ledger(budget, {"a", "b"});
  Ledger::Reservation one{{1000, 10, 1}, {}}, two = one, three = one, other = one;
  REQUIRE(ledger.reserve(0, one) == Ledger::Fit::now);
  REQUIRE(ledger.reserve(0, two) == Ledger::Fit::now);
  CHECK(ledger.settle(0, one, {2500, 10, 1}));
  CHECK(ledger.settle(0, two, {2500, 10, 1}));
  REQUIRE(ledger.reserve(0, three) == Ledger::Fit::now);
  CHECK(three.reserved.usd == 2500);
  CHECK(three.reserved.tokens == 10);
  REQUIRE(ledger.reserve(1, other) == Ledger::Fit::now);
  CHECK(other.reserved.usd == 1000);
}

TEST_CASE("what a sample claims keeps other samples back but no call", "[budget]") {
  config::Budget budget;
  budget.run.usd = 100;
  Ledger ledger(budget, {"a", "b"});
  const std::vector<Ledger::Share> sample{{0, {30, 0, 1}}, {1, {30, 0, 1}}};
  CHECK(ledger.claim(sample) == Ledger::Fit::now);
  CHECK(ledger.claim(sample) == Ledger::Fit::later);
  Ledger::Reservation call{{70, 0, 1}, {}};
  CHECK(ledger.reserve(0, call) == Ledger::Fit::now);
  for (const auto& share : sample) ledger.unclaim(share);
  CHECK(ledger.claim(sample) == Ledger::Fit::later);
  ledger.settle(0, call, {41, 0, 1});
  CHECK(ledger.claim(sample) == Ledger::Fit::never);
}

TEST_CASE("amounts beyond 64 bits do not fit", "[budget]") {
  config::Budget budget;
  budget.run.usd = INT64_MAX - 1;
  Ledger ledger(budget, {"a"});
  Ledger::Reservation one{{INT64_MAX, 0, 1}, {}};
  CHECK(ledger.reserve(0, one) == Ledger::Fit::never);
  one.worst.usd = INT64_MAX - 1;
  CHECK(ledger.reserve(0, one) == Ledger::Fit::now);
  Ledger::Reservation two{{1, 0, 1}, {}};
  CHECK(ledger.reserve(0, two) == Ledger::Fit::later);
}
