// The Messages API: what is sent for which options, and what its answers and errors mean.
#include <catch2/catch.hpp>

#include "anthropic/errors.hpp"
#include "anthropic/message_stream.hpp"
#include "anthropic/model_list.hpp"
#include "anthropic/request.hpp"
#include "changed_answers.hpp"
#include "model_options.hpp"
#include "support/anthropic_answers.hpp"

namespace {

using namespace troupe;
using namespace troupe::anthropic;
using namespace troupe::test;
namespace says = anthropic_says;

constexpr std::int64_t kNow = 784111777000;  // Sun, 06 Nov 1994 08:49:37 GMT

anthropic::Settings settingsWith(const std::string& members) {
  const auto text = providerOptions("anthropic", members);
  rapidjson::Document document;
  document.Parse(text.data(), text.size());
  return settingsOf(Options(document));
}

HttpRequest requestWith(const std::string& options,
                        const std::string& messages = R"([{"role":"user","content":"Hi."}])",
                        const std::string& params = "") {
  const auto settings = settingsWith(options);
  rapidjson::Document prompt, given;
  prompt.Parse((R"({"messages":)" + messages + "}").c_str());
  given.Parse(params.c_str());
  providers::Ask ask{Object(prompt), 42};
  if (!params.empty()) ask.params = providers::Params(given, settings.leave_out);
  return requestFor(settings, ask);
}

/// The members of a body behind "stream".
std::string membersWith(const std::string& options, const std::string& params = "") {
  const auto body = requestWith(options, R"([{"role":"user","content":"Hi."}])", params).body;
  static const std::string kBefore = R"({"model":"m-1","messages":[{"role":"user","content":"Hi."}],"stream":false,)";
  REQUIRE(body.substr(0, kBefore.size()) == kBefore);
  return body.substr(kBefore.size(), body.size() - kBefore.size() - 1);
}

std::string candidate(std::string_view body) { return candidateOf(readAnswer(body), "asked"); }

template <typename Events>
const Answer& fed(MessageStream& stream, const Events& events) {
  for (const auto& event : events) stream.take(event);
  return stream.finish();
}

Error errorFor(int status, std::string_view body, std::map<std::string, std::string, std::less<>> headers = {}) {
  HttpResponse answer;
  answer.status = status;
  answer.headers = std::move(headers);
  answer.body = body;
  return errorOf(answer, kNow);
}

std::string message(const std::string& content, const std::string& more = R"(,"stop_reason":"end_turn")") {
  return R"({"type":"message","content":)" + content + more + "}";
}

}  // namespace

TEST_CASE("anthropic: the request without options is the smallest one", "[anthropic]") {
  const auto request = requestWith(R"("api_key":"${secret:KEY}")");
  CHECK(request.method == "POST");
  CHECK(request.url == "https://api.anthropic.com/v1/messages");
  CHECK(request.headers == std::vector<std::pair<std::string, std::string>>{{"Content-Type", "application/json"},
                                                                            {"anthropic-version", "2023-06-01"},
                                                                            {"x-api-key", "${secret:KEY}"}});
  CHECK(request.body ==
        R"({"model":"m-1","messages":[{"role":"user","content":"Hi."}],"stream":false,"max_tokens":1024})");
}

TEST_CASE("anthropic: each option becomes its member of the request", "[anthropic]") {
  struct Row {
    std::string options, members;
  };
  const auto row = GENERATE(values<Row>({
      {R"("max_tokens":300,"temperature":0.7,"top_p":0.9,"top_k":5)",
       R"("max_tokens":300,"temperature":0.7,"top_p":0.9,"top_k":5)"},
      {R"("stop":["END"],"service_tier":"auto")",
       R"("max_tokens":1024,"stop_sequences":["END"],"service_tier":"auto")"},
      {R"("thinking":"adaptive","effort":"low")",
       R"("max_tokens":1024,"thinking":{"type":"adaptive"},"output_config":{"effort":"low"})"},
      {R"("thinking_budget":2000,"max_tokens":3000)",
       R"("max_tokens":3000,"thinking":{"type":"enabled","budget_tokens":2000})"},
      {R"("effort":"max","response_schema":{"type":"object"})",
       R"("max_tokens":1024,"output_config":{"effort":"max","format":{"type":"json_schema","schema":{"type":"object"}}})"},
      {R"("extra":{"metadata":{"user_id":"u"},"top_k":9},"top_k":5)",
       R"("max_tokens":1024,"top_k":9,"metadata":{"user_id":"u"})"},
  }));
  CAPTURE(row.options);
  CHECK(membersWith(row.options) == row.members);
}

