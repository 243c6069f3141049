// Answers, whole and in chunks, as real servers send them and as none should.
#include <catch2/catch.hpp>

#include <random>

#include "openai/answer.hpp"
#include "openai/chunks.hpp"
#include "support/llm_answers.hpp"

namespace {

using namespace troupe;
using namespace troupe::openai;
using namespace troupe::test;

struct Failed {
  int code = TROUPE_OK;
  std::string message;
  std::int64_t retry_after_ms = -1;
};

template <typename Fn>
Failed failureOf(Fn fn) {
  try {
    fn();
  } catch (const Error& e) {
    return {e.code(), e.what(), e.retryAfterMs()};
  }
  return {};
}

std::string candidate(std::string_view body) { return candidateOf(readAnswer(body), "asked"); }

std::string answerWith(const std::string& message, const std::string& finish = R"("stop")",
                       const std::string& more = "") {
  return R"({"choices":[{"index":0,"message":)" + message + R"(,"finish_reason":)" + finish + "}]" + more + "}";
}

const Answer& fed(ChunkReader& reader, const std::vector<std::string>& chunks) {
  for (const auto& chunk : chunks) reader.take(chunk);
  return reader.finish();
}

std::string chunkWith(const std::string& choice, const std::string& more = "") {
  return R"({"object":"chat.completion.chunk","choices":[)" + choice + "]" + more + "}";
}

}  // namespace

TEST_CASE("documented answers become candidates", "[openai]") {
  CHECK(candidate(llm::kOpenAi) ==
        R"({"text":"Hello! How can I assist you today?","finish":"stop","model":"gpt-4.1-2025-04-14",)"
        R"("usage":{"input":19,"output":10,"cached":0,"reasoning":0}})");
  CHECK(
      candidate(llm::kGroq) ==
      R"({"text":"Fast language models have gained significant attention","finish":"stop","model":"openai/gpt-oss-20b",)"
      R"("usage":{"input":18,"output":556}})");
  CHECK(candidate(llm::kLlamaCpp) ==
        R"({"text":"Hello there.","finish":"stop","model":"gpt-oss-20b","usage":{"input":71,"output":12}})");
  CHECK(candidate(llm::kOpenRouter) ==
        R"({"text":"Hi.","finish":"stop","model":"meta-llama/llama-3.3-70b-instruct",)"
        R"("usage":{"input":194,"output":2,"cached":100,"reasoning":0},"cost":{"usd":0.00014,"source":"reported"}})");
}

TEST_CASE("an answer with text is a candidate, whatever else is missing or odd", "[openai]") {
  struct Row {
    std::string body, candidate;
  };
  const auto row = GENERATE(values<Row>({
      {answerWith(R"({"content":"a"})"), R"({"text":"a","finish":"stop","model":"asked","usage":{}})"},
      {answerWith(R"({"content":"a"})", "null"), R"({"text":"a","finish":"stop","model":"asked","usage":{}})"},
      {answerWith(R"({"content":"a"})", R"("eos")"), R"({"text":"a","finish":"stop","model":"asked","usage":{}})"},
      {answerWith(R"({"content":"a"})", R"("length")"), R"({"text":"a","finish":"length","model":"asked","usage":{}})"},
      {answerWith(R"({"content":"a"})", R"("content_filter")"),
       R"({"text":"a","finish":"content","model":"asked","usage":{}})"},
      {answerWith(R"({"content":"a","tool_calls":[]})", R"("stop")", R"(,"usage":null,"model":null)"),
       R"({"text":"a","finish":"stop","model":"asked","usage":{}})"},
      {answerWith(
           R"({"content":"a"})", R"("stop")",
           R"(,"usage":{"prompt_tokens":-1,"completion_tokens":"9","prompt_tokens_details":7,"cost":"x"},"model":5)"),
       R"({"text":"a","finish":"stop","model":"asked","usage":{}})"},
      {answerWith(R"({"content":"\ud83d\ude00 \u0000"})"),
       "{\"text\":\"\xf0\x9f\x98\x80 \\u0000\",\"finish\":\"stop\",\"model\":\"asked\",\"usage\":{}}"},
      {R"({"choices":[{"message":{"content":"a"}},{"message":{"content":"b"}}]})",
       R"({"text":"a","finish":"stop","model":"asked","usage":{}})"},
      {R"({"error":false,"choices":[{"message":{"content":"a"},"error":""}]})",
       R"({"text":"a","finish":"stop","model":"asked","usage":{}})"},
      {R"({"error":null,"choices":[{"message":{"content":"a"}}]})",
       R"({"text":"a","finish":"stop","model":"asked","usage":{}})"},
  }));
  CAPTURE(row.body);
  CHECK(candidate(row.body) == row.candidate);
}

