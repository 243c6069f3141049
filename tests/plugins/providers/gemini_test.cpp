// generateContent: what is sent for which options, and what its answers and errors mean.
#include <catch2/catch.hpp>

#include "changed_answers.hpp"
#include "gemini/content_stream.hpp"
#include "gemini/errors.hpp"
#include "gemini/model_list.hpp"
#include "gemini/request.hpp"
#include "model_options.hpp"
#include "support/gemini_answers.hpp"

namespace {

using namespace troupe;
using namespace troupe::gemini;
using namespace troupe::test;
namespace says = gemini_says;

gemini::Settings settingsWith(const std::string& members) {
  const auto text = providerOptions("gemini", members);
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
  if (const auto* seed = ask.params.find("seed")) ask.seed = seed->GetInt64();
  return requestFor(settings, ask);
}

const std::string kHi = R"({"contents":[{"role":"user","parts":[{"text":"Hi."}]}])";

std::string candidate(std::string_view body) { return candidateOf(readAnswer(body), "asked"); }

Error errorFor(int status, std::string_view body, std::map<std::string, std::string, std::less<>> headers = {}) {
  HttpResponse answer;
  answer.status = status;
  answer.headers = std::move(headers);
  answer.body = body;
  return errorOf(answer, 0);
}

std::string answered(const std::string& candidate, const std::string& more = "") {
  return R"({"candidates":[)" + candidate + "]" + more + "}";
}

}  // namespace

TEST_CASE("gemini: the request without options is the smallest one", "[gemini]") {
  const auto request = requestWith(R"("api_key":"${secret:KEY}")");
  CHECK(request.url == "https://generativelanguage.googleapis.com/v1beta/models/m-1:generateContent");
  CHECK(request.headers == std::vector<std::pair<std::string, std::string>>{{"Content-Type", "application/json"},
                                                                            {"x-goog-api-key", "${secret:KEY}"}});
  CHECK(request.body == kHi + R"(,"generationConfig":{"seed":42}})");
  CHECK(requestWith(R"("seed":false)").body == kHi + "}");
}

TEST_CASE("gemini: each option becomes its member of the request", "[gemini]") {
  struct Row {
    std::string options, members;
  };
  const auto row = GENERATE(values<Row>({
      {R"("temperature":0.7,"top_p":0.9,"top_k":5,"max_tokens":300,"stop":["END"])",
       R"("generationConfig":{"seed":42,"temperature":0.7,"topP":0.9,"topK":5,"maxOutputTokens":300,"stopSequences":["END"]})"},
      {R"("thinking_budget":0)", R"("generationConfig":{"seed":42,"thinkingConfig":{"thinkingBudget":0}})"},
      {R"("thinking_level":"low")", R"("generationConfig":{"seed":42,"thinkingConfig":{"thinkingLevel":"low"}})"},
      {R"("response_format":"json_object")", R"("generationConfig":{"seed":42,"responseMimeType":"application/json"})"},
      {R"("response_schema":"{\"type\":\"object\"}")",
       R"("generationConfig":{"seed":42,"responseMimeType":"application/json","responseJsonSchema":{"type":"object"}})"},
      {R"("safety":{"HARASSMENT":"BLOCK_NONE","HARM_CATEGORY_HATE_SPEECH":"OFF"})",
       R"("generationConfig":{"seed":42},"safetySettings":[{"category":"HARM_CATEGORY_HARASSMENT","threshold":"BLOCK_NONE"},{"category":"HARM_CATEGORY_HATE_SPEECH","threshold":"OFF"}])"},
      {R"("temperature":1,"extra":{"cachedContent":"c","generationConfig":{"temperature":0.5,"seed":5}})",
       R"("generationConfig":{"temperature":0.5,"seed":5},"cachedContent":"c")"},
  }));
  CAPTURE(row.options);
  CHECK(requestWith(row.options).body == kHi + "," + row.members + "}");
}

