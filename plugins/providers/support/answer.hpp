#pragma once

#include <string>
#include <string_view>

#include "support/usage.hpp"

namespace troupe::providers {

/// What a model said, whether it came whole or in pieces.
struct Answer {
  std::string text;
  std::string refusal;  ///< in the model's or the server's words
  std::string finish;   ///< why it stopped, as the server wrote it; empty: not said
  std::string model;    ///< that answered; empty: not said
  bool tool_calls = false;
  Usage usage;
};

/// Why a model stopped, whatever the server calls it.
enum class Finish { stop, length, content, broken };

bool isBlank(std::string_view text);

/// The candidate (JSON) that an answer makes; `member` is what the server calls its `finish`. Throws troupe::Error when
/// it makes none: `content` for a refusal or an empty text, `truncated` when the limit left no text, `transient` when
/// the server broke off.
std::string candidateOf(const Answer& answer, Finish finish, const char* member, std::string_view asked_model);

/// Puts an answer together from the pieces of a stream.
class StreamReader {
 public:
  virtual ~StreamReader() = default;
  /// Takes the data of one event, or one line, and returns the text that it added, valid until the next call. Throws
  /// troupe::Error: `malformed` with the place, or what an error in the stream says.
  virtual std::string_view take(std::string_view data) = 0;
  /// Whether anything has come.
  virtual bool begun() const = 0;
  /// What has come so far: its usage counts also when the stream fails.
  virtual const Answer& answer() const = 0;
  /// The answer at the end of the stream. Throws `transient` when the stream was cut off before the answer was whole.
  virtual const Answer& finish() const = 0;
};

/// What finish() throws then.
[[noreturn]] void throwCutOff();

}  // namespace troupe::providers
