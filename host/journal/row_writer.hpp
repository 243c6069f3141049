#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "journal/rows.hpp"
#include "journal/sqlite.hpp"

namespace troupe::journal {

/// Puts rows into their tables, on the writer's connection and thread, inside the transaction that the caller has open.
/// Gives events their ids and numbers; those of a group that was rolled back are lost with it, so it is not used after
/// a failure.
class RowWriter {
 public:
  explicit RowWriter(sqlite::Connection& connection);

  /// Rows of a run that is not there (any more) are dropped. Events are added to `published`.
  void write(const Row& row, std::vector<Event>& published);
  /// The run was deleted or changed.
  void forget(RunKey run) { runs_.erase(run); }
  std::int64_t lastEvent() const { return last_event_; }

 private:
  struct KnownRun {
    bool there = false;
    std::string id;
    std::int64_t events = 0;  ///< number of its last event
  };
  KnownRun& known(RunKey run);

  void put(const SampleStarted& row);
  void put(const Attempt& row);
  void put(const CallSettled& row);
  void put(const ModelAttempt& row);
  void put(const ModelCallSettled& row);
  void put(const ScoreSettled& row);
  void put(const SampleDecided& row);
  void put(const VerdictGiven& row);
  void put(const SampleHeld& row);
  void put(const HoldDecided& row);
  void put(const SampleSaved& row);
  void put(const FeedbackEmitted& row);
  void put(const SampleSettled& row);
  void put(const RunStateChanged& row);
  void put(const CursorMoved& row);
  void put(const Reserved& row);
  void put(const Charged& row);
  void put(const EventAppended& row, KnownRun& run, std::vector<Event>& published);

  sqlite::Connection& connection_;
  std::unordered_map<RunKey, KnownRun> runs_;
  std::int64_t last_event_ = 0;
};

/// The newest id that an event has been given, also of one that was deleted with its run.
inline constexpr const char* kLastEvent =
    "SELECT max(coalesce((SELECT max(id) FROM events), 0), "
    "coalesce((SELECT value FROM meta WHERE name = 'last_event'), 0))";

/// The event in its final form: {"type","run","id","n","at", <members>}.
std::string eventJson(const std::string& type, const std::string& run, std::int64_t id, std::int64_t n, std::int64_t at,
                      const std::string& members);

}  // namespace troupe::journal
