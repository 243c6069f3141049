// What a bad status means: class, words, and how long to wait.
#include <catch2/catch.hpp>

#include "openai/errors.hpp"
#include "support/llm_answers.hpp"
#include "support/retry_after.hpp"

namespace {

using namespace troupe;
using namespace troupe::test;
using Catch::Matchers::Contains;

constexpr std::int64_t kNow = 784111777000;  // Sun, 06 Nov 1994 08:49:37 GMT

using Headers = std::map<std::string, std::string, std::less<>>;

Error errorFor(int status, std::string body = "", Headers headers = {}) {
  HttpResponse answer;
  answer.status = status;
  answer.headers = std::move(headers);
  answer.body = std::move(body);
  return openai::errorOf(answer, kNow);
}

std::string said(const std::string& message, const std::string& more = "") {
  return R"({"error":{"message":")" + message + "\"" + more + "}}";
}

}  // namespace

TEST_CASE("each status has its class", "[openai]") {
  const auto [status, code] = GENERATE(table<int, int>({
      {301, TROUPE_E_PERMANENT_REQUEST},
      {302, TROUPE_E_PERMANENT_REQUEST},
      {307, TROUPE_E_PERMANENT_REQUEST},
      {400, TROUPE_E_PERMANENT_REQUEST},
      {401, TROUPE_E_AUTH},
      {402, TROUPE_E_QUOTA_GONE},
      {403, TROUPE_E_AUTH},
      {404, TROUPE_E_PERMANENT_REQUEST},
      {405, TROUPE_E_PERMANENT_REQUEST},
      {408, TROUPE_E_TRANSIENT},
      {409, TROUPE_E_TRANSIENT},
      {413, TROUPE_E_PERMANENT_REQUEST},
      {422, TROUPE_E_PERMANENT_REQUEST},
      {424, TROUPE_E_PERMANENT_REQUEST},
      {429, TROUPE_E_RATE_LIMITED},
      {498, TROUPE_E_OVERLOADED},
      {499, TROUPE_E_TRANSIENT},
      {500, TROUPE_E_TRANSIENT},
      {501, TROUPE_E_UNSUPPORTED},
      {502, TROUPE_E_TRANSIENT},
      {503, TROUPE_E_OVERLOADED},
      {504, TROUPE_E_TRANSIENT},
      {524, TROUPE_E_TRANSIENT},
      {529, TROUPE_E_OVERLOADED},
  }));
  CAPTURE(status);
  CHECK(errorFor(status).code() == code);
  CHECK(errorFor(status, said("words")).code() == code);
}

TEST_CASE("a body can say more than its status", "[openai]") {
  struct Row {
    int status;
    std::string body;
    int code;
  };
  const auto row = GENERATE(values<Row>({
      {429, std::string(llm::kNoQuota), TROUPE_E_QUOTA_GONE},
      {429, said("x", R"(,"code":"credit_balance_exhausted")"), TROUPE_E_QUOTA_GONE},
      {429, said("x", R"(,"code":"organization_spend_limit_exceeded")"), TROUPE_E_QUOTA_GONE},
      {429, said("x", R"(,"code":"project_spend_limit_exceeded")"), TROUPE_E_QUOTA_GONE},
      {429, said("x", R"(,"code":"organization_usage_limit_exceeded")"), TROUPE_E_QUOTA_GONE},
      {429, said("x", R"(,"type":"insufficient_quota","code":null)"), TROUPE_E_QUOTA_GONE},
      {429, std::string(llm::kTooFast), TROUPE_E_RATE_LIMITED},
      {429, std::string(llm::kGroqTooFast), TROUPE_E_RATE_LIMITED},
      {429, std::string(llm::kGroqDayGone), TROUPE_E_QUOTA_GONE},
      {429, said("on requests per day (RPD): Limit 1000, Used 1000"), TROUPE_E_QUOTA_GONE},
      {429, said("Rate limit exceeded: free-models-per-day"), TROUPE_E_QUOTA_GONE},
      {413, said("too large ... on tokens per day (TPD)"), TROUPE_E_PERMANENT_REQUEST},
      {503, std::string(llm::kLlamaLoading), TROUPE_E_OVERLOADED},
      {403, std::string(llm::kFlagged), TROUPE_E_CONTENT},
      {400, said("filtered", R"(,"code":"content_filter")"), TROUPE_E_CONTENT},
      {400, said("no", R"(,"code":"content_policy_violation")"), TROUPE_E_CONTENT},
      {400, said("the code is a number", R"(,"code":500)"), TROUPE_E_PERMANENT_REQUEST},  // The status counts.
  }));
  CAPTURE(row.status, row.body);
  CHECK(errorFor(row.status, row.body).code() == row.code);
}

