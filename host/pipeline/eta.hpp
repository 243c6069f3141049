#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

namespace troupe::pipeline {

/// What is left of a run, in seconds of its active clock. The truth is meant to be within [low_s, high_s] nine times
/// out of ten.
struct EtaRange {
  double estimate_s;
  double low_s;
  double high_s;
};

/// The one calculation of remaining time; every sink shows what it says. Deterministic: the same reports give the same
/// answers.
///
/// Two quantities are learned:
///  - the pace: the work (time from start to settle, waits included) of settled samples and the number worked on at
///  once, summed in
///    at most 32 blocks of equal count (a full array is merged in pairs, so memory is constant). By Little's law their
///    quotient is the time between settles, without the noise of samples that settle in bursts. Waits and retries make
///    neighbours alike; the spread of block sums at several block sizes counts that, where the spread of single samples
///    would promise too much. Recent blocks weigh more, and the difference between recent and overall work widens the
///    range: a run that drifts is less certain.
///  - the distribution of durations: a histogram with logarithmic bins and slow forgetting. Samples that are still open
///  say "at least
///    this long" (Kaplan-Meier), or the quick ones, which settle first, would pass for typical. A lognormal fitted to
///    the curve continues it beyond the slowest sample seen, and one part in (1 + samples seen) stays with something
///    slower still.
///
/// With W samples left and k of them started, the answer is: what the k still need on average, plus (W - k) times the
/// time between settles, plus how much longer the slowest of the last k takes than their mean. Once all have started,
/// it is the slowest of the k, given how long each has run. The range joins the uncertainty of the pace (Student's t),
/// of the slowest sample (quantiles of the maximum), of the start, when fewer have settled than are open, and a part
/// that grows with how far the past is extrapolated, since no past proves the future.
///
/// Times are seconds of the run's active clock (it stands still while the run is paused) and never go back. A report
/// costs well under 1 us; an answer is computed at most 20 times per second and shifted by the clock in between. Owner:
/// the run. No locks: all calls from one thread, or under the run's lock.
class Eta {
 public:
  /// A sample begins; `sample` is its index.
  void started(std::uint64_t sample, double now_s);
  /// A sample settles, successful or failed: both took their time. One that was never reported as started counts
  /// with the time since the settle before it.
  void settled(std::uint64_t sample, double now_s);
  /// A sample leaves without settling (held for a person's decision): it is not waited for.
  void left(std::uint64_t sample);
  /// A call of the sample failed and is repeated after `delay_s`: the sample begins anew then.
  void retrying(std::uint64_t sample, double now_s, double delay_s);
  /// The run as a whole waits (rate limit, quota), until `until_s` when that is known. Within a wait it only moves
  /// `until_s`.
  void waitBegins(double now_s, std::optional<double> until_s = std::nullopt);
  void waitEnds(double now_s);

  /// What remains, or nothing before the first sample that settled in this process. `settled` and `total` are the run's
  /// counts (a resumed run begins above 0), `in_flight` is how many samples it works on at once.
  std::optional<EtaRange> remaining(double now_s, std::uint64_t settled, std::uint64_t total, std::uint64_t in_flight);

 private:
  static constexpr std::size_t kMaxBlocks = 32;
  static constexpr int kBinsPerOctave = 16;
  static constexpr std::size_t kBins = 37 * kBinsPerOctave;  // from 1 us to about 38 hours

  struct Block {
    double count = 0;
    double work_s = 0;       // active time of its samples, from start to settle
    double time_s = 0;       // from its first settle's predecessor to its last settle
    double lane_time_s = 0;  // the same, times the number of open samples
    Block& operator+=(const Block& other);
  };
  /// What the settled samples say about the pace of the next ones.
  struct Pace {
    double work_s = 0;     // expected active time of one sample
    double deviation = 0;  // its long-run standard deviation, with neighbours that are slow together
    double samples = 0;    // effective number of samples behind `work_s`
    double shift_s = 0;    // recent minus overall work
    double freedom = 1;    // degrees of freedom of `deviation`
    double lanes = 1;      // samples worked on at once, recently
  };
  class Survival;

  double busy(double now_s) const;
  void addToBlock(double work_s);
  void countLanes(double now_s);
  void addDuration(double duration_s);
  Pace pace() const;
  EtaRange compute(double now_s, double left, double in_flight) const;

  // Waits of the whole run.
  double waited_s_ = 0;
  std::optional<double> waiting_since_;
  std::optional<double> waiting_until_;

  // Pace.
  double settles_ = 0;
  double work_sum_s_ = 0;
  std::optional<double> counted_until_s_;  // lanes and time are in current_ up to here
  Block current_;                          // time since the last settle
  double block_size_ = 1;
  std::vector<Block> blocks_;

  // Durations, in busy time: active without the waits of the whole run.
  struct Open {
    double began_s;       // active clock
    double began_busy_s;  // busy clock
    double since_busy_s;  // start of its latest attempt; in the future while it backs off
  };
  std::unordered_map<std::uint64_t, Open> open_;
  std::array<double, kBins> histogram_{};
  double weight_ = 1;  // of the next duration; it grows, which forgets the old ones
  double durations_ = 0;

  // The last answer.
  std::optional<EtaRange> answer_;
  double answered_at_s_ = 0;
  std::uint64_t answered_settled_ = 0;
  std::uint64_t answered_total_ = 0;
};

}  // namespace troupe::pipeline
