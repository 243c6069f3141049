#pragma once

#include <string>
#include <string_view>

#include "support/answer.hpp"

namespace troupe::ollama {

using providers::Answer;
using providers::Json;

/// Puts an answer together from the objects of a stream, one a line. A whole answer is a stream of one.
class ChatStream final : public providers::StreamReader {
 public:
  std::string_view take(std::string_view line) override;
  bool begun() const override { return begun_; }
  const Answer& answer() const override { return answer_; }
  const Answer& finish() const override;

 private:
  Answer answer_;
  bool begun_ = false, done_ = false;
};

/// Reads a whole answer. Throws troupe::Error: `malformed` with the place, or what an error object says that came under
/// a good status.
Answer readAnswer(std::string_view body);

/// The candidate (JSON) that an answer makes; see providers::candidateOf.
std::string candidateOf(const Answer& answer, std::string_view asked_model);

}  // namespace troupe::ollama