TEST_CASE("gemini: what a call asks for wins over the options", "[gemini]") {
  struct Row {
    std::string options, params, config;
  };
  const auto row = GENERATE(values<Row>({
      {R"("temperature":0.7,"max_tokens":900)", R"({"temperature":0,"max_tokens":50,"stop":["."],"seed":9})",
       R"({"seed":9,"temperature":0,"maxOutputTokens":50,"stopSequences":["."]})"},
      {R"("response_format":"text")", R"({"response_schema":{"type":"object"}})",
       R"({"seed":42,"responseMimeType":"application/json","responseJsonSchema":{"type":"object"}})"},
      {R"("extra":{"generationConfig":{"seed":5}})", R"({"seed":2147483649})", R"({"seed":1})"},
      {R"("leave_out":["seed","temperature"],"temperature":1)", R"({"seed":9,"temperature":0})",
       R"({"seed":42,"temperature":1})"},
  }));
  CAPTURE(row.options, row.params);
  CHECK(requestWith(row.options, R"([{"role":"user","content":"Hi."}])", row.params).body ==
        kHi + R"(,"generationConfig":)" + row.config + "}");
}

TEST_CASE("gemini: messages take turns and the system stands apart", "[gemini]") {
  CHECK(
      requestWith(
          R"("seed":false,"system":"Be brief.","schema_by":"prompt","response_schema":{"type":"object"})",
          R"([{"role":"system","content":"You write."},{"role":"user","content":"A"},{"role":"assistant","content":"B"},{"role":"user","content":"C"},{"role":"user","content":"D"}])")
          .body ==
      R"({"systemInstruction":{"parts":[{"text":"Be brief.\n\nYou write.\n\nAnswer with JSON and nothing else, without a code fence. It must fit this JSON Schema:\n{\"type\":\"object\"}"}]},)"
      R"("contents":[{"role":"user","parts":[{"text":"A"}]},{"role":"model","parts":[{"text":"B"}]},{"role":"user","parts":[{"text":"C\n\nD"}]}]})");
}

