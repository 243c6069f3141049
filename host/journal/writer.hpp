#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "journal/listeners.hpp"
#include "journal/row_writer.hpp"
#include "journal/rows.hpp"
#include "journal/sqlite.hpp"

namespace troupe::journal {

/// The one thread that changes a journal. Takes batches in the order of their arrival, commits them in groups, then
/// publishes the group's events and calls its batches back. It is also the only one to checkpoint.
///
/// When a group is committed: a batch that somebody waits for (it has a callback, or an event) is committed at once
/// when it comes alone. When batches come faster than commits, the group stays open while more of them arrive, for at
/// most the interval; so a flood costs one commit per `commit_rows` rows or more, and whoever waits never waits for a
/// timer while nothing happens.
class Writer {
 public:
  struct Options {
    std::filesystem::path file;
    std::chrono::microseconds interval{5000};
    std::size_t commit_rows = 256;
  };
  using Job = std::function<void(sqlite::Connection&, RowWriter&)>;

  Writer(std::unique_ptr<sqlite::Connection> connection, Options options);
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer();

  /// Commits what is queued, stops the thread, copies the log back. Nothing may be appended after it.
  void stop();

  /// See Journal. [any thread]
  [[nodiscard]] Registration onEvent(std::function<void(const Event&)> listener) {
    return on_event_.add(std::move(listener));
  }
  [[nodiscard]] Registration onFailure(std::function<void(const std::string&)> listener);

  /// Waits while too much is queued, but never on the journal's own thread. [any thread]
  void append(std::vector<Row> rows, std::function<void()> durable);
  /// Does something else in the order of the appends, in its group's transaction; never waits. [any thread]
  void enqueue(Job job);
  /// The same, and returns once it is committed. Throws Failure when that cannot be. [any thread but the journal's]
  void run(Job job);

 private:
  struct Batch {
    std::vector<Row> rows;
    Job job;
    std::function<void()> durable;
    std::size_t bytes = 0;
    std::size_t weight() const { return rows.size() + (job ? 1 : 0); }
  };

  void enqueue(Batch batch, bool urgent);
  void work() noexcept;
  /// The next batches, or none when it is time to stop.
  std::vector<Batch> take();
  /// No reason to wait for more.
  bool enough() const;
  void waitForMore(std::unique_lock<std::mutex>& lock);
  void commit(Batch* first, Batch* last);
  void checkpoint(bool idle);
  void giveUp(const std::string& message);
  std::string failureMessage();

  const Options options_;
  Listeners<const Event&> on_event_;
  Listeners<const std::string&> on_failure_;

  // Used by the thread only.
  std::unique_ptr<sqlite::Connection> connection_;
  RowWriter rows_;
  std::vector<Event> published_;
  int wal_pages_ = 0;      // in the write-ahead log after the last commit
  int copied_pages_ = 0;   // of these, when a checkpoint last looked at them
  bool flooding_ = false;  // the last group was a big one

  std::mutex mutex_;  // Guards all below.
  std::condition_variable work_;
  std::condition_variable room_;
  std::vector<Batch> queue_;
  std::size_t queued_rows_ = 0;  // in queue_
  std::size_t queued_bytes_ = 0;
  std::size_t pending_rows_ = 0;  // not yet committed
  std::size_t pending_bytes_ = 0;
  bool urgent_ = false;                          // somebody waits for something in queue_
  bool waiting_ = false;                         // the thread waits for work_
  std::chrono::steady_clock::time_point first_;  // when the first of queue_ came
  bool stop_ = false;
  bool failed_ = false;
  std::string failure_;

  std::thread thread_;  // last: it uses all of the above
};

}  // namespace troupe::journal
