#include "chat.hpp"

#include "errors.hpp"

namespace troupe::ollama {
namespace {

using namespace providers;

void addMessage(const Json& message, Answer& answer) {
  answer.text += optionalText(message, "content", "/message");
  const auto* calls = member(message, "tool_calls");
  answer.tool_calls = answer.tool_calls || (calls != nullptr && calls->IsArray() && !calls->Empty());
}

void addObject(const Json& json, Answer& answer) {
  throwIfError(json);
  if (const auto model = textOr(member(json, "model")); !model.empty()) answer.model = model;
  if (const auto reason = optionalText(json, "done_reason", ""); !reason.empty()) answer.finish = reason;
  if (const auto input = tokenCount(member(json, "prompt_eval_count"))) answer.usage.input = input;
  if (const auto output = tokenCount(member(json, "eval_count"))) answer.usage.output = output;
  const auto* message = member(json, "message");
  if (message == nullptr) return;  // The last object of some servers has none.
  if (!message->IsObject()) throwWrongType("/message", message, "an object");
  addMessage(*message, answer);
}

bool isDone(const Json& json) {
  const auto* done = member(json, "done");
  return done != nullptr && done->IsTrue();
}

}  // namespace

std::string_view ChatStream::take(std::string_view line) {
  begun_ = true;
  if (done_) return {};
  rapidjson::Document json;
  parseObject(json, line);
  const auto before = answer_.text.size();
  addObject(json, answer_);
  done_ = isDone(json);
  return std::string_view(answer_.text).substr(before);
}

const Answer& ChatStream::finish() const {
  if (!done_) throwCutOff();
  return answer_;
}

Answer readAnswer(std::string_view body) {
  rapidjson::Document json;
  parseObject(json, body);
  Answer answer;
  addObject(json, answer);
  if (const auto* message = member(json, "message"); message == nullptr)
    throwWrongType("/message", message, "an object");
  return answer;
}

std::string candidateOf(const Answer& answer, std::string_view asked_model) {
  return providers::candidateOf(answer, answer.finish == "length" ? Finish::length : Finish::stop, "done_reason",
                                asked_model);
}

}  // namespace troupe::ollama
