#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <troupe/http.hpp>

#include "support/json_reader.hpp"

namespace troupe::providers {

/// What a server says of an error, in whatever shape.
struct ErrorReply {
  std::string message;
  std::string type;
  std::string code;      ///< as a word
  int status = 0;        ///< where an HTTP status stands in it
  bool flagged = false;  ///< by a moderation

  const std::string& word() const { return code.empty() ? type : code; }
};

/// The class (TROUPE_E_*) of a bad HTTP status, where nothing says more.
int classOfStatus(int status);

/// The class after a server's x-should-retry, which is "true", "false" or anything else.
int withShouldRetry(int error_class, std::string_view should_retry);

/// The HTTP status that stands for a word of an error's, or 0.
template <std::size_t N>
int statusOf(std::string_view word, const std::array<std::pair<std::string_view, int>, N>& words) {
  for (const auto& entry : words)
    if (entry.first == word) return entry.second;
  return 0;
}

/// Reads the body of a bad status. Not checked like an answer: an error counts for its status even when its text is
/// broken. False when it is no object; an array around it, as Gemini has it, is taken off.
bool parseErrorBody(rapidjson::Document& json, const std::string& body);

/// "429 (rate_limit_exceeded): slow down": the status, the server's word for it, and its words.
std::string described(int status, const ErrorReply& reply, const std::string& words);

/// The error that an answer with a bad status is, in the server's own words, from whatever it sent. The wait is that of
/// its headers, counted from `now_ms`, else `wait_ms` (-1: not said).
Error answeredError(const HttpResponse& answer, const ErrorReply& reply, int error_class, const std::string& hint,
                    std::int64_t now_ms, std::int64_t wait_ms);

/// What the user can do about a redirect or a 404, where the answer does not say so; `path` tells how a base_url looks.
std::string commonHint(const HttpResponse& answer, const ErrorReply& reply, const char* path);

}  // namespace troupe::providers
