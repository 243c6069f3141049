#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <troupe/troupe.hpp>

#include <troupe/log_line.hpp>

namespace troupe::sinks {

/// What a message to people says of an event: a headline and a line below it, plain text.
struct RunText {
  std::string title;
  std::string body;
};

namespace run_text_detail {

inline std::string_view textOr(const Object& object, std::string_view name, std::string_view fallback = "") {
  const auto* value = object.find(name);
  return value != nullptr && value->IsString() ? std::string_view(value->GetString(), value->GetStringLength())
                                               : fallback;
}

inline std::int64_t integerOr(const Object& object, std::string_view name) {
  const auto* value = object.find(name);
  return value != nullptr && value->IsInt64() ? value->GetInt64() : 0;
}

inline void append(std::string& text, std::string_view separator, const std::string& more) {
  if (more.empty()) return;
  if (!text.empty()) text += separator;
  text += more;
}

}  // namespace run_text_detail

/// The name by which options speak of an event: its type, and of `run` events the state (running, paused, resumed,
/// cancelled).
inline std::string eventName(const Object& event) {
  const auto type = run_text_detail::textOr(event, "type");
  return std::string(type == "run" ? run_text_detail::textOr(event, "state") : type);
}

/// "48 of 50 generated, 30 saved, 2 failed", from an event's result or progress; "" when it has neither.
inline std::string countsText(const Object& event) {
  using run_text_detail::integerOr;
  const auto* counts = event.find("result");
  const char* all = "samples";
  if (counts == nullptr || !counts->IsObject()) {
    counts = event.find("progress");
    all = "total";
  }
  if (counts == nullptr || !counts->IsObject()) return {};
  const Object object(*counts);
  std::string text = std::to_string(integerOr(object, "successful")) + " of " + std::to_string(integerOr(object, all)) +
                     " generated, " + std::to_string(integerOr(object, "stories_saved")) + " saved";
  if (const auto failed = integerOr(object, "failed"); failed > 0) text += ", " + std::to_string(failed) + " failed";
  return text;
}

/// Any event in words. Each part is one line without control characters.
inline RunText runText(const Object& event) {
  using namespace run_text_detail;
  const auto name = eventName(event);
  const auto run = oneLine(textOr(event, "run", "?"), 100);
  RunText text;
  const auto* result = event.find("result");
  if (name == "complete") {
    text.title = "Run " + run + " is complete";
    text.body = countsText(event);
    if (result != nullptr && result->IsObject())
      if (const auto* elapsed = Object(*result).find("elapsed_s"); elapsed != nullptr && elapsed->IsNumber())
        append(text.body, ", ", "in " + rounded(elapsed->GetDouble()) + " s");
  } else if (name == "failed") {
    text.title = "Run " + run + " has failed";
    text.body = oneLine(textOr(event, "error"), 500);
    append(text.body, "; ", countsText(event));
  } else if (name == "paused" || name == "cancelled") {
    text.title = "Run " + run + (name == "paused" ? " is paused" : " was cancelled");
    text.body = oneLine(textOr(event, "reason"), 500);
    append(text.body, "; ", countsText(event));
  } else if (name == "running" || name == "resumed") {
    text.title = "Run " + run + (name == "running" ? " has begun" : " goes on");
    text.body = countsText(event);
  } else if (name == "sample") {
    text.title = "Sample " + std::to_string(integerOr(event, "number")) + " of run " + run;
    const auto* ok = event.find("ok");
    const auto* quality = event.find("quality");
    if (ok != nullptr && ok->IsBool() && ok->GetBool()) {
      text.body = oneLine(textOr(event, "genre", "-"), 100) + ", quality " +
                  (quality != nullptr && quality->IsNumber() ? floored(quality->GetDouble()) : std::string("-")) +
                  "/10, by " + oneLine(textOr(event, "model", "-"), 100);
    } else {
      text.body = "failed: " + oneLine(textOr(event, "reason", "no reason given"), 500);
    }
    append(text.body, "; ", countsText(event));
  } else {
    text.title = "Run " + run;
    text.body = oneLine(textOr(event, "message", name), 1000);
  }
  return text;
}

}  // namespace troupe::sinks
