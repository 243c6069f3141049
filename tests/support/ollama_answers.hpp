#pragma once

/// What Ollama really sends, as docs/api.md, docs/api/errors.mdx and its server show it.

#include <array>
#include <string_view>

namespace troupe::test::ollama_says {

// docs/api.md, "Chat request (No streaming)", with the done_reason of the later examples.
constexpr std::string_view kAnswer =
    R"({"model":"llama3.2","created_at":"2023-12-12T14:13:43.416799Z","message":{"role":"assistant","content":"Hello! How are you today?"},"done_reason":"stop","done":true,)"
    R"("total_duration":5191566416,"load_duration":2154458,"prompt_eval_count":26,"prompt_eval_duration":383809000,"eval_count":298,"eval_duration":4799921000})";

// "Chat request (Streaming)", and the thinking of docs/capabilities/thinking.mdx.
constexpr std::array<std::string_view, 4> kStream = {
    R"({"model":"llama3.2","created_at":"2023-08-04T08:52:19.385406455-07:00","message":{"role":"assistant","content":"","thinking":"Light scatters."},"done":false})",
    R"({"model":"llama3.2","created_at":"2023-08-04T08:52:19.385406455-07:00","message":{"role":"assistant","content":"The","images":null},"done":false})",
    R"({"model":"llama3.2","created_at":"2023-08-04T08:52:19.485406455-07:00","message":{"role":"assistant","content":" sky"},"done":false})",
    R"({"model":"llama3.2","created_at":"2023-08-04T19:22:45.499127Z","message":{"role":"assistant","content":""},"done":true,"total_duration":4883583458,"load_duration":1334875,"prompt_eval_count":26,"prompt_eval_duration":342546000,"eval_count":282,"eval_duration":4535599000})"};

// "With History": the last object without a message.
constexpr std::string_view kLastWithoutMessage =
    R"({"model":"llama3.2","created_at":"2023-08-04T19:22:45.499127Z","done":true,"total_duration":8113331500,"load_duration":6396458,"prompt_eval_count":61,"prompt_eval_duration":398801000,"eval_count":468,"eval_duration":7701267000})";

// "No streaming, with tools".
constexpr std::string_view kToolCall =
    R"({"model":"llama3.2","created_at":"2025-07-07T20:32:53.844124Z","message":{"role":"assistant","content":"","tool_calls":[{"function":{"name":"get_weather","arguments":{"city":"Tokyo"}}}]},"done_reason":"stop","done":true,"prompt_eval_count":169,"eval_count":18})";

// docs/api/errors.mdx: the shape, and what comes in the middle of a stream; server/routes.go and sched.go: the words.
constexpr std::string_view kNoModel = R"({"error":"model 'llama9' not found"})";
constexpr std::string_view kBusy = R"({"error":"server busy, please try again.  maximum pending requests exceeded"})";
constexpr std::string_view kBroken = R"({"error":"an error was encountered while running the model"})";
constexpr std::string_view kUsedUp =
    R"({"error":"you've reached your hourly usage limit, please upgrade to continue"})";

// "List Local Models", shortened.
constexpr std::string_view kModels =
    R"({"models":[{"name":"deepseek-r1:latest","model":"deepseek-r1:latest","modified_at":"2025-05-10T08:06:48.639712648-07:00","size":4683075271,"digest":"0a8c","details":{"parent_model":"","format":"gguf","family":"qwen2","families":["qwen2"],"parameter_size":"7.6B","quantization_level":"Q4_K_M"}},)"
    R"({"name":"llama3.2:latest","model":"llama3.2:latest","modified_at":"2025-05-04T17:37:44.706015396-07:00","size":2019393189,"digest":"a80c","details":{"parent_model":"","format":"gguf","family":"llama","families":["llama"],"parameter_size":"3.2B","quantization_level":"Q4_K_M"}}]})";

}  // namespace troupe::test::ollama_says
