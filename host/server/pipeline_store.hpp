#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::server {

/// The pipelines that a server keeps: files of one folder, by their names. Only plain files count, and no link is
/// followed, so nothing outside the folder is read or written. [any thread]
class PipelineStore {
 public:
  /// The folder is made when it is not there. Throws Failure(journal) when it cannot be.
  explicit PipelineStore(std::filesystem::path folder);

  /// 1 to 100 of [A-Za-z0-9._-], the first one no dot.
  static bool isName(std::string_view name);

  struct Stored {
    std::string text;
    std::string etag;  ///< sha256 of the text, in quotes
  };
  struct Entry {
    std::string name;
    std::uintmax_t bytes = 0;
    std::int64_t mtime_ms = 0;  ///< Unix
  };
  /// By name; at most 1000.
  std::vector<Entry> list() const;
  /// Nothing when there is none. Throws Failure(journal) when the file cannot be read or has more than 16 MiB.
  std::optional<Stored> read(const std::string& name) const;
  std::string suggestion(const std::string& name) const;  ///< near names, for a message

  /// What must be so for a change to be made.
  struct Condition {
    bool must_be_absent = false;     ///< If-None-Match: *
    bool may_be_any = false;         ///< If-Match: *
    std::vector<std::string> etags;  ///< If-Match: one of these
    bool holds(const std::optional<Stored>& stored) const;
  };
  enum class Change { refused, made, replaced };
  /// All or nothing, also when the power fails: a file beside it, fsync, rename. `refused` when the condition does not
  /// hold.
  Change write(const std::string& name, const std::string& text, const Condition& condition);
  Change remove(const std::string& name, const Condition& condition);

 private:
  const std::filesystem::path folder_;
  mutable std::mutex mutex_;  // One change at a time, so that of two with the same condition one is refused.
};

std::string etagOf(std::string_view text);

}  // namespace troupe::server
