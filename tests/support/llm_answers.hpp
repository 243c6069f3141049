#pragma once

/// What servers of OpenAI's chat completions really send, as their documentation and sources show it.

#include <array>
#include <string_view>

namespace troupe::test::llm {

// OpenAI, API reference, "Create chat completion": the example.
constexpr std::string_view kOpenAi = R"({
  "id": "chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT",
  "object": "chat.completion",
  "created": 1741569952,
  "model": "gpt-4.1-2025-04-14",
  "choices": [
    {
      "index": 0,
      "message": {
        "role": "assistant",
        "content": "Hello! How can I assist you today?",
        "refusal": null,
        "annotations": []
      },
      "logprobs": null,
      "finish_reason": "stop"
    }
  ],
  "usage": {
    "prompt_tokens": 19,
    "completion_tokens": 10,
    "total_tokens": 29,
    "prompt_tokens_details": {
      "cached_tokens": 0,
      "audio_tokens": 0
    },
    "completion_tokens_details": {
      "reasoning_tokens": 0,
      "audio_tokens": 0,
      "accepted_prediction_tokens": 0,
      "rejected_prediction_tokens": 0
    }
  },
  "service_tier": "default"
})";

// Groq, API reference, "Create chat completion": the example, its text shortened.
constexpr std::string_view kGroq = R"({
  "id": "chatcmpl-f51b2cd2-bef7-417e-964e-a08f0b513c22",
  "object": "chat.completion",
  "created": 1730241104,
  "model": "openai/gpt-oss-20b",
  "choices": [
    {
      "index": 0,
      "message": {
        "role": "assistant",
        "content": "Fast language models have gained significant attention"
      },
      "logprobs": null,
      "finish_reason": "stop"
    }
  ],
  "usage": {
    "queue_time": 0.037493756,
    "prompt_tokens": 18,
    "prompt_time": 0.000680594,
    "completion_tokens": 556,
    "completion_time": 0.463333333,
    "total_tokens": 574,
    "total_time": 0.464013927
  },
  "system_fingerprint": "fp_179b0f92c9",
  "x_groq": { "id": "req_01jbd6g2qdfw2adyrt2az8hz4w" }
})";

// llama.cpp, tools/server: the shape of its answers, with "timings" as its README shows them.
constexpr std::string_view kLlamaCpp =
    R"({"choices":[{"finish_reason":"stop","index":0,"message":{"role":"assistant","reasoning_content":"The user greets.","content":"Hello there."}}],)"
    R"("created":1757141666,"model":"gpt-oss-20b","system_fingerprint":"b6395-5143fa8","object":"chat.completion",)"
    R"("usage":{"completion_tokens":12,"prompt_tokens":71,"total_tokens":83},"id":"chatcmpl-UTzpXbKJ1a2b3c",)"
    R"("timings":{"cache_n":236,"prompt_n":1,"prompt_ms":30.958,"prompt_per_token_ms":30.958,"prompt_per_second":32.301,"predicted_n":35,"predicted_ms":661.064,"predicted_per_token_ms":18.887,"predicted_per_second":52.944}})";

// OpenRouter, "Usage accounting": the cost stands with the usage.
constexpr std::string_view kOpenRouter =
    R"({"id":"gen-1","provider":"Fireworks","model":"meta-llama/llama-3.3-70b-instruct","object":"chat.completion","created":1741569952,)"
    R"("choices":[{"logprobs":null,"finish_reason":"stop","native_finish_reason":"stop","index":0,"message":{"role":"assistant","content":"Hi.","refusal":null,"reasoning":null}}],)"
    R"("usage":{"completion_tokens":2,"completion_tokens_details":{"reasoning_tokens":0},"cost":0.00014,"prompt_tokens":194,"prompt_tokens_details":{"cached_tokens":100},"total_tokens":196}})";

