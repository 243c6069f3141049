#include "pipeline/eta.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <functional>
#include <map>
#include <queue>
#include <random>
#include <string>
#include <vector>

using troupe::pipeline::Eta;
using troupe::pipeline::EtaRange;

namespace {

enum class Latency { kConstant, kLognormal, kHeavy, kBimodal };
enum class Limit { kNone, kWindow, kSteady, kRandomPause };

const char* name(Latency latency) {
  switch (latency) {
    case Latency::kConstant:
      return "constant";
    case Latency::kLognormal:
      return "lognormal";
    case Latency::kHeavy:
      return "heavy";
    case Latency::kBimodal:
      return "bimodal";
  }
  return "?";
}

const char* name(Limit limit) {
  switch (limit) {
    case Limit::kNone:
      return "no limit";
    case Limit::kWindow:
      return "window";
    case Limit::kSteady:
      return "steady";
    case Limit::kRandomPause:
      return "random 429";
  }
  return "?";
}

struct Scenario {
  Latency latency = Latency::kConstant;
  Limit limit = Limit::kNone;
  int samples = 50;
  int in_flight = 1;
  double mean_s = 3;
  double sigma = 0.5;      // of a lognormal
  double retry_share = 0;  // of calls
  double drift = 0;        // the last sample takes 1 + drift times as long as the first
  double waits = 5;        // how many waits the run will meet, about
};

struct CheckPoint {
  double at_s;
  int settled;
  std::optional<EtaRange> said;
};

/// A run in virtual time: `in_flight` lanes, a rate limiter, failed calls that are repeated with back-off.
class Simulation {
 public:
  Simulation(const Scenario& scenario, std::uint64_t seed) : scenario_(scenario), random_(seed) {
    const double unlimited_s = scenario_.samples * scenario_.mean_s / scenario_.in_flight;
    period_s_ = unlimited_s / scenario_.waits;
    window_calls_ = std::max(1.0, std::ceil(scenario_.samples / scenario_.waits));
    tick_s_ = std::max(1.0, unlimited_s / 100);
  }

  void run() {
    for (int i = 0; i < scenario_.in_flight; ++i) startNext();
    events_.push({tick_s_, order_++, Kind::kTick, 0});
    while (settled_ < scenario_.samples) {
      const Event event = events_.top();
      events_.pop();
      now_s_ = event.at_s;
      switch (event.kind) {
        case Kind::kTick:
          ticks_.push_back(ask());
          events_.push({now_s_ + tick_s_, order_++, Kind::kTick, 0});
          break;
        case Kind::kReady:
          request(event.sample);
          break;
        case Kind::kGranted:
          granted(event.sample);
          break;
        case Kind::kEnd:
          end(event.sample);
          break;
      }
    }
  }

  double endedAt() const { return now_s_; }
  const std::map<int, CheckPoint>& settles() const { return settles_; }
  const std::vector<CheckPoint>& ticks() const { return ticks_; }

 private:
  enum class Kind { kTick, kReady, kGranted, kEnd };
  struct Event {
    double at_s;
    int order;
    Kind kind;
    int sample;
    bool operator<(const Event& other) const { return at_s != other.at_s ? at_s > other.at_s : order > other.order; }
  };

  CheckPoint ask() {
    return {now_s_, settled_,
            eta_.remaining(now_s_, std::uint64_t(settled_), std::uint64_t(scenario_.samples),
                           std::uint64_t(scenario_.in_flight))};
  }

  double uniform() { return std::uniform_real_distribution<double>(0, 1)(random_); }

  double latency(int sample) {
    const double mean = scenario_.mean_s * (1 + scenario_.drift * sample / scenario_.samples);
    switch (scenario_.latency) {
      case Latency::kConstant:
        return mean;
      case Latency::kLognormal:
      case Latency::kHeavy: {
        const double s = scenario_.latency == Latency::kHeavy ? 1.0 : scenario_.sigma;
        return mean * std::lognormal_distribution<double>(-s * s / 2, s)(random_);
      }
      case Latency::kBimodal:
        return mean * (uniform() < 0.8 ? 0.5 : 3.0) * (0.9 + 0.2 * uniform());
    }
    return mean;
  }

