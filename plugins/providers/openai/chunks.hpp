#pragma once

#include <cstdint>
#include <string_view>

#include "answer.hpp"

namespace troupe::openai {

/// Puts an answer together from the `chat.completion.chunk` objects of a stream.
class ChunkReader {
 public:
  /// Takes the data of one event and returns the text that it added, valid until the next call. Throws troupe::Error:
  /// `malformed` with the place, or what an error object in the stream says.
  std::string_view take(std::string_view data);

  /// Whether anything has come.
  bool begun() const { return begun_; }
  /// Whether "[DONE]" has come; what follows it is ignored.
  bool done() const { return done_; }
  /// What has come so far: its usage counts also when the stream fails.
  const Answer& answer() const { return answer_; }
  /// The answer at the end of the stream. Throws `transient` when the stream was cut off before the answer was whole.
  const Answer& finish() const;

 private:
  void takeChoice(const Json& choice, const std::string& pointer);

  Answer answer_;
  bool begun_ = false, done_ = false;
};

}  // namespace troupe::openai
