#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "journal/rows.hpp"

namespace troupe::pipeline {

/// What watchers read from: a ring of the newest durable events, and the latest of each ephemeral frame. A watcher is a
/// cursor, never a queue, so a slow one costs nothing; one that falls off the ring reads back from the journal.
class EventHub {
 public:
  using EventPtr = std::shared_ptr<const journal::Event>;
  struct Frame {
    std::uint64_t version;  ///< grows with every frame published
    journal::RunKey run;
    std::string key;
    std::string type;
    std::string json;
  };
  struct Batch {
    std::vector<EventPtr> events;  ///< ascending ids, all after the cursor
    std::vector<Frame> frames;     ///< newer than the version asked for, oldest first
    bool lagged = false;           ///< events after the cursor have left the ring: read the journal
    std::int64_t head = 0;         ///< id of the newest event then: all up to it can be read from the journal
    bool closed = false;           ///< nothing will come any more
  };

  explicit EventHub(std::size_t capacity = 1024) : capacity_(capacity) {}

  /// Events up to `id` are of processes before this one: they are in the journal only. Before the first publish().
  void startAfter(std::int64_t id);
  /// A committed event; ids ascend. [journal's thread]
  void publish(const journal::Event& event);
  /// A frame that replaces the last one of the run with the same key. [any thread]
  void publishFrame(journal::RunKey run, const std::string& key, std::string type, std::string json);
  /// The frame of a key is of the past. [any thread]
  void dropFrame(journal::RunKey run, const std::string& key);
  /// Whether any watcher takes frames of type `delta`, which come often: each says so when it comes (1) and goes (-1).
  /// [any thread]
  void countDeltaWatchers(int change) { delta_watchers_.fetch_add(change, std::memory_order_relaxed); }
  bool deltasWanted() const { return delta_watchers_.load(std::memory_order_relaxed) > 0; }
  /// The run is over: its frames are of the past. [any thread]
  void dropFrames(journal::RunKey run);
  /// No more will come; watchers are woken. [any thread]
  void close();
  /// Wakes every watcher, whatever there is. [any thread]
  void wake();

  /// Waits until there is something after the cursor or the version, or until closed or `stop` is true after a wake().
  /// At most `limit` events, of all runs; frames of `run`, or of all when that is 0.
  Batch wait(std::int64_t cursor, std::uint64_t version, std::size_t limit, const std::atomic<bool>& stop,
             journal::RunKey run = 0);
  std::int64_t head() const;

 private:
  bool hasFrames(journal::RunKey run, std::uint64_t after) const;

  const std::size_t capacity_;
  std::atomic<int> delta_watchers_{0};
  mutable std::mutex mutex_;  // Guards all below.
  std::condition_variable changed_;
  std::deque<EventPtr> ring_;
  std::int64_t head_ = 0;     // Id of the newest event.
  std::int64_t dropped_ = 0;  // Highest id that has left the ring.
  std::map<std::pair<journal::RunKey, std::string>, Frame> frames_;
  std::uint64_t version_ = 0;
  bool closed_ = false;
};

}  // namespace troupe::pipeline