  /// When the call may be sent.
  double grant() {
    switch (scenario_.limit) {
      case Limit::kNone:
        return now_s_;
      case Limit::kWindow: {  // so many calls, then nothing until the window is over; as long a wait as the work before
                              // it
        if (now_s_ >= window_end_s_) {
          window_end_s_ = now_s_ + 2 * period_s_;
          window_used_ = 0;
        }
        if (window_used_ >= window_calls_) {
          window_end_s_ += 2 * period_s_;
          window_used_ = 0;
        }
        window_used_ += 1;
        return std::max(now_s_, window_end_s_ - 2 * period_s_);
      }
      case Limit::kSteady: {  // a bucket that fills at two thirds of what the lanes could use
        const double gap_s = 1.5 * scenario_.mean_s / scenario_.in_flight;
        next_grant_s_ = std::max(next_grant_s_ + gap_s, now_s_);
        return next_grant_s_;
      }
      case Limit::kRandomPause: {
        if (next_pause_s_ < 0) next_pause_s_ = -std::log(1 - uniform()) * period_s_;
        while (now_s_ >= next_pause_s_) {
          paused_until_s_ = next_pause_s_ + period_s_ * (0.2 + 0.6 * uniform());
          next_pause_s_ = paused_until_s_ - std::log(1 - uniform()) * period_s_;
        }
        return std::max(now_s_, paused_until_s_);
      }
    }
    return now_s_;
  }

  void startNext() {
    if (next_ >= scenario_.samples) return;
    attempts_.push_back(0);
    eta_.started(std::uint64_t(next_), now_s_);
    ++open_;
    request(next_++);
  }
  void request(int sample) {
    const double at = grant();
    if (at > now_s_) {
      ++waiting_;
      until_s_.push_back(at);
      if (waiting_ == open_) eta_.waitBegins(now_s_, *std::min_element(until_s_.begin(), until_s_.end()));
      events_.push({at, order_++, Kind::kGranted, sample});
    } else {
      send(sample);
    }
  }
  void send(int sample) { events_.push({now_s_ + latency(sample), order_++, Kind::kEnd, sample}); }
  void granted(int sample) {
    if (waiting_ == open_) eta_.waitEnds(now_s_);
    --waiting_;
    until_s_.erase(std::find(until_s_.begin(), until_s_.end(), now_s_));
    send(sample);
  }
  void end(int sample) {
    int& attempts = attempts_[std::size_t(sample)];
    if (uniform() < scenario_.retry_share && attempts < 3) {
      const double delay_s = std::exp2(attempts++) * (0.5 + 0.5 * uniform());
      eta_.retrying(std::uint64_t(sample), now_s_, delay_s);
      events_.push({now_s_ + delay_s, order_++, Kind::kReady, sample});
      return;
    }
    ++settled_;
    --open_;
    eta_.settled(std::uint64_t(sample), now_s_);
    startNext();
    const int percent = 100 * settled_ / scenario_.samples;
    if (percent > 100 * (settled_ - 1) / scenario_.samples && percent < 100) settles_[percent] = ask();
  }

  Scenario scenario_;
  std::mt19937_64 random_;
  Eta eta_;
  std::priority_queue<Event> events_;
  int order_ = 0;
  double now_s_ = 0;
  double tick_s_ = 1;
  int next_ = 0;
  int open_ = 0;
  int waiting_ = 0;
  int settled_ = 0;
  std::vector<int> attempts_;
  std::vector<double> until_s_;
  std::map<int, CheckPoint> settles_;  // by percent, the first settle at or above it
  std::vector<CheckPoint> ticks_;

  double period_s_ = 0;
  double window_calls_ = 0;
  double window_end_s_ = 0;
  double window_used_ = 0;
  double next_grant_s_ = -1e9;
  double next_pause_s_ = -1;
  double paused_until_s_ = -1;
};

}  // namespace

namespace {

Scenario randomScenario(std::mt19937_64& random) {
  const auto pick = [&](int n) { return std::uniform_int_distribution<int>(0, n - 1)(random); };
  const auto logUniform = [&](double low, double high) {
    return std::exp(std::uniform_real_distribution<double>(std::log(low), std::log(high))(random));
  };
  Scenario s;
  s.latency = static_cast<Latency>(pick(4));
  s.limit = static_cast<Limit>(pick(4));
  s.samples = int(logUniform(50, 2001));
  s.in_flight = int(logUniform(1, 65));
  s.mean_s = logUniform(0.3, 20);
  s.sigma = logUniform(0.1, 0.8);
  s.retry_share = std::vector<double>{0, 0.05, 0.2}[std::size_t(pick(3))];
  s.drift = std::vector<double>{0, 0, 0.4, -0.3}[std::size_t(pick(4))];
  s.waits = logUniform(4, 30);
  return s;
}

/// How often the range held the truth, and how wide it was.
struct Tally {
  double checks = 0;
  double held = 0;
  double below = 0;  // the truth was less than low
  double share() const { return held / checks; }
};

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + std::ptrdiff_t(values.size() / 2), values.end());
  return values[values.size() / 2];
}

}  // namespace

