#include "support/answer.hpp"

#include <troupe/log_line.hpp>

namespace troupe::providers {
namespace {

constexpr std::size_t kShownOfRefusal = 300;
constexpr std::size_t kShownOfFinish = 40;

std::string shownFinish(const Answer& answer, const char* member) {
  if (answer.finish.empty()) return {};
  return std::string(" (") + member + " " + sinks::oneLine(answer.finish, kShownOfFinish) + ")";
}

[[noreturn]] void throwWithoutText(const Answer& answer, Finish finish, const char* member) {
  if (!isBlank(answer.refusal))
    throw Error(TROUPE_E_CONTENT, "the model refused: " + sinks::oneLine(answer.refusal, kShownOfRefusal));
  if (finish == Finish::length) {
    const auto& reasoning = answer.usage.reasoning;
    throw Error(TROUPE_E_TRUNCATED, "the token limit was reached before any text" +
                                        (reasoning ? " (" + std::to_string(*reasoning) + " tokens of reasoning)" : "") +
                                        "; raise max_tokens");
  }
  if (finish == Finish::content)
    throw Error(TROUPE_E_CONTENT, "a content filter took the whole answer" +
                                      (answer.finish == "content_filter" ? "" : shownFinish(answer, member)));
  if (answer.tool_calls) throw Error(TROUPE_E_CONTENT, "the model called a tool instead of answering");
  throw Error(TROUPE_E_CONTENT, "the answer is empty" + shownFinish(answer, member));
}

const char* nameOf(Finish finish) {
  return finish == Finish::length ? "length" : finish == Finish::content ? "content" : "stop";
}

}  // namespace

bool isBlank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

std::string candidateOf(const Answer& answer, Finish finish, const char* member, std::string_view asked_model) {
  if (finish == Finish::broken)
    throw Error(TROUPE_E_TRANSIENT, "the server broke the answer off" + shownFinish(answer, member));
  if (isBlank(answer.text)) throwWithoutText(answer, finish, member);
  JsonWriter json;
  json.beginObject().member("text", answer.text).member("finish", nameOf(finish));
  json.member("model", answer.model.empty() ? asked_model : std::string_view(answer.model));
  writeUsage(json, answer.usage);
  json.endObject();
  return std::string(json.text());
}

void throwCutOff() { throw Error(TROUPE_E_TRANSIENT, "the stream ended before the answer did"); }

}  // namespace troupe::providers