// OpenAI, API reference, "Streaming": the example, and the usage chunk of stream_options.include_usage.
constexpr std::array<std::string_view, 6> kOpenAiStream = {
    R"({"id":"chatcmpl-123","object":"chat.completion.chunk","created":1694268190,"model":"gpt-4o-mini","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}],"usage":null})",
    R"({"id":"chatcmpl-123","object":"chat.completion.chunk","created":1694268190,"model":"gpt-4o-mini","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{"content":"Hel"},"logprobs":null,"finish_reason":null}],"usage":null})",
    R"({"id":"chatcmpl-123","object":"chat.completion.chunk","created":1694268190,"model":"gpt-4o-mini","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{"content":"lo"},"logprobs":null,"finish_reason":null}],"usage":null})",
    R"({"id":"chatcmpl-123","object":"chat.completion.chunk","created":1694268190,"model":"gpt-4o-mini","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}],"usage":null})",
    R"({"id":"chatcmpl-123","object":"chat.completion.chunk","created":1694268190,"model":"gpt-4o-mini","system_fingerprint":"fp_44709d6fcb","choices":[],"usage":{"prompt_tokens":19,"completion_tokens":10,"total_tokens":29,"prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":3}}})",
    "[DONE]"};

// Groq, types/chat/chat_completion_chunk.py of its SDK: the usage stands under x_groq of the last chunk.
constexpr std::array<std::string_view, 4> kGroqStream = {
    R"({"id":"chatcmpl-e7f8e220","object":"chat.completion.chunk","created":1729171479,"model":"gemma2-9b-it","system_fingerprint":"fp_10c08bf97d","choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}],"x_groq":{"id":"req_01jadadp0femyae9kav1gpkhe8"}})",
    R"({"id":"chatcmpl-e7f8e220","object":"chat.completion.chunk","created":1729171479,"model":"gemma2-9b-it","system_fingerprint":"fp_10c08bf97d","choices":[{"index":0,"delta":{"content":"Hello"},"logprobs":null,"finish_reason":null}]})",
    R"({"id":"chatcmpl-e7f8e220","object":"chat.completion.chunk","created":1729171479,"model":"gemma2-9b-it","system_fingerprint":"fp_10c08bf97d","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}],"x_groq":{"id":"req_01jadadp0femyae9kav1gpkhe8","usage":{"queue_time":0.061348671,"prompt_tokens":18,"prompt_time":0.000211569,"completion_tokens":439,"completion_time":0.798181818,"total_tokens":457,"total_time":0.798393387}}})",
    "[DONE]"};

// OpenAI, guide "Error codes", and what its API answers.
constexpr std::string_view kBadKey =
    R"({"error":{"message":"Incorrect API key provided: sk-abcde***************wxyz. You can find your API key at https://platform.openai.com/account/api-keys.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}})";
constexpr std::string_view kNoModel =
    R"({"error":{"message":"The model `gpt-99` does not exist or you do not have access to it.","type":"invalid_request_error","param":null,"code":"model_not_found"}})";
constexpr std::string_view kNoQuota =
    R"({"error":{"message":"You exceeded your current quota, please check your plan and billing details. For more information on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}})";
constexpr std::string_view kTooFast =
    R"({"error":{"message":"Rate limit reached for gpt-4o in organization org-abc on requests per min (RPM): Limit 3, Used 3, Requested 1. Please try again in 20s.","type":"requests","param":null,"code":"rate_limit_exceeded"}})";

// Groq, as quoted in Aider-AI/aider issue 3265.
constexpr std::string_view kGroqTooFast =
    R"({"error":{"message":"Rate limit reached for model `llama-3.3-70b-versatile` in organization `org_abc` service tier `on_demand` on tokens per minute (TPM): Limit 15000, Used 11972, Requested 4351. Please try again in 5.289s. Visit https://console.groq.com/docs/rate-limits for more information.","type":"tokens","code":"rate_limit_exceeded"}})";
constexpr std::string_view kGroqDayGone =
    R"({"error":{"message":"Rate limit reached for model `llama-3.3-70b-versatile` in organization `org_abc` service tier `on_demand` on tokens per day (TPD): Limit 100000, Used 99996, Requested 484. Please try again in 6m54.72s.","type":"tokens","code":"rate_limit_exceeded"}})";

// llama.cpp, tools/server: format_error_response().
constexpr std::string_view kLlamaLoading =
    R"({"error":{"code":503,"message":"Loading model","type":"unavailable_error"}})";

// OpenRouter, "Errors": moderation.
constexpr std::string_view kFlagged =
    R"({"error":{"code":403,"message":"Your chosen model requires moderation and your input was flagged","metadata":{"reasons":["violence"],"flagged_input":"...","provider_name":"OpenAI","model_slug":"openai/gpt-4o"}}})";

}  // namespace troupe::test::llm
