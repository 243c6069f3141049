#pragma once

/// What Google's Gemini API really sends, as its reference, its SDK and quoted answers show it.

#include <array>
#include <string_view>

namespace troupe::test::gemini_says {

// python-genai, google/genai/types.py: the members of GenerateContentResponse, with thoughts.
constexpr std::string_view kAnswer =
    R"({"candidates":[{"content":{"parts":[{"text":"They want a greeting.","thought":true},{"text":"Hello "},{"text":"there.","thoughtSignature":"CikB"}],"role":"model"},"finishReason":"STOP","index":0,"avgLogprobs":-0.1}],)"
    R"("usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":12,"totalTokenCount":61,"cachedContentTokenCount":4,"promptTokensDetails":[{"modality":"TEXT","tokenCount":9}],"thoughtsTokenCount":40},)"
    R"("modelVersion":"gemini-2.5-flash","responseId":"mAitaLmkHPPlz7IPvtfUqQ4"})";

constexpr std::array<std::string_view, 3> kStream = {
    R"({"candidates":[{"content":{"parts":[{"text":"Hel"}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":9,"totalTokenCount":9},"modelVersion":"gemini-2.5-flash","responseId":"x"})",
    R"({"candidates":[{"content":{"parts":[{"text":"lo"}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":1,"totalTokenCount":10},"modelVersion":"gemini-2.5-flash","responseId":"x"})",
    R"({"candidates":[{"content":{"parts":[{"text":""}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":2,"totalTokenCount":11},"modelVersion":"gemini-2.5-flash","responseId":"x"})"};

// The same: a prompt that is blocked has no candidates, and a candidate that is filtered no content.
constexpr std::string_view kBlocked =
    R"({"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"},"usageMetadata":{"promptTokenCount":8,"totalTokenCount":8},"modelVersion":"gemini-2.5-flash"})";
constexpr std::string_view kFiltered =
    R"({"candidates":[{"finishReason":"SAFETY","index":0,"safetyRatings":[{"category":"HARM_CATEGORY_DANGEROUS_CONTENT","probability":"HIGH","blocked":true}]}],"usageMetadata":{"promptTokenCount":8,"totalTokenCount":8}})";
constexpr std::string_view kThoughtAway =
    R"({"candidates":[{"content":{"role":"model"},"finishReason":"MAX_TOKENS","index":0}],"usageMetadata":{"promptTokenCount":9,"totalTokenCount":308,"thoughtsTokenCount":299},"modelVersion":"gemini-2.5-flash"})";

// As quoted in cequence-io/openai-scala-client issue 109.
constexpr std::string_view kBadKey =
    R"({"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID","domain":"googleapis.com","metadata":{"service":"generativelanguage.googleapis.com"}},{"@type":"type.googleapis.com/google.rpc.LocalizedMessage","locale":"en-US","message":"API key not valid. Please pass a valid API key."}]}})";

// As quoted in google-gemini/gemini-cli issue 8437: minute and day, with a delay all the same.
constexpr std::string_view kDayGone =
    R"({"error":{"code":429,"message":"You exceeded your current quota, please check your plan and billing details. For more information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits.","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaMetric":"generativelanguage.googleapis.com/generate_content_free_tier_requests","quotaId":"GenerateRequestsPerMinutePerProjectPerModel-FreeTier","quotaDimensions":{"location":"global","model":"gemini-2.5-flash"}},{"quotaMetric":"generativelanguage.googleapis.com/generate_content_free_tier_requests","quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier","quotaDimensions":{"model":"gemini-2.5-flash","location":"global"}}]},{"@type":"type.googleapis.com/google.rpc.Help","links":[{"description":"Learn more about Gemini API quotas","url":"https://ai.google.dev/gemini-api/docs/rate-limits"}]},{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"22s"}]}})";
// The same with the quota of a minute alone.
constexpr std::string_view kTooFast =
    R"({"error":{"code":429,"message":"You exceeded your current quota, please check your plan and billing details. Please retry in 20.04466179s.","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaMetric":"generativelanguage.googleapis.com/generate_content_free_tier_requests","quotaId":"GenerateRequestsPerMinutePerProjectPerModel-FreeTier","quotaValue":"10"}]},{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"20.044s"}]}})";
// As quoted in continuedev/continue issue 10062: a plan that does not have the model.
constexpr std::string_view kNotInPlan =
    R"({"error":{"code":429,"message":"You exceeded your current quota, please check your plan and billing details. \n* Quota exceeded for metric: generativelanguage.googleapis.com/generate_content_free_tier_requests, limit: 0, model: gemini-2.5-pro\nPlease retry in 20.04466179s.","status":"RESOURCE_EXHAUSTED"}})";
// ai.google.dev, "Troubleshooting": no free tier there.
constexpr std::string_view kNoFreeTier =
    R"({"error":{"code":400,"message":"User location is not supported for the API use.","status":"FAILED_PRECONDITION"}})";
constexpr std::string_view kBusy =
    R"({"error":{"code":503,"message":"The model is overloaded. Please try again later.","status":"UNAVAILABLE"}})";

// ai.google.dev, reference of models.list: the members of a page.
constexpr std::string_view kModels =
    R"({"models":[{"name":"models/gemini-2.5-flash","version":"001","displayName":"Gemini 2.5 Flash","inputTokenLimit":1048576,"outputTokenLimit":65536,"supportedGenerationMethods":["generateContent","countTokens"]},)"
    R"({"name":"models/gemini-embedding-001","version":"001","displayName":"Gemini Embedding 001","inputTokenLimit":2048,"outputTokenLimit":1,"supportedGenerationMethods":["embedContent"]}],"nextPageToken":"Ch/t+b="})";
constexpr std::string_view kLastModels =
    R"({"models":[{"name":"models/gemma-3-27b-it","version":"001","displayName":"Gemma 3 27B","inputTokenLimit":131072,"supportedGenerationMethods":["generateContent"]}]})";

}  // namespace troupe::test::gemini_says
