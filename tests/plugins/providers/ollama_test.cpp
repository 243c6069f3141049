// Ollama's api/chat: what is sent for which options, and what its answers and errors mean.
#include <catch2/catch.hpp>

#include "changed_answers.hpp"
#include "model_options.hpp"
#include "ollama/chat.hpp"
#include "ollama/errors.hpp"
#include "ollama/model_list.hpp"
#include "ollama/request.hpp"
#include "support/ollama_answers.hpp"

namespace {

using namespace troupe;
using namespace troupe::ollama;
using namespace troupe::test;
namespace says = ollama_says;

ollama::Settings settingsWith(const std::string& members) {
  const auto text = providerOptions("ollama", members);
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

const std::string kHi = R"({"model":"m-1","messages":[{"role":"user","content":"Hi."}],"stream":false)";

std::string candidate(std::string_view body) { return candidateOf(readAnswer(body), "asked"); }

Error errorFor(int status, std::string_view body) {
  HttpResponse answer;
  answer.status = status;
  answer.body = body;
  return errorOf(answer, 0);
}

}  // namespace

TEST_CASE("ollama: the request without options is the smallest one", "[ollama]") {
  const auto request = requestWith("");
  CHECK(request.url == "http://127.0.0.1:11434/api/chat");
  CHECK(request.headers == std::vector<std::pair<std::string, std::string>>{{"Content-Type", "application/json"}});
  CHECK(request.body == kHi + R"(,"options":{"seed":42}})");
  CHECK(requestWith(R"("seed":false)").body == kHi + "}");
  CHECK(requestWith(R"("api_key":"${secret:KEY}")").headers.back() ==
        std::pair<std::string, std::string>("Authorization", "Bearer ${secret:KEY}"));
}

TEST_CASE("ollama: each option becomes its member of the request", "[ollama]") {
  struct Row {
    std::string options, members;
  };
  const auto row = GENERATE(values<Row>({
      {R"("temperature":0.7,"top_p":0.9,"top_k":5,"max_tokens":300,"num_ctx":8192,"stop":["END"])",
       R"("options":{"seed":42,"temperature":0.7,"top_p":0.9,"top_k":5,"num_predict":300,"num_ctx":8192,"stop":["END"]})"},
      {R"("think":false,"keep_alive":"30m")", R"("options":{"seed":42},"think":false,"keep_alive":"30m")"},
      {R"("think":"low","keep_alive":-1)", R"("options":{"seed":42},"think":"low","keep_alive":-1)"},
      {R"("response_format":"json_object")", R"("options":{"seed":42},"format":"json")"},
      {R"("response_schema":"{\"type\":\"object\"}")", R"("options":{"seed":42},"format":{"type":"object"})"},
      {R"("temperature":1,"extra":{"truncate":false,"options":{"temperature":0.5,"min_p":0.05}})",
       R"("options":{"seed":42,"temperature":0.5,"min_p":0.05},"truncate":false)"},
  }));
  CAPTURE(row.options);
  CHECK(requestWith(row.options).body == kHi + "," + row.members + "}");
}

TEST_CASE("ollama: what a call asks for wins over the options", "[ollama]") {
  struct Row {
    std::string options, params, members;
  };
  const auto row = GENERATE(values<Row>({
      {R"("temperature":0.7,"max_tokens":900)", R"({"temperature":0,"max_tokens":50,"stop":["."],"seed":9})",
       R"("options":{"seed":9,"temperature":0,"num_predict":50,"stop":["."]})"},
      {R"("response_format":"json_object")", R"({"response_schema":{"type":"object"}})",
       R"("options":{"seed":42},"format":{"type":"object"})"},
      {R"("seed":false,"leave_out":["stop"])", R"({"stop":["x"],"seed":5,"temperature":1})",
       R"("options":{"temperature":1})"},
  }));
  CAPTURE(row.options, row.params);
  CHECK(requestWith(row.options, R"([{"role":"user","content":"Hi."}])", row.params).body ==
        kHi + "," + row.members + "}");
}

TEST_CASE("ollama: what the node and the schema say to the system is one message with the prompt's own", "[ollama]") {
  CHECK(
      requestWith(
          R"("seed":false,"system":"Be brief.","schema_by":"prompt","response_schema":{"a":1},"response_format":"json_object")",
          R"([{"role":"system","content":"You write."},{"role":"user","content":"A"}])")
          .body ==
      R"({"model":"m-1","messages":[{"role":"system","content":"Be brief.\n\nYou write.\n\nAnswer with JSON and nothing else, without a code fence. It must fit this JSON Schema:\n{\"a\":1}"},{"role":"user","content":"A"}],"stream":false,"format":"json"})");
}

TEST_CASE("ollama: the address is made of the base however it is written", "[ollama]") {
  for (const std::string base : {"http://h:1", "http://h:1//", "http://h:1/api", "http://h:1/api/chat"}) {
    const auto settings = settingsWith(R"("base_url":")" + base + "\"");
    CHECK(settings.url == "http://h:1/api/chat");
    CHECK(settings.models_url == "http://h:1/api/tags");
  }
  CHECK(refusalOf(settingsOf, providerOptions("ollama", R"("extra":{"stream":true})")) ==
        R"("extra" must not hold "stream")");
  CHECK(refusalOf(settingsOf, providerOptions("ollama", R"("extra":{"options":[]})")) ==
        R"("options" of "extra" is no object)");
}

