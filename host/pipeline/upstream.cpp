#include "pipeline/upstream.hpp"

#include <troupe/troupe.h>

#include <algorithm>
#include <ctime>

#include <troupe/troupe.hpp>

#include "config/pipeline_config.hpp"
#include "pipeline/local_time.hpp"
#include "support/unix_time.hpp"

namespace troupe::pipeline {
namespace {

using std::chrono::ceil;
using std::chrono::milliseconds;

constexpr double kBytesPerToken = 4;  // Of English text, about; corrected by what the service reports.

std::int64_t unixMsAt(Upstream::Clock::time_point when) {
  return unixMs() + ceil<milliseconds>(when - Upstream::Clock::now()).count();
}

FailureInfo refusal(const UpstreamPolicy::Answer& answer) {
  std::string text = "not asked: it is out";
  if (answer.until) text += " until " + localTime(unixMsAt(*answer.until));
  return {answer.code, text + ": " + answer.reason, -1};
}

}  // namespace

Upstream::LimitId Upstream::add(UpstreamPolicy::Limits limits) {
  const std::lock_guard lock(mutex_);
  limits_.emplace(++last_limit_, limits);
  applyLimits();
  return last_limit_;
}

void Upstream::remove(LimitId id) {
  {
    const std::lock_guard lock(mutex_);
    limits_.erase(id);
    applyLimits();
  }
  pump();
}

// With the mutex held.
void Upstream::applyLimits() {
  UpstreamPolicy::Limits lowest;
  const auto take = [](double& mine, double theirs) {
    if (theirs > 0 && (mine <= 0 || theirs < mine)) mine = theirs;
  };
  for (const auto& [id, limits] : limits_) {
    take(lowest.rpm, limits.rpm);
    take(lowest.tpm, limits.tpm);
  }
  policy_.limit(lowest);
}

bool Upstream::enter(const std::shared_ptr<Passage>& passage, const std::function<bool()>& patient) {
  UpstreamPolicy::Answer answer;
  double tokens = 0;
  bool stays = false;
  for (;;) {
    std::unique_lock lock(mutex_);
    const auto now = Clock::now();
    tokens = static_cast<double>(passage->input().size()) / kBytesPerToken + policy_.usualOutput();
    answer = policy_.ask(now, tokens);
    if (answer.say == UpstreamPolicy::Say::go && waiting_.empty()) {
      on_way_.emplace(passage.get(), policy_.sent(now, tokens));
      return true;
    }
    if (answer.say == UpstreamPolicy::Say::out && !stays) {
      was_out_ = true;
      lock.unlock();
      if (!patient()) {
        passage->refuse(refusal(answer));
        return false;
      }
      stays = true;
      continue;  // It may have changed.
    }
    waiting_.push_back({passage, tokens, stays});
    break;
  }
  std::optional<milliseconds> about;
  if (answer.until) about = std::max(milliseconds(1), ceil<milliseconds>(*answer.until - Clock::now()));
  passage->waits(answer.reason.empty() ? "others wait before it" : answer.reason, about);
  pump();
  return false;
}

// Lets leave what may; the first that may not sets the alarm for the next time. [any thread]
void Upstream::pump() {
  for (bool more = true; more;) {
    more = false;
    std::vector<std::shared_ptr<Passage>> passing, again;
    {
      const std::lock_guard lock(mutex_);
      const auto now = Clock::now();
      while (!waiting_.empty()) {
        const auto answer = policy_.ask(now, waiting_.front().tokens);
        if (answer.say == UpstreamPolicy::Say::go) {
          auto& passage = waiting_.front().passage;
          on_way_.emplace(passage.get(), policy_.sent(now, waiting_.front().tokens));
          passing.push_back(std::move(passage));
          waiting_.pop_front();
          continue;
        }
        if (answer.say == UpstreamPolicy::Say::out) {
          was_out_ = true;
          for (auto it = waiting_.begin(); it != waiting_.end();) {
            if (!it->stays) again.push_back(std::move(it->passage));
            it = it->stays ? std::next(it) : waiting_.erase(it);
          }
        }
        // One alarm, for the earliest time that was asked for: whoever comes early looks and asks again.
        if (answer.until && !waiting_.empty() && (!alarm_ || *answer.until < *alarm_)) {
          alarm_ = *answer.until;
          const auto when = Clock::now() + ceil<milliseconds>(*answer.until - Clock::now());
          timer_.at(when, [weak = weak_from_this()] {
            const auto self = weak.lock();
            if (!self) return;
            {
              const std::lock_guard guard(self->mutex_);
              self->alarm_.reset();
            }
            self->pump();
          });
        }
        break;
      }
    }
    for (const auto& passage : passing) {
      if (passage->pass()) continue;
      const std::lock_guard lock(mutex_);
      if (const auto ticket = on_way_.extract(passage.get())) policy_.unsent(ticket.mapped());
      more = true;
    }
    for (const auto& passage : again) passage->again();
  }
}

void Upstream::withdraw(const Passage& passage) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.remove_if([&](const Waiting& one) { return one.passage.get() == &passage; });
  }
  pump();
}

