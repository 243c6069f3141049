#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace troupe::replay {

/// How a line is found.
enum class Match { kPrompt, kKey, kIndex, kGenre, kInTurn };

/// What a line answers: a candidate, or an error.
struct Answer {
  std::string candidate;  // JSON, ready to be emitted; empty for an error
  int code = 0;           // TROUPE_E_* of an error
  std::string message;
  std::int64_t retry_after_ms = -1;
};

struct RecordedLine {
  Match match = Match::kInTurn;
  std::string text;        // of a prompt, key or genre
  std::int64_t index = 0;  // of an index
  Answer answer;
};

/// Reads one line of a recording. Throws std::invalid_argument, with what is wrong as a sentence without its line
/// number.
RecordedLine readLine(std::string_view json);

}  // namespace troupe::replay