TEST_CASE("an answer without text has a class and a reason", "[openai]") {
  struct Row {
    std::string body;
    int code;
    std::string message;
  };
  const auto row = GENERATE(values<Row>({
      {answerWith(R"({"content":null,"refusal":"I can't\nhelp."})"), TROUPE_E_CONTENT,
       "the model refused: I can't help."},
      {answerWith(R"({"content":null})", R"("content_filter")"), TROUPE_E_CONTENT,
       "a content filter took the whole answer"},
      {answerWith(R"({"content":null,"tool_calls":[{"id":"c"}]})", R"("tool_calls")"), TROUPE_E_CONTENT,
       "the model called a tool instead of answering"},
      {answerWith(R"({"content":null})"), TROUPE_E_CONTENT, "the answer is empty (finish_reason stop)"},
      {answerWith(R"({"content":" \n"})", "null"), TROUPE_E_CONTENT, "the answer is empty"},
      {answerWith("{}"), TROUPE_E_CONTENT, "the answer is empty (finish_reason stop)"},
      {answerWith(R"({"content":""})", R"("length")"), TROUPE_E_TRUNCATED,
       "the token limit was reached before any text; raise max_tokens"},
      {answerWith(R"({"content":"","reasoning_content":"hm"})", R"("length")",
                  R"(,"usage":{"completion_tokens_details":{"reasoning_tokens":300}})"),
       TROUPE_E_TRUNCATED, "the token limit was reached before any text (300 tokens of reasoning); raise max_tokens"},
      {answerWith(R"({"content":"half"})", R"("error")"), TROUPE_E_TRANSIENT,
       "the server broke the answer off (finish_reason error)"},
      {answerWith(R"({"content":"half"})", R"("abort")"), TROUPE_E_TRANSIENT,
       "the server broke the answer off (finish_reason abort)"},
  }));
  CAPTURE(row.body);
  const auto failed = failureOf([&] { candidate(row.body); });
  CHECK(failed.code == row.code);
  CHECK(failed.message == row.message);
}

TEST_CASE("what is no answer is malformed, with its place", "[openai]") {
  struct Row {
    std::string body, message;
  };
  const auto row = GENERATE(values<Row>({
      {"", "the answer is empty, where JSON should be"},
      {" \r\n", "the answer is empty, where JSON should be"},
      {"[]", "the answer has an array at its top, where an object should be"},
      {"{}", "the answer has nothing at /choices, where an array should be"},
      {R"({"choices":{}})", "the answer has an object at /choices, where an array should be"},
      {R"({"choices":[]})", "the answer has an empty array at /choices"},
      {R"({"choices":["a"]})", "the answer has a string at /choices/0, where an object should be"},
      {R"({"choices":[{}]})", "the answer has nothing at /choices/0/message, where an object should be"},
      {R"({"choices":[{"message":true}]})",
       "the answer has a boolean at /choices/0/message, where an object should be"},
      {answerWith(R"({"content":5})"),
       "the answer has a number at /choices/0/message/content, where a string should be"},
      {answerWith(R"({"content":[{"type":"text"}]})"),
       "the answer has an array at /choices/0/message/content, where a string should be"},
      {answerWith(R"({"content":"a"})", "1"),
       "the answer has a number at /choices/0/finish_reason, where a string should be"},
      {R"({"choices":[{"mess)",
       "the answer is no whole JSON: Missing a closing quotation mark in string. (byte 18 of 18)"},
  }));
  CAPTURE(row.body);
  const auto failed = failureOf([&] { candidate(row.body); });
  CHECK(failed.code == TROUPE_E_MALFORMED);
  CHECK(failed.message == row.message);
}

TEST_CASE("text that is no text is malformed, and nesting does no harm", "[openai]") {
  for (const std::string text : {"\\ud800", "\\udc00\\ud800", "\xff", "\xc3", "\xed\xa0\x80"})
    CHECK(failureOf([&] { candidate(answerWith(R"({"content":")" + text + "\"}")); }).code == TROUPE_E_MALFORMED);
  CHECK(failureOf([] { candidate(std::string(1000000, '[')); }).code == TROUPE_E_MALFORMED);
  CHECK(failureOf([] {
          candidate(R"({"choices":)" + std::string(1000000, '[') + std::string(1000000, ']') + "}");
        }).code == TROUPE_E_MALFORMED);
}

