#pragma once

/// Each fault of a service, and the class that it becomes with each provider. docs/faults.md prints this table.

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "provider_wires.hpp"

namespace troupe::test {

struct Fault {
  std::string name;
  std::function<LlmReply(const Wire&)> reply;
  /// openai, anthropic, gemini, ollama: the class, or "candidate".
  std::array<std::string, 4> classes;
  std::int64_t wait_ms = -1;  ///< that the host is told

  Fault(std::string fault, std::function<LlmReply(const Wire&)> answer, const std::string& all, std::int64_t ms = -1)
      : name(std::move(fault)), reply(std::move(answer)), classes{all, all, all, all}, wait_ms(ms) {}
  Fault(std::string fault, std::function<LlmReply(const Wire&)> answer, std::array<std::string, 4> each)
      : name(std::move(fault)), reply(std::move(answer)), classes(std::move(each)) {}
};

/// Answers with a bad status.
inline std::vector<Fault> statusFaults() {
  using Headers = std::vector<std::pair<std::string, std::string>>;
  const auto with = [](int status, const std::string& message = "no", const Headers& headers = {}) {
    return [=](const Wire& wire) { return LlmReply{status, wire.error(status, message), headers}; };
  };
  const auto each = [](int status, std::array<std::string_view, 4> bodies) {
    return [=](const Wire& wire) {
      for (std::size_t i = 0; i < bodies.size(); ++i)
        if (wires()[i].name == wire.name) return LlmReply{status, std::string(bodies[i])};
      return LlmReply{};
    };
  };
  const auto page = [](const Wire&) { return LlmReply{502, "<html><h1>Bad gateway</h1></html>", {}, "text/html"}; };
  const auto bad_key = [](const Wire& wire) {
    return wire.name == "openai"      ? LlmReply{401, std::string(llm::kBadKey)}
           : wire.name == "anthropic" ? LlmReply{401, std::string(anthropic_says::kBadKey)}
           : wire.name == "gemini"    ? LlmReply{400, std::string(gemini_says::kBadKey)}
                                      : LlmReply{401, R"({"error":"unauthorized"})"};
  };
  return {
      {"307 to another host", with(307, "", {{"Location", "http://other.example/"}}), "permanent_request"},
      {"400", with(400), "permanent_request"},
      {"401", with(401), "auth"},
      {"a bad key, as the service says it (Gemini: 400)", bad_key, "auth"},
      {"402", with(402), "quota_gone"},
      {"403", with(403), "auth"},
      {"404", with(404), "permanent_request"},
      {"408", with(408), "transient"},
      {"413", with(413), "permanent_request"},
      {"422", with(422), "permanent_request"},
      {"429", with(429), "rate_limited"},
      {"429 with Retry-After in seconds", with(429, "slow", {{"Retry-After", "3"}}), "rate_limited", 3000},
      {"429 with Retry-After as a date", with(429, "slow", {{"Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT"}}),
       "rate_limited", 0},
      {"429 with retry-after-ms", with(429, "slow", {{"retry-after-ms", "120"}}), "rate_limited", 120},
      {"429, the quota is used up, as the service says it",
       each(429,
            {llm::kNoQuota, R"({"type":"error","error":{"type":"rate_limit_error","message":"over its spend limit"}})",
             gemini_says::kDayGone, ollama_says::kUsedUp}),
       "quota_gone"},
      {"498", with(498), "overloaded"},
      {"500", with(500), "transient"},
      {"501", with(501), "unsupported"},
      {"502 with a page of HTML", page, "transient"},
      {"503", with(503), "overloaded"},
      {"503 with Retry-After", with(503, "busy", {{"Retry-After", "1"}}), "overloaded", 1000},
      {"504", with(504), "transient"},
      {"529", with(529), "overloaded"},
      {"500 with a body that is no text",
       [](const Wire&) {
         return LlmReply{500, "\xff\xfe\0{[", {}, ""};
       },
       "transient"},
  };
}

/// Answers with a good status that are none, or none that can be used.
inline std::vector<Fault> bodyFaults() {
  const auto body = [](std::string (*made)(const Wire&)) {
    return [made](const Wire& wire) { return wire.answer(made(wire)); };
  };
  return {
      {"a page of HTML",
       [](const Wire&) {
         return LlmReply{200, "<!doctype html><title>Log in</title>", {}, "text/html"};
       },
       "malformed"},
      {"an empty body", body([](const Wire&) { return std::string(); }), "malformed"},
      {"JSON that is cut off", body([](const Wire& w) { return w.before_text + "\"Once"; }), "malformed"},
      {"another type: an array", body([](const Wire&) { return std::string("[]"); }), "malformed"},
      {"another type: the text a number", body([](const Wire& w) { return w.whole("7"); }), "malformed"},
      {"half of a surrogate pair", body([](const Wire& w) { return w.whole(R"("\ud800")"); }), "malformed"},
      {"text that is no UTF-8", body([](const Wire& w) { return w.whole("\"\xff\""); }), "malformed"},
      {"the text null", body([](const Wire& w) { return w.whole("null"); }), "content"},
      {"a text of spaces", body([](const Wire& w) { return w.whole(R"(" \n")"); }), "content"},
      {"a refusal, or a blocked prompt", body([](const Wire& w) { return w.refusal; }), "content"},
      {"no text at the token limit", body([](const Wire& w) { return w.no_text_at_limit; }), "truncated"},
      {"an error object under 200", body([](const Wire& w) { return w.error(500, "broken"); }), "transient"},
      {"no usage", body([](const Wire& w) { return w.whole(); }), "candidate"},
  };
}

/// Streams that break, or are none.
inline std::vector<Fault> streamFaults() {
  const auto stream = [](std::function<std::string(const Wire&)> made) {
    return [made = std::move(made)](const Wire& wire) { return wire.stream(made(wire)); };
  };
  return {
      {"a stream that ends before the first event", stream([](const Wire&) { return std::string(); }), "transient"},
      {"a stream that ends behind the start", stream([](const Wire& w) { return w.events(w.start); }), "transient"},
      {"a stream that ends behind a piece of text", stream([](const Wire& w) { return w.events(w.start) + w.piece(); }),
       "transient"},
      {"a stream that ends within an event",
       stream([](const Wire& w) { return w.events(w.start) + w.piece() + w.event_before + w.before_piece; }),
       {"transient", "transient", "transient", "malformed"}},
      {"a stream that ends behind the reason, without its end mark",
       stream([](const Wire& w) { return w.events(w.start) + w.piece() + w.events(w.end); }), "candidate"},
      {"an error in the middle of a stream",
       stream([](const Wire& w) { return w.events(w.start) + w.piece() + w.event(w.busy_event); }),
       {"overloaded", "overloaded", "overloaded", "transient"}},
      {"an event that is no JSON",
       stream([](const Wire& w) { return w.events(w.start) + w.event("{\"choices\":[{]") + w.piece(); }), "malformed"},
      {"an event of another type", stream([](const Wire& w) { return w.events(w.start) + w.piece("7"); }), "malformed"},
      {"half of a surrogate pair in an event",
       stream([](const Wire& w) { return w.events(w.start) + w.piece(R"("\ud800")"); }), "malformed"},
      {"text that is no UTF-8 in an event",
       stream([](const Wire& w) { return w.events(w.start) + w.piece("\"\xff\""); }), "malformed"},
      {"a whole stream without a text",
       stream([](const Wire& w) { return w.events(w.start) + w.events(w.end) + w.events(w.end_marker); }), "content"},
      {"429 instead of a stream",
       [](const Wire& w) {
         return LlmReply{429, w.error(429, "slow"), {{"Retry-After", "7"}}};
       },
       "rate_limited", 7000},
      {"a page of HTML instead of a stream",
       [](const Wire&) {
         return LlmReply{200, "<html>\n<body>Log in</body>\n</html>", {}, "text/html"};
       },
       "malformed"},
      {"an empty body instead of a stream",
       [](const Wire&) {
         return LlmReply{200, ""};
       },
       "malformed"},
      {"a whole answer instead of a stream", [](const Wire& w) { return w.answer(w.whole()); }, "candidate"},
  };
}

}  // namespace troupe::test
