#include "pipeline/eta.hpp"

#include <algorithm>
#include <cmath>

namespace troupe::pipeline {
namespace {

constexpr double kSmallest_s = 1e-6;   // lower edge of the histogram
constexpr double kRecompute_s = 0.05;  // an answer is reused this long
constexpr std::size_t kMostAges = 64;  // more open samples are thinned out
// Chosen by a search over 600 simulated runs: the truth is within the range in 93 % of the cases, and half of the
// ranges at mid-run are narrower than 0.88 of the estimate.
constexpr double kTail = 0.03;          // beyond each end of the range of the slowest sample
constexpr double kNormal = 1.7;         // quantile for the parts of the range that add up from many samples
constexpr double kFittedWeight = 2;     // durations that the fitted curve counts as
constexpr double kUnseenSigma = 0.6;    // of the lognormal that stands for what has not been seen yet ...
constexpr double kUnseenShift = 1.0;    // ... and how far it is above the typical duration (natural logarithm)
constexpr double kUncertain = 0.03;     // relative uncertainty of any forecast,
constexpr double kExtrapolated = 0.12;  // and how it grows with the logarithm of future over past
constexpr double kEarly = 0.8;          // relative uncertainty while fewer samples have settled than are open

double normalCdf(double z) { return 0.5 * std::erfc(-z / 1.4142135623730951); }

/// Inverse of normalCdf by Newton steps on a logistic start; good to 1e-6 within +-5, which is all that is asked here.
double normalQuantile(double p) {
  p = std::clamp(p, 1e-6, 1 - 1e-6);
  double z = std::log(p / (1 - p)) / 1.702;
  for (int i = 0; i < 4; ++i) {
    const double density = std::exp(-0.5 * z * z) / 2.5066282746310002;
    z -= std::clamp((normalCdf(z) - p) / std::max(density, 1e-9), -0.5, 0.5);
  }
  return z;
}

/// Quantile of Student's t at the range's level (Hill's first terms).
double studentQuantile(double freedom) {
  const double z = kNormal;
  const double v = std::max(freedom, 2.0);
  return z + (z * z * z + z) / (4 * v) + (5 * std::pow(z, 5) + 16 * z * z * z + 3 * z) / (96 * v * v);
}

double square(double x) { return x * x; }

}  // namespace

/// The share of samples that take longer than x, and its integral from there on, on the edges of the histogram's bins.
class Eta::Survival {
 public:
  Survival(const std::array<double, kBins>& histogram, double durations, const std::vector<double>& ages) {
    for (std::size_t bin = 0; bin <= kBins; ++bin) edge_[bin] = kSmallest_s * std::exp2(double(bin) / kBinsPerOctave);
    productLimit(histogram, durations, ages);
    fit(durations);
    rest_[kBins] = 0;
    for (std::size_t bin = kBins; bin-- > 0;)
      rest_[bin] = rest_[bin + 1] + 0.5 * (share_[bin] + share_[bin + 1]) * (edge_[bin + 1] - edge_[bin]);
    double moment = 0;
    for (std::size_t bin = 0; bin < kBins; ++bin)
      moment += 0.5 * (rest_[bin] + rest_[bin + 1]) * (edge_[bin + 1] - edge_[bin]);
    future_mean_ = mean() > 0 ? moment / mean() : 0;
  }

  double mean() const { return rest_[0] + kSmallest_s; }
  /// Mean rest of a sample met at a random moment.
  double futureMean() const { return future_mean_; }
  /// Squared coefficient of variation.
  double variation() const { return std::clamp(2 * future_mean_ / mean() - 1, 0.0, 4.0); }
  double share(double x) const { return interpolate(share_, x); }
  double meanRest(double age) const {
    const double start = std::max(age, 0.0);
    const double alive = share(start);
    return alive > 1e-9 ? interpolate(rest_, start) / alive - std::min(age, 0.0) : 0.1 * start;
  }
  /// The longest rest of `k` samples met at a random moment stays below this with probability p.
  double longestFuture(double p, double k) const {
    const double target = rest_[0] * (1 - std::pow(p, 1 / k));
    std::size_t low = 0;
    std::size_t high = kBins;
    while (high - low > 1) {
      const std::size_t middle = (low + high) / 2;
      (rest_[middle] > target ? low : high) = middle;
    }
    const double span = rest_[low] - rest_[high];
    const double part = span > 0 ? std::clamp((rest_[low] - target) / span, 0.0, 1.0) : 0.0;
    return edge_[low] + part * (edge_[high] - edge_[low]);
  }
  /// The longest rest of the open samples, of which each has run `ages[i]`, stays below this with probability p.
  /// `times` says how many samples each age stands for.
  double longestNow(double p, const std::vector<double>& ages, double times) const {
    double low = 0;
    double high = 1e-3;
    const double target = std::log(p) / times;
    const auto below = [&](double x) {
      double sum = 0;
      for (const double age : ages) {
        if (x + age <= 0) return -1e9;
        const double alive = age > 0 ? share(age) : 1.0;
        const double later = alive > 1e-9 ? share(age + x) / alive : std::exp(-x / (0.1 * age));
        sum += later >= 1 ? -1e3 : std::log1p(-later);
      }
      return sum;
    };
    while (high < 1e6 && below(high) < target) high *= 4;
    for (int i = 0; i < 30; ++i) {
      const double middle = 0.5 * (low + high);
      (below(middle) < target ? low : high) = middle;
    }
    return high;
  }

