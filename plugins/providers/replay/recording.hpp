#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "recorded_line.hpp"

namespace troupe::replay {

/// What is known of a call, to find its answer by.
struct Query {
  std::string_view prompt;  // last message of the user
  std::string_view key;     // id of the prompt
  std::string_view genre;   // vars.genre
  std::int64_t index = 0;   // of the sample
};

/// A file of recorded answers. Immutable after loading, so any thread may ask it.
///
/// Memory: the answers of a file up to `keep_bytes` are kept. Of a larger file only offsets and hashes are, 24 bytes a
/// line at most; its answers are read from the file when they are asked for.
class Recording {
 public:
  static constexpr std::uint64_t kKeepBytes = 4U << 20U;

  /// Reads and checks the whole file. Throws troupe::Error with every bad line, or the first 20 of them.
  explicit Recording(const std::string& path, std::uint64_t keep_bytes = kKeepBytes);
  ~Recording();
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;

  /// The answer for a call: that of its prompt; else of its key; else of its index; else those of its genre in turn;
  /// else the lines that name nothing, in turn. "In turn" is by the sample's index, and begins again after the last
  /// when `loop`. Throws troupe::Error when there is none.
  std::shared_ptr<const Answer> find(const Query& query, bool loop) const;

  std::size_t lines() const { return offsets_.size(); }

 private:
  struct Entry {
    std::uint64_t hash;  // of a text, or the index
    std::uint32_t line;  // number in offsets_
  };
  using Entries = std::vector<Entry>;  // sorted by hash, then line

  void add(const RecordedLine& line, std::vector<std::string>& problems, std::uint64_t number);
  std::string readText(std::size_t line) const;
  std::shared_ptr<const Answer> answerAt(std::size_t line) const;
  bool says(std::size_t line, Match match, std::string_view text) const;
  std::shared_ptr<const Answer> findByText(const Entries& entries, Match match, std::string_view text) const;

  const std::string path_;
  int file_ = -1;
  bool keeps_ = false;
  std::vector<std::uint64_t> offsets_;                  // of each line that is not empty
  std::vector<std::shared_ptr<const Answer>> answers_;  // when keeps_
  std::vector<std::string> texts_;                      // what each line names, when keeps_
  Entries prompts_;
  Entries keys_;
  Entries indices_;
  std::unordered_map<std::string, std::vector<std::uint32_t>> genres_;
  std::vector<std::uint32_t> in_turn_;
};

}  // namespace troupe::replay