TEST_CASE("anthropic: what a call asks for wins over the options", "[anthropic]") {
  struct Row {
    std::string options, params, members;
  };
  const auto row = GENERATE(values<Row>({
      {R"("temperature":0.7)", R"({"temperature":0,"max_tokens":50,"stop":["."],"seed":9})",
       R"("max_tokens":50,"temperature":0.0,"stop_sequences":["."])"},
      {R"("top_p":0.9)", R"({"temperature":1.7})", R"("max_tokens":1024,"temperature":1.0)"},
      {R"("effort":"low","response_schema":{"a":1})", R"({"response_schema":{"type":"object"}})",
       R"("max_tokens":1024,"output_config":{"effort":"low","format":{"type":"json_schema","schema":{"type":"object"}}})"},
      {R"("thinking_budget":2000,"max_tokens":3000)", R"({"temperature":0,"max_tokens":300})",
       R"("max_tokens":300,"temperature":0.0)"},
      {R"("thinking_budget":2000,"max_tokens":3000)", R"({"temperature":0})",
       R"("max_tokens":3000,"thinking":{"type":"enabled","budget_tokens":2000})"},
      {R"("leave_out":["temperature","max_tokens"])", R"({"temperature":0,"max_tokens":50})", R"("max_tokens":1024)"},
      {"", "{}", R"("max_tokens":1024)"},
  }));
  CAPTURE(row.options, row.params);
  CHECK(membersWith(row.options, row.params) == row.members);
}

TEST_CASE("anthropic: messages take turns and the system stands apart", "[anthropic]") {
  struct Row {
    std::string options, messages, body;
  };
  const auto row = GENERATE(values<Row>({
      {R"("system":"Be brief.")",
       R"([{"role":"system","content":"You write."},{"role":"user","content":"A"},{"role":"user","content":"B"},{"role":"assistant","content":"C"},{"role":"system","content":"D"},{"role":"user","content":" "},{"role":"user","content":"E"}])",
       R"({"model":"m-1","system":"Be brief.\n\nYou write.\n\nD","messages":[{"role":"user","content":"A\n\nB"},{"role":"assistant","content":"C"},{"role":"user","content":"E"}],"stream":false,"max_tokens":1024})"},
      {"", R"([{"role":"system","content":"Say hi."}])",
       R"({"model":"m-1","messages":[{"role":"user","content":"Say hi."}],"stream":false,"max_tokens":1024})"},
      {R"("schema_by":"prompt","response_schema":{"type":"object"})", R"([{"role":"user","content":"A"}])",
       R"({"model":"m-1","system":"Answer with JSON and nothing else, without a code fence. It must fit this JSON Schema:\n{\"type\":\"object\"}","messages":[{"role":"user","content":"A"}],"stream":false,"max_tokens":1024})"},
  }));
  CHECK(requestWith(row.options, row.messages).body == row.body);
  CHECK(failureOf([] { requestWith("", R"([{"role":"user","content":""}])"); }).message == "the prompt has no text");
}

