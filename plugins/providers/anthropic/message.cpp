#include "message.hpp"

#include "errors.hpp"

namespace troupe::anthropic {
namespace {

using namespace providers;

void update(std::optional<std::int64_t>& known, const Json* value) {
  if (const auto count = tokenCount(value)) known = count;
}

Finish finishOf(const std::string& word) {
  if (word == "max_tokens" || word == "model_context_window_exceeded" || word == "pause_turn") return Finish::length;
  if (word == "refusal") return Finish::content;
  return Finish::stop;
}

}  // namespace

void MessageUsage::update(const Json* json) {
  anthropic::update(input, member(json, "input_tokens"));
  anthropic::update(cache_creation, member(json, "cache_creation_input_tokens"));
  anthropic::update(cache_read, member(json, "cache_read_input_tokens"));
  anthropic::update(output, member(json, "output_tokens"));
  anthropic::update(thinking, member(member(json, "output_tokens_details"), "thinking_tokens"));
}

Usage MessageUsage::total() const {
  Usage usage;
  usage.input = sum(sum(input, cache_creation), cache_read);
  usage.output = output;
  usage.cached = cache_read;
  usage.reasoning = thinking;
  return usage;
}

Answer readAnswer(std::string_view body) {
  rapidjson::Document json;
  parseObject(json, body);
  throwIfError(json);
  const auto* content = member(json, "content");
  if (content == nullptr || !content->IsArray()) throwWrongType("/content", content, "an array");

  Answer answer;
  for (rapidjson::SizeType i = 0; i < content->Size(); ++i) {
    const auto& block = (*content)[i];
    const auto pointer = "/content/" + std::to_string(i);
    if (!block.IsObject()) throwWrongType(pointer, &block, "an object");
    const auto type = textOr(member(block, "type"));
    if (type == "text") answer.text += optionalText(block, "text", pointer);
    answer.tool_calls = answer.tool_calls || type == "tool_use";
  }
  answer.model = textOr(member(json, "model"));
  readStop(json, "", answer);
  MessageUsage usage;
  usage.update(member(json, "usage"));
  answer.usage = usage.total();
  return answer;
}

void readStop(const Json& json, const std::string& pointer, Answer& answer) {
  const auto reason = optionalText(json, "stop_reason", pointer);
  if (reason.empty()) return;
  answer.finish = reason;
  const auto* details = member(json, "stop_details");
  answer.refusal = textOr(member(details, "explanation"));
  if (answer.refusal.empty()) answer.refusal = textOr(member(details, "category"));
}

std::string candidateOf(const Answer& answer, std::string_view asked_model) {
  if (answer.finish == "pause_turn" && isBlank(answer.text))
    throw Error(TROUPE_E_TRUNCATED, "the service paused the turn before any text");
  return providers::candidateOf(answer, finishOf(answer.finish), "stop_reason", asked_model);
}

}  // namespace troupe::anthropic
