#include "pipeline/upstream_policy.hpp"

#include <rapidjson/document.h>
#include <troupe/troupe.h>

#include <algorithm>
#include <cmath>

namespace troupe::pipeline {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

namespace {

constexpr double kDecrease =
    0.7;  // Of a service that is overloaded; TCP takes 0.5, and asks a thousand times as often.
constexpr double kManyCalls = 4096;  // Beyond it a limit is none.

bool isIll(int code) { return code == TROUPE_E_TRANSIENT || code == TROUPE_E_OVERLOADED; }
bool isBusy(int code) { return code == TROUPE_E_RATE_LIMITED || code == TROUPE_E_OVERLOADED; }
// Of a failure that has nothing to say about the service.
bool saysNothing(int code) { return code == TROUPE_E_CANCELLED || code == TROUPE_E_INTERNAL; }

}  // namespace

void UpstreamPolicy::limit(Limits limits) {
  calls_.set(limits.rpm, 1);
  tokens_.set(limits.tpm, limits.tpm);
}

UpstreamPolicy::Answer UpstreamPolicy::ask(Time now, double tokens) const {
  if (rest_until_) {
    if (now < *rest_until_) return {Say::out, rest_until_, why_rest_, rest_code_};
    if (probing_) return {Say::wait, std::nullopt, "one call tries whether it is well again: " + why_rest_};
    return {};
  }
  if (auto blocked = block(now); blocked.say != Say::go) return blocked;
  if (auto none = spent(now, tokens); none.say != Say::go) return none;
  if (limit_ > 0 && in_flight_ >= std::max(1, static_cast<int>(limit_)))
    return {Say::wait, std::nullopt,
            "it bears " + std::to_string(std::max(1, static_cast<int>(limit_))) + (limit_ < 2 ? " call" : " calls") +
                " at once now"};
  if (const auto at = calls_.from(now, 1); at > now) {
    auto rpm = std::to_string(std::llround(calls_.perMinute()));
    return {Say::wait, at, "pace of " + rpm + " calls a minute"};
  }
  if (const auto at = tokens_.from(now, tokens); at > now)
    return {Say::wait, at, "pace of " + std::to_string(std::llround(tokens_.perMinute())) + " tokens a minute"};
  return {};
}

// What the service's own words forbid.
UpstreamPolicy::Answer UpstreamPolicy::block(Time now) const {
  if (now >= blocked_until_) return {};
  const bool is_long = blocked_until_ - now > options_.longest_hold;
  return {is_long ? Say::out : Say::wait, blocked_until_, why_blocked_, blocked_code_};
}

// What it has said to have left does not do.
UpstreamPolicy::Answer UpstreamPolicy::spent(Time now, double tokens) const {
  const auto short_of = [&](const std::optional<Allowance>& left, double units, const char* why) -> Answer {
    if (!left || now >= left->until || left->left >= units) return {};
    const bool is_long = left->until - now > options_.longest_hold;
    return {is_long ? Say::out : Say::wait, left->until, why, TROUPE_E_QUOTA_GONE};
  };
  for (auto answer : {short_of(day_left_, 1, "it has said that no request of the day is left"),
                      short_of(requests_left_, 1, "it has said that no request is left"),
                      short_of(tokens_left_, tokens, "it has said that too few tokens are left")})
    if (answer.say != Say::go) return answer;
  return {};
}

std::optional<UpstreamPolicy::Answer> UpstreamPolicy::out(Time now) const {
  if (rest_until_ && now < *rest_until_) return Answer{Say::out, rest_until_, why_rest_, rest_code_};
  if (auto blocked = block(now); blocked.say == Say::out) return blocked;
  if (auto none = spent(now, usual_output_); none.say == Say::out) return none;
  return std::nullopt;
}

UpstreamPolicy::Ticket UpstreamPolicy::sent(Time now, double tokens) {
  Ticket ticket{now, tokens, rest_until_.has_value(), era_};
  probing_ = probing_ || ticket.probe;
  ++in_flight_;
  calls_.take(now, 1);
  tokens_.take(now, tokens);
  if (requests_left_) requests_left_->left -= 1;
  if (day_left_) day_left_->left -= 1;
  if (tokens_left_) tokens_left_->left -= tokens;
  return ticket;
}

void UpstreamPolicy::unsent(const Ticket& ticket) {
  --in_flight_;
  if (ticket.probe) probing_ = false;
  calls_.correct(1);
  tokens_.correct(ticket.tokens);
  if (requests_left_) requests_left_->left += 1;
  if (day_left_) day_left_->left += 1;
  if (tokens_left_) tokens_left_->left += ticket.tokens;
}

void UpstreamPolicy::ended(Time now, const Ticket& ticket, const FailureInfo* failure,
                           std::optional<double> tokens_used) {
  --in_flight_;
  if (ticket.probe) probing_ = false;
  if (tokens_used) tokens_.correct(ticket.tokens - *tokens_used);
  if (!options_.adapts) return;
  if (failure == nullptr) {
    close(now, ticket);
    grow();
  } else if (isIll(failure->code) || isBusy(failure->code) || failure->code == TROUPE_E_QUOTA_GONE) {
    fail(now, ticket, *failure);
  } else if (!saysNothing(failure->code)) {
    close(now, ticket);  // It answers, if not as one would like.
  }
}

void UpstreamPolicy::close(Time, const Ticket&) {
  failures_ = 0;
  if (!rest_until_) return;
  rest_until_.reset();
  rest_ = milliseconds(0);
  ++era_;
}

void UpstreamPolicy::fail(Time now, const Ticket& ticket, const FailureInfo& failure) {
  if (isBusy(failure.code)) shrink(now, ticket);
  if (failure.code != TROUPE_E_TRANSIENT && failure.retry_after_ms >= 0) {
    const auto until = now + milliseconds(std::min<std::int64_t>(failure.retry_after_ms, 366LL * 24 * 3600 * 1000));
    if (until > blocked_until_) {
      blocked_until_ = until;
      why_blocked_ = failure.message;
      blocked_code_ = failure.code;
    }
  }
  if (!isIll(failure.code)) {
    if (ticket.probe) close(now, ticket);  // It is there again; what it says is another matter.
    return;
  }
  if (ticket.era != era_) return;
  ++failures_;
  const bool opens = !rest_until_ && failures_ >= options_.failures_to_open;
  if (!opens && !ticket.probe) return;
  rest_ = rest_.count() == 0 ? options_.first_rest : std::min(rest_ * 2, options_.longest_rest);
  rest_until_ = now + rest_;
  why_rest_ = failure.message;
  rest_code_ = failure.code;
  ++era_;
}

void UpstreamPolicy::shrink(Time now, const Ticket& ticket) {
  if (ticket.sent < last_decrease_) return;
  const double at_once = in_flight_ + 1;  // With the one that has failed.
  limit_ = std::max(1.0, (limit_ > 0 ? std::min(limit_, at_once) : at_once) * kDecrease);
  last_decrease_ = now;
}

void UpstreamPolicy::grow() {
  if (limit_ <= 0 || in_flight_ + 1 < static_cast<int>(limit_)) return;  // What is not used has not been tried.
  limit_ += 1.0 / limit_;
  if (limit_ > kManyCalls) limit_ = 0;
}

void UpstreamPolicy::report(Time now, const RateReport& report) {
  const auto take = [&](std::optional<Allowance>& mine, const std::optional<RateReport::Left>& theirs, double on_way) {
    if (!theirs) return;
    // What is on its way may not be counted by the service yet.
    mine = Allowance{static_cast<double>(theirs->remaining) - on_way, now + theirs->reset};
  };
  take(requests_left_, report.requests, in_flight_);
  take(day_left_, report.requests_day, in_flight_);
  take(tokens_left_, report.tokens, in_flight_ * usual_output_);
}

RateReport readRateReport(std::string_view json) {
  RateReport report;
  rapidjson::Document document;
  document.Parse(json.data(), json.size());
  if (document.HasParseError() || !document.IsObject()) return report;
  const auto left = [&](const char* name) -> std::optional<RateReport::Left> {
    const auto limit = document.FindMember(name);
    if (limit == document.MemberEnd() || !limit->value.IsObject()) return {};
    const auto number = [&](const char* member) -> std::int64_t {
      const auto found = limit->value.FindMember(member);
      return found != limit->value.MemberEnd() && found->value.IsInt64() ? found->value.GetInt64() : -1;
    };
    constexpr std::int64_t kLongest = 366LL * 24 * 3600 * 1000;
    const auto remaining = number("remaining"), reset = number("reset_ms");
    if (remaining < 0 || reset < 0) return {};
    return RateReport::Left{remaining, std::chrono::milliseconds(std::min(reset, kLongest))};
  };
  report.requests = left("requests");
  report.requests_day = left("requests_day");
  for (const char* name : {"tokens", "input_tokens", "output_tokens", "tokens_day"})
    if (const auto one = left(name); one && (!report.tokens || one->remaining < report.tokens->remaining))
      report.tokens = one;
  return report;
}

}  // namespace troupe::pipeline