 private:
  double interpolate(const std::array<double, kBins + 1>& table, double x) const {
    if (x <= kSmallest_s) return table[0];
    const double at = std::log2(x / kSmallest_s) * kBinsPerOctave;
    if (at >= double(kBins)) return 0;
    const auto bin = static_cast<std::size_t>(at);
    const double part = (x - edge_[bin]) / (edge_[bin + 1] - edge_[bin]);
    return table[bin] + part * (table[bin + 1] - table[bin]);
  }

  /// Kaplan-Meier: an open sample is at risk up to its age, and says nothing about later.
  void productLimit(const std::array<double, kBins>& histogram, double durations, const std::vector<double>& ages) {
    std::array<double, kBins> censored{};
    double at_risk = double(ages.size());
    double weight = 0;
    for (const double settled : histogram) weight += settled;
    const double scale = weight > 0 ? durations / weight : 0;
    at_risk += weight * scale;
    for (const double age : ages) {
      const double at = age <= kSmallest_s ? 0 : std::log2(age / kSmallest_s) * kBinsPerOctave;
      censored[std::min(static_cast<std::size_t>(at), kBins - 1)] += 1;
    }
    share_[0] = 1;
    for (std::size_t bin = 0; bin < kBins; ++bin) {
      const double settled = histogram[bin] * scale;
      share_[bin + 1] =
          settled > 0 ? share_[bin] * std::max(0.0, 1 - settled / std::max(at_risk, settled)) : share_[bin];
      at_risk -= settled + censored[bin];
    }
    for (std::size_t bin = 0; bin <= kBins; ++bin)
      if (share_[bin] < 1e-9) share_[bin] = 0;
  }

  /// Mixes in a lognormal, fitted to the curve on a probability plot, and continues the curve with it where it ends
  /// above zero; then a slower one for kinds of samples that have not been met yet.
  void fit(double durations) {
    double n = 0, sx = 0, sz = 0, sxx = 0, sxz = 0;
    std::size_t last = 0;
    for (std::size_t bin = 0; bin < kBins; ++bin) {
      const double fall = share_[bin] - share_[bin + 1];
      if (fall <= 0) continue;
      last = bin + 1;
      const double z = normalQuantile(1 - 0.5 * (share_[bin] + share_[bin + 1]));
      const double x = 0.5 * (std::log(edge_[bin]) + std::log(edge_[bin + 1]));
      n += fall;
      sx += fall * x;
      sz += fall * z;
      sxx += fall * x * x;
      sxz += fall * x * z;
    }
    if (n <= 0) return;
    const double varied = sxx / n - square(sx / n);
    const double slope = varied > 1e-12 ? (sxz / n - sx * sz / n / n) / varied : 0;  // 1 / sigma
    const double sigma = std::clamp(slope > 0 ? 1 / slope : 0.0, 0.8 / std::sqrt(durations + 1), 1.5);
    const double mu = sx / n - sigma * sz / n;
    const auto fitted = [&](std::size_t edge) { return 1 - normalCdf((std::log(edge_[edge]) - mu) / sigma); };
    const double end = share_[last];
    const double end_fitted = std::max(fitted(last), 1e-9);
    const double part = kFittedWeight / (kFittedWeight + durations);
    const double unseen = 1 / (1 + durations);  // rule of succession
    for (std::size_t bin = 1; bin <= kBins; ++bin) {
      const double curve = fitted(bin);
      if (bin > last && end > 0) share_[bin] = end * std::min(1.0, curve / end_fitted);
      share_[bin] = (1 - part) * share_[bin] + part * curve;
      const double slower = 1 - normalCdf((std::log(edge_[bin]) - mu - kUnseenShift) / kUnseenSigma);
      share_[bin] = (1 - unseen) * share_[bin] + unseen * slower;
    }
  }

