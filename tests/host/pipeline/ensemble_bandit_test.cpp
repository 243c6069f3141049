// The bandit alone: what it learns, and what it saves on models of known quality.
#include "pipeline/ensemble_bandit.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <random>
#include <string>

#include "pipeline/ensemble_history.hpp"
#include "pipeline/ensemble_policy.hpp"

namespace troupe::test {
namespace {

using pipeline::Bandit;
using pipeline::EnsembleHistory;
using pipeline::NextStep;
using pipeline::nextStep;
using pipeline::Standing;
using pipeline::StopRule;
using Trial = Bandit::Trial;

// How often each candidate is at the front, of so many draws.
std::vector<double> fronts(const Bandit& bandit, std::size_t candidates, const std::string& genre = "-") {
  constexpr int kDraws = 4000;
  std::vector<double> shares(candidates);
  for (std::uint64_t seed = 0; seed < kDraws; ++seed)
    shares[static_cast<std::size_t>(bandit.draw(seed, genre).order.front())] += 1.0 / kDraws;
  return shares;
}

void learn(Bandit& bandit, int candidate, bool first, int reached, int missed, const std::string& genre = "-") {
  for (int i = 0; i < reached; ++i) bandit.learn(genre, {{candidate, first, true}});
  for (int i = 0; i < missed; ++i) bandit.learn(genre, {{candidate, first, false}});
}

TEST_CASE("who knows nothing draws all orders alike and the same seed draws the same", "[ensemble]") {
  const Bandit bandit({3, 1, 0.1, false});
  for (const double share : fronts(bandit, 3)) CHECK(share == Approx(1.0 / 3).margin(0.04));
  const auto draw = bandit.draw(42, "-");
  CHECK(draw.order == bandit.draw(42, "-").order);
  auto sorted = draw.order;
  std::sort(sorted.begin(), sorted.end());
  CHECK(sorted == std::vector<int>{0, 1, 2});
}

TEST_CASE("the better one comes to the front, and the share that explores is uniform", "[ensemble]") {
  Bandit greedy({3, 1, 0, false}), curious({3, 1, 0.3, false});
  for (auto* bandit : {&greedy, &curious}) {
    learn(*bandit, 0, true, 5, 95);
    learn(*bandit, 1, true, 80, 20);
    learn(*bandit, 2, true, 30, 70);
  }
  CHECK(fronts(greedy, 3)[1] > 0.99);
  const auto shares = fronts(curious, 3);
  CHECK(shares[0] == Approx(0.1).margin(0.02));
  CHECK(shares[1] == Approx(0.8).margin(0.03));
  CHECK(shares[2] == Approx(0.1).margin(0.02));
}

TEST_CASE("misses on prompts that others had missed before do not count against a provider at the front",
          "[ensemble]") {
  Bandit bandit({2, 1, 0, false});
  learn(bandit, 0, true, 60, 40);
  learn(bandit, 1, true, 6, 2);
  learn(bandit, 1, false, 0, 400);
  CHECK(fronts(bandit, 2)[1] > 0.5);
}

TEST_CASE("after the first ones the order is by what providers do where others have missed", "[ensemble]") {
  Bandit bandit({3, 1, 0, false});
  learn(bandit, 0, true, 99, 1);
  learn(bandit, 1, true, 50, 50);
  learn(bandit, 2, true, 45, 55);
  learn(bandit, 1, false, 1, 99);
  learn(bandit, 2, false, 90, 10);
  for (std::uint64_t seed = 0; seed < 100; ++seed) CHECK(bandit.draw(seed, "-").order == std::vector<int>{0, 2, 1});
}

TEST_CASE("by genre it learns who is good at what and borrows where a genre is new", "[ensemble]") {
  Bandit bandit({2, 1, 0, true});
  learn(bandit, 0, true, 90, 10, "fable");
  learn(bandit, 1, true, 20, 80, "fable");
  learn(bandit, 0, true, 10, 90, "horror");
  learn(bandit, 1, true, 80, 20, "horror");
  learn(bandit, 0, true, 300, 0, "drama");
  CHECK(fronts(bandit, 2, "fable")[0] > 0.99);
  CHECK(fronts(bandit, 2, "horror")[1] > 0.99);
  CHECK(fronts(bandit, 2, "sci-fi")[0] > 0.7);  // What is known of all others.
  // A source that invents genres without end.
  for (int i = 0; i < 2000; ++i) learn(bandit, 1, true, 1, 0, "genre " + std::to_string(i));
  CHECK(fronts(bandit, 2, "genre 1999")[1] > 0.9);
}

TEST_CASE("a history draws by exactly the results up to the lag, in whatever order they come", "[ensemble]") {
  constexpr std::int64_t kLag = 4, kSamples = 60;
  const auto result = [](std::int64_t index) {
    return std::vector<Trial>{{static_cast<int>(index % 3), true, index % 2 == 0}};
  };
  EnsembleHistory behind({3, 1, 0.1, false}, kLag), ahead({3, 1, 0.1, false}, kLag);
  std::vector<std::int64_t> shuffled(kSamples);
  for (std::int64_t i = 0; i < kSamples; ++i) shuffled[static_cast<std::size_t>(i)] = i;
  std::mt19937 random(1);
  std::shuffle(shuffled.begin(), shuffled.end(), random);
  for (const auto index : shuffled) {
    ahead.decided(index, "-", result(index));
    ahead.decided(index, "-", {});  // Told again: counts once.
  }
  for (std::int64_t i = 0; i < kSamples; ++i) {
    CAPTURE(i);
    CHECK(behind.ready(i + kLag - 1));
    CHECK_FALSE(behind.ready(i + kLag));
    const auto order = behind.draw(i, 1000 + i, "-").order;
    CHECK(ahead.draw(i, 1000 + i, "-").order == order);
    behind.decided(i, "-", result(i));
  }
}

TEST_CASE("what comes within the lag changes no order, and what comes before it does", "[ensemble]") {
  constexpr std::int64_t kLag = 4, kSame = 20;
  EnsembleHistory one({3, 1, 0, false}, kLag), other({3, 1, 0, false}, kLag);
  for (std::int64_t i = 0; i < 60; ++i) {
    const int good = static_cast<int>(i % 3);
    one.decided(i, "-", {{good, true, true}});
    other.decided(i, "-", {{i < kSame ? good : 0, true, i < kSame}});
  }
  int differ = 0;
  for (std::int64_t i = 0; i < 60; ++i) {
    const bool same = one.draw(i, i, "-").order == other.draw(i, i, "-").order;
    if (i < kSame + kLag) CHECK(same);
    differ += same ? 0 : 1;
  }
  CHECK(differ > 0);
}

// ---- what it saves --------------------------------------------------------------------------------------------------

// Three models whose candidates are worth a threshold of 8.0 so and so often; some prompts are hard for all.
struct Models {
  std::vector<double> skill;
  double quality(std::size_t model, std::int64_t index, std::uint32_t seed) const {
    std::mt19937 prompt(seed + static_cast<std::uint32_t>(index) * 7919u);
    const double hardness = std::normal_distribution<double>(0, 0.7)(prompt);
    prompt.discard(model * 16);
    return skill[model] - hardness + std::normal_distribution<double>(0, 0.9)(prompt);
  }
};

struct Figures {
  int calls = 0, accepted = 0;
  std::vector<int> asked = std::vector<int>(3), front = std::vector<int>(3);
  double callsPerAccepted() const { return static_cast<double>(calls) / accepted; }
};

constexpr int kSamples = 3000;
constexpr double kStopAt = 8.0;

Figures all(const Models& models, std::uint32_t seed) {
  Figures figures;
  for (int i = 0; i < kSamples; ++i) {
    double best = 0;
    for (std::size_t m = 0; m < 3; ++m) best = std::max(best, models.quality(m, i, seed));
    figures.calls += 3;
    figures.accepted += best >= kStopAt ? 1 : 0;
  }
  return figures;
}

Figures bandit(const Models& models, std::uint32_t seed, double explore) {
  Figures figures;
  EnsembleHistory history({3, 1, explore, false}, 16);
  for (int i = 0; i < kSamples; ++i) {
    const auto order = history.draw(i, static_cast<std::int64_t>(seed) * kSamples + i, "-").order;
    ++figures.front[static_cast<std::size_t>(order.front())];
    std::vector<Standing> standings(3, Standing::unasked);
    std::vector<Trial> trials;
    for (auto step = nextStep(StopRule{}, order, standings); step.kind == NextStep::Kind::ask;
         step = nextStep(StopRule{}, order, standings)) {
      const auto model = static_cast<std::size_t>(step.candidate);
      const bool good = models.quality(model, i, seed) >= kStopAt;
      standings[model] = good ? Standing::reached : Standing::missed;
      trials.push_back({step.candidate, trials.empty(), good});
      ++figures.calls;
      ++figures.asked[model];
      figures.accepted += good ? 1 : 0;
    }
    history.decided(i, "-", trials);
  }
  return figures;
}

TEST_CASE("on models of known quality the bandit needs about half the calls of all, and forgets none", "[ensemble]") {
  const Models models{{7.4, 8.4, 6.6}};
  constexpr double kExplore = 0.1;
  const auto seed = GENERATE(1u, 2u, 3u);
  const auto whole = all(models, seed);
  const auto some = bandit(models, seed, kExplore);
  const double saving = some.callsPerAccepted() / whole.callsPerAccepted();
  WARN("ensemble: seed " << seed << ", " << kSamples << " samples: calls per accepted sample "
                         << whole.callsPerAccepted() << " (all), " << some.callsPerAccepted() << " (bandit), ratio "
                         << saving << "; asked of the weak one " << some.asked[2] << ", at the front "
                         << some.front[2]);
  CHECK(some.accepted == whole.accepted);  // It goes on until one is good enough or none is left.
  CHECK(saving < 0.62);
  CHECK(saving > 0.40);
  // Starved, but not forgotten: its share of the exploration, and hardly more.
  CHECK(some.front[2] >= kSamples * kExplore / 3 * 0.7);
  CHECK(some.front[2] <= kSamples * 0.1);
  CHECK(some.front[1] >= kSamples * 0.85);
}

TEST_CASE("a weak model that becomes good is found again", "[ensemble]") {
  Bandit bandit({2, 1, 0.1, false});
  learn(bandit, 0, true, 70, 30);
  learn(bandit, 1, true, 2, 48);
  CHECK(fronts(bandit, 2)[1] < 0.1);
  // Its place at the front is the exploration's: 0.05 of the samples. They are enough.
  int samples = 0;
  for (; samples < 6000 && (samples % 200 != 0 || fronts(bandit, 2)[1] < 0.5); ++samples) {
    const auto front = bandit.draw(static_cast<std::uint64_t>(samples), "-").order.front();
    bandit.learn("-", {{front, true, front == 1 || samples % 10 < 7}});
  }
  WARN("ensemble: found again after " << samples << " samples");
  CHECK(samples < 6000);
}

}  // namespace
}  // namespace troupe::test
