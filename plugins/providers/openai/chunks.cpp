#include "chunks.hpp"

#include <string>

#include "errors.hpp"

namespace troupe::openai {

using namespace providers;

std::string_view ChunkReader::take(std::string_view data) {
  begun_ = true;
  if (data == "[DONE]") done_ = true;
  if (done_) return {};
  rapidjson::Document chunk;
  parseObject(chunk, data);
  throwIfError(chunk);
  const auto* groq = member(chunk, "x_groq");
  if (groq != nullptr) throwIfError(*groq);

  if (const auto model = textOr(member(chunk, "model")); !model.empty()) answer_.model = model;
  const auto* usage = member(chunk, "usage");
  if (usage == nullptr) usage = member(groq, "usage");
  if (usage != nullptr) answer_.usage = readUsage(usage);  // Where it comes with every chunk the last one counts.

  const auto before = answer_.text.size();
  if (const auto* choices = member(chunk, "choices"); choices != nullptr) {
    if (!choices->IsArray()) throwWrongType("/choices", choices, "an array");
    for (rapidjson::SizeType i = 0; i < choices->Size(); ++i)
      takeChoice((*choices)[i], "/choices/" + std::to_string(i));
  }
  return std::string_view(answer_.text).substr(before);
}

void ChunkReader::takeChoice(const Json& choice, const std::string& pointer) {
  if (!choice.IsObject()) throwWrongType(pointer, &choice, "an object");
  throwIfError(choice);
  const auto* index = member(choice, "index");
  if (index != nullptr && index->IsInt() && index->GetInt() != 0) return;  // One answer was asked for.
  if (const auto finish = optionalText(choice, "finish_reason", pointer); !finish.empty()) answer_.finish = finish;
  const auto* delta = member(choice, "delta");
  if (delta == nullptr) return;
  if (!delta->IsObject()) throwWrongType(pointer + "/delta", delta, "an object");
  answer_.text += optionalText(*delta, "content", pointer + "/delta");
  answer_.refusal += optionalText(*delta, "refusal", pointer + "/delta");
  answer_.tool_calls = answer_.tool_calls || callsTool(*delta);
}

const Answer& ChunkReader::finish() const {
  if (!done_ && answer_.finish.empty()) throwCutOff();
  return answer_;
}

}  // namespace troupe::openai