void Upstream::left(const Passage& passage, const AttemptEnd& end) {
  bool recovered = false;
  {
    const std::lock_guard lock(mutex_);
    const auto ticket = on_way_.extract(&passage);
    if (!ticket) return;
    if (!end.sent) {
      policy_.unsent(ticket.mapped());
    } else {
      const auto used = tokensOf(end);
      policy_.ended(Clock::now(), ticket.mapped(), end.failure,
                    used ? std::optional(used->input + used->output) : std::nullopt);
      if (used) policy_.learnOutput(used->output);
      if (end.result != nullptr && end.result->rate) policy_.report(Clock::now(), readRateReport(*end.result->rate));
      recovered = end.failure == nullptr && std::exchange(was_out_, false);
    }
  }
  pump();
  if (recovered && recovered_) recovered_();
}

void Upstream::reconsider() {
  std::vector<std::shared_ptr<Passage>> again;
  {
    const std::lock_guard lock(mutex_);
    if (!policy_.out(Clock::now())) return;
    for (auto& one : waiting_) again.push_back(std::move(one.passage));
    waiting_.clear();
  }
  for (const auto& passage : again) passage->again();
}

std::optional<Upstream::Outage> Upstream::outage() const {
  const std::lock_guard lock(mutex_);
  const auto out = policy_.out(Clock::now());
  if (!out) return std::nullopt;
  return Outage{out->code, out->reason, out->until};
}

// With the mutex held. Reading the usage costs a parse, so only where it counts.
std::optional<Upstream::Used> Upstream::tokensOf(const AttemptEnd& end) const {
  const bool counts = std::any_of(limits_.begin(), limits_.end(), [](const auto& l) { return l.second.tpm > 0; });
  if (!counts || end.result == nullptr) return std::nullopt;
  const auto read = [](const std::string& json, bool within) -> std::optional<Used> {
    rapidjson::Document document;
    document.Parse(json.data(), json.size());
    if (document.HasParseError() || !document.IsObject()) return std::nullopt;
    const Object object(document);
    if (within && !object.has("usage")) return std::nullopt;
    const auto usage = within ? object.object("usage") : object;
    const auto input = usage.integer("input", -1), output = usage.integer("output", -1);
    if (input < 0 || output < 0) return std::nullopt;
    return Used{static_cast<double>(input), static_cast<double>(output)};
  };
  if (end.result->usage) return read(*end.result->usage, false);
  if (end.result->values.empty()) return std::nullopt;
  return read(end.result->values.front().json, true);
}

std::shared_ptr<Upstream> Upstreams::get(const std::string& key) {
  const std::lock_guard lock(mutex_);
  auto& upstream = all_[key];
  if (!upstream) upstream = std::make_shared<Upstream>(timer_, options_, [this] { recovered(); });
  return upstream;
}

void Upstreams::recovered() {
  std::vector<std::shared_ptr<Upstream>> all;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [key, upstream] : all_) all.push_back(upstream);
  }
  for (const auto& upstream : all) upstream->reconsider();
}

std::string upstreamKey(const config::Node& node) {
  if (node.hosts.empty()) return {};
  std::string key = node.type;
  for (const auto& host : node.hosts) key += '\n' + host;
  constexpr std::string_view kSecret = "${secret:";
  for (auto at = node.options.find(kSecret); at != std::string::npos; at = node.options.find(kSecret, at + 1))
    key += '\n' + node.options.substr(at, node.options.find('}', at) - at);
  rapidjson::Document options;
  options.Parse(node.options.data(), node.options.size());
  if (!options.HasParseError() && options.IsObject()) key += '\n' + std::string(Object(options).text("model", ""));
  return key;
}

}  // namespace troupe::pipeline