TEST_CASE("ollama: documented answers become candidates", "[ollama]") {
  CHECK(candidate(says::kAnswer) ==
        R"({"text":"Hello! How are you today?","finish":"stop","model":"llama3.2","usage":{"input":26,"output":298}})");
  ChatStream stream;
  std::string text;
  for (const auto line : says::kStream) text += stream.take(line);
  CHECK(text == "The sky");
  CHECK(candidateOf(stream.finish(), "asked") ==
        R"({"text":"The sky","finish":"stop","model":"llama3.2","usage":{"input":26,"output":282}})");
  ChatStream other;
  other.take(says::kStream[1]);
  other.take(says::kLastWithoutMessage);
  CHECK(other.finish().usage.output == 468);
}

TEST_CASE("ollama: an answer without text has a class and a reason", "[ollama]") {
  const auto with = [](const std::string& reason) {
    return R"({"message":{"content":""},"done":true,"done_reason":")" + reason + "\"}";
  };
  CHECK(failureOf([&] { candidate(with("length")); }).code == TROUPE_E_TRUNCATED);
  CHECK(failureOf([&] { candidate(with("load")); }).message == "the answer is empty (done_reason load)");
  CHECK(failureOf([&] { candidate(says::kToolCall); }).message == "the model called a tool instead of answering");
  CHECK(candidate(R"({"message":{"content":"cut"},"done":true,"done_reason":"length"})") ==
        R"({"text":"cut","finish":"length","model":"asked","usage":{}})");
}

TEST_CASE("ollama: what is no answer is malformed with its place", "[ollama]") {
  const auto [body, words] = GENERATE(table<std::string, std::string>({
      {"{}", "the answer has nothing at /message, where an object should be"},
      {R"({"message":"x"})", "the answer has a string at /message, where an object should be"},
      {R"({"message":{"content":1}})", "the answer has a number at /message/content, where a string should be"},
      {R"({"message":{"content":""},"done_reason":1})",
       "the answer has a number at /done_reason, where a string should be"},
  }));
  const auto failed = failureOf([body = body] { candidate(body); });
  CHECK(failed.code == TROUPE_E_MALFORMED);
  CHECK(failed.message == words);
}

TEST_CASE("ollama: a stream ends when it is done or was cut off", "[ollama]") {
  ChatStream stream;
  stream.take(says::kStream[1]);
  CHECK(failureOf([&] { stream.finish(); }).code == TROUPE_E_TRANSIENT);
  const auto broken = failureOf([&] { stream.take(says::kBroken); });
  CHECK(broken.code == TROUPE_E_TRANSIENT);
  CHECK(broken.message == "answered with an error, 500: an error was encountered while running the model");
  stream.take(says::kStream[3]);
  stream.take("rubbish behind the end");
  CHECK(stream.finish().text == "The");
}

TEST_CASE("ollama: a bad status has its class", "[ollama]") {
  struct Row {
    int status;
    std::string body;
    int code;
    std::string message;
  };
  const auto row = GENERATE(values<Row>({
      {404, std::string(says::kNoModel), TROUPE_E_PERMANENT_REQUEST,
       R"(answered 404: model 'llama9' not found; is "model" pulled? See `ollama list`)"},
      {404, "404 page not found", TROUPE_E_PERMANENT_REQUEST,
       R"(answered 404: 404 page not found; is "base_url" right? It mostly ends in the port, 11434)"},
      {503, std::string(says::kBusy), TROUPE_E_OVERLOADED,
       "answered 503: server busy, please try again. maximum pending requests exceeded"},
      {400, R"({"error":"\"llama3.2\" does not support thinking"})", TROUPE_E_PERMANENT_REQUEST,
       R"(answered 400: "llama3.2" does not support thinking)"},
      {429, std::string(says::kUsedUp), TROUPE_E_QUOTA_GONE,
       "answered 429: you've reached your hourly usage limit, please upgrade to continue"},
      {502, R"({"error":{"message":"no cloud"}})", TROUPE_E_TRANSIENT, "answered 502: no cloud"},
  }));
  CHECK(errorFor(row.status, row.body).code() == row.code);
  CHECK(std::string(errorFor(row.status, row.body).what()) == row.message);
}

TEST_CASE("ollama: the list of models is that of those that are pulled", "[ollama]") {
  std::vector<providers::Model> models;
  readModels(says::kModels, models);
  CHECK(providers::modelsJson(models) == R"({"models":[{"id":"deepseek-r1:latest"},{"id":"llama3.2:latest"}]})");
  CHECK(failureOf([&] { readModels("[]", models); }).code == TROUPE_E_MALFORMED);
}

TEST_CASE("ollama: answers that are cut or changed anywhere have a class", "[ollama]") {
  std::vector<std::string> originals{std::string(says::kAnswer), std::string(says::kToolCall),
                                     std::string(says::kBroken)};
  for (const auto line : says::kStream) originals.emplace_back(line);
  checkChanged(originals, [](const std::string& text) {
    const auto whole = failureOf([&] { candidate(text); });
    const auto line = failureOf([&] {
      ChatStream stream;
      stream.take(text);
      candidateOf(stream.finish(), "asked");
    });
    return whole.code != TROUPE_E_INTERNAL && line.code != TROUPE_E_INTERNAL;
  });
}
