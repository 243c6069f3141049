#include "errors.hpp"

#include <algorithm>
#include <string>

#include "error_class.hpp"
#include "error_reply.hpp"
#include "shown_text.hpp"
#include "support/retry_after.hpp"

namespace troupe::openai {
namespace {

// "429 (rate_limit_exceeded): slow down": the status, the server's word for it, and its words.
std::string described(int status, const ErrorReply& reply, const std::string& words) {
  const auto& word = reply.code.empty() ? reply.type : reply.code;
  return std::to_string(status) + (word.empty() ? "" : " (" + shownText(word) + ")") +
         (words.empty() ? "" : ": " + words);
}

// What the user can do about it, where the answer does not say so.
std::string hint(const HttpResponse& answer, const ErrorReply& reply) {
  if (answer.status / 100 == 3) return "; redirects are not followed: set base_url to where it leads";
  if (answer.status == 404 && reply.message.empty()) return R"(; is "base_url" right? It mostly ends in /v1)";
  if (answer.status == 404) return R"(; is there such a model? See "model")";
  if (answer.status == 400 && reply.code == "unsupported_parameter" &&
      reply.message.find("max_tokens") != std::string::npos)
    return R"(; see "max_tokens_field")";
  return {};
}

// "Please try again in 5.289s": where the header is missing.
std::int64_t waitInMessage(const std::string& message) {
  static constexpr std::string_view kWords = "try again in ";
  const auto at = message.find(kWords);
  if (at == std::string::npos) return -1;
  return providers::durationMs(std::string_view(message).substr(at + kWords.size())).value_or(-1);
}

// The server's own words, from whatever it sent.
std::string wordsOf(const HttpResponse& answer, const ErrorReply& reply) {
  if (!reply.message.empty()) return shownText(reply.message);
  if (answer.status / 100 == 3) return shownText(answer.header("location"));
  if (isHtml(answer.body)) return "a page instead of JSON: " + shownText(htmlWords(answer.body));
  return shownText(answer.body);
}

}  // namespace

Error errorOf(const HttpResponse& answer, std::int64_t now_ms) {
  // Not checked like an answer: an error counts for its status even when its text is broken.
  rapidjson::Document json;
  json.Parse<rapidjson::kParseIterativeFlag>(answer.body.data(), answer.body.size());
  const auto reply = json.HasParseError() || !json.IsObject() ? ErrorReply() : readErrorReply(json);
  const int code = withShouldRetry(errorClass(answer.status, reply), answer.header("x-should-retry"));
  return Error(code, "answered " + described(answer.status, reply, wordsOf(answer, reply)) + hint(answer, reply),
               providers::retryAfterMs(answer, now_ms).value_or(waitInMessage(reply.message)));
}

void throwIfError(const Json& json) {
  const auto* error = member(json, "error");
  const bool has_error = error != nullptr && (error->IsObject() || !textOr(error).empty());
  const bool is_error = textOr(member(json, "object")) == "error";  // As older servers of vLLM send it.
  if (!has_error && !is_error) return;
  const auto reply = readErrorReply(json);
  const int status = impliedStatus(reply);
  throw Error(errorClass(status, reply),
              "answered with an error, " + described(status, reply, shownText(reply.message)),
              waitInMessage(reply.message));
}

}  // namespace troupe::openai
