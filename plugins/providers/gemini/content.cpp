#include "content.hpp"

#include <troupe/log_line.hpp>

#include <algorithm>
#include <array>

#include "errors.hpp"

namespace troupe::gemini {
namespace {

using namespace providers;

Usage readUsage(const Json* json) {
  Usage usage;
  usage.input = sum(tokenCount(member(json, "promptTokenCount")), tokenCount(member(json, "toolUsePromptTokenCount")));
  usage.reasoning = tokenCount(member(json, "thoughtsTokenCount"));
  // Thoughts are counted beside the candidates, and paid for as output.
  usage.output = sum(tokenCount(member(json, "candidatesTokenCount")), usage.reasoning);
  usage.cached = tokenCount(member(json, "cachedContentTokenCount"));
  return usage;
}

void addParts(const Json& content, const std::string& pointer, Answer& answer) {
  const auto* parts = member(content, "parts");
  if (parts == nullptr) return;
  if (!parts->IsArray()) throwWrongType(pointer + "/parts", parts, "an array");
  for (rapidjson::SizeType i = 0; i < parts->Size(); ++i) {
    const auto& part = (*parts)[i];
    const auto place = pointer + "/parts/" + std::to_string(i);
    if (!part.IsObject()) throwWrongType(place, &part, "an object");
    const auto* thought = member(part, "thought");
    if (thought == nullptr || !thought->IsTrue()) answer.text += optionalText(part, "text", place);
    answer.tool_calls = answer.tool_calls || member(part, "functionCall") != nullptr;
  }
}

void addCandidate(const Json& candidate, const std::string& pointer, Answer& answer) {
  if (!candidate.IsObject()) throwWrongType(pointer, &candidate, "an object");
  const auto* index = member(candidate, "index");
  if (index != nullptr && index->IsInt() && index->GetInt() != 0) return;  // One answer was asked for.
  if (const auto finish = optionalText(candidate, "finishReason", pointer); !finish.empty()) answer.finish = finish;
  const auto* content = member(candidate, "content");
  if (content == nullptr) return;
  if (!content->IsObject()) throwWrongType(pointer + "/content", content, "an object");
  addParts(*content, pointer + "/content", answer);
}

Finish finishOf(const std::string& word) {
  static constexpr std::array<std::string_view, 12> kFiltered = {
      "SAFETY",    "RECITATION",         "LANGUAGE",    "OTHER",
      "BLOCKLIST", "PROHIBITED_CONTENT", "SPII",        "IMAGE_SAFETY",
      "NO_IMAGE",  "IMAGE_RECITATION",   "IMAGE_OTHER", "IMAGE_PROHIBITED_CONTENT"};
  if (word == "MAX_TOKENS") return Finish::length;
  return std::find(kFiltered.begin(), kFiltered.end(), word) != kFiltered.end() ? Finish::content : Finish::stop;
}

bool callsTool(const std::string& word) {
  return word == "MALFORMED_FUNCTION_CALL" || word == "UNEXPECTED_TOOL_CALL" || word == "TOO_MANY_TOOL_CALLS";
}

}  // namespace

void addResponse(const Json& json, Answer& answer) {
  throwIfError(json);
  if (const auto model = textOr(member(json, "modelVersion")); !model.empty()) answer.model = model;
  if (const auto* usage = member(json, "usageMetadata"); usage != nullptr) answer.usage = readUsage(usage);
  const auto blocked = textOr(member(member(json, "promptFeedback"), "blockReason"));
  if (!blocked.empty()) answer.refusal = "the prompt is blocked (" + sinks::oneLine(blocked, 60) + ")";
  const auto* candidates = member(json, "candidates");
  if (candidates == nullptr) return;
  if (!candidates->IsArray()) throwWrongType("/candidates", candidates, "an array");
  for (rapidjson::SizeType i = 0; i < candidates->Size(); ++i)
    addCandidate((*candidates)[i], "/candidates/" + std::to_string(i), answer);
}

Answer readAnswer(std::string_view body) {
  rapidjson::Document json;
  parseObject(json, body);
  Answer answer;
  addResponse(json, answer);
  if (!answer.refusal.empty()) return answer;
  const auto* candidates = member(json, "candidates");
  if (candidates == nullptr) throwWrongType("/candidates", candidates, "an array");
  if (candidates->Empty()) throw Error(TROUPE_E_MALFORMED, "the answer has an empty array at /candidates");
  return answer;
}

std::string candidateOf(const Answer& answer, std::string_view asked_model) {
  if (!callsTool(answer.finish) || answer.tool_calls)
    return providers::candidateOf(answer, finishOf(answer.finish), "finishReason", asked_model);
  auto called = answer;
  called.tool_calls = true;
  return providers::candidateOf(called, Finish::stop, "finishReason", asked_model);
}

}  // namespace troupe::gemini
