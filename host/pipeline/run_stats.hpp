#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <troupe/troupe.hpp>

#include "journal/rows.hpp"
#include "pipeline/eta.hpp"
#include "pipeline/outcome.hpp"

namespace troupe::pipeline {

/// A settled sample, as the statistics and the `sample` event need it.
struct SettledSample {
  struct Candidate {
    std::string node;
    std::string model;
    std::optional<double> quality;
    std::int64_t latency_ms = 0;
    int attempts = 1;
  };
  struct Failure {
    std::string node;
    FailureInfo failure;
    int attempts = 1;
  };
  struct Save {
    std::string node;
    std::string id;  ///< JSON: the `id` that the store gave, or null
  };

  std::int64_t index = 0;
  std::string genre = "-";
  bool ok = false;
  std::string reason;  ///< why it failed
  std::string winner;  ///< node
  double quality = 0;
  std::optional<double> margin;
  std::string snippet;
  bool kept = false;    ///< passed every filter on some way to a store or the end
  std::string dropped;  ///< the filter's reason
  std::vector<Save> saved;
  std::vector<Candidate> candidates;
  std::vector<Failure> failures;
  std::vector<std::string> reached;  ///< whose candidate ended the asking
  std::vector<std::string> skipped;  ///< who was not asked
};

/// Counts of a run, and the progress that every sink shows. No locks: used under the engine's.
class RunStats {
 public:
  RunStats(std::int64_t total, std::vector<std::string> provider_nodes);

  /// Takes over what the journal knows; `latest` is the JSON of the last `sample` event, or empty. Returns the active
  /// time, in seconds, that this event tells of.
  double restore(const journal::RunTotals& totals, const journal::Run& run, std::string_view latest);
  void setTotal(std::int64_t total) { total_ = total; }
  std::int64_t total() const { return total_; }
  std::int64_t current() const { return successful_ + failed_; }
  std::int64_t successful() const { return successful_; }
  std::int64_t failed() const { return failed_; }
  std::int64_t repeated() const { return repeated_; }
  void addRepeated(std::int64_t calls) { repeated_ += calls; }

  /// Counts a sample with all that it took, also what was done before a resume: the totals that restore() takes are of
  /// settled samples only.
  void settle(const SettledSample& sample);

  struct Now {
    std::string_view phase;  ///< generating | evaluating | storing | waiting | paused | complete
    std::string waiting_for;
    double elapsed_s = 0;  ///< active time
    std::optional<EtaRange> eta;
    std::string cost = {};  ///< JSON; empty when there is nothing to tell
  };
  /// The seed's progress object with Troupe's additions.
  std::string progress(const Now& now) const;
  /// Members of the `sample` event, without braces.
  std::string sampleEvent(const SettledSample& sample, const Now& now) const;
  /// Object of the members `models`, `genres` and `coverage` of the result.
  std::string table() const;
  /// The result of events `complete` and `failed`; `saved_ids`, `best` and `cost` (may be empty) are JSON.
  std::string result(std::string_view run_id, std::string_view state, double elapsed_s, std::string_view saved_ids,
                     std::string_view best, std::string_view cost = {}) const;

 private:
  void writeTable(JsonWriter& json) const;
  struct Node {
    std::int64_t calls = 0, candidates = 0, failures = 0, attempts = 0, wins = 0, scored = 0, skipped = 0, reached = 0;
    double quality_sum = 0, latency_sum = 0;
  };

  std::int64_t total_;
  std::vector<std::string> order_;  // Provider nodes in the pipeline's order.
  std::map<std::string, Node> nodes_;
  std::map<std::string, journal::GenreTotals> genres_;
  std::int64_t successful_ = 0, failed_ = 0, saved_ = 0, dropped_ = 0, repeated_ = 0;
  double latest_quality_ = 0;
  std::string latest_genre_ = "-", best_model_ = "-";
};

}  // namespace troupe::pipeline
