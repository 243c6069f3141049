#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "pipeline/outcome.hpp"
#include "pipeline/pace.hpp"

namespace troupe::pipeline {

/// What a service has left, as its headers say it.
struct RateReport {
  struct Left {
    std::int64_t remaining;
    std::chrono::milliseconds reset;  ///< from now until there is more
  };
  std::optional<Left> requests, requests_day, tokens;  ///< tokens: of the limit that is nearest
};
/// Of TROUPE_RATE; what is of another shape is left out.
RateReport readRateReport(std::string_view json);

/// When a service may be asked: circuit breaker, adaptive concurrency (additive increase, multiplicative decrease),
/// calls and tokens a minute, and what the service itself says it has left. Pure: the clock comes as an argument. Not
/// for several threads at once.
class UpstreamPolicy {
 public:
  using Clock = std::chrono::steady_clock;
  using Time = Clock::time_point;

  struct Options {
    bool adapts = true;                          ///< false: it only keeps the pace
    int failures_to_open = 5;                    ///< in a row, of those that say the service is ill
    std::chrono::milliseconds first_rest{5000};  ///< of the breaker; doubles with every probe that fails
    std::chrono::milliseconds longest_rest{60000};
    std::chrono::milliseconds longest_hold{120000};  ///< a wait beyond it means that the service is out
  };
  /// Per minute; 0: no limit.
  struct Limits {
    double rpm = 0;
    double tpm = 0;
  };

  UpstreamPolicy() : UpstreamPolicy(Options()) {}
  explicit UpstreamPolicy(Options options) : options_(options) {}
  void limit(Limits limits);

  enum class Say { go, wait, out };
  struct Answer {
    Say say = Say::go;
    std::optional<Time> until;  ///< of a wait or an outage; none: until a call that is on its way ends
    std::string reason = {};
    int code = 0;  ///< of an outage: TROUPE_E_*
  };
  /// Whether a call of about so many tokens may leave now.
  Answer ask(Time now, double tokens) const;
  /// Whether the service is out for so long that nobody should wait for it while there are others.
  std::optional<Answer> out(Time now) const;

  /// What a call on its way is known by until it ends.
  struct Ticket {
    Time sent;
    double tokens = 0;
    bool probe = false;
    std::uint64_t era = 0;
  };
  Ticket sent(Time now, double tokens);
  /// It did not leave after all.
  void unsent(const Ticket& ticket);
  /// It has ended. `failure`: null for an answer, or one whose class says nothing about the service.
  void ended(Time now, const Ticket& ticket, const FailureInfo* failure, std::optional<double> tokens_used);
  void report(Time now, const RateReport& report);

  /// Calls at once as the service bears them now; 0: no limit.
  int concurrency() const { return limit_ > 0 ? static_cast<int>(limit_) : 0; }
  int inFlight() const { return in_flight_; }
  /// Tokens of a usual answer, learned.
  double usualOutput() const { return usual_output_; }
  void learnOutput(double tokens) { usual_output_ += (tokens - usual_output_) * 0.2; }

 private:
  void close(Time now, const Ticket& ticket);
  void fail(Time now, const Ticket& ticket, const FailureInfo& failure);
  void shrink(Time now, const Ticket& ticket);
  void grow();
  Answer block(Time now) const;
  Answer spent(Time now, double tokens) const;

  const Options options_;
  Pace calls_, tokens_;
  int in_flight_ = 0;

  double limit_ = 0;      // Calls at once; 0: none.
  Time last_decrease_{};  // Failures of calls that left before it say nothing new.

  int failures_ = 0;       // In a row.
  std::uint64_t era_ = 0;  // Of the breaker: what left in an earlier one does not count.
  std::optional<Time> rest_until_;
  std::chrono::milliseconds rest_{0};
  bool probing_ = false;
  std::string why_rest_;
  int rest_code_ = 0;

  Time blocked_until_{};  // By the service's own words.
  std::string why_blocked_;
  int blocked_code_ = 0;

  struct Allowance {
    double left;
    Time until;
  };
  std::optional<Allowance> requests_left_, day_left_, tokens_left_;
  double usual_output_ = 256;
};

}  // namespace troupe::pipeline
