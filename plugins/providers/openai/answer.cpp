#include "answer.hpp"

#include <troupe/log_line.hpp>

#include "errors.hpp"

namespace troupe::openai {
namespace {

constexpr std::size_t kShownOfRefusal = 300;

bool isBlank(const std::string& text) { return text.find_first_not_of(" \t\r\n") == std::string::npos; }

// Words with which servers end an answer that they did not bring to an end.
bool isBroken(const std::string& finish) {
  return finish == "error" || finish == "abort" || finish == "insufficient_system_resource";
}

[[noreturn]] void throwWithoutText(const Answer& answer) {
  if (!isBlank(answer.refusal))
    throw Error(TROUPE_E_CONTENT, "the model refused: " + sinks::oneLine(answer.refusal, kShownOfRefusal));
  if (answer.finish == "length") {
    const auto& reasoning = answer.usage.reasoning;
    throw Error(TROUPE_E_TRUNCATED, "the token limit was reached before any text" +
                                        (reasoning ? " (" + std::to_string(*reasoning) + " tokens of reasoning)" : "") +
                                        "; raise max_tokens");
  }
  if (answer.finish == "content_filter") throw Error(TROUPE_E_CONTENT, "a content filter took the whole answer");
  if (answer.tool_calls) throw Error(TROUPE_E_CONTENT, "the model called a tool instead of answering");
  throw Error(
      TROUPE_E_CONTENT,
      "the answer is empty" +
          (answer.finish.empty() ? std::string() : " (finish_reason " + sinks::oneLine(answer.finish, 40) + ")"));
}

}  // namespace

bool callsTool(const Json& message) {
  const auto* calls = member(message, "tool_calls");
  return (calls != nullptr && calls->IsArray() && !calls->Empty()) || member(message, "function_call") != nullptr;
}

Answer readAnswer(std::string_view body) {
  if (body.find_first_not_of(" \t\r\n") == std::string_view::npos)
    throw Error(TROUPE_E_MALFORMED, "the answer is empty, where JSON should be");
  rapidjson::Document json;
  parseAnswer(json, body);
  if (!json.IsObject()) throwWrongType("", &json, "an object");
  throwIfError(json);
  const auto* choices = member(json, "choices");
  if (choices == nullptr || !choices->IsArray()) throwWrongType("/choices", choices, "an array");
  if (choices->Empty()) throw Error(TROUPE_E_MALFORMED, "the answer has an empty array at /choices");
  const auto& choice = (*choices)[0];
  if (!choice.IsObject()) throwWrongType("/choices/0", &choice, "an object");
  throwIfError(choice);
  const auto* message = member(choice, "message");
  if (message == nullptr || !message->IsObject()) throwWrongType("/choices/0/message", message, "an object");

  Answer answer;
  answer.text = optionalText(*message, "content", "/choices/0/message");
  answer.refusal = optionalText(*message, "refusal", "/choices/0/message");
  answer.finish = optionalText(choice, "finish_reason", "/choices/0");
  answer.model = textOr(member(json, "model"));
  answer.tool_calls = callsTool(*message);
  answer.usage = readUsage(member(json, "usage"));
  return answer;
}

std::string candidateOf(const Answer& answer, std::string_view asked_model) {
  if (isBroken(answer.finish))
    throw Error(TROUPE_E_TRANSIENT, "the server broke the answer off (finish_reason " + answer.finish + ")");
  if (isBlank(answer.text)) throwWithoutText(answer);
  JsonWriter json;
  json.beginObject().member("text", answer.text);
  json.member("finish", answer.finish == "length" ? "length" : answer.finish == "content_filter" ? "content" : "stop");
  json.member("model", answer.model.empty() ? asked_model : std::string_view(answer.model));
  writeUsage(json, answer.usage);
  json.endObject();
  return std::string(json.text());
}

}  // namespace troupe::openai