TEST_CASE("an error under a good status is an error", "[openai]") {
  struct Row {
    std::string body;
    int code;
    std::string message;
  };
  const auto row = GENERATE(values<Row>({
      // OpenRouter, "Errors": 200 once the model has begun.
      {R"({"error":{"code":502,"message":"Provider returned error"}})", TROUPE_E_TRANSIENT,
       "answered with an error, 502: Provider returned error"},
      {R"({"choices":[{"error":{"code":429,"message":"slow down"}}]})", TROUPE_E_RATE_LIMITED,
       "answered with an error, 429: slow down"},
      {R"({"error":{"message":"no","type":"invalid_request_error"}})", TROUPE_E_PERMANENT_REQUEST,
       "answered with an error, 400 (invalid_request_error): no"},
      {R"({"error":"model runner has unexpectedly stopped"})", TROUPE_E_TRANSIENT,
       "answered with an error, 500: model runner has unexpectedly stopped"},
      {R"({"object":"error","message":"too long","type":"BadRequestError","param":null,"code":400})",
       TROUPE_E_PERMANENT_REQUEST, "answered with an error, 400 (BadRequestError): too long"},
      {R"({"error":{}})", TROUPE_E_TRANSIENT, "answered with an error, 500"},
      {std::string(llm::kGroqTooFast), TROUPE_E_RATE_LIMITED, ""},
  }));
  CAPTURE(row.body);
  const auto failed = failureOf([&] { candidate(row.body); });
  CHECK(failed.code == row.code);
  if (!row.message.empty()) CHECK(failed.message == row.message);
}

TEST_CASE("documented streams are put together", "[openai]") {
  ChunkReader openai;
  std::vector<std::string> pieces;
  for (const auto chunk : llm::kOpenAiStream) pieces.emplace_back(openai.take(chunk));
  CHECK(pieces == std::vector<std::string>{"", "Hel", "lo", "", "", ""});
  CHECK(openai.done());
  CHECK(candidateOf(openai.finish(), "asked") == R"({"text":"Hello","finish":"stop","model":"gpt-4o-mini",)"
                                                 R"("usage":{"input":19,"output":10,"cached":4,"reasoning":3}})");

  ChunkReader groq;
  for (const auto chunk : llm::kGroqStream) groq.take(chunk);
  CHECK(candidateOf(groq.finish(), "asked") ==
        R"({"text":"Hello","finish":"stop","model":"gemma2-9b-it","usage":{"input":18,"output":439}})");
}

