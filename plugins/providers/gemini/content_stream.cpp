#include "content_stream.hpp"

namespace troupe::gemini {

std::string_view ContentStream::take(std::string_view data) {
  begun_ = true;
  rapidjson::Document json;
  providers::parseObject(json, data);
  const auto before = answer_.text.size();
  addResponse(json, answer_);
  return std::string_view(answer_.text).substr(before);
}

const Answer& ContentStream::finish() const {
  if (answer_.finish.empty() && answer_.refusal.empty()) providers::throwCutOff();
  return answer_;
}

}  // namespace troupe::gemini
