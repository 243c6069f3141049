#include "message_stream.hpp"

#include "errors.hpp"

namespace troupe::anthropic {
namespace {

using namespace providers;

// The object in a member of an event. Throws when it is another thing; without it an event of this kind says nothing.
const Json& objectIn(const Json& event, const char* name) {
  const auto* value = member(event, name);
  if (value == nullptr || !value->IsObject()) throwWrongType("/" + std::string(name), value, "an object");
  return *value;
}

}  // namespace

std::string_view MessageStream::take(std::string_view data) {
  begun_ = true;
  if (done_) return {};
  rapidjson::Document event;
  parseObject(event, data);
  throwIfError(event);
  const auto before = answer_.text.size();
  const auto type = textOr(member(event, "type"));
  if (type == "message_start") {
    const auto& message = objectIn(event, "message");
    answer_.model = textOr(member(message, "model"));
    usage_.update(member(message, "usage"));
  } else if (type == "content_block_start") {
    takeBlock(objectIn(event, "content_block"));
  } else if (type == "content_block_delta") {
    takeDelta(objectIn(event, "delta"));
  } else if (type == "message_delta") {
    readStop(objectIn(event, "delta"), "/delta", answer_);
    usage_.update(member(event, "usage"));
  } else if (type == "message_stop") {
    done_ = true;
  }
  answer_.usage = usage_.total();
  return std::string_view(answer_.text).substr(before);
}

void MessageStream::takeBlock(const Json& block) {
  const auto type = textOr(member(block, "type"));
  if (type == "text") answer_.text += optionalText(block, "text", "/content_block");
  answer_.tool_calls = answer_.tool_calls || type == "tool_use";
}

void MessageStream::takeDelta(const Json& delta) {
  if (textOr(member(delta, "type")) == "text_delta") answer_.text += optionalText(delta, "text", "/delta");
}

const Answer& MessageStream::finish() const {
  if (!done_ && answer_.finish.empty()) throwCutOff();
  return answer_;
}

}  // namespace troupe::anthropic
