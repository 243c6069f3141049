// What the providers share.
#include <catch2/catch.hpp>

#include "model_options.hpp"
#include "support/ask.hpp"
#include "support/rate_headers.hpp"
#include "support/retry_after.hpp"

namespace {

using namespace troupe;
using namespace troupe::providers;
using troupe::test::failureOf;

using Headers = std::map<std::string, std::string, std::less<>>;

std::vector<std::string> limits(Headers headers, const std::string& url = "https://api.openai.com/v1") {
  HttpResponse answer;
  answer.headers = std::move(headers);
  std::vector<std::string> out;
  for (const auto& one : rateLimits(answer, url, 784111777000))
    out.push_back(one.name + " " + std::to_string(one.limit) + " " + std::to_string(one.remaining) + " " +
                  std::to_string(one.reset_ms));
  return out;
}

}  // namespace

TEST_CASE("limits are read from the headers of OpenAI and its like", "[providers]") {
  const Headers openai = {{"x-ratelimit-limit-requests", "60"},     {"x-ratelimit-limit-tokens", "150000"},
                          {"x-ratelimit-remaining-requests", "59"}, {"x-ratelimit-remaining-tokens", "149984"},
                          {"x-ratelimit-reset-requests", "1s"},     {"x-ratelimit-reset-tokens", "6m0s"}};
  CHECK(limits(openai) == std::vector<std::string>{"requests 60 59 1000", "tokens 150000 149984 360000"});
  for (const std::string url : {"https://api.groq.com/openai/v1", "https://api.groq.com:443/x"})
    CHECK(limits(openai, url) == std::vector<std::string>{"requests_day 60 59 1000", "tokens 150000 149984 360000"});
  CHECK(limits(openai, "https://notapi.groq.com/").front() == "requests 60 59 1000");
  CHECK(limits({{"x-ratelimit-limit-requests-day", "1000"},
                {"x-ratelimit-remaining-tokens-minute", "5"},
                {"x-ratelimit-reset-tokens-minute", "11.3823"}}) ==
        std::vector<std::string>{"tokens -1 5 11383", "requests_day 1000 -1 -1"});
  CHECK(limits({{"x-ratelimit-remaining-requests", "7"}}) == std::vector<std::string>{"requests -1 7 -1"});
}

TEST_CASE("limits are read from the headers of Anthropic", "[providers]") {
  CHECK(limits({{"anthropic-ratelimit-requests-limit", "50"},
                {"anthropic-ratelimit-requests-remaining", "49"},
                {"anthropic-ratelimit-requests-reset", "1994-11-06T08:49:47Z"},
                {"anthropic-ratelimit-input-tokens-limit", "30000"},
                {"anthropic-ratelimit-output-tokens-remaining", "8000"},
                {"anthropic-ratelimit-tokens-reset", "1994-11-06T08:00:00Z"}}) ==
        std::vector<std::string>{"requests 50 49 10000", "tokens -1 -1 0", "input_tokens 30000 -1 -1",
                                 "output_tokens -1 8000 -1"});
}

TEST_CASE("headers that tell no limit are none", "[providers]") {
  CHECK(limits({}).empty());
  CHECK(limits({{"x-ratelimit-limit-requests", "many"},
                {"x-ratelimit-remaining-requests", "-1"},
                {"x-ratelimit-reset-requests", "soon"},
                {"x-ratelimit-limit-tokens", "1.5"},
                {"x-ratelimit-remaining-tokens", "99999999999999999999"},
                {"x-ratelimit-reset-tokens", "1741569952"}})
            .empty());
}

TEST_CASE("a time by RFC 3339 is read to the second", "[providers]") {
  CHECK(rfc3339Ms("1994-11-06T08:49:37Z") == 784111777000);
  CHECK(rfc3339Ms("1994-11-06T08:49:37.123456Z") == 784111777000);
  CHECK(rfc3339Ms("1994-11-06T09:49:37+01:00") == 784111777000);
  CHECK(rfc3339Ms("1994-11-06t08:19:37-00:30") == 784111777000);
  for (const auto* text : {"", "1994-11-06", "1994-11-06T08:49:37", "1994-11-06T08:49:37+1", "1994-11-06T08:49:37Zx",
                           "1994-11-06T08:49:37 GMT", "1994-11-06T08:49:37.", "x"})
    CHECK_FALSE(rfc3339Ms(text));
}

TEST_CASE("a param that has not its type is refused with a sentence", "[providers]") {
  const auto [json, sentence] = GENERATE(table<std::string, std::string>({
      {"[]", R"("params" is no object)"},
      {R"({"temperature":"hot"})", R"("temperature" of "params" is not a number from 0)"},
      {R"({"temperature":-1})", R"("temperature" of "params" is not a number from 0)"},
      {R"({"max_tokens":0})", R"("max_tokens" of "params" is not an integer from 1)"},
      {R"({"seed":1.5})", R"("seed" of "params" is not an integer)"},
      {R"({"stop":"x"})", R"("stop" of "params" is not an array of strings)"},
      {R"({"stop":[1]})", R"("stop" of "params" is not an array of strings)"},
      {R"({"response_schema":[]})", R"("response_schema" of "params" is not an object)"},
      {R"({"temperature":null,"seed":-3,"stop":["."],"response_schema":"{}"})", ""},
  }));
  rapidjson::Document document;
  document.Parse(json.c_str());
  const auto failed = failureOf([&] { Params(document, {}); });
  CHECK(failed.message == sentence);
  CHECK(failed.code == (sentence.empty() ? TROUPE_OK : TROUPE_E_PERMANENT_REQUEST));
}

TEST_CASE("an address is where it leads to", "[providers]") {
  CHECK(leadsTo("https://api.groq.com/openai", "api.groq.com"));
  CHECK(leadsTo("https://eu.api.groq.com:443", "api.groq.com"));
  CHECK_FALSE(leadsTo("https://notapi.groq.com", "api.groq.com"));
  CHECK_FALSE(leadsTo("https://evil.example/api.groq.com", "api.groq.com"));
  CHECK(percentEncoded("a/b c\xc3\xa9") == "a%2Fb%20c%C3%A9");
  CHECK(percentEncoded("a/b", "/") == "a/b");
}
