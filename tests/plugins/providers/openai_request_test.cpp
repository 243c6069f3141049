// What is sent for which options.
#include <catch2/catch.hpp>

#include "openai/model_list.hpp"
#include "openai/request.hpp"
#include "openai_options.hpp"

namespace {

using namespace troupe;
using namespace troupe::test;
using Catch::Matchers::Contains;

const std::string kAsk = R"([{"role":"user","content":"Say \"hi\"."}])";

HttpRequest requestWith(const std::string& options, const std::string& messages = kAsk,
                        const std::string& params = "") {
  const auto text = R"({"messages":)" + messages + "}";
  const auto settings = openAiSettings(options);
  rapidjson::Document prompt, given;
  prompt.Parse(text.data(), text.size());
  given.Parse(params.data(), params.size());
  providers::Ask ask{Object(prompt), 42};
  if (!params.empty()) ask.params = providers::Params(given, settings.leave_out);
  if (const auto* seed = ask.params.find("seed")) ask.seed = seed->GetInt64();
  return openai::requestFor(settings, ask);
}

std::string refusal(const std::string& options) {
  try {
    openAiSettings(options);
  } catch (const Error& e) {
    CHECK(e.code() == TROUPE_E_PERMANENT_REQUEST);
    return e.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("the request without options is the smallest one, to OpenAI", "[openai]") {
  const auto request = requestWith("");
  CHECK(request.method == "POST");
  CHECK(request.url == "https://api.openai.com/v1/chat/completions");
  CHECK(request.headers == std::vector<std::pair<std::string, std::string>>{{"Content-Type", "application/json"}});
  CHECK(request.body ==
        R"({"model":"m-1","messages":[{"role":"user","content":"Say \"hi\"."}],"stream":false,"seed":42})");
  CHECK(request.timeout_ms == 86400000);  // The node's limits say how long.
}

