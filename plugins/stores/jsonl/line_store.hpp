#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "append_file.hpp"
#include "key_index.hpp"
#include "line.hpp"
#include "support/group_commit.hpp"

namespace troupe::jsonl_store {

/// A file of lines, each sample once. Many threads save at once; what waits together is written and synced together.
class LineStore {
 public:
  using Log = std::function<void(int level, const std::string& message)>;

  /// Opens the file, reads the keys of its lines and repairs a torn last line; throws troupe::Error.
  LineStore(const std::string& path, Log log);

  /// Returns the number of the sample's line, from 1, once it is on the disk. A sample that is there already keeps its
  /// line. `cancelled` is asked while another process holds the file. [any thread]
  std::uint32_t save(const Line& line, const std::function<bool()>& cancelled);

 private:
  struct Item {
    const Line& line;
    const std::function<bool()>& cancelled;
    std::uint32_t number = 0;
    std::optional<Error> error;
  };

  void commit(const std::vector<Item*>& group);
  void write(const std::vector<Item*>& group);
  void writeLocked(const std::vector<Item*>& group);
  void open();
  void catchUp();
  void takeLine(std::string_view line);

  const std::string path_;
  const Log log_;

  // All below are used by the leader of a group only, one thread at a time.
  std::unique_ptr<AppendFile> file_;
  KeyIndex index_;
  std::uint64_t known_size_ = 0;  // bytes of the file whose lines are in the index
  std::uint32_t lines_ = 0;       // in these bytes
  std::uint32_t unreadable_ = 0;  // lines of the file that are no samples
  bool synced_ = false;           // known_size_ bytes are on the disk

  stores::GroupCommit<Item> groups_;
};

}  // namespace troupe::jsonl_store