  std::array<double, kBins + 1> edge_;
  std::array<double, kBins + 1> share_;
  std::array<double, kBins + 1> rest_;
  double future_mean_ = 0;
};

Eta::Block& Eta::Block::operator+=(const Block& other) {
  count += other.count;
  work_s += other.work_s;
  time_s += other.time_s;
  lane_time_s += other.lane_time_s;
  return *this;
}

void Eta::started(std::uint64_t sample, double now_s) {
  countLanes(now_s);
  open_[sample] = {now_s, busy(now_s), busy(now_s)};
}

void Eta::settled(std::uint64_t sample, double now_s) {
  countLanes(now_s);
  const auto it = open_.find(sample);
  if (it == open_.end()) {  // as if the open samples, at least one, had shared the time since the last settle
    const double work_s = current_.time_s * std::max(1.0, double(open_.size()));
    addToBlock(work_s);
    addDuration(work_s);
    return;
  }
  addToBlock(std::max(0.0, now_s - it->second.began_s));
  addDuration(std::max(0.0, busy(now_s) - it->second.began_busy_s));
  open_.erase(it);
}

void Eta::left(std::uint64_t sample) { open_.erase(sample); }

void Eta::retrying(std::uint64_t sample, double now_s, double delay_s) {
  const auto it = open_.find(sample);
  if (it != open_.end()) it->second.since_busy_s = busy(now_s) + std::max(0.0, delay_s);
}

void Eta::waitBegins(double now_s, std::optional<double> until_s) {
  if (!waiting_since_) waiting_since_ = now_s;
  waiting_until_ = until_s;
}

void Eta::waitEnds(double now_s) {
  if (waiting_since_) waited_s_ += std::max(0.0, now_s - *waiting_since_);
  waiting_since_.reset();
  waiting_until_.reset();
}

double Eta::busy(double now_s) const {
  return now_s - waited_s_ - (waiting_since_ ? std::max(0.0, now_s - *waiting_since_) : 0);
}

void Eta::countLanes(double now_s) {
  const double passed = counted_until_s_ ? std::max(0.0, now_s - *counted_until_s_) : 0;
  counted_until_s_ = now_s;
  current_.time_s += passed;
  current_.lane_time_s += passed * std::max(1.0, double(open_.size()));
}

void Eta::addToBlock(double work_s) {
  settles_ += 1;
  work_sum_s_ += work_s;
  if (blocks_.empty() || blocks_.back().count >= block_size_) {
    if (blocks_.size() == kMaxBlocks) {
      for (std::size_t i = 0; i < kMaxBlocks / 2; ++i) {
        blocks_[i] = blocks_[2 * i];
        blocks_[i] += blocks_[2 * i + 1];
      }
      blocks_.resize(kMaxBlocks / 2);
      block_size_ *= 2;
    }
    blocks_.push_back({});
  }
  current_.count = 1;
  current_.work_s = work_s;
  blocks_.back() += current_;
  current_ = {};
}

void Eta::addDuration(double duration_s) {
  const double at = duration_s <= kSmallest_s ? 0 : std::log2(duration_s / kSmallest_s) * kBinsPerOctave;
  histogram_[std::min(static_cast<std::size_t>(at), kBins - 1)] += weight_;
  durations_ += 1;
  weight_ *= 1 + 0.7 / std::max(64.0, 0.5 * durations_);
  if (weight_ > 1e12) {
    for (double& bin : histogram_) bin /= weight_;
    weight_ = 1;
  }
}

Eta::Pace Eta::pace() const {
  Pace out;
  const double overall = work_sum_s_ / settles_;
  const double half_life = std::max(8.0, settles_ / 3);
  double later = 0, squares = 0;
  Block recent;
  for (std::size_t i = blocks_.size(); i-- > 0;) {
    const Block& block = blocks_[i];
    const double weight = std::exp2(-(later + block.count / 2) / half_life);
    later += block.count;
    squares += weight * weight * block.count;
    recent += Block{weight * block.count, weight * block.work_s, weight * block.time_s, weight * block.lane_time_s};
  }
  out.work_s = recent.work_s / recent.count;
  out.samples = recent.count * recent.count / squares;
  out.shift_s = out.work_s - overall;
  out.lanes = recent.time_s > 0 ? std::max(0.01, recent.lane_time_s / recent.time_s) : 1;
  // The long-run variance of one, from the spread of sums over 1, 2, 4 and 8 blocks: the largest, as long as there are
  // enough sums.
  double variance = 0;
  for (std::size_t merged = 1; merged <= 8 && blocks_.size() / merged >= 4; merged *= 2) {
    double sum = 0, sums = 0;
    for (std::size_t i = 0; i + merged <= blocks_.size(); i += merged) {
      Block block;
      for (std::size_t j = i; j < i + merged; ++j) block += blocks_[j];
      sum += square(block.work_s - overall * block.count) / block.count;
      sums += 1;
    }
    if (sum / (sums - 1) >= variance) {
      variance = sum / (sums - 1);
      out.freedom = sums - 1;
    }
  }
  if (blocks_.size() < 4) {
    variance = square(overall);
    out.freedom = 2;
  }
  out.deviation = std::sqrt(variance);
  return out;
}

EtaRange Eta::compute(double now_s, double left, double in_flight) const {
  std::vector<double> ages;
  ages.reserve(open_.size());
  const double busy_now = busy(now_s);
  for (const auto& [sample, open] : open_) ages.push_back(busy_now - open.since_busy_s);
  std::sort(ages.begin(), ages.end());  // the map's order is not part of the answer
  const Survival survival(histogram_, std::max(durations_, 1.0), ages);

  const double k = std::min({std::max(double(ages.size()), 1.0), left});
  double open_rest = 0, age_sum = 0;
  for (const double age : ages) {
    open_rest += survival.meanRest(age);
    age_sum += std::max(age, 0.0);
  }
  open_rest = ages.empty() ? survival.mean() : open_rest / double(ages.size());

  const double wait_rest = waiting_until_ ? std::max(0.0, *waiting_until_ - now_s) : 0;
  const double extrapolation = kUncertain + kExtrapolated * std::log1p(left / settles_);
  EtaRange out{};
  const double to_start = left - k;
  if (to_start < 0.5 && !ages.empty()) {
    std::vector<double> thinned;
    const std::size_t step = (ages.size() + kMostAges - 1) / kMostAges;
    for (std::size_t i = 0; i < ages.size(); i += step) thinned.push_back(ages[i]);
    const double times = k / double(thinned.size());
    out.estimate_s = survival.longestNow(0.5, thinned, times);
    out.low_s = survival.longestNow(kTail, thinned, times) * (1 - extrapolation / 2);
    out.high_s = survival.longestNow(1 - kTail, thinned, times) * (1 + extrapolation);
  } else {
    const Pace p = pace();
    // From a cold start time has gone into the open samples as well; renewal theory says how much of it belongs to the
    // settled.
    const double variation = survival.variation();
    const double belongs = std::min(2 * variation / (1 + variation), 1.5);
    const double correction = work_sum_s_ > 0 ? std::min(1 + belongs * age_sum / work_sum_s_, 3.0) : 1;
    const double gap = p.work_s * correction / p.lanes;
    const double last = std::min(std::max(in_flight, k), left);
    const double slowest_median = survival.longestFuture(0.5, last);
    const double slowest_low = survival.longestFuture(kTail, last);
    const double slowest_high = survival.longestFuture(1 - kTail, last);
    const double bulk = open_rest + to_start * gap;
    out.estimate_s = bulk + std::max(0.0, slowest_median - survival.futureMean());
    const double t = studentQuantile(p.freedom);
    const double pace_variance = (left + square(left) / p.samples) * square(p.deviation / p.lanes);
    const double model = square(extrapolation * bulk) + square(to_start * p.shift_s / p.lanes) +
                         square(0.5 * to_start * (correction - 1) * p.work_s / p.lanes) +
                         square(0.3 * survival.mean()) + square(kEarly * bulk * p.lanes / (p.lanes + settles_));
    const double spread = t * t * pace_variance + kNormal * kNormal * model;
    out.low_s = out.estimate_s - std::sqrt(spread + square(slowest_median - slowest_low));
    out.high_s = out.estimate_s + std::sqrt(spread + square(slowest_high - slowest_median));
  }
  out.estimate_s += wait_rest;
  out.low_s = std::max(out.low_s, 0.0) + wait_rest;
  out.high_s += wait_rest;
  return out;
}

std::optional<EtaRange> Eta::remaining(double now_s, std::uint64_t settled, std::uint64_t total,
                                       std::uint64_t in_flight) {
  if (settled >= total) return EtaRange{0, 0, 0};
  if (settles_ < 1) return std::nullopt;
  const std::uint64_t new_settled = settled > answered_settled_ ? settled - answered_settled_ : 0;
  const bool fresh = answer_ && total == answered_total_ && settled >= answered_settled_ &&
                     new_settled * 200 <= total && now_s - answered_at_s_ < kRecompute_s && now_s >= answered_at_s_;
  if (!fresh) {
    answer_ = compute(now_s, double(total - settled), double(in_flight));
    answered_at_s_ = now_s;
    answered_settled_ = settled;
    answered_total_ = total;
  }
  const double passed = now_s - answered_at_s_;
  return EtaRange{std::max(0.0, answer_->estimate_s - passed), std::max(0.0, answer_->low_s - passed),
                  std::max(0.0, answer_->high_s - passed)};
}

}  // namespace troupe::pipeline