TEST_CASE("each option becomes its member of the request", "[openai]") {
  struct Row {
    std::string options, members;
  };
  const auto row = GENERATE(values<Row>({
      {R"("seed":false)", ""},
      {R"("temperature":0)", R"("seed":42,"temperature":0)"},
      {R"("temperature":0.7,"top_p":0.9)", R"("seed":42,"temperature":0.7,"top_p":0.9)"},
      {R"("stop":["\n\n","END"])", R"("seed":42,"stop":["\n\n","END"])"},
      {R"("reasoning_effort":"low","service_tier":"flex")",
       R"("seed":42,"reasoning_effort":"low","service_tier":"flex")"},
      {R"("max_tokens":300)", R"("seed":42,"max_completion_tokens":300)"},
      {R"("max_tokens":300,"max_tokens_field":"max_tokens")", R"("seed":42,"max_tokens":300)"},
      {R"("max_tokens":300,"base_url":"https://eu.api.openai.com/v1")", R"("seed":42,"max_completion_tokens":300)"},
      {R"("max_tokens":300,"base_url":"https://notapi.openai.com/v1")", R"("seed":42,"max_tokens":300)"},
      {R"("max_tokens":300,"base_url":"http://127.0.0.1:8080/v1")", R"("seed":42,"max_tokens":300)"},
      {R"("max_tokens":300,"base_url":"https://api.groq.com/openai/v1","max_tokens_field":"max_completion_tokens")",
       R"("seed":42,"max_completion_tokens":300)"},
      {R"("response_format":"json_object")", R"("seed":42,"response_format":{"type":"json_object"})"},
      {R"("response_schema":{"type":"object"})",
       R"("seed":42,"response_format":{"type":"json_schema","json_schema":{"name":"answer","strict":true,"schema":{"type":"object"}}})"},
      {R"("response_schema":"{\"type\":\"object\"}")",
       R"("seed":42,"response_format":{"type":"json_schema","json_schema":{"name":"answer","strict":true,"schema":{"type":"object"}}})"},
      {R"("extra":{"top_k":20,"min_p":0.05,"chat_template_kwargs":{"enable_thinking":false}})",
       R"("seed":42,"top_k":20,"min_p":0.05,"chat_template_kwargs":{"enable_thinking":false})"},
      {R"("extra":{"a \"b\" \\c":null})", R"("seed":42,"a \"b\" \\c":null)"},
      {R"("temperature":0.7,"extra":{"temperature":1,"seed":5})", R"("temperature":1,"seed":5)"},
  }));
  CAPTURE(row.options);
  CHECK(requestWith(row.options).body == R"({"model":"m-1","messages":)" + kAsk + R"(,"stream":false)" +
                                             (row.members.empty() ? "" : "," + row.members) + "}");
}

TEST_CASE("what a call asks for wins over the options", "[openai]") {
  struct Row {
    std::string options, params, members;
  };
  const auto row = GENERATE(values<Row>({
      {R"("temperature":0.7,"stop":["a"])", R"({"temperature":0,"stop":["b"],"seed":9,"max_tokens":50})",
       R"("seed":9,"temperature":0,"stop":["b"],"max_completion_tokens":50)"},
      {R"("base_url":"http://h/v1","max_tokens":900)", R"({"max_tokens":50})", R"("seed":42,"max_tokens":50)"},
      {R"("extra":{"max_completion_tokens":9,"seed":5},"max_tokens_field":"max_tokens")",
       R"({"max_tokens":50,"seed":6})", R"("seed":6,"max_tokens":50)"},
      {R"("response_format":"json_object")", R"({"response_schema":{"type":"object"}})",
       R"("seed":42,"response_format":{"type":"json_schema","json_schema":{"name":"answer","strict":true,"schema":{"type":"object"}}})"},
      {R"("seed":false,"leave_out":["temperature"])", R"({"seed":9,"temperature":0})", ""},
      {R"("temperature":1)", "{}", R"("seed":42,"temperature":1)"},
  }));
  CAPTURE(row.options, row.params);
  CHECK(requestWith(row.options, kAsk, row.params).body == R"({"model":"m-1","messages":)" + kAsk +
                                                               R"(,"stream":false)" +
                                                               (row.members.empty() ? "" : "," + row.members) + "}");
}

TEST_CASE("a schema may be said in the system message instead", "[openai]") {
  const std::string by_prompt = R"("schema_by":"prompt","response_format":"json_object","system":"Be brief.")";
  const std::string sentence =
      R"(Answer with JSON and nothing else, without a code fence. It must fit this JSON Schema:\n{\"a\":1})";
  CHECK(requestWith(by_prompt + R"(,"response_schema":{"a":1})").body ==
        R"({"model":"m-1","messages":[{"role":"system","content":"Be brief.\n\n)" + sentence + R"("},)" +
            kAsk.substr(1) + R"(,"stream":false,"seed":42,"response_format":{"type":"json_object"}})");
  CHECK_THAT(requestWith(by_prompt + R"(,"response_schema":{"b":2})", R"([{"role":"system","content":"You write."}])",
                         R"({"response_schema":"{\"a\":1}"})")
                 .body,
             Contains(R"({"role":"system","content":"Be brief.\n\nYou write.\n\n)" + sentence + R"("}])"));
}

TEST_CASE("a stream is asked for with its usage", "[openai]") {
  CHECK_THAT(requestWith(R"("stream":true)").body,
             Catch::Contains(R"("stream":true,"stream_options":{"include_usage":true})"));
}

TEST_CASE("options that contradict each other are refused with a sentence", "[openai]") {
  struct Row {
    std::string options, sentence;
  };
  const auto row = GENERATE(values<Row>({
      {R"("extra":{"model":"x"})", R"("extra" must not hold "model")"},
      {R"("extra":{"messages":[]})", R"("extra" must not hold "messages")"},
      {R"("extra":{"stream":true})", R"("extra" must not hold "stream")"},
      {R"("extra":{"n":2})", R"("extra" must not hold "n")"},
      {R"("headers":{"authorization":"x"})", R"("headers" must not hold "Authorization"; it is made of "api_key")"},
      {R"("headers":{"content-type":"x"})", R"("headers" must not hold "Content-Type")"},
      {R"("response_schema":"[1]")", R"("response_schema" is no JSON object)"},
      {R"("response_schema":"{")", R"("response_schema" is no JSON object)"},
      {R"("response_schema":{},"response_format":"text")", R"(give either "response_format" or "response_schema")"},
  }));
  CHECK(refusal(row.options) == row.sentence);
}

TEST_CASE("the key is a reference in the header, never a value", "[openai]") {
  const auto request = requestWith(R"("api_key":"${secret:KEY}","headers":{"OpenAI-Organization":"org-1"})");
  CHECK(request.headers == std::vector<std::pair<std::string, std::string>>{{"OpenAI-Organization", "org-1"},
                                                                            {"Content-Type", "application/json"},
                                                                            {"Authorization", "Bearer ${secret:KEY}"}});
  CHECK_THAT(request.body, !Contains("secret"));
}

TEST_CASE("a system prompt of the node stands first, in one message with the prompt's own", "[openai]") {
  CHECK_THAT(
      requestWith(R"("system":"Be brief.")").body,
      Contains(R"("messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Say \"hi\"."}])"));
  CHECK_THAT(requestWith(R"("system":"Be brief.")",
                         R"([{"role":"system","content":"You write."},{"role":"user","content":"Go."}])")
                 .body,
             Contains(R"([{"role":"system","content":"Be brief.\n\nYou write."},{"role":"user","content":"Go."}])"));
}

TEST_CASE("the address is made of the base, however it is written", "[openai]") {
  using openai::endpointOf;
  CHECK(endpointOf("http://127.0.0.1:8080/v1") == "http://127.0.0.1:8080/v1/chat/completions");
  CHECK(endpointOf("http://127.0.0.1:8080/v1//") == "http://127.0.0.1:8080/v1/chat/completions");
  CHECK(endpointOf("https://h/v1/chat/completions") == "https://h/v1/chat/completions");
  CHECK(endpointOf("https://h/openai/deployments/d?api-version=1") ==
        "https://h/openai/deployments/d/chat/completions?api-version=1");
  const auto settings = openAiSettings(R"("base_url":"http://127.0.0.1:8080/v1")");
  CHECK(settings.place == "m-1 at 127.0.0.1:8080");
  CHECK(openai::modelsRequest(settings).url == "http://127.0.0.1:8080/v1/models");
  CHECK(openai::modelsRequest(openAiSettings(R"("base_url":"https://h/v1/chat/completions?a=1")")).url ==
        "https://h/v1/models?a=1");
}

TEST_CASE("models are listed with what each server says of them", "[openai]") {
  std::vector<providers::Model> models;
  openai::readModels(
      R"({"object":"list","data":[{"id":"a","object":"model","created":1,"owned_by":"openai"},{"id":"b","name":"B","context_length":8192},)"
      R"({"id":"c","context_window":131072},{"id":"d","max_model_len":4096},{"id":"e","meta":{"n_ctx_train":2048}},{"name":"no id"},5]})",
      models);
  CHECK(providers::modelsJson(models) ==
        R"({"models":[{"id":"a","owner":"openai"},{"id":"b","name":"B","context":8192},{"id":"c","context":131072},)"
        R"({"id":"d","context":4096},{"id":"e","context":2048}]})");
  models.clear();
  openai::readModels(R"([{"id":"bare"}])", models);
  CHECK(models.size() == 1);
}