TEST_CASE("gemini: the address is made of base and model however they are written", "[gemini]") {
  const auto url = [](const std::string& options) { return settingsWith(options).url; };
  CHECK(resourceOf("gemini-x") == "models/gemini-x");
  CHECK(resourceOf("models/gemini-x") == "models/gemini-x");
  CHECK(resourceOf("tunedModels/mine") == "tunedModels/mine");
  CHECK(resourceOf("a b?c") == "models/a%20b%3Fc");
  const std::string here = R"("base_url":"http://h:1")";
  CHECK(url(here + R"(,"stream":true)") == "http://h:1/v1beta/models/m-1:streamGenerateContent?alt=sse");
  CHECK(url(R"("base_url":"http://h:1/v1beta/")") == "http://h:1/v1beta/models/m-1:generateContent");
  CHECK(url(R"("base_url":"http://h:1/v1")") == "http://h:1/v1/models/m-1:generateContent");
  CHECK(url(R"("base_url":"http://h:1/video?k=1")") == "http://h:1/video/v1beta/models/m-1:generateContent?k=1");
  CHECK(modelsRequest(settingsWith(here), "").url == "http://h:1/v1beta/models?pageSize=1000");
  CHECK(modelsRequest(settingsWith(here), "a/b=").url == "http://h:1/v1beta/models?pageSize=1000&pageToken=a%2Fb%3D");
}

TEST_CASE("gemini: options that contradict each other are refused with a sentence", "[gemini]") {
  struct Row {
    std::string options, sentence;
  };
  const auto row = GENERATE(values<Row>({
      {R"("thinking_budget":1,"thinking_level":"low")", R"(give either "thinking_budget" or "thinking_level")"},
      {R"("extra":{"contents":[]})", R"("extra" must not hold "contents")"},
      {R"("extra":{"generationConfig":1})", R"("generationConfig" of "extra" is no object)"},
      {R"("headers":{"X-Goog-Api-Key":"x"})", R"("headers" must not hold "x-goog-api-key"; it is made of "api_key")"},
      {R"("response_schema":{},"response_format":"text")", R"(give either "response_format" or "response_schema")"},
  }));
  CHECK(refusalOf(settingsOf, providerOptions("gemini", row.options)) == row.sentence);
}

TEST_CASE("gemini: documented answers become candidates", "[gemini]") {
  CHECK(candidate(says::kAnswer) == R"({"text":"Hello there.","finish":"stop","model":"gemini-2.5-flash",)"
                                    R"("usage":{"input":9,"output":52,"cached":4,"reasoning":40}})");
  ContentStream stream;
  std::string text;
  for (const auto piece : says::kStream) text += stream.take(piece);
  CHECK(text == "Hello");
  CHECK(candidateOf(stream.finish(), "asked") ==
        R"({"text":"Hello","finish":"stop","model":"gemini-2.5-flash","usage":{"input":9,"output":2}})");
}

TEST_CASE("gemini: why it stopped decides what becomes of the answer", "[gemini]") {
  const auto [reason, finish] = GENERATE(table<std::string, std::string>({
      {"STOP", "stop"},
      {"FINISH_REASON_UNSPECIFIED", "stop"},
      {"MAX_TOKENS", "length"},
      {"SAFETY", "content"},
      {"RECITATION", "content"},
      {"LANGUAGE", "content"},
      {"OTHER", "content"},
      {"BLOCKLIST", "content"},
      {"PROHIBITED_CONTENT", "content"},
      {"SPII", "content"},
      {"MALFORMED_FUNCTION_CALL", "stop"},
  }));
  CHECK(candidate(answered(R"({"content":{"parts":[{"text":"a"}]},"finishReason":")" + reason + "\"}")) ==
        R"({"text":"a","finish":")" + finish + R"(","model":"asked","usage":{}})");
}

TEST_CASE("gemini: an answer without text has a class and a reason", "[gemini]") {
  struct Row {
    std::string body;
    int code;
    std::string message;
  };
  const auto row = GENERATE(values<Row>({
      {std::string(says::kBlocked), TROUPE_E_CONTENT, "the model refused: the prompt is blocked (PROHIBITED_CONTENT)"},
      {std::string(says::kFiltered), TROUPE_E_CONTENT, "a content filter took the whole answer (finishReason SAFETY)"},
      {std::string(says::kThoughtAway), TROUPE_E_TRUNCATED,
       "the token limit was reached before any text (299 tokens of reasoning); raise max_tokens"},
      {answered(R"({"content":{"role":"model"},"finishReason":"STOP"})"), TROUPE_E_CONTENT,
       "the answer is empty (finishReason STOP)"},
      {answered(R"({"finishReason":"MALFORMED_FUNCTION_CALL"})"), TROUPE_E_CONTENT,
       "the model called a tool instead of answering"},
      {answered(R"({"content":{"parts":[{"functionCall":{"name":"f"}}]},"finishReason":"STOP"})"), TROUPE_E_CONTENT,
       "the model called a tool instead of answering"},
      {answered(R"({"content":{"parts":[{"text":"only a thought","thought":true}]},"finishReason":"STOP"})"),
       TROUPE_E_CONTENT, "the answer is empty (finishReason STOP)"},
  }));
  CAPTURE(row.body);
  const auto failed = failureOf([&] { candidate(row.body); });
  CHECK(failed.code == row.code);
  CHECK(failed.message == row.message);
}

TEST_CASE("gemini: what is no answer is malformed with its place", "[gemini]") {
  const auto [body, words] = GENERATE(table<std::string, std::string>({
      {"{}", "the answer has nothing at /candidates, where an array should be"},
      {R"({"candidates":{}})", "the answer has an object at /candidates, where an array should be"},
      {R"({"candidates":[]})", "the answer has an empty array at /candidates"},
      {answered("1"), "the answer has a number at /candidates/0, where an object should be"},
      {answered(R"({"content":"x"})"), "the answer has a string at /candidates/0/content, where an object should be"},
      {answered(R"({"content":{"parts":{}}})"),
       "the answer has an object at /candidates/0/content/parts, where an array should be"},
      {answered(R"({"content":{"parts":["x"]}})"),
       "the answer has a string at /candidates/0/content/parts/0, where an object should be"},
      {answered(R"({"content":{"parts":[{"text":1}]}})"),
       "the answer has a number at /candidates/0/content/parts/0/text, where a string should be"},
  }));
  const auto failed = failureOf([body = body] { candidate(body); });
  CHECK(failed.code == TROUPE_E_MALFORMED);
  CHECK(failed.message == words);
}

TEST_CASE("gemini: a stream ends with a reason or was cut off", "[gemini]") {
  ContentStream stream;
  stream.take(says::kStream[0]);
  const auto failed = failureOf([&] { stream.finish(); });
  CHECK(failed.code == TROUPE_E_TRANSIENT);
  CHECK(failed.message == "the stream ended before the answer did");
  CHECK(stream.answer().usage.input == 9);
  CHECK(failureOf([&] { stream.take(says::kBusy); }).code == TROUPE_E_OVERLOADED);
  ContentStream blocked;
  blocked.take(says::kBlocked);
  CHECK(failureOf([&] { candidateOf(blocked.finish(), "m"); }).code == TROUPE_E_CONTENT);
}

TEST_CASE("gemini: an error counts by what its details say", "[gemini]") {
  struct Row {
    int status;
    std::string body;
    int code;
    std::int64_t wait_ms;
  };
  const auto row = GENERATE(values<Row>({
      {400, std::string(says::kBadKey), TROUPE_E_AUTH, -1},
      {400, std::string(says::kNoFreeTier), TROUPE_E_AUTH, -1},
      {400, R"({"error":{"code":400,"message":"Invalid value","status":"INVALID_ARGUMENT"}})",
       TROUPE_E_PERMANENT_REQUEST, -1},
      {429, std::string(says::kDayGone), TROUPE_E_QUOTA_GONE, -1},
      {429, std::string(says::kTooFast), TROUPE_E_RATE_LIMITED, 20044},
      {429, std::string(says::kNotInPlan), TROUPE_E_QUOTA_GONE, -1},
      {429, R"({"error":{"code":429,"message":"Please retry in 2.5s.","status":"RESOURCE_EXHAUSTED"}})",
       TROUPE_E_RATE_LIMITED, 2500},
      {429, R"({"error":{"message":"Your project has exceeded its monthly spending cap."}})", TROUPE_E_QUOTA_GONE, -1},
      {402, "", TROUPE_E_QUOTA_GONE, -1},
      {503, std::string(says::kBusy), TROUPE_E_OVERLOADED, -1},
      {504, R"({"error":{"code":504,"message":"Deadline expired","status":"DEADLINE_EXCEEDED"}})", TROUPE_E_TRANSIENT,
       -1},
      {503, "[" + std::string(says::kBusy) + "]", TROUPE_E_OVERLOADED, -1},
      {429, R"({"error":{"details":[5,{"violations":[7,{"quotaId":1}]},{"retryDelay":"soon"}]}})",
       TROUPE_E_RATE_LIMITED, -1},
  }));
  CAPTURE(row.status, row.body);
  CHECK(errorFor(row.status, row.body).code() == row.code);
  CHECK(errorFor(row.status, row.body).retryAfterMs() == row.wait_ms);
  CHECK(std::string(errorFor(503, "[" + std::string(says::kBusy) + "]").what()) ==
        "answered 503 (UNAVAILABLE): The model is overloaded. Please try again later.");
  CHECK(errorFor(429, says::kTooFast, {{"retry-after", "3"}}).retryAfterMs() == 3000);
}

TEST_CASE("gemini: the list of models comes in pages and has those that write", "[gemini]") {
  std::vector<providers::Model> models;
  CHECK(readModels(says::kModels, models) == "Ch/t+b=");
  CHECK(readModels(says::kLastModels, models).empty());
  CHECK(readModels("{}", models).empty());
  CHECK(providers::modelsJson(models) ==
        R"({"models":[{"id":"gemini-2.5-flash","name":"Gemini 2.5 Flash","context":1048576},)"
        R"({"id":"gemma-3-27b-it","name":"Gemma 3 27B","context":131072}]})");
  CHECK(failureOf([&] { readModels(R"({"models":7})", models); }).code == TROUPE_E_MALFORMED);
}

TEST_CASE("gemini: answers that are cut or changed anywhere have a class", "[gemini]") {
  std::vector<std::string> originals;
  for (const auto whole : {says::kAnswer, says::kBlocked, says::kThoughtAway, says::kBusy})
    originals.emplace_back(whole);
  for (const auto piece : says::kStream) originals.emplace_back(piece);
  checkChanged(originals, [](const std::string& text) {
    const auto whole = failureOf([&] { candidate(text); });
    const auto piece = failureOf([&] {
      ContentStream stream;
      stream.take(text);
      candidateOf(stream.finish(), "asked");
    });
    return whole.code != TROUPE_E_INTERNAL && piece.code != TROUPE_E_INTERNAL;
  });
}