TEST_CASE("the oddities of streams", "[openai]") {
  const auto text = chunkWith(R"({"index":0,"delta":{"content":"Hi"}})");
  const auto stop = chunkWith(R"({"index":0,"delta":{},"finish_reason":"stop"})");
  ChunkReader reader;
  SECTION("the usage comes with an empty delta instead of no choice") {
    const auto& answer =
        fed(reader, {text, stop,
                     chunkWith(R"({"index":0,"delta":{}})", R"(,"usage":{"prompt_tokens":3,"completion_tokens":2})"),
                     "[DONE]"});
    CHECK(answer.text == "Hi");
    CHECK(answer.finish == "stop");
    CHECK(answer.usage.input == 3);
    CHECK(answer.usage.output == 2);
  }
  SECTION("the usage comes with every chunk, and the last one counts") {
    CHECK(fed(reader, {chunkWith(R"({"delta":{"content":"Hi"}})", R"(,"usage":{"completion_tokens":1})"),
                       chunkWith(R"({"delta":{},"finish_reason":"stop"})", R"(,"usage":{"completion_tokens":2})")})
              .usage.output == 2);
  }
  SECTION("reasoning is no part of the text, nor is a second choice") {
    CHECK(fed(reader, {chunkWith(R"({"index":0,"delta":{"content":null,"reasoning_content":"hm"}})"), text,
                       chunkWith(R"({"index":1,"delta":{"content":"other"}})"), stop})
              .text == "Hi");
  }
  SECTION("a refusal is put together") {
    const auto& answer =
        fed(reader, {chunkWith(R"({"delta":{"refusal":"I "}})"), chunkWith(R"({"delta":{"refusal":"won't."}})"), stop});
    CHECK(failureOf([&] { candidateOf(answer, "m"); }).message == "the model refused: I won't.");
  }
  SECTION("a chunk may lack what others have") {
    CHECK(fed(reader, {"{}", chunkWith("{}"), chunkWith(R"({"delta":null})"), text, stop}).text == "Hi");
  }
  SECTION("nothing counts after the end") { CHECK(fed(reader, {text, "[DONE]", "rubbish"}).text == "Hi"); }
}

TEST_CASE("what goes wrong in a stream", "[openai]") {
  const auto text = chunkWith(R"({"index":0,"delta":{"content":"Hi"}})");
  struct Row {
    std::vector<std::string> chunks;
    int code;
    std::string message;
  };
  const auto row = GENERATE_COPY(values<Row>({
      {{text}, TROUPE_E_TRANSIENT, "the stream ended before the answer did"},
      {{text, R"({"error":{"message":"The server had an error","type":"server_error"}})"},
       TROUPE_E_TRANSIENT,
       "answered with an error, 500 (server_error): The server had an error"},
      {{text, R"({"x_groq":{"id":"req_1","error":"over capacity"},"choices":[]})"},
       TROUPE_E_TRANSIENT,
       "answered with an error, 500: over capacity"},
      {{text, R"({"error":{"code":401,"message":"no auth"},"choices":[{"delta":{},"finish_reason":"error"}]})"},
       TROUPE_E_AUTH,
       "answered with an error, 401: no auth"},
      {{text, "{\"choices"},
       TROUPE_E_MALFORMED,
       "the answer is no whole JSON: Missing a closing quotation mark in string. (byte 9 of 9)"},
      {{"[]"}, TROUPE_E_MALFORMED, "the answer has an array at its top, where an object should be"},
      {{R"({"choices":1})"}, TROUPE_E_MALFORMED, "the answer has a number at /choices, where an array should be"},
      {{chunkWith("1")}, TROUPE_E_MALFORMED, "the answer has a number at /choices/0, where an object should be"},
      {{chunkWith(R"({"delta":"x"})")},
       TROUPE_E_MALFORMED,
       "the answer has a string at /choices/0/delta, where an object should be"},
      {{chunkWith(R"({"delta":{"content":1}})")},
       TROUPE_E_MALFORMED,
       "the answer has a number at /choices/0/delta/content, where a string should be"},
  }));
  ChunkReader reader;
  const auto failed = failureOf([&] { fed(reader, row.chunks); });
  CHECK(failed.code == row.code);
  CHECK(failed.message == row.message);
}

TEST_CASE("what was used is known when a stream fails", "[openai]") {
  ChunkReader reader;
  reader.take(chunkWith(R"({"delta":{"content":"Hi"}})", R"(,"usage":{"prompt_tokens":3,"completion_tokens":1})"));
  CHECK(failureOf([&] { reader.finish(); }).code == TROUPE_E_TRANSIENT);
  CHECK(reader.answer().usage.input == 3);
}

TEST_CASE("answers that are cut or changed anywhere have a class, and do no other harm", "[openai]") {
  std::vector<std::string> originals;
  for (const auto whole : {llm::kOpenAi, llm::kGroq, llm::kLlamaCpp, llm::kOpenRouter, llm::kFlagged})
    originals.emplace_back(whole);
  for (const auto chunk : llm::kOpenAiStream) originals.emplace_back(chunk);
  for (const auto chunk : llm::kGroqStream) originals.emplace_back(chunk);
  const auto survives = [](const std::string& text) {
    const auto whole = failureOf([&] { candidate(text); });
    const auto chunk = failureOf([&] {
      ChunkReader reader;
      reader.take(text);
      candidateOf(reader.finish(), "asked");
    });
    return whole.code != TROUPE_E_INTERNAL && chunk.code != TROUPE_E_INTERNAL;
  };
  std::mt19937 random(7);
  for (const auto& original : originals) {
    bool good = true;
    for (std::size_t cut = 0; cut < original.size(); ++cut) good = good && survives(original.substr(0, cut));
    for (int i = 0; i < 2000; ++i) {
      auto changed = original;
      for (int n = 0; n < 3; ++n) changed[random() % changed.size()] = "\0\xff\\\"{}[]:,0-entf"[random() % 17];
      good = good && survives(changed);
    }
    CAPTURE(original);
    CHECK(good);
  }
}
