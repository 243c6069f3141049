#include "state.hpp"

#include <cstdio>
#include <string_view>

#include <troupe/log_line.hpp>
#include "text.hpp"

namespace troupe::console {
namespace {

std::string_view rawText(const Object& object, std::string_view name, std::string_view fallback) {
  const auto* value = object.find(name);
  return value != nullptr && value->IsString() ? std::string_view(value->GetString(), value->GetStringLength())
                                               : fallback;
}

std::optional<double> number(const Object& object, std::string_view name) {
  const auto* value = object.find(name);
  return value != nullptr && value->IsNumber() ? std::optional<double>(value->GetDouble()) : std::nullopt;
}

bool isTrue(const Object& object, std::string_view name) {
  const auto* value = object.find(name);
  return value != nullptr && value->IsTrue();
}

// Cents, and more digits below one; never rounded down to nothing.
std::string usd(double amount) {
  char text[48];
  std::snprintf(text, sizeof(text), amount <= 0 || amount >= 0.01 ? "$%.2f" : "$%.4f", amount);
  return amount > 0 && amount < 0.0001 ? "<$0.0001" : text;
}

std::string costText(const Object& progress, bool over) {
  const auto* found = progress.find("cost");
  if (found == nullptr || !found->IsObject()) return {};
  const Object cost(*found);
  std::string text = usd(number(cost, "usd").value_or(0));
  if (const auto limit = number(cost, "limit_usd")) text.append(" of ").append(usd(*limit));
  if (const auto reserved = number(cost, "reserved_usd"); reserved && *reserved > 0)
    text.append(", ").append(usd(*reserved)).append(" reserved");
  if (const auto projected = number(cost, "projected_usd"); projected && *projected > 0 && !over)
    text.append(", ~").append(usd(*projected)).append(" in all");
  if (const auto calls = number(cost, "limit_calls"))
    text.append(", call ")
        .append(std::to_string(integerOr(cost, "calls", 0)))
        .append(" of ")
        .append(std::to_string(static_cast<long long>(*calls)));
  return text;
}

void applyProgress(State& state, const Object& progress) {
  state.current = integerOr(progress, "current", state.current);
  state.total = integerOr(progress, "total", state.total);
  state.percentage = number(progress, "percentage").value_or(state.percentage);
  state.latest_quality = number(progress, "latest_quality").value_or(state.latest_quality);
  if (state.current > 0) state.genre = cleanText(progress, "current_genre", state.genre);
  state.best_model = cleanText(progress, "best_model", state.best_model);
  state.successful = integerOr(progress, "successful", state.successful);
  state.failed = integerOr(progress, "failed", state.failed);
  state.saved = integerOr(progress, "stories_saved", state.saved);
  state.below_threshold = integerOr(progress, "below_threshold", state.below_threshold);
  state.stage = cleanText(progress, "phase", state.stage);
  state.waiting_for = cleanText(progress, "waiting_for", "");
  state.elapsed_s = number(progress, "elapsed_s").value_or(state.elapsed_s);
  state.eta_s = number(progress, "eta_s");
  state.eta_low_s = number(progress, "eta_low_s");
  state.eta_high_s = number(progress, "eta_high_s");
  state.cost = costText(progress, state.current >= state.total);
}

void applySample(State& state, const Object& event) {
  const auto* progress = event.find("progress");
  if (progress != nullptr && progress->IsObject()) applyProgress(state, Object(*progress));
  sinks::SampleLine line;
  line.at_ms = integerOr(event, "at", 0);
  line.number = integerOr(event, "number", 0);
  line.total = state.total;
  line.genre = rawText(event, "genre", "-");
  line.ok = isTrue(event, "ok");
  line.quality = number(event, "quality");
  line.model = rawText(event, "model", "-");
  line.reason = rawText(event, "reason", "");
  state.lines.push_back(sinks::sampleLine(line));
  if (state.lines.size() > State::kLines) state.lines.pop_front();
}

void applyRun(State& state, const Object& event) {
  state.run = cleanText(event, "run", state.run);
  state.total = integerOr(event, "samples", state.total);
  const bool paused = rawText(event, "state", "") == "paused";
  state.phase = paused ? State::Phase::kPaused : State::Phase::kRunning;
  state.reason = paused ? cleanText(event, "reason", "no reason given") : "";
}

BestStory bestOf(const Object& best) {
  BestStory out;
  out.index = integerOr(best, "index", 0);
  out.node = cleanText(best, "node", "-");
  out.genre = cleanText(best, "genre", "-");
  out.quality = number(best, "quality");
  out.margin = number(best, "margin");
  out.reason = cleanText(best, "reason", "");
  out.text = clean(rawText(best, "text", ""), true);
  return out;
}

Result resultOf(const Object& result) {
  Result out;
  out.samples = integerOr(result, "samples", 0);
  out.successful = integerOr(result, "successful", 0);
  out.failed = integerOr(result, "failed", 0);
  out.saved = integerOr(result, "stories_saved", 0);
  out.below_threshold = integerOr(result, "below_threshold", 0);
  out.repeated = integerOr(result, "repeated", 0);
  out.elapsed_s = number(result, "elapsed_s").value_or(0);
  const auto* models = result.find("models");
  if (models != nullptr && models->IsArray()) {
    for (const auto& entry : models->GetArray()) {
      const Object model(entry);
      out.models.push_back({cleanText(model, "node", "-"), integerOr(model, "wins", 0), number(model, "mean_quality"),
                            integerOr(model, "failures", 0), number(model, "mean_latency_ms")});
    }
  }
  const auto* best = result.find("best");
  if (best != nullptr && best->IsObject()) out.best = bestOf(Object(*best));
  return out;
}

void applyEnd(State& state, const Object& event, bool complete) {
  const auto* result = event.find("result");
  if (result != nullptr && result->IsObject()) {
    state.result = resultOf(Object(*result));
    state.current = state.result->successful + state.result->failed;
    state.total = state.result->samples;
    state.percentage = state.total > 0 ? 100.0 * double(state.current) / double(state.total) : 0;
    state.successful = state.result->successful;
    state.failed = state.result->failed;
    state.saved = state.result->saved;
    state.below_threshold = state.result->below_threshold;
    state.elapsed_s = state.result->elapsed_s;
    state.cost = costText(Object(*result), true);
  }
  state.phase = complete ? State::Phase::kComplete : State::Phase::kFailed;
  state.reason = complete ? "" : cleanText(event, "error", "no reason given");
  state.stage = complete ? "complete" : "failed";
  state.waiting_for.clear();
  state.eta_s.reset();
}

}  // namespace

std::string cleanText(const Object& object, std::string_view name, std::string_view fallback) {
  return clean(rawText(object, name, fallback));
}

std::int64_t integerOr(const Object& object, std::string_view name, std::int64_t fallback) {
  const auto* value = object.find(name);
  return value != nullptr && value->IsInt64() ? value->GetInt64() : fallback;
}

void apply(State& state, const Object& event) {
  const std::string_view type = rawText(event, "type", "");
  if (type == "sample") {
    applySample(state, event);
  } else if (type == "progress") {
    applyProgress(state, event);
  } else if (type == "run") {
    applyRun(state, event);
  } else if (type == "complete" || type == "failed") {
    applyEnd(state, event, type == "complete");
  } else if (type == "log" || type == "notice") {
    const std::string_view level = rawText(event, "level", "info");
    if (level != "warning" && level != "error" && type != "notice") return;
    const std::string source = cleanText(event, "source", "");
    state.warning = (source.empty() ? std::string() : source + ": ") + cleanText(event, "message", "");
  }
}

}  // namespace troupe::console
