#pragma once

#include <string>
#include <string_view>

#include "answer.hpp"

namespace troupe::openai {

/// Puts an answer together from the `chat.completion.chunk` objects of a stream.
class ChunkReader final : public providers::StreamReader {
 public:
  std::string_view take(std::string_view data) override;
  bool begun() const override { return begun_; }
  /// Whether "[DONE]" has come; what follows it is ignored.
  bool done() const { return done_; }
  const Answer& answer() const override { return answer_; }
  const Answer& finish() const override;

 private:
  void takeChoice(const Json& choice, const std::string& pointer);

  Answer answer_;
  bool begun_ = false, done_ = false;
};

}  // namespace troupe::openai