TEST_CASE("x-should-retry decides whether there is another attempt", "[openai]") {
  const auto [status, value, code] = GENERATE(table<int, std::string, int>({
      {500, "false", TROUPE_E_PERMANENT_REQUEST},
      {429, "false", TROUPE_E_PERMANENT_REQUEST},
      {503, "false", TROUPE_E_PERMANENT_REQUEST},
      {400, "true", TROUPE_E_TRANSIENT},
      {401, "true", TROUPE_E_TRANSIENT},
      {429, "true", TROUPE_E_RATE_LIMITED},
      {402, "true", TROUPE_E_QUOTA_GONE},
      {401, "false", TROUPE_E_AUTH},
      {500, "maybe", TROUPE_E_TRANSIENT},
  }));
  CAPTURE(status, value);
  CHECK(errorFor(status, "", {{"x-should-retry", value}}).code() == code);
}

TEST_CASE("how long to wait is in one of four places", "[openai]") {
  struct Row {
    Headers headers;
    std::string body;
    std::int64_t ms;
  };
  const auto row = GENERATE(values<Row>({
      {{}, "", -1},
      {{{"retry-after", "7"}}, "", 7000},
      {{{"retry-after", "1.5"}}, "", 1500},
      {{{"retry-after", "0"}}, "", 0},
      {{{"retry-after", "Sun, 06 Nov 1994 08:50:07 GMT"}}, "", 30000},
      {{{"retry-after", "Sun, 06 Nov 1994 08:00:00 GMT"}}, "", 0},
      {{{"retry-after-ms", "250"}, {"retry-after", "7"}}, "", 250},
      {{{"retry-after-ms", "soon"}, {"retry-after", "7"}}, "", 7000},
      {{{"retry-after", "-3"}}, "", -1},
      {{{"retry-after", "nan"}}, "", -1},
      {{{"retry-after", "inf"}}, "", -1},
      {{{"retry-after", "1e400"}}, "", -1},
      {{{"retry-after", "99999999999999999999"}}, "", -1},
      {{{"retry-after", "7 or so"}}, "", -1},
      {{{"retry-after", "Sun, 06 Foo 1994 08:50:07 GMT"}}, "", -1},
      {{{"retry-after", "2"}}, std::string(llm::kGroqTooFast), 2000},
      {{}, std::string(llm::kGroqTooFast), 5289},
      {{}, std::string(llm::kTooFast), 20000},
      {{}, std::string(llm::kGroqDayGone), 414720},
      {{}, said("Please try again in 2m3.5s."), 123500},
      {{}, said("Please try again in 6m 11.52s."), 371520},
      {{}, said("Please try again in 850ms."), 850},
      {{}, said("Please try again in 1h2m3s"), 3723000},
      {{}, said("Please try again in a while"), -1},
  }));
  CAPTURE(row.headers, row.body);
  CHECK(errorFor(429, row.body, row.headers).retryAfterMs() == row.ms);
}

TEST_CASE("an HTTP date is read to the second", "[openai]") {
  CHECK(providers::httpDateMs("Sun, 06 Nov 1994 08:49:37 GMT") == kNow);
  CHECK(providers::httpDateMs("Thu, 29 Feb 2024 23:59:59 GMT") == 1709251199000);
  CHECK_FALSE(providers::httpDateMs("Sunday, 06-Nov-94 08:49:37 GMT"));
  CHECK_FALSE(providers::httpDateMs("Sun, 06 Nov 1994 08:49:37"));
}