TEST_CASE("the range of the remaining time holds the truth in nine of ten cases", "[eta]") {
  const std::uint64_t seed = 20240607;
  const int runs = 200;
  std::mt19937_64 random(seed);
  std::map<std::string, Tally> tallies;
  std::vector<double> widths;
  std::vector<double> errors;
  for (int run = 0; run < runs; ++run) {
    const Scenario scenario = randomScenario(random);
    Simulation simulation(scenario, random());
    simulation.run();
    const double end = simulation.endedAt();
    // Every run counts the same: 45 check points at settles, evenly by count, and 45 between settles, evenly by time.
    std::vector<const CheckPoint*> checks;
    const auto& settles = simulation.settles();
    const auto& ticks = simulation.ticks();
    for (int i = 10; i < 100; i += 2) {
      if (const auto at = settles.find(i); at != settles.end()) checks.push_back(&at->second);
      const auto tick = std::lower_bound(ticks.begin(), ticks.end(), end * i / 100,
                                         [](const CheckPoint& c, double t) { return c.at_s < t; });
      if (tick != ticks.end()) checks.push_back(&*tick);
    }
    for (const CheckPoint* check : checks) {
      if (!check->said) {
        CHECK(check->settled == 0);
        continue;
      }
      const double truth = end - check->at_s;
      const bool held = check->said->low_s <= truth + 1e-9 && truth <= check->said->high_s + 1e-9;
      const double progress = double(check->settled) / scenario.samples;
      for (const std::string& key :
           {std::string("all"), std::string(name(scenario.latency)), std::string(name(scenario.limit)),
            std::string(scenario.retry_share > 0 ? "retries" : "no retries"),
            std::string("drift ").append(std::to_string(scenario.drift).substr(0, 4)),
            std::string(scenario.in_flight > 16  ? "in_flight 17-64"
                        : scenario.in_flight > 4 ? "in_flight 5-16"
                                                 : "in_flight 1-4"),
            std::string(scenario.samples > 400 ? "400-2000 samples" : "50-400 samples"),
            std::string("at ").append(std::to_string(int(progress * 5) * 20)).append(" %")}) {
        Tally& tally = tallies[key];
        tally.checks += 1;
        tally.held += held ? 1 : 0;
        tally.below += truth < check->said->low_s ? 1 : 0;
      }
      if (progress > 0.45 && progress < 0.55) {
        widths.push_back((check->said->high_s - check->said->low_s) / check->said->estimate_s);
        errors.push_back(std::abs(check->said->estimate_s - truth) / truth);
      }
      CHECK(check->said->low_s <= check->said->estimate_s);
      CHECK(check->said->estimate_s <= check->said->high_s);
    }
  }
  std::string report = "by kind of run:\n";
  for (const auto& [key, tally] : tallies) {
    report += "  " + key + ": held " + std::to_string(100 * tally.share()) + " %, truth below " +
              std::to_string(100 * tally.below / tally.checks) + " %, of " + std::to_string(int(tally.checks)) + "\n";
  }
  INFO(report);
  WARN("eta: seed " << seed << ", " << runs << " runs: the range held the truth in " << 100 * tallies["all"].share()
                    << " % of the cases; mid-run: median width " << median(widths) << " of the estimate, median error "
                    << median(errors));
  CHECK(tallies["all"].share() >= 0.9);
  CHECK(median(widths) < 1.0);
}

namespace {

/// `count` samples one after the other, `each_s` long.
void settleInTurn(Eta& eta, int count, double each_s, int from = 0, double from_s = 0) {
  for (int i = 0; i < count; ++i) {
    eta.started(std::uint64_t(from + i), from_s + i * each_s);
    eta.settled(std::uint64_t(from + i), from_s + (i + 1) * each_s);
  }
}

}  // namespace

TEST_CASE("there is no estimate before the first sample has settled", "[eta]") {
  Eta eta;
  CHECK_FALSE(eta.remaining(0, 0, 50, 8).has_value());
  eta.started(0, 0);
  CHECK_FALSE(eta.remaining(100, 0, 50, 8).has_value());
  eta.settled(0, 101);
  CHECK(eta.remaining(101, 1, 50, 8).has_value());
}

TEST_CASE("nothing remains when all samples have settled", "[eta]") {
  Eta eta;
  settleInTurn(eta, 50, 1);
  const auto said = eta.remaining(50, 50, 50, 1);
  REQUIRE(said);
  CHECK(said->estimate_s == 0);
  CHECK(said->high_s == 0);
}

TEST_CASE("samples of equal length in one lane are foreseen closely", "[eta]") {
  Eta eta;
  settleInTurn(eta, 25, 3);
  eta.started(25, 75);
  const auto said = eta.remaining(75, 25, 50, 1);
  REQUIRE(said);
  CHECK(said->estimate_s == Approx(75).epsilon(0.08));
  CHECK(said->low_s < 75);
  CHECK(said->high_s > 75);
  CHECK(said->high_s - said->low_s < 40);
}