TEST_CASE("anthropic: options that contradict each other are refused with a sentence", "[anthropic]") {
  struct Row {
    std::string options, sentence;
  };
  const auto row = GENERATE(values<Row>({
      {R"("thinking_budget":2000)", R"("thinking_budget" must be less than "max_tokens", which it is a part of)"},
      {R"("thinking_budget":1024,"thinking":"adaptive","max_tokens":2000)",
       R"(give either "thinking" or "thinking_budget")"},
      {R"("thinking":"adaptive","temperature":0.5)", R"("temperature" does not go with thinking)"},
      {R"("thinking":"disabled","temperature":0.5)", "accepted"},
      {R"("extra":{"system":"x"})", R"("extra" must not hold "system")"},
      {R"("headers":{"X-Api-Key":"x"})", R"("headers" must not hold "x-api-key"; it is made of "api_key")"},
      {R"("headers":{"Anthropic-Version":"x"})",
       R"("headers" must not hold "anthropic-version"; it is made of "version")"},
      {R"("response_schema":"{")", R"("response_schema" is no JSON object)"},
  }));
  CHECK(refusalOf(settingsOf, providerOptions("anthropic", row.options)) == row.sentence);
}

TEST_CASE("anthropic: the address is made of the base however it is written", "[anthropic]") {
  for (const std::string base : {"http://h:1", "http://h:1/", "http://h:1/v1", "http://h:1/v1/messages"}) {
    const auto settings = settingsWith(R"("base_url":")" + base + "\"");
    CHECK(settings.url == "http://h:1/v1/messages");
    CHECK(modelsRequest(settings, "").url == "http://h:1/v1/models?limit=1000");
    CHECK(modelsRequest(settings, "a b").url == "http://h:1/v1/models?limit=1000&after_id=a%20b");
  }
  CHECK(settingsWith(R"("base_url":"http://h/x?k=1")").models_url == "http://h/x/v1/models?limit=1000&k=1");
}

TEST_CASE("anthropic: documented answers become candidates", "[anthropic]") {
  CHECK(candidate(says::kMessage) ==
        R"({"text":"Hi! My name is Claude.","finish":"stop","model":"claude-opus-4-1-20250805",)"
        R"("usage":{"input":3195,"output":503,"cached":1000,"reasoning":40}})");
  MessageStream stream;
  CHECK(candidateOf(fed(stream, says::kStream), "asked") ==
        R"({"text":"Hello there!","finish":"stop","model":"claude-3-opus-latest","usage":{"input":11,"output":6}})");
}

TEST_CASE("anthropic: why it stopped decides what becomes of the answer", "[anthropic]") {
  const auto [reason, finish] = GENERATE(table<std::string, std::string>({{"end_turn", "stop"},
                                                                          {"stop_sequence", "stop"},
                                                                          {"max_tokens", "length"},
                                                                          {"model_context_window_exceeded", "length"},
                                                                          {"pause_turn", "length"},
                                                                          {"refusal", "content"},
                                                                          {"something_new", "stop"}}));
  CHECK(candidate(message(R"([{"type":"text","text":"a"}])", R"(,"stop_reason":")" + reason + "\"")) ==
        R"({"text":"a","finish":")" + finish + R"(","model":"asked","usage":{}})");
}

TEST_CASE("anthropic: an answer without text has a class and a reason", "[anthropic]") {
  struct Row {
    std::string body;
    int code;
    std::string message;
  };
  const auto row = GENERATE(values<Row>({
      {message("[]", R"(,"stop_reason":"max_tokens","usage":{"output_tokens_details":{"thinking_tokens":300}})"),
       TROUPE_E_TRUNCATED, "the token limit was reached before any text (300 tokens of reasoning); raise max_tokens"},
      {message("[]", R"(,"stop_reason":"refusal")"), TROUPE_E_CONTENT,
       "a content filter took the whole answer (stop_reason refusal)"},
      {message("[]",
               R"(,"stop_reason":"refusal","stop_details":{"type":"refusal","category":"bio","explanation":null})"),
       TROUPE_E_CONTENT, "the model refused: bio"},
      {message("[]", R"(,"stop_reason":"pause_turn")"), TROUPE_E_TRUNCATED,
       "the service paused the turn before any text"},
      {message(R"([{"type":"tool_use","id":"t","name":"n","input":{}}])", R"(,"stop_reason":"tool_use")"),
       TROUPE_E_CONTENT, "the model called a tool instead of answering"},
      {message(R"([{"type":"text","text":"\n"}])"), TROUPE_E_CONTENT, "the answer is empty (stop_reason end_turn)"},
  }));
  CAPTURE(row.body);
  const auto failed = failureOf([&] { candidate(row.body); });
  CHECK(failed.code == row.code);
  CHECK(failed.message == row.message);
  MessageStream stream;
  CHECK(failureOf([&] { candidateOf(fed(stream, says::kRefusal), "m"); }).message ==
        "the model refused: This request was refused due to policy.");
}

TEST_CASE("anthropic: what is no answer is malformed with its place", "[anthropic]") {
  const auto [body, words] = GENERATE(table<std::string, std::string>({
      {"", "the answer is empty, where JSON should be"},
      {"[]", "the answer has an array at its top, where an object should be"},
      {"{}", "the answer has nothing at /content, where an array should be"},
      {R"({"content":"text"})", "the answer has a string at /content, where an array should be"},
      {message("[1]"), "the answer has a number at /content/0, where an object should be"},
      {message(R"([{"type":"text","text":5}])"),
       "the answer has a number at /content/0/text, where a string should be"},
      {message("[]", R"(,"stop_reason":7)"), "the answer has a number at /stop_reason, where a string should be"},
  }));
  const auto failed = failureOf([body = body] { candidate(body); });
  CHECK(failed.code == TROUPE_E_MALFORMED);
  CHECK(failed.message == words);
}

TEST_CASE("anthropic: the oddities of streams", "[anthropic]") {
  const std::string start =
      R"({"type":"message_start","message":{"model":"m","usage":{"input_tokens":3,"cache_read_input_tokens":20,"output_tokens":1}}})";
  const std::string text = R"({"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Hi"}})";
  const std::string end =
      R"({"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":9,"output_tokens_details":{"thinking_tokens":7}}})";
  MessageStream stream;
  SECTION("thinking is left out and unknown events are passed over") {
    const auto& answer =
        fed(stream, std::vector<std::string>{
                        start, R"({"type":"content_block_delta","delta":{"type":"thinking_delta","thinking":"hm"}})",
                        R"({"type":"content_block_delta","delta":{"type":"signature_delta","signature":"x"}})",
                        R"({"type":"something_new","delta":5})", "{}", text, end});
    CHECK(answer.text == "Hi");
    CHECK(answer.usage.input == 23);
    CHECK(answer.usage.cached == 20);
    CHECK(answer.usage.output == 9);
    CHECK(answer.usage.reasoning == 7);
  }
  SECTION("nothing counts after the end") {
    CHECK(fed(stream, std::vector<std::string>{start, text, end, R"({"type":"message_stop"})", "rubbish"}).text ==
          "Hi");
  }
  SECTION("a stream that is cut off is transient and its usage is known") {
    const auto failed = failureOf([&] { fed(stream, std::vector<std::string>{start, text}); });
    CHECK(failed.code == TROUPE_E_TRANSIENT);
    CHECK(stream.answer().usage.input == 23);
  }
  SECTION("an error event counts by its type") {
    const auto failed = failureOf([&] {
      fed(stream, std::vector<std::string>{start, text, std::string(says::kOverloaded)});
    });
    CHECK(failed.code == TROUPE_E_OVERLOADED);
    CHECK(failed.message == "answered with an error, 529 (overloaded_error): Overloaded");
  }
  SECTION("what is of another type is malformed with its place") {
    CHECK(failureOf([&] {
            stream.take(R"({"type":"content_block_delta","delta":{"type":"text_delta","text":1}})");
          }).message == "the answer has a number at /delta/text, where a string should be");
    CHECK(failureOf([&] { stream.take(R"({"type":"message_start"})"); }).message ==
          "the answer has nothing at /message, where an object should be");
  }
}

TEST_CASE("anthropic: a bad status has its class and the id of the request", "[anthropic]") {
  struct Row {
    int status;
    std::string body;
    int code;
    std::string message;
  };
  const auto row = GENERATE(values<Row>({
      {404, std::string(says::kNotFound), TROUPE_E_PERMANENT_REQUEST,
       R"(answered 404 (not_found_error): The requested resource could not be found. [req_011CSHoEeqs5C35K2UUqR7Fy]; is there such a model? See "model")"},
      {401, std::string(says::kBadKey), TROUPE_E_AUTH,
       "answered 401 (authentication_error): invalid x-api-key [req_011CSHoEeqs5C35K2UUqR7Fy]"},
      {402, R"({"error":{"type":"billing_error","message":"Pay."}})", TROUPE_E_QUOTA_GONE,
       "answered 402 (billing_error): Pay."},
      {400, std::string(says::kNoCredit), TROUPE_E_QUOTA_GONE, ""},
      {400, R"({"error":{"type":"invalid_request_error","message":"Output blocked by content filtering policy"}})",
       TROUPE_E_CONTENT, ""},
      {413, R"({"error":{"type":"request_too_large","message":"Request exceeds the maximum size"}})",
       TROUPE_E_PERMANENT_REQUEST, ""},
      {429, std::string(says::kTooFast), TROUPE_E_RATE_LIMITED, ""},
      {429, R"({"error":{"type":"rate_limit_error","message":"This workspace is over its spend limit."}})",
       TROUPE_E_QUOTA_GONE, ""},
      {500, R"({"error":{"type":"overloaded_error","message":"Overloaded"}})", TROUPE_E_OVERLOADED, ""},
      {529, std::string(says::kOverloaded), TROUPE_E_OVERLOADED, "answered 529 (overloaded_error): Overloaded"},
      {504, R"({"error":{"type":"timeout_error","message":"slow"}})", TROUPE_E_TRANSIENT, ""},
      {404, "", TROUPE_E_PERMANENT_REQUEST,
       R"(answered 404; is "base_url" right? It is mostly https://api.anthropic.com)"},
  }));
  CAPTURE(row.status, row.body);
  const auto error = errorFor(row.status, row.body);
  CHECK(error.code() == row.code);
  if (!row.message.empty()) CHECK(std::string(error.what()) == row.message);
}

TEST_CASE("anthropic: how long to wait", "[anthropic]") {
  CHECK(errorFor(429, says::kTooFast, {{"retry-after", "7"}}).retryAfterMs() == 7000);
  CHECK(errorFor(429, says::kTooFast).retryAfterMs() == -1);
  CHECK(errorFor(400, says::kSpent).code() == TROUPE_E_QUOTA_GONE);
  CHECK(errorFor(400, says::kSpent).retryAfterMs() == 54623000);  // Until midnight.
  CHECK(errorFor(500, "", {{"x-should-retry", "false"}}).code() == TROUPE_E_PERMANENT_REQUEST);
  CHECK(std::string(errorFor(500, "", {{"request-id", "req_9"}}).what()) == "answered 500 [req_9]");
}

TEST_CASE("anthropic: the list of models comes in pages", "[anthropic]") {
  std::vector<providers::Model> models;
  CHECK(readModels(says::kModels, models) == "claude-opus-4-1-20250805");
  CHECK(readModels(says::kLastModels, models).empty());
  CHECK(providers::modelsJson(models) ==
        R"({"models":[{"id":"claude-opus-4-1-20250805","name":"Claude Opus 4.1","context":200000},)"
        R"({"id":"claude-3-haiku-20240307","name":"Claude Haiku 3"}]})");
  CHECK(failureOf([&] { readModels(R"({"data":{}})", models); }).message ==
        "the answer has an object at /data, where an array should be");
}

TEST_CASE("anthropic: answers that are cut or changed anywhere have a class", "[anthropic]") {
  std::vector<std::string> originals{std::string(says::kMessage), std::string(says::kOverloaded)};
  for (const auto event : says::kStream) originals.emplace_back(event);
  checkChanged(originals, [](const std::string& text) {
    const auto whole = failureOf([&] { candidate(text); });
    const auto piece = failureOf([&] {
      MessageStream stream;
      stream.take(text);
      candidateOf(stream.finish(), "asked");
    });
    return whole.code != TROUPE_E_INTERNAL && piece.code != TROUPE_E_INTERNAL;
  });
}
