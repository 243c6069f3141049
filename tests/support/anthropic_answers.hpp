#pragma once

/// What Anthropic's Messages API really sends, as its SDK and documentation show it.

#include <array>
#include <string_view>

namespace troupe::test::anthropic_says {

// anthropic-sdk-python, README and src/anthropic/types/message.py, usage.py: the shape of a message.
constexpr std::string_view kMessage =
    R"({"id":"msg_013Zva2CMHLNnXjNJJKqJ2EF","type":"message","role":"assistant","model":"claude-opus-4-1-20250805",)"
    R"("content":[{"type":"thinking","thinking":"The user greets.","signature":"EqQB"},{"type":"text","text":"Hi! "},{"type":"text","text":"My name is Claude."}],)"
    R"("stop_reason":"end_turn","stop_sequence":null,)"
    R"("usage":{"input_tokens":2095,"cache_creation_input_tokens":100,"cache_read_input_tokens":1000,"output_tokens":503,"output_tokens_details":{"thinking_tokens":40},"service_tier":"standard"}})";

// anthropic-sdk-python, tests/lib/streaming/fixtures/basic_response.txt.
constexpr std::array<std::string_view, 9> kStream = {
    R"({"type":"message_start","message":{"id":"msg_4QpJur2dWWDjF6C758FbBw5vm12BaVipnK","type":"message","role":"assistant","content":[],"model":"claude-3-opus-latest","stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":11,"output_tokens":1}}})",
    R"({"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}})",
    R"({"type": "ping"})",
    R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hello"}})",
    R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":" there"}})",
    R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"!"}})",
    R"({"type":"content_block_stop","index":0})",
    R"({"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":6}})",
    R"({"type":"message_stop"})"};

// The same, refusal_response.txt.
constexpr std::array<std::string_view, 5> kRefusal = {
    R"({"type":"message_start","message":{"id":"msg_01RefusalTestMessage123456789","type":"message","role":"assistant","content":[],"model":"claude-opus-4-7","stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":20,"output_tokens":1}}})",
    R"({"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}})",
    R"({"type":"content_block_stop","index":0})",
    R"({"type":"message_delta","delta":{"stop_reason":"refusal","stop_sequence":null,"stop_details":{"type":"refusal","category":"cyber","explanation":"This request was refused due to policy."}},"usage":{"output_tokens":0}})",
    R"({"type":"message_stop"})"};

// platform.claude.com, "Errors" and "Streaming": the shape, and what comes in the middle of a stream.
constexpr std::string_view kNotFound =
    R"({"type":"error","error":{"type":"not_found_error","message":"The requested resource could not be found."},"request_id":"req_011CSHoEeqs5C35K2UUqR7Fy"})";
constexpr std::string_view kBadKey =
    R"({"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"},"request_id":"req_011CSHoEeqs5C35K2UUqR7Fy"})";
constexpr std::string_view kOverloaded =
    R"({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}})";

// As quoted in anthropics/anthropic-sdk-python issue 818 and anthropics/claude-code issue 66314.
constexpr std::string_view kNoCredit =
    R"({"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits."},"request_id":"req_011CbrFTcXhtiMzr3s6EocF7"})";
// platform.claude.com, "Rate limits": a limit of spending that the owner has set.
constexpr std::string_view kSpent =
    R"({"type":"error","error":{"type":"invalid_request_error","message":"You have reached your specified API usage limits. You will regain access on 1994-11-07 at 00:00 UTC."}})";
constexpr std::string_view kTooFast =
    R"json({"type":"error","error":{"type":"rate_limit_error","message":"Number of request tokens has exceeded your per-minute rate limit (https://docs.anthropic.com/en/api/rate-limits)"}})json";

// anthropic-sdk-python, src/anthropic/types/model_info.py and pagination.py: the shape of a page.
constexpr std::string_view kModels =
    R"({"data":[{"type":"model","id":"claude-opus-4-1-20250805","display_name":"Claude Opus 4.1","created_at":"2025-08-05T00:00:00Z","max_input_tokens":200000,"max_tokens":32000}],)"
    R"("has_more":true,"first_id":"claude-opus-4-1-20250805","last_id":"claude-opus-4-1-20250805"})";
constexpr std::string_view kLastModels =
    R"({"data":[{"type":"model","id":"claude-3-haiku-20240307","display_name":"Claude Haiku 3","created_at":"2024-03-07T00:00:00Z"}],"has_more":false,"first_id":"claude-3-haiku-20240307","last_id":"claude-3-haiku-20240307"})";

}  // namespace troupe::test::anthropic_says
