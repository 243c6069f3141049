#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include <troupe/troupe.hpp>

namespace troupe::console {

/// One row of the final table.
struct ModelRow {
  std::string node;
  std::int64_t wins = 0;
  std::optional<double> mean_quality;
  std::int64_t failures = 0;
  std::optional<double> mean_latency_ms;
};

struct BestStory {
  std::int64_t index = 0;
  std::string node;
  std::string genre;
  std::optional<double> quality;
  std::optional<double> margin;
  std::string reason;
  std::string text;  // clean, with line feeds
};

/// What a run ended with.
struct Result {
  std::int64_t samples = 0;
  std::int64_t successful = 0;
  std::int64_t failed = 0;
  std::int64_t saved = 0;
  std::int64_t below_threshold = 0;
  std::int64_t repeated = 0;
  double elapsed_s = 0;
  std::vector<ModelRow> models;
  std::optional<BestStory> best;
};

/// All that the panel shows, made from events. Every text in it is clean: no control character of a model reaches the
/// terminal.
struct State {
  enum class Phase { kRunning, kPaused, kComplete, kFailed };

  std::string run = "-";
  Phase phase = Phase::kRunning;
  std::string reason;  // why it is paused or has failed

  std::int64_t current = 0;
  std::int64_t total = 0;
  double percentage = 0;
  double latest_quality = 0;
  std::string genre = "Random";
  std::string best_model = "-";
  std::int64_t successful = 0;
  std::int64_t failed = 0;
  std::int64_t saved = 0;
  std::int64_t below_threshold = 0;
  std::string stage = "generating";  // of the lowest unfinished sample
  std::string waiting_for;
  double elapsed_s = 0;
  std::optional<double> eta_s;
  std::optional<double> eta_low_s;
  std::optional<double> eta_high_s;
  std::string cost;  // "$0.42 of $2.00, ~$1.30 in all"; empty where nothing is paid for

  std::string warning;            // the latest
  std::deque<std::string> lines;  // the last ten samples, oldest first
  std::optional<Result> result;

  static constexpr std::size_t kLines = 10;
};

/// Takes an event in. Members that are missing or of another type are left as they were.
void apply(State& state, const Object& event);

/// The members of an event, with fallbacks instead of exceptions.
std::string cleanText(const Object& object, std::string_view name, std::string_view fallback);
std::int64_t integerOr(const Object& object, std::string_view name, std::int64_t fallback);

}  // namespace troupe::console
