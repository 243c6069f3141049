#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "journal/listeners.hpp"
#include "journal/rows.hpp"

namespace troupe::journal {

struct JournalOptions {
  std::filesystem::path file;  ///< default: paths::state() / "journal.db"
  bool write = false;  ///< take the writer's lock (flock on "<file>.lock", which names pid and command of its owner)
  int commit_interval_ms =
      5;  ///< a group is committed after this time, at `commit_rows` rows, or when the queue is idle
  int commit_rows = 256;
  std::string command;  ///< named in the lock file
};

/// The one truth: a SQLite database in WAL mode, synchronous=FULL. A writing journal has one thread, which commits rows
/// in groups in the order of their appends and is the only one to checkpoint. Readers open their own connection, page,
/// and never hold a snapshot long.
///
/// Failures throw Failure(ExitCode::journal): unreadable, corrupt (which file, and how to move it aside), newer schema
/// (which version of the program is needed), a second writer (whose it is), read-only folder, full disk.
class Journal {
 public:
  explicit Journal(JournalOptions options);
  /// Commits what is queued, stops the thread.
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  const std::filesystem::path& file() const;
  /// Who is writing it now: "process 1234 (troupe run stories.json)", or "" when nobody is. A run in state `running`
  /// without a writer was interrupted.
  std::string writer() const;

  /// A random id of this file; changes only when the file is replaced.
  const std::string& epoch() const;

  // ---- writing; [any thread] unless said otherwise; needs options.write ---------------------------------------------

  /// Called on the journal's thread, in order, for each event that is committed from now on, as long as the
  /// registration is there. Must be quick.
  [[nodiscard]] Registration onEvent(std::function<void(const Event&)> listener);
  /// Called once on the journal's thread when it can write no more (disk full, I/O error), or at once when that is so
  /// already; every later append is dropped, no `durable` of an uncommitted append is ever called.
  [[nodiscard]] Registration onFailure(std::function<void(const std::string& message)> listener);

  /// Begins a run; durable when it returns.
  Run createRun(const NewRun& run) { return orderRun(run, {}, "running").run; }
  /// The same in a state of choice. A request with a key begins at most one run: the same key again finds that one.
  OrderedRun orderRun(const NewRun& run, const RunRequest& request, std::string_view state);
  /// A random text of 64 hex digits that nobody else knows: made on first use, always the same for a name.
  std::string secret(std::string_view name);
  /// The key of (plugin id, version, sha256); made on first use; durable with the next group.
  PluginKey plugin(std::string_view id, std::string_view version, std::string_view sha256);

  /// Queues rows; they are committed together, in the order of the appends. `durable` is called on the journal's thread
  /// after their commit; it must be quick and may append. Blocks while more than 64 Ki rows or 8 MiB are queued (never
  /// on the journal's own thread). Rows of a run that was deleted are dropped.
  void append(std::vector<Row> rows, std::function<void()> durable = nullptr);
  /// Returns once all that was appended before is committed; throws Failure when it could not be.
  void flush();

  /// Changes what a resume may change.
  void changeRun(RunKey run, std::int64_t samples, int in_flight, std::string_view overrides_json,
                 std::string_view pipeline_text, std::string_view pipeline_effective, std::string_view pipeline_hash);
  /// Deletes a run with all its rows, in slices that never block the writer for long.
  void deleteRun(RunKey run);

  // ---- reading; [any thread]; sees what is committed ----------------------------------------------------------------

  /// Newest first.
  std::vector<Run> runs(std::size_t limit = 1000, RunKey before = 0) const;
  /// By id, unique prefix of an id, or "last". Throws Failure(usage) with near names when there is none.
  Run findRun(std::string_view name) const;
  std::optional<Run> run(RunKey key) const;
  /// Those in a state, the oldest first.
  std::vector<Run> runsIn(std::string_view state) const;
  /// The newest of those that are complete, failed or cancelled, by the time of their end.
  std::optional<Run> lastEnded() const;
  /// The run that a request with this key has begun.
  std::optional<OrderedRun> requestedRun(std::string_view request_key) const;

  /// One sample with everything, or nothing.
  std::optional<SampleRecord> sample(RunKey run, std::int64_t index) const;
  /// Indices of begun but unsettled samples, ascending, from `from` on.
  std::vector<std::int64_t> unsettled(RunKey run, std::int64_t from, std::size_t limit) const;
  /// The highest begun index, or -1.
  std::int64_t lastStarted(RunKey run) const;
  /// Indices of samples in ascending order from `from` on, for exports.
  std::vector<std::int64_t> samples(RunKey run, std::int64_t from, std::size_t limit) const;
  /// Decided samples in ascending order from `from` on, with how their providers were asked.
  std::vector<EnsembleDecided> ensembles(RunKey run, std::int64_t from, std::size_t limit) const;
  RunTotals totals(RunKey run) const;
  /// What each provider has cost, by name; empty when nothing was written down.
  std::vector<Spending> spending(RunKey run) const;
  /// The highest id of a reservation or charge, or 0.
  std::int64_t lastCharge(RunKey run) const;
  /// The latest emission of `node` at or before `index`.
  std::optional<FeedbackEmitted> feedback(RunKey run, std::string_view node, std::int64_t index) const;
  /// Events with id > `after` (of one run, or of all when run is 0), ascending.
  std::vector<Event> events(RunKey run, std::int64_t after, std::size_t limit) const;
  /// Events with id < `before` of one run, the newest first; of any type when `type` is empty.
  std::vector<Event> eventsBefore(RunKey run, std::string_view type, std::int64_t before, std::size_t limit) const;
  /// The id of the newest event of all; 0 when there has been none.
  std::int64_t head() const;
  /// Holds of unsettled samples that nobody has decided on, ascending by index.
  std::vector<SampleHeld> undecided(RunKey run, std::size_t limit) const;
  /// The newest event, or the newest of a type.
  std::optional<Event> lastEvent(RunKey run, std::string_view type = {}) const;
  /// The settled sample (that a store has, with `saved_only`) with the highest quality, the lowest index first among
  /// equals.
  std::optional<std::int64_t> bestSample(RunKey run, bool saved_only = false) const;
  /// What the stores gave, ascending by index: SampleSaved::json.
  std::vector<std::string> saves(RunKey run, std::size_t limit) const;
  std::int64_t cursor(RunKey run, std::string_view sink) const;
  /// (id, version, sha256)
  struct PluginRow {
    std::string id, version, sha256;
  };
  std::optional<PluginRow> plugin(PluginKey key) const;

  /// A consistent copy of the whole file, made while it is in use.
  void backup(const std::filesystem::path& to) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace troupe::journal
