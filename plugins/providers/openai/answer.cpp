#include "answer.hpp"

#include "errors.hpp"

namespace troupe::openai {
namespace {

using namespace providers;

Finish finishOf(const std::string& word) {
  if (word == "length") return Finish::length;
  if (word == "content_filter") return Finish::content;
  // Words with which servers end an answer that they did not bring to an end.
  if (word == "error" || word == "abort" || word == "insufficient_system_resource") return Finish::broken;
  return Finish::stop;
}

}  // namespace

bool callsTool(const Json& message) {
  const auto* calls = member(message, "tool_calls");
  return (calls != nullptr && calls->IsArray() && !calls->Empty()) || member(message, "function_call") != nullptr;
}

Usage readUsage(const Json* json) {
  Usage usage;
  usage.input = tokenCount(member(json, "prompt_tokens"));
  usage.output = tokenCount(member(json, "completion_tokens"));
  usage.cached = tokenCount(member(member(json, "prompt_tokens_details"), "cached_tokens"));
  usage.reasoning = tokenCount(member(member(json, "completion_tokens_details"), "reasoning_tokens"));
  const auto* cost = member(json, "cost");  // OpenRouter
  if (cost != nullptr && cost->IsNumber() && cost->GetDouble() >= 0) usage.usd = cost->GetDouble();
  return usage;
}

Answer readAnswer(std::string_view body) {
  rapidjson::Document json;
  parseObject(json, body);
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
  return providers::candidateOf(answer, finishOf(answer.finish), "finish_reason", asked_model);
}

}  // namespace troupe::openai
