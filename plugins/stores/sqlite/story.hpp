#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <troupe/troupe.hpp>

namespace troupe::sqlite_store {

/// One row of the table stories. Texts that end in "JSON" hold the value as it flowed.
struct Story {
  std::string run;
  std::int64_t index = 0;
  std::optional<std::string> genre;
  std::string prompt;  // the last message of the user
  std::string text;
  std::string node;
  std::optional<std::string> model;  // as the service named it
  std::optional<double> quality;
  std::optional<double> margin;
  std::optional<std::string> reason;
  std::optional<std::int64_t> seed;
  std::string messages;    // JSON: the whole prompt
  std::string ranking;     // JSON: ids of candidates, best first
  std::string scores;      // JSON: the winner's scores
  std::string candidates;  // JSON: all candidates, each with its scores
  std::string votes;       // JSON
  std::optional<std::string> user_id;
  std::int64_t saved_at = 0;  // Unix time in milliseconds

  /// The row of a sample; throws troupe::Error when it has no winner, or a member of another type.
  static Story of(const Fields& sample);
};

}  // namespace troupe::sqlite_store
