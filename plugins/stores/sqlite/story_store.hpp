#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "database.hpp"
#include "story.hpp"
#include "support/group_commit.hpp"

namespace troupe::sqlite_store {

/// The table stories of one file. Many threads save at once; what waits together is committed together.
class StoryStore {
 public:
  /// Opens the file, makes or migrates its table; throws troupe::Error. `busy_timeout_ms` is how long it waits for
  /// other programs.
  StoryStore(const std::string& path, std::int64_t busy_timeout_ms);

  /// Returns the row's id once it is on the disk. A story whose (run, index) is there already gets that row's id, and
  /// the row stays as it is. `cancelled` is asked while another program holds the file, so that a stopped run does not
  /// wait it out. [any thread]
  std::int64_t save(const Story& story, const std::function<bool()>& cancelled);

 private:
  struct Item {
    const Story& story;
    const std::function<bool()>& cancelled;
    std::int64_t id = 0;
    std::optional<Error> error;
  };

  void commit(const std::vector<Item*>& group);
  void commitTogether(const std::vector<Item*>& group);
  std::int64_t insert(const Story& story);
  bool keepWaiting();

  // All below are used by the leader of a group only, one thread at a time.
  Database database_;
  const std::int64_t busy_timeout_ms_;
  std::int64_t waiting_since_ms_ = 0;          // of the present wait for another program
  const std::vector<Item*>* group_ = nullptr;  // in commit(), for keepWaiting()
  std::optional<Statement> begin_, commit_, insert_, find_;

  stores::GroupCommit<Item> groups_;
};

}  // namespace troupe::sqlite_store