TEST_CASE("between two answers the clock shifts the last one", "[eta]") {
  Eta eta;
  settleInTurn(eta, 10, 3);
  eta.started(10, 30);
  const auto first = eta.remaining(30, 10, 50, 1);
  const auto second = eta.remaining(30.02, 10, 50, 1);
  REQUIRE(first);
  REQUIRE(second);
  CHECK(second->estimate_s == Approx(first->estimate_s - 0.02));
  CHECK(second->low_s == Approx(first->low_s - 0.02));
}

TEST_CASE("a wait whose end is known is added, and not taken for slow samples", "[eta]") {
  Eta eta;
  settleInTurn(eta, 25, 3);
  eta.started(25, 75);
  const auto before = eta.remaining(75, 25, 50, 1);
  eta.waitBegins(75, 135);
  const auto during = eta.remaining(76, 25, 50, 1);
  REQUIRE(before);
  REQUIRE(during);
  CHECK(during->low_s >= 59);
  CHECK(during->estimate_s == Approx(before->estimate_s + 59).margin(3));
  eta.waitEnds(135);
  const auto after = eta.remaining(135, 25, 50, 1);
  REQUIRE(after);
  CHECK(after->estimate_s == Approx(before->estimate_s).margin(6));
}

TEST_CASE("once all samples have started, the slowest decides", "[eta]") {
  Eta eta;
  for (int i = 0; i < 40; ++i) settleInTurn(eta, 1, i % 4 == 0 ? 12 : 3, i, 20.0 * i);
  eta.started(40, 1000);
  eta.started(41, 1000);
  const auto said = eta.remaining(1004, 40, 42, 8);  // both run for 4 s, so both are slow ones
  REQUIRE(said);
  CHECK(said->low_s < 8);
  CHECK(said->high_s > 8);
  CHECK(said->estimate_s == Approx(8).margin(1));
}

TEST_CASE("a held sample is not waited for", "[eta]") {
  Eta eta;
  settleInTurn(eta, 20, 3);
  eta.started(20, 60);
  eta.started(21, 60);
  eta.left(20);
  Eta other;
  settleInTurn(other, 20, 3);
  other.started(21, 60);
  CHECK(eta.remaining(61, 20, 21, 2)->estimate_s == other.remaining(61, 20, 21, 2)->estimate_s);
}

TEST_CASE("a resumed run estimates from what settled since", "[eta]") {
  Eta eta;
  settleInTurn(eta, 5, 2, 25);
  eta.started(30, 10);
  const auto said = eta.remaining(10, 30, 50, 1);
  REQUIRE(said);
  CHECK(said->estimate_s == Approx(40).epsilon(0.25));
}

TEST_CASE("settles of samples that were never started give a pace", "[eta]") {
  Eta eta;
  eta.started(1000, 0);  // the clock's origin
  eta.left(1000);
  for (int i = 1; i <= 20; ++i) eta.settled(std::uint64_t(i), 2.0 * i);
  const auto said = eta.remaining(40, 20, 40, 1);
  REQUIRE(said);
  CHECK(said->low_s <= 40);
  CHECK(said->high_s >= 40);
}

TEST_CASE("the same reports give the same answer, to the last bit", "[eta]") {
  const Scenario scenario{Latency::kHeavy, Limit::kRandomPause, 300, 16, 2, 0.5, 0.2, 0.4, 6};
  Simulation first(scenario, 5);
  Simulation second(scenario, 5);
  first.run();
  second.run();
  REQUIRE(first.settles().size() == second.settles().size());
  for (const auto& [percent, check] : first.settles()) {
    const CheckPoint& other = second.settles().at(percent);
    REQUIRE(check.said.has_value() == other.said.has_value());
    if (!check.said) continue;
    CHECK(check.said->estimate_s == other.said->estimate_s);
    CHECK(check.said->low_s == other.said->low_s);
    CHECK(check.said->high_s == other.said->high_s);
  }
}

TEST_CASE("what a settle costs", "[eta][.benchmark]") {
  Eta eta;
  const int count = 1000000;
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < 64; ++i) eta.started(std::uint64_t(i), 0);
  for (int i = 0; i < count; ++i) {
    const double now = (i + 1) * 0.0002;
    eta.started(std::uint64_t(i + 64), now);
    eta.settled(std::uint64_t(i), now);
    eta.remaining(now, std::uint64_t(i + 1), std::uint64_t(count) + 1, 64);
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  WARN("eta: " << 1e9 * seconds / count
               << " ns per sample started, settled and asked about, at 5,000 samples/s of virtual time");
}
