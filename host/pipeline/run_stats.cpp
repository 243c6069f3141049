#include "pipeline/run_stats.hpp"

#include <rapidjson/document.h>
#include <troupe/troupe.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

#include "pipeline/values.hpp"

namespace troupe::pipeline {
namespace {

constexpr std::size_t kMaxGenres = 500;  // A source may invent any number; the rest is counted as "(other)".

double rounded(double value, double unit) { return std::round(value / unit) * unit; }

void member(JsonWriter& json, const char* name, std::optional<double> value) {
  json.key(name);
  if (value) {
    json.value(*value);
  } else {
    json.null();
  }
}

void seconds(JsonWriter& json, const char* name, double value) { json.member(name, std::round(value * 10) / 10); }

}  // namespace

RunStats::RunStats(std::int64_t total, std::vector<std::string> provider_nodes)
    : total_(total), order_(std::move(provider_nodes)) {
  for (const auto& name : order_) nodes_[name];
}

double RunStats::restore(const journal::RunTotals& totals, const journal::Run& run, std::string_view latest) {
  successful_ = totals.successful;
  failed_ = totals.failed;
  saved_ = totals.saved;
  dropped_ = totals.dropped;
  repeated_ = run.repeated;
  genres_ = totals.genres;
  for (const auto& node : totals.nodes) {
    auto& mine = nodes_[node.node];
    mine = Node{node.calls,  node.candidates, node.failures, node.attempts,    node.wins,
                node.scored, node.skipped,    node.reached,  node.quality_sum, node.latency_ms_sum};
    if (std::find(order_.begin(), order_.end(), node.node) == order_.end()) order_.push_back(node.node);
  }
  if (latest.empty()) return 0;
  rapidjson::Document document;
  document.Parse(latest.data(), latest.size());
  if (document.HasParseError() || !document.IsObject()) return 0;
  const auto progress = std::as_const(document).FindMember("progress");
  if (progress == std::as_const(document).MemberEnd() || !progress->value.IsObject()) return 0;
  const Object last(progress->value);
  latest_quality_ = last.number("latest_quality", 0.0);
  latest_genre_ = last.text("current_genre", "-");
  best_model_ = last.text("best_model", "-");
  repeated_ = std::max(repeated_, last.integer("repeated", 0));  // A crash came before it was kept with the run.
  return last.number("elapsed_s", 0.0);
}

void RunStats::settle(const SettledSample& sample) {
  for (const auto& candidate : sample.candidates) {
    auto& node = nodes_[candidate.node];
    ++node.calls;
    ++node.candidates;
    node.attempts += std::max(1, candidate.attempts);  // None when it was known.
    node.latency_sum += static_cast<double>(candidate.latency_ms);
    if (candidate.quality) {
      ++node.scored;
      node.quality_sum += *candidate.quality;
    }
  }
  for (const auto& failure : sample.failures) {
    auto& node = nodes_[failure.node];
    ++node.calls;
    ++node.failures;
    node.attempts += failure.attempts;
  }
  for (const auto& name : sample.skipped) ++nodes_[name].skipped;
  for (const auto& name : sample.reached) ++nodes_[name].reached;
  latest_genre_ = sample.genre;
  auto& genre = genres_[genres_.size() < kMaxGenres || genres_.count(sample.genre) != 0 ? sample.genre : "(other)"];
  ++genre.samples;
  if (!sample.reached.empty()) ++genre.reached;
  if (!sample.ok) {
    ++failed_;
    return;
  }
  ++successful_;
  ++nodes_[sample.winner].wins;
  latest_quality_ = sample.quality;
  best_model_ = sample.winner;
  ++genre.successful;
  if (!sample.saved.empty()) {
    ++saved_;
    ++genre.saved;
  }
  sample.kept ? ++genre.kept : ++dropped_;
}

std::string RunStats::progress(const Now& now) const {
  JsonWriter json;
  const auto done = current();
  json.beginObject();
  json.member("current", done).member("total", total_);
  json.member("percentage",
              total_ > 0 ? rounded(100.0 * static_cast<double>(done) / static_cast<double>(total_), 0.01) : 100.0);
  json.member("latest_quality", latest_quality_)
      .member("current_genre", latest_genre_)
      .member("best_model", best_model_);
  json.member("successful", successful_).member("failed", failed_).member("stories_saved", saved_);
  json.member("phase", now.phase);
  if (!now.waiting_for.empty()) json.member("waiting_for", now.waiting_for);
  seconds(json, "elapsed_s", now.elapsed_s);
  for (const auto& [name, value] : {std::pair("eta_s", now.eta ? std::optional(now.eta->estimate_s) : std::nullopt),
                                    std::pair("eta_low_s", now.eta ? std::optional(now.eta->low_s) : std::nullopt),
                                    std::pair("eta_high_s", now.eta ? std::optional(now.eta->high_s) : std::nullopt)})
    member(json, name, value && std::isfinite(*value) ? std::optional(std::round(*value * 10) / 10) : std::nullopt);
  json.member("below_threshold", dropped_).member("repeated", repeated_);
  if (!now.cost.empty()) json.key("cost").raw(now.cost);
  json.endObject();
  return std::string(json.text());
}

std::string RunStats::sampleEvent(const SettledSample& sample, const Now& now) const {
  JsonWriter json;
  json.beginObject();
  json.member("number", current()).member("index", sample.index).member("genre", sample.genre).member("ok", sample.ok);
  member(json, "quality", sample.ok ? std::optional(sample.quality) : std::nullopt);
  json.key("model");
  sample.ok ? json.value(sample.winner) : json.null();
  json.key("reason");
  sample.ok ? json.null() : json.value(sample.reason);
  json.member("kept", sample.kept);
  if (!sample.dropped.empty()) json.member("dropped", sample.dropped);
  json.key("saved").beginArray();
  for (const auto& save : sample.saved) json.beginObject().member("node", save.node).key("id").raw(save.id).endObject();
  json.endArray();
  json.member("snippet", sample.snippet);
  member(json, "margin", sample.margin);
  json.key("candidates").beginArray();
  for (const auto& candidate : sample.candidates) {
    json.beginObject().member("node", candidate.node).member("model", candidate.model);
    member(json, "quality", candidate.quality);
    json.member("latency_ms", candidate.latency_ms).member("attempts", candidate.attempts).endObject();
  }
  json.endArray().key("failures").beginArray();
  for (const auto& failure : sample.failures)
    json.beginObject()
        .member("node", failure.node)
        .member("code", codeName(failure.failure.code))
        .member("message", failure.failure.message)
        .endObject();
  json.endArray().key("skipped").beginArray();
  for (const auto& node : sample.skipped) json.value(node);
  json.endArray().key("progress").raw(progress(now)).endObject();
  const auto text = json.text();
  return std::string(text.substr(1, text.size() - 2));
}

std::string RunStats::result(std::string_view run_id, std::string_view state, double elapsed_s,
                             std::string_view saved_ids, std::string_view best, std::string_view cost) const {
  JsonWriter json;
  json.beginObject();
  json.member("run", run_id).member("state", state).member("samples", total_);
  json.member("successful", successful_)
      .member("failed", failed_)
      .member("stories_saved", saved_)
      .member("below_threshold", dropped_);
  seconds(json, "elapsed_s", elapsed_s);
  json.member("repeated", repeated_);
  writeTable(json);
  if (!cost.empty()) json.key("cost").raw(cost);
  json.key("saved_ids").raw(saved_ids).key("best").raw(best).endObject();
  return std::string(json.text());
}

std::string RunStats::table() const {
  JsonWriter json;
  json.beginObject();
  writeTable(json);
  json.endObject();
  return std::string(json.text());
}

void RunStats::writeTable(JsonWriter& json) const {
  json.key("models").beginArray();
  for (const auto& name : order_) {
    const auto& node = nodes_.at(name);
    json.beginObject()
        .member("node", name)
        .member("wins", node.wins)
        .member("candidates", node.candidates)
        .member("failures", node.failures);
    member(json, "mean_quality",
           node.scored > 0 ? std::optional(node.quality_sum / static_cast<double>(node.scored)) : std::nullopt);
    member(json, "mean_latency_ms",
           node.candidates > 0 ? std::optional(std::round(node.latency_sum / static_cast<double>(node.candidates)))
                               : std::nullopt);
    json.member("calls", node.calls).member("retries", node.attempts - node.calls);
    json.member("skipped", node.skipped).member("reached", node.reached).endObject();
  }
  json.endArray().key("genres").beginObject();
  for (const auto& [genre, totals] : genres_) json.member(genre, totals.samples);
  json.endObject().key("coverage").beginObject();
  for (const auto& [genre, totals] : genres_)
    json.key(genre)
        .beginObject()
        .member("samples", totals.samples)
        .member("successful", totals.successful)
        .member("kept", totals.kept)
        .member("saved", totals.saved)
        .member("reached", totals.reached)
        .endObject();
  json.endObject();
}

}  // namespace troupe::pipeline