TEST_CASE("the message is in the server's own words, whatever shape they have", "[openai]") {
  struct Row {
    int status;
    std::string body;
    Headers headers;
    std::string message;
  };
  const auto row = GENERATE(values<Row>({
      {404,
       std::string(llm::kNoModel),
       {},
       R"(answered 404 (model_not_found): The model `gpt-99` does not exist or you do not have access to it.; is there such a model? See "model")"},
      {401,
       std::string(llm::kBadKey),
       {},
       "answered 401 (invalid_api_key): Incorrect API key provided: *** You can find your API key at "
       "https://platform.openai.com/account/api-keys."},
      {401,
       said("Incorrect API key provided: 'sk-proj-...sQoA'. See gsk_abc"),
       {},
       "answered 401: Incorrect API key provided: *** See ***"},
      {503, std::string(llm::kLlamaLoading), {}, "answered 503 (unavailable_error): Loading model"},
      {404,
       R"({"error":"model 'x' not found"})",
       {},
       R"(answered 404: model 'x' not found; is there such a model? See "model")"},
      {400,
       R"({"object":"error","message":"too long","type":"BadRequestError","code":400})",
       {},
       "answered 400 (BadRequestError): too long"},
      {422,
       R"({"detail":[{"loc":["body","top_k"],"msg":"Input should be a valid integer","type":"int_parsing"}]})",
       {},
       "answered 422: Input should be a valid integer"},
      {401, R"({"detail":"Unauthorized"})", {}, "answered 401: Unauthorized"},
      {400,
       said("Unsupported parameter: 'max_tokens' is not supported with this model.",
            R"(,"code":"unsupported_parameter")"),
       {},
       "answered 400 (unsupported_parameter): Unsupported parameter: 'max_tokens' is not supported with this model.; "
       R"(see "max_tokens_field")"},
      {502,
       "<!DOCTYPE html><html><head><title>502 Bad Gateway</title><style>p{}</style></head><body><h1>Bad\n"
       "gateway</h1><script>x<y</script>try later</body></html>",
       {},
       "answered 502: a page instead of JSON: 502 Bad Gateway Bad gateway try later"},
      {404,
       "404 page not found",
       {{"content-type", "text/plain"}},
       R"(answered 404: 404 page not found; is "base_url" right? It mostly ends in /v1)"},
      {308,
       "",
       {{"location", "https://other.example/v1"}},
       "answered 308: https://other.example/v1; redirects are not followed: set base_url to where it leads"},
      {500, "", {}, "answered 500"},
      {500,
       "{\"error\":{\"message\":\"line\\r\\nbreak \\u001b[31m \xff\"}}",
       {},
       R"(answered 500: line break \x1b[31m \xff)"},
      {500,
       "<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>",
       {},
       "answered 500: a page instead of JSON: AccessDenied"},
      {500, R"({"message":"not a page"})", {{"content-type", "text/html"}}, "answered 500: not a page"},
      {500, "<html", {}, "answered 500: a page instead of JSON: "},
  }));
  CAPTURE(row.body);
  CHECK(std::string(errorFor(row.status, row.body, row.headers).what()) == row.message);
}

TEST_CASE("a long message is cut, and odd bodies do no harm", "[openai]") {
  const std::string message = errorFor(500, said(std::string(100000, 'x'))).what();
  CHECK(message.size() < 330);
  CHECK_THAT(message, Catch::EndsWith("..."));
  for (const auto& body : {std::string(1000000, '['), std::string("[]"), std::string("null"), std::string(10, '\0'),
                           std::string(R"({"error":[]})"), std::string(R"({"error":{"message":5,"code":{}}})"),
                           std::string(R"({"detail":[]})"), std::string(R"({"detail":[5]})")})
    CHECK(errorFor(500, body).code() == TROUPE_E_TRANSIENT);
}
