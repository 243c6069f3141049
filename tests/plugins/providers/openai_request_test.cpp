// What is sent for which options.
#include <catch2/catch.hpp>

#include "openai/request.hpp"
#include "openai_options.hpp"

namespace {

using namespace troupe;
using namespace troupe::test;
using Catch::Matchers::Contains;

const std::string kAsk = R"([{"role":"user","content":"Say \"hi\"."}])";

HttpRequest requestWith(const std::string& options, const std::string& messages = kAsk) {
  const auto text = R"({"messages":)" + messages + "}";
  rapidjson::Document prompt;
  prompt.Parse(text.data(), text.size());
  return openai::requestFor(openAiSettings(options), {Object(prompt), 42});
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
  CHECK(openAiSettings(R"("base_url":"http://127.0.0.1:8080/v1")").place == "m-1 at 127.0.0.1:8080");
}
