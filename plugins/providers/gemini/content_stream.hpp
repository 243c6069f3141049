#pragma once

#include <string_view>

#include "content.hpp"

namespace troupe::gemini {

/// Puts an answer together from the responses of a stream. No event marks its end: the last response says why the model
/// stopped.
class ContentStream final : public providers::StreamReader {
 public:
  std::string_view take(std::string_view data) override;
  bool begun() const override { return begun_; }
  const Answer& answer() const override { return answer_; }
  const Answer& finish() const override;

 private:
  Answer answer_;
  bool begun_ = false;
};

}  // namespace troupe::gemini
